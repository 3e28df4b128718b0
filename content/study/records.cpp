#include "content/study/records.h"

#include <fmt/format.h>

#include "content/study/day.h"
#include "content/study/record_row.h"
#include "content/study/tally.h"

namespace xinghuo {
namespace {

std::string_view text_of(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// The end of the chain as it is inside the caller's transaction: another program may have gone on with it meanwhile.
struct ChainEnd {
    std::int64_t seq = 0, boot = 0;
    WallTime at;
    bool clock_trusted = false;
    Digest hash{};
};

Result<ChainEnd> chain_end(Database& db) {
    auto rows = db.query("SELECT seq, boot, at_ms, clock_trusted, hash FROM record ORDER BY seq DESC LIMIT 1");
    if (!rows) return rows.error();
    ChainEnd end;
    if (rows->next()) {
        end = {rows->integer(0), rows->integer(1), {rows->integer(2)}, rows->integer(3) != 0, {}};
        // Not 32 bytes: somebody meddled. The chain goes on from nothing here, and verify names the place.
        (void)read_digest(*rows, 4, end.hash);
    }
    if (auto read = rows->end(); !read) return read.error();
    return end;
}

Result<std::vector<Record>> records_of(Rows& rows, const KioskId& kiosk) {
    std::vector<Record> records;
    while (rows.next()) {
        // A row that append() cannot have written was meddled with: verify names it, and it does not keep the others from being read.
        if (auto record = record_of_row(rows, kiosk)) records.push_back(std::move(*record));
    }
    if (auto read = rows.end(); !read) return read.error();
    return records;
}

}  // namespace

KioskId kiosk_id(const PublicKey& key) {
    const Digest hash = sha256({reinterpret_cast<const char*>(key.data()), key.size()});
    return {"k-" + to_hex(std::span(hash).first(8))};
}

Result<Records> Records::open(Database& db, const SigningKey& key, std::string_view boot_id) {
    Records records(db, &key);
    records.kiosk_ = kiosk_id(key.public_key());
    records.boot_id_ = boot_id;
    auto change = Transaction::begin(db);
    if (!change) return change.error().within("opening the records");
    std::int64_t newest = 0;
    {
        auto rows = db.query("SELECT number, boot_id FROM boot ORDER BY number DESC LIMIT 1");
        if (!rows) return rows.error().within("opening the records");
        if (rows->next()) {
            newest = rows->integer(0);
            if (rows->text(1) == boot_id) records.boot_ = newest;
        }
        if (auto read = rows->end(); !read) return read.error().within("opening the records");
    }
    auto end = chain_end(db);
    if (!end) return end.error().within("opening the records");
    if (records.boot_ < end->boot || records.boot_ == 0) {
        records.boot_ = std::max(newest, end->boot) + 1;
        if (auto done = db.run("INSERT INTO boot (number, boot_id) VALUES (?1, ?2)", records.boot_, boot_id); !done)
            return done.error().within("opening the records");
    }
    // Whoever has this file only can check its signatures, and say whose it is.
    if (auto done = db.run("INSERT OR IGNORE INTO setting (name, value) VALUES ('device_public_key', ?1)", to_hex(key.public_key())); !done)
        return done.error().within("opening the records");
    auto seen = db.integer_or(0, "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'last_seq_seen'");
    if (!seen) return seen.error().within("opening the records");
    records.last_seq_seen_ = *seen;
    if (auto done = change->commit(); !done) return done.error().within("opening the records");
    return records;
}

Result<Records> Records::open_to_read(Database& db) {
    auto key = device_public_key(db);
    if (!key) return key.error();
    Records records(db, nullptr);
    records.kiosk_ = kiosk_id(*key);
    return records;
}

Result<std::vector<Record>> Records::append(std::span<const Draft> drafts, const Moment& moment) {
    insist(key_ != nullptr, "records opened to be read are not appended to");
    insist(db_->in_transaction(), "records are appended inside a transaction");
    std::vector<Record> written;
    if (drafts.empty()) return written;
    auto end = chain_end(*db_);
    if (!end) return end.error().within("recording");
    auto newest = newest_known_day(*db_);
    if (!newest) return newest.error().within("recording");
    // Another boot's number is on the chain already: a program with another clock wrote here. Numbers never fall, so ours is a new one.
    if (end->boot > boot_) {
        auto last = db_->integer_or(0, "SELECT max(number) FROM boot");
        if (!last) return last.error().within("recording");
        boot_ = std::max(*last, end->boot) + 1;
        if (auto done = db_->run("INSERT INTO boot (number, boot_id) VALUES (?1, ?2)", boot_, boot_id_); !done) return done.error().within("recording");
    }
    const std::int64_t known = newest_known_after(moment.wall, moment.wall_trusted, *newest);
    const std::int64_t day = counted_day(moment.wall, moment.wall_trusted, known);
    if (known != *newest || (moment.wall_trusted && !end->clock_trusted && known == china_day(moment.wall))) {
        if (auto done = db_->run("INSERT INTO setting (name, value) VALUES ('newest_trusted_day', ?1) "
                                 "ON CONFLICT (name) DO UPDATE SET value = excluded.value", std::to_string(known));
            !done)
            return done.error().within("recording");
    }

    Digest prev = end->hash;
    std::int64_t seq = std::max(end->seq, last_seq_seen_);
    written.reserve(drafts.size());
    for (const Draft& draft : drafts) {
        insist(draft.body.size() >= 2 && draft.body.front() == '{' && draft.body.back() == '}', "a record's body is one JSON object");
        Record record{draft.id.empty() ? uuid_v7(moment.wall) : draft.id, kiosk_, ++seq, boot_, draft.kind, draft.member,
                      moment.wall, moment.wall_trusted, moment.mono_ms, draft.body, prev, {}};
        record.hash = sha256(hashed_part(record));
        prev = record.hash;
        const std::optional<std::string_view> member = record.member.empty() ? std::nullopt : std::optional<std::string_view>(record.member.text);
        if (auto done = db_->run("INSERT INTO record (seq, id, boot, kind, member, at_ms, clock_trusted, mono_ms, body, prev_hash, hash) "
                                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                                 record.seq, record.id, record.boot, name_of(record.kind), member, record.at.unix_ms, record.clock_trusted,
                                 record.mono_ms, record.body, std::span<const std::uint8_t>(record.prev_hash), std::span<const std::uint8_t>(record.hash));
            !done)
            return done.error().within("recording");
        if (auto done = tally(*db_, record, day); !done) return done.error().within("recording");
        written.push_back(std::move(record));
    }

    // The newest record is always signed, and the last one of each day and of each boot stays so: the table stays small.
    const bool same_day = end->seq > 0 && end->boot == boot_ && counted_day(end->at, end->clock_trusted, *newest) == day;
    if (same_day)
        if (auto done = db_->run("DELETE FROM signature WHERE seq = ?1", end->seq); !done) return done.error().within("recording");
    const Signature signature = key_->sign(text_of(prev));
    if (auto done = db_->run("INSERT INTO signature (seq, signature) VALUES (?1, ?2)", seq, std::span<const std::uint8_t>(signature)); !done)
        return done.error().within("recording");
    return written;
}

Result<std::vector<Record>> Records::keep(std::span<const Draft> drafts, const Moment& moment,
                                          const std::function<Result<void>(const std::vector<Record>&)>& also) {
    auto change = Transaction::begin(*db_);
    if (!change) return change.error().within("recording");
    auto written = append(drafts, moment);
    if (!written) return written;
    if (also)
        if (auto done = also(*written); !done) return done.error();
    if (auto done = change->commit(); !done) return done.error().within("recording");
    return written;
}

Result<std::vector<Record>> Records::read(std::int64_t since, std::size_t limit) const {
    auto rows = db_->query("SELECT " RECORD_COLUMNS " FROM record WHERE seq > ?1 ORDER BY seq LIMIT ?2", since, limit);
    if (!rows) return rows.error().within("reading records");
    return records_of(*rows, kiosk_);
}

Result<std::vector<Record>> Records::newest(std::size_t count) const {
    auto rows = db_->query("SELECT " RECORD_COLUMNS " FROM record ORDER BY seq DESC LIMIT ?1", count);
    if (!rows) return rows.error().within("reading records");
    auto records = records_of(*rows, kiosk_);
    if (records) std::reverse(records->begin(), records->end());
    return records;
}

Result<std::vector<Record>> Records::find(const Filter& filter, std::size_t limit) const {
    // Each condition stands in the text only when it is asked for, so that its index is used; unused numbers are bound all the same.
    std::string sql = "SELECT " RECORD_COLUMNS " FROM record WHERE seq < ?1 AND ?2 = ?2 AND ?3 = ?3 AND ?4 = ?4 AND ?5 = ?5";
    if (filter.kind) sql += " AND kind = ?2";
    if (!filter.member.empty()) {
        // Records keep the id they were written under.
        auto others = db_->integer_or(0, "SELECT EXISTS (SELECT 1 FROM member_same WHERE is_now = ?1)", filter.member.text);
        if (!others) return others.error();
        sql += *others == 0 ? " AND member = ?3" : " AND member IN (SELECT ?3 UNION ALL SELECT was FROM member_same WHERE is_now = ?3)";
    }
    if (filter.from_day) sql += " AND at_ms >= ?4";
    if (filter.to_day) sql += " AND at_ms < ?5";
    sql += " ORDER BY seq DESC LIMIT ?6";
    const std::string_view kind = filter.kind ? name_of(*filter.kind) : std::string_view("");
    auto rows = db_->query(sql, filter.before, kind, filter.member.text, begin_of_day(filter.from_day.value_or(0)).unix_ms,
                           begin_of_day(filter.to_day.value_or(0) + 1).unix_ms, limit);
    if (!rows) return rows.error().within("looking for records");
    return records_of(*rows, kiosk_);
}

Result<bool> Records::has(std::string_view id) const {
    auto found = db_->integer_or(0, "SELECT 1 FROM record WHERE id = ?1", id);
    if (!found) return found.error().within("looking for a record");
    return *found == 1;
}

Result<std::int64_t> Records::last_seq() const { return db_->integer_or(0, "SELECT seq FROM record ORDER BY seq DESC LIMIT 1"); }

Result<std::int64_t> newest_known_day(Database& db) {
    return db.integer_or(built_day(), "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'newest_trusted_day'");
}

Result<PublicKey> device_public_key(Database& db) {
    const std::string where = db.file().string();
    auto rows = db.query("SELECT value FROM setting WHERE name = 'device_public_key'");
    if (!rows) return rows.error().within(where);
    if (!rows->next()) {
        if (auto read = rows->end(); !read) return read.error().within(where);
        return Error{ErrorKind::missing, where + ": names no kiosk"};
    }
    const auto bytes = from_hex(rows->text(0));
    PublicKey key{};
    if (!bytes || bytes->size() != key.size()) return Error{ErrorKind::invalid, where + ": its device_public_key is no key"};
    std::copy(bytes->begin(), bytes->end(), key.begin());
    return key;
}

}  // namespace xinghuo
