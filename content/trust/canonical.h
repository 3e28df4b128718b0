// The form of JSON that is signed: OLPC canonical JSON (tuf-spec §4.1, "Canonical JSON"), not RFC 8785. Keys sorted by bytes; only the
// quotation mark and the backslash escaped, control characters raw; whole numbers only.
#pragma once

#include <string>
#include <string_view>

#include "content/base/json.h"

namespace xinghuo {

// `invalid` for a number that is not whole, anywhere below.
Result<std::string> canonical_json(JsonNode node);
// One text, in its quotes.
std::string canonical_string(std::string_view text);

}  // namespace xinghuo
