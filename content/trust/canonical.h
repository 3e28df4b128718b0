// The form of JSON that is signed: OLPC canonical JSON (tuf-spec §4.1, "Canonical JSON"), not RFC 8785. Keys sorted by bytes; only " and \
// escaped, control characters raw; whole numbers only.
#pragma once

#include <string>

#include "content/base/json.h"

namespace xinghuo {

// `invalid` for a number that is not whole, anywhere below.
Result<std::string> canonical_json(JsonNode node);

}  // namespace xinghuo
