// Terminals at the xAPI endpoint: their records, and what they hear while the store is away. How large a request may be.
#include <catch2/catch.hpp>

#include "sync/server/api.h"
#include "tests/support/centre_database.h"
#include "tests/support/xapi_desk.h"

using namespace xinghuo;

namespace {

// A database that nobody reaches.
class AwaySql final : public Sql {
public:
    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
    Result<std::vector<SqlRow>> query(std::string_view, const std::vector<SqlValue>&) override { return away(); }
    Result<std::vector<SqlRow>> insert(const SqlRowsToInsert&) override { return away(); }
    Result<void> run_script(std::string_view) override { return away(); }
    Result<void> begin() override { return away(); }
    Result<void> commit() override { return away(); }
    void roll_back() override {}
    [[nodiscard]] bool asks_again() const override { return false; }

private:
    static Error away() { return {ErrorKind::io, "the database is away"}; }
};

// A database where something happens while a batch is made ready.
class WaitingSql final : public Sql {
public:
    WaitingSql(std::unique_ptr<Sql> sql, std::function<void()>& meanwhile) : sql_(std::move(sql)), meanwhile_(&meanwhile) {}
    [[nodiscard]] Dialect dialect() const override { return sql_->dialect(); }
    Result<std::vector<SqlRow>> query(std::string_view sql, const std::vector<SqlValue>& values) override { return sql_->query(sql, values); }
    Result<std::vector<SqlRow>> insert(const SqlRowsToInsert& rows) override { return sql_->insert(rows); }
    Result<void> run_script(std::string_view sql) override { return sql_->run_script(sql); }
    Result<void> begin() override { return sql_->begin(); }
    Result<void> commit() override { return sql_->commit(); }
    void roll_back() override { sql_->roll_back(); }
    Result<void> write(const Work& work) override { return sql_->write(work); }
    [[nodiscard]] bool asks_again() const override { return sql_->asks_again(); }
    Preparing preparing() override {
        if (meanwhile_->operator bool()) (*meanwhile_)();
        return nullptr;
    }

private:
    std::unique_ptr<Sql> sql_;
    std::function<void()>* meanwhile_;
};

struct TerminalAtDesk {
    SigningKey key = SigningKey::from_seed(sha256("a terminal at the desk"));
    StatementTerms terms{"https://history.example.edu/"};
    Digest last{};
    Record next(std::int64_t seq) {
        Record record;
        record.id = "01931d2e-7a00-7000-8000-" + std::string(11, '0') + std::to_string(seq);
        record.kiosk = KioskId{"k-0123456789abcdef"};
        record.seq = seq;
        record.boot = 1;
        record.kind = RecordKind::health;
        record.at = {1'795'000'000'000 + seq};
        record.clock_trusted = true;
        record.mono_ms = seq;
        record.body = R"({"what":"a test"})";
        record.prev_hash = last;
        record.hash = sha256(hashed_part(record));
        last = record.hash;
        return record;
    }
    std::string statement(std::int64_t seq) {
        const Record record = next(seq);
        const Signature signature = key.sign(std::string_view(reinterpret_cast<const char*>(record.hash.data()), record.hash.size()));
        return statement_of(record, signature, terms);
    }
};

}  // namespace

TEST_CASE("a terminal's statements carry its records, and its chain is followed", "[xapi]") {
    XapiDesk desk;
    TerminalAtDesk terminal;
    desk.caller.kind = Caller::Kind::kiosk;
    desk.caller.kiosk = KioskId{"k-0123456789abcdef"};
    desk.caller.kiosk_key = terminal.key.public_key();
    const std::string first = terminal.statement(1), second = terminal.statement(2), third = terminal.statement(3);
    const HttpReply posted = desk.send("POST", "/statements", "[" + first + "," + second + "]");
    INFO(posted.body);
    REQUIRE(posted.status == 200);
    CHECK(header_of(posted, "x-experience-api-consistent-through") > "2026-11-18T");
    CHECK(desk.chain_through() == 2);
    CHECK(desk.send("POST", "/statements", "[" + second + "," + third + "]").status == 200);  // a part of it again
    CHECK(desk.chain_through() == 3);
    CHECK(desk.get("/statements?statementId=01931d2e-7a00-7000-8000-000000000003").body.find("urn:x-xinghuo:record") != std::string::npos);

    std::string forged = terminal.statement(4);
    const std::size_t at = forged.find("a test");
    REQUIRE(at != std::string::npos);
    forged.replace(at, 6, "forged");
    const HttpReply refused = desk.send("POST", "/statements", "[" + terminal.statement(5) + "," + forged + "]");
    CHECK(refused.status == 400);
    CHECK(refused.body.find("statements[1]: record") != std::string::npos);
    CHECK(desk.chain_through() == 3);
}

