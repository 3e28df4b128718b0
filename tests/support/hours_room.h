// Reports of hours beside the same hours added up day by day, in either database.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "content/base/json.h"
#include "sync/server/hour_sums.h"
#include "sync/server/report_api.h"
#include "tests/support/roll_up_room.h"

namespace xinghuo {

inline const WallTime newyear = wall_time_from_iso("2027-01-02T04:00:00Z");

// The hours of a member, day by day, as the policy of the day has them.
inline std::map<std::string, double> hours_by_day(Sql& sql, std::int64_t from, std::int64_t to) {
    std::map<std::string, double> hours;
    const auto table = centre_policies(sql, 1);
    REQUIRE(table);
    const auto days = sql.query("SELECT member, day, touch_ms, media_ms, reading_ms, quiz_ms FROM study_day WHERE day >= $1 AND day <= $2", {from, to});
    REQUIRE(days);
    for (const SqlRow& row : *days) {
        const Policy& policy = Policies::in_force(*table, row.integer(1));
        const std::map<StudyLabel, Milliseconds> ms = {{StudyLabel::touch, Milliseconds(row.integer(2))}, {StudyLabel::media, Milliseconds(row.integer(3))},
                                                       {StudyLabel::reading, Milliseconds(row.integer(4))}, {StudyLabel::quiz, Milliseconds(row.integer(5))}};
        hours[row.text(0)] += credited_minutes(policy, ms) / policy.minutes_per_hour;
    }
    const auto came = sql.query("SELECT a.member, a.activity, MIN(a.kiosk) FROM attendance a WHERE a.came_seq <> 9223372036854775807 GROUP BY a.member, a.activity");
    REQUIRE(came);
    for (const SqlRow& row : *came) {
        const auto at = sql.query("SELECT a.day, v.type FROM attendance a JOIN activity_at v ON v.activity = a.activity AND v.kiosk = a.kiosk WHERE a.member = $1 AND a.activity = $2 AND a.kiosk = $3",
                                  {row.text(0), row.text(1), row.text(2)});
        REQUIRE(at);
        if (at->empty() || at->front().integer(0) < from || at->front().integer(0) > to) continue;
        const Policy& policy = Policies::in_force(*table, at->front().integer(0));
        const auto worth = policy.activity_hours.find(at->front().text(1));
        if (worth != policy.activity_hours.end() && worth->second > 0) hours[row.text(0)] += worth->second;
    }
    return hours;
}

struct HoursRoom : RollUpRoom {
    HoursRoom() {
        auto opened = ReportWords::open(Path(XINGHUO_SOURCE_DIR) / "sync/server/strings");
        REQUIRE(opened);
        words = std::move(*opened);
    }
    std::string ask(const std::string& target) { return ask(*sql, target); }
    std::string ask(Sql& through, const std::string& target) {
        HttpRequest request;
        request.target = target;
        Caller caller;
        caller.kind = Caller::Kind::staff;
        caller.role = StaffRole::viewer;
        const HttpReply reply = answer_reports(request, request.path(), caller, through, newyear, {key, words});
        if (reply.status != 200) FAIL(reply.body);
        return reply.body;
    }
    // All pages.
    std::map<std::string, double> reported(const std::string& period, int limit, int& pages) {
        std::map<std::string, double> hours;
        std::string after;
        for (pages = 1;; ++pages) {
            JsonDocument document;
            REQUIRE(document.parse(ask(fmt::format("/api/reports/hours?{}&limit={}{}", period, limit, after))));
            for (const JsonNode& row : document.root()["rows"].items()) CHECK(hours.emplace(row["member"].string(), row["hours"].number()).second);
            if (!document.root()["next"].exists()) return hours;
            CHECK(document.root()["rows"].items().size() == static_cast<std::size_t>(limit));
            after = "&after=" + document.root()["next"].string();
        }
    }
    void check(std::int64_t from, std::int64_t to, int limit) {
        const std::string period = "from=" + date_text(from) + "&to=" + date_text(to);
        CAPTURE(period);
        const std::map<std::string, double> wanted = hours_by_day(*sql, from, to);
        int pages = 0;
        const std::map<std::string, double> got = reported(period, limit, pages);
        CHECK(got.size() == wanted.size());
        double sum = 0;
        for (const auto& [member, hours] : wanted) {
            sum += hours;
            CAPTURE(member);
            REQUIRE(got.contains(member));
            CHECK(got.at(member) == Approx(hours).margin(0.0051));
        }
        JsonDocument document;
        REQUIRE(document.parse(ask("/api/reports/hours?by=branch&" + period)));
        double by_branch = 0;
        for (const JsonNode& row : document.root()["rows"].items()) by_branch += row["hours"].number();
        CHECK(by_branch == Approx(sum).margin(0.0051));
    }
    SecretKey key = SecretKey::random();
    ReportWords words;
};

// Another connection, and what happens before each of its statements.
class WatchedSql final : public Sql {
public:
    using Before = std::function<void(int number, bool in_transaction)>;
    WatchedSql(Sql& below, Before before) : below_(&below), before_(std::move(before)) {}
    [[nodiscard]] Dialect dialect() const override { return below_->dialect(); }
    Result<std::vector<SqlRow>> query(std::string_view sql, const std::vector<SqlValue>& values) override {
        before_(++statements_, inside_);
        return below_->query(sql, values);
    }
    Result<std::vector<SqlRow>> insert(const SqlRowsToInsert& rows) override {
        before_(++statements_, inside_);
        return below_->insert(rows);
    }
    Result<void> run_script(std::string_view sql) override { return below_->run_script(sql); }
    Result<void> begin() override {
        before_(++statements_, inside_);
        auto begun = below_->begin();
        inside_ = begun.has_value();
        return begun;
    }
    Result<void> commit() override {
        before_(++statements_, inside_);
        inside_ = false;
        return below_->commit();
    }
    void roll_back() override {
        inside_ = false;
        below_->roll_back();
    }
    [[nodiscard]] bool asks_again() const override { return below_->asks_again(); }
    [[nodiscard]] int statements() const { return statements_; }

private:
    Sql* below_;
    Before before_;
    int statements_ = 0;
    bool inside_ = false;
};

}  // namespace xinghuo
