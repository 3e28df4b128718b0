// What the centre's process costs while many terminals are there, what its reports cost over a year of records, and what the agent costs the terminal.
// Each in a folder that is emptied first; `bin`: where the programs lie. (Ingest is centre.h.)
#pragma once

#include <string>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "tools/benchmark/study.h"

namespace xinghuo {

// Memory of the server's process for each of 10,000 connections that have asked and are kept open, or of as many as descriptors allow (then the row says how
// many); and its processor time while they rest. With TLS where the program openssl is there to make a certificate: of 1,000.
void bench_connections(const Path& bin, const Path& folder, const Clock& clock, const AddRow& add);
// A batch of 200 from one terminal that is alone, and from each of 1,000 terminals at some moment of the same minute (of two, on a slow machine): from the moment
// it is due to its answer, whoever else is being answered, and however often it was put off.
void bench_active_terminals(const Path& bin, const Path& folder, const Clock& clock, const AddRow& add);
// Every report over the sums of ten million records (tools/fleet/year_of_sums.h), on SQLite and where `connection` names an empty database of PostgreSQL.
void bench_reports(const Path& share, const Path& folder, const std::string& connection, const Clock& clock, const AddRow& add);
// Processor time of the agent's thread for 1,000 records, over a real connection to a real server; beside gzip and SHA-256 of the same bytes.
void bench_agent(const Path& bin, const Path& folder, const Clock& clock, const AddRow& add);

}  // namespace xinghuo
