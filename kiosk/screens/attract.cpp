// 待机: a stage with its figure, today in history, an invitation. Never the same picture for long.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "content/base/log.h"
#include "content/exhibit/timeline.h"
#include "content/figure/figure.h"
#include "kiosk/exhibits/figure_puppet.h"
#include "kiosk/exhibits/figure_stage.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr double slide_s = 14;  // how long one figure's stage stands
constexpr int sparks = 26;

// 0–1, the same for the same number.
double scattered(int number, int salt) {
    const double v = std::sin(number * 127.1 + salt * 311.7) * 43758.5453;
    return v - std::floor(v);
}

class Attract final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "attract"; }
    [[nodiscard]] bool idles() const override { return false; }

    void frame(Frame& frame, Navigator& navigator) override {
        if (!read_) read(frame);
        frame.canvas.fill(frame.screen, frame.theme.night);
        const std::size_t slide = slide_at(frame);
        if (slide < figures_.size()) {
            const Within own(frame, figures_[slide].of);
            stage(frame, figures_[slide]);
        }
        const Rect text = words_place(frame);
        heading(frame, text);
        history(frame, text);
        invitation(frame);
        if (pressable(frame, "attract", frame.words("attract.touch"), frame.screen).clicked) navigator.go(make_hall());
        ripple(frame, "attract", frame.screen, frame.theme.bone);
    }

    void catalogue_changed(bool) override {
        read_ = false;
        waiting_.clear();
        figures_.clear();
        events_.clear();
    }

