#include "sync/server/record_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "content/base/json_tree.h"
#include "sync/server/place.h"
#include "sync/server/statement_fingerprint.h"
#include "sync/server/store_parts.h"

namespace xinghuo {
namespace {

// SipHash-2-4 (Aumasson and Bernstein, 2012): fast on short texts, and nobody finds two that meet by trying.
std::uint64_t sip_hash(std::uint64_t k0, std::uint64_t k1, std::string_view text) {
    std::uint64_t v0 = k0 ^ 0x736f6d6570736575ULL, v1 = k1 ^ 0x646f72616e646f6dULL, v2 = k0 ^ 0x6c7967656e657261ULL, v3 = k1 ^ 0x7465646279746573ULL;
    const auto round = [&] {
        v0 += v1; v1 = std::rotl(v1, 13); v1 ^= v0; v0 = std::rotl(v0, 32);
        v2 += v3; v3 = std::rotl(v3, 16); v3 ^= v2;
        v0 += v3; v3 = std::rotl(v3, 21); v3 ^= v0;
        v2 += v1; v1 = std::rotl(v1, 17); v1 ^= v2; v2 = std::rotl(v2, 32);
    };
    std::size_t at = 0;
    const auto word = [&](std::size_t count) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(text[at + i])) << (8 * i);
        return value;
    };
    for (; at + 8 <= text.size(); at += 8) {
        const std::uint64_t m = word(8);
        v3 ^= m; round(); round(); v0 ^= m;
    }
    const std::uint64_t last = word(text.size() - at) | static_cast<std::uint64_t>(text.size()) << 56;
    v3 ^= last; round(); round(); v0 ^= last;
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
}

// A transaction of ours that is running holds this lock, shared, in PostgreSQL: the ms it stores at, under a prefix of our own.
constexpr std::int64_t running_prefix = std::int64_t{0x58484} << 42;
constexpr std::int64_t references_lock = 6003618;

// The blocks of a batch, ascending. PostgreSQL: also says what is running, and keeps what refers apart from what is referred to: neither would see the other.
Result<std::vector<std::int64_t>> take_blocks(Sql& sql, std::size_t statements, WallTime stored, bool refers) {
    const auto count = (static_cast<std::int64_t>(statements) + block_size - 1) / block_size;
    std::vector<std::int64_t> blocks;
    if (sql.dialect() == Sql::Dialect::postgres) {
        const std::int64_t ms = std::clamp<std::int64_t>(stored.unix_ms, 0, last_ms);
        const auto rows = sql.query(refers ? "SELECT nextval('block_number'), pg_advisory_xact_lock_shared($2), pg_advisory_xact_lock($3) FROM generate_series(1, $1)"
                                           : "SELECT nextval('block_number'), pg_advisory_xact_lock_shared($2), pg_advisory_xact_lock_shared($3) FROM generate_series(1, $1)",
                                    {count, running_prefix | ms, references_lock});
        if (!rows) return rows.error();
        for (const SqlRow& row : *rows) blocks.push_back(block_of(stored.unix_ms, row.integer(0)));
    } else {
        const auto last = sql.integer_or(0, "UPDATE block_number SET number = number + $1 WHERE one = 1 RETURNING number", {count});
        if (!last) return last.error();
        for (std::int64_t i = 0; i < count; ++i) blocks.push_back(block_of(stored.unix_ms, *last - i));
    }
    std::sort(blocks.begin(), blocks.end());
    return blocks;
}

// The statements of a batch without those that stand in it twice.
struct BatchIds {
    std::vector<Bytes> ids, fingerprints;      // of each statement, in order
    std::vector<std::size_t> once;             // places of the first of each id, sorted by id: two batches at a time never wait for each other crosswise
    std::vector<std::string> conflicting;      // in itself
};

