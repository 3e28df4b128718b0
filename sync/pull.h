// What the centre told, taken over: roster, planned activities, notices, policy and settings (sync/told.h), from its repository on a web server or a stick.
// Each is one transaction with the note that it was taken, so that it may be broken off anywhere and asked again. Packs and recalls are the installer's
// business (content/pack/installer.h). For the agent's thread, or a worker's: with a Database and Records of that thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "content/study/study.h"
#include "content/trust/transport.h"
#include "sync/told.h"

namespace xinghuo {

struct PullParts {
    Database& db;
    const SecretKey& store_key;
    const SigningKey& device_key;
    Records& records;
    Path trust;                          // DATA/sync/trust: of this and nothing else
    std::string root;                    // the first root to trust (1.root.json), as it came with enrolment
    PublicKey centre_key{};              // of the centre, as it came with enrolment; another one that it tells is kept (centre_key_now)
    // While it says false the roster waits: somebody is signed in, and their id may change. Not there: never.
    std::function<bool()> hall_is_free = {};
};

struct Pulled {
    bool fresh = false;                  // the repository had something newer than was known, or the same; false: it is older than what is here
    bool roster = false, activities = false, notices = false, settings = false;  // what was taken over now
    std::size_t policies = 0;            // entries that were set
    bool roster_waits = false;
    bool no_keys = false;                // nothing is sealed to this terminal: it was enrolled a moment ago, never, or was revoked
    std::vector<std::string> wrong;      // sentences: what could not be taken, and why; the rest was
    [[nodiscard]] bool any() const { return roster || activities || notices || settings; }
};

// What the centre signs with, as far as is known here: another key than at enrolment once it has told one (told.h, keys.json).
Result<PublicKey> centre_key_now(Database& db, const PublicKey& at_enrolment);

// `now` is max(clock, floor), as for TrustClient. Errors are those of the repository as a whole: `untrusted`, `expired`, `io`, `cancelled` …; a part that cannot
// be taken stands in `wrong`. A repository older than what is known is no error: `fresh` is false.
Result<Pulled> pull(const PullParts& parts, Transport& from, WallTime now, const Moment& moment);

}  // namespace xinghuo
