// 我的学习, 答题: the record by theme, and the wrong-answer book with what is due.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "content/quiz/review.h"
#include "kiosk/screens/my_study.h"

namespace xinghuo {
namespace {

constexpr float action_h = 96, bar_h = 26, boxes_h = 210;
constexpr std::size_t at_once = 10;  // questions of one review

struct Book {
    std::size_t due = 0, lost = 0;           // lost: due, but no longer in the bank
    std::vector<std::string> to_review;      // due, the longest first
    std::optional<std::int64_t> next_day;    // of what is not due yet
    std::size_t next_count = 0;
    std::size_t stages[review_stages] = {};
};

Book look_into(const MyStudy& mine, const QuizContent* content) {
    Book book;
    for (const WrongAnswer& wrong : mine.wrong) {
        if (wrong.stage >= 0 && wrong.stage < review_stages) ++book.stages[wrong.stage];
        if (wrong.due_day > mine.day) {
            if (!book.next_day) book.next_day = wrong.due_day;
            if (wrong.due_day == *book.next_day) ++book.next_count;
            continue;
        }
        ++book.due;
        const auto question = content != nullptr ? content->bank.find(wrong.question) : nullptr;
        if (question == nullptr || !question->askable()) ++book.lost;
        else book.to_review.push_back(wrong.question);
    }
    return book;
}

// Five steps upwards: what was just wrong stands on the lowest, what is nearly learned on the highest.
void staircase(Frame& frame, Rect box, const Book& book) {
    const Theme& theme = frame.theme;
    const TextStyle label{Face::sans, 28, theme.ink_2, Align::centre, 1.25f, 1, true, 28 / text_growth(frame)};
    const TextStyle number{Face::serif_bold, 38, theme.ink, Align::centre, 1.2f, 1, true, 30};
    const float label_h = study_line(frame, label), number_h = study_line(frame, number), gap = 14;
    const float w = (box.w - gap * (review_stages - 1)) / review_stages;
    const Rect labels = box.cut_bottom(label_h);
    box.cut_bottom(space::xs);
    const float room = box.h - number_h;
    for (int i = 0; i < review_stages; ++i) {
        const float x = box.x + static_cast<float>(i) * (w + gap), h = room * (0.28f + 0.72f * static_cast<float>(i) / (review_stages - 1));
        const Rect step{x, box.bottom() - h, w, h};
        const std::size_t count = book.stages[i];
        if (count > 0) fill_patterned(frame, step, {i == 0 ? theme.cinnabar : theme.pine, i == 0 ? Pattern::stripes : Pattern::dots}, 8);
        else frame.canvas.fill(step, theme.line.with_alpha(0.55f), 8);
        frame.canvas.text(std::to_string(count), {x, step.y - number_h, w, number_h}, number);
        frame.canvas.text(frame.words(fmt::format("my_study.book.stage.{}", i)), {x, labels.y, w, labels.h}, label);
    }
}

}  // namespace

float QuizRecord::draw(Frame& frame, Rect at, const MyStudy& mine, Navigator& navigator) {
    if (!read) {
        read = true;
        auto found = read_quiz(*frame.catalogue);
        if (found) content = std::move(*found);
        else log_warning(found.error().within("my study").what);
    }
    const float gap = space::l;
    if (frame.portrait) {
        const float book_h = book(frame, {at.x, at.y, at.w, 0}, mine, navigator, true), themes_h = themes(frame, {at.x, at.y, at.w, 0}, mine, true);
        book(frame, {at.x, at.y, at.w, book_h}, mine, navigator, false);
        themes(frame, {at.x, at.y + book_h + gap, at.w, themes_h}, mine, false);
        return book_h + gap + themes_h;
    }
    Rect right = at;
    Rect left = right.cut_left((at.w - gap) * 0.52f);
    right.cut_left(gap);
    const float h = std::max(themes(frame, {left.x, left.y, left.w, 0}, mine, true), book(frame, {right.x, right.y, right.w, 0}, mine, navigator, true));
    const float all_h = std::max(h, std::min(at.h, h * 1.25f));
    themes(frame, {left.x, left.y, left.w, all_h}, mine, false);
    book(frame, {right.x, right.y, right.w, all_h}, mine, navigator, false);
    return all_h;
}

float QuizRecord::themes(Frame& frame, Rect box, const MyStudy& mine, bool measure_only) const {
    const Theme& theme = frame.theme;
    const TextStyle name{Face::sans_bold, 32, theme.ink, Align::left, 1.35f, 0}, value{Face::sans, 30, theme.ink_2, Align::right, 1.35f, 1, true, 28};
    const TextStyle note{Face::sans, 32, theme.ink_2, Align::left, 1.5f, 0};
    if (!measure_only) card(frame, box, 28);
    Rect inside = box.inset(space::l, space::m);
    const float top = box.y;
    const std::string title = frame.words("my_study.quiz");
    if (measure_only) inside.cut_top(study_line(frame, {Face::serif_bold, 40, theme.ink, Align::left, 1.3f, 1}) + space::s);
    else study_heading(frame, inside, title);
    std::int64_t asked = 0, correct = 0;
    for (const ThemeTally& one : mine.themes) {
        asked += one.asked;
        correct += one.correct;
    }
    const std::string all = mine.themes.empty() ? frame.words("my_study.quiz.none")
                                                : frame.words("my_study.quiz.all", {{"asked", std::to_string(asked)}, {"right", std::to_string(correct)}});
    const float all_h = study_line(frame, note, all, inside.w);
    const Rect line = inside.cut_top(all_h);
    if (!measure_only) frame.canvas.text(all, line, note);
    for (const ThemeTally& one : mine.themes) {
        inside.cut_top(space::m);
        const QuizTheme* known = content ? content->theme(one.theme) : nullptr;
        const std::string words = known != nullptr ? known->title.in(frame.lang) : frame.words("my_study.quiz.other_theme");
        const double share = one.asked > 0 ? static_cast<double>(one.correct) / static_cast<double>(one.asked) : 0;
        const std::string result = frame.words("my_study.quiz.of", {{"right", std::to_string(one.correct)}, {"asked", std::to_string(one.asked)},
                                                                    {"percent", std::to_string(static_cast<int>(share * 100 + 0.5))}});
        const float value_w = frame.canvas.measure(result, value).x + 4, name_w = inside.w - value_w - space::m;
        const float name_h = study_line(frame, name, words, name_w);
        Rect head = inside.cut_top(name_h);
        const Rect bar = inside.cut_top(bar_h + space::xs);
        if (measure_only) continue;
        frame.canvas.text(result, head.cut_right(value_w), value);
        head.cut_right(space::m);
        frame.canvas.text(words, head, name);
        share_bar(frame, {bar.x, bar.y + space::xs, bar.w, bar_h}, share, study_ink(theme, StudyLabel::quiz));
    }
    return inside.y - top + space::l;
}

float QuizRecord::book(Frame& frame, Rect box, const MyStudy& mine, Navigator& navigator, bool measure_only) const {
    const Theme& theme = frame.theme;
    const Book found = look_into(mine, content.get());
    const TextStyle note{Face::sans, 32, theme.ink_2, Align::left, 1.5f, 0};
    if (!measure_only) card(frame, box, 28);
    Rect inside = box.inset(space::l, space::m);
    const float top = box.y;
    if (measure_only) inside.cut_top(study_line(frame, {Face::serif_bold, 40, theme.ink, Align::left, 1.3f, 1}) + space::s);
    else study_heading(frame, inside, frame.words("my_study.book"));
    const auto paragraph = [&](const std::string& words, const TextStyle& style) {
        const Rect at = inside.cut_top(study_line(frame, style, words, inside.w));
        if (!measure_only) frame.canvas.text(words, at, style);
    };
    if (mine.wrong.empty()) {
        paragraph(frame.words("my_study.book.empty"), note);
        return inside.y - top + space::l;
    }
    paragraph(frame.words("my_study.book.all", {{"n", std::to_string(mine.wrong.size())}}), note);
    inside.cut_top(space::m);
    const Rect stairs = inside.cut_top(boxes_h + 2 * study_line(frame, {Face::sans, 28, {}, Align::left, 1.25f, 1}));
    if (!measure_only) staircase(frame, stairs, found);
    inside.cut_top(space::m);
    if (found.due > 0) {
        paragraph(frame.words("my_study.book.due", {{"n", std::to_string(found.due)}}), {Face::sans_bold, 36, theme.cinnabar_deep, Align::left, 1.4f, 0});
        if (found.lost > 0) paragraph(frame.words("my_study.book.lost", {{"n", std::to_string(found.lost)}}), note);
    } else if (found.next_day) {
        paragraph(frame.words(mine.dated ? "my_study.book.next" : "my_study.book.later",
                              {{"day", study_day(frame, mine, *found.next_day)}, {"n", std::to_string(found.next_count)}}), note);
    }
    if (!found.to_review.empty()) {
        inside.cut_top(space::m);
        const Rect at = inside.cut_top(action_h);
        const std::size_t count = std::min(found.to_review.size(), at_once);
        if (!measure_only && button(frame, "my_study.review", frame.words("my_study.book.review", {{"n", std::to_string(count)}}), at,
                                    {Tone::primary, "icons/replay.png", false, false, true, 40})) {
            QuizRequest request;
            request.questions.assign(found.to_review.begin(), found.to_review.begin() + static_cast<std::ptrdiff_t>(count));
            request.count = count;
            request.seed = static_cast<std::uint64_t>(frame.now.since_start.count()) + 1;
            navigator.go(make_quiz(std::move(request)));
        }
    }
    return inside.y - top + space::l;
}

}  // namespace xinghuo
