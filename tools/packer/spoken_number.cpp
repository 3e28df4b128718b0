#include <array>

#include "tools/packer/pinyin.h"

namespace xinghuo {
namespace {

constexpr std::array digit_names{"ling2", "yi1", "er4", "san1", "si4", "wu3", "liu4", "qi1", "ba1", "jiu3"};
constexpr std::array places{"", "shi2", "bai3", "qian1"};
constexpr std::array group_names{"", "wan4", "yi4"};

// Up to four digits; a zero inside is said once. 10–19 drop the leading one at the start of a number.
void say_group(unsigned value, bool first, bool counted, std::vector<std::string>& out) {
    bool owed_zero = !first && value < 1000;
    bool said = false;
    for (int place = 3; place >= 0; --place) {
        unsigned unit = 1;
        for (int i = 0; i < place; ++i) unit *= 10;
        const unsigned digit = value / unit % 10;
        if (digit == 0) {
            owed_zero = owed_zero || said;
            continue;
        }
        if (owed_zero) out.emplace_back("ling2");
        owed_zero = false;
        const bool bare_ten = place == 1 && digit == 1 && first && !said;
        const auto at = static_cast<std::size_t>(place);
        if (place >= 2 && digit == 1) {
            out.emplace_back("yi4");  // before bai3 and qian1, which are not fourth tones
        } else if (digit == 2 && (place == 3 || (counted && place == 0 && !said && first))) {
            out.emplace_back("liang3");
        } else if (!bare_ten) {
            out.emplace_back(digit_names[digit]);
        }
        if (place > 0) out.emplace_back(places[at]);
        said = true;
    }
}

}  // namespace

std::vector<std::string> spoken_number(std::string_view digits, bool counted) {
    unsigned long long value = 0;
    for (const char c : digits.substr(0, 12)) value = value * 10 + static_cast<unsigned long long>(c - '0');
    if (value == 0) return {"ling2"};
    std::vector<std::string> out;
    constexpr std::array<unsigned long long, 3> units{1, 10'000, 100'000'000};
    for (std::size_t group = 3; group-- > 0;) {
        const auto part = static_cast<unsigned>(value / units[group] % 10'000);
        if (part == 0) continue;
        const bool leading = out.empty();
        if (group > 0 && leading && part == 2) {
            out.emplace_back("liang3");
        } else if (group > 0 && leading && part == 1) {
            out.emplace_back("yi2");  // before wan4 and yi4
        } else {
            say_group(part, leading, counted && group == 0, out);
        }
        if (group > 0) out.emplace_back(group_names[group]);
    }
    return out;
}

}  // namespace xinghuo
