#include <map>

#include "sync/server/statement.h"
#include "sync/server/store_parts.h"

namespace xinghuo {
namespace {

std::int64_t activity_key(std::string_view iri) { return statement_key(StatementKey::activity, iri); }

// Definitions by key, held until they are written.
Result<std::map<std::int64_t, std::string>> known_activities(Sql& sql, Organisation organisation, const std::vector<std::int64_t>& keys) {
    std::string words = "SELECT key, definition FROM activity WHERE organisation = $1 AND key " + sql.among("$2") + " ORDER BY key";
    if (sql.dialect() == Sql::Dialect::postgres) words += " FOR UPDATE";
    const auto rows = sql.query(words, {organisation, keys});
    if (!rows) return rows.error();
    std::map<std::int64_t, std::string> known;
    for (const SqlRow& row : *rows) known[row.integer(0)] = row.text(1);
    return known;
}

}  // namespace

void ToldActivities::add(const NewStatement& statement) {
    for (const auto& [iri, definition] : statement.activities) {
        const auto [known, first] = keys_.try_emplace(iri);
        if (first) known->second = activity_key(iri);
        NewerDefinitions& newer = told_[known->second];
        if (first) newer.iri = iri;
        if (!newer.definitions.empty() && newer.definitions.back() == definition) continue;
        newer.definitions.push_back(definition);
        newer.last = statement_key(StatementKey::verb, definition);
    }
}

// Most statements tell what was told before: then nothing is written, and nothing parsed.
Result<void> ToldActivities::keep(Sql& sql, Organisation organisation) const {
    if (told_.empty()) return {};
    std::vector<std::int64_t> keys;
    for (const auto& [key, newer] : told_) keys.push_back(key);
    const auto rows_known = sql.query("SELECT key, newest FROM activity WHERE organisation = $1 AND key " + sql.among("$2"), {organisation, keys});
    if (!rows_known) return rows_known.error();
    std::map<std::int64_t, std::int64_t> newest;
    for (const SqlRow& row : *rows_known) newest[row.integer(0)] = row.integer(1);

    std::vector<std::int64_t> changed;
    for (const auto& [key, newer] : told_) {
        const auto found = newest.find(key);
        const bool same = found != newest.end() && newer.definitions.size() == 1 && found->second == newer.last;
        if (!same) changed.push_back(key);
    }
    if (changed.empty()) return {};
    auto now = known_activities(sql, organisation, changed);
    if (!now) return now.error();

    SqlRowsToInsert rows;
    rows.table = "activity";
    rows.columns = {{"organisation", SqlType::bigint, {}}, {"key", SqlType::bigint, {}}, {"iri", SqlType::text, {}}, {"definition", SqlType::text, {}}, {"newest", SqlType::bigint, {}}};
    rows.on_conflict = "ON CONFLICT (organisation, key) DO UPDATE SET definition = excluded.definition, newest = excluded.newest";
    for (const std::int64_t key : changed) {
        const NewerDefinitions& newer = told_.at(key);
        std::string definition;
        std::size_t first = 0;
        if (const auto found = now->find(key); found != now->end()) definition = found->second;
        else definition = newer.definitions.at(first++);
        for (; first < newer.definitions.size(); ++first) definition = merged_definition(definition, newer.definitions[first]);
        rows.columns[0].values.emplace_back(organisation);
        rows.columns[1].values.emplace_back(key);
        rows.columns[2].values.emplace_back(newer.iri);
        rows.columns[3].values.emplace_back(std::move(definition));
        rows.columns[4].values.emplace_back(newer.last);
    }
    if (auto done = sql.insert(rows); !done) return done.error();
    return {};
}

Result<std::optional<std::string>> RecordStore::activity_definition(Organisation organisation, std::string_view iri) {
    const auto rows = sql_->query("SELECT definition FROM activity WHERE organisation = $1 AND key = $2", {organisation, activity_key(iri)});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<std::string>();
    return std::optional<std::string>(rows->front().text(0));
}

}  // namespace xinghuo
