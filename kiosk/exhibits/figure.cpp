// A figure on its stage: it stands full height, breathes, and tells its story; captions below, the story's sentences, its
// life and its words beside.
#include <fmt/format.h>

#include <array>

#include "content/base/log.h"
#include "kiosk/exhibits/exhibit.h"
#include "kiosk/exhibits/figure_panels.h"
#include "kiosk/exhibits/figure_stage.h"
#include "kiosk/exhibits/figure_telling.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr std::array<double, 4> speeds{0.75, 1.0, 1.25, 1.5};
constexpr double begins_to_speak_s = 1.0;      // after the figure appeared
constexpr Milliseconds longest_wait_for_pictures{4000};
constexpr Milliseconds settles_after{2500};    // by then the last gesture is over
constexpr double idle_frames_per_second = 10;

// Its own for every figure, the same on every day.
std::uint64_t seed_of(std::string_view id) {
    std::uint64_t seed = 0xCBF29CE484222325u;  // FNV-1a
    for (const char c : id) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return seed;
}

class FigureExhibit final : public Exhibit {
public:
    // still: a picture of the whole figure, in the place and size of its drawing; may be empty.
    FigureExhibit(Figure figure, Puppet puppet, std::string still, const std::map<Lang, std::vector<MouthCue>>& cues)
        : figure_(std::move(figure)), puppet_(std::move(puppet)), still_(std::move(still)), telling_(figure_, puppet_.rig(), cues, seed_of(figure_.id)) {}

    Wish frame(Frame& frame) override {
        if (entered_ == Instant::never()) entered_ = frame.now;
        const Layout place = layout(frame);
        appear(frame, place.stand);
        const double alive = appeared_ == Instant::never() ? 0 : seconds(frame.now - appeared_);
        telling_.set_liveliness(frame.effects.less_motion ? 0.45f : 1.0f);
        telling_.frame(frame, alive);
        if (!begun_ && alive >= begins_to_speak_s) {
            begun_ = true;
            telling_.play();
        }
        draw_figure(frame, place, alive);
        plate(frame, place.plate);
        caption(frame, place.caption);
        Wish wish;
        transport(frame, place);
        tabs(frame, place.tabs, place.panel);
        if (!figure_.questions.empty() &&
            button(frame, "figure.quiz", frame.words("figure.quiz"), place.quiz, {Tone::primary, "icons/quiz.png", false, false, true, 34})) {
            telling_.pause();
            wish = {Wish::What::quiz, figure_.questions, figure_.id};
        }
        if (top_bar(frame, figure_.name.in(frame.lang), true).back) wish = {Wish::What::back, {}, {}};
        // It breathes; without a GPU, when it has had nothing to say for a moment, less smoothly: that costs a third.
        if (frame.present || frame.pointer.down || busy_ == Instant::never()) busy_ = frame.now;
        if (!frame.effects.reduced || frame.now - busy_ < settles_after) frame.animate();
        else frame.wake_at(frame.now + from_seconds(1.0 / idle_frames_per_second));
        return wish;
    }

private:
    struct Layout {
        Rect stage, plate, caption, moves, speed, quiz, tabs, panel;
        Stand stand;
    };

    [[nodiscard]] static Layout layout(const Frame& frame) {
        return frame.portrait ? portrait(frame) : landscape(frame);
    }

