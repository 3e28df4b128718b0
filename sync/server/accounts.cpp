#include "sync/server/accounts.h"

#include <algorithm>
#include <array>

#include "content/base/crypto.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr std::int64_t session_ms = 12 * 3'600'000;
constexpr std::int64_t silent_ms = 2 * 3'600'000;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t longest_name = 60;       // characters
constexpr std::size_t shortest_password = 10;  // characters
constexpr std::size_t longest_password = 256;  // bytes: argon2id is not made to chew books
// 32 symbols without 0 and O, 1 and I.
constexpr std::string_view symbols_of_codes = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
// Of a password nobody has: what a name that is not there is compared with.
const std::string& nobody() {
    static const std::string hash = hash_pin(random_secret());
    return hash;
}

StaffAccount account_of(const SqlRow& row) {
    StaffAccount account;
    account.name = row.text(0);
    account.role = staff_role(row.text(1)).value_or(StaffRole::viewer);
    account.branch = row.text(2);
    account.must_change = row.integer(3) != 0;
    account.closed = row.integer(4) != 0;
    account.made = {row.integer(5)};
    return account;
}

}  // namespace

std::string_view text_of(StaffRole role) {
    switch (role) {
        case StaffRole::viewer: return "viewer";
        case StaffRole::branch_secretary: return "branch_secretary";
        case StaffRole::content_approver: return "content_approver";
        case StaffRole::operator_: return "operator";
    }
    return "viewer";
}

std::optional<StaffRole> staff_role(std::string_view text) {
    for (const StaffRole role : {StaffRole::viewer, StaffRole::branch_secretary, StaffRole::content_approver, StaffRole::operator_})
        if (text == text_of(role)) return role;
    return std::nullopt;
}

bool is_account_name(std::string_view name) {
    if (name.empty() || name.front() == ' ' || name.back() == ' ' || !is_utf8(name)) return false;
    const std::vector<CodePoint> letters = code_points(name);
    if (letters.size() > longest_name) return false;
    return std::none_of(letters.begin(), letters.end(), [](const CodePoint& one) {
        const char32_t c = one.character;
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == U':' || c == U'\\';
    });
}

std::string random_secret() { return to_base64url(random_bytes(32)); }

std::string secret_hash(std::string_view kind, std::string_view secret) {
    return to_hex(sha256(std::string("xinghuo ").append(kind).append("\n").append(secret)));
}

std::string typed_secret(std::size_t symbols) {
    std::string text;
    std::size_t count = 0;
    for (const std::uint8_t byte : random_bytes(symbols)) {
        if (count != 0 && count % 4 == 0) text += '-';
        text += symbols_of_codes[byte % symbols_of_codes.size()];
        ++count;
    }
    return text;
}

std::string typed_symbols(std::string_view text) {
    std::string symbols;
    for (char c : text) {
        if (c == ' ' || c == '-') continue;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (symbols_of_codes.find(c) == std::string_view::npos) return {};
        symbols += c;
    }
    return symbols;
}

// A name that no account can have is nobody's: the database, which may not even be able to read it, is not asked.
Result<std::optional<StaffAccount>> Accounts::find(const std::string& name, std::string* password) {
    if (!is_account_name(name)) return std::optional<StaffAccount>();
    auto rows = sql_->query("SELECT name, role, branch, must_change, closed_ms, made_ms, password FROM staff WHERE organisation = $1 AND name = $2", {organisation_, name});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<StaffAccount>();
    if (password != nullptr) *password = rows->front().text(6);
    return std::optional<StaffAccount>(account_of(rows->front()));
}

Result<std::optional<std::string>> Accounts::make_first(WallTime now) {
    auto count = sql_->integer_or(0, "SELECT COUNT(*) FROM staff WHERE organisation = $1", {organisation_});
    if (!count) return count.error();
    if (*count != 0) return std::optional<std::string>();
    const std::string password = typed_secret(16);
    auto rows = sql_->query(
        "INSERT INTO staff (organisation, name, password, role, branch, must_change, closed_ms, made_ms) VALUES ($1, 'admin', $2, 'operator', '', 1, 0, $3) "
        "ON CONFLICT (organisation, name) DO NOTHING RETURNING name",
        {organisation_, hash_pin(password), now.unix_ms});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<std::string>();
    return std::optional<std::string>(password);
}

