// The centre's table of study policies (content/study/policy.h): dated, so that next year's rules do not touch this year's hours.
#pragma once

#include <vector>

#include "content/study/policy.h"
#include "sync/server/record_store.h"

namespace xinghuo {

Result<std::vector<Policies::Entry>> centre_policies(Sql& sql, Organisation organisation);  // oldest first
// Replaces an entry of the same day. `invalid`: what read_policy() refuses, or more than policy_limit entries. Each is one transaction; the caller audits it.
Result<void> set_centre_policy(Sql& sql, Organisation organisation, std::int64_t from_day, std::string_view json);
Result<void> remove_centre_policy(Sql& sql, Organisation organisation, std::int64_t from_day);  // `missing`

// Days in which one policy holds: a period cut where the policy changes.
struct PolicySpan {
    std::int64_t from_day = 0, to_day = 0;  // inclusive
    Policy policy;
};
std::vector<PolicySpan> policy_spans(const std::vector<Policies::Entry>& table, std::int64_t from_day, std::int64_t to_day);

}  // namespace xinghuo
