// 大厅: the sections as large pictures. From here every story is at most two touches away.
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
        welcome(frame, place.cut_top(frame.portrait ? 210 : 150));
        place.cut_top(space::l);
        // A pack may name sections that a later program knows; they are not shown, and break nothing.
        std::vector<const Section*> sections;
        for (const Section& section : frame.catalogue->sections())
            if (known(section.id)) sections.push_back(&section);
        if (sections.empty()) {
            notice(frame, place.cut_top(240), frame.words("hall.empty.title"), frame.words("hall.empty.text"));
            return;
        }
        for (std::size_t i = 0; i < sections.size(); ++i)
            if (picture_card(frame, *sections[i], slot(frame, place, i, sections.size()), i == 0)) open(sections[i]->id, navigator);
    }

private:
    static bool known(std::string_view section) { return section == "figures" || section == "lectures" || section == "quiz"; }

    static void bar(Frame& frame, Navigator& navigator) {
        const Theme& theme = frame.theme;
        Rect row = Rect{frame.margin, 0, frame.screen.w - 2 * frame.margin, 152}.inset(0, 40);
        frame.canvas.picture(frame.art("ornaments/seal-solid.png", {72, 72}), {row.x, row.y, 72, 72});
        frame.canvas.text(frame.words("seal"), {row.x, row.y, 72, 72}, {Face::serif_bold, 40, theme.bone, Align::centre, 1.2f, 1, true});
        row.cut_left(72 + space::m);
        if (button(frame, "hall.leave", frame.words("hall.leave"), row.cut_right(272), {Tone::plain, "icons/power.png", false, false, true, 32}))
            navigator.leave();
        row.cut_right(space::m);
        if (button(frame, "bar.language", frame.words("bar.other_language"), row.cut_right(168), {Tone::plain, "", false, false, true, 32}))
            frame.wished_lang = other(frame.lang);
        row.cut_right(space::m);
        if (!frame.portrait) member(frame, row);
        frame.canvas.text(frame.words("product"), row, {Face::serif_bold, 48, theme.ink, Align::left, 1.3f, 1, true, 30});
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
        frame.canvas.text(frame.words("hall.title"), {line.x, place.y - 88, line.w, 88}, {Face::serif_bold, type::title, theme.ink, Align::left, 1.3f, 1, true, 44});
        frame.canvas.text(frame.words("hall.subtitle"), place, {Face::sans, type::body, theme.ink_2, Align::left, 1.5f, 2, false, 28});
    }

    // Landscape: the first section large on the left, the others stacked beside it. Portrait: one below the other.
    static Rect slot(const Frame& frame, Rect place, std::size_t i, std::size_t count) {
        const float gap = space::l;
        if (frame.portrait) {
            const float rest = static_cast<float>(count);
            const float unit = (place.h - gap * (rest - 1)) / (rest + 0.35f);
            const float first = unit * 1.35f;
            return i == 0 ? Rect{place.x, place.y, place.w, first}
                          : Rect{place.x, place.y + first + gap + static_cast<float>(i - 1) * (unit + gap), place.w, unit};
        }
        if (count == 1) return place;
        const float left = (place.w - gap) * 0.56f;
        if (i == 0) return {place.x, place.y, left, place.h};
        const float others = static_cast<float>(count - 1), h = (place.h - gap * (others - 1)) / others;
        return {place.x + left + gap, place.y + static_cast<float>(i - 1) * (h + gap), place.w - left - gap, h};
    }

    static bool picture_card(Frame& frame, const Section& section, Rect box, bool large) {
        const Theme& theme = frame.theme;
        const std::string& title = section.title.in(frame.lang);
        const std::string id = "hall." + section.id;
        const Press press = pressable(frame, id, title, box);
        frame.canvas.shadow(box, 28);
        const Rect drawn = press.held ? box.inset(4) : box;
        const float growth = text_growth(frame), band = (large ? 186 : 138) * growth;
        const Rect foot{drawn.x, drawn.bottom() - band, drawn.w, band};
        const Rect view{drawn.x, drawn.y, drawn.w, drawn.h - band + 28};
        frame.canvas.fill(view, theme.line, 28);
        frame.canvas.picture_cover(frame.pack_picture(section.poster, {box.w, box.h - band + 28}), view, {0.5f, 0.62f}, 28);
        // The words stand on paper under the picture, as in the gallery.
        frame.canvas.fill({foot.x, foot.y, foot.w, 28}, theme.paper_raised);
        frame.canvas.fill(foot, theme.paper_raised, 28);
        frame.canvas.fill({foot.x, foot.y, foot.w, 4}, theme.cinnabar);
        Rect words = foot.inset(space::l, (large ? 28.0f : 18.0f) * growth);
        const Rect sign = words.cut_right(64);
        words.cut_right(space::m);
        icon(frame, "icons/play.png", {sign.x, sign.centre().y - 32, 64, 64}, theme.cinnabar);
        frame.canvas.text(title, words.cut_top((large ? 74.0f : 60.0f) * growth), {Face::serif_bold, large ? 56.0f : 44.0f, theme.ink, Align::left, 1.2f, 1, true, 36});
        frame.canvas.text(frame.words("hall.about." + section.id), words, {Face::sans, large ? 32.0f : 30.0f, theme.ink_2, Align::left, 1.35f, 1, true, 28 / growth});
        ripple(frame, id, drawn, theme.cinnabar);
        return press.clicked;
    }

    static void open(const std::string& section, Navigator& navigator) {
        if (section == "figures") navigator.go(make_figures());
        else if (section == "lectures") navigator.go(make_films());
        else if (section == "quiz") navigator.go(make_quiz_themes());
    }
};

}  // namespace

ScreenPtr make_hall() { return std::make_unique<Hall>(); }

}  // namespace xinghuo
