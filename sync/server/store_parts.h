// What the parts of the record store share: how ids stand in columns, and the steps of keep() that have a file of their own. All run inside its transaction.
#pragma once

#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sync/server/record_store.h"

namespace xinghuo {

Result<Bytes> id_bytes(std::string_view uuid);          // 16; `invalid` when it is no UUID
std::string id_text(std::span<const std::uint8_t> id);
Bytes keys_bytes(const std::vector<std::int64_t>& keys);
std::vector<std::int64_t> keys_of(const Bytes& bytes);

// The key of a related agent or activity is that of the agent or activity itself and one more: both stand in one posting.
constexpr std::int64_t posting_key(std::int64_t key) { return key & ~std::int64_t{1}; }
constexpr bool is_related(std::int64_t key) { return (key & 1) != 0; }
// Rows for the table posting: of one block and source, the places in the block that have each key.
struct KeyAt {
    std::int64_t key = 0;
    std::uint8_t member = 0;
};
class PostingRows {
public:
    PostingRows();
    void add(Organisation organisation, std::int64_t block, std::int64_t source, std::vector<KeyAt> entries);
    Result<void> insert(Sql& sql);  // those that are here already stay
    // What was added for block 0, 1 …: for these blocks. May be asked for again.
    Result<void> insert_at(Sql& sql, const std::vector<std::int64_t>& blocks);

private:
    SqlRowsToInsert rows_;
    std::vector<std::int64_t> added_for_;
};

// A statement that was not here before, at its place.
struct FreshStatement {
    const NewStatement* statement = nullptr;
    std::int64_t place = 0;
    bool referred_to = false;   // something here refers to it already
};

// The columns of KeptStatement, from "statement s": kept_statement() reads them.
std::string kept_columns();
KeptStatement kept_statement(const SqlRow& row);

// Postings of what each refers to, through any number of steps, in whatever order they came (store_references.cpp).
Result<void> keep_references(Sql& sql, Organisation organisation, const std::vector<FreshStatement>& fresh);
// What statements tell of activities, by their keys. Merged into what is known (store_activities.cpp).
class ToldActivities {
public:
    void add(const NewStatement& statement);
    Result<void> keep(Sql& sql, Organisation organisation) const;

private:
    struct NewerDefinitions {
        std::string iri;
        std::vector<std::string> definitions;  // one after another, no two neighbours alike
        std::int64_t last = 0;                 // of the last of them, as the column `newest` says it
    };
    std::map<std::int64_t, NewerDefinitions> told_;
    std::unordered_map<std::string, std::int64_t> keys_;   // by IRI
};
// PostgreSQL: partitions for the month of `when` and the two after it; each connection looks once a month (store_months.cpp). Outside a transaction.
Result<void> make_months(Sql& sql, WallTime when);

}  // namespace xinghuo
