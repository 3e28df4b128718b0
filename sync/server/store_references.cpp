#include <map>
#include <set>

#include "sync/server/store_parts.h"

namespace xinghuo {
namespace {

constexpr int longest_chain = 32;  // statements that refer to one another, one after the other

struct Referred {
    std::int64_t place = 0;
    std::vector<std::int64_t> keys;
    Bytes target;       // empty: it refers to none
};

Result<std::optional<Referred>> look_up(Sql& sql, Organisation organisation, const Bytes& id) {
    const auto rows = sql.query("SELECT s.place, s.keys, s.target FROM statement_id i JOIN statement s ON s.organisation = i.organisation AND s.place = i.place "
                                "WHERE i.organisation = $1 AND i.id = $2",
                                {organisation, id});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Referred>();
    const SqlRow& row = rows->front();
    return std::optional<Referred>(Referred{row.integer(0), keys_of(row.blob(1)), row.blob(2)});
}

// What refers to a statement, and to that, and so on.
Result<void> gather_referring(Sql& sql, Organisation organisation, const Bytes& id, std::map<std::int64_t, Bytes>& targets) {
    std::vector<Bytes> next = {id};
    for (int step = 0; step < longest_chain && !next.empty(); ++step) {
        std::vector<Bytes> found;
        for (const Bytes& target : next) {
            const auto rows = sql.query("SELECT r.place, s.id FROM statement_reference r JOIN statement s ON s.organisation = r.organisation AND s.place = r.place "
                                        "WHERE r.organisation = $1 AND r.target = $2",
                                        {organisation, target});
            if (!rows) return rows.error();
            for (const SqlRow& row : *rows)
                if (targets.emplace(row.integer(0), target).second) found.push_back(row.blob(1));
        }
        next = std::move(found);
    }
    return {};
}

Result<void> insert_referring(Sql& sql, Organisation organisation, const std::vector<FreshStatement>& fresh) {
    SqlRowsToInsert references, voids;
    references.table = "statement_reference";
    references.columns = {{"organisation", SqlType::bigint, {}}, {"target", SqlType::blob, {}}, {"place", SqlType::bigint, {}}};
    voids.table = "statement_void";
    voids.columns = {{"organisation", SqlType::bigint, {}}, {"target", SqlType::blob, {}}, {"by_id", SqlType::blob, {}}};
    for (const FreshStatement& one : fresh) {
        if (auto target = id_bytes(one.statement->refers_to)) {
            references.columns[0].values.emplace_back(organisation);
            references.columns[1].values.emplace_back(*target);
            references.columns[2].values.emplace_back(one.place);
        }
        if (auto target = id_bytes(one.statement->voids)) {
            voids.columns[0].values.emplace_back(organisation);
            voids.columns[1].values.emplace_back(*target);
            voids.columns[2].values.emplace_back(*id_bytes(one.statement->id));
        }
    }
    for (const SqlRowsToInsert* rows : {&references, &voids}) {
        if (rows->columns[0].values.empty()) continue;
        if (auto done = sql.insert(*rows); !done) return done.error();
    }
    return {};
}

}  // namespace

Result<void> keep_references(Sql& sql, Organisation organisation, const std::vector<FreshStatement>& fresh) {
    // Places that have to be looked at again, and what each refers to.
    std::map<std::int64_t, Bytes> referring;
    bool any = false;
    for (const FreshStatement& one : fresh) {
        any = any || one.referred_to || !one.statement->refers_to.empty() || !one.statement->voids.empty();
        if (one.statement->refers_to.empty()) continue;
        if (auto target = id_bytes(one.statement->refers_to)) referring.emplace(one.place, std::move(*target));
    }
    if (!any) return {};
    if (auto done = insert_referring(sql, organisation, fresh); !done) return done;
    // Also of what came in this batch before its reference did.
    for (const FreshStatement& one : fresh)
        if (one.referred_to || !referring.empty())
            if (auto done = gather_referring(sql, organisation, *id_bytes(one.statement->id), referring); !done) return done;

    PostingRows rows;
    for (const auto& [place, first_target] : referring) {
        std::set<std::int64_t> seen;
        Bytes target = first_target;
        for (int step = 0; step < longest_chain && !target.empty(); ++step) {
            const auto referred = look_up(sql, organisation, target);
            if (!referred) return referred.error();
            if (!*referred || !seen.insert((*referred)->place).second) break;
            std::vector<KeyAt> entries;
            for (const std::int64_t key : (*referred)->keys) entries.push_back({key, 0});
            rows.add(organisation, place, (*referred)->place, std::move(entries));  // a block of its own: the statement's very place
            target = (*referred)->target;
        }
    }
    return rows.insert(sql);
}

}  // namespace xinghuo
