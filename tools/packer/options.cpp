#include "tools/packer/options.h"

#include <algorithm>
#include <charconv>

namespace xinghuo {

Result<CommandOptions> CommandOptions::read(const Words& words, std::size_t first, const std::vector<std::string_view>& valued,
                              const std::vector<std::string_view>& flags) {
    CommandOptions options;
    const auto among = [](const std::vector<std::string_view>& names, const std::string& word) {
        return std::find(names.begin(), names.end(), word) != names.end();
    };
    for (std::size_t i = first; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (!word.starts_with("--")) {
            options.places_.push_back(word);
        } else if (among(flags, word)) {
            options.given_.emplace_back(word, "");
        } else if (!among(valued, word)) {
            return Error{ErrorKind::invalid, "\"" + word + "\" is no option here"};
        } else if (i + 1 == words.size()) {
            return Error{ErrorKind::invalid, word + " needs a value"};
        } else {
            options.given_.emplace_back(word, words[++i]);
        }
    }
    return options;
}

bool CommandOptions::has(std::string_view name) const { return one(name).has_value(); }

std::optional<std::string> CommandOptions::one(std::string_view name) const {
    for (auto at = given_.rbegin(); at != given_.rend(); ++at)
        if (at->first == name) return at->second;
    return std::nullopt;
}

std::vector<std::string> CommandOptions::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : given_)
        if (key == name) values.push_back(value);
    return values;
}

Result<std::int64_t> CommandOptions::number(std::string_view name, std::int64_t otherwise, std::int64_t least, std::int64_t most) const {
    const auto text = one(name);
    if (!text) return otherwise;
    std::int64_t value = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || value < least || value > most)
        return Error{ErrorKind::invalid, std::string(name) + " is a whole number from " + std::to_string(least) + " to " + std::to_string(most)};
    return value;
}

Result<WallTime> CommandOptions::time(std::string_view name, WallTime otherwise) const {
    const auto text = one(name);
    if (!text) return otherwise;
    const WallTime at = wall_time_from_iso(text->size() == 10 ? *text + "T00:00:00Z" : *text);
    if (at.unix_ms == 0) return Error{ErrorKind::invalid, std::string(name) + ": \"" + *text + "\" is no date like 2026-11-21 or 2026-11-21T08:00:00Z"};
    return at;
}

}  // namespace xinghuo
