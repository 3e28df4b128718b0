#include "sync/server/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace xinghuo {
namespace {

constexpr std::size_t missing_limit = 100;

struct Stretch {
    std::int64_t first = 0, last = 0;
    std::string before_first, last_hash;  // hex
    std::int64_t first_boot = 0, last_boot = 0;
    bool changed = false;
};
using Stretches = std::map<std::int64_t, Stretch>;  // by first
using Gap = std::pair<std::int64_t, std::int64_t>;

std::vector<Gap> gaps_of(const Stretches& stretches) {
    std::vector<Gap> gaps;
    std::int64_t next = 1;
    for (const auto& [first, stretch] : stretches) {
        if (first > next) gaps.emplace_back(next, first - 1);
        next = stretch.last + 1;
    }
    return gaps;
}

std::string range(std::int64_t from, std::int64_t to) { return from == to ? fmt::format("seq {}", from) : fmt::format("seq {} to {}", from, to); }

class ChainOfKiosk {
public:
    ChainOfKiosk(const KioskId& kiosk, const PublicKey& key, WallTime stored) : kiosk_(kiosk), key_(key), stored_(stored) {}

    void known(Stretch stretch) {
        at_first_.push_back(stretch.first);
        stretches_.emplace(stretch.first, std::move(stretch));
    }
    void begin() { gaps_before_ = gaps_of(stretches_); }

    void add(const CarriedRecord& carried) {
        const Record& record = carried.record;
        if (record.kiosk != kiosk_) return wrong("foreign", record.seq, record.seq, "of another terminal");
        check_signature(carried);
        const auto after = stretches_.upper_bound(record.seq);
        const auto before = after == stretches_.begin() ? stretches_.end() : std::prev(after);
        const bool has_before = before != stretches_.end();
        if (has_before && before->second.last >= record.seq)
            return wrong("fork", record.seq, record.seq, "stands twice, with different records: two terminals have the same disk, or an old image of it was brought back");
        if ((has_before && record.boot < before->second.last_boot) || (after != stretches_.end() && record.boot > after->second.first_boot))
            wrong("boot_falls", record.seq, record.seq, "the boot number falls along the chain");
        const std::string prev = to_hex(record.prev_hash), hash = to_hex(record.hash);
        if (record.seq == 1 && record.prev_hash != Digest{}) wrong("broken_link", 1, 1, "does not begin the chain");
        const bool joins_before = has_before && before->second.last == record.seq - 1;
        const bool joins_after = after != stretches_.end() && after->second.first == record.seq + 1;
        if (joins_before && before->second.last_hash != prev) wrong("broken_link", record.seq - 1, record.seq, "do not belong to one chain");
        if (joins_after && after->second.before_first != hash) wrong("broken_link", record.seq, record.seq + 1, "do not belong to one chain");
        place(record, prev, hash, joins_before ? before : stretches_.end(), joins_after ? after : stretches_.end());
    }

    [[nodiscard]] const Stretches& stretches() const { return stretches_; }
    [[nodiscard]] const std::vector<std::int64_t>& at_first() const { return at_first_; }
    [[nodiscard]] const std::vector<Gap>& gaps_before() const { return gaps_before_; }
    [[nodiscard]] const std::vector<KioskAlert>& alerts() const { return alerts_; }
    [[nodiscard]] std::int64_t signed_seq() const { return signed_seq_; }
    [[nodiscard]] std::int64_t last_seq() const { return stretches_.empty() ? 0 : stretches_.rbegin()->second.last; }

private:
    void check_signature(const CarriedRecord& carried) {
        if (!carried.signature) return;
        const std::string_view message(reinterpret_cast<const char*>(carried.record.hash.data()), carried.record.hash.size());
        if (carried.proven ? *carried.proven : signature_holds(key_, message, *carried.signature)) signed_seq_ = std::max(signed_seq_, carried.record.seq);
        else wrong("bad_signature", carried.record.seq, carried.record.seq, "the signature does not hold under the terminal's key");
    }

