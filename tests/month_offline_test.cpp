// A month without a network: 10,000 records wait at one terminal, then the network is back.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "sync/server/report_api.h"
#include "tests/support/centre_exchange.h"
#include "tools/fleet/day.h"

using namespace xinghuo;

namespace {

constexpr std::size_t month_records = 10'000;

// A busy hall's June: switched on each morning, now and then with a clock that nobody vouches for, sometimes cut off. The day after the last record's.
void live_a_month(SyncTerminal& terminal) {
    TerminalDays days(7, 300, wall_time_from_iso("2026-06-01T00:00:00Z"), 5);
    std::size_t written = 0;
    int boots = 0;
    while (written < month_records) {
        TerminalDays::Happening happening = days.next();
        if (happening.switched_on) {
            auto opened = Records::open(*terminal.db, *terminal.device, fmt::format("morning-{}", ++boots));
            REQUIRE(opened);
            terminal.records.emplace(std::move(*opened));
        }
        happening.drafts.resize(std::min(happening.drafts.size(), month_records - written), Draft{RecordKind::boot, {}});
        REQUIRE(terminal.records->keep(happening.drafts, happening.moment));
        written += happening.drafts.size();
    }
    CHECK(boots >= 25);
    CHECK(boots <= 31);
}

using MinutesByDay = std::map<std::pair<std::string, std::int64_t>, std::array<std::int64_t, 4>>;  // member and day: touch, media, reading, quiz, ms

MinutesByDay minutes_of(Database& db) {
    MinutesByDay all;
    auto rows = db.query("SELECT member, day, label, ms FROM study_day");
    REQUIRE(rows);
    while (rows->next()) {
        const auto label = study_label(rows->text(2));
        REQUIRE(label);
        all[{std::string(rows->text(0)), rows->integer(1)}][static_cast<std::size_t>(*label)] += rows->integer(3);
    }
    return all;
}

MinutesByDay minutes_of(Sql& sql) {
    MinutesByDay all;
    const auto rows = sql.query("SELECT member, day, touch_ms, media_ms, reading_ms, quiz_ms FROM study_day");
    REQUIRE(rows);
    for (const SqlRow& row : *rows) all[{row.text(0), row.integer(1)}] = {row.integer(2), row.integer(3), row.integer(4), row.integer(5)};
    return all;
}

}  // namespace

TEST_CASE("sync: a month offline, 10,000 records, is at the centre once, in order, with the same minutes", "[agent][month][slow]") {
    const Path folder = SyncTerminal::scratch() / ("xinghuo-month-" + to_hex(random_bytes(8)));
    std::filesystem::create_directories(folder);
    {
        auto sql = open_sqlite(folder / "centre.db");
        REQUIRE(sql);
        REQUIRE(migrate_server(**sql));
        REQUIRE((*sql)->run_script("PRAGMA synchronous = OFF"));
        CentreExchange centre(**sql);
        SyncTerminal terminal(centre);
        centre.knows(terminal);
        centre.now = terminal.clock.wall();
        live_a_month(terminal);
        terminal.open_agent();
        REQUIRE(terminal.agent->status().outbox.waiting == month_records);
        const Instant back = terminal.clock.now();
        REQUIRE(terminal.drain());

        const SyncStatus& status = terminal.agent->status();
        CHECK(status.outbox.sent_through == month_records);
        CHECK(status.outbox.quarantined == 0);
        CHECK_FALSE(status.trouble);
        CHECK(status.steps <= month_records / batch_limit + 2);       // nothing was said twice
        CHECK(terminal.clock.now() - back <= std::chrono::seconds(10));  // and nothing waited for

        // Once, as they were written, in the order the terminal gave them.
        RecordStore store(**sql);
        const auto chain = store.chain(centre.caller.organisation, centre.caller.kiosk);
        REQUIRE(chain);
        CHECK(chain->through == month_records);
        CHECK(chain->missing.empty());
        const auto ours = terminal.records->read(0, month_records + 1);
        REQUIRE(ours);
        REQUIRE(ours->size() == month_records);
        std::size_t at = 0, wrong = 0;
        for (std::string cursor;;) {
            const auto page = store.select(centre.caller.organisation, {.keys = {}, .since_ms = {}, .until_ms = {}, .ascending = true, .limit = 1'000, .cursor = cursor});
            REQUIRE(page);
            for (const KeptStatement& kept : page->statements) {
                const auto carried = carried_record(kept.json);
                const bool same = at < month_records && carried && carried->has_value() && to_json((*carried)->record) == to_json((*ours)[at]);
                wrong += same ? 0 : 1;
                ++at;
            }
            cursor = page->more;
            if (cursor.empty()) break;
        }
        CHECK(at == month_records);
        CHECK(wrong == 0);
        CHECK((*sql)->integer_or(-1, "SELECT count(*) FROM kiosk_alert").value() == 0);

        // To the millisecond, for each member on each day; and what the office reads is what the member read at the terminal.
        const MinutesByDay here = minutes_of(*terminal.db);
        CHECK(here.size() > 500);
        CHECK(here == minutes_of(**sql));
        const auto study = Study::open_beside({.data = terminal.files.data, .boot_id = "office", .version = "", .later = {}, .mend = false}, terminal.clock.moment());
        REQUIRE(study);
        const SecretKey key = SecretKey::random();
        const auto words = ReportWords::open(Path(XINGHUO_SOURCE_DIR) / "sync/server/strings");
        REQUIRE(words);
        HttpRequest request;
        request.target = "/api/reports/hours?from=2026-01-01&to=2026-12-31&limit=1000";
        Caller office;
        office.kind = Caller::Kind::staff;
        office.role = StaffRole::operator_;
        const HttpReply reply = answer_reports(request, request.path(), office, **sql, terminal.clock.wall(), {key, *words});
        REQUIRE(reply.status == 200);
        JsonDocument report;
        REQUIRE(report.parse(reply.body));
        std::set<std::string> reported;
        for (const JsonNode& row : report.root()["rows"].items()) {
            const std::string member = row["member"].string();
            reported.insert(member);
            const auto year = (*study)->ledger().year({member}, 2026);
            REQUIRE(year);
            CAPTURE(member);
            CHECK(row["hours"].number() == Approx(year->hours).margin(0.0051));
            CHECK(row["activity_hours"].number() == Approx(year->activity_hours).margin(0.0051));
            for (const StudyLabel label : {StudyLabel::touch, StudyLabel::media, StudyLabel::reading, StudyLabel::quiz}) {
                const auto found = year->by_label.find(label);
                const double minutes = found == year->by_label.end() ? 0 : seconds(found->second) / 60;
                CHECK(row[std::string(name_of(label)) + "_min"].number() == Approx(minutes).margin(0.051));
            }
        }
        for (const auto& [whose, ms] : here) CHECK(reported.contains(whose.first));
    }
    std::filesystem::remove_all(folder);
}
