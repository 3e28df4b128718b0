// DATA/keys/centre.key signs what comes by stick (registrations, receipts, answers), and what terminals put on sticks is sealed to it. Terminals learn it at
// enrolment, and another one from their keys.json (sync/told.h), which the repository's roles sign: so it may be replaced, also when it was lost.
//
//     DATA/keys/centre.key                        the one that signs
//     DATA/keys/centre-before-1f2e….key           earlier ones: they open what is still on its way, and sign nothing but answers to who asked for them
//     DATA/keys/centre-next.key                   while it is being replaced
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/base/crypto.h"
#include "content/base/file.h"

namespace xinghuo {

struct CentreKeys {
    SigningKey now;
    std::vector<SigningKey> before;
};

// Made where there is none. `keys`: the folder. Any process, any thread.
Result<CentreKeys> open_centre_keys(const Path& keys);
std::string centre_key_id(const PublicKey& key);  // 16 hex digits: tells one from the next
// Nothing: none was made yet.
Result<std::optional<PublicKey>> centre_key_in(const Path& keys);
// Another one signs from here on. Stopped anywhere, the same again replaces it, and what was sealed to any of them is opened. Whoever runs meanwhile goes on with
// the one it knows until it is started anew, which does no harm; terminals hear of the new one from the publisher's next tell_readers().
Result<PublicKey> replace_centre_key(const Path& keys);

}  // namespace xinghuo
