// The two languages of the hall, and text that has both.
#pragma once

#include <string>
#include <string_view>

namespace xinghuo {

enum class Lang { zh, en };

constexpr std::string_view code(Lang lang) { return lang == Lang::zh ? "zh" : "en"; }
constexpr Lang other(Lang lang) { return lang == Lang::zh ? Lang::en : Lang::zh; }

struct Bilingual {
    std::string zh, en;
    // What is not translated is shown in Chinese rather than not at all.
    [[nodiscard]] const std::string& in(Lang lang) const { return lang == Lang::en && !en.empty() ? en : zh; }
};

}  // namespace xinghuo
