// Many who write to one SQLite file at the same time: together, in turn, and each hears of its own batch only. And a database that grows by a step.
#include "sync/server/shared_writes.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <new>
#include <thread>

#include "sync/server/record_store.h"
#include "tests/support/centre_database.h"

using namespace xinghuo;
using xinghuo::testing::CentreDatabase;

namespace {

NewBatch shared_batch(int number, std::size_t count) {
    NewBatch batch;
    batch.stored = {1'795'258'800'000 + number};
    for (std::size_t i = 0; i < count; ++i) {
        NewStatement made;
        made.id = fmt::format("01900000-0000-7000-8{:03x}-{:012x}", number % 4096, i);
        made.json = fmt::format(R"({{"id":"{}"}})", made.id);
        made.fingerprint = sha256_hex(made.id.data(), made.id.size());
        made.keys = {statement_key(StatementKey::verb, "v"), statement_key(StatementKey::agent, made.id)};
        batch.statements.push_back(std::move(made));
    }
    return batch;
}

template <class Thrown>
Result<void> breaks_off(Thrown thrown) {
    std::rethrow_exception(std::make_exception_ptr(thrown));
}

std::int64_t rows_of(Sql& sql, const std::string& table) { return sql.integer_or(-1, "SELECT count(*) FROM " + table).value(); }

}  // namespace

