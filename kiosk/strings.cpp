#include "kiosk/strings.h"

#include "content/base/json.h"

namespace xinghuo {
namespace {

Result<std::unordered_map<std::string, std::string>> read_words(const Path& file) {
    auto text = read_text(file);
    if (!text) return text.error().within("reading the application's words");
    JsonDocument document;
    if (auto parsed = document.parse(*text); !parsed) return parsed.error().within("reading " + file.filename().string());
    std::unordered_map<std::string, std::string> words;
    for (const auto& [key, node] : document.root().members()) words.emplace(key, node.string());
    if (!document.good()) return document.error().within("reading " + file.filename().string());
    return words;
}

}  // namespace

Result<Strings> Strings::open(const Path& folder) {
    auto zh = read_words(folder / "zh.json");
    if (!zh) return zh.error();
    auto en = read_words(folder / "en.json");
    if (!en) return en.error();
    Strings strings;
    for (const auto& [key, words] : *zh) {
        const auto english = en->find(key);
        if (english == en->end()) return Error{ErrorKind::invalid, "en.json: " + key + ": missing"};
        strings.words_.emplace(key, Bilingual{words, english->second});
    }
    for (const auto& [key, words] : *en)
        if (!zh->contains(key)) return Error{ErrorKind::invalid, "zh.json: " + key + ": missing"};
    return strings;
}

std::string Strings::get(Lang lang, std::string_view key,
                         std::initializer_list<std::pair<std::string_view, std::string_view>> values) const {
    std::string text = at(lang, key);
    for (const auto& [name, value] : values) fill(text, name, value);
    return text;
}

std::string Strings::get(Lang lang, std::string_view key, const std::vector<std::pair<std::string, std::string>>& values) const {
    std::string text = at(lang, key);
    for (const auto& [name, value] : values) fill(text, name, value);
    return text;
}

const std::string& Strings::at(Lang lang, std::string_view key) const {
    const auto found = words_.find(std::string(key));
    if (found == words_.end()) insist(false, "no words for the key " + std::string(key));
    return found->second.in(lang);
}

void Strings::fill(std::string& text, std::string_view name, std::string_view value) {
    const std::string hole = "{" + std::string(name) + "}";
    for (std::size_t at = text.find(hole); at != std::string::npos; at = text.find(hole, at + value.size()))
        text.replace(at, hole.size(), value);
}

}  // namespace xinghuo