Result<BatchIds> batch_ids(const NewBatch& batch) {
    BatchIds out;
    for (const NewStatement& statement : batch.statements) {
        auto id = id_bytes(statement.id);
        if (!id) return id.error();
        out.ids.push_back(std::move(*id));
        auto fingerprint = from_hex(statement.fingerprint);
        out.fingerprints.push_back(fingerprint ? std::move(*fingerprint) : Bytes(statement.fingerprint.begin(), statement.fingerprint.end()));
        out.once.push_back(out.once.size());
    }
    std::stable_sort(out.once.begin(), out.once.end(), [&](std::size_t a, std::size_t b) { return std::memcmp(out.ids[a].data(), out.ids[b].data(), 16) < 0; });
    const auto again = [&](std::size_t a, std::size_t b) {
        if (out.ids[a] != out.ids[b]) return false;
        if (out.fingerprints[a] != out.fingerprints[b]) out.conflicting.push_back(batch.statements[b].id);
        return true;
    };
    out.once.erase(std::unique(out.once.begin(), out.once.end(), again), out.once.end());
    return out;
}

// Fingerprints of two kinds: what the statement that is here says, and what the new one says.
Result<bool> says_the_same(Sql& sql, Organisation organisation, std::int64_t place, const std::string& json) {
    const auto rows = sql.query("SELECT json FROM statement WHERE organisation = $1 AND place = $2", {organisation, place});
    if (!rows) return rows.error();
    const auto here = JsonTree::parse(rows->empty() ? std::string() : rows->front().text(0)), told = JsonTree::parse(json);
    return here && told && statement_fingerprint(here->root()) == statement_fingerprint(told->root());
}

// What is made of a batch before anybody waits for it: whoever writes to SQLite writes alone. Its records and their JSON go from the batch to here.
constexpr std::size_t json_column = 3;  // of statement_rows()
struct PreparedBatch {
    BatchIds ids;
    SqlRowsToInsert id_rows, statement_rows;   // without their places; statement_rows: of all, in order
    std::vector<CarriedRecord> records;        // of all, by seq
    std::vector<std::size_t> of_statement;     // each record's
    PostingRows postings;                      // of all
    ToldActivities activities;                 // of all
};

SqlRowsToInsert id_rows_of(const NewBatch& batch, const BatchIds& ids) {
    SqlRowsToInsert rows;
    rows.table = "statement_id";
    rows.columns = {{"organisation", SqlType::bigint, {}}, {"id", SqlType::blob, {}}, {"place", SqlType::bigint, {}}, {"fingerprint", SqlType::blob, {}}};
    for (const std::size_t i : ids.once) {
        rows.columns[0].values.emplace_back(batch.organisation);
        rows.columns[1].values.emplace_back(ids.ids[i]);
        rows.columns[3].values.emplace_back(ids.fingerprints[i]);
    }
    return rows;
}

Result<void> insert_ids(Sql& sql, const NewBatch& batch, PreparedBatch& prepared, const std::vector<std::int64_t>& blocks, std::vector<FreshStatement>& fresh, KeptBatch& kept) {
    const BatchIds& ids = prepared.ids;
    SqlRowsToInsert& rows = prepared.id_rows;
    const auto place_of = [&](std::size_t i) { return blocks[i / block_size] + static_cast<std::int64_t>(i % block_size); };
    rows.columns[2].values.clear();  // it may be the second time
    for (const std::size_t i : ids.once) rows.columns[2].values.emplace_back(place_of(i));
    rows.on_conflict.clear();
    rows.returning.clear();
    const auto by_place = [](const FreshStatement& a, const FreshStatement& b) { return a.place < b.place; };
    // Most batches are new. SQLite makes a table for every RETURNING, which would cost as much as all the rest; it has one writer, so a plain insert says enough.
    if (sql.dialect() == Sql::Dialect::sqlite) {
        const auto plain = sql.insert(rows);
        if (plain) {
            for (const std::size_t i : ids.once) fresh.push_back({&batch.statements[i], place_of(i), false});
            std::sort(fresh.begin(), fresh.end(), by_place);
            return {};
        }
        if (plain.error().kind == ErrorKind::io) return plain.error();  // it may have ended the transaction
    }
    // An update that changes nothing: so that those that were here are told, too, even if another connection has just put them here.
    rows.on_conflict = "ON CONFLICT (organisation, id) DO UPDATE SET fingerprint = statement_id.fingerprint";
    rows.returning = "RETURNING id, place, fingerprint, EXISTS (SELECT 1 FROM statement_reference r WHERE r.organisation = statement_id.organisation AND r.target = statement_id.id)";
    const auto answered = sql.insert(rows);
    if (!answered) return answered.error();
    std::unordered_map<std::string, std::size_t> by_id;
    for (const std::size_t i : ids.once) by_id.emplace(std::string(ids.ids[i].begin(), ids.ids[i].end()), i);
    std::vector<std::pair<std::size_t, std::int64_t>> unsure;
    for (const SqlRow& row : *answered) {
        const Bytes& id = row.blob(0);
        const auto found = by_id.find(std::string(id.begin(), id.end()));
        insist(found != by_id.end(), "the database answered with a statement nobody asked for");
        const std::size_t i = found->second;
        if (row.integer(1) == place_of(i)) fresh.push_back({&batch.statements[i], row.integer(1), row.integer(3) != 0});
        else if (row.blob(2).size() != ids.fingerprints[i].size()) unsure.emplace_back(i, row.integer(1));
        else if (row.blob(2) != ids.fingerprints[i]) kept.conflicting.push_back(batch.statements[i].id);
    }
    for (const auto& [i, place] : unsure) {
        const auto same = says_the_same(sql, batch.organisation, place, std::get<std::string>(prepared.statement_rows.columns[json_column].values[i]));
        if (!same) return same.error();
        if (!*same) kept.conflicting.push_back(batch.statements[i].id);
    }
    std::sort(fresh.begin(), fresh.end(), by_place);
    return {};
}

