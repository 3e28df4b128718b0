// What the centre keeps, on both databases: once, whole or not at all, and found again.
#include <sys/wait.h>

#include <algorithm>
#include <random>
#include <set>
#include <thread>

#include "sync/server/record_store.h"
#include "tests/support/centre_database.h"

using namespace xinghuo;
using xinghuo::testing::CentreDatabase;

namespace {

constexpr std::int64_t noon = 1'795'258'800'000;  // 2026-11-21

Sql::Dialect either() { return GENERATE(Sql::Dialect::sqlite, Sql::Dialect::postgres); }

std::string id_of(int number, int series = 0) { return fmt::format("01900000-{:04x}-7000-8000-{:012x}", series, number); }
std::int64_t verb(std::string_view name) { return statement_key(StatementKey::verb, name); }
std::int64_t agent(std::string_view name) { return statement_key(StatementKey::agent, name); }

NewStatement statement(int number, std::vector<std::int64_t> keys = {}, int series = 0) {
    NewStatement made;
    made.id = id_of(number, series);
    made.json = fmt::format(R"({{"id":"{}","result":{{"score":95.0}}}})", made.id);
    made.fingerprint = sha256_hex(made.id.data(), made.id.size());
    made.keys = std::move(keys);
    return made;
}
NewStatement referring(int number, int target, std::vector<std::int64_t> keys = {}, bool voids = false) {
    NewStatement made = statement(number, std::move(keys));
    made.refers_to = id_of(target);
    if (voids) made.voids = made.refers_to;
    return made;
}

NewBatch batch_of(std::vector<NewStatement> statements, std::int64_t stored_ms = noon) {
    NewBatch batch;
    batch.statements = std::move(statements);
    batch.stored = {stored_ms};
    return batch;
}

KeptBatch kept(Sql& sql, const NewBatch& batch) {
    auto done = RecordStore(sql).keep(batch);
    INFO((done ? "" : done.error().what));
    REQUIRE(done);
    return std::move(*done);
}
KeptBatch keep(Sql& sql, std::vector<NewStatement> statements, std::int64_t stored_ms = noon) { return kept(sql, batch_of(std::move(statements), stored_ms)); }

// All pages of a query, as numbers.
std::vector<int> all_pages(Sql& sql, StatementQuery query) {
    std::vector<int> numbers;
    for (;;) {
        const auto page = RecordStore(sql).select(1, query);
        INFO((page ? "" : page.error().what));
        REQUIRE(page);
        for (const KeptStatement& one : page->statements) numbers.push_back(std::stoi(one.id.substr(24), nullptr, 16));
        CHECK(page->statements.size() <= query.limit);
        if (page->more.empty()) return numbers;
        CHECK(page->statements.size() == query.limit);
        query.cursor = page->more;
    }
}
std::vector<int> matching(Sql& sql, std::vector<std::int64_t> keys, bool ascending = true) {
    StatementQuery query;
    query.keys = std::move(keys);
    query.ascending = ascending;
    return all_pages(sql, query);
}
using Numbers = std::vector<int>;

}  // namespace

TEST_CASE("A statement is kept as it was written, and a resend changes nothing", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    const KeptBatch first = keep(sql, {statement(1), statement(2)});
    CHECK(first.added == 2);
    CHECK(first.ids == std::vector<std::string>{id_of(1), id_of(2)});
    NewStatement later = statement(2);
    later.json = "{\"id\":\"other bytes, but the same to the specification\"}";
    const KeptBatch again = keep(sql, {later, statement(3), statement(3)}, noon + 5);
    CHECK(again.added == 1);
    CHECK(again.conflicting.empty());
    CHECK(again.ids.size() == 3);
    const auto found = RecordStore(sql).find(1, id_of(2)).value();
    REQUIRE(found);
    CHECK(found->json == statement(2).json);
    CHECK(found->id == id_of(2));
    CHECK(found->stored_ms == noon);
    CHECK_FALSE(RecordStore(sql).find(1, id_of(9)).value());
    CHECK_FALSE(RecordStore(sql).find(2, id_of(2)).value());
    CHECK_FALSE(RecordStore(sql).find(1, "nonsense").value());
    CHECK(keep(sql, {}).added == 0);
}

