// Members who had an id of a terminal's own before the centre's roster came. (roll_ups.h, member_alias.)
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/server/chain.h"
#include "sync/server/hour_sums.h"

namespace xinghuo {

struct AliasTold {
    std::string was, is;
    std::int64_t seq = 0;
};
// Inside the batch's transaction, before its own sums are written. Marks whose hours that changes. Flat: an id leads to the present one in one step.
Result<void> take_aliases(Sql& sql, Organisation organisation, const KioskId& kiosk, const std::vector<AliasTold>& told, WallTime stored, HourMarks& hours);
// One move, of an id that is nobody's any more to another.
Result<void> move_sums(Sql& sql, Organisation organisation, const std::string& was, const std::string& is, HourMarks& hours);
// Of these, those who have another id now.
Result<std::map<std::string, std::string>> present_ids(Sql& sql, Organisation organisation, const std::set<std::string>& members);

}  // namespace xinghuo
