// 答题: how it went, what was not right, and what to look at next.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "content/figure/figure.h"
#include "content/quiz/shuffle.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/screens/quiz_outcome.h"
#include "kiosk/screens/quiz_parts.h"

namespace xinghuo {
namespace {

constexpr float action_h = 88;
constexpr Milliseconds ring_fills{900};

class QuizResult final : public Screen {
public:
    explicit QuizResult(QuizOutcome outcome) : outcome_(std::move(outcome)), results_(outcome_.run.results()), paper_(outcome_.request.paper()) {
        if (!paper_) return;
        // Of a paper, what was not answered was not right either.
        results_.total = outcome_.run.count();
        results_.percent = paper_percent(outcome_.run);
        results_.wrong.clear();
        for (std::size_t i = 0; i < outcome_.run.count(); ++i)
            if (!outcome_.run.outcome(i) || !outcome_.run.outcome(i)->right) results_.wrong.push_back(i);
    }
    [[nodiscard]] std::string id() const override { return "quiz-result"; }

    void frame(Frame& frame, Navigator& navigator) override {
        if (!read_) read(frame);
        ground(frame);
        Rect all = frame.screen.inset(frame.margin, 0);
        all.cut_top(top_bar_height + space::s);
        all.cut_bottom(frame.portrait ? space::xl : space::l + 8);
        if (frame.portrait) {
            Rect foot = all.cut_bottom(2 * action_h + space::m);
            buttons(frame, foot, navigator);
            all.cut_bottom(space::l);
            score(frame, all.cut_top(430), true);
            all.cut_top(space::l);
            next_card(frame, all.cut_bottom(next_.item.empty() ? 0.0f : 276.0f), navigator);
            if (!next_.item.empty()) all.cut_bottom(space::l);
            review(frame, all);
        } else {
            Rect left = all.cut_left(all.w * 0.40f);
            all.cut_left(space::xl);
            buttons(frame, left.cut_bottom(2 * action_h + space::m), navigator);
            left.cut_bottom(space::l);
            score(frame, left, false);
            next_card(frame, all.cut_bottom(next_.item.empty() ? 0.0f : 276.0f), navigator);
            if (!next_.item.empty()) all.cut_bottom(space::l);
            review(frame, all);
        }
        if (top_bar(frame, frame.words("quiz.result")).back) navigator.back();
    }

