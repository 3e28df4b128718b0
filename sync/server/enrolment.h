// Terminals at the centre: one-time codes, who is enrolled, by which token. On a worker's thread, over its own Sql.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/crypto.h"
#include "content/base/file.h"
#include "content/base/ids.h"
#include "sync/protocol.h"
#include "sync/server/record_store.h"
#include "sync/server/sql.h"

namespace xinghuo {

struct EnrolledKiosk {
    KioskId id;
    std::string name;
    PublicKey public_key{};
    WallTime enrolled, revoked, contact;  // 0: not (yet)
    [[nodiscard]] bool is_revoked() const { return revoked.unix_ms != 0; }
};

// What a terminal is told when it is let in.
Enrolled enrolled_with(const std::string& token, const std::string& organisation, const std::string& home_page, const PublicKey& centre, const Path& repository);

class Enrolment {
public:
    explicit Enrolment(Sql& sql, Organisation organisation = 1) : sql_(&sql), organisation_(organisation) {}

    // "7K3M-9QXT": 40 bits, for one terminal, until then. `name`: of the terminal, if it tells none; may be empty.
    Result<std::string> make_code(const std::string& name, WallTime now, std::int64_t valid_ms);
    // The token. `untrusted`: no such code, or it was used or has expired. A terminal that asks again with the code it used (the reply was lost) gets
    // another token; so does one that enrols anew with a fresh code: it is the same terminal, and its old token opens nothing more. Whoever revoked it
    // lets it in again by giving it a code.
    Result<std::string> enrol(const EnrolRequest& request, WallTime now);
    // By stick, where the answer may be lost, come late or twice: `token` is the same for the same request, and opens what it did before. `untrusted`: as
    // enrol(); a code that this terminal used is good for its request as long as the code is remembered. `older`: it was enrolled anew since.
    Result<void> enrol_by_stick(const EnrolRequest& request, const std::string& token, WallTime now);
    Result<std::vector<EnrolledKiosk>> list();
    Result<std::optional<EnrolledKiosk>> by_token(std::string_view token);  // also of a revoked one: it is told so
    Result<void> revoke(const KioskId& kiosk, WallTime now);                // `missing`. Codes it used are used up
    Result<void> rename(const KioskId& kiosk, const std::string& name);     // `missing`; `invalid`
    Result<void> saw(const KioskId& kiosk, WallTime now);

private:
    Result<void> admit(const EnrolRequest& request, const std::string& code, const std::string& token, WallTime now);
    Sql* sql_;
    Organisation organisation_;
};

}  // namespace xinghuo
