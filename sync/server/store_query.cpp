#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "sync/server/place.h"
#include "sync/server/record_store.h"
#include "sync/server/store_parts.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_on_a_page = 1000;

// What is asked, in places: from inclusive, to exclusive.
struct PlaceRange {
    std::int64_t from = 0, to = std::numeric_limits<std::int64_t>::max();
};

std::string cursor_at(std::int64_t place) { return fmt::format("{:x}", static_cast<std::uint64_t>(place) ^ 0x5a17c3d29be40f68ULL); }

Result<std::int64_t> place_of_cursor(std::string_view cursor) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), number, 16);
    const auto place = static_cast<std::int64_t>(number ^ 0x5a17c3d29be40f68ULL);
    if (failed != std::errc() || end != cursor.data() + cursor.size() || place < 0) return Error{ErrorKind::invalid, "a cursor that is none of ours"};
    return place;
}

Result<PlaceRange> range_of(const StatementQuery& query) {
    PlaceRange range;
    if (query.since_ms && *query.since_ms >= 0) range.from = first_place(*query.since_ms < last_ms ? *query.since_ms + 1 : last_ms + 1);
    if (query.until_ms) range.to = *query.until_ms < 0 ? 0 : first_place(*query.until_ms < last_ms ? *query.until_ms + 1 : last_ms + 1);
    if (!query.cursor.empty()) {
        const auto last = place_of_cursor(query.cursor);
        if (!last) return last.error();
        if (query.ascending) range.from = std::max(range.from, *last + 1);
        else range.to = std::min(range.to, *last);
    }
    return range;
}

// The rarest first: it leads, the others are only asked whether they know the same block.
Result<std::vector<std::int64_t>> rarest_first(Sql& sql, Organisation organisation, std::vector<std::int64_t> keys) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (keys.size() < 2) return keys;
    std::map<std::int64_t, std::int64_t> known;
    for (const std::int64_t key : keys) {
        const auto count = sql.integer_or(0, "SELECT count(*) FROM (SELECT 1 FROM posting WHERE organisation = $1 AND key = $2 LIMIT 1000) AS few", {organisation, posting_key(key)});
        if (!count) return count.error();
        known[key] = *count;
    }
    std::stable_sort(keys.begin(), keys.end(), [&](std::int64_t a, std::int64_t b) { return known[a] < known[b]; });
    return keys;
}

// Places that match all keys, in order: the postings of one block of 256 places at a time.
class MatchingPlaces {
public:
    MatchingPlaces(Sql& sql, Organisation organisation, const std::vector<std::int64_t>& keys, PlaceRange range, bool ascending)
        : sql_(&sql), organisation_(organisation), keys_(keys), range_(range), ascending_(ascending), from_(block_around(range.from)), to_(range.to) {
        const auto members = [&](std::string_view from, std::size_t i) {
            return is_related(keys_[i]) ? fmt::format(", COALESCE({0}.related, {0}.members)", from) : fmt::format(", {}.members", from);
        };
        words_ = "SELECT a.block" + members("a", 0);
        for (std::size_t i = 1; i < keys_.size(); ++i) words_ += members(fmt::format("k{}", i), i);
        words_ += " FROM posting a";
        for (std::size_t i = 1; i < keys_.size(); ++i)
            words_ += fmt::format(" CROSS JOIN posting k{0}", i);  // SQLite: in this order
        words_ += " WHERE a.organisation = $1 AND a.block >= $2 AND a.block < $3 AND a.key = $5";
        for (std::size_t i = 1; i < keys_.size(); ++i)
            words_ += fmt::format(" AND k{0}.organisation = $1 AND k{0}.key = ${1} AND k{0}.block = a.block AND k{0}.source = a.source", i, 5 + i);
        words_ += ascending ? " ORDER BY a.block LIMIT $4" : " ORDER BY a.block DESC LIMIT $4";
    }

    // At least `wanted` more of them, or all there are: then done() is true.
    Result<std::vector<std::int64_t>> next(std::size_t wanted) {
        std::vector<std::int64_t> places;
        while (!done_ && places.size() < wanted) {
            auto rows = read(from_, to_, rows_at_once_);
            if (!rows) return rows.error();
            done_ = rows->size() < rows_at_once_;
            if (!done_) {
                // The last block may be cut in two: it is read again, whole.
                const std::int64_t last = block_around(rows->back().integer(0));
                if (block_around(rows->front().integer(0)) == last) {
                    rows_at_once_ *= 4;
                    continue;
                }
                while (block_around(rows->back().integer(0)) == last) rows->pop_back();
                if (ascending_) from_ = last;
                else to_ = last + block_size;
            }
            take(*rows, places);
        }
        return places;
    }
    [[nodiscard]] bool done() const { return done_; }

private:
    Result<std::vector<SqlRow>> read(std::int64_t from, std::int64_t to, std::size_t limit) {
        std::vector<SqlValue> values = {organisation_, from, to, static_cast<std::int64_t>(limit)};
        for (const std::int64_t key : keys_) values.emplace_back(posting_key(key));
        return sql_->query(words_, values);
    }