TEST_CASE("Consistent-Through does not pass a request that is still being read", "[xapi]") {
    testing::CentreDatabase database;
    FakeClock clock{{1'795'000'000'000}};
    std::function<void()> meanwhile;
    Databases databases{[&]() -> Result<std::unique_ptr<Sql>> { return std::unique_ptr<Sql>(new WaitingSql(database.connect(), meanwhile)); }};
    CentreSettings settings;
    settings.log = LoggedRequests::none;
    CentreApi api(databases, clock, std::move(settings), CentreParts());
    const auto password = Accounts(database.sql()).add_credential("lms", clock.wall());
    REQUIRE(password);
    const std::string plain = "lms:" + *password;
    HttpRequest request;
    request.headers = {{"authorization", "Basic " + to_base64url(std::span(reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size()))},
                       {"x-experience-api-version", "1.0.3"},
                       {"content-type", "application/json"}};
    const auto read = [&](const std::string& since) {
        HttpRequest asked;
        asked.headers = request.headers;
        asked.target = "/xapi/statements" + (since.empty() ? "" : "?since=" + percent_encoded(since));
        HttpReply reply = api.answer(asked);
        REQUIRE(reply.status == 200);
        return reply;
    };
    std::string promised;
    meanwhile = [&] {
        clock.advance(std::chrono::seconds(5));  // it is large, and others come first
        const HttpReply reply = read("");
        CHECK(numbers_in(reply).empty());
        promised = header_of(reply, "x-experience-api-consistent-through");
    };
    request.method = GENERATE(as<std::string>(), "POST", "PUT");
    request.target = request.method == "PUT" ? "/xapi/statements?statementId=" + uuid_of(1) : "/xapi/statements";
    request.body = statement_text(1);
    const HttpReply kept = api.answer(request);
    INFO(kept.body);
    REQUIRE(kept.status < 300);
    REQUIRE_FALSE(promised.empty());
    const HttpReply later = read(promised);  // as who polls does it
    CHECK(numbers_in(later) == "1");
    CHECK(header_of(read(""), "x-experience-api-consistent-through") > promised);  // and it goes on
}

TEST_CASE("while the store is away everybody hears when to come again, and nothing is promised", "[xapi]") {
    XapiDesk desk;
    AwaySql away;
    desk.instead = &away;
    const std::string state = "/activities/state?activityId=http://e.cn/a&agent=%7B%22mbox%22%3A%22mailto%3Aa%40b.cn%22%7D&stateId=s";
    for (const auto& [method, target, body] : std::vector<std::tuple<std::string, std::string, std::string>>{{"POST", "/statements", statement_text(1)},
                                                                                                            {"PUT", "/statements?statementId=" + uuid_of(1), statement_text(1)},
                                                                                                            {"GET", "/statements", ""},
                                                                                                            {"GET", "/statements?statementId=" + uuid_of(1), ""},
                                                                                                            {"GET", "/statements?voidedStatementId=" + uuid_of(1), ""},
                                                                                                            {"GET", "/activities?activityId=http://e.cn/a", ""},
                                                                                                            {"GET", state, ""},
                                                                                                            {"PUT", state, "{}"},
                                                                                                            {"POST", state, "{}"},
                                                                                                            {"DELETE", state, ""}}) {
        INFO(method << " " << target);
        const HttpReply reply = desk.send(method, target, body);
        INFO(reply.body);
        CHECK(reply.status == 503);
        CHECK_FALSE(header_of(reply, "retry-after").empty());
        CHECK(header_of(reply, "x-experience-api-version") == "1.0.3");
    }
    desk.caller.kind = Caller::Kind::kiosk;
    CHECK(desk.send("POST", "/statements", statement_text(1)).status == 503);
    CHECK(desk.send("POST", "/statements", "{").status == 400);  // what is wrong is wrong whether the store is there or not
    CHECK(desk.get("/about").status == 200);
}

TEST_CASE("what is too large is refused as too large", "[xapi]") {
    XapiDesk desk;
    const std::string profile = "/activities/profile?activityId=http://e.cn/a&profileId=p";
    CHECK(desk.send("PUT", profile, std::string((32u << 20) + 1, 'x'), "1.0.3", "text/plain").status == 413);
    std::string many = "[{}";
    for (int i = 0; i < 10'000; ++i) many += ",{}";
    CHECK(desk.send("POST", "/statements", many + "]").status == 413);
    std::string parts;
    for (int i = 0; i < 1'001; ++i) parts += "--b\r\n\r\nx\r\n";
    CHECK(desk.send("POST", "/statements", parts + "--b--", "1.0.3", "multipart/mixed; boundary=b").status == 413);
    // A single statement, whoever brings it.
    const std::string long_one = statement_text(2, R"(,"result":{"response":")" + std::string((4u << 20) - 220, 'x') + "\"}");
    REQUIRE(long_one.size() <= 4u << 20);
    CHECK(desk.send("POST", "/statements", long_one).status == 200);
    const std::string longer = statement_text(3, R"(,"result":{"response":")" + std::string(4u << 20, 'x') + "\"}");
    for (const Caller::Kind kind : {Caller::Kind::xapi_client, Caller::Kind::kiosk}) {
        desk.caller.kind = kind;
        const HttpReply refused = desk.send("POST", "/statements", "[" + statement_text(1) + "," + longer + "]");
        CHECK(refused.status == 413);
        CHECK(refused.body.find("statements[1]: has more than 4 MB") != std::string::npos);
        CHECK(desk.send("PUT", "/statements?statementId=" + uuid_of(3), longer).status == 413);
    }
    CHECK(desk.get("/statements?statementId=" + uuid_of(1)).status == 404);
}
