// People and their roster, asked by whoever is signed in: what each may see, and what is not taken over by mistake.
#include "content/base/json.h"
#include "sync/server/accounts.h"
#include "sync/server/enrolment.h"
#include "sync/server/publish_api.h"
#include "sync/server/report_api.h"
#include "tests/support/roll_up_room.h"

using namespace xinghuo;

namespace {

const WallTime autumn = wall_time_from_iso("2026-09-01T04:00:00Z");

struct AskedPeople : RollUpRoom {
    AskedPeople() {
        auto opened = ReportWords::open(Path(XINGHUO_SOURCE_DIR) / "sync/server/strings");
        REQUIRE(opened);
        words = std::move(*opened);
        auto begun = Publisher::open(database.folder(), autumn);
        REQUIRE(begun);
        publisher.emplace(std::move(*begun));
    }
    static Caller caller(StaffRole role, const std::string& branch = {}) {
        Caller who;
        who.kind = Caller::Kind::staff;
        who.role = role;
        who.branch = branch;
        return who;
    }
    static HttpRequest request(const std::string& method, const std::string& target, const std::string& body = {}) {
        HttpRequest asked;
        asked.method = method;
        asked.target = target;
        asked.body = body;
        return asked;
    }
    HttpReply ask(const std::string& method, const std::string& target, const Caller& who, const std::string& body = {}) {
        const std::string path = target.substr(0, target.find('?'));
        return answer_reports(request(method, target, body), path, who, *sql, autumn, {key, words});
    }
    HttpReply publish(const HttpRequest& asked) {
        const std::string path = asked.target.substr(0, asked.target.find('?'));
        return answer_publishing(asked, path, caller(StaffRole::operator_), *sql, *publisher, database.folder() / "incoming", key, autumn);
    }

    SecretKey key = SecretKey::random();
    ReportWords words;
    std::optional<Publisher> publisher;
};

std::string many_people(int from, int to) {
    std::string csv = "学号,姓名,支部,备注\n";
    for (int i = from; i < to; ++i) csv += fmt::format("{},某人,一支部,\n", 3000 + i);
    return csv;
}

}  // namespace

TEST_CASE("a branch secretary hears of one branch: their own", "[centre][people]") {
    AskedPeople room;
    REQUIRE(room.ask("POST", "/api/people/roster?apply=true", AskedPeople::caller(StaffRole::operator_), "学号,姓名,支部\n1001,张三,一支部\n1002,李四,二支部\n").status == 200);
    CHECK(room.ask("GET", "/api/people/branches", AskedPeople::caller(StaffRole::viewer)).body == R"({"branches":["一支部","二支部"]})");
    CHECK(room.ask("GET", "/api/people/branches", AskedPeople::caller(StaffRole::branch_secretary, "二支部")).body == R"({"branches":["二支部"]})");
    CHECK(room.ask("GET", "/api/people/branches", AskedPeople::caller(StaffRole::branch_secretary, "三支部")).body == R"({"branches":[]})");
}

TEST_CASE("names at the centre are counted in letters, of any script", "[centre][accounts]") {
    std::string sixty;
    for (int i = 0; i < 60; ++i) sixty += "馆";
    CHECK(is_account_name(sixty));
    CHECK_FALSE(is_account_name(sixty + "馆"));
    CHECK(is_account_name("二楼\"红色\"展厅"));
    for (const char* name : {"", " a", "a ", "a:b", "a\\b", "a\nb", "a\xc2\x85" "b", "a\xe2\x80\xa8" "b", "\xff"}) CHECK_FALSE(is_account_name(name));
    const testing::CentreDatabase database;
    const auto sql = database.connect();
    Enrolment enrolment(*sql);
    CHECK(enrolment.make_code(sixty, autumn, 1000));
    CHECK(enrolment.make_code("", autumn, 1000));
    CHECK(enrolment.make_code(sixty + "馆", autumn, 1000).error().what.find("1 to 60 letters") != std::string::npos);
    REQUIRE(Accounts(*sql).add(sixty, StaffRole::viewer, "", autumn));
    CHECK(Accounts(*sql).list()->back().name == sixty);
}

TEST_CASE("a roster says whom it adds, changes and takes away; one that most people are not on is taken over when that is meant", "[centre][people]") {
    AskedPeople room;
    HttpReply reply = room.publish(AskedPeople::request("POST", "/api/publish/roster", many_people(0, 30)));
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    CHECK(reply.body.find(R"("roster":{"added":30,"changed":0,"gone":0,"same":0,"unknown_columns":["备注"]})") != std::string::npos);
    // Half of them may leave, and ten of a few.
    reply = room.publish(AskedPeople::request("POST", "/api/publish/roster", many_people(0, 15)));
    CHECK(reply.body.find(R"("added":0,"changed":0,"gone":15,"same":15)") != std::string::npos);
    const std::string too_few = many_people(0, 4);
    reply = room.publish(AskedPeople::request("POST", "/api/publish/roster", too_few));
    CHECK(reply.status == 409);
    CHECK(reply.body.find("11 of 15 people") != std::string::npos);
    CHECK(room.rows("SELECT COUNT(*) FROM person WHERE gone_ms = 0", 1) == "15\n");
    CHECK(room.publish(AskedPeople::request("POST", "/api/publish/roster?confirm=all", too_few)).status == 400);
    CHECK(room.publish(AskedPeople::request("POST", "/api/publish/roster?confirm=gone", too_few)).status == 200);
    CHECK(room.rows("SELECT COUNT(*) FROM person WHERE gone_ms = 0", 1) == "4\n");

    // Nothing sent: the people as they stand. An empty file: a mistake.
    HttpRequest empty = AskedPeople::request("POST", "/api/publish/roster");
    CHECK(room.publish(empty).status == 200);
    empty.headers.emplace_back("content-type", "text/csv");
    CHECK(room.publish(empty).status == 400);
    CHECK(room.publish(AskedPeople::request("POST", "/api/publish/roster", "\n")).status == 400);
    CHECK(room.rows("SELECT COUNT(*) FROM person WHERE gone_ms = 0", 1) == "4\n");
}
