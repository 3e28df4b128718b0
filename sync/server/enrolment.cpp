#include "sync/server/enrolment.h"

#include <algorithm>

#include "sync/server/accounts.h"

namespace xinghuo {
namespace {

constexpr std::size_t code_symbols = 8;  // 5 bits each
constexpr std::int64_t kept_after_ms = std::int64_t{90} * 86'400'000;  // a stick may be long on its way

EnrolledKiosk kiosk_of(const SqlRow& row) {
    EnrolledKiosk kiosk;
    kiosk.id = KioskId{row.text(0)};
    kiosk.name = row.text(1);
    if (auto key = from_hex(row.text(2)); key && key->size() == kiosk.public_key.size()) std::copy(key->begin(), key->end(), kiosk.public_key.begin());
    kiosk.enrolled = {row.integer(3)};
    kiosk.revoked = {row.integer(4)};
    kiosk.contact = {row.integer(5)};
    return kiosk;
}

Result<void> good_name(const std::string& name) {
    if (is_account_name(name)) return {};
    return Error{ErrorKind::invalid, "a terminal's name has 1 to 60 letters, no colon and no backslash"};
}

Error not_known() { return {ErrorKind::untrusted, "this code is not known, was used, or has expired"}; }

}  // namespace

Enrolled enrolled_with(const std::string& token, const std::string& organisation, const std::string& home_page, const PublicKey& centre, const Path& repository) {
    Enrolled enrolled;
    enrolled.organisation = organisation;
    enrolled.home_page = home_page;
    enrolled.token = token;
    enrolled.centre_key = centre;
    // Without a repository yet, the terminal keeps the root it has.
    if (auto root = read_text(repository / "metadata" / "1.root.json", 1u << 20)) enrolled.root = std::move(*root);
    return enrolled;
}

Result<std::string> Enrolment::make_code(const std::string& name, WallTime now, std::int64_t valid_ms) {
    if (!name.empty())
        if (auto good = good_name(name); !good) return good.error();
    const std::string code = typed_secret(code_symbols);
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        if (auto old = sql_->run("DELETE FROM enrol_code WHERE organisation = $1 AND until_ms < $2", {organisation_, now.unix_ms - kept_after_ms}); !old) return old;
        return sql_->run("INSERT INTO enrol_code (organisation, code, name, made_ms, until_ms, used_by) VALUES ($1, $2, $3, $4, $5, '')",
                         {organisation_, secret_hash("enrol code", typed_symbols(code)), name, now.unix_ms, now.unix_ms + valid_ms});
    });
    if (!done) return done.error();
    return code;
}

// Inside a transaction.
Result<void> Enrolment::admit(const EnrolRequest& request, const std::string& code, const std::string& token, WallTime now) {
    // One statement decides who is first.
    auto used = sql_->query(
        "UPDATE enrol_code SET used_by = $3 WHERE organisation = $1 AND code = $2 AND until_ms >= $4 AND (used_by = '' OR used_by = $3) RETURNING name",
        {organisation_, code, request.kiosk.text, now.unix_ms});
    if (!used) return used.error();
    if (used->empty()) return not_known();
    const std::string& name = request.name.empty() ? used->front().text(0) : request.name;
    return sql_->run(
        "INSERT INTO kiosk (organisation, id, name, public_key, token, enrolled_ms, revoked_ms, contact_ms) VALUES ($1, $2, $3, $4, $5, $6, 0, $6) "
        "ON CONFLICT (organisation, id) DO UPDATE SET name = excluded.name, public_key = excluded.public_key, token = excluded.token, enrolled_ms = excluded.enrolled_ms, "
        "revoked_ms = 0, contact_ms = excluded.contact_ms",
        {organisation_, request.kiosk.text, name, to_hex(request.public_key), secret_hash("kiosk", token), now.unix_ms});
}

Result<std::string> Enrolment::enrol(const EnrolRequest& request, WallTime now) {
    const std::string code = secret_hash("enrol code", typed_symbols(request.code));
    const std::string token = random_secret();
    auto done = in_transaction(*sql_, [&] { return admit(request, code, token, now); });
    if (!done) return done.error();
    return token;
}

Result<void> Enrolment::enrol_by_stick(const EnrolRequest& request, const std::string& token, WallTime now) {
    const std::string code = secret_hash("enrol code", typed_symbols(request.code));
    return in_transaction(*sql_, [&]() -> Result<void> {
        const auto used = sql_->query(
            "SELECT k.token FROM enrol_code c JOIN kiosk k ON k.organisation = c.organisation AND k.id = c.used_by WHERE c.organisation = $1 AND c.code = $2 AND c.used_by = $3",
            {organisation_, code, request.kiosk.text});
        if (!used) return used.error();
        if (used->empty()) return admit(request, code, token, now);
        if (used->front().text(0) != secret_hash("kiosk", token)) return Error{ErrorKind::older, "this terminal was enrolled anew since"};
        return {};
    });
}

Result<std::vector<EnrolledKiosk>> Enrolment::list() {
    auto rows = sql_->query("SELECT id, name, public_key, enrolled_ms, revoked_ms, contact_ms FROM kiosk WHERE organisation = $1 ORDER BY id LIMIT 100000", {organisation_});
    if (!rows) return rows.error();
    std::vector<EnrolledKiosk> kiosks;
    for (const SqlRow& row : *rows) kiosks.push_back(kiosk_of(row));
    return kiosks;
}

Result<std::optional<EnrolledKiosk>> Enrolment::by_token(std::string_view token) {
    auto rows = sql_->query("SELECT id, name, public_key, enrolled_ms, revoked_ms, contact_ms FROM kiosk WHERE organisation = $1 AND token = $2",
                            {organisation_, secret_hash("kiosk", token)});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<EnrolledKiosk>();
    return std::optional<EnrolledKiosk>(kiosk_of(rows->front()));
}

Result<void> Enrolment::revoke(const KioskId& kiosk, WallTime now) {
    return in_transaction(*sql_, [&]() -> Result<void> {
        auto rows = sql_->query("UPDATE kiosk SET revoked_ms = $3 WHERE organisation = $1 AND id = $2 AND revoked_ms = 0 RETURNING id",
                                {organisation_, kiosk.text, std::max<std::int64_t>(1, now.unix_ms)});
        if (!rows) return rows.error();
        if (rows->empty()) return Error{ErrorKind::missing, "no such terminal, or it is revoked already"};
        // Its own code, not yet expired, must not let it in again.
        return sql_->run("DELETE FROM enrol_code WHERE organisation = $1 AND used_by = $2", {organisation_, kiosk.text});
    });
}

Result<void> Enrolment::rename(const KioskId& kiosk, const std::string& name) {
    if (auto good = good_name(name); !good) return good;
    auto rows = sql_->query("UPDATE kiosk SET name = $3 WHERE organisation = $1 AND id = $2 RETURNING id", {organisation_, kiosk.text, name});
    if (!rows) return rows.error();
    if (rows->empty()) return Error{ErrorKind::missing, "no such terminal"};
    return {};
}

Result<void> Enrolment::saw(const KioskId& kiosk, WallTime now) {
    return sql_->run("UPDATE kiosk SET contact_ms = $3 WHERE organisation = $1 AND id = $2", {organisation_, kiosk.text, now.unix_ms});
}

}  // namespace xinghuo