Result<std::string> Accounts::add(const std::string& name, StaffRole role, const std::string& branch, WallTime now) {
    if (!is_account_name(name)) return Error{ErrorKind::invalid, "an account's name has 1 to 60 letters, no colon and no backslash"};
    if ((role == StaffRole::branch_secretary) == branch.empty()) return Error{ErrorKind::invalid, "a branch secretary has a branch, and nobody else"};
    const std::string password = typed_secret(16);
    auto rows = sql_->query(
        "INSERT INTO staff (organisation, name, password, role, branch, must_change, closed_ms, made_ms) VALUES ($1, $2, $3, $4, $5, 1, 0, $6) "
        "ON CONFLICT (organisation, name) DO NOTHING RETURNING name",
        {organisation_, name, hash_pin(password), std::string(text_of(role)), branch, now.unix_ms});
    if (!rows) return rows.error();
    if (rows->empty()) return Error{ErrorKind::invalid, "this name is taken"};
    return password;
}

Result<void> Accounts::end_sessions(const std::string& name) {
    return sql_->run("DELETE FROM staff_session WHERE organisation = $1 AND name = $2", {organisation_, name});
}

Result<std::string> Accounts::reset(const std::string& name) {
    const std::string password = typed_secret(16), hash = hash_pin(password);
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        auto rows = sql_->query("UPDATE staff SET password = $3, must_change = 1, closed_ms = 0 WHERE organisation = $1 AND name = $2 RETURNING name", {organisation_, name, hash});
        if (!rows) return rows.error();
        if (rows->empty()) return Error{ErrorKind::missing, "no such account"};
        return end_sessions(name);
    });
    if (!done) return done.error();
    return password;
}

Result<void> Accounts::close(const std::string& name, WallTime now) {
    return in_transaction(*sql_, [&]() -> Result<void> {
        // Whoever closes an account looks at all operators first: two of them closing each other wait here for each other (PostgreSQL).
        const std::string lock = sql_->dialect() == Sql::Dialect::postgres ? " FOR UPDATE" : "";
        auto operators = sql_->query("SELECT name FROM staff WHERE organisation = $1 AND role = 'operator' AND closed_ms = 0 ORDER BY name LIMIT 1000" + lock, {organisation_});
        if (!operators) return operators.error();
        if (operators->size() == 1 && operators->front().text(0) == name) return Error{ErrorKind::invalid, "the last operator stays"};
        auto rows = sql_->query("UPDATE staff SET closed_ms = $3 WHERE organisation = $1 AND name = $2 RETURNING name", {organisation_, name, std::max<std::int64_t>(1, now.unix_ms)});
        if (!rows) return rows.error();
        if (rows->empty()) return Error{ErrorKind::missing, "no such account"};
        return end_sessions(name);
    });
}

Result<std::vector<StaffAccount>> Accounts::list() {
    auto rows = sql_->query("SELECT name, role, branch, must_change, closed_ms, made_ms FROM staff WHERE organisation = $1 ORDER BY name LIMIT 10000", {organisation_});
    if (!rows) return rows.error();
    std::vector<StaffAccount> accounts;
    for (const SqlRow& row : *rows) accounts.push_back(account_of(row));
    return accounts;
}

Result<std::optional<StaffAccount>> Accounts::check(const std::string& name, std::string_view password) {
    std::string hash;
    auto account = find(name, &hash);
    if (!account) return account.error();
    const bool there = account->has_value() && !(*account)->closed;
    if (password.size() > longest_password) return std::optional<StaffAccount>();
    const bool right = pin_matches(there ? hash : nobody(), password);
    if (!there || !right) return std::optional<StaffAccount>();
    return account;
}

Result<void> Accounts::change_password(const std::string& name, std::string_view old_password, std::string_view new_password) {
    auto account = check(name, old_password);
    if (!account) return account.error();
    if (!account->has_value()) return Error{ErrorKind::untrusted, "the old password is wrong"};
    if (!is_utf8(new_password) || to_utf32(new_password).size() < shortest_password || new_password.size() > longest_password)
        return Error{ErrorKind::invalid, "a password has at least 10 characters"};
    if (new_password == old_password) return Error{ErrorKind::invalid, "this is the old password"};
    const std::string hash = hash_pin(new_password);
    return in_transaction(*sql_, [&]() -> Result<void> {
        if (auto done = sql_->run("UPDATE staff SET password = $3, must_change = 0 WHERE organisation = $1 AND name = $2", {organisation_, name, hash}); !done) return done;
        return end_sessions(name);
    });
}

Result<std::string> Accounts::open_session(const std::string& name, WallTime now) {
    const std::string token = random_secret();
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        if (auto old = sql_->run("DELETE FROM staff_session WHERE organisation = $1 AND opened_ms < $2", {organisation_, now.unix_ms - session_ms}); !old) return old;
        return sql_->run("INSERT INTO staff_session (organisation, token, name, opened_ms, used_ms) VALUES ($1, $2, $3, $4, $4)",
                         {organisation_, secret_hash("session", token), name, now.unix_ms});
    });
    if (!done) return done.error();
    return token;
}

