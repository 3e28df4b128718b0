// DATA/keys/people.key seals who people are (people.h). Another one takes its place while no server runs; stopped anywhere, it goes on at the next start.
#pragma once

#include "content/base/crypto.h"
#include "content/base/file.h"
#include "sync/server/record_store.h"
#include "sync/server/sql.h"

namespace xinghuo {

// What the database remembers the key by; nothing is learnt from it. Whoever seals with another key is refused (People, `expired`).
inline constexpr const char* people_key_option = "people_key";
std::string people_key_mark(const SecretKey& key);

// The key that opens the people who are kept; made where nobody is kept. `untrusted`: they are sealed with another one than lies there. `keys`: the folder.
Result<SecretKey> open_people_key(const Path& keys, Sql& sql, Organisation organisation);
// When that key is lost: whoever is sealed with it is forgotten, and the key that lies there, or a new one, seals from now on. How many people. No server runs
// meanwhile. Whoever stands on the roster that was told last comes back with their id by join_people(). `invalid`: the key is there.
Result<std::size_t> begin_people_anew(const Path& keys, Sql& sql, Organisation organisation);
// Everybody is sealed anew, in one transaction, and the old key forgotten: what was copied of the database before still opens with the old one, nothing
// from then on does. How many people. A server that runs meanwhile reads and seals nobody until it is started anew.
Result<std::size_t> replace_people_key(const Path& keys, Sql& sql, Organisation organisation);

}  // namespace xinghuo
