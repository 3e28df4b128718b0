// The centre's keys on disk. For publisher*.cpp.
#pragma once

#include <optional>
#include <string>

#include "content/base/crypto.h"
#include "sync/server/publisher.h"

namespace xinghuo {

inline constexpr const char* centre_role = "centre";  // as the packer names it (tools/packer/keys_main.cpp)

// PEM, mode 0600, not sealed: a server signs by itself. Written beside and renamed.
Result<PrivateKey> load_or_make_pem(const Path& file);
// `missing`: it was taken away, or never was here.
Result<Signer> signer_from(const Path& data, const char* name);

// Reading keys of an organisation, each in a file of its own: DATA/keys/reading-1-1f2e….key holds the seed.
Result<Digest> make_reading_seed(const Path& data, Organisation organisation);  // of a new one, on disk when it is good
Result<Digest> reading_seed(const Path& data, Organisation organisation, const std::string& id);
void forget_reading_keys(const Path& data, Organisation organisation, const std::vector<std::string>& but);

// Grows, also when the repository was made anew or brought back from an older copy: terminals have seen later ones, and believe nothing earlier.
std::int64_t next_version(std::int64_t before, WallTime now);
// Snapshot and timestamp are the online key's.
void sign_online(Release& release, const Signer& online, WallTime now);

// online.pem, or online-next.pem where that is the one the root names.
Result<Signer> online_signer(const Path& data, const RootMeta& root);
// The new key is the one from now on.
Result<void> take_into_use(const Path& data, const char* name);

// Who speaks for what the centre tells; null: nobody.
const Delegation* delegation_to_centre(const TargetsMeta& targets);
// The role that may speak for what the centre tells; `untrusted` when it is not the online key's.
Result<std::string> role_of_centre(const RepositoryState& state, const Signer& online);

}  // namespace xinghuo
