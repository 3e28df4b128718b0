// 人物: the gallery. Eight people, two rows in landscape, two columns in portrait; more scroll.
#include "content/base/log.h"
#include "content/figure/figure.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr float inset_x = 18;

class Figures final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "figures"; }

    void frame(Frame& frame, Navigator& navigator) override {
        if (!read_) read(frame);
        ground(frame);
        Rect place = frame.screen;
        place.cut_top(top_bar_height);
        place = place.inset(frame.margin, 0);
        if (shown_.empty()) {
            notice(frame, place.cut_top(240), frame.words("figures.empty.title"), frame.words("figures.empty.text"));
            if (top_bar(frame, frame.words("figures.title")).back) navigator.back();
            return;
        }
        const float gap = frame.portrait ? space::l : 28.0f;
        const int columns = frame.portrait ? 2 : 4;
        const float w = (place.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
        const int rows_seen = frame.portrait ? 4 : 2;
        const Room words = room(frame, w);
        const float h = std::max(words.all + 190, (place.h - 8 - 28 - gap * static_cast<float>(rows_seen - 1)) / static_cast<float>(rows_seen));
        scroll_area(frame, "figures.scroll", place.inset(-30, 0), scroll_, [&](Rect content) {
            content = content.inset(30, 0);
            const int rows = (static_cast<int>(shown_.size()) + columns - 1) / columns;
            for (std::size_t i = 0; i < shown_.size(); ++i) {
                const auto column = static_cast<float>(static_cast<int>(i) % columns), row = static_cast<float>(static_cast<int>(i) / columns);
                const Rect box{content.x + column * (w + gap), content.y + 8 + row * (h + gap), w, h};
                if (portrait_card(frame, shown_[i], box, words)) navigator.go(make_exhibit(shown_[i].item));
            }
            return 8 + static_cast<float>(rows) * (h + gap) - gap + 28;
        });
        if (top_bar(frame, frame.words("figures.title")).back) navigator.back();
    }

    void catalogue_changed(bool) override {
        read_ = false;
        shown_.clear();
    }

private:
    struct Shown {
        std::string item, picture, years;
        Bilingual name, epithet;
    };

    void read(const Frame& frame) {
        read_ = true;
        for (const Item* item : frame.catalogue->items_of_kind("figure")) {
            auto text = frame.catalogue->read_text(item->file);
            auto figure = text ? read_figure(*text) : Result<Figure>(text.error());
            if (!figure) {
                log_warning(figure.error().within("gallery: " + item->id).what);
                continue;
            }
            shown_.push_back({item->id, item->picture, years(figure->born, figure->died), figure->name, figure->epithet});
        }
    }

    static TextStyle epithet_style(const Frame& frame) { return {Face::sans, type::caption, frame.theme.ink_2, Align::left, 1.32f, 4}; }
    static TextStyle name_style(const Frame& frame) {
        return {Face::serif_bold, frame.lang == Lang::zh ? 42.0f : 36.0f, frame.theme.ink, Align::left, 1.25f, 1, true, 28};
    }
    static TextStyle date_style(const Frame& frame) { return {Face::serif, 28, frame.theme.cinnabar_deep, Align::left, 1.25f, 1, true}; }

    // The words under every picture get the same room: as much as the longest of them need.
    struct Room {
        float name = 0, date = 0, all = 0;  // heights; date 0: it stands beside the name
    };
    [[nodiscard]] Room room(const Frame& frame, float card_w) const {
        Room room;
        const float w = card_w - 2 * inset_x;
        float epithet = 0, date = 0;
        bool beside = true;
        for (const Shown& shown : shown_) {
            const Vec2 name = frame.canvas.measure(shown.name.in(frame.lang), name_style(frame));
            const Vec2 years = frame.canvas.measure(shown.years, date_style(frame));
            epithet = std::max(epithet, frame.canvas.measure(shown.epithet.in(frame.lang), epithet_style(frame), w).y);
            room.name = std::max(room.name, name.y + 4);
            date = std::max(date, years.y + 2);
            // A name may be a fifth smaller than it would be for its years to stand beside it.
            beside = beside && name.x * 0.8f + years.x + space::s < w;
        }
        if (!beside) room.date = date;
        room.all = room.name + room.date + epithet + 2 * space::s + 4;
        return room;
    }

    static bool portrait_card(Frame& frame, const Shown& shown, Rect box, const Room& room) {
        const Theme& theme = frame.theme;
        const std::string& name = shown.name.in(frame.lang);
        const Press press = pressable(frame, "figure." + shown.item, name, box);
        frame.canvas.shadow(box, space::radius);
        const Rect drawn = press.held ? box.inset(4) : box;
        frame.canvas.fill(drawn, theme.paper_raised, space::radius);
        Rect inside = drawn;
        const Rect words = inside.cut_bottom(room.all);
        // A dark niche with a light behind the head, as in a cabinet.
        frame.canvas.fill(inside, theme.ember, space::radius);
        frame.canvas.fill({inside.x, inside.bottom() - space::radius, inside.w, space::radius}, theme.ember);
        frame.canvas.glow({inside.centre().x, inside.y + inside.h * 0.45f}, inside.w * 0.5f, inside.h * 0.55f, rgb(0xE9B978).with_alpha(0.42f));
        {
            const auto niche = frame.canvas.clipped(inside);
            // As large as the niche is wide, but the head with what is worn on it stays inside: it ends 55 % down the picture.
            const float picture_w = std::min(inside.w, inside.h / 0.73f * (640.0f / 720.0f)), picture_h = picture_w * (720.0f / 640.0f);
            frame.canvas.picture(frame.pack_picture(shown.picture, {picture_w, picture_h}),
                                 {inside.centre().x - picture_w / 2, std::max(inside.y, inside.bottom() - picture_h + 4), picture_w, picture_h});
        }
        frame.canvas.fill({inside.x, inside.bottom() - 4, inside.w, 4}, theme.cinnabar);
        Rect text = words.inset(inset_x, space::s);
        Rect first = text.cut_top(room.name);
        const float years_w = frame.canvas.measure(shown.years, date_style(frame)).x + 2;
        const Rect date = room.date > 0 ? text.cut_top(room.date) : first.cut_right(years_w);
        if (room.date <= 0) first.cut_right(space::xs);
        frame.canvas.text(name, first, name_style(frame));
        frame.canvas.text(shown.years, date, date_style(frame));
        frame.canvas.text(shown.epithet.in(frame.lang), text, epithet_style(frame));
        ripple(frame, "figure." + shown.item, drawn, theme.cinnabar);
        return press.clicked;
    }

    bool read_ = false;
    std::vector<Shown> shown_;
    Scroll scroll_;
};

}  // namespace

ScreenPtr make_figures() { return std::make_unique<Figures>(); }

}  // namespace xinghuo
