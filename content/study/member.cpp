#include "content/study/member.h"

#include "content/base/text.h"

namespace xinghuo {

std::string masked_name(std::string_view name) {
    const std::vector<std::size_t> starts = character_starts(name);
    if (name.empty() || starts.size() < 2) return {};
    const std::size_t count = starts.size() - 1;
    std::string masked(name.substr(0, starts[1]));
    masked += '*';
    if (count > 2) masked += name.substr(starts[count - 1]);
    return masked;
}

std::string number_tail(std::string_view number) {
    const std::vector<std::size_t> starts = character_starts(number);
    if (number.empty() || starts.size() < 3) return std::string(number);
    return std::string(number.substr(starts[starts.size() - 3]));
}

}  // namespace xinghuo