    // The figure and its captions on the left two thirds, what one reads and touches on the right.
    [[nodiscard]] static Layout landscape(const Frame& frame) {
        Layout l;
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height + space::xs);
        place.cut_bottom(space::l);
        Rect side = place.cut_right(600);
        place.cut_right(space::xl);
        l.stage = frame.screen;
        const float growth = text_growth(frame);
        l.caption = place.cut_bottom(232 * growth);
        l.plate = {place.x, place.y + space::s, 340 + 120 * (growth - 1), place.h - space::l};
        stand_on(l, {place.x + place.w * 0.63f, l.caption.y - 22}, top_bar_height - 14);
        l.tabs = side.cut_top(space::touch);
        side.cut_top(space::s);
        l.quiz = side.cut_bottom(80);
        side.cut_bottom(space::s);
        l.speed = side.cut_bottom(space::touch);
        side.cut_bottom(space::s);
        l.moves = side.cut_bottom(80);
        side.cut_bottom(space::s);
        l.panel = side;
        return l;
    }

    // The figure above, everything else below.
    [[nodiscard]] static Layout portrait(const Frame& frame) {
        Layout l;
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height);
        place.cut_bottom(space::l);
        const float growth = text_growth(frame);
        const Rect above = place.cut_top(place.h * 0.515f - 330 * (growth - 1));
        l.stage = {0, 0, frame.screen.w, above.bottom() + 150};
        l.plate = {above.x, above.y + space::s, 320, above.h - space::l};
        stand_on(l, {frame.screen.w * 0.58f, above.bottom() - 8}, top_bar_height + 4);
        place.cut_top(space::m);
        l.caption = place.cut_top(240 + 420 * (growth - 1));
        place.cut_top(space::s);
        l.moves = place.cut_top(80);
        place.cut_top(space::s);
        Rect row = place.cut_top(space::touch);
        l.quiz = row.cut_right(row.w * 0.44f);
        row.cut_right(space::s);
        l.speed = row;
        place.cut_top(space::m);
        l.tabs = place.cut_top(space::touch);
        place.cut_top(space::s);
        l.panel = place;
        return l;
    }

    // As tall as there is room for; the tallest drawing (a fur hat) begins at 65.
    static void stand_on(Layout& l, Vec2 feet, float top) { l.stand = {feet, (feet.y - top) / (1940 - 65)}; }

    void appear(const Frame& frame, const Stand& stand) {
        whole_ = puppet_.ready(frame, stand);
        if (appeared_ == Instant::never() && (whole_ || frame.now - entered_ > longest_wait_for_pictures)) appeared_ = frame.now;
    }

    void draw_figure(Frame& frame, const Layout& place, double alive) {
        draw_stage(frame, figure_.stage, place.stage, place.stand, seconds(frame.now - entered_));
        if (appeared_ == Instant::never()) return;
        const Pose pose = pose_at(puppet_.rig(), telling_.performance(), telling_.moment(alive));
        draw_ground_light(frame, place.stand, pose.opacity);
        if (whole_) return puppet_.draw(frame, pose, place.stand);
        // A part of the drawing has not come or is damaged: a portrait that stands still, never a person in pieces.
        const Vec2 corner = place.stand.at(0, 0), size = Vec2{1000, 2000} * place.stand.scale;
        frame.canvas.picture(frame.pack_picture(still_, size), {corner.x, corner.y, size.x, size.y});
    }

    // Like the plate beside a picture: years, who this was, and what voice one hears.
    void plate(Frame& frame, Rect box) {
        const Theme& theme = frame.theme;
        frame.canvas.text(years(figure_.born, figure_.died), box.cut_top(52), {Face::serif_bold, 38, theme.gold_on_night, Align::left, 1.25f, 1, true});
        box.cut_top(space::xs);
        paragraph(frame, box, figure_.epithet.in(frame.lang), {Face::sans, 30, theme.bone, Align::left, 1.45f, 9});
        box.cut_top(space::s);
        frame.canvas.fill({box.x, box.y, 72, 3}, theme.cinnabar);
        box.cut_top(space::m);
        const Narration& told = telling_.narration();
        const bool foreign = told.voice != frame.lang;
        if (telling_.broken() || (!foreign && !told.synthetic)) return;
        const std::string words = frame.words(foreign ? (told.synthetic ? "figure.voice.other_synthetic" : "figure.voice.other") : "figure.voice.synthetic");
        icon(frame, "icons/volume.png", {box.x, box.y + 2, 36, 36}, theme.bone_2);
        box.cut_left(52);
        paragraph(frame, box, words, {Face::sans, type::caption, theme.bone_2, Align::left, 1.4f, 8});
    }

    void caption(Frame& frame, Rect box) {
        const Theme& theme = frame.theme;
        frame.canvas.fill(box, theme.night.with_alpha(0.72f), space::radius);
        Rect inside = box.inset(space::l, 14);
        const Narration& told = telling_.narration();
        const Sentence& sentence = told.sentences[telling_.sentence()];
        const TextStyle foot_style{Face::sans, type::caption, theme.bone_2, Align::left, 1.35f, 2};
        const std::string foot = footnote(frame, sentence, foot_style, inside.w);
        const float foot_h = frame.canvas.measure(foot, foot_style, inside.w).y + 2;
        frame.canvas.text(foot, inside.cut_bottom(foot_h), foot_style);
        inside.cut_bottom(4);
        const TextStyle style{Face::sans_bold, 40, theme.bone, Align::left, 1.35f, 0, false, type::caption};
        TextStyle sized = style;
        sized.size = frame.canvas.fitting_size(sentence.text, inside.size(), style);
        const float w = balanced_width(frame, sentence.text, sized, inside.w);
        const float above = std::max(0.0f, (inside.h - frame.canvas.measure(sentence.text, sized, w).y) / 2);
        const Rect lines{inside.x + (inside.w - w) / 2, inside.y + above, w, inside.h - above};
        frame.canvas.rich({{{sentence.text, sized.face, sized.size, theme.bone}}, w, sized.line_height, Align::centre}, lines,
                          {{0, telling_.bytes_spoken(), theme.gold_on_night}});
        const float share = told.duration.count() > 0 ? static_cast<float>(telling_.position().count()) / static_cast<float>(told.duration.count()) : 0;
        const Rect line{box.x + space::l, box.bottom() - 8, box.w - 2 * space::l, 4};
        frame.canvas.fill(line, theme.bone.with_alpha(0.18f), 2);
        frame.canvas.fill({line.x, line.y, line.w * std::min(1.0f, share), line.h}, theme.gold_on_night, 2);
    }

    // Who speaks, and where that is written: as many of the sources as one line holds. All stand in the story's list.
    [[nodiscard]] static std::string footnote(const Frame& frame, const Sentence& sentence, const TextStyle& style, float width) {
        const std::string by = sentence.by_narrator ? frame.words("figure.narrator") : std::string();
        if (sentence.source.empty()) return by;
        const std::string lead = by.empty() ? by : by + " · ";
        const std::vector<std::string> sources = split_sources(sentence.source);
        for (std::size_t n = sources.size(); n > 0; --n) {
            std::string shown;
            for (std::size_t i = 0; i < n; ++i) shown += (i > 0 ? frame.words("figure.source.between") : "") + sources[i];
            if (n < sources.size()) shown = frame.words("figure.source.more", {{"sources", shown}, {"n", std::to_string(sources.size() - n)}});
            shown = lead + frame.words("figure.source", {{"source", shown}});
            if (frame.canvas.measure(shown, style).x <= width) return shown;
        }
        // On two lines, and if there is no room for more, without saying who speaks.
        const std::string first = frame.words("figure.source", {{"source", sources.front()}});
        TextStyle all = style;
        all.max_lines = 0;
        return frame.canvas.measure(lead + first, all, width).y > 2.5f * style.size * style.line_height ? first : lead + first;
    }

    void transport(Frame& frame, const Layout& place) {
        Rect row = place.moves;
        const std::string clock = minutes(telling_.position()) + " / " + minutes(telling_.narration().duration);
        frame.canvas.text(telling_.broken() ? std::string() : clock, row.cut_right(160 * text_growth(frame)), {Face::sans, type::caption, frame.theme.bone, Align::right, 1.3f, 1, true});
        row.cut_right(space::s);
        if (icon_button(frame, "figure.previous", frame.words("figure.previous"), "icons/seek-back.png", row.cut_left(104))) telling_.previous();
        row.cut_left(space::s);
        if (icon_button(frame, "figure.next", frame.words("figure.next"), "icons/seek-forward.png", row.cut_right(104))) telling_.next();
        row.cut_right(space::s);
        const bool playing = telling_.playing(), ended = telling_.ended();
        const std::string words = frame.words(playing ? "figure.pause" : ended ? "figure.replay" : "figure.play");
        const char* sign = playing ? "icons/pause.png" : ended ? "icons/replay.png" : "icons/play.png";
        const bool narrow = frame.canvas.measure(words, {Face::sans_bold, 34, {}}).x + 110 > row.w;  // then the sign alone
        if (narrow ? icon_button(frame, "figure.toggle", words, sign, row)
                   : button(frame, "figure.toggle", words, row, {Tone::on_night, sign, false, false, !telling_.broken(), 34}))
            telling_.toggle();
        int chosen = 1;
        for (std::size_t i = 0; i < speeds.size(); ++i)
            if (speeds[i] == telling_.speed()) chosen = static_cast<int>(i);
        const int touched = segments(frame, "figure.speed", {"0.75×", "1×", "1.25×", "1.5×"}, chosen, place.speed, true);
        if (touched >= 0) telling_.set_speed(speeds[static_cast<std::size_t>(touched)]);
    }

    void tabs(Frame& frame, Rect row, Rect box) {
        const std::string story = frame.words("figure.tab.story"), life = frame.words("figure.tab.life"), said = frame.words("figure.tab.quotations");
        const int touched = figure_.quotations.empty() ? segments(frame, "figure.tab", {story, life}, tab_, row, true)
                                                       : segments(frame, "figure.tab", {story, life, said}, tab_, row, true);
        if (touched >= 0) tab_ = touched;
        frame.canvas.fill(box, frame.theme.night.with_alpha(0.78f), space::radius);
        if (tab_ == 0) {
            if (const auto chosen = story_.frame(frame, box, figure_, telling_)) telling_.go_to(*chosen);
        } else if (tab_ == 1) {
            life_panel(frame, box, figure_, life_);
        } else {
            quotations_panel(frame, box, figure_, quotations_);
        }
    }

    Figure figure_;
    Puppet puppet_;
    const std::string still_;
    Telling telling_;  // refers to figure_
    Instant entered_ = Instant::never(), appeared_ = Instant::never(), busy_ = Instant::never();
    bool begun_ = false, whole_ = false;
    int tab_ = 0;
    StoryPanel story_;
    Scroll life_, quotations_;
};

