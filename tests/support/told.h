// What the centre says, put into a hall's record as a pull does it: through a connection of its own, while the hall is open.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "content/study/from_centre.h"
#include "content/study/study.h"
#include "tests/support/hall.h"

namespace xinghuo {

struct ToldWord {
    std::optional<std::vector<PlannedActivity>> planned = {};
    std::optional<std::vector<CentreNotice>> notices = {};
    std::optional<std::map<std::string, std::string>> settings = {};
    std::vector<std::int64_t> policy_days = {};
};

inline void tell(Hall& hall, const ToldWord& word) {
    static std::int64_t version = 0;
    auto db = Database::open(hall.room->study()->files().database());
    REQUIRE(db);
    FromCentre told(**db);
    auto change = Transaction::begin(**db);
    REQUIRE(change);
    if (word.planned) REQUIRE(told.replace_planned(*word.planned));
    if (word.notices) REQUIRE(told.replace_notices(*word.notices));
    if (word.settings) REQUIRE(told.replace_settings(*word.settings, word.policy_days));
    REQUIRE(told.mark_taken("a test", ++version, hall.clock->wall()));
    REQUIRE(change->commit());
}

inline WallTime at(const std::string& iso) { return wall_time_from_iso(iso); }

inline CentreNotice a_notice(const std::string& id, Bilingual title, Bilingual text, const std::string& from = "2026-07-20T00:00:00+08:00",
                             const std::string& until = "2026-07-28T00:00:00+08:00") {
    return {id, std::move(title), std::move(text), at(from), at(until)};
}

// Four, the newest first: a plain one, one with a long title, one with a long text, one without English.
inline std::vector<CentreNotice> four_notices() {
    std::string zh, en;
    for (int i = 0; i < 14; ++i) {
        zh += "请各支部于本月底前完成“红色家书”诵读活动的报名，并将参加人员名单报送学院党委组织员办公室。每个支部至少推荐一个节目，形式不限，时间不超过八分钟。\n";
        en += "Each branch enters the reading of letters by the end of this month, and sends the list of those who take part to the office. At least one piece for each branch, of any form, of eight minutes at most.\n";
    }
    return {a_notice("n-closed", {"周一闭馆", "Closed on Monday"}, {"7月27日（周一）设备检修，展厅闭馆一天。\n周二照常开放。", "On Monday 27 July the hall is closed for maintenance.\nIt opens again on Tuesday."},
                     "2026-07-23T00:00:00+08:00"),
            a_notice("n-title", {"关于做好2026年暑期“三下乡”社会实践期间各临时党支部组织生活与安全工作的通知", "On the work of the temporary branches, and on safety, during the social practice in the countryside in the summer of 2026"},
                     {"各临时党支部每周至少开展一次组织生活。", "Each temporary branch meets at least once a week."}, "2026-07-22T00:00:00+08:00"),
            a_notice("n-text", {"“红色家书”诵读活动报名", "Letters read aloud: enter now"}, {zh, en}, "2026-07-21T00:00:00+08:00"),
            a_notice("n-zh", {"学习资料已更新", ""}, {"新的学习资料已放在资料架第二层。", ""})};
}

inline PlannedActivity a_plan(const std::string& id, const std::string& name, const std::string& planned, const std::string& branch = "第一党支部", const std::string& host = "") {
    PlannedActivity one;
    one.id = id;
    one.plan.name = name;
    one.plan.type = "party_class";
    one.plan.branch = branch;
    one.plan.planned = at(planned);
    one.plan.late_after_min = 20;
    one.plan.host.text = host;
    return one;
}

// Of today, 2026-07-23, and the next days.
inline std::vector<PlannedActivity> five_plans() {
    return {a_plan("p-class", "学习《论持久战》专题党课", "2026-07-23T09:30:00+08:00"),
            a_plan("p-day", "七月主题党日：重温入党志愿书，参观校史馆并座谈交流心得体会", "2026-07-23T14:00:00+08:00", ""),
            a_plan("p-study", "集中学习", "2026-07-24T19:00:00+08:00", "第二党支部"), a_plan("p-meeting", "支部大会", "2026-07-25T15:00:00+08:00"),
            a_plan("p-volunteer", "校园志愿服务", "2026-07-27T08:00:00+08:00", "")};
}

}  // namespace xinghuo
