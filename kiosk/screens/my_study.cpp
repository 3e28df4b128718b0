// 我的学习: hours, quizzes, a receipt, and what is stored, of whoever is signed in.
#include "kiosk/screens/my_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "content/base/log.h"
#include "kiosk/reception.h"

namespace xinghuo {
namespace {

constexpr float tabs_h = 80;

class MyStudyScreen final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "my-study"; }
    [[nodiscard]] bool counts() const override { return false; }
    void catalogue_changed(bool) override { quiz_ = {}; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height + space::s);
        place.cut_bottom(frame.portrait ? space::xl : space::l);
        if (frame.study == nullptr) {
            notice(frame, place.cut_top(320), frame.words("sign_in.closed.title"), frame.words("sign_in.closed.text"));
        } else if (!frame.study->visit().member()) {
            mine_.reset();
            nobody(frame, place);
        } else {
            keep_read(frame);
            if (!mine_) notice(frame, place.cut_top(320), frame.words("my_study.broken.title"), frame.words("my_study.broken.text"));
            else if (mine_->empty() && tab_ != 3) welcome(frame, place, navigator);
            else pages(frame, place, navigator);
        }
        if (top_bar(frame, frame.words("my_study.title")).back) {
            if (mine_ && mine_->empty() && tab_ == 3) {
                tab_ = 0;
                frame.animate();
            } else {
                navigator.back();
            }
        }
    }

