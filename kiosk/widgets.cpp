#include "kiosk/widgets.h"

#include <fmt/format.h>

#include <cmath>

#include "kiosk/gfx/tween.h"

namespace xinghuo {
namespace {

constexpr float slop_px = 14;  // a finger that wanders less than this is not dragging

Rect grown_to_touch(Rect box) {
    const float dx = std::max(0.0f, space::touch - box.w) / 2, dy = std::max(0.0f, space::touch - box.h) / 2;
    return box.inset(-dx, -dy);
}

struct Paints {
    Colour ground, words, edge;
};

Paints paints_of(const Theme& theme, const ButtonLook& look) {
    switch (look.tone) {
        case Tone::primary: return {theme.cinnabar, theme.on_cinnabar, theme.cinnabar_deep};
        case Tone::plain:
            return look.chosen ? Paints{theme.cinnabar, theme.on_cinnabar, theme.cinnabar_deep}
                               : Paints{theme.paper_raised, theme.ink, theme.line};
        case Tone::quiet:
            return look.chosen ? Paints{theme.paper_raised, theme.cinnabar_deep, theme.line}
                               : Paints{theme.paper.with_alpha(0), theme.ink_2, theme.paper.with_alpha(0)};
        case Tone::on_night:
            return look.chosen ? Paints{theme.bone, theme.night, theme.bone}
                               : Paints{theme.night.with_alpha(0.62f), theme.bone, theme.bone.with_alpha(0.38f)};
    }
    return {};
}

}  // namespace

Press pressable(Frame& frame, std::string_view id, std::string_view name, Rect box) {
    const Rect sensing = grown_to_touch(box);
    frame.canvas.touchable(id, name, sensing);
    const Interaction::State state = frame.touch.press(id, sensing, frame.canvas.clip());
    return {state.held, state.clicked};
}

float text_growth(const Frame& frame) {
    return std::clamp(frame.canvas.measure("1", {Face::sans, 40, {}, Align::left, 1.0f}).y / 40, 1.0f, 1.5f);
}

void ripple(Frame& frame, std::string_view id, Rect box, Colour colour) {
    for (const Interaction::Ripple& r : frame.touch.ripples()) {
        if (r.id != id) continue;
        const float t = progress(frame.now, r.start, Milliseconds(motion::ripple_ms));
        if (t >= 1) continue;
        const auto inside = frame.canvas.clipped(box);
        frame.canvas.circle(r.at, 24 + ease_out(t) * std::max(box.w, box.h) * 0.7f, colour.with_alpha(0.22f * (1 - t)));
        frame.animate();
    }
}

void icon(Frame& frame, std::string_view name, Rect box, Colour colour) {
    frame.canvas.picture(frame.art(name, box.size()), box, colour);
}

bool button(Frame& frame, std::string_view id, std::string_view words, Rect box, const ButtonLook& look) {
    Canvas& canvas = frame.canvas;
    const Press press = look.enabled ? pressable(frame, id, words, box) : Press{};
    Paints paints = paints_of(frame.theme, look);
    const float radius = std::min(space::radius, box.h / 2);
    const auto fade = canvas.faded(look.enabled ? 1.0f : 0.4f);
    if (press.held) {
        paints.ground = look.tone == Tone::primary || look.chosen ? frame.theme.cinnabar_deep
                        : look.tone == Tone::on_night             ? frame.theme.bone.with_alpha(0.30f)
                                                                  : frame.theme.line;
        if (look.chosen && look.tone == Tone::on_night) paints.ground = frame.theme.bone_2;
    } else if (look.tone == Tone::plain || look.tone == Tone::primary) {
        canvas.shadow(box, radius, 0.55f);
    }
    if (paints.ground.a > 0) canvas.fill(box, paints.ground, radius);
    if (paints.edge.a > 0) canvas.stroke(box, paints.edge, 2, radius);
    ripple(frame, id, box, paints.words);

    const float icon_px = look.icon.empty() ? 0 : std::min(look.size * 1.3f, box.h - 16);
    const float gap = look.icon.empty() || words.empty() ? 0 : 14;
    const TextStyle style{Face::sans_bold, look.size, paints.words, Align::left, 1.25f, 1, true, type::caption};
    const float room = box.w - icon_px - gap - 2 * space::s;
    TextStyle sized = style;
    sized.size = canvas.fitting_size(words, {room, box.h}, style);
    const Vec2 ink = canvas.measure(words, sized);
    const float w = std::min(ink.x, room);
    float x = box.x + (box.w - (w + icon_px + gap)) / 2;
    const Rect icon_left{x, box.y + (box.h - icon_px) / 2, icon_px, icon_px};
    if (icon_px > 0 && !look.icon_after) {
        icon(frame, look.icon, icon_left, paints.words);
        x += icon_px + gap;
    }
    // One unit of slack: text is measured in whole px of the panel.
    canvas.text(words, {x, box.y, w + 2, box.h}, sized);
    if (icon_px > 0 && look.icon_after) icon(frame, look.icon, {x + w + gap, icon_left.y, icon_px, icon_px}, paints.words);
    return press.clicked;
}

void card(Frame& frame, Rect box, float radius) {
    frame.canvas.shadow(box, radius);
    frame.canvas.fill(box, frame.theme.paper_raised, radius);
}

LeadCard lead_card(Frame& frame, std::string_view id, std::string_view title, Rect box, float extent, const std::function<void(Rect picture)>& draw) {
    constexpr float radius = 28;
    const Press press = pressable(frame, id, title, box);
    frame.canvas.shadow(box, radius);
    LeadCard card{press.clicked, press.held ? box.inset(4) : box, {}, {}};
    frame.canvas.fill(card.drawn, frame.theme.paper_raised, radius);
    card.words = card.drawn;
    card.picture = frame.portrait ? card.words.cut_top(extent) : card.words.cut_left(extent);
    const Rect& at = card.picture;
    if (!at.empty()) {
        const auto end = frame.canvas.clipped(at);
        // Round where the card is, square where the words begin.
        draw({at.x, at.y, at.w + (frame.portrait ? 0 : radius), at.h + (frame.portrait ? radius : 0)});
    }
    if (frame.portrait) frame.canvas.fill({at.x, at.bottom() - 4, at.w, 4}, frame.theme.cinnabar);
    else frame.canvas.fill({at.right() - 4, at.y, 4, at.h}, frame.theme.cinnabar);
    return card;
}

void ground(Frame& frame, bool night) {
    const Theme& theme = frame.theme;
    frame.canvas.fill(frame.screen, night ? theme.night : theme.paper);
    if (theme.high_contrast) return;
    constexpr float tile = 256;
    const Texture grain = frame.art(night ? "ornaments/paper-tile-dark.png" : "ornaments/paper-tile.png", {tile, tile});
    if (grain.id == 0) return;
    for (float y = 0; y < frame.screen.h; y += tile)
        for (float x = 0; x < frame.screen.w; x += tile) frame.canvas.picture(grain, {x, y, tile, tile});
}

void member_chip(Frame& frame, Rect& row, bool on_night) {
    if (!frame.here) return;
    const Theme& theme = frame.theme;
    const Here& here = *frame.here;
    const Colour ink = on_night ? theme.bone : theme.ink, quiet = on_night ? theme.bone_2 : theme.ink_2;
    const ButtonLook out{on_night ? Tone::on_night : Tone::plain, "icons/power.png", false, false, true, 30};
    const std::string out_words = frame.words("bar.sign_out");
    if (frame.portrait) {
        const Rect box = row.cut_right(space::touch);
        const Press press = pressable(frame, "bar.sign_out", out_words, box);
        frame.canvas.fill(box, on_night ? theme.night.with_alpha(0.62f) : theme.paper_raised, box.h / 2);
        frame.canvas.stroke(box, on_night ? theme.bone.with_alpha(0.38f) : theme.line, 2, box.h / 2);
        icon(frame, "icons/power.png", box.inset(press.held ? 22.0f : 18.0f), ink);
        if (press.clicked) frame.going = Going::sign_out;
    } else {
        const float w = frame.canvas.measure(out_words, {Face::sans_bold, 30, {}, Align::left, 1.25f, 1}).x + 30 * 1.3f + 14 + 2 * space::m;
        if (button(frame, "bar.sign_out", out_words, row.cut_right(w), out)) frame.going = Going::sign_out;
    }
    row.cut_right(space::s);
    const std::string time = minutes(here.counted);
    const TextStyle name{Face::sans_bold, 32, ink, Align::left, 1.2f, 1, true, type::caption};
    const TextStyle clock{Face::sans, frame.portrait ? 28.0f : 30.0f, quiet, Align::left, 1.2f, 1, true, type::caption};
    const float name_w = frame.canvas.measure(here.name, name).x + 4, time_w = frame.canvas.measure("00:00", clock).x + 10;
    const float w = 2 * space::m + 28 + (frame.portrait ? std::max(name_w, time_w) : name_w + space::s + time_w);
    Rect chip = row.cut_right(w);
    row.cut_right(space::s);
    const Press press = pressable(frame, "bar.member", frame.words("bar.member", {{"name", here.name}}), chip);
    frame.canvas.fill(chip, on_night ? theme.night.with_alpha(0.62f) : theme.paper_raised, frame.portrait ? space::radius : chip.h / 2);
    frame.canvas.stroke(chip, on_night ? theme.bone.with_alpha(0.38f) : theme.line, 2, frame.portrait ? space::radius : chip.h / 2);
    if (press.held) frame.canvas.fill(chip, ink.with_alpha(0.08f), chip.h / 2);
    Rect inside = chip.inset(space::m, 0);
    const Rect dot = inside.cut_left(28);
    // Filled while time counts, a ring while it does not: not by colour alone.
    const Colour mark = on_night ? theme.gold_on_night : theme.cinnabar;
    if (here.counting) frame.canvas.circle({dot.x + 8, dot.centre().y}, 9, mark);
    else frame.canvas.ring({dot.x + 8, dot.centre().y}, 8, 0, 1, quiet, 3);
    if (frame.portrait) {
        // Two lines of enlarged text are higher than the bar: then the name has it alone.
        const bool both = text_growth(frame) < 1.2f;
        frame.canvas.text(here.name, both ? inside.cut_top(inside.h / 2 + 2) : inside, name);
        if (both) frame.canvas.text(time, inside, clock);
    } else {
        frame.canvas.text(here.name, inside.cut_left(name_w), name);
        inside.cut_left(space::s);
        frame.canvas.text(time, inside, clock);
    }
    if (press.clicked) frame.going = Going::my_study;
    if (here.counting) frame.wake_at(frame.now + std::chrono::seconds(1) - here.counted % std::chrono::seconds(1));
}

TopBar top_bar(Frame& frame, std::string_view title, bool on_night) {
    const Theme& theme = frame.theme;
    TopBar result;
    result.bar = {0, 0, frame.screen.w, top_bar_height};
    Rect row = Rect{frame.margin, 0, frame.screen.w - 2 * frame.margin, top_bar_height}.inset(0, (top_bar_height - space::touch) / 2);
    const Tone tone = on_night ? Tone::on_night : Tone::plain;
    const std::string back_words = frame.words("bar.back");
    // Wide enough for its word where text is larger, too: arrow, gap and edges beside it.
    const float back_w = frame.canvas.measure(back_words, {Face::sans_bold, 34, {}, Align::left, 1.25f, 1}).x + 34 * 1.3f + 14 + 2 * space::s + 4;
    result.back = button(frame, "bar.back", back_words, row.cut_left(std::max(back_w, frame.portrait ? 168.0f : 184.0f)), {tone, "icons/back.png"});
    row.cut_left(space::m);

    const std::string lang_words = frame.words("bar.other_language");
    const float lang_w = std::max(168.0f, frame.canvas.measure(lang_words, {Face::sans_bold, 32, {}, Align::left, 1.25f, 1}).x + 2 * space::s + 4);
    if (button(frame, "bar.language", lang_words, row.cut_right(lang_w), {tone, "", false, false, true, 32}))
        frame.wished_lang = other(frame.lang);
    row.cut_right(space::m);
    member_chip(frame, row, on_night);
    // A long title takes two smaller lines rather than losing its end.
    frame.canvas.text(title, row.inset(0, -12), {Face::serif_bold, frame.portrait ? 48.0f : 56.0f, on_night ? theme.bone : theme.ink,
                                                 Align::left, 1.2f, 2, true, 30});
    return result;
}

int segments(Frame& frame, std::string_view id, std::initializer_list<std::string_view> words, int chosen, Rect box, bool on_night) {
    const Theme& theme = frame.theme;
    int touched = -1, i = 0;
    const float w = box.w / static_cast<float>(words.size());
    frame.canvas.fill(box, on_night ? theme.night.with_alpha(0.62f) : theme.paper_raised, box.h / 2);
    frame.canvas.stroke(box, on_night ? theme.bone.with_alpha(0.38f) : theme.line, 2, box.h / 2);
    for (const std::string_view word : words) {
        const Rect one{box.x + w * static_cast<float>(i), box.y, w, box.h};
        const std::string part = fmt::format("{}.{}", id, i);
        const Press press = pressable(frame, part, word, one);
        const bool on = i == chosen;
        if (on || press.held) {
            const Colour chosen_ground = on_night ? (press.held ? theme.bone_2 : theme.bone) : (press.held ? theme.cinnabar_deep : theme.cinnabar);
            const Colour held_ground = on_night ? theme.bone.with_alpha(0.25f) : theme.line;
            frame.canvas.fill(one.inset(5), on ? chosen_ground : held_ground, box.h / 2);
        }
        const Colour ink = on ? (on_night ? theme.night : theme.on_cinnabar) : (on_night ? theme.bone : theme.ink);
        ripple(frame, part, one.inset(5), ink);
        frame.canvas.text(word, one.inset(5, 0), {on ? Face::sans_bold : Face::sans, 32, ink, Align::centre, 1.25f, 1, true, type::caption});
        if (press.clicked) touched = i;
        ++i;
    }
    return touched;
}

Slide slider(Frame& frame, std::string_view id, std::string_view name, Rect box, float value, const std::vector<float>& marks, bool on_night) {
    const Theme& theme = frame.theme;
    constexpr float knob = 22;
    const Rect track{box.x + knob, box.centre().y - 5, box.w - 2 * knob, 10};
    const Press press = pressable(frame, id, name, box);
    Slide slide;
    slide.dragging = frame.touch.holds(id) && frame.pointer.down;
    const float under_finger = std::clamp((frame.pointer.at.x - track.x) / track.w, 0.0f, 1.0f);
    slide.shown = slide.dragging ? under_finger : std::clamp(value, 0.0f, 1.0f);
    if (press.clicked) slide.chosen = slide.shown = under_finger;
    const Colour done = on_night ? theme.gold_on_night : theme.cinnabar;
    frame.canvas.fill(track, (on_night ? theme.bone : theme.ink).with_alpha(0.25f), 5);
    frame.canvas.fill({track.x, track.y, track.w * slide.shown, track.h}, done, 5);
    for (const float mark : marks)
        frame.canvas.fill({track.x + track.w * mark - 2, track.y - 6, 4, track.h + 12}, (on_night ? theme.bone : theme.ink).with_alpha(0.7f), 2);
    const Vec2 at{track.x + track.w * slide.shown, track.centre().y};
    frame.canvas.circle(at, slide.dragging || press.held ? knob + 6 : knob, on_night ? theme.bone : theme.paper_raised);
    frame.canvas.circle(at, (slide.dragging ? knob + 6 : knob) - 5, done);
    return slide;
}

void scroll_area(Frame& frame, std::string_view id, Rect view, Scroll& scroll, const std::function<float(Rect content)>& draw, bool on_night) {
    const Pointer& pointer = frame.pointer;
    const float offset = scroll.offset(frame.now);
    float height = 0;
    {
        const auto inside = frame.canvas.clipped(view);
        height = draw({view.x, view.y - offset, view.w, view.h});
    }
    scroll.set_extent(height - view.h);
    if (scroll.extent() > 0) {
        // A thin mark of where one is; never a gutter.
        const float share = view.h / height, bar = std::max(48.0f, view.h * share);
        const float y = view.y + (view.h - bar) * std::clamp(offset / scroll.extent(), 0.0f, 1.0f);
        frame.canvas.fill({view.right() - 6, y, 5, bar}, (on_night ? frame.theme.bone : frame.theme.ink_2).with_alpha(0.45f), 2.5f);
    }

    const bool began_here = view.contains(pointer.pressed_at);
    if (pointer.pressed && began_here && scroll.moving(frame.now)) {
        scroll.hold(frame.now);  // a finger stops a gliding list, and does not press what it stops on
        frame.touch.steal(id);
    }
    if (pointer.down && began_here && !frame.touch.holds(id) && scroll.extent() > 0) {
        const Vec2 way = pointer.at - pointer.pressed_at;
        if (std::abs(way.y) > slop_px && std::abs(way.y) > std::abs(way.x)) {
            scroll.hold(frame.now);
            frame.touch.steal(id);
        }
    }
    if (frame.touch.holds(id)) {
        if (pointer.down) scroll.drag(pointer.moved.y);
        if (pointer.released || !pointer.down) {
            scroll.let_go(pointer.velocity.y, frame.now);
            frame.touch.release_all();
        }
        frame.animate();
    } else if (scroll.held()) {
        scroll.let_go(0, frame.now);  // the touch was cancelled
        frame.animate();
    }
    if (scroll.moving(frame.now)) frame.animate();
}

void notice(Frame& frame, Rect box, std::string_view title, std::string_view text, bool on_night) {
    const Theme& theme = frame.theme;
    if (on_night) {
        frame.canvas.fill(box, theme.night.with_alpha(0.8f), space::radius);
        frame.canvas.stroke(box, theme.bone.with_alpha(0.3f), 2, space::radius);
    } else {
        card(frame, box);
    }
    const Colour ink = on_night ? theme.bone : theme.ink, ink_2 = on_night ? theme.bone_2 : theme.ink_2;
    Rect row = box.inset(space::l);
    const Rect sign = row.cut_left(72);
    row.cut_left(space::m);
    icon(frame, "icons/info.png", {sign.x, sign.y, 64, 64}, on_night ? theme.gold_on_night : theme.cinnabar);
    frame.canvas.text(title, row.cut_top(64), {Face::serif_bold, 40, ink, Align::left, 1.3f, 1, true, 30});
    frame.canvas.text(text, row, {Face::sans, type::body, ink_2, Align::left, 1.5f, 0, false, type::caption});
}

void divider(Frame& frame, Vec2 centre, float width) {
    const float h = width / 30;
    frame.canvas.picture(frame.art("ornaments/divider.png", {width, h}), {centre.x - width / 2, centre.y - h / 2, width, h});
}

std::string minutes(Milliseconds span) {
    const auto s = std::max<std::int64_t>(0, span.count()) / 1000;
    return fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string years(std::string_view born, std::string_view died) {
    if (born.size() < 4) return {};
    return fmt::format("{}—{}", born.substr(0, 4), died.size() < 4 ? std::string_view{} : died.substr(0, 4));
}

std::string spoken_date(const Frame& frame, std::string_view iso) {
    const auto number = [&](std::size_t at, std::size_t n) {
        int value = 0;
        for (std::size_t i = at; i < at + n && i < iso.size(); ++i)
            if (iso[i] >= '0' && iso[i] <= '9') value = value * 10 + (iso[i] - '0');
        return value;
    };
    const std::string year(iso.substr(0, 4));
    if (iso.size() < 7) return frame.words("date.year", {{"y", year}});
    const int month = number(5, 2);
    const std::string month_name = frame.words(fmt::format("month.{}", std::clamp(month, 1, 12)));
    if (iso.size() < 10) return frame.words("date.month", {{"y", year}, {"m", month_name}});
    return frame.words("date.day", {{"y", year}, {"m", month_name}, {"d", std::to_string(number(8, 2))}});
}

}  // namespace xinghuo