Result<std::optional<StaffSession>> Accounts::session(std::string_view token, WallTime now) {
    const std::string hash = secret_hash("session", token);
    auto rows = sql_->query("SELECT name, opened_ms, used_ms FROM staff_session WHERE organisation = $1 AND token = $2", {organisation_, hash});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<StaffSession>();
    const SqlRow& row = rows->front();
    if (now.unix_ms - row.integer(1) > session_ms || now.unix_ms - row.integer(2) > silent_ms) return std::optional<StaffSession>();
    auto account = find(row.text(0), nullptr);
    if (!account) return account.error();
    if (!account->has_value() || (*account)->closed) return std::optional<StaffSession>();
    // Not each request is a write.
    if (now.unix_ms - row.integer(2) > minute_ms)
        if (auto used = sql_->run("UPDATE staff_session SET used_ms = $3 WHERE organisation = $1 AND token = $2", {organisation_, hash, now.unix_ms}); !used) return used.error();
    StaffSession session;
    session.account = std::move(**account);
    session.csrf = secret_hash("csrf", token);
    return std::optional<StaffSession>(std::move(session));
}

Result<void> Accounts::close_session(std::string_view token) {
    return sql_->run("DELETE FROM staff_session WHERE organisation = $1 AND token = $2", {organisation_, secret_hash("session", token)});
}

Result<std::string> Accounts::add_credential(const std::string& name, WallTime now) {
    if (!is_account_name(name)) return Error{ErrorKind::invalid, "a credential's name has 1 to 60 letters, no colon and no backslash"};
    const std::string secret = random_secret();
    auto rows = sql_->query("INSERT INTO credential (organisation, name, secret, made_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (organisation, name) DO NOTHING RETURNING name",
                            {organisation_, name, secret_hash("credential", secret), now.unix_ms});
    if (!rows) return rows.error();
    if (rows->empty()) return Error{ErrorKind::invalid, "there is a credential of this name; remove it first"};
    return secret;
}

Result<void> Accounts::remove_credential(const std::string& name) {
    auto rows = sql_->query("DELETE FROM credential WHERE organisation = $1 AND name = $2 RETURNING name", {organisation_, name});
    if (!rows) return rows.error();
    if (rows->empty()) return Error{ErrorKind::missing, "no such credential"};
    return {};
}

Result<std::vector<CredentialEntry>> Accounts::credentials() {
    auto rows = sql_->query("SELECT name, made_ms FROM credential WHERE organisation = $1 ORDER BY name LIMIT 10000", {organisation_});
    if (!rows) return rows.error();
    std::vector<CredentialEntry> entries;
    for (const SqlRow& row : *rows) {
        CredentialEntry entry;
        entry.name = row.text(0);
        entry.made = {row.integer(1)};
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<bool> Accounts::credential_holds(const std::string& name, std::string_view password) {
    if (!is_account_name(name)) return false;
    auto rows = sql_->query("SELECT secret FROM credential WHERE organisation = $1 AND name = $2", {organisation_, name});
    if (!rows) return rows.error();
    const std::string told = secret_hash("credential", password);
    const std::string& kept = rows->empty() ? std::string() : rows->front().text(0);
    const auto bytes = [](const std::string& text) { return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()); };
    return kept.size() == told.size() && same_bytes(bytes(kept), bytes(told));
}

Result<void> Accounts::note(const AuditEntry& entry) {
    return sql_->run("INSERT INTO audit (organisation, id, at_ms, who, what, about, peer) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                     {organisation_, uuid_v7(entry.at), entry.at.unix_ms, entry.who, entry.what, entry.about, entry.peer});
}

Result<std::vector<AuditEntry>> Accounts::audit(const std::string& before_id, std::size_t limit) {
    auto rows = sql_->query("SELECT id, at_ms, who, what, about, peer FROM audit WHERE organisation = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                            {organisation_, before_id.empty() ? std::string("g") : before_id, static_cast<std::int64_t>(limit)});
    if (!rows) return rows.error();
    std::vector<AuditEntry> entries;
    for (const SqlRow& row : *rows) {
        AuditEntry entry;
        entry.id = row.text(0);
        entry.at = {row.integer(1)};
        entry.who = row.text(2);
        entry.what = row.text(3);
        entry.about = row.text(4);
        entry.peer = row.text(5);
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<std::string> Accounts::option(const std::string& name, const std::string& otherwise) {
    auto rows = sql_->query("SELECT value FROM centre_option WHERE organisation = $1 AND name = $2", {organisation_, name});
    if (!rows) return rows.error();
    return rows->empty() ? otherwise : rows->front().text(0);
}

Result<void> Accounts::set_option(const std::string& name, const std::string& value) {
    return sql_->run("INSERT INTO centre_option (organisation, name, value) VALUES ($1, $2, $3) ON CONFLICT (organisation, name) DO UPDATE SET value = excluded.value",
                     {organisation_, name, value});
}

}  // namespace xinghuo
