#include <fmt/format.h>

#include <cctype>

#include "sync/server/schema_steps.h"

namespace xinghuo {
namespace {

// 1. A statement's place is its order: the ms it was stored at × 2^21, a block of 256 for each batch, and its number in it (place.h). statement_id finds it and is
//    what makes a resend harmless; one table by time cannot (its keys would have to begin with the time). A posting says which statements of one block have a
//    key: a batch of a terminal has few keys, so this is a tenth of a row per key and statement. related: of those that have it as a related agent or activity,
//    where they are not the same. source 0: their own keys; otherwise the place of a statement
//    they refer to, and whose keys these are (Communication 2.1.3).
constexpr std::string_view statements = R"sql(
CREATE TABLE statement_id (
    organisation bigint NOT NULL,
    id blob NOT NULL,
    place bigint NOT NULL,
    fingerprint blob NOT NULL,
    PRIMARY KEY (organisation, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE statement (
    place bigint NOT NULL PRIMARY KEY,
    organisation bigint NOT NULL,
    id blob NOT NULL,
    json text NOT NULL,
    keys blob NOT NULL,
    target blob,
    voiding bigint NOT NULL,
    attachments text
) STRICT;
CREATE TABLE posting (
    organisation bigint NOT NULL,
    key bigint NOT NULL,
    block bigint NOT NULL,
    source bigint NOT NULL,
    members blob NOT NULL,
    related blob,
    PRIMARY KEY (organisation, key, block, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE block_number (one bigint NOT NULL PRIMARY KEY, number bigint NOT NULL) STRICT;
INSERT INTO block_number (one, number) VALUES (1, 0);
)sql";
constexpr std::string_view statements_postgres = R"sql(
CREATE TABLE statement_id (
    organisation bigint NOT NULL,
    id bytea NOT NULL,
    place bigint NOT NULL,
    fingerprint bytea NOT NULL,
    PRIMARY KEY (organisation, id)
);
CREATE TABLE statement (
    place bigint NOT NULL,
    organisation bigint NOT NULL,
    id bytea NOT NULL,
    json text NOT NULL,
    keys bytea NOT NULL,
    target bytea,
    voiding bigint NOT NULL,
    attachments text,
    PRIMARY KEY (organisation, place)
) PARTITION BY RANGE (place);
CREATE TABLE statement_otherwise PARTITION OF statement DEFAULT;
CREATE TABLE posting (
    organisation bigint NOT NULL,
    key bigint NOT NULL,
    block bigint NOT NULL,
    source bigint NOT NULL,
    members bytea NOT NULL,
    related bytea,
    PRIMARY KEY (organisation, key, block, source)
);
CREATE SEQUENCE block_number;
)sql";

// What refers to what, whether the target is here yet or not, and what voids what.
constexpr std::string_view references = R"sql(
CREATE TABLE statement_reference (
    organisation bigint NOT NULL,
    target blob NOT NULL,
    place bigint NOT NULL,
    PRIMARY KEY (organisation, target, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE statement_void (
    organisation bigint NOT NULL,
    target blob NOT NULL,
    by_id blob NOT NULL,
    PRIMARY KEY (organisation, target, by_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE attachment (
    organisation bigint NOT NULL,
    sha2 blob NOT NULL,
    content_type text NOT NULL,
    bytes blob NOT NULL,
    PRIMARY KEY (organisation, sha2)
) STRICT;
CREATE TABLE activity (
    organisation bigint NOT NULL,
    key bigint NOT NULL,
    iri text NOT NULL,
    definition text NOT NULL,
    newest bigint NOT NULL,
    PRIMARY KEY (organisation, key)
) STRICT, WITHOUT ROWID;
)sql";

// folder: a hash of kind, activity and agent; leaf: of registration and id.
constexpr std::string_view documents = R"sql(
CREATE TABLE document (
    organisation bigint NOT NULL,
    folder blob NOT NULL,
    leaf blob NOT NULL,
    registration text NOT NULL,
    id text NOT NULL,
    content_type text NOT NULL,
    bytes blob NOT NULL,
    etag text NOT NULL,
    updated bigint NOT NULL,
    PRIMARY KEY (organisation, folder, leaf)
) STRICT;
)sql";

// What a batch that comes with a new boot looks for: what was counted at this terminal by a clock that was not to be believed.
constexpr std::string_view unsettled = R"sql(
CREATE INDEX attendance_unsettled ON attendance (organisation, kiosk, came_boot) WHERE came_settled = 0;
CREATE INDEX activity_at_unsettled ON activity_at (organisation, kiosk, opened_boot) WHERE opened_settled = 0;
)sql";

constexpr std::string_view numbers = R"sql(
CREATE TABLE IF NOT EXISTS server_schema (part text NOT NULL PRIMARY KEY, steps bigint NOT NULL);
)sql";

// Whole words outside quotes, as they stand in steps.
std::string replaced(std::string_view sql, const std::vector<std::pair<std::string_view, std::string_view>>& words) {
    std::string out;
    for (std::size_t i = 0; i < sql.size();) {
        const auto word_like = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
        std::size_t end = i;
        while (end < sql.size() && word_like(sql[end])) ++end;
        if (end == i) {
            out += sql[i++];
            continue;
        }
        std::string_view word = sql.substr(i, end - i);
        for (const auto& [from, to] : words)
            if (word == from) {
                word = to;
                break;
            }
        out += word;
        i = end;
    }
    return out;
}

std::string without(std::string text, std::string_view what) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) text.erase(at, what.size());
    return text;
}

Result<void> migrate_part(Sql& sql, const SchemaPart& part) {
    auto done = sql.integer_or(0, "SELECT steps FROM server_schema WHERE part = $1", {std::string(part.name)});
    if (!done) return done.error();
    const auto known = static_cast<std::int64_t>(part.steps.size());
    if (*done > known) return Error{ErrorKind::unsupported, fmt::format("the database was made by a newer version ({}: {}, known here: {})", part.name, *done, known)};
    for (std::int64_t step = *done; step < known; ++step)
        if (auto made = sql.run_script(schema_text(part.steps[static_cast<std::size_t>(step)], sql.dialect())); !made)
            return made.error().within(fmt::format("schema {}, step {}", part.name, step + 1));
    if (*done == known) return {};
    return sql.run("INSERT INTO server_schema (part, steps) VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET steps = excluded.steps", {std::string(part.name), known});
}

}  // namespace

std::vector<SchemaStep> core_steps() {
    return {{statements, statements_postgres}, {references}, {documents}};
}

std::vector<SchemaPart> schema_parts() {
    std::vector<SchemaPart> parts;
    parts.push_back({"core", core_steps()});
    parts.push_back({"reports", report_steps()});
    parts.push_back({"accounts", account_steps()});
    parts.push_back({"publishing", publishing_steps()});
    parts.push_back({"ingest", {{unsettled}}});
    return parts;
}

std::string schema_text(const SchemaStep& step, Sql::Dialect dialect) {
    if (dialect == Sql::Dialect::sqlite) return replaced(step.sql, {{"bigint", "INTEGER"}});
    if (!step.postgres.empty()) return std::string(step.postgres);
    return without(without(without(replaced(step.sql, {{"blob", "bytea"}, {"real", "double precision"}}), " STRICT, WITHOUT ROWID"), " WITHOUT ROWID"), " STRICT");
}

Result<void> migrate_server(Sql& sql) {
    const bool postgres = sql.dialect() == Sql::Dialect::postgres;
    return in_transaction(sql, [&]() -> Result<void> {
        // Several servers may start at once.
        if (postgres)
            if (auto alone = sql.run("SELECT pg_advisory_xact_lock(6003617)"); !alone) return alone;
        if (auto made = sql.run_script(numbers); !made) return made;
        for (const SchemaPart& part : schema_parts())
            if (auto done = migrate_part(sql, part); !done) return done;
        return {};
    });
}

}  // namespace xinghuo
