// What the centre plans, announces and sets for this terminal, as it was last told (sync/pull.h brings it). One for each Database; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/base/lang.h"
#include "content/study/activities.h"

namespace xinghuo {

// One that the host may open as it stands.
struct PlannedActivity {
    std::string id;                       // the centre's; at most 80 characters
    ActivityPlan plan;                    // `planned` is always there
};

struct CentreNotice {
    std::string id;
    Bilingual title, text;
    WallTime from, until;                 // shown in between; a label like any other
};

// Settings that a centre may make for its terminals, besides the policy. What the terminal's own file (kiosk/config.h) says is stronger (kiosk/in_force.h).
//     idle_seconds 10–3600, still_there_seconds 3–120, volume 0–1, less_motion, high_contrast, language "zh" | "en", quiet_hours "02:00-05:00"
bool is_centre_setting(std::string_view name);
// `invalid`: no such setting, or a value it cannot have. `json`: of the value.
Result<void> check_centre_setting(std::string_view name, std::string_view json);

class FromCentre {
public:
    explicit FromCentre(Database& db) : db_(&db) {}

    // By their planned start, both inclusive.
    Result<std::vector<PlannedActivity>> planned(WallTime from, WallTime to, std::size_t limit = 200) const;
    Result<std::vector<CentreNotice>> notices(WallTime now, std::size_t limit = 50) const;  // the newest first
    // Name and JSON of the value.
    Result<std::map<std::string, std::string>> settings() const;
    // The days of the policy's table that are the centre's (policy.h), ascending.
    Result<std::vector<std::int64_t>> policy_days() const;

    // Another text than before: something of this has changed. Cheap.
    Result<std::string> revision() const;

    // Version of a target that was taken over; 0: never.
    Result<std::int64_t> taken(std::string_view target) const;

    // Each inside the caller's Transaction: all that was there before goes.
    Result<void> replace_planned(const std::vector<PlannedActivity>& all);
    Result<void> replace_notices(const std::vector<CentreNotice>& all);
    Result<void> replace_settings(const std::map<std::string, std::string>& all, const std::vector<std::int64_t>& policy_days = {});
    Result<void> forget_taken();  // another centre counts its versions anew
    Result<void> mark_taken(std::string_view target, std::int64_t version, WallTime at);

private:
    Database* db_;
};

}  // namespace xinghuo
