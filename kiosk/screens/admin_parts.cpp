#include "kiosk/screens/admin_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kiosk/keyboard.h"
#include "kiosk/notice_look.h"

namespace xinghuo {
namespace {

constexpr float chip_gap = space::s;
constexpr float title_row = 46, detail_row = 37;  // of a list's line, before the text grows

TextStyle title_style(const Frame& frame) { return {Face::sans_bold, type::body, frame.theme.ink, Align::left, 1.25f, 2, true, type::caption}; }
TextStyle detail_style(const Frame& frame) { return {Face::sans, type::caption, frame.theme.ink_2, Align::left, 1.28f, 0}; }

float words_w(Frame& frame, std::string_view words, const TextStyle& style) { return frame.canvas.measure(words, style).x + 4; }

// A round sign to press: minus, plus.
bool sign_button(Frame& frame, const std::string& id, std::string_view name, Rect box, bool plus, bool enabled) {
    const auto fade = frame.canvas.faded(enabled ? 1.0f : 0.3f);
    const Press press = enabled ? pressable(frame, id, name, box) : Press{};
    const float r = std::min(box.w, box.h) / 2;
    const Vec2 c = box.centre();
    frame.canvas.circle(c, r, frame.theme.line);
    frame.canvas.circle(c, r - 2, press.held ? frame.theme.line : frame.theme.paper_raised);
    frame.canvas.fill({c.x - r * 0.42f, c.y - 2.5f, r * 0.84f, 5}, frame.theme.ink, 2.5f);
    if (plus) frame.canvas.fill({c.x - 2.5f, c.y - r * 0.42f, 5, r * 0.84f}, frame.theme.ink, 2.5f);
    return press.clicked;
}

// The label of a form's line, and where its control goes: beside it where both have room, below it otherwise.
Rect form_line(Frame& frame, Rect& rest, std::string_view label, float control_w, float control_h) {
    const TextStyle style = admin_body(frame);
    const float beside = rest.w - control_w - space::l;
    const bool fits = beside > 220 && frame.canvas.measure(label, style, beside).y <= 2.2f * style.size * style.line_height * text_growth(frame);
    if (fits) {
        const float h = std::max(control_h, frame.canvas.measure(label, style, beside).y + 2) + space::s;
        Rect line = rest.cut_top(h);
        const Rect control = line.cut_right(control_w);
        TextStyle middle = style;
        middle.middle = true;
        frame.canvas.text(label, {line.x, line.y, beside, line.h}, middle);
        return {control.x, line.centre().y - control_h / 2, control_w, control_h};
    }
    rest.cut_top(space::xs);
    paragraph(frame, rest, label, style, space::xs);
    Rect line = rest.cut_top(control_h + space::s);
    return {line.x, line.y, std::min(control_w, line.w), control_h};
}

bool close_button(Frame& frame, Rect& row) {
    const std::string words = frame.words("admin.close");
    if (!frame.portrait) {
        const float w = words_w(frame, words, {Face::sans_bold, 32, {}, Align::left, 1.25f, 1}) + 32 * 1.3f + 14 + 2 * space::s;
        return button(frame, "admin.close", words, row.cut_right(w), {Tone::plain, "icons/lock.png", false, false, true, 32});
    }
    // Only its sign: the row is narrow.
    const Rect box = row.cut_right(space::touch);
    const Press press = pressable(frame, "admin.close", words, box);
    frame.canvas.fill(box, press.held ? frame.theme.line : frame.theme.paper_raised, space::radius);
    frame.canvas.stroke(box, frame.theme.line, 2, space::radius);
    icon(frame, "icons/lock.png", box.inset(15), frame.theme.ink);
    return press.clicked;
}

void signed_in(Frame& frame, Rect& row) {
    if (!frame.here) return;
    const std::string words = frame.words("admin.still_here", {{"name", frame.here->name}});
    const TextStyle style{Face::sans, type::caption, frame.theme.ink_2, Align::right, 1.2f, 2, true};
    const float w = std::min(360.0f, words_w(frame, words, style));
    frame.canvas.text(words, row.cut_right(w).inset(0, -22), style);
    row.cut_right(space::m);
}

}  // namespace

float line_height(const Frame& frame) { return std::max(space::touch, 40 * text_growth(frame) + 36); }

TextStyle admin_body(const Frame& frame) { return {Face::sans, type::body, frame.theme.ink, Align::left, 1.35f, 0}; }
TextStyle admin_quiet(const Frame& frame) { return {Face::sans, type::caption, frame.theme.ink_2, Align::left, 1.4f, 0}; }

Rect admin_head(Frame& frame, AdminDesk& desk, std::string_view title) {
    const Theme& theme = frame.theme;
    ground(frame);
    Rect row = Rect{frame.margin, 0, frame.screen.w - 2 * frame.margin, top_bar_height}.inset(0, (top_bar_height - space::touch) / 2);
    const std::string back = frame.words("bar.back");
    const float back_w = words_w(frame, back, {Face::sans_bold, 34, {}, Align::left, 1.25f, 1}) + 34 * 1.3f + 14 + 2 * space::s;
    if (button(frame, "bar.back", back, row.cut_left(std::max(back_w, frame.portrait ? 168.0f : 184.0f)), {Tone::plain, "icons/back.png"})) desk.back();
    row.cut_left(space::m);
    // Closing from any page at once: a lock.
    if (close_button(frame, row)) desk.close();
    row.cut_right(space::m);
    const std::string language = frame.words("bar.other_language");
    const float language_w = words_w(frame, language, {Face::sans_bold, 32, {}, Align::left, 1.25f, 1}) + 2 * space::s + 4;
    if (button(frame, "bar.language", language, row.cut_right(std::max(frame.portrait ? 144.0f : 168.0f, language_w)), {Tone::plain, "", false, false, true, 32}))
        frame.wished_lang = other(frame.lang);
    row.cut_right(space::m);
    const bool below = frame.portrait || text_growth(frame) > 1.2f;  // the row is too narrow for it
    if (!below) signed_in(frame, row);
    frame.canvas.text(title, row.inset(0, -20), {Face::serif_bold, frame.portrait ? 48.0f : 56.0f, theme.ink, Align::left, 1.2f, 2, true, 28});
    Rect place = frame.screen;
    place.cut_top(top_bar_height);
    place.cut_bottom(space::l);
    place = place.inset(frame.margin, 0);
    if (below && frame.here) {
        Rect line = place.cut_top(44 * text_growth(frame));
        const TextStyle style{Face::sans, type::caption, theme.ink_2, Align::left, 1.2f, 1, true};
        frame.canvas.text(frame.words("admin.still_here", {{"name", frame.here->name}}), line, style);
    }
    return place;
}

Rect admin_column(const Frame& frame, Rect place, float most) {
    const float w = std::min(place.w, most * std::min(1.2f, text_growth(frame)));
    return {place.x + (place.w - w) / 2, place.y, w, place.h};
}

void paragraph(Frame& frame, Rect& rest, std::string_view words, const TextStyle& style, float after) {
    if (words.empty()) return;
    const Rect box = rest.cut_top(frame.canvas.measure(words, style, rest.w).y + 2);
    if (!box.intersected(frame.canvas.clip()).empty()) frame.canvas.text(words, box, style);
    rest.cut_top(after);
}

void heading(Frame& frame, Rect& rest, std::string_view words) {
    rest.cut_top(space::m);
    paragraph(frame, rest, words, {Face::serif_bold, 40, frame.theme.ink, Align::left, 1.3f, 0}, space::xs);
    frame.canvas.fill({rest.x, rest.y, rest.w, 2}, frame.theme.line);
    rest.cut_top(space::s);
}

void told(Frame& frame, Rect& rest, std::string_view title, std::string_view text, Notice::Tone tone) {
    const Theme& theme = frame.theme;
    const NoticeLook look = notice_look(theme, tone);
    const TextStyle head{Face::serif_bold, 38, theme.ink, Align::left, 1.3f, 0}, body{Face::sans, 32, theme.ink_2, Align::left, 1.45f, 0};
    const float w = rest.w - 2 * space::l - 64 - space::m;
    const float title_h = frame.canvas.measure(title, head, w).y + 2;
    const float text_h = text.empty() ? 0 : frame.canvas.measure(text, body, w).y + space::xs;
    const Rect box = rest.cut_top(title_h + text_h + 2 * space::m);
    card(frame, box);
    frame.canvas.fill({box.x + 3, box.y + 18, 8, box.h - 36}, look.colour, 4);
    Rect inside = box.inset(space::l, space::m);
    const Rect sign = inside.cut_left(64);
    inside.cut_left(space::m);
    icon(frame, look.icon, {sign.x, sign.y, 56, 56}, look.colour);
    paragraph(frame, inside, title, head);
    paragraph(frame, inside, text, body);
    rest.cut_top(space::m);
}

void facts(Frame& frame, Rect& rest, const std::vector<Fact>& all) {
    const TextStyle label = admin_quiet(frame), value = admin_body(frame);
    float label_w = 0;
    for (const Fact& fact : all) label_w = std::max(label_w, words_w(frame, fact.label, label));
    const bool below = label_w > rest.w * 0.45f;
    for (const Fact& fact : all) {
        if (below) {
            paragraph(frame, rest, fact.label, label);
            paragraph(frame, rest, fact.value, value, space::s);
            continue;
        }
        const float w = rest.w - label_w - space::l;
        const float h = std::max(frame.canvas.measure(fact.value, value, w).y, frame.canvas.measure(fact.label, label, label_w).y) + 2;
        Rect line = rest.cut_top(h + space::s);
        const Rect named = line.cut_left(label_w);
        line.cut_left(space::l);
        if (line.intersected(frame.canvas.clip()).empty()) continue;
        // On one baseline: the smaller words stand a little lower.
        frame.canvas.text(fact.label, {named.x, named.y + 5 * text_growth(frame), named.w, named.h}, label);
        frame.canvas.text(fact.value, {line.x, line.y, w, h}, value);
    }
}

float list_line_height(const Frame& frame, int detail_rows) {
    // A narrow screen with large text breaks what is one row elsewhere.
    if (frame.portrait && detail_rows > 0 && text_growth(frame) > 1.15f) ++detail_rows;
    return std::max(84.0f, std::ceil((title_row + static_cast<float>(detail_rows) * detail_row) * text_growth(frame)) + 28);
}

bool list_line(Frame& frame, std::string_view id, Rect box, const ListLine& line) {
    const Theme& theme = frame.theme;
    const Rect drawn = box.inset(0, 4);
    const Press press = id.empty() ? Press{} : pressable(frame, id, line.title, drawn);
    frame.canvas.fill(drawn, press.held ? theme.line : theme.paper_raised, 16);
    frame.canvas.stroke(drawn, theme.line, 2, 16);
    if (line.strong) frame.canvas.fill({drawn.x + 2, drawn.y + 14, 8, drawn.h - 28}, theme.cinnabar, 4);
    Rect inside = drawn.inset(space::m, 6);
    if (!line.icon.empty()) {
        const Rect sign = inside.cut_left(48);
        inside.cut_left(space::m);
        icon(frame, line.icon, {sign.x, sign.centre().y - 24, 48, 48}, theme.cinnabar);
    }
    if (line.leads && !id.empty()) {
        const Rect arrow = inside.cut_right(28);
        const Vec2 c = arrow.centre();
        const Vec2 points[] = {{c.x - 6, c.y - 12}, {c.x + 6, c.y}, {c.x - 6, c.y + 12}};
        frame.canvas.polyline(points, theme.ink_2, 3);
        inside.cut_right(space::s);
    }
    if (!line.right.empty()) {
        const TextStyle style{Face::sans, 30, theme.ink_2, Align::right, 1.25f, 2, true, type::caption};
        const float w = std::min(words_w(frame, line.right, style), inside.w * 0.5f);
        frame.canvas.text(line.right, inside.cut_right(w), style);
        inside.cut_right(space::m);
    }
    TextStyle title = title_style(frame);
    if (line.detail.empty()) {
        frame.canvas.text(line.title, inside, title);
    } else {
        inside.cut_top(6);
        const float row = title_row * text_growth(frame);
        // A long title takes two rows where the line was made for more detail than one row.
        const bool two = inside.h > 2 * row + detail_row * text_growth(frame) - 8 && frame.canvas.measure(line.title, title, inside.w).y > row;
        title.max_lines = two ? 2 : 1;
        frame.canvas.text(line.title, inside.cut_top(two ? 2 * row : row), title);
        frame.canvas.text(line.detail, inside, detail_style(frame));
    }
    if (!id.empty()) ripple(frame, id, drawn, theme.cinnabar);
    return press.clicked;
}

void long_list(Frame& frame, std::string_view id, Rect view, Scroll& scroll, std::size_t count, float line_h,
               const std::function<void(std::size_t i, Rect box)>& draw) {
    scroll_area(frame, id, view.inset(-24, 0), scroll, [&](Rect content) {
        const float top = content.y;
        const auto first = static_cast<std::size_t>(std::max(0.0f, std::floor((view.y - top) / line_h)));
        for (std::size_t i = first; i < count; ++i) {
            const Rect box{view.x, top + static_cast<float>(i) * line_h, view.w, line_h};
            if (box.y >= view.bottom()) break;
            draw(i, box);
        }
        return static_cast<float>(count) * line_h + space::s;
    });
}

int step_line(Frame& frame, std::string_view id, Rect& rest, std::string_view label, std::string_view value, bool less, bool more) {
    const TextStyle style{Face::serif_bold, 40, frame.theme.ink, Align::centre, 1.2f, 1, true, type::caption};
    const float value_w = std::max(272.0f, words_w(frame, value, style) + space::m), h = line_height(frame);
    Rect line = form_line(frame, rest, label, value_w + 2 * space::touch, h);
    const Rect minus = line.cut_left(space::touch), plus = line.cut_right(space::touch);
    int touched = 0;
    const auto square = [](Rect r) { return Rect{r.x, r.centre().y - space::touch / 2, space::touch, space::touch}; };
    const std::string named(label);
    if (sign_button(frame, fmt::format("{}.less", id), named + " −", square(minus), false, less)) touched = -1;
    if (sign_button(frame, fmt::format("{}.more", id), named + " +", square(plus), true, more)) touched = 1;
    frame.canvas.text(value, line, style);
    return touched;
}

bool toggle_line(Frame& frame, std::string_view id, Rect& rest, std::string_view label, bool on) {
    constexpr float w = 124, h = 64;
    const Rect box = form_line(frame, rest, label, w, std::max(h, space::touch));
    const Rect track{box.x, box.centre().y - h / 2, w, h};
    const Press press = pressable(frame, id, label, track);
    const Theme& theme = frame.theme;
    frame.canvas.fill(track, on ? theme.cinnabar : theme.line, h / 2);
    if (press.held) frame.canvas.stroke(track, theme.ink_2, 2, h / 2);
    const Vec2 knob{on ? track.right() - h / 2 : track.x + h / 2, track.centre().y};
    frame.canvas.circle(knob, h / 2 - 5, theme.paper_raised);
    // Not by colour alone.
    if (on) icon(frame, "icons/check.png", {knob.x - 18, knob.y - 18, 36, 36}, theme.cinnabar);
    return press.clicked;
}

int choice_line(Frame& frame, std::string_view id, Rect& rest, std::string_view label, const std::vector<std::string>& words, int chosen) {
    if (!label.empty()) paragraph(frame, rest, label, admin_quiet(frame), space::xs);
    const TextStyle style{Face::sans_bold, 32, {}, Align::left, 1.25f, 1};
    const float h = line_height(frame);
    int touched = -1;
    float x = rest.x, y = rest.y;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const float w = std::min(rest.w, std::max(120.0f, words_w(frame, words[i], style) + 2 * space::m));
        if (x > rest.x && x + w > rest.right() + 1) {
            x = rest.x;
            y += h + chip_gap;
        }
        const Rect box{x, y, w, h};
        if (button(frame, fmt::format("{}.{}", id, i), words[i], box, {Tone::plain, "", false, static_cast<int>(i) == chosen, true, 32}))
            touched = static_cast<int>(i);
        x += w + chip_gap;
    }
    rest.cut_top(y + h - rest.y + space::m);
    return touched;
}

