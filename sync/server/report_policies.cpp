#include "sync/server/report_policies.h"

#include <algorithm>

#include "sync/server/hour_sums.h"

namespace xinghuo {

Result<std::vector<Policies::Entry>> centre_policies(Sql& sql, Organisation organisation) {
    auto rows = sql.query("SELECT from_day, body FROM policy_from WHERE organisation = $1 ORDER BY from_day", {organisation});
    if (!rows) return rows.error().within("reading the policies");
    std::vector<Policies::Entry> table;
    for (const SqlRow& row : *rows) {
        auto policy = read_policy(row.text(1));
        if (!policy) return policy.error();
        table.push_back({row.integer(0), std::move(*policy)});
    }
    return table;
}

Result<void> set_centre_policy(Sql& sql, Organisation organisation, std::int64_t from_day, std::string_view json) {
    auto policy = read_policy(json);
    if (!policy) return policy.error();
    const std::string body = to_json(*policy);
    return in_transaction(sql, [&]() -> Result<void> {
        auto others = sql.integer_or(0, "SELECT COUNT(*) FROM policy_from WHERE organisation = $1 AND from_day <> $2", {organisation, from_day});
        if (!others) return others.error();
        if (*others >= static_cast<std::int64_t>(policy_limit)) return Error{ErrorKind::invalid, "the table of policies is full"};
        if (auto marked = mark_hours_from(sql, organisation, from_day); !marked) return marked;
        return sql.run("INSERT INTO policy_from (organisation, from_day, body) VALUES ($1, $2, $3) ON CONFLICT (organisation, from_day) DO UPDATE SET body = excluded.body",
                       {organisation, from_day, body});
    });
}

Result<void> remove_centre_policy(Sql& sql, Organisation organisation, std::int64_t from_day) {
    return in_transaction(sql, [&]() -> Result<void> {
        auto gone = sql.query("DELETE FROM policy_from WHERE organisation = $1 AND from_day = $2 RETURNING from_day", {organisation, from_day});
        if (!gone) return gone.error();
        if (gone->empty()) return Error{ErrorKind::missing, "no policy begins on this day"};
        return mark_hours_from(sql, organisation, from_day);
    });
}

std::vector<PolicySpan> policy_spans(const std::vector<Policies::Entry>& table, std::int64_t from_day, std::int64_t to_day) {
    std::vector<PolicySpan> spans;
    for (std::int64_t day = from_day; day <= to_day;) {
        std::int64_t last = to_day;
        for (const Policies::Entry& entry : table)
            if (entry.from_day > day) last = std::min(last, entry.from_day - 1);
        spans.push_back({day, last, Policies::in_force(table, day)});
        day = last + 1;
    }
    return spans;
}

}  // namespace xinghuo