    void place(const Record& record, const std::string& prev, const std::string& hash, Stretches::iterator before, Stretches::iterator after) {
        Stretch stretch{record.seq, record.seq, prev, hash, record.boot, record.boot, true};
        if (after != stretches_.end()) {
            stretch.last = after->second.last;
            stretch.last_hash = after->second.last_hash;
            stretch.last_boot = after->second.last_boot;
            stretches_.erase(after);
        }
        if (before == stretches_.end()) {
            stretches_.emplace(stretch.first, std::move(stretch));
            return;
        }
        before->second.last = stretch.last;
        before->second.last_hash = stretch.last_hash;
        before->second.last_boot = std::max(before->second.last_boot, stretch.last_boot);
        before->second.changed = true;
    }

    // Neighbours of one kind are one alert.
    void wrong(const char* kind, std::int64_t from, std::int64_t to, const char* what) {
        if (!alerts_.empty() && alerts_.back().kind == kind && from <= alerts_.back().to_seq + 1 && std::string_view(kind) != "broken_link") {
            KioskAlert& last = alerts_.back();
            last.to_seq = std::max(last.to_seq, to);
            last.sentence = range(last.from_seq, last.to_seq) + ": " + what;
            return;
        }
        KioskAlert alert;
        alert.kiosk = kiosk_;
        alert.kind = kind;
        alert.from_seq = from;
        alert.to_seq = to;
        alert.first_seen = stored_;
        alert.sentence = range(from, to) + ": " + what;
        alerts_.push_back(std::move(alert));
    }

    const KioskId& kiosk_;
    const PublicKey& key_;
    WallTime stored_;
    Stretches stretches_;
    std::vector<std::int64_t> at_first_;
    std::vector<Gap> gaps_before_;
    std::vector<KioskAlert> alerts_;
    std::int64_t signed_seq_ = 0;
};

Result<void> load(Sql& sql, Organisation organisation, const KioskId& kiosk, ChainOfKiosk& chain) {
    auto rows = sql.query("SELECT first_seq, last_seq, before_first, last_hash, first_boot, last_boot FROM chain_stretch "
                          "WHERE organisation = $1 AND kiosk = $2 ORDER BY first_seq",
                          {organisation, kiosk.text});
    if (!rows) return rows.error();
    for (const SqlRow& row : *rows)
        chain.known({row.integer(0), row.integer(1), row.text(2), row.text(3), row.integer(4), row.integer(5), false});
    chain.begin();
    return {};
}

Result<void> save(Sql& sql, Organisation organisation, const KioskId& kiosk, const ChainOfKiosk& chain) {
    for (const std::int64_t first : chain.at_first()) {
        if (chain.stretches().contains(first)) continue;
        auto gone = sql.run("DELETE FROM chain_stretch WHERE organisation = $1 AND kiosk = $2 AND first_seq = $3", {organisation, kiosk.text, first});
        if (!gone) return gone;
    }
    for (const auto& [first, stretch] : chain.stretches()) {
        if (!stretch.changed) continue;
        auto kept = sql.run("INSERT INTO chain_stretch (organisation, kiosk, first_seq, last_seq, before_first, last_hash, first_boot, last_boot) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (organisation, kiosk, first_seq) DO UPDATE SET last_seq = excluded.last_seq, "
                            "before_first = excluded.before_first, last_hash = excluded.last_hash, first_boot = excluded.first_boot, last_boot = excluded.last_boot",
                            {organisation, kiosk.text, first, stretch.last, stretch.before_first, stretch.last_hash, stretch.first_boot, stretch.last_boot});
        if (!kept) return kept;
    }
    return {};
}

// A gap that became smaller goes on with the day it was first seen; one that was filled is closed.
Result<void> tell_gaps(Sql& sql, Organisation organisation, const KioskId& kiosk, const ChainOfKiosk& chain, WallTime stored) {
    const std::vector<Gap> now = gaps_of(chain.stretches());
    const std::vector<Gap>& before = chain.gaps_before();
    if (now == before) return {};
    const auto inside = [](const Gap& small, const Gap& large) { return small.first >= large.first && small.second <= large.second; };
    for (const Gap& gap : now) {
        if (std::find(before.begin(), before.end(), gap) != before.end()) continue;
        std::int64_t first_seen = stored.unix_ms;
        const auto was = std::find_if(before.begin(), before.end(), [&](const Gap& old) { return inside(gap, old); });
        if (was != before.end()) {
            auto seen = sql.integer_or(first_seen, "SELECT first_seen_ms FROM kiosk_alert WHERE organisation = $1 AND kiosk = $2 AND kind = 'gap' AND from_seq = $3 AND to_seq = $4",
                                       {organisation, kiosk.text, was->first, was->second});
            if (!seen) return seen.error();
            first_seen = *seen;
        }
        auto told = sql.run("INSERT INTO kiosk_alert (organisation, kiosk, kind, from_seq, to_seq, first_seen_ms, closed_ms, sentence) VALUES ($1, $2, 'gap', $3, $4, $5, 0, $6) "
                            "ON CONFLICT (organisation, kiosk, kind, from_seq, to_seq) DO UPDATE SET closed_ms = 0",
                            {organisation, kiosk.text, gap.first, gap.second, first_seen, range(gap.first, gap.second) + ": not here yet"});
        if (!told) return told;
    }
    for (const Gap& gap : before) {
        if (std::find(now.begin(), now.end(), gap) != now.end()) continue;
        const bool smaller = std::any_of(now.begin(), now.end(), [&](const Gap& left) { return inside(left, gap); });
        auto closed = smaller ? sql.run("DELETE FROM kiosk_alert WHERE organisation = $1 AND kiosk = $2 AND kind = 'gap' AND from_seq = $3 AND to_seq = $4",
                                        {organisation, kiosk.text, gap.first, gap.second})
                              : sql.run("UPDATE kiosk_alert SET closed_ms = $5 WHERE organisation = $1 AND kiosk = $2 AND kind = 'gap' AND from_seq = $3 AND to_seq = $4",
                                        {organisation, kiosk.text, gap.first, gap.second, stored.unix_ms});
        if (!closed) return closed;
    }
    return {};
}

}  // namespace

