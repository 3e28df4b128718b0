// DATA/keys/people.key seals who people are (people.h). Another one takes its place while no server runs; stopped anywhere, it goes on at the next start.
#pragma once

#include "content/base/crypto.h"
#include "content/base/file.h"
#include "sync/server/record_store.h"
#include "sync/server/sql.h"

namespace xinghuo {

// The key that opens the people who are kept; made where there is none. `keys`: the folder.
Result<SecretKey> open_people_key(const Path& keys, Sql& sql, Organisation organisation);
// Everybody is sealed anew, in one transaction, and the old key forgotten: what was copied of the database before still opens with the old one, nothing
// from then on does. How many people. A server that runs meanwhile can read nobody until it is started anew.
Result<std::size_t> replace_people_key(const Path& keys, Sql& sql, Organisation organisation);

}  // namespace xinghuo
