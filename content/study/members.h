// The members of this terminal: sealed on disk, found by keyed hashes (number, card) or in memory by name.
// Main thread, but for build_directory().
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "content/base/crypto.h"
#include "content/store/database.h"
#include "content/study/member.h"
#include "content/study/names.h"
#include "content/study/records.h"

namespace xinghuo {

// A snapshot of who there is, to be looked through by name and branch. Immutable; any thread.
struct Directory {
    std::vector<Member> members;           // those on the roster now, by pinyin
    NameIndex names;                       // numbers are places in `members`
    struct Branch {
        std::int64_t id;
        std::string name;
        std::vector<std::uint32_t> members;  // places
    };
    std::vector<Branch> branches;
};

class Members {
public:
    Members(Database& db, const SecretKey& key, Records& records) : db_(&db), key_(&key), records_(&records) {}

    // By card and number: those on the roster now. By id: also who is gone.
    Result<std::optional<Member>> by_card(std::string_view card) const;
    Result<std::optional<Member>> by_number(std::string_view number) const;
    Result<std::optional<Member>> by_id(const MemberId& id) const;
    Result<std::size_t> count() const;     // on the roster now

    // Each is one transaction with its admin_action record, {"action":"bind_card","target":"m-…"}. `missing`: no such member on the roster.
    // `invalid`: another member on the roster has the card. Of one who is gone it is taken.
    Result<void> bind_card(const MemberId& id, std::string_view card, const Moment& moment);
    Result<void> unbind_card(const MemberId& id, const Moment& moment);
    Result<void> set_host(const MemberId& id, bool host, const Moment& moment);
    Result<void> set_pin(const MemberId& id, std::string_view pin, const Moment& moment);     // 4–8 digits
    Result<void> reset_pin(const MemberId& id, const Moment& moment);
    Result<bool> pin_right(const MemberId& id, std::string_view pin) const;

    // Retention: wipes the sealed fields of those gone from the roster for so many days, and what imports older than that kept for
    // being undone. Returns how many members. Does nothing while the wall clock is not trusted, or for 0 days.
    Result<std::size_t> forget_gone(int after_days, const Moment& moment);

    // Changes with every change above and every import: a Directory of an older revision is to be made anew.
    [[nodiscard]] Result<std::int64_t> revision() const;
    // Reads and unseals everybody: about a second for 50,000. With a connection of the calling thread's own.
    static Result<std::shared_ptr<const Directory>> build_directory(Database& db, const SecretKey& key);

private:
    Database* db_;
    const SecretKey* key_;
    Records* records_;
};

// Card ids are compared without leading or trailing spaces, in capitals; readers differ in that. So are member numbers.
std::string normal_card(std::string_view card);

// What lies sealed in a member's row; for members.cpp and roster.cpp.
struct PersonalFields {
    std::string number, name, card, pinyin;
    std::string spelling;  // the index's: pinyin, or what ICU says; kept because ICU takes 8 µs a character
    bool operator==(const PersonalFields&) const = default;
};
Bytes seal_fields(const SecretKey& key, const PersonalFields& fields);
Result<PersonalFields> unseal_fields(const SecretKey& key, std::span<const std::uint8_t> sealed);
Digest number_hash(const SecretKey& key, std::string_view number);
Digest card_hash(const SecretKey& key, std::string_view card);
// Inside the caller's transaction: there is a new revision().
Result<void> mark_members_changed(Database& db);

}  // namespace xinghuo
