// The centre's side of a courier stick (sync/courier.h, sync/courier_forms.h): records are taken in as they would be by network, receipts and a fresh
// repository go back; terminals that ask to be enrolled are let in by the code they were given, and answered. Idempotent: a stick that comes twice, or a copy of it, adds nothing. One stick at a time; a worker's thread, over its own Sql.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/crypto.h"
#include "content/trust/transport.h"
#include "sync/courier_forms.h"
#include "sync/server/centre_keys.h"
#include "sync/server/publisher.h"
#include "sync/server/sql.h"

namespace xinghuo {

struct DeskParts {
    Sql& sql;
    Publisher& publisher;
    const CentreKeys& keys;          // the present one signs receipts and registrations; what is sealed to an earlier one is read, too
    Organisation organisation = 1;
    std::string name, home_page;     // of the organisation, as enrolment tells them; authorities of what is kept are of that home page
    Path quarantine;                 // DATA/quarantine/courier: what could not be read, as it came
};

struct TakenStick {
    std::vector<KioskId> enrolled;   // let in now, or again
    std::size_t chunks = 0;          // taken in, also those that were here before
    std::size_t statements = 0;      // in them
    std::size_t quarantined = 0;     // files, and single statements
    std::size_t receipts = 0;
    std::vector<std::string> wrong;  // a sentence for each that was put aside
    std::vector<std::string> notes;  // what was written back
};

class CourierDesk {
public:
    explicit CourierDesk(DeskParts parts) : parts_(std::move(parts)) {}

    // Registers the stick if it is not, and writes receipts and the repository to it. What else lies on it stays.
    Result<TakenStick> prepare(const Path& stick, WallTime now);
    // Takes all chunks in, then does what prepare() does, and only then removes them from the stick. `missing`: no registered stick; `untrusted`:
    // another centre's; `io`: the database is away or the stick fails: everything taken so far is kept, and the same again finishes.
    Result<TakenStick> take(const Path& stick, WallTime now);

private:
    struct KnownKiosks;
    Result<void> answer_requests(const Path& stick, Transport& files, WallTime now, TakenStick& taken, std::vector<Path>& done);
    Result<CourierAnswer> answer_to(const EnrolRequest& request, const SigningKey& asked, WallTime now, TakenStick& taken);
    Result<CourierStick> registration(std::string_view json) const;
    Result<void> register_stick(const Path& stick, const std::optional<CourierStick>& before, WallTime now, TakenStick& taken);
    Result<void> give_back(const Path& stick, WallTime now, TakenStick& taken);
    Result<void> take_chunk(const Bytes& bytes, const KnownKiosks& known, WallTime now, TakenStick& taken);
    Result<void> keep(const KioskReader& kiosk, const std::vector<std::string>& statements, std::size_t from, std::size_t to, WallTime now, TakenStick& taken);
    Result<void> set_aside(const std::string& name, std::string_view bytes, const std::string& why, TakenStick& taken);
    DeskParts parts_;
};

}  // namespace xinghuo