private:
    // Again when another is here, a record was added, or a day has passed.
    void keep_read(Frame& frame) {
        const Member& member = *frame.study->visit().member();
        const auto last = frame.study->records().last_seq();
        const std::int64_t seq = last ? *last : read_seq_;
        if (read_member_ == member.id && seq == read_seq_ && read_day_ == frame.day) return;
        if (read_member_ != member.id) {
            tab_ = 0;
            data_ = {};
            quiz_ = {};
            overview_ = {};
            overview_.opened = frame.now;
            scroll_ = {};
        }
        read_member_ = member.id;
        read_seq_ = seq;
        read_day_ = frame.day;
        auto mine = read_my_study(*frame.study, member, frame.day, frame.moment);
        mine_.reset();
        if (mine) mine_ = std::make_unique<MyStudy>(std::move(*mine));
        else log_warning(mine.error().within("my study").what);
    }

    void pages(Frame& frame, Rect place, Navigator& navigator) {
        Rect row = place.cut_top(tabs_h);
        if (!frame.portrait) row.w = std::min(row.w, 1240.0f);
        const std::string one = frame.words("my_study.tab.overview"), two = frame.words("my_study.tab.quiz"),
                          three = frame.words("my_study.tab.receipt"), four = frame.words("my_study.tab.data");
        if (const int touched = segments(frame, "my_study.tab", {one, two, three, four}, tab_, row); touched >= 0 && touched != tab_) {
            tab_ = touched;
            scroll_ = {};
            data_.shown_until.reset();
            overview_.opened = frame.now;
            frame.animate();
        }
        place.cut_top(space::m);
        const Milliseconds running = frame.study->visit().running(frame.now);
        // Shadows reach over the edge of the cards.
        scroll_area(frame, "my_study.scroll", {place.x - 30, place.y, place.w + 60, frame.screen.bottom() - place.y}, scroll_, [&](Rect content) {
            const Rect at{content.x + 30, content.y + 8, place.w, place.h - 8};
            const float foot = frame.screen.bottom() - place.bottom() + 8;
            switch (tab_) {
                case 0: return overview_.draw(frame, at, *mine_, running, navigator) + foot;
                case 1: return quiz_.draw(frame, at, *mine_, navigator) + foot;
                case 2: return draw_receipt(frame, at, *mine_) + foot;
                default: return data_.draw(frame, at, *mine_) + foot;
            }
        });
    }

    static void nobody(Frame& frame, Rect place) {
        const Theme& theme = frame.theme;
        const float w = std::min(place.w, 1000.0f);
        const TextStyle title{Face::serif_bold, type::title, theme.ink, Align::centre, 1.3f, 0}, body{Face::sans, type::body, theme.ink_2, Align::centre, 1.6f, 0};
        const std::string what = frame.words("my_study.nobody.title"), text = frame.words("my_study.nobody.text");
        const float title_h = study_line(frame, title, what, w - 2 * space::xl), text_h = study_line(frame, body, text, w - 2 * space::xl);
        const float h = space::xl + 112 + space::m + title_h + space::m + text_h + space::xl + 104 + space::xl;
        const Rect box{place.centre().x - w / 2, place.y + std::max(0.0f, (place.h - h) * 0.38f), w, h};
        card(frame, box, 28);
        Rect inside = box.inset(space::xl);
        const Rect sign = inside.cut_top(112);
        icon(frame, "icons/hours.png", {sign.centre().x - 56, sign.y, 112, 112}, theme.cinnabar);
        inside.cut_top(space::m);
        frame.canvas.text(what, inside.cut_top(title_h), title);
        inside.cut_top(space::m);
        frame.canvas.text(text, inside.cut_top(text_h), body);
        inside.cut_top(space::xl);
        const Rect go = inside.cut_top(104).inset((inside.w - std::min(inside.w, 460.0f)) / 2, 0);
        if (button(frame, "my_study.sign_in", frame.words("bar.sign_in"), go, {Tone::primary, "icons/card.png", false, false, true, 42})) frame.going = Going::sign_in;
    }

    // For somebody new: where to begin, rather than noughts.
    void welcome(Frame& frame, Rect place, Navigator& navigator) {
        const Theme& theme = frame.theme;
        const TextStyle title{Face::serif_bold, type::title, theme.ink, Align::left, 1.3f, 0}, body{Face::sans, type::body, theme.ink_2, Align::left, 1.6f, 0};
        const std::string what = frame.words("my_study.welcome.title", {{"name", masked_name(mine_->member.name)}});
        const std::string text = frame.words("my_study.welcome.text", {{"goal", study_hours(mine_->year.goal_hours)}});
        place.cut_top(space::m);
        frame.canvas.text(what, place.cut_top(study_line(frame, title, what, place.w)), title);
        place.cut_top(space::xs);
        frame.canvas.text(text, place.cut_top(study_line(frame, body, text, place.w)), body);
        place.cut_top(space::l);
        const float g = text_growth(frame);
        const Rect foot = place.cut_bottom(space::touch * std::min(g, 1.2f));
        place.cut_bottom(space::l);
        struct Way {
            const char *section, *icon, *title;
        };
        const Way ways[] = {{"figures", "icons/member.png", "figures.title"}, {"lectures", "icons/lecture.png", "films.title"}, {"quiz", "icons/quiz.png", "quiz.title"}};
        const float count = static_cast<float>(std::size(ways)), gap = space::l;
        for (std::size_t i = 0; i < std::size(ways); ++i) {
            const float n = static_cast<float>(i);
            const float w = (place.w - gap * (count - 1)) / count, h = (place.h - gap * (count - 1)) / count;
            const Rect box = frame.portrait ? Rect{place.x, place.y + n * (h + gap), place.w, h} : Rect{place.x + n * (w + gap), place.y, w, place.h};
            if (!way(frame, ways[i].section, ways[i].icon, frame.words(ways[i].title), box)) continue;
            if (i == 0) navigator.go(make_figures());
            else if (i == 1) navigator.go(make_films());
            else navigator.go(make_quiz_themes());
        }
        const std::string stored = frame.words("my_study.stored");
        const float w = frame.canvas.measure(stored, {Face::sans_bold, 32, {}, Align::left, 1.25f, 1}).x + 32 * 1.3f + 14 + 2 * space::l;
        if (button(frame, "my_study.stored", stored, {foot.x, foot.y, std::min(w, foot.w), foot.h}, {Tone::plain, "icons/document.png", false, false, true, 32})) {
            tab_ = 3;
            frame.animate();
        }
    }

    static bool way(Frame& frame, const std::string& section, const std::string& sign, const std::string& title, Rect box) {
        const Theme& theme = frame.theme;
        const std::string id = "my_study.begin." + section;
        const Press press = pressable(frame, id, title, box);
        frame.canvas.shadow(box, 28);
        const Rect drawn = press.held ? box.inset(4) : box;
        std::string poster;
        for (const Section& one : frame.catalogue->sections())
            if (one.id == section) poster = one.poster;
        const std::string about = frame.words("hall.about." + section);
        const TextStyle heading{Face::serif_bold, 44, theme.ink, Align::left, 1.25f, 0}, small{Face::sans, 30, theme.ink_2, Align::left, 1.35f, 0};
        const float words_w = drawn.w - 2 * space::l - 64 - space::m;
        const float heading_h = study_line(frame, heading, title, words_w), about_h = study_line(frame, small, about, words_w);
        const float band = heading_h + about_h + 2 * space::m + 4;
        const Rect view{drawn.x, drawn.y, drawn.w, drawn.h - band + 28};
        frame.canvas.fill(view, theme.line, 28);
        frame.canvas.picture_cover(frame.pack_picture(poster, {std::max(box.w, box.h * 16 / 9), box.h}), view, {0.5f, 0.62f}, 28);
        Rect words{drawn.x, drawn.bottom() - band, drawn.w, band};
        frame.canvas.fill({words.x, words.y, words.w, 28}, theme.paper_raised);
        frame.canvas.fill(words, theme.paper_raised, 28);
        frame.canvas.fill({words.x, words.y, words.w, 4}, theme.cinnabar);
        words = words.inset(space::l, space::m);
        const Rect mark = words.cut_left(64);
        words.cut_left(space::m);
        icon(frame, sign, {mark.x, mark.centre().y - 32, 64, 64}, theme.cinnabar);
        frame.canvas.text(title, words.cut_top(heading_h), heading);
        frame.canvas.text(about, words, small);
        ripple(frame, id, drawn, theme.cinnabar);
        return press.clicked;
    }

    std::unique_ptr<MyStudy> mine_;
    MemberId read_member_;
    std::int64_t read_seq_ = -1, read_day_ = 0;
    int tab_ = 0;
    Overview overview_;
    QuizRecord quiz_;
    MyData data_;
    Scroll scroll_;
};

