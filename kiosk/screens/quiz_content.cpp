#include "kiosk/screens/quiz_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "content/base/json.h"
#include "content/base/log.h"

namespace xinghuo {
namespace {

constexpr std::size_t kMostBytes = 8u << 20;

// Empty where the pack has no such file: a bank in one language is a bank.
Result<std::string> optional_text(const Catalogue& catalogue, const std::string& path) {
    if (path.empty() || !catalogue.has(path)) return std::string();
    return catalogue.read_text(path, kMostBytes);
}

struct OneQuiz {
    QuestionBank bank;
    std::vector<QuizTheme> themes;
};

Result<OneQuiz> read_one(const Catalogue& catalogue, const Item& item) {
    auto text = catalogue.read_text(item.file, 1u << 20);
    if (!text) return text.error();
    JsonDocument document;
    if (auto parsed = document.parse(*text); !parsed) return parsed.error();
    const JsonNode root = document.root();
    OneQuiz quiz;
    const std::string zh_file = root["banks"]["zh"].string(), en_file = root["banks"]["en"].string_or("");
    const std::string sources_file = root["sources"].string();
    // Seen from the whole hall, where several packs hang their posters.
    const std::string prefix = catalogue.packs().size() > 1 ? item.pack + ":" : "";
    for (const JsonNode& theme : root["themes"].items()) {
        const std::string poster = theme["poster"].string_or("");
        quiz.themes.push_back({theme["id"].string(), theme["years"].string_or(""), poster.empty() ? poster : prefix + poster,
                               theme["title"].bilingual(), item.pack, item.pack_version});
    }
    if (!document.good()) return document.error();
    auto zh = catalogue.read_text(zh_file, kMostBytes);
    if (!zh) return zh.error();
    auto en = optional_text(catalogue, en_file), sources = optional_text(catalogue, sources_file);
    if (!en) return en.error();
    if (!sources) return sources.error();
    quiz.bank = QuestionBank::read(*zh, *en, *sources);
    const auto& questions = quiz.bank.questions();
    if (std::none_of(questions.begin(), questions.end(), [](const auto& question) { return question->askable(); }))
        return Error{ErrorKind::missing, "the quiz has no question that can be asked"};
    return quiz;
}

void take_in(QuizContent& content, OneQuiz quiz, const Item& item) {
    std::vector<std::string> known;
    for (QuizTheme& theme : quiz.themes) {
        if (content.theme(theme.id) == nullptr) continue;
        known.push_back(theme.id);
        theme.id = item.pack + ":" + theme.id;
    }
    const std::size_t before = content.bank.questions().size();
    content.bank.add(quiz.bank, item.pack, known);
    for (std::size_t i = before; i < content.bank.questions().size(); ++i)
        content.origins.emplace(content.bank.questions()[i]->id, std::pair(item.pack, item.pack_version));
    content.themes.insert(content.themes.end(), std::make_move_iterator(quiz.themes.begin()), std::make_move_iterator(quiz.themes.end()));
}

}  // namespace

const QuizTheme* QuizContent::theme(std::string_view id) const {
    const auto found = std::find_if(themes.begin(), themes.end(), [&](const QuizTheme& theme) { return theme.id == id; });
    return found == themes.end() ? nullptr : &*found;
}

std::string QuizContent::question_id(const std::string& id, const std::string& pack) const {
    std::string own = pack + ":" + id;
    return origins.contains(own) ? own : id;
}

std::pair<std::string, std::int64_t> QuizContent::origin(const std::string& question) const {
    const auto found = origins.find(question);
    return found != origins.end() ? found->second : std::pair(catalogue->id(), catalogue->version());
}

Result<std::shared_ptr<const QuizContent>> read_quiz(const Catalogue& catalogue) {
    auto content = std::make_shared<QuizContent>();
    content->catalogue = catalogue.whole();
    Error why{ErrorKind::missing, "the pack has no quiz"};
    for (const Item* item : catalogue.items_of_kind("quiz")) {
        auto quiz = read_one(*catalogue.within(*item), *item);
        if (quiz) {
            take_in(*content, std::move(*quiz), *item);
            continue;
        }
        why = quiz.error().within("reading the quiz");
        log_warning(why.within(item->id).what);
    }
    if (content->bank.questions().empty()) return why;
    return std::shared_ptr<const QuizContent>(std::move(content));
}

std::vector<std::pair<std::string, std::int64_t>> quiz_packs(const QuizContent& content, const QuizRun& run) {
    std::vector<std::pair<std::string, std::int64_t>> packs;
    for (std::size_t i = 0; i < run.count(); ++i) {
        auto origin = content.origin(run.question(i).id);
        if (std::find(packs.begin(), packs.end(), origin) == packs.end()) packs.push_back(std::move(origin));
    }
    return packs;
}

}  // namespace xinghuo
