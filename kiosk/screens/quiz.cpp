// 答题: one question after the other, each explained with its source.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/json.h"
#include "content/base/log.h"
#include "content/figure/figure.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/reception.h"
#include "kiosk/screens/quiz_outcome.h"
#include "kiosk/screens/quiz_parts.h"

namespace xinghuo {
namespace {

constexpr float action_h = 96;

struct Places {
    Rect progress, clock, main, side, told, confirm, next;  // clock: of a paper
};

class Quiz final : public Screen {
public:
    explicit Quiz(QuizRequest request) : request_(std::move(request)) {}
    [[nodiscard]] std::string id() const override { return "quiz"; }
    void catalogue_changed(bool in_place) override {
        // Whoever is in the middle of it finishes on what it began with.
        if (!in_place) return;
        request_.of.reset();
        if (picked_) request_.questions.clear();
        content_.reset();
        run_.reset();
        board_ = {};
        read_ = hand_in_ = finished_ = false;
    }
    [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> held() const override { return content_ ? quiz_packs(*content_, *run_) : std::vector<std::pair<std::string, std::int64_t>>{}; }

    void frame(Frame& frame, Navigator& navigator) override {
        if (!read_) read(frame);
        const Within own(frame, content_ ? content_->catalogue : nullptr);
        ground(frame);
        if (!run_ || run_->count() == 0) {
            Rect place = frame.screen.inset(frame.margin, 0);
            place.cut_top(top_bar_height + space::xl);
            notice(frame, place.cut_top(300), frame.words("quiz.empty.title"), frame.words("quiz.empty.text"));
            if (top_bar(frame, frame.words("quiz.title")).back) navigator.back();
            return;
        }
        frame.subject = subject();
        Places places = layout(frame);
        quiz_progress(frame, places.progress, *run_, !request_.paper());
        if (request_.paper() && paper(frame, places, navigator)) return;
        const float shown = entrance(frame, question_shown_);
        {
            const auto fade = frame.canvas.faded(shown);
            question(frame, places.main.moved({0, (1 - shown) * 24}));
            if (run_->state() == QuizRun::State::asking) side(frame, places.side);
        }
        if (run_->state() == QuizRun::State::asking) asking(frame, places, navigator);
        else if (!request_.paper()) explained(frame, places, navigator);
        board_.carried(frame, *run_);
        if (top_bar(frame, title(frame)).back) {
            if (request_.paper() && !finished_) hand_in_ = true;
            else navigator.back();
        }
    }

private:
    // The clock of a paper, and its end. True: something else stands where the question would.
    bool paper(Frame& frame, Places& places, Navigator& navigator) {
        const Nanoseconds limit = std::chrono::seconds(request_.time_limit_s);
        const Nanoseconds left = std::max(Nanoseconds::zero(), began_ + limit - frame.now);
        if (left == Nanoseconds::zero() && !finished_) finish(frame, navigator, true);
        if (!finished_) {
            // Nobody is signed out in the middle of a paper; its time limit is the bound of that. What counts as study still ends
            // with the grace of the last touch.
            frame.present = true;
            const Nanoseconds odd = left % std::chrono::seconds(1);
            frame.wake_at(frame.now + (odd > Nanoseconds::zero() ? odd : std::chrono::seconds(1)));
        }
        if (quiz_clock(frame, places.clock, left, limit, request_.pass_percent) && !finished_) hand_in_ = true;
        if (!hand_in_) return false;
        Rect all = places.main;
        all.h = places.confirm.bottom() - all.y;
        const HandIn answer = quiz_hand_in(frame, all, *run_);
        const bool back = top_bar(frame, title(frame)).back;
        if (answer == HandIn::now && !finished_) finish(frame, navigator, false);
        else if ((answer == HandIn::go_on || back) && !finished_) hand_in_ = false;
        return true;
    }

    // A finished run stays as it is until the result has taken its place.
    void finish(Frame& frame, Navigator& navigator, bool time_out) {
        QuizRun done = *run_;
        done.next();
        finished_ = true;
        ended(frame, done);
        navigator.replace(make_quiz_result({request_, content_, std::move(done), time_out}));
    }

    void read(const Frame& frame) {
        read_ = true;
        question_shown_ = began_ = frame.now;
        const Catalogue& catalogue = request_.of ? *request_.of : *frame.catalogue;
        auto content = read_quiz(catalogue);
        if (!content) return log_warning(content.error().within("opening the quiz").what);
        const Item* item = request_.from_item.empty() ? nullptr : catalogue.find(request_.from_item);
        if (item != nullptr) about_ = item->title;
        if (request_.questions.empty() && item != nullptr && item->kind == "figure") {
            request_.questions = questions_of(catalogue, *item);
            picked_ = true;
        }
        if (item != nullptr)
            for (std::string& question : request_.questions) question = (*content)->question_id(question, item->pack);
        content_ = std::move(*content);
        const QuestionBank& bank = content_->bank;
        auto asked = request_.questions.empty() ? bank.pick_theme(request_.theme, request_.count, request_.seed)
                                                : bank.pick(request_.questions, request_.count, request_.seed);
        run_.emplace(std::move(asked), request_.seed);
    }

    static std::vector<std::string> questions_of(const Catalogue& catalogue, const Item& item) {
        auto text = catalogue.read_text(item.file);
        auto figure = text ? read_figure(*text) : Result<Figure>(text.error());
        if (figure) return figure->questions;
        log_warning(figure.error().within("quiz about " + item.id).what);
        return {};
    }

    [[nodiscard]] std::string title(const Frame& frame) const {
        if (!about_.zh.empty()) return frame.words("quiz.about", {{"name", about_.in(frame.lang)}});
        if (request_.paper()) return frame.words("quiz.paper");
        // A theme's name stands on its picture too; where it would be cut here it is left out.
        const QuizTheme* theme = frame.portrait ? nullptr : content_->theme(request_.theme);
        return theme != nullptr ? theme->title.in(frame.lang) : frame.words("quiz.title");
    }

    // What is being answered, as it is called now.
    [[nodiscard]] Subject subject() const {
        const QuizTheme* theme = content_->theme(request_.theme);
        const std::string item = request_.paper() ? "quiz-paper" : !request_.from_item.empty() ? request_.from_item : theme != nullptr ? "quiz-" + request_.theme : "quiz";
        const auto origin = content_->origin(run_->question().id);
        return {StudyLabel::quiz, item, !about_.zh.empty() ? about_ : theme != nullptr ? theme->title : Bilingual{}, origin.first, origin.second};
    }

    // Answers belong to the record, a visitor's without a name.
    void answered(Frame& frame) const {
        const auto& outcome = run_->outcome(run_->index());
        if (!outcome) return;
        JsonWriter body;
        body.object().key("question").value(run_->question().id).key("theme").value(run_->question().theme);
        body.key("right").value(outcome->right).key("score").value(outcome->score).key("item").value(subject().item);
        const auto origin = content_->origin(run_->question().id);
        body.key("pack").value(origin.first).key("pack_version").value(origin.second).end();
        frame.reception.record(RecordKind::quiz_answered, body.text(), frame.moment);
    }

    void ended(Frame& frame, const QuizRun& finished) const {
        const QuizRun::Results results = finished.results();
        JsonWriter body;
        body.object().key("theme").value(request_.theme).key("item").value(subject().item);
        const int percent = request_.paper() ? paper_percent(finished) : results.percent;
        body.key("asked").value(request_.paper() ? finished.count() : results.total).key("right").value(results.right).key("percent").value(percent);
        body.key("paper").value(request_.paper());
        if (request_.paper()) body.key("passed").value(percent >= request_.pass_percent);
        body.end();
        frame.reception.record(RecordKind::quiz_finished, body.text(), frame.moment);
    }

    // 0–1 within a quarter of a second; at once where motion is not wanted.
    static float entrance(Frame& frame, Instant since) {
        if (frame.calm()) return 1;
        const float t = progress(frame.now, since, Milliseconds(motion::element_ms));
        if (t < 1) frame.animate();
        return ease_out(t);
    }

    [[nodiscard]] Places layout(Frame& frame) const {
        const bool matching = run_->question().type == QuestionType::matching;
        Places p;
        Rect all = frame.screen.inset(frame.margin, 0);
        all.cut_top(top_bar_height + space::s);
        all.cut_bottom(frame.portrait ? space::xl : space::l + 8);
        if (!frame.portrait) {
            Rect right = all;
            Rect left = right.cut_left(all.w * 0.575f);
            right.cut_left(56);
            p.confirm = left.cut_bottom(action_h);
            left.cut_bottom(space::m);
            p.main = left;
            p.progress = right.cut_top(64);
            right.cut_top(space::m);
            if (request_.paper()) {
                p.clock = right.cut_top(quiz_clock_height(frame, right.w, request_.pass_percent));
                right.cut_top(space::m);
            }
            p.side = p.told = right;
            p.next = p.told.cut_bottom(action_h);
            p.told.cut_bottom(space::m);
            return p;
        }
        p.progress = all.cut_top(64);
        all.cut_top(space::s);
        if (request_.paper()) {
            p.clock = all.cut_top(quiz_clock_height(frame, all.w, request_.pass_percent));
            all.cut_top(space::m);
        }
        if (matching) {
            // The tray stands between the rows and the confirmation, where the hand is.
            Rect foot = all.cut_bottom(action_h);
            all.cut_bottom(space::m);
            p.confirm = foot.cut_left(foot.w * 0.48f);
            foot.cut_left(space::m);
            p.next = foot;
            p.side = all.cut_bottom(std::clamp(all.h * 0.36f, 380.0f, 560.0f));
            p.told = p.side;
        } else {
            p.side = all.cut_bottom(std::clamp(all.h * 0.30f, 380.0f, 520.0f));
            all.cut_bottom(space::m);
            p.confirm = all.cut_bottom(action_h);
            p.told = {p.side.x, p.confirm.y, p.side.w, p.side.bottom() - p.confirm.y};
            p.next = p.told.cut_bottom(action_h);
            p.told.cut_bottom(space::m);
        }
        all.cut_bottom(space::m);
        p.main = all;
        return p;
    }

    // The stem above, what one answers with beneath; where both are too high together they scroll.
    void question(Frame& frame, Rect box) {
        const std::size_t q = run_->index();
        const std::string kind = quiz_kind(frame, run_->question()), hint = quiz_hint(frame, run_->question());
        const std::string above = hint.empty() ? kind : fmt::format("{}  ·  {}", kind, hint);
        const TextStyle small{Face::sans, 30, frame.theme.cinnabar_deep, Align::left, 1.35f, 0};
        const float above_h = frame.canvas.measure(above, small, box.w).y + 2 + space::xs;
        const WorkHeight work = quiz_work_height(frame, *run_, q, box.w);
        // First with room for comfortable answers, then with low ones.
        float room = box.h - above_h - space::l - 2 - work.likes;
        float stem_h = quiz_stem_height(frame, *run_, q, box.w, std::max(room, 150.0f));
        if (stem_h > room) stem_h = quiz_stem_height(frame, *run_, q, box.w, box.h - above_h - space::l - 2 - work.least);
        room = box.h - above_h - space::l - stem_h;
        const float work_h = std::clamp(room, work.least, work.likes);
        const float all_h = above_h + stem_h + space::l + work_h;
        // What is left over goes above and below the answers, more of it below.
        const float spare = std::max(0.0f, box.h - all_h);
        const auto draw = [&](Rect content) {
            quiz_words(frame, content, above, small);
            content.cut_top(space::xs);
            quiz_stem(frame, content.cut_top(stem_h), *run_, q);
            content.cut_top(space::l + spare * 0.25f);
            const Rect at = content.cut_top(work_h);
            if (run_->question().type == QuestionType::matching) board_.rows(frame, at, *run_);
            else quiz_choices(frame, at, *run_);
            return all_h;
        };
        if (all_h <= box.h + 1) {
            draw(box);
            return;
        }
        scroll_area(frame, "quiz.scroll", box.inset(-20, 0), scroll_, [&](Rect content) { return draw(content.inset(20, 0)); });
    }

    // Beside a question: the place and time it is about, as a museum hangs it; for matching, the cards.
    void side(Frame& frame, Rect box) {
        if (run_->question().type == QuestionType::matching) board_.tray(frame, box, *run_);
        else picture(frame, box);
    }

    void picture(Frame& frame, Rect box) {
        const QuizTheme* theme = content_->theme(run_->question().theme);
        if (theme == nullptr) return;
        frame.canvas.shadow(box, 28, 0.6f);
        frame.canvas.fill(box, frame.theme.ink_2, 28);
        frame.canvas.picture_cover(frame.pack_picture(theme->poster, {std::max(box.w, box.h * 16 / 9), box.h}), box, {0.5f, 0.6f}, 28);
        constexpr float years_h = 46;
        const TextStyle style{Face::serif_bold, 38, frame.theme.bone, Align::left, 1.25f, 0, false, 28};
        const std::string& title = theme->title.in(frame.lang);
        const float title_h = frame.canvas.measure(title, style, box.w - 2 * space::l).y + 2;
        if (title_h + years_h + 2 * space::s > box.h * 0.6f) return;
        Rect words = quiz_band(frame, box, title_h + years_h + 2 * space::s);
        frame.canvas.text(title, words.cut_top(title_h), style);
        frame.canvas.text(theme->years, words, {Face::serif, 32, frame.theme.gold_on_night, Align::left, 1.3f, 1, true});
    }

    void asking(Frame& frame, const Places& places, Navigator& navigator) {
        if (!run_->can_confirm()) {
            // The place of the button, and why it is not there yet.
            frame.canvas.stroke(places.confirm.inset(1), frame.theme.line, 3, space::radius);
            frame.canvas.text(frame.words(run_->question().type == QuestionType::matching ? "quiz.first.matching" : "quiz.first"), places.confirm,
                              {Face::sans, 34, frame.theme.ink_2, Align::centre, 1.25f, 1, true, 28});
            return;
        }
        const bool last = run_->index() + 1 == run_->count();
        const char* words = request_.paper() && last ? "quiz.paper.confirm_last" : "quiz.confirm";
        if (button(frame, "confirm", frame.words(words), places.confirm, {Tone::primary, "icons/check.png", false, false, true, 42}) && run_->confirm()) {
            answered(frame);
            if (request_.paper()) {
                if (last) finish(frame, navigator, false);
                else next_question(frame);
                return;
            }
            explained_shown_ = frame.now;
            told_scroll_ = {};
            frame.animate();
        }
    }

    void explained(Frame& frame, const Places& places, Navigator& navigator) {
        const float shown = entrance(frame, explained_shown_);
        // The explanation takes the room it needs; what is left of the picture stays above it.
        Rect told = places.told;
        const float spare = told.h - quiz_explained_height(frame, *run_, run_->index(), told.w) - space::m;
        if (spare >= 160) {
            picture(frame, told.cut_top(spare));
            told.cut_top(space::m);
        }
        {
            const auto fade = frame.canvas.faded(shown);
            quiz_explained(frame, told.moved({0, (1 - shown) * 32}), *run_, run_->index(), told_scroll_);
        }
        const bool last = run_->index() + 1 == run_->count();
        if (!button(frame, "next", frame.words(last ? "quiz.to_result" : "quiz.next"), places.next, {Tone::primary, "icons/seek-forward.png", true, false, true, 42}))
            return;
        if (last) finish(frame, navigator, false);
        else next_question(frame);
    }

    void next_question(Frame& frame) {
        run_->next();
        board_ = {};
        scroll_ = {};
        question_shown_ = frame.now;
        frame.animate();
    }

    QuizRequest request_;
    bool read_ = false;
    bool picked_ = false;  // the questions are the item's
    std::shared_ptr<const QuizContent> content_;
    std::optional<QuizRun> run_;
    Bilingual about_;
    MatchingBoard board_;
    Scroll scroll_, told_scroll_;
    Instant question_shown_, explained_shown_, began_;
    bool hand_in_ = false, finished_ = false;
};

}  // namespace

ScreenPtr make_quiz(QuizRequest request) { return std::make_unique<Quiz>(std::move(request)); }

}  // namespace xinghuo
