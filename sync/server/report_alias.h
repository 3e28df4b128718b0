// Members who had an id of a terminal's own before the centre's roster came. (roll_ups.h, member_alias.)
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/server/chain.h"

namespace xinghuo {

struct AliasTold {
    std::string was, is;
    std::int64_t seq = 0;
};
// Inside the batch's transaction, before its own sums are written. Flat: an id leads to the present one in one step.
Result<void> take_aliases(Sql& sql, Organisation organisation, const KioskId& kiosk, const std::vector<AliasTold>& told, WallTime stored);
// Of these, those who have another id now.
Result<std::map<std::string, std::string>> present_ids(Sql& sql, Organisation organisation, const std::set<std::string>& members);

}  // namespace xinghuo
