// What the packer says to authors, in Chinese or English: strings/zh.json and strings/en.json, the same keys in both.
//
//     "text.missing": "{field}: missing",  "text.missing.hint": "Write it between the quotation marks."
//
// A check says its sentence in English; the sentence is found again by the English pattern, which names its code, and told in the other
// language with the same holes filled. So a library's errors (GIFT, CSV, JSON, rig) are told as well as the packer's own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/base/file.h"
#include "content/base/lang.h"
#include "tools/packer/problems.h"

namespace xinghuo {

struct Told {
    std::string code;      // "text.missing"; "other" where no pattern fits
    std::string sentence;  // in the language asked for; English where it has no words for it
    std::string hint;      // what to do; may be empty
};

class PackWords {
public:
    static Result<PackWords> open(const Path& strings);  // the folder with zh.json and en.json
    static Result<PackWords> from(std::string_view zh, std::string_view en);

    [[nodiscard]] Told tell(const Problem& problem, Lang lang) const;
    // A text of the report or of a command; holes are filled in.
    [[nodiscard]] std::string operator()(Lang lang, const std::string& key, const std::map<std::string, std::string>& holes = {}) const;
    // Keys that only one language has, holes that only the Chinese has (it may leave one out).
    [[nodiscard]] std::vector<std::string> faults() const;
    [[nodiscard]] bool has(const std::string& key) const { return zh_.contains(key) || en_.contains(key); }

private:
    std::map<std::string, std::string> zh_, en_;
    std::vector<std::pair<std::string, std::string>> patterns_;  // code, English pattern; the one with most of its own words first
};

// "{field}: missing" over "title: missing" fills field with "title". False: the text is not of this pattern.
bool match_pattern(std::string_view pattern, std::string_view text, std::map<std::string, std::string>& holes);
std::string fill(std::string_view pattern, const std::map<std::string, std::string>& holes);

// Where the packer's own files lie (strings, template, schemas): XINGHUO_SHARE/pack, else bin/../share/xinghuo/pack.
Path packer_share();
// zh where the environment's language (LC_ALL, LC_MESSAGES, LANG) is Chinese.
Lang lang_of_environment();
// The value of --lang; the environment's where there is none.
Lang lang_asked(const std::optional<std::string>& value);

}  // namespace xinghuo
