// When two statements are the same (Data 2.3.1, "Statement comparison"). Pure.
#pragma once

#include <string>

#include "content/base/json_tree.h"

namespace xinghuo {

// Hex; the same for statements that differ only in what a server sets (id, authority, stored, timestamp, version), attachments, what describes and does not say
// (a verb's display, an activity's definition, a default objectType), the order of members and of a group's members, the form of a number, a moment or of what
// has no case, and beyond 0.01 s of a duration.
std::string statement_fingerprint(JsonValue statement);

}  // namespace xinghuo
