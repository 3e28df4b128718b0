// Signed statements (Data 2.6): a JSON Web Signature as an attachment, over the statement as it was before the signature was attached. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "content/base/json_tree.h"
#include "sync/server/statement.h"

namespace xinghuo {

inline constexpr std::string_view signature_usage = "http://adlnet.gov/expapi/attachments/signature";

// Whether this attachment of a statement (or its SubStatement) is a signature.
bool is_signature(JsonValue attachment);
// `jws`: the attachment's bytes, a compact serialization (RFC 7515 §7.1) with RS256, RS384 or RS512. Its payload must be a valid statement that says the
// same as this one but for what the specification lets differ. Where the header names certificates (x5c), the first one's key must have made the signature, each
// must be issued by the next, and all must hold when the statement says it happened; without one nobody here can tell whose key it was, and the specification
// lets that be. Whether the last of them deserves trust is for who reads. `invalid`: malformed, or another statement; `untrusted`: a false signature.
Result<void> check_signature(JsonValue statement, JsonValue attachment, std::string_view jws, XapiVersion version);

}  // namespace xinghuo
