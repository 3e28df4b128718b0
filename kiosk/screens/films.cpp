// 微党课: the films there are.
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class Films final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "films"; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        Rect place = frame.screen;
        place.cut_top(top_bar_height + space::s);
        place = place.inset(frame.margin, 0);
        place.cut_bottom(space::xl);
        const auto films = frame.catalogue->items_of_kind("film");
        if (films.empty()) {
            notice(frame, place.cut_top(240), frame.words("films.empty.title"), frame.words("films.empty.text"));
        } else {
            scroll_area(frame, "films.scroll", place.inset(-30, 0), scroll_, [&](Rect content) {
                content = content.inset(30, 8);
                const float top = content.y, each = frame.portrait ? content.w * 9 / 16 + 300 : std::min(720.0f, frame.screen.h - 240);
                // Few of them stand in the middle of the room.
                const float needed = static_cast<float>(films.size()) * (each + space::l);
                content.cut_top(std::max(0.0f, (place.h - needed) * 0.42f));
                for (const Item* film : films) {
                    if (film_card(frame, *film, content.cut_top(each))) navigator.go(make_exhibit(film->id));
                    content.cut_top(space::l);
                }
                return content.y - top;
            });
        }
        if (top_bar(frame, frame.words("films.title")).back) navigator.back();
    }

private:
    static bool film_card(Frame& frame, const Item& film, Rect box) {
        const Theme& theme = frame.theme;
        const std::string& title = film.title.in(frame.lang);
        const std::string id = "film." + film.id;
        const LeadCard card = lead_card(frame, id, title, box, frame.portrait ? box.w * 9 / 16 : box.w * 0.64f, [&](Rect picture) {
            frame.canvas.fill(picture, theme.line, 28);
            frame.canvas.picture_cover(frame.pack_picture(film.picture, picture.size()), picture, {0.5f, 0.5f}, 28);
        });
        const Vec2 c = card.picture.centre();
        frame.canvas.circle(c, 76, theme.night.with_alpha(0.72f));
        icon(frame, "icons/play.png", {c.x - 44, c.y - 44, 88, 88}, theme.bone);
        Rect words = card.words.inset(space::l);
        if (frame.portrait) words.cut_top(space::m);
        else words.cut_left(space::xl);
        const TextStyle heading{Face::serif_bold, frame.portrait ? 48.0f : 56.0f, theme.ink, Align::left, 1.3f, 0, false, 36};
        const float heading_h = std::min(frame.canvas.measure(title, heading, words.w).y, frame.portrait ? 130.0f : 300.0f);
        if (!frame.portrait) words.cut_top(std::max(0.0f, (words.h - heading_h - 260) / 2));
        frame.canvas.text(title, words.cut_top(heading_h + 2), heading);
        words.cut_top(space::s);
        frame.canvas.text(film.summary.in(frame.lang), words, {Face::sans, type::body, theme.ink_2, Align::left, 1.6f, 0, false, 28});
        ripple(frame, id, card.drawn, theme.cinnabar);
        return card.clicked;
    }

    Scroll scroll_;
};

}  // namespace

ScreenPtr make_films() { return std::make_unique<Films>(); }

}  // namespace xinghuo
