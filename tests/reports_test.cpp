// What the centre's staff ask, as they ask it: over HTTP, in their role, in their language.
#include "sync/server/report_api.h"

#include "content/base/json.h"
#include "content/base/spreadsheet.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

const WallTime autumn = wall_time_from_iso("2026-10-01T04:00:00Z");

// Two branches, three members, one terminal: 3 March 2026 is a Tuesday of study, a party class and a quiz.
struct ReportRoom : RollUpRoom {
    ReportRoom() {
        const std::string csv = "学号,姓名,支部\n1001,张三,一支部\n1002,李四,一支部\n1003,王五,二支部\n";
        auto file = read_roster(*read_table(Bytes(csv.begin(), csv.end())));
        REQUIRE(people.apply(*file, autumn));
        zhang = (*people.by_number("1001"))->id.text;
        li = (*people.by_number("1002"))->id.text;
        wang = (*people.by_number("1003"))->id.text;
        t.wall_ms = wall_time_from_iso("2026-03-03T00:30:00Z").unix_ms;
        t.write(RecordKind::boot, "", R"({"version":"1.2.0","unclean":true})");
        t.write(RecordKind::activity_opened, "", R"({"activity":"a-1","name":"党课","type":"party_class","branch":"一支部","late_after_min":5})");
        t.write(RecordKind::attended, zhang, R"({"activity":"a-1","name":"党课","as":"on_time","way":"card"})");
        t.pass(600'000);
        t.write(RecordKind::attended, wang, R"({"activity":"a-1","name":"党课","as":"late","way":"card"})");
        t.write(RecordKind::attended, wang, R"({"activity":"a-1","name":"党课","as":"left_early","way":"card"})");
        t.write(RecordKind::guest_visit, "", R"({"activity":"a-1"})");
        t.write(RecordKind::activity_closed, "", R"({"activity":"a-1","name":"党课","expected":2,"attended":2,"late":1,"guests":1})");
        t.study(zhang, "media", 90 * 60'000);
        t.study(zhang, "touch", 60 * 60'000);
        t.study(li, "reading", 300 * 60'000);
        for (int i = 0; i < 12; ++i) {
            for (int q = 0; q < 3; ++q)
                t.write(RecordKind::quiz_answered, wang, fmt::format(R"({{"question":"q{}","theme":"t","right":{},"item":"quiz-t"}})", q, i % 3 != q || i == 0));
            t.write(RecordKind::quiz_finished, wang, R"({"theme":"t","item":"quiz-t","asked":3})");
        }
        t.wall_ms = wall_time_from_iso("2026-08-03T00:30:00Z").unix_ms;
        t.study(zhang, "media", 60 * 60'000);
        send(t.signing.public_key(), t.records, autumn);
        // From July an hour is 60 minutes, and a party class gives nothing.
        REQUIRE(set_centre_policy(*sql, 1, china_day(Date{2026, 1, 1}), R"({"activity_hours":{"party_class":2}})"));
        REQUIRE(set_centre_policy(*sql, 1, china_day(Date{2026, 7, 1}), R"({"minutes_per_hour":60,"goal_hours":3})"));
        auto opened = ReportWords::open(Path(XINGHUO_SOURCE_DIR) / "sync/server/strings");
        if (!opened) FAIL(opened.error().what);
        words = std::move(*opened);
    }
    HttpReply ask(const std::string& target, StaffRole role = StaffRole::viewer, const std::string& branch = "", const std::string& method = "GET", const std::string& body = "") {
        HttpRequest request;
        request.method = method;
        request.target = target;
        request.body = body;
        Caller caller;
        caller.kind = Caller::Kind::staff;
        caller.role = role;
        caller.branch = branch;
        return answer_reports(request, request.path(), caller, *sql, autumn, {key, words});
    }
    // The rows of a JSON report, the named columns with |.
    std::string table(const std::string& target, const std::vector<std::string>& columns, StaffRole role = StaffRole::viewer, const std::string& branch = "") {
        const HttpReply reply = ask(target, role, branch);
        if (reply.status != 200) return std::to_string(reply.status) + " " + reply.body;
        JsonDocument document;
        REQUIRE(document.parse(reply.body));
        std::string all;
        for (const JsonNode& row : document.root()["rows"].items()) {
            for (const std::string& column : columns) {
                const JsonNode cell = row[column];
                if (column != columns.front()) all += "|";
                all += !cell.exists() ? "-" : cell.is_string() ? cell.string() : fmt::format("{}", cell.number());
            }
            all += "\n";
        }
        return all;
    }

    SecretKey key = SecretKey::random();
    People people{*sql, key, 1};
    ToldTerminal t{"hall"};
    std::string zhang, li, wang;
    ReportWords words;
};

std::string sorted(const std::string& lines) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        all.push_back(lines.substr(at, end - at + 1));
        at = end + 1;
    }
    std::sort(all.begin(), all.end());
    std::string text;
    for (const std::string& line : all) text += line;
    return text;
}

}  // namespace

TEST_CASE("hours are of the policy of each day, with activities", "[centre][reports]") {
    ReportRoom room;
    // Zhang: 90 of 45 minutes, two for the class, and 60 of 60 in August. Li: five hours of reading are capped at four.
    CHECK(sorted(room.table("/api/reports/hours?from=2026-01-01&to=2026-12-31", {"number", "hours", "activity_hours", "media_min", "touch_min"})) ==
          "1001|5|2|150|60\n1002|5.33|0|0|0\n1003|2|2|0|0\n");
    CHECK(sorted(room.table("/api/reports/hours?from=2026-07-01&to=2026-08-03", {"name", "hours"})) == "张三|1\n");
    CHECK(room.table("/api/reports/hours?from=2026-08-04", {"name"}).empty());
    // Who is at one activity at two terminals was there once.
    ToldTerminal second("second hall");
    second.wall_ms = wall_time_from_iso("2026-03-03T00:40:00Z").unix_ms;
    second.write(RecordKind::activity_opened, "", R"({"activity":"a-1","name":"党课","type":"party_class","branch":"一支部","late_after_min":5})");
    second.write(RecordKind::attended, room.zhang, R"({"activity":"a-1","name":"党课","as":"late","way":"card"})");
    room.send(second.signing.public_key(), second.records, autumn);
    CHECK(sorted(room.table("/api/reports/hours?from=2026-01-01&to=2026-06-30", {"number", "activity_hours"})) == "1001|2\n1002|0\n1003|2\n");
    CHECK(room.table("/api/reports/activities", {"activity", "came", "late", "guests"}) == "a-1|2|1|1\n");
    CHECK(room.table("/api/reports/hours?by=branch", {"branch", "roster", "with_hours", "hours", "mean_hours", "reached"}) == "一支部|2|2|10.33|5.17|2\n二支部|1|1|2|2|0\n");
    // Page by page, the same people once.
    std::string all, after;
    for (int page = 0; page < 3; ++page) {
        const HttpReply reply = room.ask("/api/reports/hours?limit=1" + (after.empty() ? "" : "&after=" + after));
        JsonDocument document;
        REQUIRE(document.parse(reply.body));
        REQUIRE(document.root()["rows"].items().size() == 1);
        all += document.root()["rows"].items().front()["number"].string() + "\n";
        after = document.root()["next"].string_or("");
        CHECK((find_header(reply.headers, "link") != nullptr) == (page < 2));
    }
    CHECK(sorted(all) == "1001\n1002\n1003\n");
    // Of the erased, hours without a name.
    REQUIRE(room.people.erase({room.li}));
    CHECK(room.table("/api/reports/hours?by=branch", {"branch", "hours"}) == "一支部|5\n二支部|2\n|5.33\n");
}

TEST_CASE("who came to an activity, and who did not", "[centre][reports]") {
    ReportRoom room;
    CHECK(room.table("/api/reports/activities?from=2026-03-01&to=2026-03-31", {"activity", "day", "type", "branch", "expected", "came", "late", "guests"}) ==
          "a-1|2026-03-03|party_class|一支部|2|2|1|1\n");
    CHECK(room.table("/api/reports/activities?from=2026-04-01", {"activity"}).empty());
    CHECK(room.table("/api/reports/attendance?activity=a-1&absent=true", {"name", "came", "state", "left", "expected"}) ==
          "张三|2026-03-03 08:30|on_time|false|true\n王五|2026-03-03 08:40|late|true|false\n李四||absent|false|true\n");
    CHECK(room.ask("/api/reports/attendance?activity=a-2").status == 404);
    CHECK(room.ask("/api/reports/attendance").status == 400);
}

TEST_CASE("questions, items and terminals", "[centre][reports]") {
    ReportRoom room;
    CHECK(room.table("/api/reports/quiz", {"question", "asked", "right", "difficulty", "n"}) == "q0|12|9|0.75|12\nq1|12|8|0.667|12\nq2|12|8|0.667|12\n");
    CHECK(room.table("/api/reports/quiz?limit=1&after=t%0Aq0", {"question"}) == "q1\n");
    CHECK(room.table("/api/reports/quiz?theme=other", {"question"}).empty());
    CHECK(room.table("/api/reports/items", {"item", "title", "views", "minutes"}) == "film-1|题|4|510\n");
    CHECK(room.table("/api/reports/fleet", {"kiosk", "version", "unclean_starts", "alerts", "free_mb"}) == room.t.kiosk.text + "|1.2.0|1|0|-\n");
    room.t.skipped = 5;
    room.t.study(room.li, "media", 1'000);
    room.send(room.t.signing.public_key(), {room.t.records.back()}, autumn);
    CHECK(room.table("/api/reports/fleet", {"alerts"}) == "1\n");
    CHECK(room.table("/api/reports/alerts", {"kind"}) == "gap\n");
}

TEST_CASE("a role reads what it may", "[centre][reports]") {
    ReportRoom room;
    CHECK(sorted(room.table("/api/reports/hours", {"number"}, StaffRole::branch_secretary, "一支部")) == "1001\n1002\n");
    CHECK(room.table("/api/reports/hours?by=branch", {"branch"}, StaffRole::branch_secretary, "二支部") == "二支部\n");
    CHECK(room.table("/api/reports/attendance?activity=a-1&absent=true", {"name"}, StaffRole::branch_secretary, "一支部") == "张三\n李四\n");
    CHECK(room.ask("/api/reports/attendance?activity=a-1", StaffRole::branch_secretary, "二支部").status == 404);
    CHECK(room.ask("/api/reports/hours?branch=%E4%BA%8C%E6%94%AF%E9%83%A8", StaffRole::branch_secretary, "一支部").status == 403);
    CHECK(room.ask("/api/reports/hours", StaffRole::branch_secretary, "").status == 403);
    CHECK(room.ask("/api/reports/fleet", StaffRole::branch_secretary, "一支部").status == 403);
    CHECK(room.ask("/api/reports/hours", StaffRole::content_approver).status == 403);
    CHECK(room.ask("/api/reports/quiz", StaffRole::content_approver).status == 200);
    CHECK(room.ask("/api/people", StaffRole::content_approver).status == 403);
    CHECK(room.ask("/api/people", StaffRole::branch_secretary, "二支部").body.find("张三") == std::string::npos);
    CHECK(room.ask("/api/people", StaffRole::branch_secretary, "二支部").body.find("王五") != std::string::npos);
    CHECK(room.ask("/api/people/" + room.li, StaffRole::viewer, "", "DELETE").status == 403);
    CHECK(room.ask("/api/people/" + room.li, StaffRole::operator_, "", "DELETE").status == 200);
    CHECK(room.ask("/api/people/" + room.li, StaffRole::operator_, "", "DELETE").status == 404);
    CHECK(room.ask("/api/reports/policies?from=2027-01-01", StaffRole::viewer, "", "PUT", "{}").status == 403);
    CHECK(room.ask("/api/reports/policies?from=2027-01-01", StaffRole::operator_, "", "PUT", R"({"goal_hours":56})").status == 200);
    CHECK(room.ask("/api/reports/policies?from=2027-01-01", StaffRole::operator_, "", "PUT", R"({"goal":56})").status == 400);
    CHECK(room.ask("/api/reports/policies").body.find("2027-01-01") != std::string::npos);
    const std::string csv = "学号,姓名,支部\n1009,新人,一支部\n";
    CHECK(room.ask("/api/people/roster", StaffRole::viewer, "", "POST", csv).status == 403);
    CHECK(room.ask("/api/people/roster", StaffRole::operator_, "", "POST", csv).body.find("\"applied\":false") != std::string::npos);
    CHECK_FALSE(*room.people.by_number("1009"));
    CHECK(room.ask("/api/people/roster?apply=true", StaffRole::operator_, "", "POST", csv).body.find("\"applied\":true") != std::string::npos);
    CHECK(*room.people.by_number("1009"));
}

TEST_CASE("reports as files read as their reader does, and questions that are wrong are refused", "[centre][reports]") {
    ReportRoom room;
    const HttpReply csv = room.ask("/api/reports/attendance?activity=a-1&format=csv");
    CHECK(csv.body.starts_with("\xEF\xBB\xBF"));
    CHECK(csv.body.find("姓名") != std::string::npos);
    CHECK(csv.body.find("状态") != std::string::npos);
    CHECK(csv.body.find("迟到") != std::string::npos);
    CHECK(room.ask("/api/reports/attendance?activity=a-1&format=csv&lang=en").body.find("Late") != std::string::npos);
    const HttpReply xlsx = room.ask("/api/reports/hours?format=xlsx");
    auto table = read_table(Bytes(xlsx.body.begin(), xlsx.body.end()));
    REQUIRE(table);
    CHECK(table->rows.size() == 4);
    CHECK(table->rows.front().cells.at(4) == "学时");
    for (const char* wrong : {"from=2026-02-30", "from=2026-12-31&to=2026-01-01", "limit=0", "limit=100001", "by=year", "form=2026-01-01", "format=pdf", "lang=fr", "from=2026-01-01&from=2026-01-02"})
        CHECK(room.ask(std::string("/api/reports/hours?") + wrong).status == 400);
    CHECK(room.ask("/api/reports/secrets").status == 404);
    CHECK(room.ask("/api/reports/hours", StaffRole::viewer, "", "POST").status == 405);
}
