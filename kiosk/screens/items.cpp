// The items of a section, of whatever kinds: a picture, a title and a few words each.
#include <cmath>

#include "kiosk/exhibits/exhibit.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {

std::vector<const Item*> items_of_section(const Catalogue& catalogue, std::string_view section) {
    std::vector<const Item*> found;
    for (const Item& item : catalogue.items())
        if (item.section == section && find_kind(item.kind) != nullptr) found.push_back(&item);
    return found;
}

namespace {

class Items final : public Screen {
public:
    explicit Items(std::string section) : section_(std::move(section)) {}
    [[nodiscard]] std::string id() const override { return "items"; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height + space::s);
        place.cut_bottom(space::l);
        const std::vector<const Item*> items = items_of_section(*frame.catalogue, section_);
        if (items.empty()) {
            notice(frame, place.cut_top(240), frame.words("items.empty.title"), frame.words("items.empty.text"));
        } else {
            scroll_area(frame, "items.scroll", place.inset(-30, 0), scroll_, [&](Rect content) { return rows(frame, content.inset(30, 8), items, place.h, navigator); });
        }
        if (top_bar(frame, title(frame)).back) navigator.back();
    }

private:
    [[nodiscard]] std::string title(const Frame& frame) const {
        for (const Section& section : frame.catalogue->sections())
            if (section.id == section_) return section.title.in(frame.lang);
        return {};
    }

    // Long words beside the picture need room: one column of wide cards; in portrait the picture stands above.
    static float rows(Frame& frame, Rect content, const std::vector<const Item*>& items, float seen, Navigator& navigator) {
        const float top = content.y, gap = space::l;
        std::vector<float> heights;
        float all = -gap;
        for (const Item* item : items) {
            heights.push_back(height_of(frame, *item, content.w));
            all += heights.back() + gap;
        }
        // Few of them stand in the middle of the room.
        content.cut_top(std::max(0.0f, (seen - 16 - all) * 0.4f));
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Rect box = content.cut_top(heights[i]);
            const Rect clip = frame.canvas.clip();
            if (box.bottom() > clip.y - 60 && box.y < clip.bottom() + 60 && item_card(frame, *items[i], box)) navigator.go(make_exhibit(items[i]->id));
            content.cut_top(gap);
        }
        return content.y - gap - top + 24;
    }

    static TextStyle heading_style(const Frame& frame) { return {Face::serif_bold, 48, frame.theme.ink, Align::left, 1.3f, 0, false}; }
    static TextStyle summary_style(const Frame& frame) { return {Face::sans, 32, frame.theme.ink_2, Align::left, 1.55f, 0, false}; }
    static float picture_w(const Frame& frame, float w) { return frame.portrait ? w : std::round(w * 0.3f); }
    static float words_w(const Frame& frame, float w) { return frame.portrait ? w - 2 * space::l : w - picture_w(frame, w) - 2 * space::xl; }

    static float height_of(Frame& frame, const Item& item, float w) {
        const float words = frame.canvas.measure(item.title.in(frame.lang), heading_style(frame), words_w(frame, w)).y + space::s +
                            frame.canvas.measure(item.summary.in(frame.lang), summary_style(frame), words_w(frame, w)).y + 4;
        if (frame.portrait) return std::round(picture_h_portrait(item, w) + words + 2 * space::l);
        return std::round(std::max(item.picture.empty() ? 160.0f : 264.0f, words + 2 * space::xl));
    }
    static float picture_h_portrait(const Item& item, float w) { return item.picture.empty() ? 0 : std::round(w * 0.42f); }

    static bool item_card(Frame& frame, const Item& item, Rect box) {
        const Theme& theme = frame.theme;
        const std::string& title = item.title.in(frame.lang);
        const std::string id = "items." + item.id;
        const LeadCard card = lead_card(frame, id, title, box, frame.portrait ? picture_h_portrait(item, box.w) : picture_w(frame, box.w), [&](Rect picture) {
            frame.canvas.fill(picture, item.picture.empty() ? theme.ember : theme.line, 28);
            if (!item.picture.empty()) return frame.canvas.picture_cover(frame.pack_picture(item.picture, picture.size()), picture, {0.5f, 0.6f}, 28);
            const Vec2 c{picture.x + picture_w(frame, box.w) / 2, picture.centre().y};
            icon(frame, "icons/document.png", {c.x - 60, c.y - 60, 120, 120}, theme.gold_on_night);
        });
        Rect words = card.words.inset(frame.portrait ? space::l : space::xl, 0);
        words.w = words_w(frame, box.w);
        const float heading_h = frame.canvas.measure(title, heading_style(frame), words.w).y + 2;
        const float summary_h = frame.canvas.measure(item.summary.in(frame.lang), summary_style(frame), words.w).y + 2;
        words.cut_top(std::max(0.0f, (words.h - heading_h - space::s - summary_h) / 2));
        frame.canvas.text(title, words.cut_top(heading_h), heading_style(frame));
        words.cut_top(space::s);
        frame.canvas.text(item.summary.in(frame.lang), words.cut_top(summary_h), summary_style(frame));
        ripple(frame, id, card.drawn, theme.cinnabar);
        return card.clicked;
    }

    std::string section_;
    Scroll scroll_;
};

}  // namespace

ScreenPtr make_items(std::string section) { return std::make_unique<Items>(std::move(section)); }

}  // namespace xinghuo