    void catalogue_changed(bool) override {
        read_ = false;
        next_ = {};
    }
    [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> held() const override { return quiz_packs(*outcome_.content, outcome_.run); }

private:
    struct Next {
        std::string item, picture;
        Bilingual name, epithet;
        bool about_wrong = false;  // it tells of something that was not right
    };

    void read(const Frame& frame) {
        read_ = true;
        if (opened_ == Instant::never()) opened_ = frame.now;
        const Item* from = outcome_.request.from_item.empty() ? nullptr : frame.catalogue->find(outcome_.request.from_item);
        if (from != nullptr) from_ = from->title;
        // The figure that tells most of what was not right; if none does, one that follows in the gallery.
        const auto figures = frame.catalogue->items_of_kind("figure");
        std::size_t best = 0;
        for (const Item* item : figures) {
            if (item == from) continue;
            auto text = frame.catalogue->read_text(item->file);
            auto figure = text ? read_figure(*text) : Result<Figure>(text.error());
            if (!figure) {
                log_warning(figure.error().within("result: " + item->id).what);
                continue;
            }
            const std::size_t tells = told_by(figure->questions, item->pack);
            const bool first = next_.item.empty();
            if (!first && tells <= best) continue;
            best = std::max(best, tells);
            next_ = {item->id, item->picture, figure->name, figure->epithet, tells > 0};
        }
        if (best == 0 && figures.size() > 1) another(frame, figures, from);
    }

    [[nodiscard]] std::size_t told_by(std::vector<std::string> questions, const std::string& pack) const {
        for (std::string& question : questions) question = outcome_.content->question_id(question, pack);
        std::size_t count = 0;
        for (const std::size_t wrong : results_.wrong)
            count += std::find(questions.begin(), questions.end(), outcome_.run.question(wrong).id) != questions.end() ? 1 : 0;
        return count;
    }

    void another(const Frame& frame, const std::vector<const Item*>& figures, const Item* from) {
        const auto here = std::find(figures.begin(), figures.end(), from);
        const std::size_t start = here == figures.end() ? Chance(outcome_.request.seed).below(figures.size()) : static_cast<std::size_t>(here - figures.begin()) + 1;
        const Item* item = figures[start % figures.size()];
        auto text = frame.catalogue->read_text(item->file);
        auto figure = text ? read_figure(*text) : Result<Figure>(text.error());
        if (figure) next_ = {item->id, item->picture, figure->name, figure->epithet, false};
    }

    // The ring, a sentence, and a seal for each question.
    void score(Frame& frame, Rect box, bool beside) {
        const Theme& theme = frame.theme;
        const std::size_t right = results_.right, total = results_.total;
        card(frame, box, 28);
        Rect inside = box.inset(space::l);
        const Rect seals = inside.cut_bottom(64);
        inside.cut_bottom(space::s);
        const Align align = beside ? Align::left : Align::centre;
        const bool passed = results_.percent >= outcome_.request.pass_percent;
        const char* verdict = paper_ ? (passed ? "quiz.paper.passed" : "quiz.paper.not_passed")
                                     : right == total ? "quiz.result.all" : right * 2 >= total ? "quiz.result.most" : "quiz.result.few";
        const TextStyle title{Face::serif_bold, 50, theme.ink, align, 1.3f, 2, false, 36};
        const std::string percent = std::to_string(results_.percent), mark = std::to_string(outcome_.request.pass_percent);
        const std::string said = frame.words(verdict);
        const std::string points = !paper_ ? frame.words("quiz.points", {{"percent", percent}})
                                           : frame.words(outcome_.time_out ? "quiz.paper.points_time_out" : "quiz.paper.points", {{"percent", percent}, {"pass", mark}});
        const float words_w = beside ? inside.w - inside.h - space::l : inside.w;
        const TextStyle small_words{Face::sans, 34, theme.ink_2, align, 1.3f, paper_ ? 4 : 1, true, 28};
        const float title_h = std::min(frame.canvas.measure(said, title, words_w).y, 140.0f) + 2;
        const float points_h = paper_ ? std::min(frame.canvas.measure(points, small_words, words_w).y + 4, 260.0f) : 56 * text_growth(frame), words_h = title_h + points_h;
        Rect ring_box = beside ? inside.cut_left(inside.h) : inside.cut_top(std::min(inside.h - words_h - space::s, 400.0f));
        const float radius = std::min(ring_box.w, ring_box.h) / 2 - 14;
        const Vec2 c = ring_box.centre();
        float filled = total == 0 ? 0.0f : static_cast<float>(right) / static_cast<float>(total);
        if (!frame.calm()) {
            const float t = progress(frame.now, opened_, ring_fills);
            if (t < 1) frame.animate();
            filled *= ease_out(t);
        }
        frame.canvas.ring(c, radius, 0, 1, theme.line, 22);
        if (filled > 0) frame.canvas.ring(c, radius, 0, filled, theme.cinnabar, 22);
        // "Right", how many, "of" how many: three lines about the middle.
        const TextStyle small{Face::sans, 32, theme.ink_2, Align::centre, 1.25f, 1, true, 28};
        const float g = text_growth(frame), number_h = radius * 0.86f, small_h = 44 * g;
        frame.canvas.text(std::to_string(right), {c.x - radius, c.y - number_h / 2, 2 * radius, number_h},
                          {Face::serif_bold, std::max(28.0f, radius * 0.68f / g), theme.ink, Align::centre, 1.1f, 1, true});
        frame.canvas.text(frame.words("quiz.result.right"), {c.x - radius * 0.8f, c.y - number_h / 2 - small_h + 10 * g, 1.6f * radius, small_h}, small);
        frame.canvas.text(frame.words("quiz.of", {{"of", std::to_string(total)}}), {c.x - radius * 0.8f, c.y + number_h / 2 - 10 * g, 1.6f * radius, small_h}, small);
        if (beside) inside.cut_left(space::l);
        else inside.cut_top(space::s);
        Rect words = inside;
        if (beside) words.cut_top(std::max(0.0f, (words.h - words_h) / 2));
        frame.canvas.text(said, words.cut_top(title_h), title);
        frame.canvas.text(points, words.cut_top(points_h), small_words);
        strip(frame, seals);
    }

    void strip(Frame& frame, Rect row) {
        const std::size_t count = outcome_.run.count();
        if (count == 0) return;
        const float step = std::min(76.0f, row.w / static_cast<float>(count)), radius = std::min(26.0f, step / 2 - 3);
        float x = row.centre().x - step * static_cast<float>(count) / 2 + step / 2;
        for (std::size_t i = 0; i < count; ++i, x += step) {
            const auto& outcome = outcome_.run.outcome(i);
            if (outcome) quiz_outcome_sign(frame, *outcome, {x, row.centre().y}, radius);
            else frame.canvas.ring({x, row.centre().y}, radius - 2, 0, 1, frame.theme.line, 4);
        }
    }

    void buttons(Frame& frame, Rect box, Navigator& navigator) {
        const Rect first = box.cut_top(action_h);
        box.cut_top(space::m);
        if (button(frame, "again", frame.words("quiz.again"), first, {Tone::primary, "icons/replay.png", false, false, true, 40})) {
            QuizRequest request = outcome_.request;
            request.seed = mixed(request.seed, 1);
            navigator.replace(make_quiz(std::move(request)));
        }
        const Rect left = box.cut_left((box.w - space::m) / 2);
        box.cut_left(space::m);
        const std::string back = from_.zh.empty() ? frame.words("quiz.to_themes") : from_.in(frame.lang);
        if (button(frame, "back", back, left, {Tone::plain, "icons/back.png", false, false, true, 34})) navigator.back();
        if (button(frame, "hall", frame.words("quiz.to_hall"), box, {Tone::plain, "icons/home.png", false, false, true, 34})) navigator.home();
    }

    // What was not right, with the right answers; or, if all was, a word about that.
    void review(Frame& frame, Rect box) {
        const Theme& theme = frame.theme;
        card(frame, box, 28);
        Rect inside = box.inset(space::l, space::m);
        const bool all_right = results_.wrong.empty();
        frame.canvas.text(frame.words(all_right ? "quiz.review.none" : "quiz.review"), inside.cut_top(64),
                          {Face::serif_bold, 40, theme.ink, Align::left, 1.3f, 1, true, 30});
        inside.cut_top(space::xs);
        if (all_right) {
            divider(frame, {inside.centre().x, inside.y + 28}, std::min(inside.w, 540.0f));
            inside.cut_top(72);
            quiz_words(frame, inside, frame.words("quiz.review.none.text"), {Face::sans, type::body, theme.ink_2, Align::left, 1.6f, 0});
            return;
        }
        scroll_area(frame, "quiz.review", inside, scroll_, [&](Rect content) {
            const float top = content.y;
            content.w -= 20;
            for (const std::size_t q : results_.wrong) {
                if (content.y > top) {
                    frame.canvas.fill({content.x, content.y + 11, content.w, 2}, theme.line);
                    content.cut_top(space::m);
                }
                reviewed(frame, content, q);
            }
            return content.y - top;
        });
    }

    void reviewed(Frame& frame, Rect& content, std::size_t q) const {
        const Theme& theme = frame.theme;
        const QuizRun& run = outcome_.run;
        Rect column = content;
        const Rect mark = column.cut_left(64);
        if (run.outcome(q)) quiz_outcome_sign(frame, *run.outcome(q), {mark.x + 24, mark.y + 26}, 22);
        else frame.canvas.ring({mark.x + 24, mark.y + 26}, 20, 0, 1, theme.ink_2, 4);
        const float top = column.y;
        quiz_words(frame, column, run.question(q).stem.in(frame.lang), {Face::serif_bold, 34, theme.ink, Align::left, 1.4f, 0});
        column.cut_top(4);
        if (paper_ && !run.outcome(q)) quiz_words(frame, column, frame.words("quiz.paper.unanswered"), {Face::sans, 30, theme.cinnabar_deep, Align::left, 1.4f, 0});
        quiz_words(frame, column, answer_words(frame, q), {Face::sans, 30, theme.pine, Align::left, 1.4f, 0});
        // A paper explains here what practice explained after each answer.
        if (paper_ && !run.question(q).explanation.zh.empty())
            quiz_words(frame, column, run.question(q).explanation.in(frame.lang), {Face::sans, 30, theme.ink, Align::left, 1.45f, 0});
        if (!run.question(q).source.zh.empty())
            quiz_words(frame, column, frame.words("quiz.source", {{"source", run.question(q).source.in(frame.lang)}}),
                       {Face::sans, 28, theme.ink_2, Align::left, 1.4f, 0});
        content.cut_top(std::max(column.y - top, 52.0f));
    }

    // Without the letters of the options, which cannot be seen here.
    [[nodiscard]] std::string answer_words(const Frame& frame, std::size_t q) const {
        const QuizRun& run = outcome_.run;
        const Question& question = run.question(q);
        std::string answer;
        if (question.type == QuestionType::single || question.type == QuestionType::multiple) {
            for (std::size_t place = 0; place < run.choices(q); ++place) {
                const Choice& choice = run.choice(q, place);
                const bool full = question.type == QuestionType::single ? choice.weight >= 0.999 : choice.right();
                if (full) answer += (answer.empty() ? "" : frame.words("quiz.between_answers")) + choice.text.in(frame.lang);
            }
        } else {
            answer = quiz_right_answer(frame, run, q);
        }
        const bool lines = question.type == QuestionType::matching;
        return frame.words("quiz.right_answer") + (lines ? "\n" : frame.words("quiz.after_colon")) + answer;
    }

    void next_card(Frame& frame, Rect box, Navigator& navigator) {
        if (next_.item.empty()) return;
        const Theme& theme = frame.theme;
        const std::string& name = next_.name.in(frame.lang);
        const Press press = pressable(frame, "look-next", name, box);
        frame.canvas.shadow(box, 28);
        const Rect drawn = press.held ? box.inset(4) : box;
        frame.canvas.fill(drawn, theme.paper_raised, 28);
        Rect inside = drawn;
        const Rect niche = inside.cut_left(220);
        {
            const auto clip = frame.canvas.clipped(niche);
            frame.canvas.fill({niche.x, niche.y, niche.w + 28, niche.h}, theme.ember, 28);
            frame.canvas.glow({niche.centre().x, niche.y + niche.h * 0.5f}, niche.w * 0.55f, niche.h * 0.7f, rgb(0xE9B978).with_alpha(0.42f));
            // The head and shoulders of the gallery's picture.
            const float picture_h = niche.h * 1.55f, picture_w = picture_h * (640.0f / 720.0f);
            frame.canvas.picture(frame.pack_picture(next_.picture, {picture_w, picture_h}), {niche.centre().x - picture_w / 2, niche.y + 10, picture_w, picture_h});
        }
        frame.canvas.fill({niche.right() - 4, niche.y, 4, niche.h}, theme.cinnabar);
        Rect words = inside.inset(space::l, space::m);
        const Rect sign = words.cut_right(56);
        words.cut_right(space::s);
        icon(frame, "icons/play.png", {sign.x, sign.centre().y - 28, 56, 56}, theme.cinnabar);
        frame.canvas.text(frame.words(next_.about_wrong ? "quiz.look_about" : "quiz.look_next"), words.cut_top(44), {Face::sans, 28, theme.cinnabar_deep, Align::left, 1.3f, 1, true});
        frame.canvas.text(name, words.cut_top(60), {Face::serif_bold, 44, theme.ink, Align::left, 1.25f, 1, true, 32});
        frame.canvas.text(next_.epithet.in(frame.lang), words, {Face::sans, 30, theme.ink_2, Align::left, 1.3f, 3, false, 28});
        ripple(frame, "look-next", drawn, theme.cinnabar);
        if (press.clicked) navigator.replace(make_exhibit(next_.item));
    }

    QuizOutcome outcome_;
    QuizRun::Results results_;
    bool paper_;
    bool read_ = false;
    Instant opened_ = Instant::never();
    Bilingual from_;
    Next next_;
    Scroll scroll_;
};

}  // namespace

ScreenPtr make_quiz_result(QuizOutcome outcome) { return std::make_unique<QuizResult>(std::move(outcome)); }

}  // namespace xinghuo
