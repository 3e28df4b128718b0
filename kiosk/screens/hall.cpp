// 大厅: the sections as large pictures. From here every story is at most two touches away.
#include "kiosk/screens/notice_board.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class Hall final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "hall"; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        bar(frame, navigator);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(176);
        place.cut_bottom(frame.portrait ? 72 : 64);
        welcome(frame, place.cut_top(frame.portrait ? 88 + 122 * text_growth(frame) : 150));
        place.cut_top(space::l);
        board_.hall_card(frame, place, navigator);
        // A pack may name sections that a later program knows; they are not shown, and break nothing.
        std::vector<const Section*> sections;
        for (const Section& section : frame.catalogue->sections())
            if (known(frame, section.id)) sections.push_back(&section);
        if (sections.empty()) {
            notice(frame, place.cut_top(240), frame.words("hall.empty.title"), frame.words("hall.empty.text"));
            return;
        }
        for (std::size_t i = 0; i < sections.size(); ++i)
            if (picture_card(frame, *sections[i], slot(frame, place, i, sections.size()), i == 0, i > 0 && sections.size() > 4)) open(frame, sections[i]->id, navigator);
    }

private:
    static bool has_screen(std::string_view section) { return section == "figures" || section == "lectures" || section == "quiz"; }
    static bool known(const Frame& frame, std::string_view section) {
        return has_screen(section) || !items_of_section(*frame.catalogue, section).empty();
    }

    static void bar(Frame& frame, Navigator& navigator) {
        const Theme& theme = frame.theme;
        Rect row = Rect{frame.margin, 0, frame.screen.w - 2 * frame.margin, 152}.inset(0, 40);
        frame.canvas.picture(frame.art("ornaments/seal-solid.png", {72, 72}), {row.x, row.y, 72, 72});
        frame.canvas.text(frame.words("seal"), {row.x, row.y, 72, 72}, {Face::serif_bold, 40, theme.bone, Align::centre, 1.2f, 1, true});
        row.cut_left(72 + space::m);
        const float leave_w = frame.canvas.measure(frame.words("hall.leave"), {Face::sans_bold, 32, {}, Align::left, 1.25f, 1}).x + 32 * 1.3f + 14 + 2 * space::s + 4;
        if (button(frame, "hall.leave", frame.words("hall.leave"), row.cut_right(std::max(272.0f, leave_w)), {Tone::plain, "icons/power.png", false, false, true, 32}))
            navigator.leave();
        row.cut_right(space::m);
        const std::string language = frame.words("bar.other_language");
        const float language_w = frame.canvas.measure(language, {Face::sans_bold, 32, {}, Align::left, 1.25f, 1}).x + 2 * space::s + 4;
        if (button(frame, "bar.language", language, row.cut_right(std::max(168.0f, language_w)), {Tone::plain, "", false, false, true, 32}))
            frame.wished_lang = other(frame.lang);
        row.cut_right(space::m);
        if (!frame.portrait) member(frame, row);
        frame.canvas.text(frame.words("product"), row, {Face::serif_bold, 48, theme.ink, Align::left, 1.3f, 1, true, 30 / text_growth(frame)});
    }

    // Who is here; or the way to sign in.
    static void member(Frame& frame, Rect& row) {
        if (frame.here) return member_chip(frame, row);
        const std::string words = frame.words("bar.sign_in");
        const float w = frame.canvas.measure(words, {Face::sans_bold, 32, {}, Align::left, 1.25f, 1}).x + 32 * 1.3f + 14 + 2 * space::l;
        if (button(frame, "hall.sign_in", words, row.cut_right(w), {Tone::primary, "icons/card.png", false, false, true, 32})) frame.going = Going::sign_in;
        row.cut_right(space::m);
    }

    // An activity that is going on, or the host's way to open one.
    static void activity(Frame& frame, Rect& row) {
        if (!frame.activity_open && !(frame.here && frame.here->host)) return;
        const std::string words = frame.words(frame.activity_open ? "hall.activity" : "hall.open_activity");
        const float w = std::min(row.w * 0.6f, frame.canvas.measure(words, {Face::sans_bold, 32, {}, Align::left, 1.25f, 1}).x + 32 * 1.3f + 14 + 2 * space::l);
        if (button(frame, "hall.activity", words, row.cut_right(w), {frame.activity_open ? Tone::primary : Tone::plain, "icons/people.png", false, false, true, 32}))
            frame.going = Going::activity;
        row.cut_right(space::m);
    }

    static void welcome(Frame& frame, Rect place) {
        const Theme& theme = frame.theme;
        Rect line = Rect{place.x, place.y, place.w, 88}.inset(0, 8);
        if (frame.portrait) member(frame, line);
        activity(frame, line);
        place.cut_top(88);
        frame.canvas.text(frame.words("hall.title"), {line.x, place.y - 88, line.w, 88}, {Face::serif_bold, type::title, theme.ink, Align::left, 1.3f, 1, true, 40 / text_growth(frame)});
        frame.canvas.text(frame.words("hall.subtitle"), place, {Face::sans, type::body, theme.ink_2, Align::left, 1.5f, 2, false, 28 / text_growth(frame)});
    }

    // The first section large, on the left or at the top; the others beside or below it, in two columns where they are many.
    static Rect slot(const Frame& frame, Rect place, std::size_t i, std::size_t count) {
        const float gap = space::l;
        if (count == 1) return place;
        const std::size_t columns = count > 4 ? 2 : 1, rows = (count - 1 + columns - 1) / columns;
        const auto n = static_cast<float>(rows);
        Rect first = place, rest = place;
        if (frame.portrait) {
            const float unit = (place.h - gap * n) / (n + 1.35f);
            first.h = unit * 1.35f;
            rest.cut_top(first.h + gap);
        } else {
            first.w = (place.w - gap) * (columns == 1 ? 0.56f : 0.44f);
            rest.cut_left(first.w + gap);
        }
        if (i == 0) return first;
        const std::size_t at = i - 1, row = at / columns, column = at % columns;
        const float h = (rest.h - gap * (n - 1)) / n, w = columns == 1 ? rest.w : (rest.w - gap) / 2;
        // The last of an odd number fills its row.
        const bool alone = columns == 2 && at + 2 == count && column == 0;
        return {rest.x + static_cast<float>(column) * (w + gap), rest.y + static_cast<float>(row) * (h + gap), alone ? rest.w : w, h};
    }

    static bool picture_card(Frame& frame, const Section& section, Rect box, bool large, bool narrow) {
        const Theme& theme = frame.theme;
        const std::string& title = section.title.in(frame.lang);
        const std::string id = "hall." + section.id;
        const Press press = pressable(frame, id, title, box);
        frame.canvas.shadow(box, 28);
        const Rect drawn = press.held ? box.inset(4) : box;
        const float growth = text_growth(frame);
        // A small card of an enlarged hall says its name only.
        const bool brief = narrow && growth > 1.12f;
        const float band = (large ? 186.0f : brief ? 88.0f : narrow && frame.lang == Lang::en ? 166.0f : 138.0f) * growth;
        const Rect foot{drawn.x, drawn.bottom() - band, drawn.w, band};
        const Rect view{drawn.x, drawn.y, drawn.w, drawn.h - band + 28};
        frame.canvas.fill(view, theme.line, 28);
        frame.canvas.picture_cover(frame.pack_picture(section.poster, {box.w, box.h - band + 28}), view, {0.5f, 0.62f}, 28);
        // The words stand on paper under the picture, as in the gallery.
        frame.canvas.fill({foot.x, foot.y, foot.w, 28}, theme.paper_raised);
        frame.canvas.fill(foot, theme.paper_raised, 28);
        frame.canvas.fill({foot.x, foot.y, foot.w, 4}, theme.cinnabar);
        Rect words = foot.inset(narrow ? space::m : space::l, (large ? 28.0f : narrow ? 14.0f : 18.0f) * growth);
        if (!narrow) {
            const Rect sign = words.cut_right(64);
            words.cut_right(space::m);
            icon(frame, "icons/play.png", {sign.x, sign.centre().y - 32, 64, 64}, theme.cinnabar);
        }
        frame.canvas.text(title, words.cut_top((large ? 74.0f : 60.0f) * growth), {Face::serif_bold, large ? 56.0f : 44.0f, theme.ink, Align::left, 1.2f, 1, true, narrow ? 28 / growth : 36});
        if (!brief)
            frame.canvas.text(about(frame, section.id), words, {Face::sans, large ? 32.0f : narrow ? 28.0f : 30.0f, theme.ink_2, Align::left, 1.35f, narrow ? 2 : 1, !narrow, 28 / growth});
        ripple(frame, id, drawn, theme.cinnabar);
        return press.clicked;
    }

    // A section that only the pack knows is introduced by how much there is in it.
    static std::string about(const Frame& frame, const std::string& section) {
        if (has_screen(section) || section == "documents" || section == "gallery") return frame.words("hall.about." + section);
        return frame.words("hall.about.items", {{"n", std::to_string(items_of_section(*frame.catalogue, section).size())}});
    }

    static void open(const Frame& frame, const std::string& section, Navigator& navigator) {
        if (section == "figures") return navigator.go(make_figures());
        if (section == "lectures") return navigator.go(make_films());
        if (section == "quiz") return navigator.go(make_quiz_themes());
        // One thing alone needs no list.
        const std::vector<const Item*> items = items_of_section(*frame.catalogue, section);
        if (items.size() == 1) navigator.go(make_exhibit(items.front()->id));
        else navigator.go(make_items(section));
    }

    NoticeBoard board_;
};

}  // namespace

ScreenPtr make_hall() { return std::make_unique<Hall>(); }

}  // namespace xinghuo
