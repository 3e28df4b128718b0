// A gallery: its pictures side by side on paper; one of them alone, on night, as near as one likes.
#include "content/exhibit/gallery.h"

#include <fmt/format.h>

#include <cmath>

#include "kiosk/exhibits/exhibit.h"
#include "kiosk/exhibits/gallery_view.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class GalleryExhibit final : public Exhibit {
public:
    explicit GalleryExhibit(Gallery gallery) : gallery_(std::move(gallery)) {
        if (gallery_.pictures.size() == 1) shown_ = 0;
    }

    Wish frame(Frame& frame) override {
        Wish wish;
        if (shown_) {
            one(frame);
            if (top_bar(frame, gallery_.title.in(frame.lang), true).back) {
                if (gallery_.pictures.size() == 1) wish.what = Wish::What::back;
                else shown_.reset();
            }
            return wish;
        }
        all(frame);
        if (top_bar(frame, gallery_.title.in(frame.lang)).back) wish.what = Wish::What::back;
        return wish;
    }

private:
    static TextStyle title_style(const Frame& frame) { return {Face::serif_bold, 36, frame.theme.ink, Align::left, 1.3f, 5}; }
    static TextStyle line_style(const Frame& frame) { return {Face::sans, type::caption, frame.theme.ink_2, Align::left, 1.35f, 4}; }

    // "1935年1月 · 贵州遵义".
    static std::string line_of(const Frame& frame, const GalleryPicture& picture) {
        std::string line = picture.date.empty() ? std::string() : spoken_date(frame, picture.date);
        if (const std::string& place = picture.place.in(frame.lang); !place.empty()) line += (line.empty() ? "" : " · ") + place;
        return line;
    }

    void all(Frame& frame) {
        ground(frame);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height);
        place.cut_bottom(space::m);
        const int columns = frame.portrait ? 2 : text_growth(frame) > 1.2f ? 3 : 4;  // a long word stays whole
        const float gap = space::l, w = (place.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
        // The words under every picture get the same room: as much as the longest of them need.
        float title_h = 0, line_h = 0;
        for (const GalleryPicture& picture : gallery_.pictures) {
            title_h = std::max(title_h, frame.canvas.measure(picture.title.in(frame.lang), title_style(frame), w - 2 * space::m).y);
            line_h = std::max(line_h, frame.canvas.measure(line_of(frame, picture), line_style(frame), w - 2 * space::m).y);
        }
        const std::string& summary = gallery_.summary.in(frame.lang);
        const TextStyle summary_style{Face::sans, 32, frame.theme.ink_2, Align::left, 1.5f};
        const float summary_w = std::min(place.w, 1296.0f), summary_h = summary.empty() ? 0 : frame.canvas.measure(summary, summary_style, summary_w).y + 2;
        // Whole rows are seen, where the pictures need not be too flat for it.
        const float words_h = 2 * space::s + title_h + space::xs + line_h + 6, rows_seen = frame.portrait ? 4 : 2;
        const float room = place.h - (summary.empty() ? 0 : summary_h + space::m) - 8 - 28 - gap * (rows_seen - 1);
        const float picture_h = std::round(std::clamp(room / rows_seen - words_h, w * 0.5f, w * 0.75f)), h = std::round(picture_h + words_h);
        scroll_area(frame, "gallery.scroll", place.inset(-30, 0), scroll_, [&](Rect content) {
            content = content.inset(30, 0);
            const float top = content.y;
            if (!summary.empty()) {
                frame.canvas.text(summary, {content.x, content.y + 4, summary_w, summary_h}, summary_style);
                content.cut_top(summary_h + space::m);
            }
            const Rect clip = frame.canvas.clip();
            const auto rows = (static_cast<int>(gallery_.pictures.size()) + columns - 1) / columns;
            for (std::size_t i = 0; i < gallery_.pictures.size(); ++i) {
                const auto column = static_cast<float>(static_cast<int>(i) % columns), row = static_cast<float>(static_cast<int>(i) / columns);
                const Rect box{content.x + column * (w + gap), content.y + 8 + row * (h + gap), w, h};
                if (box.bottom() < clip.y - 40 || box.y > clip.bottom() + 40) continue;
                if (picture_card(frame, gallery_.pictures[i], box, picture_h, title_h)) show(i);
            }
            return content.y + 8 + static_cast<float>(rows) * (h + gap) - gap + 28 - top;
        });
    }

    static bool picture_card(Frame& frame, const GalleryPicture& picture, Rect box, float picture_h, float title_h) {
        const Theme& theme = frame.theme;
        const std::string id = "gallery.card." + picture.id;
        const Press press = pressable(frame, id, picture.title.in(frame.lang), box);
        frame.canvas.shadow(box, space::radius);
        const Rect drawn = press.held ? box.inset(4) : box;
        frame.canvas.fill(drawn, theme.paper_raised, space::radius);
        Rect words = drawn;
        const Rect still = words.cut_top(picture_h);
        {
            const auto end = frame.canvas.clipped(still);
            const Rect seen{still.x, still.y, still.w, still.h + space::radius};
            frame.canvas.fill(seen, theme.line, space::radius);
            frame.canvas.picture_cover(frame.pack_picture(picture.card, seen.size()), seen, {0.5f, 0.6f}, space::radius);
        }
        frame.canvas.fill({still.x, still.bottom() - 4, still.w, 4}, theme.cinnabar);
        words = words.inset(space::m, space::s);
        frame.canvas.text(picture.title.in(frame.lang), words.cut_top(title_h + 2), title_style(frame));
        words.cut_top(space::xs);
        words.h += 4;
        frame.canvas.text(line_of(frame, picture), words, line_style(frame));
        ripple(frame, id, drawn, theme.cinnabar);
        return press.clicked;
    }

    void one(Frame& frame) {
        ground(frame, true);
        const GalleryPicture& picture = gallery_.pictures[*shown_];
        const float growth = text_growth(frame);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height);
        place.cut_bottom(space::l);
        Rect words, controls;
        if (frame.portrait) {
            controls = place.cut_bottom(88);
            place.cut_bottom(space::m);
            words = place.cut_bottom(std::min(place.h * 0.45f, words_height(frame, picture, place.w) + space::m));
            place.cut_bottom(space::m);
        } else {
            words = place.cut_right(440 + 200 * (growth - 1));
            place.cut_right(space::l);
            controls = words.cut_bottom(2 * 88 + space::m);
            words.cut_bottom(space::l);
        }
        const GalleryView::Turn turn = view_.frame(frame, picture, frame.lang, place);
        caption(frame, picture, words);
        buttons(frame, controls);
        if (turn == GalleryView::Turn::next) step(1);
        if (turn == GalleryView::Turn::previous) step(-1);
    }

    static TextStyle name_style(const Frame& frame) { return {Face::serif_bold, 48, frame.theme.bone, Align::left, 1.3f}; }
    static TextStyle small_style(Colour colour) { return {Face::sans, 30, colour, Align::left, 1.5f}; }

    struct Words {
        std::string text;
        TextStyle style;
        float above = 0;
    };
    [[nodiscard]] std::vector<Words> words_of(const Frame& frame, const GalleryPicture& picture) const {
        std::vector<Words> all;
        all.push_back({picture.title.in(frame.lang), name_style(frame), 0});
        if (const std::string line = line_of(frame, picture); !line.empty()) all.push_back({line, small_style(frame.theme.gold_on_night), space::s});
        all.push_back({picture.alt.in(frame.lang), small_style(frame.theme.bone), space::m});
        all.push_back({frame.words("gallery.source", {{"source", picture.source.in(frame.lang)}}), small_style(frame.theme.bone_2), space::m});
        return all;
    }

    [[nodiscard]] float words_height(Frame& frame, const GalleryPicture& picture, float w) const {
        float h = 0;
        for (const Words& words : words_of(frame, picture)) h += words.above + frame.canvas.measure(words.text, words.style, w).y + 2;
        return h + 4;
    }

    void caption(Frame& frame, const GalleryPicture& picture, Rect box) {
        // Words that need more room than there is are read like a list.
        scroll_area(frame, "gallery.words", box, words_scroll_, [&](Rect content) {
            const float top = content.y;
            for (const Words& words : words_of(frame, picture)) {
                content.cut_top(words.above);
                const float h = frame.canvas.measure(words.text, words.style, content.w).y + 2;
                frame.canvas.text(words.text, content.cut_top(h), words.style);
            }
            return content.y - top;
        }, true);
    }

    // A button that shows a sign, and has its words for whoever asks.
    static bool sign(Frame& frame, std::string_view id, const std::string& name, std::string_view picture, Rect box, bool enabled) {
        const Theme& theme = frame.theme;
        const Press press = enabled ? pressable(frame, id, name, box) : Press{};
        const auto fade = frame.canvas.faded(enabled ? 1.0f : 0.4f);
        frame.canvas.fill(box, press.held ? theme.bone.with_alpha(0.30f) : theme.night.with_alpha(0.55f), space::radius);
        frame.canvas.stroke(box, theme.bone.with_alpha(0.38f), 2, space::radius);
        ripple(frame, id, box, theme.bone);
        icon(frame, picture, {box.centre().x - 28, box.centre().y - 28, 56, 56}, theme.bone);
        return press.clicked;
    }

    void buttons(Frame& frame, Rect box) {
        const auto look = [](bool enabled) { return ButtonLook{Tone::on_night, "", false, false, enabled, 32}; };
        const bool whole = view_.whole(frame.now);
        Rect zoom = box, turn = box;
        if (frame.portrait) {
            zoom = turn.cut_left(box.w * 0.46f);
            turn.cut_left(space::l);
        } else {
            zoom = turn.cut_top(88);
            turn.cut_top(space::m);
        }
        const float third = (zoom.w - 2 * space::m) / 3;
        if (sign(frame, "gallery.nearer", frame.words("gallery.nearer"), "icons/plus.png", zoom.cut_left(third), true)) view_.zoom_by(2, frame.now);
        zoom.cut_left(space::m);
        if (sign(frame, "gallery.farther", frame.words("gallery.farther"), "icons/minus.png", zoom.cut_left(third), !whole)) view_.zoom_by(0.5f, frame.now);
        zoom.cut_left(space::m);
        if (button(frame, "gallery.whole", frame.words("gallery.whole"), zoom, look(!whole))) view_.show_whole(frame.now);
        if (gallery_.pictures.size() < 2) return;
        const float half = (turn.w - space::m) / 2;
        if (button(frame, "gallery.previous", frame.words("gallery.previous"), turn.cut_left(half), look(*shown_ > 0))) step(-1);
        turn.cut_left(space::m);
        if (button(frame, "gallery.next", frame.words("gallery.next"), turn, look(*shown_ + 1 < gallery_.pictures.size()))) step(1);
    }

    void show(std::size_t picture) {
        shown_ = picture;
        view_.restart();
        words_scroll_ = Scroll();
    }

    void step(int by) {
        const auto to = static_cast<std::ptrdiff_t>(*shown_) + by;
        if (to >= 0 && to < static_cast<std::ptrdiff_t>(gallery_.pictures.size())) show(static_cast<std::size_t>(to));
    }

    Gallery gallery_;
    std::optional<std::size_t> shown_;
    GalleryView view_;
    Scroll scroll_, words_scroll_;
};

Result<std::unique_ptr<Exhibit>> open(const Item& item, const Frame& frame) {
    auto text = frame.catalogue->read_text(item.file);
    if (!text) return text.error();
    auto gallery = read_gallery(*text);
    if (!gallery) return gallery.error().within("reading " + item.file);
    if (gallery->pictures.empty()) return Error{ErrorKind::missing, item.file + ": there are no pictures"};
    return std::make_unique<GalleryExhibit>(std::move(*gallery));
}

}  // namespace

extern const ExhibitKind gallery_kind;
const ExhibitKind gallery_kind{"gallery", open};

}  // namespace xinghuo