namespace {

float action_w(Frame& frame, const Action& action, float most) {
    const float icon_w = action.icon.empty() ? 0 : 34 * 1.3f + 14;
    return std::min(most, std::max(180.0f, words_w(frame, action.words, {Face::sans_bold, 34, {}, Align::left, 1.25f, 1}) + icon_w + 2 * space::l));
}

int flow(Frame& frame, Rect& rest, const std::vector<Action>& all, bool draw) {
    const float h = std::max(80.0f, line_height(frame));
    float x = rest.x, y = rest.y;
    int touched = -1;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const float w = action_w(frame, all[i], rest.w);
        if (x > rest.x && x + w > rest.right() + 1) {
            x = rest.x;
            y += h + chip_gap;
        }
        if (draw && button(frame, all[i].id, all[i].words, {x, y, w, h}, {all[i].tone, all[i].icon, false, false, all[i].enabled, 34}))
            touched = static_cast<int>(i);
        x += w + space::m;
    }
    if (!all.empty()) rest.cut_top(y + h - rest.y);
    return touched;
}

}  // namespace

int actions(Frame& frame, Rect& rest, const std::vector<Action>& all) {
    const int touched = flow(frame, rest, all, true);
    rest.cut_top(space::m);
    return touched;
}

float actions_height(Frame& frame, float width, const std::vector<Action>& all) {
    Rect rest{0, 0, width, 1e6f};
    flow(frame, rest, all, false);
    return rest.y;
}

