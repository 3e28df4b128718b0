// What the roster page has done on the worker: looking for tables, reading one and comparing it, taking it over, taking it back. Each
// opens a connection of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "content/base/mailbox.h"
#include "content/study/roster.h"
#include "content/study/study.h"
#include "kiosk/stick.h"

namespace xinghuo {

struct RosterTable {
    bool on_stick = false;     // else in data/incoming, where an operator put it
    std::string path;          // on the stick, or in that folder
    std::uint64_t size_bytes = 0;
};
struct RosterTables {
    std::vector<RosterTable> found;
};
struct RosterRead {
    RosterTable table;
    std::shared_ptr<const RosterFile> file;
    std::shared_ptr<const RosterPreview> preview;
};
struct RosterTaken {};         // over, or back
// `what` of an Error is for the log and for operators.
using RosterLetter = std::variant<Result<RosterTables>, Result<RosterRead>, Result<RosterTaken>>;
using RosterBox = std::shared_ptr<Mailbox<RosterLetter>>;

inline Path incoming_folder(const StudyFiles& files) { return files.data / "incoming"; }

// Each is called on the worker, with copies; what it says comes in the box.
void find_rosters(const std::optional<Stick>& stick, const StudyFiles& files, const RosterBox& box);
void read_roster_table(const std::optional<Stick>& stick, const StudyFiles& files, const RosterTable& table, const RosterBox& box);
void take_roster(const StudyFiles& files, std::int64_t boot, const std::shared_ptr<const RosterFile>& roster, const Moment& moment, const RosterBox& box);
void take_roster_back(const StudyFiles& files, std::int64_t boot, const Moment& moment, const RosterBox& box);

}  // namespace xinghuo
