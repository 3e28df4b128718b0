// Both databases behind one door: the same words, the same answers.
#include <atomic>
#include <exception>
#include <new>
#include <thread>

#include "content/base/file.h"
#include "tests/support/centre_database.h"

using namespace xinghuo;
using xinghuo::testing::CentreDatabase;

namespace {

Sql::Dialect either() { return GENERATE(Sql::Dialect::sqlite, Sql::Dialect::postgres); }

void make_thing(Sql& sql) {
    const std::string blob = sql.dialect() == Sql::Dialect::postgres ? "bytea" : "blob";
    REQUIRE(sql.run_script("CREATE TABLE thing (id bigint PRIMARY KEY, name text, weight double precision, bytes " + blob + ");"));
}

}  // namespace

TEST_CASE("Values come back as they went, NULL too", "[sql]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    make_thing(sql);
    const Bytes bytes = {0, 255, 39, 92};
    REQUIRE(sql.run("INSERT INTO thing (id, name, weight, bytes) VALUES ($1, $2, $3, $4), ($5, $6, $7, $8)",
                    {std::int64_t{1} << 60, std::string("王'\\\"$1"), 0.1, bytes, std::int64_t{-2}, nullptr, nullptr, nullptr}));
    const auto rows = sql.query("SELECT id, name, weight, bytes, '$1' FROM thing WHERE id <> $1 ORDER BY id -- not $2\n", {std::int64_t{0}});
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    CHECK((*rows)[0].integer(0) == -2);
    CHECK(((*rows)[0].null(1) && (*rows)[0].null(2) && (*rows)[0].null(3)));
    CHECK((*rows)[0].text(1).empty());
    CHECK((*rows)[0].integer(1) == 0);
    CHECK((*rows)[1].integer(0) == std::int64_t{1} << 60);
    CHECK((*rows)[1].text(1) == "王'\\\"$1");
    CHECK((*rows)[1].real(2) == 0.1);
    CHECK((*rows)[1].blob(3) == bytes);
    CHECK((*rows)[1].text(4) == "$1");
    const auto sum = sql.query("SELECT sum(id), count(*) FROM thing WHERE id < 10 OR id = $1", {nullptr});
    REQUIRE(sum);
    CHECK(sum->front().integer(0) == -2);
    CHECK(sql.integer_or(7, "SELECT id FROM thing WHERE id = $1", {std::int64_t{4}}).value() == 7);
}

TEST_CASE("Many rows go in at once, and an array is asked about", "[sql]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    make_thing(sql);
    SqlRowsToInsert rows{"thing", {{"id", SqlType::bigint, {}}, {"name", SqlType::text, {}}, {"weight", SqlType::real, {}}, {"bytes", SqlType::blob, {}}},
                         "ON CONFLICT (id) DO UPDATE SET weight = thing.weight + excluded.weight", "RETURNING id, weight"};
    for (std::int64_t i = 0; i < 500; ++i) {
        rows.columns[0].values.emplace_back(i);
        if (i % 3 == 0) rows.columns[1].values.emplace_back(nullptr);
        else rows.columns[1].values.emplace_back(fmt::format("{{\"a\",{}}}", i));
        rows.columns[2].values.emplace_back(static_cast<double>(i) / 2);
        rows.columns[3].values.emplace_back(Bytes(static_cast<std::size_t>(i % 5), 7));
    }
    REQUIRE(sql.insert(rows));
    const auto again = sql.insert(rows);
    REQUIRE(again);
    REQUIRE(again->size() == 500);
    CHECK(again->at(5).real(1) == 5);
    CHECK(sql.query("SELECT name, bytes FROM thing WHERE id = $1", {std::int64_t{4}})->front().text(0) == "{\"a\",4}");
    CHECK(sql.query("SELECT name, bytes FROM thing WHERE id = $1", {std::int64_t{4}})->front().blob(1) == Bytes(4, 7));
    CHECK(sql.integer_or(0, "SELECT count(*) FROM thing WHERE id " + sql.among("$1"), {std::vector<std::int64_t>{3, 499, 500}}).value() == 2);
    CHECK(sql.integer_or(9, "SELECT count(*) FROM thing WHERE id " + sql.among("$1"), {std::vector<std::int64_t>{}}).value() == 0);
}