Result<void> raise_alerts(Sql& sql, Organisation organisation, const std::vector<KioskAlert>& alerts) {
    for (const KioskAlert& alert : alerts) {
        auto told = sql.run("INSERT INTO kiosk_alert (organisation, kiosk, kind, from_seq, to_seq, first_seen_ms, closed_ms, sentence) VALUES ($1, $2, $3, $4, $5, $6, 0, $7) "
                            "ON CONFLICT (organisation, kiosk, kind, from_seq, to_seq) DO NOTHING",
                            {organisation, alert.kiosk.text, alert.kind, alert.from_seq, alert.to_seq, alert.first_seen.unix_ms, alert.sentence});
        if (!told) return told.error().within("keeping an alert");
    }
    return {};
}

Result<void> follow_chain(Sql& sql, Organisation organisation, const KioskId& kiosk, const PublicKey& key, std::span<const CarriedRecord> fresh, WallTime stored) {
    // First, so that two batches of one terminal do not read the chain at the same time: PostgreSQL holds the row until the commit.
    auto seen = sql.run("INSERT INTO kiosk_health (organisation, kiosk, seen_ms) VALUES ($1, $2, $3) "
                        "ON CONFLICT (organisation, kiosk) DO UPDATE SET seen_ms = excluded.seen_ms",
                        {organisation, kiosk.text, stored.unix_ms});
    if (!seen) return seen.error().within("following the chain");
    if (fresh.empty()) return {};
    ChainOfKiosk chain(kiosk, key, stored);
    if (auto loaded = load(sql, organisation, kiosk, chain); !loaded) return loaded.error().within("following the chain");
    for (const CarriedRecord& carried : fresh) chain.add(carried);
    if (auto saved = save(sql, organisation, kiosk, chain); !saved) return saved.error().within("following the chain");
    if (auto told = tell_gaps(sql, organisation, kiosk, chain, stored); !told) return told.error().within("following the chain");
    if (auto told = raise_alerts(sql, organisation, chain.alerts()); !told) return told;
    auto noted = sql.run("UPDATE kiosk_health SET last_seq = CASE WHEN last_seq < $3 THEN $3 ELSE last_seq END, "
                         "signed_seq = CASE WHEN signed_seq < $4 THEN $4 ELSE signed_seq END WHERE organisation = $1 AND kiosk = $2",
                         {organisation, kiosk.text, chain.last_seq(), chain.signed_seq()});
    if (!noted) return noted.error().within("following the chain");
    return {};
}

