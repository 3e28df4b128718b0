// Which targets a delegation covers, by their path.
#pragma once

#include <string_view>

namespace xinghuo {

// Shell-style, part by part between the slashes (tuf-spec §4.5, PATHPATTERN): * and ? do not cross a slash, [a-z] and [!a-z] are one character.
bool matches_path_pattern(std::string_view pattern, std::string_view path);
// Could a name that begins so be covered? Certain only when it says no.
bool may_match_below(std::string_view pattern, std::string_view name_prefix);

}  // namespace xinghuo