TEST_CASE("A transaction that fails leaves nothing, and the connection goes on", "[sql]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    make_thing(sql);
    const auto put = [&](std::int64_t id) { return sql.run("INSERT INTO thing (id) VALUES ($1)", {id}); };
    const auto failed = in_transaction(sql, [&]() -> Result<void> {
        if (auto done = put(1); !done) return done;
        return put(1);
    });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == ErrorKind::invalid);
    // An insert without an answer may fail as late as the commit.
    const auto late = in_transaction(sql, [&]() -> Result<void> {
        if (auto done = put(2); !done) return done;
        SqlRowsToInsert rows{"thing", {{"id", SqlType::bigint, {std::int64_t{2}}}}, "", ""};
        if (auto done = sql.insert(rows); !done) return done.error();
        return {};
    });
    REQUIRE_FALSE(late);
    CHECK(sql.query("SELECT nonsense FROM nowhere").error().kind == ErrorKind::invalid);
    CHECK(sql.query("SELECT nonsense FROM nowhere").error().kind == ErrorKind::invalid);
    CHECK(in_transaction(sql, [&] { return Result<void>(); }));
    CHECK(in_transaction(sql, [&] { return put(3); }));
    CHECK(sql.query("SELECT id FROM thing")->size() == 1);
    CHECK(migrate_server(sql));  // once more changes nothing
}

TEST_CASE("Work that breaks off is undone, and the connection goes on", "[sql]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    Sql& sql = database.sql();
    make_thing(sql);
    const SqlRowsToInsert one{"thing", {{"id", SqlType::bigint, {std::int64_t{1}}}}, "", ""};
    const auto breaking = [&](const std::exception_ptr& thrown) {
        return in_transaction(sql, [&]() -> Result<void> {
            if (auto put = sql.insert(one); !put) return put.error();  // PostgreSQL has not been asked for its answer yet
            std::rethrow_exception(thrown);
        });
    };
    const auto no_memory = breaking(std::make_exception_ptr(std::bad_alloc()));
    REQUIRE_FALSE(no_memory);
    CHECK(no_memory.error().kind == ErrorKind::full);
    const auto mistaken = breaking(std::make_exception_ptr(std::out_of_range("somebody's name")));
    REQUIRE_FALSE(mistaken);
    CHECK(mistaken.error().kind == ErrorKind::io);
    CHECK(mistaken.error().what.find("somebody") == std::string::npos);
    CHECK(in_transaction(sql, [&] { return sql.run("INSERT INTO thing (id) VALUES (1)"); }));
    CHECK(sql.integer_or(0, "SELECT count(*) FROM thing").value() == 1);
}

TEST_CASE("A database made by a newer version is not touched", "[sql]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    REQUIRE(database.sql().run("UPDATE server_schema SET steps = 4000 WHERE part = 'core'"));
    const auto migrated = migrate_server(database.sql());
    REQUIRE_FALSE(migrated);
    CHECK(migrated.error().kind == ErrorKind::unsupported);
}

TEST_CASE("Two that wait for each other crosswise both end well", "[sql]") {
    CentreDatabase database(Sql::Dialect::postgres);
    if (!database.here()) return;
    make_thing(database.sql());
    REQUIRE(database.sql().run("INSERT INTO thing (id, weight) VALUES (1, 0), (2, 0)"));
    const auto both = [&](std::int64_t first, std::int64_t second) {
        auto sql = database.connect();
        bool good = true;
        bool slept_once = false;
        for (int i = 0; i < 4; ++i)
            good = good && in_transaction(*sql, [&]() -> Result<void> {
                if (auto done = sql->run("UPDATE thing SET weight = weight + 1 WHERE id = $1", {first}); !done) return done;
                if (!std::exchange(slept_once, true))
                    if (auto slept = sql->query("SELECT pg_sleep(0.3)"); !slept) return slept.error();  // so that the first time they do meet
                return sql->run("UPDATE thing SET weight = weight + 1 WHERE id = $1", {second});
            });
        return good;
    };
    bool other = false;
    std::thread thread([&] { other = both(2, 1); });
    const bool one = both(1, 2);
    thread.join();
    CHECK((one && other));
    CHECK(database.sql().query("SELECT sum(weight) FROM thing")->front().real(0) == 16);
}

TEST_CASE("After a server's crash a connection is made anew, and an idle one costs nobody a failure", "[sql]") {
    CentreDatabase database(Sql::Dialect::postgres);
    if (!database.here()) return;
    Sql& sql = database.sql();
    make_thing(sql);
    xinghuo::testing::crash_postgres();
    CHECK(sql.integer_or(7, "SELECT count(*) FROM thing").value() == 0);
    xinghuo::testing::crash_postgres();
    CHECK(in_transaction(sql, [&] { return sql.run("INSERT INTO thing (id) VALUES (1)"); }));
    int tries = 0;
    const auto done = in_transaction(sql, [&]() -> Result<void> {
        if (auto put = sql.run("INSERT INTO thing (id) VALUES (2)"); !put) return put;
        if (++tries == 1) xinghuo::testing::crash_postgres();
        return sql.run("INSERT INTO thing (id) VALUES (3)");
    });
    CHECK(done);
    CHECK(tries == 2);
    CHECK(sql.integer_or(0, "SELECT count(*) FROM thing").value() == 3);
    // Cut off while the commit travels: nobody knows.
    REQUIRE(sql.begin());
    REQUIRE(sql.run("INSERT INTO thing (id) VALUES (4)"));
    xinghuo::testing::crash_postgres();
    const auto unknown = sql.commit();
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().kind == ErrorKind::io);
    CHECK_FALSE(sql.asks_again());
    CHECK(sql.integer_or(0, "SELECT count(*) FROM thing").value() == 3);
    auto nobody = open_postgres("postgresql://x@127.0.0.1:1/x?connect_timeout=2");
    REQUIRE(nobody);
    CHECK((*nobody)->query("SELECT 1").error().kind == ErrorKind::io);
    CHECK_FALSE(open_postgres("postgresql://?nonsense=1"));
}