// The whole figure lies beside its card picture.
std::string still_of(const Item& item, const Catalogue& catalogue) {
    const std::string still = item.picture.substr(0, item.picture.rfind('/') + 1) + "full.png";
    return catalogue.has(still) ? still : std::string();
}

Result<std::unique_ptr<Exhibit>> open(const Item& item, const Frame& frame) {
    auto text = frame.catalogue->read_text(item.file);
    if (!text) return text.error();
    auto figure = read_figure(*text);
    if (!figure) return figure.error().within("reading " + item.file);
    auto puppet = Puppet::read(*frame.catalogue, *figure);
    if (!puppet) return puppet.error();
    std::map<Lang, std::vector<MouthCue>> cues;
    for (const auto& [lang, narration] : figure->narrations) {
        auto file = frame.catalogue->read_text(narration.cues_file);
        auto read = file ? read_mouth_cues(*file) : Result<std::vector<MouthCue>>(file.error());
        // Without mouth shapes the story can still be told.
        if (read) cues.emplace(lang, std::move(*read));
        else log_warning(read.error().within("mouth shapes " + narration.cues_file).what);
    }
    return std::make_unique<FigureExhibit>(std::move(*figure), std::move(*puppet), still_of(item, *frame.catalogue), cues);
}

}  // namespace

extern const ExhibitKind figure_kind;
const ExhibitKind figure_kind{"figure", open};

}  // namespace xinghuo
