// multipart/mixed (RFC 2046 §5.1) as xAPI sends it (Communication 1.5.2), and Content-Type (RFC 9110 §8.3). Pure; any thread.
//
//     auto type = read_media_type("multipart/mixed; boundary=abc");
//     auto parts = read_multipart(type->parameter("boundary"), body);     // the parts look into the body
//
// Small and strict: no nesting, no folded headers, no header twice in a part; what stands before the first boundary and after the last is ignored, as
// the RFC wants it. Lines may end with LF alone: several clients send them so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sync/http.h"

namespace xinghuo {

struct MediaType {
    std::string essence;      // "multipart/mixed", lower case
    HttpHeaders parameters;   // names in lower case, values unquoted
    [[nodiscard]] std::string_view parameter(std::string_view name) const;  // empty: not there
};
Result<MediaType> read_media_type(std::string_view text);

struct BodyPart {
    HttpHeaders headers;      // names in lower case
    std::string_view bytes;   // valid as long as the body
    [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;  // empty: not there
};
inline constexpr std::size_t most_body_parts = 1'000;
// `invalid`: no legal boundary, not a whole multipart, a broken header; `too_large`: too many parts, or headers of more than 8 KB in one.
Result<std::vector<BodyPart>> read_multipart(std::string_view boundary, std::string_view body);

// The other way round. The boundary is the caller's, and must not occur in a part.
std::string multipart_body(std::string_view boundary, const std::vector<BodyPart>& parts);

}  // namespace xinghuo