// SQLite: what the plain insert did not tell.
Result<void> find_referred_to(Sql& sql, Organisation organisation, std::vector<FreshStatement>& fresh) {
    // Where nothing refers to anything, as where only terminals tell, two hundred look-ups are spared.
    const auto any = sql.query("SELECT 1 FROM statement_reference WHERE organisation = $1 LIMIT 1", {organisation});
    if (!any) return any.error();
    if (any->empty()) return {};
    const auto rows = sql.query("SELECT s.place FROM statement s CROSS JOIN statement_reference r WHERE s.place >= $2 AND s.place <= $3 AND s.organisation = $1 AND r.organisation = $1 "
                                "AND r.target = s.id",
                                {organisation, fresh.front().place, fresh.back().place});
    if (!rows) return rows.error();
    for (const SqlRow& row : *rows) {
        const auto found = std::lower_bound(fresh.begin(), fresh.end(), row.integer(0), [](const FreshStatement& a, std::int64_t place) { return a.place < place; });
        if (found != fresh.end() && found->place == row.integer(0)) found->referred_to = true;
    }
    return {};
}

SqlRowsToInsert statement_rows() {
    SqlRowsToInsert rows;
    rows.table = "statement";
    rows.columns = {{"place", SqlType::bigint, {}}, {"organisation", SqlType::bigint, {}}, {"id", SqlType::blob, {}}, {"json", SqlType::text, {}},
                    {"keys", SqlType::blob, {}}, {"target", SqlType::blob, {}}, {"voiding", SqlType::bigint, {}}, {"attachments", SqlType::text, {}}};
    return rows;
}

// All but its place. Its JSON goes from the statement to there.
Result<void> add_statement(SqlRowsToInsert& rows, Organisation organisation, NewStatement& statement) {
    rows.columns[1].values.emplace_back(organisation);
    rows.columns[2].values.emplace_back(*id_bytes(statement.id));
    rows.columns[json_column].values.emplace_back(std::move(statement.json));
    rows.columns[4].values.emplace_back(keys_bytes(statement.keys));
    if (statement.refers_to.empty()) rows.columns[5].values.emplace_back(nullptr);
    else if (auto target = id_bytes(statement.refers_to)) rows.columns[5].values.emplace_back(std::move(*target));
    else return target.error().within("StatementRef");
    rows.columns[6].values.emplace_back(std::int64_t{statement.voids.empty() ? 0 : 1});
    if (statement.attachments.empty()) rows.columns[7].values.emplace_back(nullptr);
    else rows.columns[7].values.emplace_back(fmt::format("{}", fmt::join(statement.attachments, ",")));
    return {};
}

