// A centre's database of a test's own, SQLite or PostgreSQL, with as many connections as it likes.
#pragma once

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sync/server/sql.h"
#include "tests/support/postgres.h"

namespace xinghuo::testing {

class CentreDatabase {
public:
    explicit CentreDatabase(Sql::Dialect dialect) : dialect_(dialect) {
        static int made = 0;
        folder_ = std::filesystem::temp_directory_path() / fmt::format("xinghuo-centre-{}-{}", ::getpid(), ++made);
        std::filesystem::create_directories(folder_);
        if (dialect == Sql::Dialect::postgres) postgres_ = fresh_postgres_database();
        if (!here()) return;
        sql_ = connect();
        const auto migrated = migrate_server(*sql_);
        INFO((migrated ? "" : migrated.error().what));
        REQUIRE(migrated);
    }
    ~CentreDatabase() {
        sql_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    CentreDatabase(const CentreDatabase&) = delete;
    CentreDatabase& operator=(const CentreDatabase&) = delete;

    // False: there is no such database on this machine; the case is over.
    [[nodiscard]] bool here() const { return dialect_ == Sql::Dialect::sqlite || postgres_.has_value(); }
    [[nodiscard]] Sql& sql() { return *sql_; }
    [[nodiscard]] std::unique_ptr<Sql> connect() const {
        auto opened = dialect_ == Sql::Dialect::sqlite ? open_sqlite(file()) : open_postgres(*postgres_);
        REQUIRE(opened);
        return std::move(*opened);
    }
    [[nodiscard]] std::filesystem::path file() const { return folder_ / "centre.db"; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::string address() const { return dialect_ == Sql::Dialect::sqlite ? file().string() : *postgres_; }
    void close() { sql_.reset(); }

private:
    Sql::Dialect dialect_;
    std::filesystem::path folder_;
    std::optional<std::string> postgres_;
    std::unique_ptr<Sql> sql_;
};

}  // namespace xinghuo::testing
