// 答题: choose a theme, or all of them, and how many questions; or a paper.
#include <fmt/format.h>

#include "content/base/log.h"
#include "kiosk/screens/quiz_content.h"
#include "kiosk/screens/quiz_parts.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class QuizThemes final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "quiz-themes"; }

    void frame(Frame& frame, Navigator& navigator) override {
        if (!read_) read(frame);
        ground(frame);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height + space::s);
        place.cut_bottom(space::l);
        if (!content_) {
            notice(frame, place.cut_top(300), frame.words("quiz.empty.title"), frame.words("quiz.empty.text"));
        } else {
            heading(frame, place);
            paper(frame, place, navigator);
            cards(frame, place, navigator);
        }
        if (top_bar(frame, frame.words("quiz.title")).back) navigator.back();
    }

    void catalogue_changed(bool) override {
        read_ = false;
        content_.reset();
        sizes_.clear();
        posters_.clear();
        all_ = 0;
    }

private:
    static constexpr std::size_t counts[] = {5, 10};

    void read(const Frame& frame) {
        read_ = true;
        auto content = read_quiz(*frame.catalogue);
        if (!content) return log_warning(content.error().within("opening the quiz").what);
        content_ = std::move(*content);
        for (const QuizTheme& theme : content_->themes) {
            sizes_.push_back(content_->bank.of_theme(theme.id).size());
            if (!theme.poster.empty()) posters_.push_back(theme.poster);
        }
        all_ = content_->bank.pick_theme("", content_->bank.questions().size(), 1).size();
    }

    void heading(Frame& frame, Rect& place) {
        Rect row = place.cut_top(frame.portrait ? 176.0f : 88.0f);
        const std::string words = frame.words("quiz.choose");
        Rect choice = frame.portrait ? row.cut_bottom(80) : row.cut_right(520).inset(0, 4);
        if (frame.portrait) choice = {choice.x, choice.y, 560, choice.h};
        frame.canvas.text(words, row, {Face::sans, type::body, frame.theme.ink_2, Align::left, 1.35f, 2, true, 28});
        const std::string five = frame.words("quiz.count", {{"n", "5"}}), ten = frame.words("quiz.count", {{"n", "10"}});
        if (const int touched = segments(frame, "count", {five, ten}, chosen_, choice); touched >= 0) chosen_ = touched;
        place.cut_top(space::m);
    }

    // At the foot, within reach: a paper over all themes.
    void paper(Frame& frame, Rect& place, Navigator& navigator) const {
        const Theme& theme = frame.theme;
        const std::string title = frame.words("quiz.paper");
        const std::string about = frame.words("quiz.paper.about", {{"n", std::to_string(paper_questions)}, {"minutes", std::to_string(paper_minutes)},
                                                                   {"percent", std::to_string(paper_pass_percent)}});
        const TextStyle heading{Face::serif_bold, 44, theme.ink, Align::left, 1.25f, 1, true, 32}, body{Face::sans, 32, theme.ink_2, Align::left, 1.35f, 0, true};
        const float sign = 72, words_w = place.w - 3 * space::l - sign - 56 - space::m;
        // Side by side where both fit in a line.
        const float title_w = frame.canvas.measure(title, heading).x + 4;
        const bool one_line = title_w + space::l + frame.canvas.measure(about, body).x < words_w;
        const float title_h = frame.canvas.measure(title, heading, words_w).y + 2;
        const float about_h = frame.canvas.measure(about, body, one_line ? words_w - title_w - space::l : words_w).y + 2;
        const Rect box = place.cut_bottom((one_line ? std::max(title_h, about_h) : title_h + about_h) + 2 * space::m + 8);
        place.cut_bottom(space::l);
        const Press press = pressable(frame, "quiz.paper", title, box);
        frame.canvas.shadow(box, 28);
        const Rect drawn = press.held ? box.inset(4) : box;
        frame.canvas.fill(drawn, theme.paper_raised, 28);
        frame.canvas.fill({drawn.x + 3, drawn.y + 20, 8, drawn.h - 40}, theme.cinnabar, 4);
        Rect inside = drawn.inset(space::l, space::m);
        icon(frame, "icons/hours.png", {inside.x + 4, inside.centre().y - sign / 2, sign, sign}, theme.cinnabar);
        inside.cut_left(sign + space::l);
        const Rect go = inside.cut_right(56);
        inside.cut_right(space::m);
        icon(frame, "icons/play.png", {go.x, go.centre().y - 28, 56, 56}, theme.cinnabar);
        if (one_line) {
            frame.canvas.text(title, inside.cut_left(title_w), heading);
            inside.cut_left(space::l);
        } else {
            frame.canvas.text(title, inside.cut_top(title_h), heading);
        }
        frame.canvas.text(about, inside, body);
        ripple(frame, "quiz.paper", drawn, theme.cinnabar);
        if (press.clicked) navigator.go(make_quiz(paper_request(seed(frame))));
    }

    // The themes in their order of time, and all of them together at the end. Six in two rows or three; more scroll.
    void cards(Frame& frame, Rect place, Navigator& navigator) {
        const std::size_t count = content_->themes.size() + 1, columns = frame.portrait ? 2 : 3, rows = (count + columns - 1) / columns;
        const std::size_t rows_seen = std::min<std::size_t>(rows, frame.portrait ? 3 : 2);
        const float gap = space::l;
        const float w = (place.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
        const float h = (place.h - 16 - gap * static_cast<float>(rows_seen - 1)) / static_cast<float>(rows_seen);
        scroll_area(frame, "quiz.themes", place.inset(-30, 0), scroll_, [&](Rect content) {
            content = content.inset(30, 0);
            for (std::size_t i = 0; i < count; ++i) {
                const Rect box{content.x + static_cast<float>(i % columns) * (w + gap), content.y + 8 + static_cast<float>(i / columns) * (h + gap), w, h};
                const bool all = i == content_->themes.size();
                const QuizTheme* theme = all ? nullptr : &content_->themes[i];
                const bool touched = theme_card(frame, box, "theme." + (all ? std::string("all") : theme->id),
                                                all ? frame.words("quiz.all_themes") : theme->title.in(frame.lang), all ? std::string() : theme->years,
                                                all ? posters_ : std::vector<std::string>{theme->poster}, all ? all_ : sizes_[i]);
                if (touched) start(frame, all ? std::string() : theme->id, navigator);
            }
            return 16 + static_cast<float>(rows) * (h + gap) - gap;
        });
    }

    // One picture, or several as strips side by side.
    static void hang(Frame& frame, Rect box, const std::vector<std::string>& posters) {
        const float w = box.w / static_cast<float>(std::max<std::size_t>(1, posters.size()));
        for (std::size_t i = 0; i < posters.size(); ++i) {
            const Rect strip{box.x + static_cast<float>(i) * w, box.y, w, box.h};
            const auto inside = frame.canvas.clipped(strip);
            // Rounded where the card is: each strip is drawn as wide as the card's rounding needs, and clipped.
            const Rect whole{i == 0 ? strip.x : strip.x - 28, strip.y, strip.w + (i == 0 ? 0 : 28.0f) + (i + 1 == posters.size() ? 0 : 28.0f), strip.h};
            frame.canvas.picture_cover(frame.pack_picture(posters[i], {std::max(whole.w, whole.h * 16 / 9), whole.h}), whole, {0.5f, 0.55f}, 28);
        }
    }

    static bool theme_card(Frame& frame, Rect box, const std::string& id, const std::string& title, const std::string& years,
                           const std::vector<std::string>& posters, std::size_t size) {
        const Theme& theme = frame.theme;
        const Press press = pressable(frame, id, title, box);
        frame.canvas.shadow(box, 28);
        const Rect drawn = press.held ? box.inset(4) : box;
        // A theme's title may take several lines: the band is as high as its words, the picture has the rest.
        TextStyle heading{Face::serif_bold, 42, theme.bone, Align::left, 1.25f, 0, false, 34};
        heading.size = frame.canvas.fitting_size(title, {drawn.w - 2 * space::l, 108}, heading);  // two lines if it can be
        const float title_h = frame.canvas.measure(title, heading, drawn.w - 2 * space::l).y + 2;
        const float band = title_h + 52 + 2 * space::s;
        frame.canvas.fill(drawn, theme.ink_2, 28);
        hang(frame, {drawn.x, drawn.y, drawn.w, drawn.h - band + 40}, posters);
        Rect words = quiz_band(frame, drawn, band);
        frame.canvas.text(title, words.cut_top(title_h), heading);
        words.cut_top(4);
        const TextStyle when{Face::serif, 30, theme.gold_on_night, Align::left, 1.25f, 1, true};
        const float years_w = years.empty() ? 0 : frame.canvas.measure(years, when).x + 4;
        frame.canvas.text(years, words.cut_left(years_w), when);
        words.cut_left(years.empty() ? 0 : space::s);
        const TextStyle many{Face::sans, 28, theme.bone_2, years.empty() ? Align::left : Align::right, 1.25f, 1, true};
        const std::string of_bank = frame.words("quiz.size", {{"n", std::to_string(size)}});
        // Beside the years, where there is room for both.
        if (frame.canvas.measure(of_bank, many).x + 2 <= words.w) frame.canvas.text(of_bank, words, many);
        ripple(frame, id, drawn, theme.bone);
        return press.clicked;
    }

    static std::uint64_t seed(const Frame& frame) { return static_cast<std::uint64_t>(frame.now.since_start.count()) + 1; }

    void start(const Frame& frame, const std::string& theme, Navigator& navigator) const {
        navigator.go(make_quiz({{}, theme, "", counts[chosen_], seed(frame)}));
    }

    bool read_ = false;
    int chosen_ = 0;
    std::shared_ptr<const QuizContent> content_;
    std::vector<std::size_t> sizes_;
    std::vector<std::string> posters_;
    std::size_t all_ = 0;
    Scroll scroll_;
};

}  // namespace

ScreenPtr make_quiz_themes() { return std::make_unique<QuizThemes>(); }

}  // namespace xinghuo