private:
    struct Shown {
        std::shared_ptr<const Catalogue> of;  // from the place of its pack
        Figure figure;
        std::string card;
        std::optional<Puppet> puppet;  // where it may move
        bool puppet_read = false;
    };

    void read(const Frame& frame) {
        read_ = true;
        catalogue_ = frame.catalogue;
        for (const Item* item : frame.catalogue->items_of_kind("figure")) waiting_.push_back(item);
        for (const Item* item : frame.catalogue->items_of_kind("timeline")) {
            auto text = frame.catalogue->read_text(item->file);
            auto events = text ? read_timeline(*text) : Result<std::vector<TimelineEvent>>(text.error());
            if (events) events_.insert(events_.end(), std::make_move_iterator(events->begin()), std::make_move_iterator(events->end()));
            else log_warning(events.error().within("attract: " + item->id).what);
        }
        // Of several packs, one history.
        std::stable_sort(events_.begin(), events_.end(), [](const TimelineEvent& a, const TimelineEvent& b) { return a.date < b.date; });
    }

    // One figure at a time, each when its slide comes near: the first picture does not wait for all eight stories.
    void read_next_figure() {
        while (!waiting_.empty()) {
            const Item* item = waiting_.front();
            waiting_.erase(waiting_.begin());
            auto text = catalogue_->read_text(item->file);
            auto figure = text ? read_figure(*text) : Result<Figure>(text.error());
            if (figure) return figures_.push_back({catalogue_->within(*item), std::move(*figure), item->picture, {}, false});
            log_warning(figure.error().within("attract: " + item->id).what);
        }
    }

    // The slide of this moment, counted over all figures there are; those before it have been read by then.
    [[nodiscard]] std::size_t slide_at(const Frame& frame) {
        const auto turn = static_cast<std::size_t>(seconds(frame.now.since_start) / slide_s);
        while (!waiting_.empty() && figures_.size() <= turn % (figures_.size() + waiting_.size())) read_next_figure();
        return figures_.empty() ? 0 : turn % (figures_.size() + waiting_.size());
    }

    // Three layers slide by different amounts; the figure stands between the middle and the near one.
    void stage(Frame& frame, Shown& shown) {
        const double t = seconds(frame.now.since_start);
        const double into = std::fmod(t, slide_s);
        const StageArt& art = shown.figure.stage;
        const Rect s = frame.screen;
        const float scale = std::max(s.w / 1920, s.h / art.height);
        const Vec2 size{art.width * scale, art.height * scale};
        // With everything still (no GPU, or by wish) the layers rest a little apart instead.
        const float drift = frame.calm() ? 0.0f : static_cast<float>(std::sin(into / slide_s * 3.14159265) - 0.5) * 120 * scale;
        const float middle = s.w / 2 + (frame.portrait ? 0 : s.w * 0.165f);
        const auto place = [&](float slid) {
            return Rect{std::clamp(middle - size.x / 2 + slid, s.w - size.x, 0.0f), s.h - size.y, size.x, size.y};
        };
        const Texture ground = frame.calm() ? still_stage(frame, art, size) : frame.pack_picture(art.layers[0], size);
        if (ground.id == 0) return;  // night, until it comes; darkness needs no shading
        if (frame.calm()) frame.canvas.picture(ground, place(0));
        for (std::size_t i = 0; i < art.layers.size() && !frame.calm(); ++i)
            frame.canvas.picture(frame.pack_picture(art.layers[i], size), place(drift * art.parallax[i]));
        const float grown = text_growth(frame) - 1;
        const float h = s.h * (frame.portrait ? 0.47f - 0.22f * grown : 0.84f), feet = s.h * (frame.portrait ? 0.845f : 0.955f);
        const Vec2 figure{h / 2, h};
        const float rise = frame.calm() ? 1 : ease_out(progress(frame.now, frame.now - from_seconds(into), Milliseconds(900)));
        frame.canvas.glow({middle, feet - h * 0.55f}, h * 0.5f, h * 0.62f, rgb(0xF0C98A).with_alpha(0.20f));
        frame.canvas.glow({middle, feet - 6}, h * 0.24f, h * 0.03f, rgb(0x080504).with_alpha(0.9f));
        if (!frame.calm()) rising_sparks(frame);
        const Stand stand{{middle + drift * 0.8f, feet + (1 - rise) * 30}, h / 2000};  // the drawing is 2,000 high
        if (!living(frame, shown, stand, into))
            frame.canvas.picture(frame.pack_picture(full_picture(shown), figure),
                                 {stand.feet.x - figure.x / 2, stand.feet.y - h * 0.97f, figure.x, figure.y},
                                 Colour{255, 255, 255, 255}.with_alpha(rise));
        // The next stage comes out of the dark.
        if (!frame.calm()) {
            const double edge = std::min(into, slide_s - into);
            if (edge < 0.7) frame.canvas.fill(s, frame.theme.night.with_alpha(static_cast<float>(1 - edge / 0.7)));
            frame.animate();
        } else {
            frame.wake_at(frame.now + from_seconds(slide_s - into));
        }
        // Words stand on the left (or above): darker there, without an edge.
        if (frame.portrait) {
            veil(frame, {0, 0, s.w, s.h * (0.50f + 0.3f * grown)}, 0.62f, 0.90f, true);
            frame.canvas.fill_gradient({0, s.h * 0.74f, s.w, s.h * 0.14f}, frame.theme.night.with_alpha(0), frame.theme.night.with_alpha(0.92f));
            frame.canvas.fill({0, s.h * 0.88f, s.w, s.h * 0.12f}, frame.theme.night.with_alpha(0.92f));
        } else {
            veil(frame, {0, 0, s.w * 0.66f, s.h}, 0.56f, 0.90f, false);
        }
        name_plate(frame, shown.figure, middle);
    }

    // Night from the left (or the top): whole for a share of the box, then softly to nothing.
    static void veil(Frame& frame, Rect box, float whole, float strength, bool down) {
        constexpr int steps = 12;
        const auto alpha = [&](int step) {
            const float x = 1 - static_cast<float>(step) / steps;
            return frame.theme.night.with_alpha(strength * x * x * (3 - 2 * x));
        };
        // On whole px: neighbours that overlap or gape would show as lines.
        const auto px = [&](float at) { return std::round(at * frame.canvas.scale()) / frame.canvas.scale(); };
        const float length = down ? box.h : box.w;
        const auto edge = [&](int step) { return px(length * (whole + (1 - whole) * static_cast<float>(step) / steps)); };
        frame.canvas.fill(down ? Rect{box.x, box.y, box.w, edge(0)} : Rect{box.x, box.y, edge(0), box.h}, alpha(0));
        for (int k = 0; k < steps; ++k) {
            const float from = edge(k), to = edge(k + 1);
            if (down) frame.canvas.fill_gradient({box.x, box.y + from, box.w, to - from}, alpha(k), alpha(k + 1));
            else frame.canvas.fill_gradient_across({box.x + from, box.y, to - from, box.h}, alpha(k), alpha(k + 1));
        }
    }

    // It breathes, blinks and shifts its weight, as far as the machine draws that without effort. False: a picture will do.
    static bool living(Frame& frame, Shown& shown, const Stand& stand, double into) {
        if (frame.calm()) return false;
        if (!shown.puppet_read) {
            shown.puppet_read = true;
            auto puppet = Puppet::read(*frame.catalogue, shown.figure);
            if (puppet) shown.puppet = std::move(*puppet);
            else log_warning(puppet.error().within("attract: " + shown.figure.id).what);
        }
        if (!shown.puppet || !shown.puppet->ready(frame, stand)) return false;
        Performance still;
        still.seed = shown.figure.id.size() * 7919 + static_cast<std::uint64_t>(shown.figure.id.front());
        still.entrance = 0;
        PoseMoment moment;
        moment.alive = into;
        shown.puppet->draw(frame, pose_at(shown.puppet->rig(), still, moment), stand);
        return true;
    }

    // What the hall is named after: sparks that rise through the dark and go out.
    static void rising_sparks(Frame& frame) {
        const double t = seconds(frame.now.since_start);
        const Rect s = frame.screen;
        for (int k = 0; k < sparks; ++k) {
            const double life = 9 + 8 * scattered(k, 1), turn = t / life + scattered(k, 2);
            const int round = static_cast<int>(turn);
            const auto share = static_cast<float>(turn - round);
            const auto sway = static_cast<float>(std::sin(t * (0.5 + 0.4 * scattered(k, 3)) + k));
            const float x = s.w * static_cast<float>(scattered(k + 97 * (round % 8), 4)) + 26 * sway;
            const float y = s.h * (1.02f - 0.9f * share), r = 1.6f + 2.2f * static_cast<float>(scattered(k, 5));
            const float lit = std::min(1.0f, share * 6) * (1 - share) * (0.75f + 0.25f * sway);
            frame.canvas.glow({x, y}, r * 7, r * 7, rgb(0xF2A54A).with_alpha(0.34f * lit));
            frame.canvas.circle({x, y}, r, rgb(0xFFD98A).with_alpha(0.9f * lit));
        }
    }

    static std::string full_picture(const Shown& shown);

    void name_plate(Frame& frame, const Figure& figure, float middle) {
        const Rect s = frame.screen;
        const float w = frame.portrait ? s.w - 2 * frame.margin : 560, grown = text_growth(frame) - 1;
        const float y = frame.portrait ? s.h * 0.855f : s.h - 250 - 60 * grown;
        const float x = frame.portrait ? frame.margin : std::min(middle + 190, s.w - frame.margin - w);
        const Align align = frame.portrait ? Align::centre : Align::right;
        frame.canvas.text(figure.name.in(frame.lang), {x, y, w, 72}, {Face::serif_bold, 52, frame.theme.bone, align, 1.3f, 1});
        frame.canvas.text(years(figure.born, figure.died), {x, y + 68 * (1 + grown), w, 50}, {Face::serif, 34, frame.theme.gold_on_night, align, 1.3f, 1});
    }

    [[nodiscard]] static Rect words_place(const Frame& frame) {
        const Rect s = frame.screen;
        const float grown = text_growth(frame) - 1;
        if (frame.portrait) return {frame.margin, 100, s.w - 2 * frame.margin, s.h * (0.345f + 0.22f * grown)};
        return {frame.margin, 100, s.w * 0.43f, s.h - 320 + 180 * grown};
    }

    void heading(Frame& frame, Rect place) {
        const Theme& theme = frame.theme;
        const Texture seal = frame.art("ornaments/seal-solid.png", {112, 112});
        frame.canvas.picture(seal, {place.x, place.y, 112, 112});
        frame.canvas.text(frame.words("seal"), {place.x, place.y, 112, 112}, {Face::serif_bold, 60, theme.bone, Align::centre, 1.2f, 1, true});
        Rect words{place.x + 144, place.y - 14, place.w - 144, 150};
        frame.canvas.text(frame.words("product"), words.cut_top(92), {Face::serif_bold, 76, theme.bone, Align::left, 1.2f, 1, true, 44});
        frame.canvas.text(frame.words("product.other"), words, {Face::serif, 34, theme.bone_2, Align::left, 1.3f, 1});
    }

    void history(Frame& frame, Rect place) {
        const DayInHistory day = day_in_history(events_, frame.today);
        if (day.events.empty()) return;
        const auto which = static_cast<std::size_t>(seconds(frame.now.since_start) / slide_s) % day.events.size();
        const TimelineEvent& event = *day.events[which];
        const Theme& theme = frame.theme;
        const float top = frame.portrait ? 176 : std::max(210 - 120 * (text_growth(frame) - 1), place.h * (0.29f - 0.4f * (text_growth(frame) - 1)));
        Rect box{place.x, place.y + top, place.w, place.bottom() - place.y - top};
        const std::string_view key = day.nearness == DayInHistory::Nearness::day     ? "attract.today"
                                     : day.nearness == DayInHistory::Nearness::month ? "attract.month"
                                                                                     : "attract.soon";
        frame.canvas.fill({box.x, box.y + 8, 6, 44}, theme.cinnabar);
        frame.canvas.text(frame.words(key), Rect{box.x + 26, box.y, box.w - 26, 60}, {Face::sans_bold, 36, theme.gold_on_night, Align::left, 1.3f, 1, true});
        box.cut_top(76);
        frame.canvas.text(spoken_date(frame, event.date), box.cut_top(64 * text_growth(frame)), {Face::serif, type::lead, theme.bone, Align::left, 1.3f, 1});
        const TextStyle title{Face::serif_bold, frame.lang == Lang::zh ? 58.0f : 50.0f, theme.bone, Align::left, 1.3f, 2, false, 40};
        const float title_h = std::min(156.0f * text_growth(frame), frame.canvas.measure(event.title.in(frame.lang), title, box.w).y + 4);
        frame.canvas.text(event.title.in(frame.lang), box.cut_top(title_h), title);
        box.cut_top(10);
        frame.canvas.text(event.text.in(frame.lang), box,
                          {Face::sans, 34, theme.bone_2, Align::left, 1.6f - 0.6f * (text_growth(frame) - 1), 0, false, 28});
    }

    void invitation(Frame& frame) {
        const Theme& theme = frame.theme;
        const Rect s = frame.screen;
        const float y = s.h - (frame.portrait ? 96.0f : 118.0f), x = frame.portrait ? s.w / 2 - 270 : frame.margin + 40;
        // The ring breathes slowly; without a GPU it still does, as it is small.
        const float pulse = frame.effects.less_motion ? 0.5f : breath(frame.now, 2.8);
        frame.canvas.circle({x, y}, 16 + 3 * pulse, theme.gold_on_night);
        frame.canvas.ring({x, y}, 26 + 14 * pulse, 0, 1, theme.gold_on_night.with_alpha(0.9f - 0.7f * pulse), 3);
        frame.canvas.text(frame.words("attract.invitation"), {x + 66, y - 40, 640, 80}, {Face::serif_bold, 48, theme.bone, Align::left, 1.3f, 1, true, 32});
        if (!frame.effects.less_motion) frame.wake_at(frame.now + from_seconds(frame.effects.reduced ? 1.0 / 12 : 1.0 / 60));
    }

    bool read_ = false;
    std::shared_ptr<const Catalogue> catalogue_;
    std::vector<const Item*> waiting_;  // figures not read yet; the catalogue's
    std::vector<Shown> figures_;
    std::vector<TimelineEvent> events_;
};

// The cut-out of the whole figure lies beside its card picture.
std::string Attract::full_picture(const Shown& shown) {
    const std::size_t slash = shown.card.rfind('/');
    return slash == std::string::npos ? shown.card : shown.card.substr(0, slash) + "/full.png";
}

}  // namespace

ScreenPtr make_attract() { return std::make_unique<Attract>(); }

}  // namespace xinghuo
