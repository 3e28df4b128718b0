#include "content/quiz/bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "content/base/csv.h"
#include "content/quiz/chips.h"
#include "content/quiz/shuffle.h"
#include "content/quiz/twin.h"

namespace xinghuo {
namespace {

constexpr std::size_t kWrongChips = 3;

// The names of kinds as tables write them: "truefalse", "true_false".
std::string bare(std::string_view type) {
    std::string out;
    for (const char c : type)
        if (c != '_' && c != ' ') out.push_back(c);
    return out;
}

class BankReader {
public:
    explicit BankReader(std::vector<BankProblem>& problems) : problems_(problems) {}

    std::vector<Question> questions(std::string_view zh_gift, std::string_view en_gift) {
        const GiftFile zh = gift(zh_gift, BankProblem::File::zh), en = gift(en_gift, BankProblem::File::en);
        std::unordered_map<std::string, const GiftQuestion*> english;
        for (const GiftQuestion& question : en.questions)
            if (named(question, BankProblem::File::en)) english.emplace(question.id, &question);
        std::vector<Question> out;
        for (const GiftQuestion& question : zh.questions) {
            if (!named(question, BankProblem::File::zh)) continue;
            const auto twin = english.find(question.id);
            const GiftQuestion* translated = twin == english.end() ? nullptr : twin->second;
            if (twin != english.end()) english.erase(twin);
            Question both = twin_question(question, twin_or_none(question, translated));
            if (const std::string why = invisible_part(both); !why.empty()) {
                problem(BankProblem::File::zh, question.line, fmt::format("{}: {}", question.id, why));
                continue;
            }
            out.push_back(std::move(both));
            lines_.emplace(question.id, question.line);
            if (question.type == QuestionType::short_answer && !out.back().askable())
                problem(BankProblem::File::zh, question.line, fmt::format("{}: no answer can be shown", question.id));
        }
        for (const GiftQuestion& question : en.questions)
            if (english.contains(question.id))
                problem(BankProblem::File::en, question.line, fmt::format("{}: not in the Chinese file", question.id));
        return out;
    }

    void sources(std::vector<Question>& questions, std::string_view csv) {
        auto table = CsvTable::parse(csv.empty() ? std::string_view("id\n") : csv);
        if (!table) {
            problem(BankProblem::File::sources, 1, table.error().what);
            return;
        }
        if (!csv.empty())
            for (const char* column : {"id", "theme", "type", "source", "checked", "difficulty"})
                if (!table->has(column))
                    problem(BankProblem::File::sources, 1, fmt::format("there is no column '{}'", column));
        std::unordered_map<std::string, const CsvRow*> rows;
        for (const CsvRow& row : table->rows()) {
            const std::string id(table->cell(row, "id"));
            if (!rows.emplace(id, &row).second)
                problem(BankProblem::File::sources, row.line, fmt::format("{}: a second row", id));
            if (!lines_.contains(id))
                problem(BankProblem::File::sources, row.line, fmt::format("{}: no such question", id));
        }
        for (Question& question : questions) {
            const auto row = rows.find(question.id);
            if (row != rows.end())
                fill(question, *table, *row->second);
            else
                problem(BankProblem::File::zh, lines_[question.id],
                        fmt::format("{}: not in the table of sources", question.id));
        }
    }

private:
    void problem(BankProblem::File file, int line, std::string what) {
        problems_.push_back({file, line, std::move(what)});
    }

    GiftFile gift(std::string_view text, BankProblem::File file) {
        GiftFile read = read_gift(text);
        for (const GiftError& error : read.errors) problem(file, error.line, error.what);
        return read;
    }

    bool named(const GiftQuestion& question, BankProblem::File file) {
        if (question.id.empty()) problem(file, question.line, "a question without ::title:: or [id:…]");
        return !question.id.empty();
    }

    const GiftQuestion* twin_or_none(const GiftQuestion& zh, const GiftQuestion* en) {
        if (en == nullptr) return nullptr;
        std::string why = twin_difference(zh, *en);
        if (why.empty()) return en;
        problem(BankProblem::File::en, en->line, fmt::format("{}: {}", zh.id, why));
        return nullptr;
    }

    void fill(Question& question, const CsvTable& table, const CsvRow& row) {
        question.theme = table.cell(row, "theme");
        question.source = {std::string(table.cell(row, "source")), std::string(table.cell(row, "source_en"))};
        question.checked = table.cell(row, "checked");
        const std::string_view difficulty = table.cell(row, "difficulty"), type = table.cell(row, "type");
        if (difficulty == "1" || difficulty == "2" || difficulty == "3")
            question.difficulty = difficulty[0] - '0';
        else if (table.has("difficulty"))
            problem(BankProblem::File::sources, row.line, fmt::format("{}: the difficulty is 1, 2 or 3", question.id));
        if (table.has("type") && bare(type) != bare(name(question.type)))
            problem(BankProblem::File::sources, row.line,
                    fmt::format("{}: is {} here and {} in the questions", question.id, type, name(question.type)));
        if (table.has("source") && question.source.zh.empty())
            problem(BankProblem::File::sources, row.line, fmt::format("{}: no source", question.id));
    }