    void take(const std::vector<SqlRow>& rows, std::vector<std::int64_t>& places) const {
        std::vector<std::int64_t> found;
        for (const SqlRow& row : rows) {
            Bytes common = row.blob(1);
            for (std::size_t i = 1; i < keys_.size(); ++i) {
                Bytes both;
                std::set_intersection(common.begin(), common.end(), row.blob(1 + i).begin(), row.blob(1 + i).end(), std::back_inserter(both));
                common = std::move(both);
            }
            for (const std::uint8_t member : common) {
                const std::int64_t place = row.integer(0) + member;
                if (place >= range_.from && place < range_.to) found.push_back(place);
            }
        }
        // One may match by itself and by what it refers to.
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        if (!ascending_) std::reverse(found.begin(), found.end());
        places.insert(places.end(), found.begin(), found.end());
    }

    Sql* sql_;
    Organisation organisation_;
    std::vector<std::int64_t> keys_;
    PlaceRange range_;
    bool ascending_;
    std::int64_t from_, to_;
    std::size_t rows_at_once_ = 128;
    bool done_ = false;
    std::string words_;
};

// What a page may hold: where it lies and how large it is. The JSON itself is read only when it is known how much of it there will be.
struct SizedPlace {
    std::int64_t place = 0, json_bytes = 0;
};
constexpr std::string_view never_voided = "(s.voiding = 1 OR NOT EXISTS (SELECT 1 FROM statement_void v WHERE v.organisation = s.organisation AND v.target = s.id))";

std::string sized_columns(const Sql& sql) { return sql.dialect() == Sql::Dialect::postgres ? "s.place, octet_length(s.json)" : "s.place, length(CAST(s.json AS BLOB))"; }

// The places of a page and one more, if there is one.
Result<std::vector<SizedPlace>> newest_of_all(Sql& sql, Organisation organisation, PlaceRange range, bool ascending, std::size_t wanted) {
    const auto rows = sql.query(fmt::format("SELECT {} FROM statement s WHERE s.organisation = $1 AND s.place >= $2 AND s.place < $3 AND {} ORDER BY s.place {} LIMIT $4", sized_columns(sql),
                                            never_voided, ascending ? "ASC" : "DESC"),
                                {organisation, range.from, range.to, static_cast<std::int64_t>(wanted)});
    if (!rows) return rows.error();
    std::vector<SizedPlace> page;
    for (const SqlRow& row : *rows) page.push_back({row.integer(0), row.integer(1)});
    return page;
}

Result<std::vector<SizedPlace>> newest_with_keys(Sql& sql, Organisation organisation, const std::vector<std::int64_t>& keys, PlaceRange range, bool ascending, std::size_t wanted) {
    std::vector<SizedPlace> page;
    MatchingPlaces matching(sql, organisation, keys, range, ascending);
    while (page.size() < wanted && !matching.done()) {
        auto places = matching.next(wanted - page.size());
        if (!places) return places.error();
        for (std::size_t first = 0; first < places->size() && page.size() < wanted; first += wanted) {
            const auto begin = places->begin() + static_cast<std::ptrdiff_t>(first);
            const auto end = places->begin() + static_cast<std::ptrdiff_t>(std::min(first + wanted, places->size()));
            const auto rows = sql.query(fmt::format("SELECT {} FROM statement s WHERE s.organisation = $1 AND s.place {} AND {} ORDER BY s.place {}", sized_columns(sql), sql.among("$2"),
                                                    never_voided, ascending ? "ASC" : "DESC"),
                                        {organisation, std::vector<std::int64_t>(begin, end)});
            if (!rows) return rows.error();
            for (const SqlRow& row : *rows)
                if (page.size() < wanted) page.push_back({row.integer(0), row.integer(1)});
        }
    }
    return page;
}

// As many of them as fit, one at least.
std::size_t fitting(const std::vector<SizedPlace>& found, const StatementQuery& query) {
    const std::size_t most = std::min(found.size(), std::clamp<std::size_t>(query.limit, 1, most_on_a_page));
    std::size_t count = 0, bytes = 0;
    while (count < most) {
        bytes += static_cast<std::size_t>(found[count].json_bytes);
        if (count > 0 && bytes > query.json_bytes) break;
        ++count;
    }
    return count;
}

}  // namespace

std::string cursor_behind(const KeptStatement& statement) { return cursor_at(statement.place); }

Result<StatementPage> RecordStore::select(Organisation organisation, const StatementQuery& query) {
    const auto range = range_of(query);
    if (!range) return range.error();
    StatementPage page;
    if (range->from >= range->to) return page;
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, most_on_a_page);
    const auto keys = rarest_first(*sql_, organisation, query.keys);
    if (!keys) return keys.error();
    const auto found = keys->empty() ? newest_of_all(*sql_, organisation, *range, query.ascending, limit + 1)
                                     : newest_with_keys(*sql_, organisation, *keys, *range, query.ascending, limit + 1);
    if (!found) return found.error();
    if (found->empty()) return page;
    std::vector<std::int64_t> places;
    for (std::size_t i = 0; i < fitting(*found, query); ++i) places.push_back((*found)[i].place);
    if (places.size() < found->size()) page.more = cursor_at(places.back());
    const auto rows = sql_->query(fmt::format("SELECT {} FROM statement s WHERE s.organisation = $1 AND s.place {} ORDER BY s.place {}", kept_columns(), sql_->among("$2"),
                                              query.ascending ? "ASC" : "DESC"),
                                  {organisation, std::move(places)});
    if (!rows) return rows.error();
    for (const SqlRow& row : *rows)
        if (KeptStatement kept = kept_statement(row); !kept.voided) page.statements.push_back(std::move(kept));  // it may have been voided just now
    return page;
}

}  // namespace xinghuo
