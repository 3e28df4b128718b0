// Who asks, once it is proven: made by accounts.h, used by every resource.
#pragma once

#include <string>

#include "content/base/crypto.h"
#include "content/base/ids.h"
#include "sync/server/record_store.h"

namespace xinghuo {

enum class StaffRole { viewer, branch_secretary, content_approver, operator_ };

struct Caller {
    enum class Kind { xapi_client, kiosk, staff } kind = Kind::xapi_client;
    Organisation organisation = 1;
    std::string name;               // of the credential, the terminal or the account
    KioskId kiosk;                  // of a kiosk
    PublicKey kiosk_key{};
    StaffRole role = StaffRole::viewer;
    std::string branch;             // of a branch secretary: what they may see
    std::string authority_json;     // of its statements
};

}  // namespace xinghuo