Result<void> insert_statements(Sql& sql, const NewBatch& batch, PreparedBatch& prepared, const std::vector<FreshStatement>& fresh) {
    SqlRowsToInsert some;
    const bool all = fresh.size() == batch.statements.size();
    SqlRowsToInsert& rows = all ? prepared.statement_rows : some = statement_rows();
    rows.columns[0].values.clear();
    for (const FreshStatement& one : fresh) {
        rows.columns[0].values.emplace_back(one.place);
        if (all) continue;
        const auto i = static_cast<std::size_t>(one.statement - batch.statements.data());
        for (std::size_t column = 1; column < rows.columns.size(); ++column) rows.columns[column].values.push_back(prepared.statement_rows.columns[column].values[i]);
    }
    if (auto done = sql.insert(rows); !done) return done.error();
    return {};
}

Result<void> insert_postings(Sql& sql, Organisation organisation, const std::vector<FreshStatement>& fresh) {
    PostingRows rows;
    std::vector<KeyAt> entries;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const std::int64_t block = block_around(fresh[i].place);
        for (const std::int64_t key : fresh[i].statement->keys) entries.push_back({key, static_cast<std::uint8_t>(fresh[i].place - block)});
        if (i + 1 < fresh.size() && block_around(fresh[i + 1].place) == block) continue;
        rows.add(organisation, block, 0, std::exchange(entries, {}));
    }
    return rows.insert(sql);
}

// The same of a whole batch, for the first, second … of its blocks.
PostingRows postings_of(const NewBatch& batch) {
    PostingRows rows;
    std::vector<KeyAt> entries;
    for (std::size_t i = 0; i < batch.statements.size(); ++i) {
        for (const std::int64_t key : batch.statements[i].keys) entries.push_back({key, static_cast<std::uint8_t>(i % block_size)});
        if (i + 1 < batch.statements.size() && (i + 1) % block_size != 0) continue;
        rows.add(batch.organisation, static_cast<std::int64_t>(i / block_size), 0, std::exchange(entries, {}));
    }
    return rows;
}

Result<void> insert_attachments(Sql& sql, const NewBatch& batch) {
    SqlRowsToInsert rows;
    rows.table = "attachment";
    rows.columns = {{"organisation", SqlType::bigint, {}}, {"sha2", SqlType::blob, {}}, {"content_type", SqlType::text, {}}, {"bytes", SqlType::blob, {}}};
    rows.on_conflict = "ON CONFLICT (organisation, sha2) DO NOTHING";
    for (const AttachmentBytes& one : batch.attachments) {
        auto sha2 = from_hex(one.sha2);
        if (!sha2) return sha2.error().within("attachment");
        rows.columns[0].values.emplace_back(batch.organisation);
        rows.columns[1].values.emplace_back(std::move(*sha2));
        rows.columns[2].values.emplace_back(one.content_type);
        rows.columns[3].values.emplace_back(Bytes(one.bytes.begin(), one.bytes.end()));
    }
    if (auto done = sql.insert(rows); !done) return done.error();
    return {};
}

// The records of what is fresh, in the order of seq.
std::vector<CarriedRecord> fresh_records(const NewBatch& batch, const PreparedBatch& prepared, const std::vector<FreshStatement>& fresh) {
    std::vector<bool> is_fresh(batch.statements.size());
    for (const FreshStatement& one : fresh) is_fresh[static_cast<std::size_t>(one.statement - batch.statements.data())] = true;
    std::vector<CarriedRecord> records;
    for (std::size_t n = 0; n < prepared.records.size(); ++n)
        if (is_fresh[prepared.of_statement[n]]) records.push_back(prepared.records[n]);
    return records;
}

