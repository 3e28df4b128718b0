// The formats a statement's texts have, beyond those in statement.h. Best effort where the specification allows it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "sync/server/statement.h"

namespace xinghuo {

bool is_mailto(std::string_view text);          // "mailto:" and one address
bool is_media_type(std::string_view text);      // RFC 9110 §8.3.1: "text/plain; charset=utf-8"
bool is_sha1(std::string_view text);            // hex
bool is_sha2(std::string_view text);            // hex of SHA-224, -256, -384 or -512
// ISO 8601:2004 §4.4.3.2, "P3Y1M29DT4H35M59.14S" or "P4W"; a fraction only in the smallest part.
bool is_duration(std::string_view text);
// Without what is beyond 0.01 s: the specification does not compare it.
std::string comparable_duration(std::string_view text);
// The same moment in UTC with the same digits behind the second: "2026-11-21T17:00:00.1234+08:00" is "2026-11-21T09:00:00.1234Z". Of a checked timestamp.
std::string timestamp_in_utc(std::string_view text);
// ASCII only: the rest has no case here.
std::string lower_ascii(std::string_view text);
bool same_but_for_case(std::string_view a, std::string_view b);
// An address with the host's letters small: a host has no case (RFC 5321 §2.4).
std::string comparable_mailto(std::string_view text);

}  // namespace xinghuo