TEST_CASE("Another statement under a known id: nothing of the batch is kept", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    keep(sql, {statement(1), statement(2)});
    NewStatement other = statement(2);
    other.fingerprint = std::string(64, 'a');
    const KeptBatch refused = keep(sql, {statement(7), other, statement(1), statement(8)});
    CHECK(refused.conflicting == std::vector<std::string>{id_of(2)});
    CHECK(refused.added == 0);
    CHECK_FALSE(RecordStore(sql).find(1, id_of(7)).value());
    NewStatement twice = statement(9);
    twice.fingerprint = std::string(64, 'b');
    CHECK(keep(sql, {statement(9), twice}).conflicting == std::vector<std::string>{id_of(9)});
    CHECK_FALSE(RecordStore(sql).find(1, id_of(9)).value());
    // Another organisation has its own.
    NewBatch elsewhere = batch_of({other});
    elsewhere.organisation = 2;
    CHECK(kept(sql, elsewhere).added == 1);
    CHECK(matching(sql, {}) == Numbers{1, 2});
    CHECK(RecordStore(sql).keep(batch_of({NewStatement()})).error().kind == ErrorKind::invalid);
}

TEST_CASE("The same batch on many connections at once is kept once", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    std::vector<NewStatement> statements;
    for (int i = 0; i < 100; ++i) statements.push_back(statement(i, {verb("same")}));
    std::vector<std::unique_ptr<Sql>> connections;
    for (int i = 0; i < 4; ++i) connections.push_back(database.connect());
    std::vector<std::size_t> added(4);
    std::vector<std::string> failures(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            auto mine = statements;
            std::shuffle(mine.begin(), mine.end(), std::minstd_rand(static_cast<unsigned>(i)));
            const auto done = RecordStore(*connections[i]).keep(batch_of(mine, noon + static_cast<std::int64_t>(i)));
            if (done) added[i] = done->added;
            else failures[i] = done.error().what;
        });
    for (std::thread& thread : threads) thread.join();
    for (const std::string& failure : failures) CHECK(failure.empty());
    CHECK(added[0] + added[1] + added[2] + added[3] == 100);
    CHECK(matching(database.sql(), {verb("same")}).size() == 100);
    CHECK(matching(database.sql(), {}).size() == 100);
}

TEST_CASE("Voiding: in any order, never of a voiding statement, and what refers to the voided comes", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    RecordStore store(sql);
    keep(sql, {referring(10, 1, {verb("voided")}, true)});  // before what it voids
    keep(sql, {statement(1, {verb("done")}), statement(2, {verb("done")})});
    keep(sql, {referring(20, 10, {verb("voided")}, true)});  // in vain: voids a voiding one
    keep(sql, {referring(21, 2, {verb("voided")}, true)});
    CHECK(store.find(1, id_of(1)).value()->voided);
    CHECK(store.find(1, id_of(2)).value()->voided);
    CHECK_FALSE(store.find(1, id_of(10)).value()->voided);
    CHECK_FALSE(store.find(1, id_of(20)).value()->voided);
    CHECK(matching(sql, {}) == Numbers{10, 20, 21});
    CHECK(matching(sql, {verb("done")}) == Numbers{10, 20, 21});  // they refer to what matches
    CHECK(matching(sql, {verb("voided")}) == Numbers{10, 20, 21});
    keep(sql, {referring(30, 50, {}, true)});
    CHECK_FALSE(store.find(1, id_of(50)).value());
}

TEST_CASE("What refers to a match comes too, through any number, whatever came first", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    // 1 ← 2 ← 3, all orders of arrival, each in its own batch or all in one.
    std::vector<int> order = {0, 1, 2};
    int base = 0;
    do {
        for (const bool together : {false, true}) {
            const auto done = verb(fmt::format("done {}", base));
            std::vector<NewStatement> chain = {statement(base + 1, {done, agent("a")}), referring(base + 2, base + 1, {agent("b")}), referring(base + 3, base + 2, {agent("c")})};
            std::vector<NewStatement> batch;
            for (const int i : order) {
                if (together) batch.push_back(chain[static_cast<std::size_t>(i)]);
                else keep(sql, {chain[static_cast<std::size_t>(i)]});
            }
            if (together) keep(sql, batch);
            auto found = matching(sql, {done});
            std::sort(found.begin(), found.end());
            CHECK(found == Numbers{base + 1, base + 2, base + 3});
            found = matching(sql, {done, agent("a")});
            CHECK(found.size() == 3);
            // The filters match one statement together, not one each.
            CHECK(matching(sql, {done, agent("b")}).empty());
            base += 10;
        }
    } while (std::next_permutation(order.begin(), order.end()));
    // A circle ends.
    keep(sql, {referring(1001, 1002, {verb("round")})});
    keep(sql, {referring(1002, 1001)});
    CHECK(matching(sql, {verb("round")}).size() == 2);
}