Result<PreparedBatch> prepare(NewBatch& batch) {
    auto ids = batch_ids(batch);
    if (!ids) return ids.error();
    PreparedBatch prepared{std::move(*ids), {}, statement_rows(), {}, {}, postings_of(batch), {}};
    prepared.id_rows = id_rows_of(batch, prepared.ids);
    for (auto& column : prepared.statement_rows.columns) column.values.reserve(batch.statements.size());
    for (NewStatement& statement : batch.statements)
        if (auto added = add_statement(prepared.statement_rows, batch.organisation, statement); !added) return added.error();
    for (const NewStatement& statement : batch.statements) prepared.activities.add(statement);
    for (std::size_t i = 0; i < std::min(batch.records.size(), batch.statements.size()); ++i)
        if (batch.records[i]) prepared.of_statement.push_back(i);
    std::stable_sort(prepared.of_statement.begin(), prepared.of_statement.end(),
                     [&](std::size_t a, std::size_t b) { return batch.records[a]->record.seq < batch.records[b]->record.seq; });
    prepared.records.reserve(prepared.of_statement.size());
    for (const std::size_t i : prepared.of_statement) prepared.records.push_back(std::move(*batch.records[i]));
    return prepared;
}

Result<void> keep_in_transaction(Sql& sql, const NewBatch& batch, PreparedBatch& prepared, KeptBatch& kept) {
    const bool refers = std::any_of(batch.statements.begin(), batch.statements.end(), [](const NewStatement& s) { return !s.refers_to.empty() || !s.voids.empty(); });
    const auto blocks = take_blocks(sql, batch.statements.size(), batch.stored, refers);
    if (!blocks) return blocks.error();
    std::vector<FreshStatement> fresh;
    if (auto done = insert_ids(sql, batch, prepared, *blocks, fresh, kept); !done) return done;
    if (!kept.conflicting.empty()) return Error{ErrorKind::invalid, "a statement with this id is here already, and another one"};
    if (fresh.empty()) return {};
    if (auto done = insert_statements(sql, batch, prepared, fresh); !done) return done;
    const bool all = fresh.size() == batch.statements.size();
    if (auto done = all ? prepared.postings.insert_at(sql, *blocks) : insert_postings(sql, batch.organisation, fresh); !done) return done;
    if (sql.dialect() == Sql::Dialect::sqlite)
        if (auto done = find_referred_to(sql, batch.organisation, fresh); !done) return done;
    if (auto done = keep_references(sql, batch.organisation, fresh); !done) return done;
    if (!batch.attachments.empty())
        if (auto done = insert_attachments(sql, batch); !done) return done;
    ToldActivities some_activities;
    if (!all)
        for (const FreshStatement& one : fresh) some_activities.add(*one.statement);
    if (auto done = (all ? prepared.activities : some_activities).keep(sql, batch.organisation); !done) return done;
    kept.added = fresh.size();
    const std::vector<CarriedRecord> some = all ? std::vector<CarriedRecord>() : fresh_records(batch, prepared, fresh);
    const std::vector<CarriedRecord>& records = all ? prepared.records : some;
    if (batch.kiosk.empty() || records.empty()) return {};
    if (auto done = follow_chain(sql, batch.organisation, batch.kiosk, batch.kiosk_key, records, batch.stored); !done) return done;
    return roll_up(sql, batch.organisation, batch.kiosk, records);
}

}  // namespace

std::int64_t statement_key(StatementKey kind, std::string_view text) {
    const bool related = kind == StatementKey::related_agent || kind == StatementKey::related_activity;
    const StatementKey plain = kind == StatementKey::related_agent ? StatementKey::agent : kind == StatementKey::related_activity ? StatementKey::activity : kind;
    const std::uint64_t hash = sip_hash(0x78696e6768756f31ULL, static_cast<std::uint64_t>(plain) + 1, text);
    return posting_key(static_cast<std::int64_t>(hash >> 1)) | (related ? 1 : 0);
}

Result<Bytes> id_bytes(std::string_view uuid) {
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
    Bytes bytes;
    if (uuid.size() == 36) bytes.reserve(16);
    for (std::size_t i = 0; uuid.size() == 36 && i + 1 < uuid.size() && bytes.size() < 16;) {
        if (uuid[i] == '-') {
            ++i;
            continue;
        }
        const int high = digit(uuid[i]), low = digit(uuid[i + 1]);
        if (high < 0 || low < 0) break;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
        i += 2;
    }
    if (bytes.size() != 16) return Error{ErrorKind::invalid, "an id that is no UUID"};
    return bytes;
}

