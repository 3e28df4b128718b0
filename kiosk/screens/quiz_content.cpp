#include "kiosk/screens/quiz_content.h"

#include <fmt/format.h>

#include <algorithm>

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::size_t kMostBytes = 8u << 20;

// Empty where the pack has no such file: a bank in one language is a bank.
Result<std::string> optional_text(const Catalogue& catalogue, const std::string& path) {
    if (path.empty() || !catalogue.has(path)) return std::string();
    return catalogue.read_text(path, kMostBytes);
}

}  // namespace

const QuizTheme* QuizContent::theme(std::string_view id) const {
    const auto found = std::find_if(themes.begin(), themes.end(), [&](const QuizTheme& theme) { return theme.id == id; });
    return found == themes.end() ? nullptr : &*found;
}

Result<std::shared_ptr<const QuizContent>> read_quiz(const Catalogue& catalogue) {
    const auto items = catalogue.items_of_kind("quiz");
    if (items.empty()) return Error{ErrorKind::missing, "the pack has no quiz"};
    auto text = catalogue.read_text(items.front()->file, 1u << 20);
    if (!text) return text.error().within("reading the quiz");
    JsonDocument document;
    if (auto parsed = document.parse(*text); !parsed) return parsed.error().within("reading the quiz");
    const JsonNode root = document.root();
    auto content = std::make_shared<QuizContent>();
    const std::string zh_file = root["banks"]["zh"].string(), en_file = root["banks"]["en"].string_or("");
    const std::string sources_file = root["sources"].string();
    for (const JsonNode& theme : root["themes"].items())
        content->themes.push_back({theme["id"].string(), theme["years"].string_or(""), theme["poster"].string_or(""),
                                   theme["title"].bilingual()});
    if (!document.good()) return document.error().within("reading the quiz");
    auto zh = catalogue.read_text(zh_file, kMostBytes);
    if (!zh) return zh.error().within("reading the quiz");
    auto en = optional_text(catalogue, en_file), sources = optional_text(catalogue, sources_file);
    if (!en) return en.error().within("reading the quiz");
    if (!sources) return sources.error().within("reading the quiz");
    content->bank = QuestionBank::read(*zh, *en, *sources);
    const auto& questions = content->bank.questions();
    if (std::none_of(questions.begin(), questions.end(), [](const auto& question) { return question->askable(); }))
        return Error{ErrorKind::missing, "the quiz has no question that can be asked"};
    return std::shared_ptr<const QuizContent>(std::move(content));
}

}  // namespace xinghuo
