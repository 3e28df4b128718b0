#include "content/trust/path_pattern.h"

#include <algorithm>
#include <string>

namespace xinghuo {
namespace {

// Characters, so that ? is one of 长征 and not a third of it. What is no UTF-8 stands for itself, byte by byte.
std::u32string characters(std::string_view text) {
    std::u32string all;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
        char32_t c = lead;
        if (length > 1 && i + length <= text.size())
            for (std::size_t k = 1; k < length; ++k) c = c << 8 | static_cast<unsigned char>(text[i + k]);
        i += length;
        all += c;
    }
    return all;
}

// One character against the pattern at `at`; moves `at` behind what it used.
bool matches_one(const std::u32string& pattern, std::size_t& at, char32_t c) {
    if (pattern[at] == U'?') {
        ++at;
        return true;
    }
    if (pattern[at] == U'[') {
        std::size_t i = at + 1;
        const bool not_these = i < pattern.size() && pattern[i] == U'!';
        if (not_these) ++i;
        const std::size_t first = i;
        while (i < pattern.size() && (i == first || pattern[i] != U']')) ++i;
        if (i < pattern.size()) {
            bool among = false;
            for (std::size_t k = first; k < i; ++k) {
                if (k + 2 < i && pattern[k + 1] == U'-') {
                    among = among || (pattern[k] <= c && c <= pattern[k + 2]);
                    k += 2;
                } else {
                    among = among || pattern[k] == c;
                }
            }
            at = i + 1;
            return among != not_these;
        }
    }
    return pattern[at++] == c;  // a [ that nothing closes is itself
}

bool matches_part(std::string_view pattern_text, std::string_view text_text) {
    const std::u32string pattern = characters(pattern_text), text = characters(text_text);
    std::size_t p = 0, t = 0, star = std::u32string::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == U'*') {
            star = ++p;
            resume = t;
            continue;
        }
        std::size_t next = p;
        if (p < pattern.size() && matches_one(pattern, next, text[t])) {
            p = next;
            ++t;
            continue;
        }
        if (star == std::u32string::npos) return false;
        p = star;  // the last * takes one more
        t = ++resume;
    }
    while (p < pattern.size() && pattern[p] == U'*') ++p;
    return p == pattern.size();
}

}  // namespace

bool matches_path_pattern(std::string_view pattern, std::string_view path) {
    while (true) {
        const std::size_t a = pattern.find('/'), b = path.find('/');
        if (!matches_part(pattern.substr(0, a), path.substr(0, b))) return false;
        if ((a == std::string_view::npos) != (b == std::string_view::npos)) return false;
        if (a == std::string_view::npos) return true;
        pattern.remove_prefix(a + 1);
        path.remove_prefix(b + 1);
    }
}

bool may_match_below(std::string_view pattern, std::string_view name_prefix) {
    const std::string_view head = pattern.substr(0, pattern.find_first_of("*?["));
    const std::size_t shared = std::min(head.size(), name_prefix.size());
    return head.substr(0, shared) == name_prefix.substr(0, shared);
}

}  // namespace xinghuo
