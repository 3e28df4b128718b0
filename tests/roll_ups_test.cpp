// The centre's sums: whatever the order in which records arrive, they are what the terminals' own sums are.
#include "sync/server/roll_ups.h"

#include <cmath>
#include <map>
#include <random>

#include "content/store/schema.h"
#include "content/study/tally.h"
#include "sync/server/report_quiz.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

const WallTime late_enough = wall_time_from_iso("2026-12-01T00:00:00Z");

class TerminalLife {
public:
    TerminalLife(ToldTerminal& terminal, std::mt19937& chance) : t_(terminal), chance_(chance) {}
    void live(int visits) {
        t_.write(RecordKind::boot, "", R"({"version":"1.0.0"})");
        for (int i = 0; i < visits; ++i) {
            t_.pass(below(20) == 0 ? 86'400'000 : below(7'200'000));
            if (below(12) == 0) t_.reboot();
            switch (below(5)) {
                case 0: quiz(); break;
                case 1: activity(); break;
                default: visit(); break;
            }
        }
    }

private:
    std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(chance_() % static_cast<std::uint64_t>(n)); }
    std::string somebody() {
        const std::int64_t who = below(6);
        return who == 5 && t_.kiosk.text.back() % 2 == 0 ? "m-old-" + t_.kiosk.text : "m-" + std::to_string(who);
    }
    void visit() {
        const std::string member = somebody();
        t_.write(RecordKind::signed_in, member, R"({"session":"s","way":"card"})");
        for (std::int64_t n = below(5); n >= 0; --n) {
            const std::int64_t ms = 1 + below(400'000);
            t_.pass(ms);
            const char* labels[] = {"touch", "media", "reading", "quiz", "unheard-of"};
            t_.study(member, labels[below(5)], ms, "item-" + std::to_string(below(4)), below(9) == 0 ? RecordKind::abandoned : RecordKind::study_interval);
        }
        t_.write(RecordKind::signed_out, member, R"({"session":"s","why":"button","ms":1})");
    }
    void quiz() {
        const std::string member = below(4) == 0 ? "" : somebody();
        const std::int64_t count = 2 + below(4), stops = below(5) == 0 ? 1 : count;
        std::int64_t right = 0;
        for (std::int64_t i = 0; i < stops; ++i) {
            const bool yes = below(3) != 0;
            right += yes ? 1 : 0;
            t_.pass(5'000);
            if (below(3) == 0 && !member.empty()) t_.study(member, "quiz", 4'000, "quiz-t");
            t_.write(RecordKind::quiz_answered, member,
                     fmt::format(R"({{"session":"s","question":"q{}","theme":"t{}","right":{},"score":1,"item":"quiz-t"}})", i, i % 2, yes));
        }
        if (stops == count)
            t_.write(RecordKind::quiz_finished, member, fmt::format(R"({{"session":"s","theme":"t","item":"quiz-t","asked":{},"right":{},"percent":1,"paper":false}})", count, right));
    }
    void activity() {
        const std::string id = fmt::format("a-{}-{}", t_.kiosk.text, t_.records.size());
        t_.write(RecordKind::activity_opened, "m-1",
                 fmt::format(R"({{"activity":"{}","name":"党课","type":"party_class","branch":"一支部","late_after_min":5}})", id));
        std::map<std::string, int> taps;
        for (std::int64_t n = below(8); n > 0; --n) {
            t_.pass(below(120'000));
            const std::string member = somebody();
            const int tap = taps[member]++;
            const char* as = tap == 0 ? (below(2) == 0 ? "on_time" : "late") : tap % 2 == 1 ? "left_early" : "back";
            t_.write(RecordKind::attended, member, fmt::format(R"({{"activity":"{}","name":"党课","as":"{}","way":"card"}})", id, as));
            if (below(3) == 0) t_.write(RecordKind::guest_visit, "", fmt::format(R"({{"activity":"{}","by":2}})", id));
        }
        if (below(4) != 0)
            t_.write(RecordKind::activity_closed, "m-1", fmt::format(R"({{"activity":"{}","name":"党课","expected":9,"attended":1,"late":0,"guests":0}})", id));
    }

    ToldTerminal& t_;
    std::mt19937& chance_;
};

// The sums of every terminal's own tally, added up as text.
struct TalliedSums {
    std::map<std::string, std::int64_t> sums;
    void add(const ToldTerminal& terminal, const Path& folder) {
        auto db = Database::open(folder / (terminal.kiosk.text + ".db"));
        REQUIRE(db);
        REQUIRE(migrate(**db));
        {
            auto change = Transaction::begin(**db);
            REQUIRE(change);
            for (const CarriedRecord& one : terminal.records) REQUIRE(tally(**db, one.record, counted_day(one.record.at, true, 0)));
            REQUIRE(change->commit());
        }
        read(**db, "SELECT 'day ' || member || ' ' || day || ' ' || label, ms FROM study_day");
        read(**db, "SELECT 'theme ' || member || ' ' || theme, asked * 100000 + correct FROM quiz_tally");
        read(**db, "SELECT 'activity ' || id || ' ' || name || type || branch || host || ' ' || day || ' ' || opened_seq || ' ' || COALESCE(closed_seq, 0), guests FROM activity");
        read(**db, "SELECT 'attended ' || activity || ' ' || member || ' ' || day || ' ' || came_seq || ' ' || late, CASE WHEN left_seq IS NULL THEN 0 ELSE left_seq END FROM attendance");
        read(**db, "SELECT 'item ' || item, ms FROM study_item");
    }
    void read(Database& db, const std::string& query) {
        auto rows = db.query(query);
        REQUIRE(rows);
        while (rows->next()) sums[rows->text(0)] += rows->integer(1);
        REQUIRE(rows->end());
    }
    void read(Sql& sql) {
        for (const char* query : {
                 "SELECT 'day ' || member || ' ' || day || ' touch', touch_ms FROM study_day WHERE touch_ms > 0", "SELECT 'day ' || member || ' ' || day || ' media', media_ms FROM study_day WHERE media_ms > 0",
                 "SELECT 'day ' || member || ' ' || day || ' reading', reading_ms FROM study_day WHERE reading_ms > 0",
                 "SELECT 'day ' || member || ' ' || day || ' quiz', quiz_ms FROM study_day WHERE quiz_ms > 0",
                 "SELECT 'theme ' || member || ' ' || theme, asked * 100000 + correct FROM quiz_theme",
                 "SELECT 'activity ' || activity || ' ' || name || type || branch || host || ' ' || day || ' ' || opened_seq || ' ' || CASE WHEN closed_seq = 9223372036854775807 THEN 0 ELSE "
                 "closed_seq END, guests FROM activity_at",
                 "SELECT 'attended ' || activity || ' ' || member || ' ' || day || ' ' || came_seq || ' ' || late, CASE WHEN tap_left = 1 THEN tap_seq ELSE 0 END FROM attendance",
                 "SELECT 'item ' || item, ms FROM item_viewed"}) {
            auto rows = sql.query(query);
            if (!rows) FAIL(rows.error().what);
            for (const SqlRow& row : *rows) sums[row.text(0)] += row.integer(1);
        }
    }
};

std::string every_table(RollUpRoom& room) {
    return room.rows("SELECT member, day, touch_ms, media_ms, reading_ms, quiz_ms FROM study_day ORDER BY 1, 2", 6) +
           room.rows("SELECT theme, question, slot, asked, correct, n, sum_right, sum_rest, sum_rest_squared, sum_right_rest FROM quiz_question ORDER BY 1, 2, 3", 10) +
           room.rows("SELECT item, slot, views, ms, title_id, title FROM item_viewed ORDER BY 1, 2", 6) +
           room.rows("SELECT activity, kiosk, name, planned_ms, opened_seq, opened_ms, day, closed_seq, closed_ms, expected, guests FROM activity_at ORDER BY 1, 2", 11) +
           room.rows("SELECT activity, member, kiosk, came_seq, came_ms, day, late, tap_seq, tap_left FROM attendance ORDER BY 1, 2, 3", 9) +
           room.rows("SELECT kiosk, last_seq, told_seq, last_boot, last_at_ms, clock_trusted, version, starts, unclean_starts FROM kiosk_health ORDER BY 1", 9) +
           room.rows("SELECT kiosk, first_seq, last_seq, last_hash FROM chain_stretch ORDER BY 1, 2", 4) + room.rows("SELECT was, is_now FROM member_alias ORDER BY 1", 2) +
           room.rows("SELECT kiosk, kind, from_seq, to_seq FROM kiosk_alert WHERE closed_ms = 0 ORDER BY 1, 2, 3", 4);
}

// "got / wanted" of the first line that differs; empty: none does.
std::string first_difference(const std::string& a, const std::string& b) {
    if (a == b) return "";
    const auto at = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
    const std::size_t begin = at == 0 ? 0 : a.rfind('\n', at - 1) + 1;
    return a.substr(begin, a.find('\n', at) - begin) + " / " + b.substr(begin, b.find('\n', at) - begin);
}

std::vector<ToldTerminal> terminals(std::mt19937& chance, std::uint32_t seed, bool guessing) {
    std::vector<ToldTerminal> all;
    for (int i = 0; i < 3; ++i) {
        all.emplace_back(fmt::format("terminal {} of {}", i, seed));
        ToldTerminal& terminal = all.back();
        for (int part = 0; part < 3; ++part) {
            terminal.trusted = !guessing || chance() % 2 == 0;
            if (guessing && chance() % 4 == 0) terminal.wall_ms = wall_time_from_iso("1970-01-01T00:10:00Z").unix_ms;
            TerminalLife(terminal, chance).live(8);
            if (guessing && terminal.wall_ms < 1'000'000'000'000) terminal.wall_ms = wall_time_from_iso("2026-05-01T00:00:00Z").unix_ms;
            if (guessing && chance() % 2 == 0) {
                terminal.trusted = true;
                terminal.pass(1'000);
                terminal.write(RecordKind::guest_visit, "", "{}");
            }
            terminal.reboot();
        }
        // The roster comes from the centre: somebody had another id here.
        const std::string old_id = "m-old-" + terminal.kiosk.text;
        terminal.write(RecordKind::admin_action, "", fmt::format(R"({{"action":"member_same","was":"{}","is":"m-new-{}"}})", old_id, i));
        terminal.study(old_id, "media", 60'000);
        terminal.trusted = true;
        TerminalLife(terminal, chance).live(4);
    }
    return all;
}

void send_in_any_order(RollUpRoom& room, const std::vector<ToldTerminal>& all, std::mt19937& chance) {
    struct Place {
        std::size_t terminal, record;
    };
    std::vector<Place> places;
    for (std::size_t t = 0; t < all.size(); ++t)
        for (std::size_t r = 0; r < all[t].records.size(); ++r) places.push_back({t, r});
    // From nearly in order to wholly mixed.
    const std::size_t reach = std::size_t{1} << (chance() % 11);
    for (std::size_t i = 0; i < places.size(); ++i) std::swap(places[i], places[std::min(places.size() - 1, i + chance() % reach)]);
    for (std::size_t i = 0; i < places.size();) {
        std::map<std::size_t, std::vector<CarriedRecord>> batches;
        for (std::size_t n = 1 + chance() % 60; n > 0 && i < places.size(); --n, ++i) {
            batches[places[i].terminal].push_back(all[places[i].terminal].records[places[i].record]);
            const Place& again = places[chance() % (i + 1)];
            if (chance() % 5 == 0) batches[again.terminal].push_back(all[again.terminal].records[again.record]);
        }
        for (const auto& [t, batch] : batches) room.send(all[t].signing.public_key(), batch, late_enough);
    }
}

}  // namespace

TEST_CASE("sums are the terminals' own, in any order, in any batches, however often repeated", "[centre][roll_ups]") {
    const std::uint32_t last = testing::either_database() == Sql::Dialect::sqlite ? 12 : 2;
    for (std::uint32_t seed = 1; seed <= last; ++seed) {
        CAPTURE(seed);
        std::mt19937 chance(seed);
        const std::vector<ToldTerminal> all = terminals(chance, seed, false);
        RollUpRoom room;
        send_in_any_order(room, all, chance);
        TalliedSums centre, own;
        centre.read(*room.sql);
        for (const ToldTerminal& terminal : all) own.add(terminal, room.database.folder());
        CHECK(own.sums.size() > 50);
        CHECK(centre.sums == own.sums);
    }
}

TEST_CASE("every table is the same as if all had come in order, also where clocks were wrong", "[centre][roll_ups]") {
    const std::uint32_t last = testing::either_database() == Sql::Dialect::sqlite ? 110 : 102;
    for (std::uint32_t seed = 101; seed <= last; ++seed) {
        CAPTURE(seed);
        std::mt19937 chance(seed);
        const std::vector<ToldTerminal> all = terminals(chance, seed, true);
        RollUpRoom room, straight;
        send_in_any_order(room, all, chance);
        for (const ToldTerminal& terminal : all) straight.send(terminal.signing.public_key(), terminal.records, late_enough);
        CHECK(first_difference(every_table(room), every_table(straight)) == "");
        CHECK(room.rows("SELECT COUNT(*) FROM kiosk_alert WHERE closed_ms = 0", 1) == "0\n");
    }
}

TEST_CASE("minutes of a clock that was wrong move to their day when it is known", "[centre][roll_ups]") {
    RollUpRoom room;
    ToldTerminal t("wrong clock", "1970-01-01T00:05:00Z");
    t.trusted = false;
    t.study("m-1", "media", 60'000);
    room.send(t.signing.public_key(), t.part(1, 1), wall_time_from_iso("2026-07-03T02:00:00Z"));
    const std::string arrival = std::to_string(china_day(Date{2026, 7, 3})), true_day = std::to_string(china_day(Date{2026, 7, 1}));
    CHECK(room.rows("SELECT member, day, media_ms FROM study_day", 3) == "m-1|" + arrival + "|60000\n");
    // Two hours later somebody sets the clock: 2026-07-02, 01:00 in China. So it was the first of July.
    t.pass(7'200'000);
    t.trusted = true;
    t.wall_ms = wall_time_from_iso("2026-07-01T17:00:00Z").unix_ms;
    t.study("m-1", "media", 1'000);
    room.send(t.signing.public_key(), t.part(2, 2), wall_time_from_iso("2026-07-03T03:00:00Z"));
    CHECK(room.rows("SELECT day, media_ms FROM study_day WHERE media_ms > 0 ORDER BY day", 2) == true_day + "|60000\n" + std::to_string(china_day(Date{2026, 7, 2})) + "|1000\n");

    // Without a trusted record in its boot a label is believed where it is possible, and not where it is of the future.
    t.reboot(600'000);
    t.trusted = false;
    t.study("m-2", "quiz", 5'000);
    t.wall_ms = wall_time_from_iso("2099-01-01T00:00:00Z").unix_ms;
    t.study("m-3", "quiz", 5'000);
    room.send(t.signing.public_key(), t.part(4, 5), wall_time_from_iso("2026-07-09T03:00:00Z"));
    CHECK(room.rows("SELECT member, day FROM study_day WHERE quiz_ms > 0 ORDER BY member", 2) ==
          fmt::format("m-2|{}\nm-3|{}\n", china_day(Date{2026, 7, 2}), china_day(Date{2026, 7, 9})));
}

TEST_CASE("discrimination is the correlation of an answer with the rest of its attempt", "[centre][roll_ups]") {
    RollUpRoom room;
    ToldTerminal t("school");
    std::mt19937 chance(5);
    std::vector<std::pair<double, double>> pairs;  // of q0: right, share of the others right
    for (int attempt = 0; attempt < 60; ++attempt) {
        const auto skill = chance() % 100;
        bool right[5];
        for (bool& one : right) one = chance() % 100 < skill;
        for (int q = 0; q < 5; ++q)
            t.write(RecordKind::quiz_answered, "", fmt::format(R"({{"question":"q{}","theme":"t","right":{},"item":"quiz-t"}})", q, right[q]));
        t.write(RecordKind::quiz_finished, "", R"({"theme":"t","item":"quiz-t","asked":5})");
        pairs.emplace_back(right[0], (right[1] + right[2] + right[3] + right[4]) / 4.0);
    }
    room.send(t.signing.public_key(), t.records, late_enough);
    double mx = 0, my = 0, xy = 0, xx = 0, yy = 0;
    for (const auto& [x, y] : pairs) mx += x / 60, my += y / 60;
    for (const auto& [x, y] : pairs) xy += (x - mx) * (y - my), xx += (x - mx) * (x - mx), yy += (y - my) * (y - my);
    auto rows = room.sql->query("SELECT asked, correct, n, sum_right, sum_rest, sum_rest_squared, sum_right_rest FROM quiz_question WHERE question = 'q0'");
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    const SqlRow& row = rows->front();
    const QuestionSums sums{row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.integer(5), row.integer(6)};
    CHECK(sums.n == 60);
    REQUIRE(discrimination(sums));
    CHECK(*discrimination(sums) == Approx(xy / std::sqrt(xx * yy)).margin(1e-9));
    CHECK(*discrimination(sums) > 0.2);
    CHECK_FALSE(discrimination({9, 5, 9, 5, 1, 1, 1}));
}

TEST_CASE("an interval or a number of guests that cannot be counts nothing, and stops nobody", "[centre][roll_ups]") {
    RollUpRoom room;
    ToldTerminal wrong("wrong"), honest("honest");
    for (const std::int64_t ms : {INT64_MAX - 60'000, INT64_MAX, std::int64_t{86'400'001}}) wrong.study("m-1", "touch", ms);
    wrong.study("m-1", "touch", 86'400'000);
    wrong.write(RecordKind::activity_opened, "m-1", R"({"activity":"a-1","name":"n","type":"party_class","branch":""})");
    for (const char* by : {"9223372036854775807", "-9223372036854775808", "10001", "3"}) wrong.write(RecordKind::guest_visit, "", fmt::format(R"({{"activity":"a-1","by":{}}})", by));
    honest.study("m-1", "touch", 60'000);
    room.send(wrong.signing.public_key(), wrong.records, late_enough);
    room.send(honest.signing.public_key(), honest.records, late_enough);
    CHECK(room.rows("SELECT sum(touch_ms) FROM study_day", 1) == "86460000\n");
    CHECK(room.rows("SELECT sum(guests) FROM activity_at", 1) == "3\n");
}

TEST_CASE("a name with U+0000 stops no terminal", "[centre][roll_ups]") {
    RollUpRoom room;
    ToldTerminal t("hostile");
    t.write(RecordKind::activity_opened, "m-1", R"({"activity":"a\u0000","name":"\u0000党\u0000\u0000课","type":"party_class","branch":"一支部","late_after_min":5})");
    room.send(t.signing.public_key(), t.records, late_enough);
    CHECK(room.rows("SELECT activity, name, branch FROM activity_at", 3) == "a\uFFFD|\uFFFD党\uFFFD\uFFFD课|一支部\n");
}

TEST_CASE("an id of the roster is never made another's, and ids in a circle stay", "[centre][roll_ups]") {
    RollUpRoom room;
    REQUIRE(room.sql->run("INSERT INTO person (organisation, id, branch, number_hash, sealed, host, gone_ms) VALUES (1, 'm-rostered', 1, 'h', $1, 0, 0)", {Bytes{0}}));
    ToldTerminal t("aliases");
    t.study("m-rostered", "media", 10);
    t.study("m-a", "media", 20);
    t.write(RecordKind::admin_action, "", R"({"action":"member_same","was":"m-rostered","is":"m-thief"})");
    t.write(RecordKind::admin_action, "", R"({"action":"member_same","was":"m-a","is":"m-b"})");
    t.write(RecordKind::admin_action, "", R"({"action":"member_same","was":"m-b","is":"m-a"})");
    t.write(RecordKind::admin_action, "", R"({"action":"member_same","was":"m-b","is":"m-c"})");
    room.send(t.signing.public_key(), t.records, late_enough);
    CHECK(room.rows("SELECT member, media_ms FROM study_day ORDER BY 1", 2) == "m-c|20\nm-rostered|10\n");
    CHECK(room.rows("SELECT kind, from_seq FROM kiosk_alert ORDER BY from_seq", 2) == "alias|3\nalias|5\n");
    CHECK(*present_id(*room.sql, 1, "m-a") == "m-c");
}
