#include "tools/benchmark/bare_transaction.h"

#include <sqlite3.h>

namespace xinghuo {
namespace {

class Bare final : public BareTransaction {
public:
    Bare(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
    ~Bare() override {
        sqlite3_finalize(statement_);
        sqlite3_close(db_);
    }
    bool insert() override {
        sqlite3_reset(statement_);
        return sqlite3_step(statement_) == SQLITE_DONE;  // a statement by itself is a transaction
    }

private:
    sqlite3* db_;
    sqlite3_stmt* statement_;
};

}  // namespace

std::unique_ptr<BareTransaction> open_bare(const Path& file) {
    sqlite3* db = nullptr;
    sqlite3_stmt* statement = nullptr;
    const bool good = sqlite3_open(file.c_str(), &db) == SQLITE_OK &&
                      sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
                                       "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT", nullptr, nullptr, nullptr) == SQLITE_OK &&
                      sqlite3_prepare_v2(db, "INSERT INTO t (b) VALUES ('signed in')", -1, &statement, nullptr) == SQLITE_OK;
    if (good) return std::make_unique<Bare>(db, statement);
    sqlite3_close(db);
    return nullptr;
}

}  // namespace xinghuo
