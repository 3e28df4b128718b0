// A centre's tables, in either database, and terminals whose records are made in memory, chained and signed as the terminal does it.
#pragma once

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "content/study/day.h"
#include "content/study/records.h"
#include "sync/server/chain.h"
#include "sync/server/roll_ups.h"
#include "tests/support/centre_database.h"

namespace xinghuo {

struct RollUpRoom {
    RollUpRoom() {
        if (sql->dialect() == Sql::Dialect::sqlite) REQUIRE(sql->run_script("PRAGMA synchronous = OFF"));  // hundreds of transactions, and no power cut
    }

    // As RecordStore::keep() does it: what was here before is passed over, the rest goes on in the order of seq.
    void send(const PublicKey& key, std::vector<CarriedRecord> batch, WallTime stored) {
        std::erase_if(batch, [&](const CarriedRecord& one) { return !known.insert(one.record.id).second; });
        std::stable_sort(batch.begin(), batch.end(), [](const CarriedRecord& a, const CarriedRecord& b) { return a.record.seq < b.record.seq; });
        const KioskId kiosk = kiosk_id(key);
        auto done = in_transaction(*sql, [&]() -> Result<void> {
            if (auto followed = follow_chain(*sql, 1, kiosk, key, batch, stored); !followed) return followed;
            return roll_up(*sql, 1, kiosk, batch);
        });
        if (!done) FAIL(done.error().what);
    }
    // Every row, its columns with |, its rows with newlines. An empty text is 0.
    std::string rows(const std::string& query, std::size_t columns) {
        auto found = sql->query(query);
        if (!found) FAIL(found.error().what);
        std::string all;
        for (const SqlRow& row : *found) {
            for (std::size_t i = 0; i < columns; ++i)
                all += (i == 0 ? "" : "|") + (row.null(i) ? "-" : row.text(i).empty() ? std::to_string(row.integer(i)) : row.text(i));
            all += "\n";
        }
        return all;
    }

    testing::CentreDatabase database;
    Sql* sql = &database.sql();
    std::set<std::string> known;
};

// A terminal that writes records. Its time goes on as it is told; nothing reads a clock.
struct ToldTerminal {
    explicit ToldTerminal(const std::string& name, const std::string& first_time = "2026-03-02T00:30:00Z")
        : signing(SigningKey::from_seed(sha256(name))), kiosk(kiosk_id(signing.public_key())), wall_ms(wall_time_from_iso(first_time).unix_ms) {}

    const Record& write(RecordKind kind, const std::string& member, const std::string& body) {
        Record record;
        record.seq = static_cast<std::int64_t>(records.size()) + 1 + skipped;
        record.id = fmt::format("{:08x}-0000-7000-8000-{}", record.seq, kiosk.text.substr(2, 12));
        if (!twin.empty()) record.id.replace(9, 4, twin);
        record.kiosk = kiosk;
        record.boot = boot;
        record.kind = kind;
        record.member = {member};
        record.at = {wall_ms};
        record.clock_trusted = trusted;
        record.mono_ms = mono_ms;
        record.body = body;
        record.prev_hash = last_hash;
        record.hash = sha256(hashed_part(record));
        last_hash = record.hash;
        records.push_back({record, std::nullopt});
        return records.back().record;
    }
    void pass(std::int64_t ms) {
        wall_ms += ms;
        mono_ms += ms;
    }
    void reboot(std::int64_t off_ms = 3'600'000) {
        ++boot;
        wall_ms += off_ms;
        mono_ms = 40'000;
        write(RecordKind::boot, "", R"({"version":"1.0.0"})");
    }
    void study(const std::string& member, const std::string& label, std::int64_t ms, const std::string& item = "film-1", RecordKind kind = RecordKind::study_interval) {
        write(kind, member, fmt::format(R"({{"session":"s","label":"{}","item":"{}","title":{{"zh":"题","en":"T"}},"pack":"p","pack_version":1,"ms":{}}})", label, item, ms));
    }
    void sign_last() { sign(records.size()); }
    void sign(std::size_t seq) {
        const Digest& hash = records[seq - 1].record.hash;
        records[seq - 1].signature = signing.sign(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
    }
    [[nodiscard]] std::vector<CarriedRecord> part(std::size_t from, std::size_t to) const {  // by seq, inclusive
        return {records.begin() + static_cast<std::ptrdiff_t>(from - 1), records.begin() + static_cast<std::ptrdiff_t>(to)};
    }

    SigningKey signing;
    KioskId kiosk;
    std::vector<CarriedRecord> records;
    std::int64_t boot = 1, wall_ms, mono_ms = 60'000, skipped = 0;
    bool trusted = true;
    std::string twin;                // another id for the same seq: what a cloned disk writes
    Digest last_hash{};
};

}  // namespace xinghuo