std::string id_text(std::span<const std::uint8_t> id) {
    std::string text = to_hex(id);
    for (const unsigned at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
    return text;
}

Bytes keys_bytes(const std::vector<std::int64_t>& keys) {
    Bytes bytes;
    bytes.reserve(keys.size() * 8);
    for (const std::int64_t key : keys)
        for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(key) >> shift));
    return bytes;
}

std::vector<std::int64_t> keys_of(const Bytes& bytes) {
    std::vector<std::int64_t> keys;
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t key = 0;
        for (std::size_t j = 0; j < 8; ++j) key = key << 8 | bytes[i + j];
        keys.push_back(static_cast<std::int64_t>(key));
    }
    return keys;
}

std::string kept_columns() {
    return "s.id, s.json, s.place, CASE WHEN s.voiding = 0 AND EXISTS (SELECT 1 FROM statement_void v WHERE v.organisation = s.organisation AND v.target = s.id) THEN 1 ELSE 0 END, "
           "s.attachments";
}

KeptStatement kept_statement(const SqlRow& row) {
    KeptStatement kept;
    kept.id = id_text(row.blob(0));
    kept.json = row.text(1);
    kept.place = row.integer(2);
    kept.stored_ms = stored_at(kept.place);
    kept.voided = row.integer(3) != 0;
    const std::string& list = row.text(4);
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        kept.attachments.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return kept;
}

Result<KeptBatch> RecordStore::keep(NewBatch batch, Sql::Preparing preparing) {
    const Storing running(batch.stored);
    KeptBatch kept;
    for (const NewStatement& statement : batch.statements) kept.ids.push_back(statement.id);
    if (batch.statements.empty()) return kept;
    auto prepared = prepare(batch);
    if (!prepared) return prepared.error().within("keeping statements");
    kept.conflicting = prepared->ids.conflicting;
    if (!kept.conflicting.empty()) return kept;
    if (auto made = make_months(*sql_, batch.stored); !made) return made.error().within("keeping statements");
    preparing.reset();
    auto done = sql_->write([&](Sql& sql) {
        kept.conflicting.clear();
        kept.added = 0;
        return keep_in_transaction(sql, batch, *prepared, kept);
    });
    if (!done && kept.conflicting.empty()) return done.error().within("keeping statements");
    return kept;
}

Result<std::optional<KeptStatement>> RecordStore::find(Organisation organisation, std::string_view id) {
    auto bytes = id_bytes(id);
    if (!bytes) return std::optional<KeptStatement>();
    const auto rows = sql_->query("SELECT " + kept_columns() +
                                      " FROM statement_id i JOIN statement s ON s.organisation = i.organisation AND s.place = i.place WHERE i.organisation = $1 AND i.id = $2",
                                  {organisation, std::move(*bytes)});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<KeptStatement>();
    return std::optional<KeptStatement>(kept_statement(rows->front()));
}

Result<WallTime> RecordStore::consistent_through(Organisation organisation, WallTime now) {
    (void)organisation;  // whatever runs may be anybody's
    std::int64_t through = std::min(now.unix_ms, Storing::oldest_ms());
    if (sql_->dialect() == Sql::Dialect::postgres) {
        // pg_locks shows a key of 64 bits as two halves.
        const auto oldest = sql_->integer_or(through,
                                             "SELECT min(key - $1) FROM (SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
                                             "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held WHERE key >= $1 AND key < $2",
                                             {running_prefix, running_prefix + last_ms + 1});
        if (!oldest) return oldest.error();
        through = std::min(through, *oldest);
    }
    return WallTime{through - 1};  // the millisecond itself is not over
}

Result<std::optional<AttachmentBytes>> RecordStore::attachment(Organisation organisation, std::string_view sha2) {
    auto bytes = from_hex(sha2);
    if (!bytes) return std::optional<AttachmentBytes>();
    const auto rows = sql_->query("SELECT content_type, bytes FROM attachment WHERE organisation = $1 AND sha2 = $2", {organisation, std::move(*bytes)});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<AttachmentBytes>();
    AttachmentBytes found;
    found.sha2 = std::string(sha2);
    found.content_type = rows->front().text(0);
    const Bytes& content = rows->front().blob(1);
    found.bytes.assign(content.begin(), content.end());
    return std::optional<AttachmentBytes>(std::move(found));
}

}  // namespace xinghuo
