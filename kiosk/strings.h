// The words of the application itself, in Chinese and English: kiosk/strings/zh.json and en.json, flat and with
// the same keys. (What packs say stands in packs.)
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "content/base/file.h"
#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

class Strings {
public:
    // Reads zh.json and en.json in a folder; a key that only one has is an error that names it.
    static Result<Strings> open(const Path& folder);

    // The words for a key, with {name} replaced: words(Lang::zh, "quiz.progress", {{"n", "3"}, {"of", "5"}}).
    [[nodiscard]] std::string get(Lang lang, std::string_view key,
                                  std::initializer_list<std::pair<std::string_view, std::string_view>> values = {}) const;
    [[nodiscard]] std::string get(Lang lang, std::string_view key, const std::vector<std::pair<std::string, std::string>>& values) const;

private:
    [[nodiscard]] const std::string& at(Lang lang, std::string_view key) const;
    static void fill(std::string& text, std::string_view name, std::string_view value);
    std::unordered_map<std::string, Bilingual> words_;
};

}  // namespace xinghuo