TEST_CASE("Pages have no gaps and no repeats, forwards and backwards, while others arrive", "[centre][slow]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    std::mt19937 chance(20261121);
    Numbers all, thirds, both;
    std::int64_t stored = noon;
    for (int next = 0; next < 20'000;) {
        const int size = std::min<int>(20'000 - next, next % 7 == 0 ? 700 : 1 + static_cast<int>(chance() % 300));
        std::vector<NewStatement> batch;
        for (int i = 0; i < size; ++i, ++next) {
            std::vector<std::int64_t> keys = {verb(next % 3 == 0 ? "third" : "other"), agent(fmt::format("m{}", next % 11)), agent("everybody")};
            if (next % 3 == 0) thirds.push_back(next);
            if (next % 33 == 0) both.push_back(next);
            all.push_back(next);
            batch.push_back(statement(next, keys));
        }
        keep(sql, std::move(batch), stored);
        stored += chance() % 3;  // several batches in one ms, too
    }
    // A number of the ms is taken by each batch in turn, so the order within is that of arrival until it wraps around.
    const auto reversed = [](Numbers numbers) { std::reverse(numbers.begin(), numbers.end()); return numbers; };
    StatementQuery query;
    query.limit = 333;
    query.ascending = true;
    CHECK(all_pages(sql, query) == all);
    query.keys = {verb("third")};
    CHECK(all_pages(sql, query) == thirds);
    query.keys = {verb("third"), agent("m0"), agent("everybody")};
    CHECK(all_pages(sql, query) == both);
    query.ascending = false;
    CHECK(all_pages(sql, query) == reversed(both));
    query.keys = {};
    query.limit = 1000;
    CHECK(all_pages(sql, query) == reversed(all));

    query.limit = 100;
    const auto first = RecordStore(sql).select(1, query).value();
    for (int i = 0; i < 5; ++i) keep(sql, {statement(30'000 + i)}, stored + 10);
    query.cursor = first.more;
    CHECK(std::stoi(RecordStore(sql).select(1, query).value().statements.front().id.substr(24), nullptr, 16) == 19'899);
    query.cursor = "nonsense";
    CHECK(RecordStore(sql).select(1, query).error().kind == ErrorKind::invalid);
}

TEST_CASE("since is exclusive, until inclusive, and apply to what refers", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    for (int i = 1; i <= 5; ++i) keep(sql, {i == 4 ? referring(4, 1, {verb("b")}) : statement(i, {verb(i == 1 ? "a" : "b")})}, noon + i);
    StatementQuery query;
    query.ascending = true;
    query.since_ms = noon + 1;
    query.until_ms = noon + 4;
    CHECK(all_pages(sql, query) == Numbers{2, 3, 4});
    query.keys = {verb("a")};
    CHECK(all_pages(sql, query) == Numbers{4});
    query.since_ms.reset();
    query.until_ms = noon;
    CHECK(all_pages(sql, query).empty());
    query.until_ms = -5;
    CHECK(all_pages(sql, query).empty());
    query.since_ms = 4'000'000'000'000'000;
    query.until_ms.reset();
    CHECK(all_pages(sql, query).empty());
    // Clocks that are decades wrong, even before 1970.
    keep(sql, {statement(60)}, -1);
    keep(sql, {statement(61)}, 4'100'000'000'000);
    query = {};
    query.ascending = true;
    CHECK(all_pages(sql, query) == Numbers{60, 1, 2, 3, 4, 5, 61});
}

TEST_CASE("A page ends before it has too many bytes, and the next one begins right behind it", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    std::vector<NewStatement> statements;
    for (int i = 1; i <= 10; ++i) {
        NewStatement one = statement(i, {verb("large")});
        while (one.json.size() < (i == 4 ? 4'998U : 998U)) one.json += "党";  // bytes, not characters
        one.json.resize(i == 4 ? 5'000 : 1'000, ' ');
        statements.push_back(std::move(one));
    }
    keep(sql, statements);
    using Pages = std::vector<Numbers>;
    const auto pages = [&](bool ascending, std::vector<std::int64_t> keys, std::size_t bytes) {
        StatementQuery query;
        query.ascending = ascending;
        query.keys = std::move(keys);
        query.json_bytes = bytes;
        Pages all;
        do {
            const auto page = RecordStore(sql).select(1, query);
            REQUIRE(page);
            all.emplace_back();
            for (const KeptStatement& one : page->statements) all.back().push_back(std::stoi(one.id.substr(24), nullptr, 16));
            REQUIRE_FALSE(all.back().empty());
            if (!page->more.empty()) CHECK(cursor_behind(page->statements.back()) == page->more);
            query.cursor = page->more;
        } while (!query.cursor.empty());
        return all;
    };
    for (const std::vector<std::int64_t>& keys : {std::vector<std::int64_t>(), std::vector<std::int64_t>{verb("large")}}) {
        CHECK(pages(true, keys, 2'500) == Pages{{1, 2}, {3}, {4}, {5, 6}, {7, 8}, {9, 10}});
        CHECK(pages(false, keys, 2'500) == Pages{{10, 9}, {8, 7}, {6, 5}, {4}, {3, 2}, {1}});
        CHECK(pages(true, keys, 8'000) == Pages{{1, 2, 3, 4}, {5, 6, 7, 8, 9, 10}});
        CHECK(pages(true, keys, 1).size() == 10);
        CHECK(pages(true, keys, 14'000).size() == 1);
    }
}

TEST_CASE("Consistent-Through never passes what still runs", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    RecordStore store(database.sql());
    CHECK(store.consistent_through(1, {noon}).value().unix_ms == noon - 1);
    FakeClock clock({noon - 500});
    {
        const Storing storing(clock);
        CHECK(storing.stored().unix_ms == noon - 500);
        CHECK(store.consistent_through(1, {noon}).value().unix_ms == noon - 501);
    }
    CHECK(store.consistent_through(1, {noon}).value().unix_ms == noon - 1);
    if (database.sql().dialect() == Sql::Dialect::sqlite) return;
    // Another server's: it shows in the database, not in this process.
    auto other = database.connect();
    REQUIRE(other->begin());
    REQUIRE(other->query("SELECT pg_advisory_xact_lock_shared($1)", {(std::int64_t{0x58484} << 42) | (noon - 700)}));
    CHECK(store.consistent_through(1, {noon}).value().unix_ms == noon - 701);
    REQUIRE(other->commit());
    CHECK(store.consistent_through(1, {noon}).value().unix_ms == noon - 1);
}

TEST_CASE("Attachments and activities come with their statements", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    RecordStore store(database.sql());
    NewBatch batch = batch_of({statement(1), statement(2)});
    const std::string bytes("\0picture\xff", 9);
    const std::string sha2 = sha256_hex(bytes.data(), bytes.size());
    batch.attachments.push_back({sha2, "image/png", bytes});
    batch.statements[0].attachments = {sha2, std::string(64, 'd')};
    batch.statements[0].activities = {{"https://a.example/1", R"({"name":{"en":"One"}})"}};
    CHECK(kept(database.sql(), batch).added == 2);
    CHECK(store.find(1, id_of(1)).value()->attachments == batch.statements[0].attachments);
    CHECK(store.find(1, id_of(2)).value()->attachments.empty());
    const auto attachment = store.attachment(1, sha2).value();
    REQUIRE(attachment);
    CHECK(attachment->bytes == bytes);
    CHECK(attachment->content_type == "image/png");
    CHECK_FALSE(store.attachment(1, std::string(64, 'd')).value());
    CHECK_FALSE(store.attachment(2, sha2).value());
    CHECK(store.activity_definition(1, "https://a.example/1").value() == R"({"name":{"en":"One"}})");
    CHECK_FALSE(store.activity_definition(1, "https://a.example/2").value());
    NewBatch more = batch_of({statement(3)});
    more.statements[0].activities = {{"https://a.example/1", R"({"name":{"zh":"一"}})"}};
    more.attachments = batch.attachments;
    kept(database.sql(), more);
    CHECK(store.activity_definition(1, "https://a.example/1").value()->find("一") != std::string::npos);
}
