#include <algorithm>

#include "sync/server/store_parts.h"

namespace xinghuo {

PostingRows::PostingRows() {
    rows_.table = "posting";
    rows_.columns = {{"organisation", SqlType::bigint, {}}, {"key", SqlType::bigint, {}}, {"block", SqlType::bigint, {}}, {"source", SqlType::bigint, {}},
                     {"members", SqlType::blob, {}}, {"related", SqlType::blob, {}}};
    rows_.on_conflict = "ON CONFLICT (organisation, key, block, source) DO NOTHING";
}

void PostingRows::add(Organisation organisation, std::int64_t block, std::int64_t source, std::vector<KeyAt> entries) {
    std::sort(entries.begin(), entries.end(), [](const KeyAt& a, const KeyAt& b) { return a.key != b.key ? a.key < b.key : a.member < b.member; });
    for (std::size_t i = 0; i < entries.size();) {
        const std::int64_t key = posting_key(entries[i].key);
        Bytes members, related;
        for (; i < entries.size() && posting_key(entries[i].key) == key; ++i) {
            Bytes& list = is_related(entries[i].key) ? related : members;
            if (list.empty() || list.back() != entries[i].member) list.push_back(entries[i].member);
        }
        rows_.columns[0].values.emplace_back(organisation);
        rows_.columns[1].values.emplace_back(key);
        rows_.columns[2].values.emplace_back(block);
        added_for_.push_back(block);
        rows_.columns[3].values.emplace_back(source);
        if (related == members || related.empty()) rows_.columns[5].values.emplace_back(nullptr);
        else rows_.columns[5].values.emplace_back(std::move(related));
        rows_.columns[4].values.emplace_back(std::move(members));
    }
}

Result<void> PostingRows::insert(Sql& sql) {
    if (rows_.columns[0].values.empty()) return {};
    if (auto done = sql.insert(rows_); !done) return done.error();
    return {};
}

Result<void> PostingRows::insert_at(Sql& sql, const std::vector<std::int64_t>& blocks) {
    for (std::size_t row = 0; row < added_for_.size(); ++row) rows_.columns[2].values[row] = blocks.at(static_cast<std::size_t>(added_for_[row]));
    return insert(sql);
}

}  // namespace xinghuo