// What the kinds of records are called together.
const char* kind_words(std::string_view kind) {
    if (kind == "signed_in" || kind == "signed_out") return "visits";
    if (kind == "study_interval" || kind == "abandoned") return "study";
    if (kind == "quiz_answered" || kind == "quiz_finished") return "quiz";
    if (kind == "attended" || kind == "activity_opened" || kind == "activity_closed") return "activity";
    return "other";
}

Result<void> count_records(Database& db, MyStudy& mine) {
    for (const char* kind : {"visits", "study", "quiz", "activity", "other"}) mine.kinds.emplace_back(kind, 0);
    auto rows = db.query("SELECT kind, count(*) FROM record WHERE member IN (SELECT ?1 UNION ALL SELECT was FROM member_same WHERE is_now = ?1) GROUP BY kind", mine.member.id.text);
    if (!rows) return rows.error();
    while (rows->next()) {
        const std::string_view words = kind_words(rows->text(0));
        for (auto& [kind, count] : mine.kinds)
            if (kind == words) count += rows->integer(1);
        mine.records += rows->integer(1);
    }
    return rows->end();
}

}  // namespace

// Looking around alone is no study yet.
bool MyStudy::empty() const {
    if (!recent.empty() || !themes.empty() || year.hours > 0) return false;
    for (const StudyDay& one : days)
        for (const StudyLabel label : shown_labels(*this))
            if (one.ms.contains(label)) return false;
    return true;
}

Milliseconds MyStudy::ms_today() const {
    Milliseconds sum{0};
    for (const StudyLabel label : shown_labels(*this))
        if (const auto found = today.ms.find(label); found != today.ms.end()) sum += found->second;
    return sum;
}