TEST_CASE("What was committed without its standby is doubtful, in a transaction and by itself", "[sql]") {
    CentreDatabase database(Sql::Dialect::postgres);
    if (!database.here()) return;
    make_thing(database.sql());
    auto opened = open_postgres(database.address() + "&options=-c%20synchronous_commit%3Don");
    REQUIRE(opened);
    Sql& sql = **opened;
    // The standby is waited for until somebody breaks that off.
    std::atomic<bool> over = false;
    std::atomic<int> broken_off = 0;
    auto other = database.connect();
    std::thread impatient([&] {
        while (!over) broken_off += static_cast<int>(other->query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")->size());
    });
    const SqlRowsToInsert three{"thing", {{"id", SqlType::bigint, {std::int64_t{3}}}}, "", ""};
    const SqlRowsToInsert four{"thing", {{"id", SqlType::bigint, {std::int64_t{4}}}}, "", "RETURNING id"};
    std::vector<Result<void>> done;
    done.push_back(in_transaction(sql, [&] { return sql.run("INSERT INTO thing (id) VALUES (1)"); }));
    done.push_back(sql.run("INSERT INTO thing (id) VALUES (2)"));
    for (const SqlRowsToInsert& rows : {three, four}) {
        const auto put = sql.insert(rows);
        done.push_back(put ? Result<void>() : put.error());
    }
    done.push_back(sql.run_script("INSERT INTO thing (id) VALUES (5); UPDATE thing SET weight = 1 WHERE id = 5;"));
    done.push_back(sql.run("DELETE FROM thing WHERE id = $1", {std::int64_t{2}}));
    over = true;
    impatient.join();
    CHECK(broken_off >= 6);
    for (const auto& one : done) {
        REQUIRE_FALSE(one);
        CHECK(one.error().kind == ErrorKind::io);
        CHECK(one.error().what.find("standby") != std::string::npos);
    }
    // Here it is kept all the same, and what changes nothing is nobody's doubt.
    CHECK(sql.integer_or(0, "SELECT sum(id) FROM thing").value() == 1 + 3 + 4 + 5);
    CHECK(in_transaction(sql, [&] { return Result<void>(); }));
    CHECK(database.sql().run("INSERT INTO thing (id) VALUES (6)"));
}

TEST_CASE("Connections are lent and come back", "[sql]") {
    CentreDatabase database(Sql::Dialect::sqlite);
    int opened = 0;
    Databases databases([&]() -> Result<std::unique_ptr<Sql>> {
        ++opened;
        return open_sqlite(database.file());
    }, 2);
    {
        auto one = databases.borrow();
        auto two = databases.borrow();
        REQUIRE((one && two));
        std::thread waiting([&] {
            auto three = databases.borrow();
            CHECK(three);
        });
        { const auto back = std::move(*one); }
        waiting.join();
    }
    CHECK(databases.borrow());
    CHECK(opened == 2);
    Databases broken([]() -> Result<std::unique_ptr<Sql>> { return Error{ErrorKind::io, "away"}; }, 1);
    CHECK_FALSE(broken.borrow());
    CHECK_FALSE(broken.borrow());
}

TEST_CASE("A connection that comes back with something open is whole for whoever has it next", "[sql]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    make_thing(database.sql());
    bool breaks = false;
    Databases databases([&]() -> Result<std::unique_ptr<Sql>> {
        if (breaks) std::rethrow_exception(std::make_exception_ptr(std::bad_alloc()));
        return database.connect();
    }, 2);
    const auto leave_open = [&] {
        const auto lent = databases.borrow();
        REQUIRE((*lent)->begin());
        REQUIRE((*lent)->run("INSERT INTO thing (id) VALUES (1)"));
    };
    leave_open();
    const auto next = databases.borrow();
    REQUIRE(next);
    CHECK(in_transaction(**next, [&] { return (*next)->run("INSERT INTO thing (id) VALUES (2)"); }));
    CHECK((*next)->integer_or(0, "SELECT sum(id) FROM thing").value() == 2);
    // One that could not be opened is not lent.
    breaks = true;
    CHECK_THROWS_AS(databases.borrow(), std::bad_alloc);
    breaks = false;
    CHECK(databases.borrow());
}
