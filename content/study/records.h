// The chain of this terminal's records: appended, read, checked.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "content/store/database.h"
#include "content/study/record.h"

namespace xinghuo {

class Records {
public:
    // The database is migrated. Finds the terminal's boot number: a new one when `boot_id` is not that of the last boot.
    static Result<Records> open(Database& db, const SigningKey& key, std::string_view boot_id);
    // For reading only, of a database that may be open read-only; the kiosk is the one that the file names.
    static Result<Records> open_to_read(Database& db);

    [[nodiscard]] const KioskId& kiosk() const { return kiosk_; }
    [[nodiscard]] std::int64_t boot() const { return boot_; }

    // Inside the caller's Transaction: gives the drafts their places, hashes and signature, and keeps every roll-up
    // (tally.h) in step. Recorded, and shown to anyone as recorded, only once the caller's commit is good.
    Result<std::vector<Record>> append(std::span<const Draft> drafts, const Moment& moment);
    // The same with a Transaction of its own: durable when it is good. `also` runs inside it, before the commit.
    Result<std::vector<Record>> keep(std::span<const Draft> drafts, const Moment& moment,
                                     const std::function<Result<void>(const std::vector<Record>&)>& also = {});

    // From `since` (exclusive), oldest first, at most `limit`.
    Result<std::vector<Record>> read(std::int64_t since, std::size_t limit) const;
    // The newest `count`, oldest of them first.
    Result<std::vector<Record>> newest(std::size_t count) const;
    struct Filter {
        std::optional<RecordKind> kind;
        MemberId member;                   // empty: all
        std::optional<std::int64_t> from_day, to_day;  // of the label `at`, China's days since 1970, inclusive
        std::int64_t before = INT64_MAX;   // seq, exclusive: for paging downwards
    };
    Result<std::vector<Record>> find(const Filter& filter, std::size_t limit) const;  // newest first
    Result<bool> has(std::string_view id) const;
    [[nodiscard]] Result<std::int64_t> last_seq() const;

private:
    Records(Database& db, const SigningKey* key) : db_(&db), key_(key) {}
    Database* db_;
    const SigningKey* key_;                // null: to read
    KioskId kiosk_;
    std::string boot_id_;
    std::int64_t boot_ = 0;
    std::int64_t last_seq_seen_ = 0;       // after a loss: numbers that were given once are not given again
};

KioskId kiosk_id(const PublicKey& key);
// The day of the newest trusted record, else the day this program was built: what counted_day() wants to know.
Result<std::int64_t> newest_known_day(Database& db);
// Of the kiosk whose database this is. `missing` when it holds none: no kiosk ever opened it.
Result<PublicKey> device_public_key(Database& db);

// What is wrong with a chain, exactly: "seq 17: changed after it was written (its hash does not match)", "seq 18 to 20: missing",
// "seq 40: the signature does not hold". `good` when there is nothing. Bounded: the first 100, then how many more.
struct Verdict {
    std::size_t records = 0, signatures = 0;
    std::int64_t signed_through = 0;       // the last seq a good signature covers
    std::vector<std::string> wrong;
    [[nodiscard]] bool good() const { return wrong.empty(); }
};

// Streaming, in constant memory: a database of this terminal…
Result<Verdict> verify_database(Database& db, const PublicKey& key);
// …or an export (export_records): JSON lines, the first
//     {"xinghuo_records":1,"kiosk":…,"public_key":hex,"since":…,"prev_hash":…}
// then records, signatures of their hash's 32 bytes after the records they sign, and an end:
//     {"signature":{"seq":…,"hash":…,"ed25519":hex}}
//     {"end":{"records":…,"last_seq":…}}
Result<Verdict> verify_export(const Path& file);
// Written as write_file does: whole, or not at all. Returns how many records. Others may write to the database meanwhile.
Result<std::size_t> export_records(Database& db, const PublicKey& key, const Path& file, std::int64_t since = 0);
inline Result<std::size_t> export_records(Database& db, const SigningKey& key, const Path& file, std::int64_t since = 0) {
    return export_records(db, key.public_key(), file, since);
}

}  // namespace xinghuo
