// All questions of a pack, in two languages, and the choosing among them. Immutable once read: safe from any thread.
// Questions are handed out by shared pointer, so a run goes on with its own when a pack is replaced under it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "content/quiz/question.h"

namespace xinghuo {

// What is wrong with the sources, for the pack checker.
struct BankProblem {
    enum class File { zh, en, sources };
    File file = File::zh;
    int line = 0;  // from 1
    std::string what;
};

// A question with what is shown beneath it. A short answer is not typed on a wall but chosen out of at most four
// chips: chips[0] is the right one. They are not yet in the order of showing; QuizRun shuffles.
struct Asked {
    std::shared_ptr<const Question> question;
    std::vector<Choice> chips;  // short_answer only
};

class QuestionBank {
public:
    // Never fails as a whole: what could not be read is left out and told in problems(). The Chinese file leads: a
    // question without an English twin, or with one of another shape (type, number of options, weights), is shown in
    // Chinese. Questions need an id (their title, or [id:…]).
    // `sources_csv` has the columns id, theme, type, source, checked, difficulty; source_en is optional. An empty text
    // means that there is no such file.
    static QuestionBank read(std::string_view zh_gift, std::string_view en_gift, std::string_view sources_csv);

    // Takes the questions of another pack's bank in, behind its own. An id that stands here becomes "<pack>:<id>"; so do those of `themes`.
    void add(const QuestionBank& other, std::string_view pack, const std::vector<std::string>& themes);

    [[nodiscard]] const std::vector<std::shared_ptr<const Question>>& questions() const { return questions_; }
    [[nodiscard]] const std::vector<BankProblem>& problems() const { return problems_; }
    [[nodiscard]] std::shared_ptr<const Question> find(std::string_view id) const;  // null: there is none

    // Askable questions, in file order.
    [[nodiscard]] std::vector<std::shared_ptr<const Question>> of_theme(std::string_view theme) const;
    // A category with its subcategories ("a/b" holds "a/b/c" and not "a/bc").
    [[nodiscard]] std::vector<std::shared_ptr<const Question>> of_category(std::string_view category) const;

    // At most `count` questions out of these, in the order they should be asked: kinds as mixed as they come, an easy
    // kind first. The same arguments give the same questions. Unknown, repeated and unaskable ids are passed over.
    [[nodiscard]] std::vector<Asked> pick(const std::vector<std::string>& ids, std::size_t count,
                                          std::uint64_t seed) const;
    // The same out of one theme; an empty theme is all of them. Nothing above max_difficulty (1 … 3).
    [[nodiscard]] std::vector<Asked> pick_theme(std::string_view theme, std::size_t count, std::uint64_t seed,
                                                int max_difficulty = 3) const;
    // One question with its chips.
    [[nodiscard]] Asked ask(const std::shared_ptr<const Question>& question, std::uint64_t seed) const;

private:
    [[nodiscard]] std::vector<Asked> mix(std::vector<std::shared_ptr<const Question>> pool, std::size_t count,
                                         std::uint64_t seed) const;

    std::vector<std::shared_ptr<const Question>> questions_;
    std::unordered_map<std::string, std::size_t> by_id_;
    std::vector<BankProblem> problems_;
};

}  // namespace xinghuo