int foot_actions(Frame& frame, Rect& place, const std::vector<Action>& all) {
    if (all.empty()) return -1;
    Rect foot = place.cut_bottom(actions_height(frame, place.w, all) + space::s);
    foot.cut_top(space::s);
    place.cut_bottom(space::s);
    frame.canvas.fill({place.x, place.bottom() + space::xs, place.w, 2}, frame.theme.line);
    return flow(frame, foot, all, true);
}

std::optional<bool> ask(Frame& frame, Rect place, const AdminAsk& asked) {
    const Rect column = admin_column(frame, place, 1080);
    const TextStyle head{Face::serif_bold, 48, frame.theme.ink, Align::left, 1.3f, 0}, body{Face::sans, 34, frame.theme.ink_2, Align::left, 1.5f, 0};
    const float w = column.w - 2 * space::xl;
    const std::vector<Action> answers{{"ask.yes", asked.yes, Tone::primary}, {"ask.no", asked.no}};
    const float h = frame.canvas.measure(asked.title, head, w).y + frame.canvas.measure(asked.text, body, w).y + actions_height(frame, w, answers) + 2 * space::xl + 2 * space::l + 8;
    const Rect box{column.x, column.y + std::max(0.0f, (column.h - h) * 0.42f), column.w, h};
    card(frame, box, 28);
    Rect inside = box.inset(space::xl);
    paragraph(frame, inside, asked.title, head, space::l);
    paragraph(frame, inside, asked.text, body, space::l);
    const int touched = actions(frame, inside, answers);
    if (touched < 0) return std::nullopt;
    return touched == 0;
}

