// The certificates that came with a signature. Of key.cpp, where OpenSSL is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "content/base/crypto.h"
#include "content/base/result.h"

namespace xinghuo {

// Whether each certificate (DER) was issued by the one behind it, which may do that, and all of them hold at that time (RFC 7515 §4.1.6, RFC 5280 §6);
// without a time their dates are not asked. The last is taken as it is: whether it deserves trust is not asked. `invalid`: no certificate; `untrusted`: the
// chain does not hold.
Result<void> verify_chain(const std::vector<Bytes>& certificates, std::optional<std::int64_t> unix_s);

}  // namespace xinghuo
