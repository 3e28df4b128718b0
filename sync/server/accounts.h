// Who may do what at the centre: staff with passwords and sessions, xAPI clients with Basic credentials, the audit log, and options of the organisation.
// On a worker's thread, over its own Sql; several servers over one database agree. Every failure of the database is `io`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "sync/server/caller.h"
#include "sync/server/sql.h"

namespace xinghuo {

std::string_view text_of(StaffRole role);  // "branch_secretary"
std::optional<StaffRole> staff_role(std::string_view text);

// 1–60 bytes, no control characters, no colon (it parts user and password), no blank at its ends.
bool is_account_name(std::string_view name);
// 43 letters of base64url, 256 bits of chance; what is kept of it. Nothing so long is guessed, so its hash need not be slow.
std::string random_secret();
std::string secret_hash(std::string_view kind, std::string_view secret);
// "K7XM-9QTR-…", letters and digits nobody takes for each other, 5 bits each.
std::string typed_secret(std::size_t symbols);
// As somebody types it: upper case, without blanks and hyphens; empty when it has other symbols.
std::string typed_symbols(std::string_view text);

struct StaffAccount {
    std::string name;
    StaffRole role = StaffRole::viewer;
    std::string branch;        // of a branch secretary
    bool must_change = false;  // the password was made by somebody else
    bool closed = false;
    WallTime made;
};
struct StaffSession {
    StaffAccount account;
    std::string csrf;          // comes back in x-csrf-token with everything that writes
};
struct CredentialEntry {
    std::string name;
    WallTime made;
};
struct AuditEntry {
    std::string id;            // UUID v7: in the order of time
    WallTime at;
    std::string who;           // the account's name; "command line"
    std::string what;          // "kiosk revoked"
    std::string about;         // a kiosk's id, an account's name: nothing personal
    std::string peer;          // from where
};

class Accounts {
public:
    explicit Accounts(Sql& sql, Organisation organisation = 1) : sql_(&sql), organisation_(organisation) {}

    // The one-time password of "admin" (an operator) when there is no account yet; nothing otherwise, also when another server was first.
    Result<std::optional<std::string>> make_first(WallTime now);
    // The one-time password. `invalid`: the name, or it is taken, or a branch secretary without a branch.
    Result<std::string> add(const std::string& name, StaffRole role, const std::string& branch, WallTime now);
    Result<std::string> reset(const std::string& name);              // a new one-time password; its sessions end; `missing`
    Result<void> close(const std::string& name, WallTime now);       // `missing`; `invalid`: the last operator
    Result<std::vector<StaffAccount>> list();
    // Nothing: wrong. As slow for a name that is not there.
    Result<std::optional<StaffAccount>> check(const std::string& name, std::string_view password);
    // `untrusted`: the old one is wrong; `invalid`: under 10 characters, or as before. Other sessions end.
    Result<void> change_password(const std::string& name, std::string_view old_password, std::string_view new_password);

    // The cookie's value. Ends 12 hours later, or after 2 hours of silence.
    Result<std::string> open_session(const std::string& name, WallTime now);
    Result<std::optional<StaffSession>> session(std::string_view token, WallTime now);
    Result<void> close_session(std::string_view token);

    Result<std::string> add_credential(const std::string& name, WallTime now);  // the password, shown once; `invalid`: taken
    Result<void> remove_credential(const std::string& name);                    // `missing`
    Result<std::vector<CredentialEntry>> credentials();
    Result<bool> credential_holds(const std::string& name, std::string_view password);

    Result<void> note(const AuditEntry& entry);                                 // id and time: at
    Result<std::vector<AuditEntry>> audit(const std::string& before_id, std::size_t limit);  // the newest first; empty: from now

    Result<std::string> option(const std::string& name, const std::string& otherwise);
    Result<void> set_option(const std::string& name, const std::string& value);

private:
    Result<std::optional<StaffAccount>> find(const std::string& name, std::string* password);
    Result<void> end_sessions(const std::string& name);
    Sql* sql_;
    Organisation organisation_;
};

}  // namespace xinghuo
