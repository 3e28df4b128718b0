#include "sync/outbox.h"

#include <algorithm>

#include "content/study/record_row.h"
#include "content/study/records.h"

namespace xinghuo {
namespace {

constexpr std::string_view through_name = "sent_through";

// In the caller's transaction where there is one.
template <class Work>
Result<void> all_or_nothing(Database& db, const Work& work) {
    if (db.in_transaction()) return work();
    auto change = Transaction::begin(db);
    if (!change) return change.error();
    if (auto done = work(); !done) return done.error();
    return change->commit();
}

}  // namespace

Result<std::int64_t> Outbox::through() const {
    return remembered_number(through_name);
}

Result<void> Outbox::set_through(std::int64_t seq) { return remember(through_name, std::to_string(seq)); }

Result<std::vector<Outbox::Waiting>> Outbox::next(std::size_t limit, std::int64_t after) const {
    std::vector<Waiting> found;
    auto done_through = through();
    if (!done_through) return done_through.error().within("what waits");
    // Nothing was recorded yet, and so nobody knows whose the file is.
    auto key = device_public_key(*db_);
    if (!key && key.error().kind == ErrorKind::missing) return found;
    if (!key) return key.error().within("what waits");
    const KioskId kiosk = kiosk_id(*key);
    const auto take = [&](Rows& rows) -> Result<void> {
        while (found.size() < limit && rows.next()) {
            auto record = record_of_row(rows, kiosk);
            if (!record) continue;  // and the one behind it comes instead
            Waiting one{std::move(*record), std::nullopt};
            if (const Bytes bytes = rows.blob(11); bytes.size() == std::tuple_size_v<Signature>) {
                one.signature.emplace();
                std::copy(bytes.begin(), bytes.end(), one.signature->begin());
            }
            found.push_back(std::move(one));
        }
        return rows.end();
    };
    constexpr std::string_view columns = "SELECT r.seq, r.id, r.boot, r.kind, r.member, r.at_ms, r.clock_trusted, r.mono_ms, r.body, r.prev_hash, r.hash, s.signature ";
    {
        auto rows = db_->query(std::string(columns) + "FROM outbox_apart a JOIN record r ON r.seq = a.seq LEFT JOIN signature s ON s.seq = r.seq "
                                                      "WHERE a.state = 'again' AND a.seq > ?1 ORDER BY a.seq", after);
        if (!rows) return rows.error().within("what waits");
        if (auto read = take(*rows); !read) return read.error().within("what waits");
    }
    if (found.size() >= limit) return found;
    auto rows = db_->query(std::string(columns) + "FROM record r LEFT JOIN outbox_apart a ON a.seq = r.seq LEFT JOIN signature s ON s.seq = r.seq "
                                                  "WHERE r.seq > ?1 AND a.seq IS NULL ORDER BY r.seq",
                           std::max(after, *done_through));
    if (!rows) return rows.error().within("what waits");
    if (auto read = take(*rows); !read) return read.error().within("what waits");
    return found;
}

// Moves sent_through over what is marked behind it. Inside a transaction.
Result<void> Outbox::pass_marked() {
    auto from = through();
    if (!from) return from.error();
    std::int64_t at = *from, unreadable = 0;
    do {
        unreadable = 0;
        {
            auto rows = db_->query("SELECT r.seq, a.state, r.kind, length(r.prev_hash), length(r.hash) FROM record r LEFT JOIN outbox_apart a ON a.seq = r.seq "
                                   "WHERE r.seq > ?1 ORDER BY r.seq", at);
            if (!rows) return rows.error();
            while (rows->next()) {
                if (rows->null(1)) {
                    if (!record_kind(rows->text(2)) || rows->integer(3) != 32 || rows->integer(4) != 32) unreadable = rows->integer(0);
                    break;
                }
                at = rows->integer(0);
            }
            if (auto read = rows->end(); !read) return read.error();
        }
        if (unreadable != 0)
            if (auto done = db_->run("INSERT INTO outbox_apart (seq, state, why) VALUES (?1, 'quarantined', 'cannot be read')", unreadable); !done) return done;
    } while (unreadable != 0);
    if (at == *from) return {};
    if (auto done = db_->run("DELETE FROM outbox_apart WHERE state = 'sent' AND seq <= ?1", at); !done) return done;
    return set_through(at);
}

Result<void> Outbox::mark_sent(const std::vector<std::int64_t>& seqs) {
    auto done = all_or_nothing(*db_, [&]() -> Result<void> {
        auto before = through();
        if (!before) return before.error();
        for (const std::int64_t seq : seqs) {
            auto marked = seq <= *before ? db_->run("DELETE FROM outbox_apart WHERE seq = ?1", seq)
                                         : db_->run("INSERT OR REPLACE INTO outbox_apart (seq, state) VALUES (?1, 'sent')", seq);
            if (!marked) return marked;
        }
        return pass_marked();
    });
    return done ? done : done.error().within("marking as sent");
}

Result<void> Outbox::mark_through(std::int64_t seq) {
    auto done = all_or_nothing(*db_, [&]() -> Result<void> {
        auto before = through();
        if (!before) return before.error();
        // A receipt for what is in quarantine: it has arrived after all.
        if (auto gone = db_->run("DELETE FROM outbox_apart WHERE seq <= ?1", seq); !gone) return gone;
        if (seq > *before)
            if (auto set = set_through(seq); !set) return set;
        return pass_marked();
    });
    return done ? done : done.error().within("marking as sent");
}

Result<void> Outbox::rewind(std::int64_t to) {
    auto done = all_or_nothing(*db_, [&]() -> Result<void> {
        auto before = through();
        if (!before) return before.error();
        if (auto gone = db_->run("DELETE FROM outbox_apart WHERE seq > ?1 AND state IN ('sent', 'again')", to); !gone) return gone;
        return to < *before ? set_through(to) : Result<void>();
    });
    return done ? done : done.error().within("rewinding what was sent");
}

Result<std::int64_t> Outbox::mark_received(const std::vector<Received>& has, bool nothing_else) {
    std::int64_t all = 0;
    auto done = all_or_nothing(*db_, [&]() -> Result<void> {
        auto at = through();
        if (!at) return at.error();
        std::vector<std::int64_t> stay;
        if (nothing_else) {
            for (const Received& one : has) {
                if (one.sure) continue;
                auto rows = db_->query("SELECT r.seq FROM record r LEFT JOIN outbox_apart a ON a.seq = r.seq WHERE r.seq BETWEEN ?1 AND ?2 "
                                       "AND CASE WHEN a.seq IS NULL THEN r.seq <= ?3 ELSE a.state = 'sent' END", one.from, one.to, *at);
                if (!rows) return rows.error();
                while (rows->next()) stay.push_back(rows->integer(0));
                if (auto read = rows->end(); !read) return read;
            }
            if (auto gone = db_->run("DELETE FROM outbox_apart WHERE state IN ('sent', 'again')"); !gone) return gone;
            if (auto back = set_through(0); !back) return back;
            at = 0;
        }
        for (const std::int64_t seq : stay)
            if (auto put = db_->run("INSERT INTO outbox_apart (seq, state) VALUES (?1, 'sent')", seq); !put) return put;
        for (const Received& one : has) {
            if (one.sure) {
                // One that came out of quarantine has arrived after all.
                if (auto gone = db_->run("DELETE FROM outbox_apart WHERE seq BETWEEN ?1 AND ?2", one.from, one.to); !gone) return gone;
                if (one.from > *at + 1) {
                    auto put = db_->run("INSERT INTO outbox_apart (seq, state) SELECT seq, 'sent' FROM record WHERE seq BETWEEN ?1 AND ?2", one.from, one.to);
                    if (!put) return put;
                } else if (one.to > *at) {
                    if (auto set = set_through(one.to); !set) return set;
                }
            }
            if (auto passed = pass_marked(); !passed) return passed;
            at = through();
            if (!at) return at.error();
            if (*at >= one.to) all = one.to;
        }
        if (auto passed = pass_marked(); !passed) return passed;
        // One that came out of quarantine waits before it.
        auto again = db_->integer_or(0, "SELECT min(seq) FROM outbox_apart WHERE state = 'again'");
        if (!again) return again.error();
        if (*again != 0) all = std::min(all, *again - 1);
        return {};
    });
    if (!done) return done.error().within("marking as received");
    return all;
}

Result<bool> Outbox::waits(std::int64_t from, std::int64_t to) const {
    auto done_through = through();
    if (!done_through) return done_through.error();
    auto waiting = db_->integer_or(0, "SELECT EXISTS (SELECT 1 FROM record r LEFT JOIN outbox_apart a ON a.seq = r.seq WHERE r.seq BETWEEN ?1 AND ?2 "
                                      "AND CASE WHEN a.seq IS NULL THEN r.seq > ?3 ELSE a.state = 'again' END)", from, to, *done_through);
    if (!waiting) return waiting.error();
    return *waiting != 0;
}

Result<std::int64_t> Outbox::again(std::int64_t from, std::int64_t to) {
    std::int64_t count = 0;
    auto done = all_or_nothing(*db_, [&]() -> Result<void> {
        auto before = through();
        if (!before) return before.error();
        if (auto gone = db_->run("DELETE FROM outbox_apart WHERE state = 'sent' AND seq BETWEEN ?1 AND ?2", from, to); !gone) return gone;
        count = db_->changes();
        auto put = db_->run("INSERT OR IGNORE INTO outbox_apart (seq, state) SELECT seq, 'again' FROM record WHERE seq BETWEEN ?1 AND ?2", from, std::min(to, *before));
        if (put) count += db_->changes();
        return put;
    });
    if (!done) return done.error().within("sending once more");
    return count;
}

Result<void> Outbox::quarantine(std::int64_t seq, const std::string& why, WallTime at) {
    auto done = all_or_nothing(*db_, [&]() -> Result<void> {
        auto put = db_->run("INSERT OR REPLACE INTO outbox_apart (seq, state, why, at_ms) VALUES (?1, 'quarantined', ?2, ?3)", seq, why, at.unix_ms);
        return put ? pass_marked() : put;
    });
    return done ? done : done.error().within("quarantining a record");
}

Result<void> Outbox::release(std::optional<std::int64_t> seq) {
    auto done = all_or_nothing(*db_, [&]() -> Result<void> {
        auto before = through();
        if (!before) return before.error();
        auto gone = db_->run("DELETE FROM outbox_apart WHERE state = 'quarantined' AND seq > ?1 AND (?2 IS NULL OR seq = ?2)", *before, seq);
        if (!gone) return gone;
        return db_->run("UPDATE outbox_apart SET state = 'again', why = '', at_ms = 0 WHERE state = 'quarantined' AND (?1 IS NULL OR seq = ?1)", seq);
    });
    return done ? done : done.error().within("releasing from quarantine");
}

Result<std::vector<Outbox::Quarantined>> Outbox::quarantined(std::size_t limit) const {
    auto rows = db_->query("SELECT seq, why, at_ms FROM outbox_apart WHERE state = 'quarantined' ORDER BY seq LIMIT ?1", limit);
    if (!rows) return rows.error().within("what is in quarantine");
    std::vector<Quarantined> found;
    while (rows->next()) found.push_back({rows->integer(0), rows->text(1), {rows->integer(2)}});
    if (auto read = rows->end(); !read) return read.error().within("what is in quarantine");
    return found;
}

Result<std::string> Outbox::hash_of(std::int64_t seq) const {
    auto rows = db_->query("SELECT hash FROM record WHERE seq = ?1", seq);
    if (!rows) return rows.error();
    std::string hash;
    if (rows->next()) hash = to_hex(rows->blob(0));
    if (auto read = rows->end(); !read) return read.error();
    return hash;
}

Result<Outbox::Status> Outbox::status() const {
    Status status;
    auto done_through = through();
    if (!done_through) return done_through.error();
    status.sent_through = *done_through;
    auto last = db_->integer_or(0, "SELECT max(seq) FROM record");
    if (!last) return last.error();
    status.last_seq = *last;
    const auto count = [this](std::string_view state, std::int64_t beyond) {
        return db_->integer_or(0, "SELECT count(*) FROM outbox_apart WHERE state = ?1 AND seq > ?2", state, beyond);
    };
    const auto sent = count("sent", *done_through), held = count("quarantined", *done_through), again = count("again", 0), all = count("quarantined", 0);
    for (const auto* one : {&sent, &held, &again, &all})
        if (!*one) return one->error();
    status.quarantined = *all;
    status.waiting = std::max<std::int64_t>(0, *last - *done_through) - *sent - *held + *again;
    return status;
}

Result<std::optional<std::string>> Outbox::remembered(std::string_view name) const {
    auto rows = db_->query("SELECT value FROM remembered WHERE name = ?1", name);
    if (!rows) return rows.error();
    std::optional<std::string> value;
    if (rows->next()) value = rows->text(0);
    if (auto read = rows->end(); !read) return read.error();
    return value;
}

Result<std::int64_t> Outbox::remembered_number(std::string_view name) const {
    return db_->integer_or(0, "SELECT CAST(value AS INTEGER) FROM remembered WHERE name = ?1", name);
}

Result<void> Outbox::remember(std::string_view name, std::string_view value) {
    return db_->run("INSERT INTO remembered (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}

Result<void> Outbox::forget(std::string_view name) { return db_->run("DELETE FROM remembered WHERE name = ?1", name); }

}  // namespace xinghuo
