// The tables of a centre, made step by step. Each part counts its own steps, so that parts grow without knowing of each other; a step that was released is never
// changed, only followed by another. server_schema holds how many of each part are done.
//
// Written once for both databases: types bigint, real, text, blob (lower case; PostgreSQL gets "double precision" and "bytea"), and SQLite's table options,
// which PostgreSQL does not see. Every key begins with organisation.
//     CREATE TABLE kiosk (organisation bigint NOT NULL, id text NOT NULL, name text NOT NULL, PRIMARY KEY (organisation, id)) STRICT, WITHOUT ROWID;
#pragma once

#include <string_view>
#include <vector>

#include "sync/server/sql.h"

namespace xinghuo {

struct SchemaStep {
    std::string_view sql;
    std::string_view postgres = {};  // instead, where PostgreSQL does it otherwise; as it is
};

std::vector<SchemaStep> core_steps();        // schema.cpp: statements, attachments, activities, documents
std::vector<SchemaStep> report_steps();      // schema_reports.cpp: terminals' chains, roll-ups, people
std::vector<SchemaStep> account_steps();     // schema_accounts.cpp: terminals, accounts, tokens, audit
std::vector<SchemaStep> publishing_steps();  // schema_publishing.cpp: what goes down to the terminals

// Of every part, in the order they are made.
struct SchemaPart {
    std::string_view name;
    std::vector<SchemaStep> steps;
};
std::vector<SchemaPart> schema_parts();
std::string schema_text(const SchemaStep& step, Sql::Dialect dialect);

}  // namespace xinghuo
