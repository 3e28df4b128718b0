// What one database of a centre holds, carried to another and back.
#include "content/base/crypto.h"
#include "sync/server/migration.h"
#include "sync/server/record_store.h"
#include "tests/support/centre_database.h"

using namespace xinghuo;
using xinghuo::testing::CentreDatabase;

namespace {

std::string carried_id(int number) { return fmt::format("01900000-0000-7000-a000-{:012x}", number); }

void fill(Sql& sql) {
    RecordStore store(sql);
    for (int b = 0; b < 30; ++b) {
        NewBatch batch;
        batch.stored = {1'750'000'000'000 + b * std::int64_t{2'000'000'000}};  // a year and a half of months
        for (int i = 0; i < 50; ++i) {
            NewStatement statement;
            statement.id = carried_id(b * 50 + i);
            statement.json = fmt::format("{{\"id\":\"{}\",\"名\":\"王\"}}", statement.id);
            statement.fingerprint = sha256_hex(statement.id.data(), statement.id.size());
            statement.keys = {statement_key(StatementKey::verb, i % 2 == 0 ? "even" : "odd"), statement_key(StatementKey::agent, statement.id)};
            if (i == 49) statement.voids = statement.refers_to = carried_id(b * 50);
            batch.statements.push_back(std::move(statement));
        }
        if (b == 0) {
            batch.attachments.push_back({std::string(64, 'a'), "image/png", std::string("\0\1\2", 3)});
            batch.statements[0].activities = {{"https://a.example/1", R"({"name":{"en":"One"}})"}};
        }
        REQUIRE(store.keep(batch));
    }
    DocumentPlace place;
    place.activity = "https://a.example/1";
    place.id = "s";
    KeptDocument document;
    document.bytes = std::string("\0x", 2);
    REQUIRE(store.put_document(1, place, document, {}, false));
}

std::vector<std::string> page_ids(Sql& sql) {
    StatementQuery query;
    query.keys = {statement_key(StatementKey::verb, "even")};
    query.limit = 1000;
    const auto page = RecordStore(sql).select(1, query);
    REQUIRE(page);
    std::vector<std::string> ids;
    for (const KeptStatement& one : page->statements) ids.push_back(one.id);
    return ids;
}

}  // namespace

TEST_CASE("A centre moves from SQLite to PostgreSQL and back, and nothing is lost on the way", "[centre]") {
    CentreDatabase embedded(Sql::Dialect::sqlite), large(GENERATE(Sql::Dialect::postgres, Sql::Dialect::sqlite)), back(Sql::Dialect::sqlite);
    if (!large.here()) return;
    fill(embedded.sql());
    int pages = 0;
    const auto carried = carry_over(embedded.sql(), large.sql(), [&](std::string_view, std::int64_t) { ++pages; });
    INFO((carried ? "" : carried.error().what));
    REQUIRE(carried);
    CHECK(pages > 10);
    const auto table = std::find_if(carried->begin(), carried->end(), [](const CarriedTable& one) { return one.name == "statement"; });
    REQUIRE(table != carried->end());
    CHECK(table->rows == 1500);
    CHECK(page_ids(large.sql()) == page_ids(embedded.sql()));
    CHECK(RecordStore(large.sql()).find(1, carried_id(50)).value()->voided);
    CHECK(RecordStore(large.sql()).find(1, carried_id(7)).value()->json == RecordStore(embedded.sql()).find(1, carried_id(7)).value()->json);
    CHECK(RecordStore(large.sql()).attachment(1, std::string(64, 'a')).value()->bytes == std::string("\0\1\2", 3));
    if (large.sql().dialect() == Sql::Dialect::postgres) CHECK(large.sql().integer_or(-1, "SELECT count(*) FROM statement_otherwise").value() == 0);
    const auto again = carry_over(large.sql(), back.sql());
    INFO((again ? "" : again.error().what));
    REQUIRE(again);
    for (std::size_t i = 0; i < carried->size(); ++i) {
        CHECK(again->at(i).name == carried->at(i).name);
        CHECK(again->at(i).rows == carried->at(i).rows);
        CHECK(again->at(i).checksum == carried->at(i).checksum);
    }
    // It goes on where it was: the numbers of blocks, too.
    NewBatch next;
    next.stored = {1'750'000'000'000};
    NewStatement one;
    one.id = carried_id(5000);
    next.statements.push_back(one);
    CHECK(RecordStore(large.sql()).keep(next));
    CHECK(RecordStore(back.sql()).keep(next));
}

TEST_CASE("A centre that holds statements is not written over, and one that fails half-way is as before", "[centre]") {
    CentreDatabase from(Sql::Dialect::sqlite), to(GENERATE(Sql::Dialect::postgres, Sql::Dialect::sqlite));
    if (!to.here()) return;
    fill(from.sql());
    // A row that the other side refuses: found late, after other tables.
    REQUIRE(to.sql().run_script("CREATE UNIQUE INDEX only_one ON statement_void (organisation)"));
    CHECK_FALSE(carry_over(from.sql(), to.sql()));
    CHECK(to.sql().integer_or(-1, "SELECT count(*) FROM statement").value() == 0);
    CHECK(to.sql().integer_or(-1, "SELECT count(*) FROM activity").value() == 0);
    REQUIRE(to.sql().run_script("DROP INDEX only_one"));
    REQUIRE(carry_over(from.sql(), to.sql()));
    const auto twice = carry_over(from.sql(), to.sql());
    REQUIRE_FALSE(twice);
    CHECK(twice.error().kind == ErrorKind::invalid);
}
