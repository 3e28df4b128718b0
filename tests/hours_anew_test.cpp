// A policy changes and everybody's hours are made anew, behind the reports: whatever is asked meanwhile is right, whatever stops it.
#include <random>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/hours_room.h"

using namespace xinghuo;

namespace {

const std::int64_t new_years_day = china_day(Date{2026, 1, 1}), last_of_november = china_day(Date{2026, 11, 30}), last_of_year = china_day(Date{2026, 12, 31}),
                   first_of_all = china_day(Date{2025, 1, 1});
constexpr int people = 40;

std::string a_policy(int minutes, int cap = 150) {
    return fmt::format(R"({{"minutes_per_hour":{},"daily_cap_minutes":{},"labels":{{"touch":1}},"activity_hours":{{"party_class":2}}}})", minutes, cap);
}

// Two years of some members, made whole under one policy.
struct AnewRoom : HoursRoom {
    AnewRoom() {
        std::mt19937 chance(3);
        for (int i = 0; i < 240; ++i) {
            terminal.pass(static_cast<std::int64_t>(chance() % 500'000'000));
            if (i % 40 == 5) terminal.write(RecordKind::activity_opened, "", fmt::format(R"({{"activity":"a-{}","name":"课","type":"party_class"}})", i / 40));
            if (i % 40 > 5 && i % 3 == 0) terminal.write(RecordKind::attended, member(i), fmt::format(R"({{"activity":"a-{}","as":"on_time"}})", i / 40));
            else if (i % 40 != 5) terminal.study(member(i), i % 2 == 0 ? "media" : "touch", static_cast<std::int64_t>(chance() % 12'000'000) + 1);
        }
        bring();
        REQUIRE(set_centre_policy(*sql, 1, first_of_all, a_policy(45)));
        REQUIRE(refresh_hours(*sql, 1));
        REQUIRE(stale() == 0);
    }
    static std::string member(int i) { return fmt::format("m-{:02}", i * 7 % people); }
    // What the terminal has written since.
    void bring() {
        send(terminal.signing.public_key(), terminal.part(brought + 1, terminal.records.size()), newyear);
        brought = terminal.records.size();
    }
    void study_now(const std::string& who, std::int64_t day) {
        terminal.wall_ms = begin_of_day(day).unix_ms + 40'000'000;
        terminal.study(who, "media", 3'000'000);
        bring();
    }
    std::int64_t stale() { return sql->integer_or(-1, "SELECT COUNT(*) FROM hours_stale").value(); }
    std::int64_t kept_before_2026() { return sql->integer_or(-1, "SELECT COUNT(*) FROM member_hours WHERE last_day < $1", {new_years_day}).value(); }
    void check_one(int which) {
        if (which % 3 == 0) check(new_years_day, last_of_november, 1'000);
        if (which % 3 == 1) check(first_of_all, last_of_year, 11);
        if (which % 3 == 2) check(first_of_all, new_years_day - 20, 1'000);
    }
    void check_all() {
        for (int which = 0; which < 3; ++which) check_one(which);
    }
    ToldTerminal terminal{"a year and another", "2025-01-03T00:30:00Z"};
    std::size_t brought = 0;
};

}  // namespace

TEST_CASE("hours: while a changed policy's are made, every report is right, and years before it stay as they are", "[centre][hours][slow]") {
    AnewRoom room;
    REQUIRE(set_centre_policy(*room.sql, 1, new_years_day + 100, a_policy(50)));
    const std::int64_t before = room.kept_before_2026();
    REQUIRE(before > 20);
    int pieces = 0;
    for (bool more = true; more; ++pieces) {
        REQUIRE(pieces < 60);
        const std::int64_t stale = room.stale();
        room.check_one(pieces);
        CHECK(room.kept_before_2026() == before);
        CHECK((room.stale() > 0) == (stale > 0));  // reports do not do it themselves
        if (pieces == 3) room.study_now("m-03", new_years_day + 150);
        if (pieces == 4) room.study_now("m-39", new_years_day + 340);
        // It begins again, at the earlier year.
        if (pieces == 5) REQUIRE(set_centre_policy(*room.sql, 1, last_of_year + 1, a_policy(60)));
        if (pieces == 8) REQUIRE(remove_centre_policy(*room.sql, 1, new_years_day + 100));
        auto some = refresh_some_hours(*room.sql, 1, 5);
        REQUIRE(some);
        more = *some;
    }
    CHECK(pieces > people / 5 + 5);
    CHECK(room.stale() == 0);
    // Nothing is left of the policy that came and went.
    CHECK(room.sql->integer_or(-1, "SELECT COUNT(*) FROM member_hours WHERE first_day = $1 OR last_day = $1 - 1", {new_years_day + 100}).value() == 0);
    room.check_all();
    // Before 2026 as well, then.
    REQUIRE(set_centre_policy(*room.sql, 1, first_of_all, a_policy(30)));
    room.check_all();
    REQUIRE(refresh_hours(*room.sql, 1));
    CHECK(room.stale() == 0);
    room.check_all();
    // Now it is what is kept that is read.
    REQUIRE(room.sql->run("UPDATE member_hours SET credited_ms = credited_ms + 1800000"));
    const std::string period = "from=2026-01-01&to=2026-12-31";
    int pages = 0;
    const auto told = room.reported(period, 1'000, pages), wanted = hours_by_day(*room.sql, new_years_day, last_of_year);
    REQUIRE(told.size() == wanted.size());
    for (const auto& [member, hours] : wanted) CHECK(told.at(member) == Approx(hours + 1).margin(0.0051));
}

TEST_CASE("hours: made by a server that is killed again and again, they become whole", "[centre][hours][slow]") {
    AnewRoom room;
    REQUIRE(set_centre_policy(*room.sql, 1, first_of_all + 30, a_policy(50)));
    room.study_now("m-03", new_years_day + 150);
    room.database.close();
    std::unique_ptr<Sql> sql;
    int killed = 0;
    for (bool whole = false; !whole; ++killed) {
        REQUIRE(killed < 200);
        sql.reset();  // no connection goes along into another process
        const pid_t child = ::fork();
        if (child == 0) {
            auto own = room.database.connect();
            WatchedSql dying(*own, [&](int number, bool) {
                if (number == 11 + killed * 7 % 61) ::raise(SIGKILL);
            });
            for (bool more = true; more;) {
                auto some = refresh_some_hours(dying, 1, 3);
                if (!some) ::_exit(1);
                more = *some;
            }
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        whole = WIFEXITED(status);
        if (whole) CHECK(WEXITSTATUS(status) == 0);
        sql = room.database.connect();
        room.sql = sql.get();
        if (killed % 5 == 0 || whole) room.check_all();
    }
    CHECK(killed > 5);
    CHECK(room.stale() == 0);
}

TEST_CASE("hours: what changes between two statements of a report is in it or not, never half", "[centre][hours][slow]") {
    AnewRoom room;
    const auto other = room.database.connect();
    const auto with_policy = [&](int n) { REQUIRE(set_centre_policy(*other, 1, new_years_day + 95, a_policy(50 + n, 60))); };
    const auto with_batch = [&](int n) {
        room.sql = other.get();
        room.study_now(AnewRoom::member(n), new_years_day + 335 + n);
        room.sql = &room.database.sql();
    };
    struct Between {
        bool batch, policy, refresh, whole;  // whole: before it, nothing was left to be made anew
    };
    const std::string period = "from=2026-01-01&to=2026-11-30";  // the year less December
    for (const Between& what : {Between{true, false, false, true}, Between{true, false, true, true}, Between{false, true, false, true}, Between{true, true, true, true},
                                Between{true, true, false, false}, Between{false, false, true, false}}) {
        CAPTURE(what.batch, what.policy, what.refresh, what.whole);
        bool late = false;
        (void)remove_centre_policy(*room.sql, 1, new_years_day + 95);
        for (int n = 1; !late; ++n) {
            CAPTURE(n);
            REQUIRE(n < 60);
            if (what.policy && n > 1) REQUIRE(remove_centre_policy(*room.sql, 1, new_years_day + 95));
            if (what.whole) REQUIRE(refresh_hours(*room.sql, 1));
            const auto before = hours_by_day(*room.sql, new_years_day, last_of_november);
            bool done = false;
            WatchedSql watched(*room.sql, [&](int number, bool inside) {
                if (done || inside || number < n) return;
                done = true;
                if (what.batch) with_batch(n);
                if (what.policy) with_policy(n);
                if (what.refresh) REQUIRE(refresh_hours(*other, 1));
            });
            JsonDocument document;
            REQUIRE(document.parse(room.ask(watched, "/api/reports/hours?" + period)));
            late = !done;
            const auto after = hours_by_day(*room.sql, new_years_day, last_of_november);
            const auto is = [&](const std::map<std::string, double>& wanted) {
                const auto rows = document.root()["rows"].items();
                return rows.size() == wanted.size() && std::all_of(rows.begin(), rows.end(), [&](const JsonNode& row) {
                           const auto found = wanted.find(row["member"].string());
                           return found != wanted.end() && row["hours"].number() == Approx(found->second).margin(0.0051);
                       });
            };
            CHECK((is(before) || is(after)));
        }
    }
}

TEST_CASE("hours: a flood of batches is not made anew by a report, and its figures are right", "[centre][hours]") {
    AnewRoom room;
    room.study_now("m-03", new_years_day + 150);
    for (int i = 0; i < 1'500; ++i) {
        HourMarks marks;
        marks.study(fmt::format("m-{:02}", i % people), new_years_day + 150);
        REQUIRE(marks.save(*room.sql, 1, fmt::format("flood-{:04}", i)));
    }
    room.check(new_years_day, last_of_november, 1'000);
    CHECK(room.stale() > 0);
    REQUIRE(refresh_hours(*room.sql, 1));
    CHECK(room.stale() == 0);
    room.check_all();
}

TEST_CASE("hours: a centre's first records are in the first report, and who has none is not counted among those with hours", "[centre][hours]") {
    HoursRoom room;
    REQUIRE(refresh_hours(*room.sql, 1));  // as a server does at its start, when nothing has come yet
    REQUIRE(set_centre_policy(*room.sql, 1, new_years_day, R"({"minutes_per_hour":45,"daily_cap_minutes":150,"labels":{"touch":1,"media":0}})"));
    REQUIRE(refresh_hours(*room.sql, 1));
    ToldTerminal terminal("first", "2026-03-02T00:30:00Z");
    terminal.study("m-1", "touch", 5'400'000);
    terminal.study("m-2", "media", 5'400'000);
    room.send(terminal.signing.public_key(), terminal.records, newyear);
    room.check(new_years_day, last_of_november, 1'000);
    JsonDocument document;
    REQUIRE(document.parse(room.ask("/api/reports/hours?by=branch&from=2026-01-01&to=2026-11-30")));
    REQUIRE(document.root()["rows"].items().size() == 1);
    CHECK(document.root()["rows"].items().front()["with_hours"].integer() == 1);
    CHECK(document.root()["rows"].items().front()["mean_hours"].number() == Approx(2));
}
