// What the centre costs, beside a bare database that takes in the same rows.
#pragma once

#include <string>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "tools/benchmark/study.h"

namespace xinghuo {

// Statements a second in batches of 200 with full validation, chain and roll-ups, as a ratio to a bare insert of 500 rows a statement with ON CONFLICT DO NOTHING
// of the same rows on one connection: one batch at a time, and by as many workers as the server has of itself, each terminal waiting for its answers.
// On SQLite in `folder`, and on PostgreSQL where `connection` names one ("postgresql://…", an empty database).
void bench_ingest(const Path& folder, const std::string& connection, const Clock& clock, const AddRow& add);

}  // namespace xinghuo