    std::vector<BankProblem>& problems_;
    std::unordered_map<std::string, int> lines_;  // of the Chinese file
};

}  // namespace

QuestionBank QuestionBank::read(std::string_view zh_gift, std::string_view en_gift, std::string_view sources_csv) {
    QuestionBank bank;
    BankReader reader(bank.problems_);
    std::vector<Question> questions = reader.questions(zh_gift, en_gift);
    reader.sources(questions, sources_csv);
    for (Question& question : questions) {
        bank.by_id_.emplace(question.id, bank.questions_.size());
        bank.questions_.push_back(std::make_shared<const Question>(std::move(question)));
    }
    return bank;
}

std::shared_ptr<const Question> QuestionBank::find(std::string_view id) const {
    const auto found = by_id_.find(std::string(id));
    return found == by_id_.end() ? nullptr : questions_[found->second];
}

void QuestionBank::add(const QuestionBank& other, std::string_view pack, const std::vector<std::string>& themes) {
    const std::string prefix = std::string(pack) + ":";
    for (const std::shared_ptr<const Question>& question : other.questions_) {
        const bool known = by_id_.contains(question->id), theme = std::find(themes.begin(), themes.end(), question->theme) != themes.end();
        std::shared_ptr<const Question> taken = question;
        if (known || theme) {
            auto renamed = std::make_shared<Question>(*question);
            if (known) renamed->id = prefix + renamed->id;
            if (theme) renamed->theme = prefix + renamed->theme;
            taken = std::move(renamed);
        }
        by_id_.emplace(taken->id, questions_.size());
        questions_.push_back(std::move(taken));
    }
    problems_.insert(problems_.end(), other.problems_.begin(), other.problems_.end());
}

std::vector<std::shared_ptr<const Question>> QuestionBank::of_theme(std::string_view theme) const {
    std::vector<std::shared_ptr<const Question>> out;
    for (const auto& question : questions_)
        if (question->theme == theme && question->askable()) out.push_back(question);
    return out;
}

std::vector<std::shared_ptr<const Question>> QuestionBank::of_category(std::string_view category) const {
    std::vector<std::shared_ptr<const Question>> out;
    for (const auto& question : questions_) {
        const std::string_view whole = question->category;
        const bool inside =
            whole.starts_with(category) && (whole.size() == category.size() || whole[category.size()] == '/');
        if (inside && question->askable()) out.push_back(question);
    }
    return out;
}

std::vector<Asked> QuestionBank::pick(const std::vector<std::string>& ids, std::size_t count,
                                      std::uint64_t seed) const {
    std::vector<std::shared_ptr<const Question>> pool;
    std::unordered_set<std::string_view> seen;
    for (const std::string& id : ids)
        if (auto question = find(id); question && question->askable() && seen.insert(id).second)
            pool.push_back(std::move(question));
    return mix(std::move(pool), count, seed);
}

std::vector<Asked> QuestionBank::pick_theme(std::string_view theme, std::size_t count, std::uint64_t seed,
                                            int max_difficulty) const {
    std::vector<std::shared_ptr<const Question>> pool;
    for (const auto& question : questions_)
        if ((theme.empty() || question->theme == theme) && question->askable() &&
            question->difficulty <= max_difficulty)
            pool.push_back(question);
    return mix(std::move(pool), count, seed);
}

Asked QuestionBank::ask(const std::shared_ptr<const Question>& question, std::uint64_t seed) const {
    Asked asked{question, {}};
    if (question->type == QuestionType::short_answer) asked.chips = chips_for(*question, questions_, kWrongChips, seed);
    return asked;
}

std::vector<Asked> QuestionBank::mix(std::vector<std::shared_ptr<const Question>> pool, std::size_t count,
                                     std::uint64_t seed) const {
    Chance chance(seed);
    chance.shuffle(pool);
    constexpr std::size_t kTypes = 8;
    std::array<std::vector<std::shared_ptr<const Question>>, kTypes> by_type;
    for (auto& question : pool) by_type[static_cast<std::size_t>(question->type)].push_back(std::move(question));
    std::vector<Asked> out;
    while (out.size() < count) {
        // One round: each kind once, in an order of its own; the very first question is one to tap at.
        std::vector<std::size_t> round;
        for (std::size_t type = 0; type < kTypes; ++type)
            if (!by_type[type].empty()) round.push_back(type);
        if (round.empty()) break;
        chance.shuffle(round);
        const auto easy = std::find(round.begin(), round.end(), static_cast<std::size_t>(QuestionType::single));
        if (out.empty() && easy != round.end()) std::iter_swap(round.begin(), easy);
        for (const std::size_t type : round) {
            if (out.size() == count) break;
            Asked asked = ask(by_type[type].back(), mixed(seed, out.size() + 1));
            by_type[type].pop_back();
            // With one chip there is nothing to choose.
            if (type == static_cast<std::size_t>(QuestionType::short_answer) && asked.chips.size() < 2) continue;
            out.push_back(std::move(asked));
        }
    }
    return out;
}

}  // namespace xinghuo