void at_work(Frame& frame, Rect place, std::string_view words) {
    frame.present = true;
    Rect column = admin_column(frame, place, 1080);
    column.cut_top(column.h * 0.3f);
    divider(frame, {column.centre().x, column.y}, 360);
    column.cut_top(space::xl);
    paragraph(frame, column, words, {Face::serif_bold, type::lead, frame.theme.ink, Align::centre, 1.4f, 0}, space::m);
    if (frame.calm()) return;
    const auto turn = static_cast<float>(std::fmod(seconds(frame.now.since_start), 1.6) / 1.6);
    frame.canvas.ring({column.centre().x, column.y + 40}, 28, turn, turn + 0.3f, frame.theme.cinnabar, 6);
    frame.animate();
}

bool pin_form(Frame& frame, Rect place, std::string& entry, const PinForm& form) {
    const Theme& theme = frame.theme;
    const TextStyle head{Face::serif_bold, type::title, theme.ink, Align::left, 1.3f, 0};
    const TextStyle body{Face::sans, type::body, theme.ink_2, Align::left, 1.55f, 0};
    const TextStyle warning{Face::sans_bold, type::body, theme.cinnabar_deep, Align::left, 1.45f, 0};
    const auto say = [&](Rect rest) {
        paragraph(frame, rest, form.title, head, space::m);
        paragraph(frame, rest, form.text, body, space::m);
        paragraph(frame, rest, form.warning, warning);
    };
    const auto height = [&](float w) {
        return frame.canvas.measure(form.title, head, w).y + frame.canvas.measure(form.text, body, w).y + 2 * space::m +
               (form.warning.empty() ? 0 : frame.canvas.measure(form.warning, warning, w).y) + 8;
    };
    Rect pad = place;
    if (frame.portrait) {
        pad.cut_top(space::l);
        Rect words = pad.cut_top(std::max(height(pad.w) + space::l, pad.h * 0.26f));
        say(words);
        pad.h = std::max(std::min(pad.h - space::xxl, 900.0f), number_pad_least.y);
    } else {
        Rect words = pad.cut_left(pad.w * 0.5f);
        pad.cut_left(space::xxl);
        pad = pad.inset(0, space::m);
        words.cut_right(space::l);
        const float h = height(words.w);
        words.cut_top(std::max(0.0f, (words.h - h) * 0.4f));
        say(words);
    }
    const KeyPressed touched = number_pad(frame, pad, entry.size(), form.least);
    bool confirmed = false;
    for (const KeyPressed& key : with_typing(frame, touched, Accepts::digits)) {
        if (confirmed) break;  // what comes after it is not for this PIN
        if (key.clear) entry.clear();
        else if (key.erase && !entry.empty()) entry.pop_back();
        else if (key.letter != 0 && entry.size() < form.most) entry += key.letter;
        else if (key.confirm && entry.size() >= form.least) confirmed = true;
    }
    return confirmed;
}

}  // namespace xinghuo