Result<MyStudy> read_my_study(Study& study, const Member& member, std::int64_t day, const Moment& moment) {
    MyStudy mine;
    mine.member = member;
    mine.day = day;
    const auto newest = newest_known_day(study.database());
    // The day the program was built is nobody's date.
    mine.dated = moment.wall_trusted || !newest || *newest != built_day() || day != built_day();
    Ledger& ledger = study.ledger();
    auto policy = study.policies().on(day);
    if (!policy) return policy.error();
    mine.policy = std::move(*policy);
    auto year = ledger.year(member.id, date_of_day(day).year);
    if (!year) return year.error();
    mine.year = std::move(*year);
    const std::int64_t monday = day - (day + 3) % 7, first = china_day(Date{mine.year.year, 1, 1});  // 1970-01-01 was a Thursday
    for (std::int64_t d = monday; d < first; ++d) {
        auto before = ledger.day(member.id, d);
        if (!before) return before.error();
        if (!before->ms.empty()) mine.days.push_back(std::move(*before));
    }
    mine.days.insert(mine.days.end(), mine.year.days.begin(), mine.year.days.end());
    mine.today.day = day;
    if (!mine.days.empty() && mine.days.back().day == day) mine.today = mine.days.back();
    auto recent = ledger.recent(member.id, 12);
    if (!recent) return recent.error();
    mine.recent = std::move(*recent);
    auto themes = ledger.quizzes(member.id);
    if (!themes) return themes.error();
    mine.themes = std::move(*themes);
    auto wrong = ledger.wrong_answers(member.id);
    if (!wrong) return wrong.error();
    mine.wrong = std::move(*wrong);
    auto receipt = ledger.receipt(member.id, day, moment);
    if (!receipt) return receipt.error();
    mine.receipt = std::move(*receipt);
    auto code = make_qr(mine.receipt);
    if (!code) return code.error();
    mine.receipt_code = std::move(*code);
    if (auto counted = count_records(study.database(), mine); !counted) return counted.error();
    return mine;
}

std::string study_time(const Frame& frame, Milliseconds span) {
    const std::int64_t all = span.count() / 60'000;
    if (all == 0) return frame.words(span.count() > 0 ? "my_study.time.moment" : "my_study.time.none");
    const std::string h = std::to_string(all / 60), m = std::to_string(all % 60);
    if (all < 60) return frame.words("my_study.time.minutes", {{"minutes", m}});
    if (all % 60 == 0) return frame.words("my_study.time.hours", {{"hours", h}});
    return frame.words("my_study.time.both", {{"hours", h}, {"minutes", m}});
}

std::string study_hours(double hours) {
    const double rounded = std::floor(hours * 10 + 1e-6) / 10;  // never more than there is
    return std::abs(rounded - std::round(rounded)) < 0.05 ? fmt::format("{:.0f}", rounded) : fmt::format("{:.1f}", rounded);
}

std::string study_day(const Frame& frame, const MyStudy& mine, std::int64_t day) {
    if (!mine.dated) return frame.words("my_study.no_date");
    if (day == mine.day) return frame.words("my_study.today");
    if (day == mine.day - 1) return frame.words("my_study.yesterday");
    if (day == mine.day + 1) return frame.words("my_study.tomorrow");
    const Date date = date_of_day(day);
    const std::string month = frame.words(fmt::format("month.{}", date.month));
    if (date.year != mine.year.year) return frame.words("date.day", {{"y", std::to_string(date.year)}, {"m", month}, {"d", std::to_string(date.day)}});
    return frame.words("my_study.day", {{"m", month}, {"d", std::to_string(date.day)}});
}

Ink study_ink(const Theme& theme, StudyLabel label) {
    switch (label) {
        case StudyLabel::media: return {theme.cinnabar, Pattern::solid};
        case StudyLabel::reading: return {theme.slate, Pattern::stripes};
        case StudyLabel::quiz: return {theme.pine, Pattern::dots};
        case StudyLabel::touch: break;
    }
    return {theme.ink_2, Pattern::rings};
}

std::string study_words(const Frame& frame, StudyLabel label) { return frame.words("my_study.label." + std::string(name_of(label))); }

std::vector<StudyLabel> shown_labels(const MyStudy& mine) {
    std::vector<StudyLabel> labels{StudyLabel::media, StudyLabel::reading, StudyLabel::quiz};
    if (const auto counts = mine.policy.counts.find(StudyLabel::touch); counts != mine.policy.counts.end() && counts->second) labels.push_back(StudyLabel::touch);
    return labels;
}

float study_line(Frame& frame, const TextStyle& style, std::string_view words, float width) { return frame.canvas.measure(words, style, width).y + 2; }

void study_heading(Frame& frame, Rect& inside, std::string_view words) {
    const TextStyle style{Face::serif_bold, 40, frame.theme.ink, Align::left, 1.3f, 1, true, 32};
    frame.canvas.text(words, inside.cut_top(study_line(frame, style)), style);
    inside.cut_top(space::s);
}

ScreenPtr make_my_study() { return std::make_unique<MyStudyScreen>(); }

}  // namespace xinghuo
