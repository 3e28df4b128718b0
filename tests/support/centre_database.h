// A centre's database of a test's own, SQLite or PostgreSQL, with as many connections as it likes.
//
//     CentreDatabase database;   // the whole case runs once over each database that is here
#pragma once

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sync/server/sql.h"
#include "tests/support/postgres.h"

namespace xinghuo::testing {

// A case that asks runs once with each that is here. Several rooms of one case get the same.
inline Sql::Dialect either_database() {
    std::vector<Sql::Dialect> here = {Sql::Dialect::sqlite};
    if (postgres_here()) here.push_back(Sql::Dialect::postgres);
    return GENERATE_COPY(from_range(here));
}

class CentreDatabase {
public:
    explicit CentreDatabase(Sql::Dialect dialect = either_database()) : dialect_(dialect) {
        static int made = 0;
        folder_ = std::filesystem::temp_directory_path() / fmt::format("xinghuo-centre-{}-{}", ::getpid(), ++made);
        std::filesystem::create_directories(folder_);
        if (dialect == Sql::Dialect::postgres) postgres_ = made_before();
        if (!here()) return;
        sql_ = connect();
        if (dialect == Sql::Dialect::sqlite) make_tables(*sql_);
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
    static void make_tables(Sql& sql) {
        const auto migrated = migrate_server(sql);
        INFO((migrated ? "" : migrated.error().what));
        REQUIRE(migrated);
    }
    // The tables are made once; PostgreSQL copies a database in a tenth of the time.
    static std::optional<std::string> made_before() {
        static const std::optional<std::string> pattern = [] {
            auto fresh = fresh_postgres_database();
            if (!fresh) return fresh;
            auto sql = open_postgres(*fresh);
            REQUIRE(sql);
            make_tables(**sql);
            return fresh;
        }();
        return pattern ? copied_postgres_database(*pattern) : std::nullopt;
    }

    Sql::Dialect dialect_;
    std::filesystem::path folder_;
    std::optional<std::string> postgres_;
    std::unique_ptr<Sql> sql_;
};

}  // namespace xinghuo::testing