TEST_CASE("batches that are written together are kept or refused each by itself", "[centre]") {
    CentreDatabase database(Sql::Dialect::sqlite);
    REQUIRE(RecordStore(database.sql()).keep(shared_batch(999, 3)));
    constexpr int writers = 6, batches = 12;
    std::atomic<int> kept = 0, conflicts = 0, other = 0;
    std::vector<std::unique_ptr<Sql>> connections;
    for (int i = 0; i < writers; ++i) connections.push_back(database.connect());
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i)
        threads.emplace_back([&, i] {
            for (int n = 0; n < batches; ++n) {
                NewBatch batch = shared_batch(i * batches + n, 5);
                if (n % 3 == 0) {  // another statement under an id that is here
                    batch.statements.push_back(shared_batch(999, 1).statements.front());
                    batch.statements.back().fingerprint = sha256_hex("x", 1);
                }
                RecordStore store(*connections[static_cast<std::size_t>(i)]);
                if (n % 5 == 0) store.preparing().reset();  // refused before it came to writing
                auto preparing = n % 2 == 0 ? store.preparing() : nullptr;
                const auto done = store.keep(batch, std::move(preparing));
                if (!done) ++other;
                else if (!done->conflicting.empty()) ++conflicts;
                else kept += static_cast<int>(done->added);
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(other == 0);
    CHECK(conflicts == writers * batches / 3);
    CHECK(kept == writers * batches * 2 / 3 * 5);
    CHECK(rows_of(database.sql(), "statement") == 3 + kept);
    CHECK(rows_of(database.sql(), "statement_id") == 3 + kept);
}

TEST_CASE("who wants to write waits for its turn, and not for ever", "[centre]") {
    CentreDatabase database(Sql::Dialect::sqlite);
    const auto writes = SharedWrites::of(database.file(), {});
    CHECK(SharedWrites::of(database.file(), {}) == writes);
    CHECK(SharedWrites::of(database.folder() / "." / "centre.db", {}) == writes);
    REQUIRE(writes->take(Milliseconds(0)));
    CHECK_FALSE(writes->take(Milliseconds(1)));
    CHECK(rows_of(database.sql(), "statement") == 0);  // readers do not wait
    std::thread later([&] {
        CHECK(writes->take(Milliseconds(60'000)));
        writes->give();
    });
    writes->give();
    later.join();
    CHECK(RecordStore(database.sql()).keep(shared_batch(1, 2)));
}

TEST_CASE("work that breaks off while many write fails alone, and everybody after it goes on", "[centre]") {
    CentreDatabase database(Sql::Dialect::sqlite);
    Sql& sql = database.sql();
    REQUIRE(sql.run_script("CREATE TABLE thing (id bigint PRIMARY KEY);"));
    const auto put = [](Sql& where, std::int64_t id) { return where.run("INSERT INTO thing (id) VALUES ($1)", {id}); };
    const auto broken = [&](auto thrown) -> Sql::Work {
        return [&put, thrown](Sql& where) -> Result<void> {
            if (auto done = put(where, 1000); !done) return done;
            return breaks_off(thrown);
        };
    };
    for (const bool alone : {true, false}) {
        const auto another = alone ? nullptr : database.connect();  // a group's own connection writes when there are several
        const auto no_memory = sql.write(broken(std::bad_alloc()));
        REQUIRE_FALSE(no_memory);
        CHECK(no_memory.error().kind == ErrorKind::full);
        const auto mistaken = sql.write(broken(std::out_of_range("somebody's name")));
        REQUIRE_FALSE(mistaken);
        CHECK(mistaken.error().kind == ErrorKind::io);
        CHECK(mistaken.error().what.find("somebody") == std::string::npos);
        CHECK_FALSE(sql.write(broken(7)));  // no exception of the library
        CHECK(sql.write([&](Sql& where) { return put(where, alone ? 1 : 2); }));
        CHECK(rows_of(sql, "thing") == (alone ? 1 : 2));
    }
    // Several that wait together, and one of them breaks off.
    const auto writes = SharedWrites::of(database.file(), {});
    constexpr int writers = 9;
    std::vector<std::unique_ptr<Sql>> connections;
    for (int i = 0; i < writers; ++i) connections.push_back(database.connect());
    REQUIRE(writes->take(Milliseconds(0)));
    std::atomic<int> kept = 0, refused = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i)
        threads.emplace_back([&, i] {
            const auto done = connections[static_cast<std::size_t>(i)]->write(i % 3 == 0 ? broken(std::bad_alloc()) : Sql::Work([&](Sql& where) { return put(where, 10 + i); }));
            ++(done ? kept : refused);
        });
    writes->give();
    for (std::thread& thread : threads) thread.join();
    CHECK(kept == 6);
    CHECK(refused == 3);
    CHECK(rows_of(sql, "thing") == 2 + 6);
}

TEST_CASE("a connection for all that cannot be made fails who asked, and no one waits for it", "[centre]") {
    CentreDatabase database(Sql::Dialect::sqlite);
    int asked = 0;
    SharedWrites writes([&](SharedWrites&) -> Result<std::unique_ptr<Sql>> {
        if (++asked < 3) (void)breaks_off(std::bad_alloc());
        return open_sqlite(database.file());
    });
    const Sql::Work nothing = [](Sql&) { return Result<void>(); };
    for (int i = 0; i < 2; ++i) {
        const auto refused = writes.write(nothing, nullptr);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::full);
    }
    CHECK(writes.write(nothing, nullptr));
}

TEST_CASE("a statement that breaks off by itself gives its turn back", "[centre]") {
    CentreDatabase database(Sql::Dialect::sqlite);
    const auto writes = SharedWrites::of(database.file(), {});
    REQUIRE(database.sql().run_script("CREATE TABLE thing (id bigint PRIMARY KEY, name text);"));
    const SqlRowsToInsert ragged{"thing", {{"id", SqlType::bigint, {std::int64_t{1}, std::int64_t{2}}}, {"name", SqlType::text, {std::string("one")}}}, "", ""};
    CHECK_THROWS_AS(database.sql().insert(ragged), std::out_of_range);
    REQUIRE(writes->take(Milliseconds(0)));
    writes->give();
    CHECK(database.sql().run("INSERT INTO thing (id) VALUES (3)"));
}

TEST_CASE("what is prepared waits for a core, and goes on when there is one", "[centre]") {
    CentreDatabase database(Sql::Dialect::sqlite);
    const auto writes = SharedWrites::of(database.file(), {});
    std::atomic<int> at_a_time = 0, most = 0, done = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 40; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 20; ++n) {
                writes->begin_preparing();
                const int now = ++at_a_time;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {}
                std::this_thread::yield();
                --at_a_time;
                writes->end_preparing();
                ++done;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(done == 800);
    CHECK(most <= std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
    CHECK(RecordStore(database.sql()).keep(shared_batch(1, 2)));
}

TEST_CASE("a centre's database of an earlier version grows by the steps it lacks, and holds what it held", "[centre]") {
    CentreDatabase database;
    if (!database.here()) return;
    Sql& sql = database.sql();
    REQUIRE(RecordStore(sql).keep(shared_batch(1, 2)));
    const std::string index = sql.dialect() == Sql::Dialect::sqlite ? "SELECT count(*) FROM sqlite_schema WHERE name = 'attendance_unsettled'"
                                                                    : "SELECT count(*) FROM pg_class WHERE relname = 'attendance_unsettled' AND pg_table_is_visible(oid)";
    REQUIRE(sql.run_script("DROP INDEX attendance_unsettled; DROP INDEX activity_at_unsettled; DELETE FROM server_schema WHERE part = 'ingest';"));
    REQUIRE(sql.integer_or(-1, index).value() == 0);
    REQUIRE(migrate_server(sql));
    CHECK(sql.integer_or(-1, index).value() == 1);
    CHECK(rows_of(sql, "statement") == 2);
    const auto again = RecordStore(sql).keep(shared_batch(1, 3));
    REQUIRE(again);
    CHECK(again->added == 1);
    REQUIRE(migrate_server(sql));
}
