// What the centre has acknowledged is there, whatever ends the writer; what it has not is there as a whole batch or not at all.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "content/base/crypto.h"
#include "sync/server/record_store.h"
#include "tests/support/centre_database.h"

using namespace xinghuo;
using xinghuo::testing::CentreDatabase;

namespace {

constexpr int statements_a_batch = 20;

std::string numbered_id(int number) { return fmt::format("01900000-0000-7000-9000-{:012x}", number); }

NewBatch numbered_batch(int batch_number, std::size_t json_bytes = 800) {
    NewBatch batch;
    batch.stored = {1'795'258'800'000 + batch_number};
    for (int i = 0; i < statements_a_batch; ++i) {
        NewStatement statement;
        statement.id = numbered_id(batch_number * statements_a_batch + i);
        statement.json = "{\"x\":\"" + std::string(json_bytes, 'x') + "\"}";
        statement.fingerprint = sha256_hex(statement.id.data(), statement.id.size());
        statement.keys = {statement_key(StatementKey::verb, "v"), statement_key(StatementKey::agent, statement.id)};
        batch.statements.push_back(std::move(statement));
    }
    return batch;
}

// Keeps one batch after another and says each number once it is kept, until it is killed.
pid_t start_writer(const CentreDatabase& database, int first, int said) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    auto sql = database.connect();
    for (int number = first;; ++number) {
        if (!RecordStore(*sql).keep(numbered_batch(number))) ::_exit(1);
        if (::write(said, &number, sizeof number) != sizeof number) ::_exit(2);
    }
}

std::int64_t count(Sql& sql, const std::string& table) { return sql.integer_or(-1, "SELECT count(*) FROM " + table).value(); }

}  // namespace

TEST_CASE("A writer is killed again and again: what it acknowledged is there, and only whole batches", "[centre][slow]") {
    CentreDatabase database(GENERATE(Sql::Dialect::sqlite, Sql::Dialect::postgres));
    if (!database.here()) return;
    database.close();
    int acknowledged = -1;
    for (int round = 0; round < 6; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t writer = start_writer(database, acknowledged + 1, ends[1]);
        ::close(ends[1]);
        for (int heard = 0; heard < 5 + round * 3; ++heard) REQUIRE(::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged);
        ::kill(writer, SIGKILL);
        ::waitpid(writer, nullptr, 0);
        int late = 0;
        while (::read(ends[0], &late, sizeof late) == sizeof late) acknowledged = late;
        ::close(ends[0]);
    }
    auto sql = database.connect();
    // The killed one's last transaction may still be ending in PostgreSQL; keeping its batch again waits for it.
    REQUIRE(RecordStore(*sql).keep(numbered_batch(acknowledged + 1)));
    const auto all = (acknowledged + 2) * statements_a_batch;
    CHECK(count(*sql, "statement_id") == all);
    CHECK(count(*sql, "statement") == all);
    StatementQuery query;
    query.keys = {statement_key(StatementKey::verb, "v")};
    query.limit = 1000;
    std::size_t seen = 0;
    do {
        auto page = RecordStore(*sql).select(1, query).value();
        seen += page.statements.size();
        query.cursor = page.more;
    } while (!query.cursor.empty());
    CHECK(seen == static_cast<std::size_t>(all));
    if (sql->dialect() == Sql::Dialect::sqlite) CHECK(sql->query("PRAGMA integrity_check")->front().text(0) == "ok");
}

TEST_CASE("A database server crashes under its writer: nothing acknowledged is lost, nothing doubled", "[centre][slow]") {
    CentreDatabase database(Sql::Dialect::postgres);
    if (!database.here()) return;
    int kept = 0;
    std::thread writing([&] {
        for (int number = 0, tries = 0; number < 120 && tries < 20'000;) {
            if (RecordStore(database.sql()).keep(numbered_batch(number))) {
                kept = ++number;
            } else {
                ++tries;  // as a terminal does: the same again
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        }
    });
    for (int crashes = 0; crashes < 2; ++crashes) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        xinghuo::testing::crash_postgres();
    }
    writing.join();
    CHECK(kept == 120);
    CHECK(count(database.sql(), "statement_id") == 120 * statements_a_batch);
    CHECK(count(database.sql(), "statement") == 120 * statements_a_batch);
}

TEST_CASE("A full disk refuses a batch whole, and room lets it in", "[centre]") {
    CentreDatabase database(Sql::Dialect::sqlite);
    Sql& sql = database.sql();
    REQUIRE(RecordStore(sql).keep(numbered_batch(0)));
    const auto pages = sql.integer_or(0, "PRAGMA page_count").value();
    REQUIRE(sql.run_script(fmt::format("PRAGMA max_page_count={}", pages + 5)));
    const auto refused = RecordStore(sql).keep(numbered_batch(1, 20'000));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::io);
    CHECK(count(sql, "statement_id") == statements_a_batch);
    CHECK(count(sql, "posting") == statements_a_batch + 1);
    REQUIRE(sql.run_script("PRAGMA max_page_count=1000000"));
    CHECK(RecordStore(sql).keep(numbered_batch(1, 20'000)));
    CHECK(count(sql, "statement") == 2 * statements_a_batch);
}

TEST_CASE("Two writers at once, on different batches, both end well", "[centre]") {
    CentreDatabase database(GENERATE(Sql::Dialect::sqlite, Sql::Dialect::postgres));
    if (!database.here()) return;
    auto second = database.connect();
    bool other_good = true;
    std::thread other([&] {
        for (int i = 0; i < 20; ++i) other_good = other_good && RecordStore(*second).keep(numbered_batch(1000 + i)).has_value();
    });
    bool good = true;
    for (int i = 0; i < 20; ++i) good = good && RecordStore(database.sql()).keep(numbered_batch(i)).has_value();
    other.join();
    CHECK((good && other_good));
    CHECK(count(database.sql(), "statement") == 40 * statements_a_batch);
}