Result<std::vector<std::pair<std::int64_t, std::int64_t>>> chain_stretches(Sql& sql, Organisation organisation, const KioskId& kiosk) {
    auto rows = sql.query("SELECT first_seq, last_seq FROM chain_stretch WHERE organisation = $1 AND kiosk = $2 ORDER BY first_seq", {organisation, kiosk.text});
    if (!rows) return rows.error().within("reading the chain");
    std::vector<std::pair<std::int64_t, std::int64_t>> stretches;
    for (const SqlRow& row : *rows) stretches.emplace_back(row.integer(0), row.integer(1));
    return stretches;
}

Result<CentreReceipt> receipt_of(Sql& sql, Organisation organisation, const KioskId& kiosk) {
    auto rows = sql.query("SELECT first_seq, last_seq, last_hash FROM chain_stretch WHERE organisation = $1 AND kiosk = $2 "
                          "ORDER BY CASE WHEN first_seq = 1 THEN 0 ELSE 1 END, last_seq - first_seq DESC, first_seq LIMIT $3",
                          {organisation, kiosk.text, static_cast<std::int64_t>(receipt_stretches_limit)});
    if (!rows) return rows.error().within("reading the chain");
    std::sort(rows->begin(), rows->end(), [](const SqlRow& a, const SqlRow& b) { return a.integer(0) < b.integer(0); });
    CentreReceipt receipt;
    receipt.kiosk = kiosk;
    for (const SqlRow& row : *rows) {
        if (row.integer(0) == 1) {
            receipt.through = row.integer(1);
            receipt.hash = row.text(2);
        } else receipt.also.push_back({row.integer(0), row.integer(1), row.text(2)});
    }
    return receipt;
}

Result<CentreState> RecordStore::chain(Organisation organisation, const KioskId& kiosk) {
    auto rows = sql_->query("SELECT first_seq, last_seq, last_hash FROM chain_stretch WHERE organisation = $1 AND kiosk = $2 ORDER BY first_seq LIMIT $3",
                            {organisation, kiosk.text, static_cast<std::int64_t>(missing_limit + 1)});
    if (!rows) return rows.error().within("reading the chain");
    CentreState state;
    std::int64_t next = 1;
    for (const SqlRow& row : *rows) {
        if (row.integer(0) > next) state.missing.emplace_back(next, row.integer(0) - 1);
        else {
            state.through = row.integer(1);
            state.hash = row.text(2);
        }
        next = row.integer(1) + 1;
    }
    if (state.missing.size() > missing_limit) state.missing.resize(missing_limit);
    return state;
}

Result<std::vector<KioskAlert>> kiosk_alerts(Sql& sql, Organisation organisation, const KioskId& kiosk, bool also_closed, std::size_t limit) {
    auto rows = sql.query("SELECT kiosk, kind, from_seq, to_seq, first_seen_ms, closed_ms, sentence FROM "
                          "(SELECT kiosk, kind, from_seq, to_seq, first_seen_ms, closed_ms, sentence FROM kiosk_alert WHERE organisation = $1 UNION ALL "
                          "SELECT kiosk, 'unsigned', signed_seq + 1, last_seq, 0, 0, '' FROM kiosk_health WHERE organisation = $1 AND last_seq - signed_seq > $5) all_of_them "
                          "WHERE ($2 = '' OR kiosk = $2) AND ($3 = 1 OR closed_ms = 0) "
                          "ORDER BY CASE WHEN closed_ms = 0 THEN 0 ELSE 1 END, first_seen_ms DESC, kiosk, kind, from_seq LIMIT $4",
                          {organisation, kiosk.text, std::int64_t{also_closed ? 1 : 0}, static_cast<std::int64_t>(limit), unsigned_limit});
    if (!rows) return rows.error().within("reading alerts");
    std::vector<KioskAlert> alerts;
    for (const SqlRow& row : *rows) {
        KioskAlert alert;
        alert.kiosk = {row.text(0)};
        alert.kind = row.text(1);
        alert.from_seq = row.integer(2);
        alert.to_seq = row.integer(3);
        alert.first_seen = {row.integer(4)};
        alert.closed_ms = row.integer(5);
        alert.sentence = alert.kind == "unsigned" ? range(alert.from_seq, alert.to_seq) + ": not signed by the terminal" : row.text(6);
        alerts.push_back(std::move(alert));
    }
    return alerts;
}

}  // namespace xinghuo
