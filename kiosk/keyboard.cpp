#include "kiosk/keyboard.h"

#include <fmt/format.h>

#include <array>

#include "content/base/text.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr float gap = 12, wide_gap = 16, lowest_key = 96, highest_key = 136;
constexpr float dots_height = 104;

struct KeyLook {
    std::string_view icon = {};
    bool enabled = true, primary = false, quiet = false, chosen = false;
    float size = 48;
    Face face = Face::serif_bold;
};

bool key(Frame& frame, std::string_view id, std::string_view words, Rect box, const KeyLook& look = {}) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    constexpr float radius = 14;
    const Press press = look.enabled ? pressable(frame, id, words, box) : Press{};
    const bool strong = look.primary || look.chosen;
    Colour ground = strong ? theme.cinnabar : look.quiet ? theme.paper : theme.paper_raised;
    Colour ink = strong ? theme.on_cinnabar : theme.ink;
    if (press.held) {
        ground = strong ? theme.cinnabar_deep : theme.cinnabar;
        ink = theme.on_cinnabar;
    }
    if (!look.enabled) {
        canvas.stroke(box.inset(1), theme.line.with_alpha(0.7f), 2, radius);
        ink = theme.ink_2.with_alpha(0.38f);
    } else {
        if (!press.held && !look.quiet) canvas.shadow(box, radius, 0.4f);
        canvas.fill(box, ground, radius);
        canvas.stroke(box.inset(1), strong || press.held ? theme.cinnabar_deep : theme.line, 2, radius);
        ripple(frame, id, box, ink);
    }
    if (look.icon.empty()) {
        canvas.text(words, box.inset(8, 0), {look.face, look.size, ink, Align::centre, 1.2f, 1, true, 26});
        return press.clicked;
    }
    const float side = std::min(56.0f, box.h * 0.5f);
    icon(frame, look.icon, {box.centre().x - side / 2, box.centre().y - side / 2, side, side}, ink);
    return press.clicked;
}

std::string id_of(std::string_view what) { return fmt::format("key.{}", what); }

KeyLook word_look(bool enabled = true) { return {.icon = {}, .enabled = enabled, .quiet = true, .size = 34, .face = Face::sans_bold}; }
KeyLook icon_look(std::string_view name) { return {.icon = name, .quiet = true}; }

// A box of rows that is as high as keys like to be, at the bottom of the room there is.
Rect row_of(Rect box, int rows, int row) {
    const float n = static_cast<float>(rows);
    const float h = std::clamp((box.h - (n - 1) * gap) / n, lowest_key, highest_key);
    const float all = n * h + (n - 1) * gap;
    return {box.x, box.bottom() - all + static_cast<float>(row) * (h + gap), box.w, h};
}

// Keys of `units` of a tenth of the row, from the left.
struct Row {
    Rect box;
    float unit;
    explicit Row(Rect whole, float indent_units = 0) : box(whole), unit((whole.w - 9 * gap) / 10) { box.cut_left(indent_units * (unit + gap)); }
    Rect next(float units = 1) {
        const Rect one = box.cut_left(units * unit + (units - 1) * gap);
        box.cut_left(gap);
        return one;
    }
};

constexpr std::array<std::string_view, 3> letter_rows = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};

using Symbols = std::array<std::string_view, 26>;  // ten, nine and seven, as the letters
constexpr Symbols chinese_symbols = {"，", "。", "、", "；", "：", "？", "！", "·", "…", "—", "“", "”", "（", "）",
                                     "《", "》", "【", "】", "～", "-", "/", ".", "+", "%", "&", "@"};
constexpr Symbols english_symbols = {".", ",", ";", ":", "?", "!", "'", "\"", "…", "–", "(", ")", "[", "]",
                                     "<", ">", "/", "\\", "_", "-", "+", "=", "@", "#", "%", "&"};

bool is_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
char lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

}  // namespace

std::vector<KeyPressed> with_typing(const Frame& frame, const KeyPressed& touched, Accepts accepts) {
    std::vector<KeyPressed> all;
    for (const char c : frame.typed) {
        const bool taken = accepts == Accepts::digits ? c >= '0' && c <= '9' : is_letter(static_cast<unsigned char>(c));
        if (taken) all.push_back({.letter = lower(c)});
    }
    for (const Key pressed : frame.keys) {
        if (pressed == Key::backspace) all.push_back({.erase = true});
        if (pressed == Key::enter) all.push_back({.confirm = true});
    }
    if (touched) all.push_back(touched);
    return all;
}

KeyPressed number_pad(Frame& frame, Rect box, std::size_t digits, std::size_t least) {
    const float w = std::min(box.w, 640.0f);
    Rect pad{box.centre().x - w / 2, box.y, w, std::min(box.h, dots_height + 4 * highest_key + 3 * wide_gap)};
    pad.y = box.y + (box.h - pad.h) / 2;
    const Rect dots = pad.cut_top(dots_height);
    const std::size_t places = std::max(digits, least);
    const float step = std::min(56.0f, dots.w / static_cast<float>(std::max<std::size_t>(places, 1)));
    for (std::size_t i = 0; i < places; ++i) {
        const Vec2 at{dots.centre().x + (static_cast<float>(i) - static_cast<float>(places - 1) / 2) * step, dots.y + 40};
        frame.canvas.circle(at, 14, i < digits ? frame.theme.cinnabar : frame.theme.ink_2.with_alpha(0.5f));
        if (i >= digits) frame.canvas.circle(at, 11, frame.theme.paper_raised);
    }
    KeyPressed pressed;
    const float key_w = (pad.w - 2 * wide_gap) / 3, key_h = std::max(lowest_key, (pad.h - 3 * wide_gap) / 4);
    const auto place = [&](int column, int row) {
        return Rect{pad.x + static_cast<float>(column) * (key_w + wide_gap), pad.y + static_cast<float>(row) * (key_h + wide_gap), key_w, key_h};
    };
    for (int digit = 1; digit <= 9; ++digit) {
        const std::string words = fmt::format("{}", digit);
        if (key(frame, id_of(words), words, place((digit - 1) % 3, (digit - 1) / 3), {.size = 60})) pressed.letter = static_cast<char>('0' + digit);
    }
    if (key(frame, "key.erase", frame.words("keyboard.erase"), place(0, 3), icon_look("icons/backspace.png"))) pressed.erase = true;
    if (key(frame, "key.0", "0", place(1, 3), {.size = 60})) pressed.letter = '0';
    const KeyLook confirm{.icon = {}, .enabled = digits >= least, .primary = true, .size = 40, .face = Face::sans_bold};
    if (key(frame, "key.confirm", frame.words("keyboard.confirm"), place(2, 3), confirm)) pressed.confirm = true;
    return pressed;
}

KeyPressed letter_pad(Frame& frame, Rect box, std::string_view possible) {
    KeyPressed pressed;
    for (int r = 0; r < 3; ++r) {
        Row row(row_of(box, 3, r), r == 1 ? 0.5f : 0);
        if (r == 2 && key(frame, "key.clear", frame.words("keyboard.clear"), row.next(1.5f), word_look())) pressed.clear = true;
        for (const char c : letter_rows[static_cast<std::size_t>(r)]) {
            const char capital = static_cast<char>(c - 'a' + 'A');
            const bool leads = possible.find(c) != std::string_view::npos;
            if (key(frame, id_of({&c, 1}), {&capital, 1}, row.next(), {.enabled = leads, .size = 52})) pressed.letter = c;
        }
        if (r == 2 && key(frame, "key.erase", frame.words("keyboard.erase"), row.next(1.5f), icon_look("icons/backspace.png"))) pressed.erase = true;
    }
    return pressed;
}

struct TextKeyboard::Edit {
    std::string& text;
    std::size_t most;
    Happened happened;
};

TextKeyboard::TextKeyboard(std::shared_ptr<InputMethod> pinyin) : pinyin_(std::move(pinyin)) {
    if (pinyin_) pinyin_->clear();
}

void TextKeyboard::look() {
    writing_ = pinyin_ ? pinyin_->writing() : InputMethod::Writing{};
    first_ = {0};
}

void TextKeyboard::append(std::string_view words, Edit& edit) {
    for (const CodePoint& c : code_points(words)) {
        std::string longer = edit.text;
        append_utf8(longer, c.character);
        if (character_starts(longer).size() - 1 > edit.most) return;
        edit.text = std::move(longer);
        edit.happened.changed = true;
    }
}

// One character, from the glass or a real keyboard.
void TextKeyboard::put(std::string_view character, Edit& edit) {
    const char c = character.size() == 1 ? character.front() : '\0';
    if (chinese_ && ((c >= 'a' && c <= 'z') || (c == '\'' && composing()))) {
        pinyin_->letter(c);
        look();
        return;
    }
    if (composing()) {
        const bool number = c >= '1' && c <= '9';
        choose(number ? static_cast<std::size_t>(c - '1') : 0, edit);
        if (number || c == ' ') return;
        if (composing()) append(pinyin_->take_letters(), edit);
        look();
    }
    append(character, edit);
}

void TextKeyboard::choose(std::size_t candidate, Edit& edit) {
    const std::string done = pinyin_->choose(first_.back() + candidate);
    append(done, edit);
    look();
}

void TextKeyboard::erase(Edit& edit) {
    if (composing()) {
        pinyin_->erase();
        look();
        return;
    }
    const std::vector<std::size_t> starts = character_starts(edit.text);
    if (starts.size() < 2) return;
    edit.text.resize(starts[starts.size() - 2]);
    edit.happened.changed = true;
}

void TextKeyboard::enter(Edit& edit) {
    if (!composing()) {
        edit.happened.confirm = true;
        return;
    }
    append(pinyin_->take_letters(), edit);
    look();
}

void TextKeyboard::typed(const Frame& frame, Edit& edit) {
    for (const CodePoint& c : code_points(frame.typed)) {
        if (c.character < U' ') continue;
        std::string character;
        append_utf8(character, c.character);
        put(character, edit);
    }
    for (const Key pressed : frame.keys) {
        if (pressed == Key::backspace) erase(edit);
        if (pressed == Key::enter) enter(edit);
    }
}

TextKeyboard::Happened TextKeyboard::draw(Frame& frame, Rect box, std::string& text, std::size_t most) {
    if (!began_) {
        began_ = true;
        chinese_ = pinyin_ != nullptr && frame.lang == Lang::zh;
    }
    Edit edit{text, most, {}};
    typed(frame, edit);
    const Rect top = row_of(box, 6, 0);
    candidates(frame, top, edit);
    rows(frame, {box.x, top.bottom() + gap, box.w, box.bottom() - top.bottom() - gap}, edit);
    return edit.happened;
}

void TextKeyboard::candidates(Frame& frame, Rect bar, Edit& edit) {
    const Theme& theme = frame.theme;
    frame.canvas.fill({bar.x, bar.bottom() - 2, bar.w, 2}, theme.line);
    if (writing_.candidates.empty()) {
        const char* mode = chinese_ ? "keyboard.mode_pinyin" : "keyboard.mode_letters";
        frame.canvas.text(frame.words(mode), bar.inset(space::s, 0), {Face::sans, 30, theme.ink_2, Align::left, 1.25f, 1, true, type::caption});
        return;
    }
    const bool before = first_.size() > 1 || writing_.has_before;
    const Rect forward = bar.cut_right(96), back = bar.cut_right(96 + 8);
    const std::size_t first = first_.back();
    std::size_t shown = 0;
    std::optional<std::size_t> touched;
    for (std::size_t i = first; i < writing_.candidates.size(); ++i, ++shown) {
        const std::string& word = writing_.candidates[i];
        const TextStyle style{shown == 0 ? Face::serif_bold : Face::serif, 46, shown == 0 ? theme.cinnabar_deep : theme.ink, Align::centre, 1.2f, 1, true, 30};
        const float w = std::max(lowest_key, frame.canvas.measure(word, style).x + 2 * space::m);
        if (w > bar.w && shown > 0) break;
        const Rect box = bar.cut_left(std::min(w, bar.w));
        bar.cut_left(8);
        const std::string id = fmt::format("candidate.{}", shown);
        const Press press = pressable(frame, id, word, box);
        if (press.held) frame.canvas.fill(box.inset(0, 8), theme.line, 14);
        ripple(frame, id, box, theme.cinnabar);
        frame.canvas.text(word, box, style);
        if (press.clicked) touched = shown;
    }
    const std::size_t next = first + shown;
    const bool after = next < writing_.candidates.size() || writing_.has_after;
    const bool go_back = before && key(frame, "candidate.before", "‹", {back.x, back.y, 96, back.h}, {.quiet = true});
    const bool go_on = after && key(frame, "candidate.after", "›", forward, {.quiet = true});
    if (touched) {
        choose(*touched, edit);
    } else if (go_on && next < writing_.candidates.size()) {
        first_.push_back(next);
    } else if (go_back && first_.size() > 1) {
        first_.pop_back();
    } else if (go_on || go_back) {
        pinyin_->turn_page(go_on);
        look();
    }
}

void TextKeyboard::rows(Frame& frame, Rect box, Edit& edit) {
    const auto each = [&](Row& row, std::string_view words, std::string_view id) {
        if (key(frame, id_of(id), words, row.next())) {
            put(words, edit);
            if (is_letter(static_cast<unsigned char>(words.front()))) capital_ = false;
        }
    };
    Row digits(row_of(box, 5, 0));
    for (const char c : std::string_view("1234567890")) each(digits, {&c, 1}, {&c, 1});
    std::size_t symbol = 0;
    for (std::size_t r = 0; r < letter_rows.size(); ++r) {
        Row row(row_of(box, 5, static_cast<int>(r) + 1), r == 1 ? 0.5f : 0);
        if (r == 2) {
            const Rect first = row.next(1.5f);
            if (chinese_ && !symbols_) {
                if (key(frame, "key.'", "'", first, {.enabled = composing(), .quiet = true})) put("'", edit);
            } else if (symbols_) {
                if (key(frame, "key.clear", frame.words("keyboard.clear"), first, word_look(!edit.text.empty()))) {
                    edit.text.clear();
                    edit.happened.changed = true;
                }
            } else if (key(frame, "key.shift", "⇧", first, {.quiet = true, .chosen = capital_})) {
                capital_ = !capital_;
            }
        }
        for (const char letter : letter_rows[r]) {
            const std::string_view mark = (chinese_ ? chinese_symbols : english_symbols)[symbol++];
            const char shown = static_cast<char>(capital_ && !chinese_ ? letter - 'a' + 'A' : letter);
            each(row, symbols_ ? mark : std::string_view(&shown, 1), symbols_ ? mark : std::string_view(&letter, 1));
        }
        if (r == 2 && key(frame, "key.erase", frame.words("keyboard.erase"), row.next(1.5f), icon_look("icons/backspace.png"))) erase(edit);
    }
    bottom_row(frame, row_of(box, 5, 4), edit);
}

void TextKeyboard::bottom_row(Frame& frame, Rect whole, Edit& edit) {
    Row row(whole);
    if (key(frame, "key.symbols", frame.words(symbols_ ? "keyboard.letters" : "keyboard.symbols"), row.next(1.5f), word_look())) symbols_ = !symbols_;
    if (key(frame, "key.language", frame.words("keyboard.language"), row.next(1.5f), word_look(pinyin_ != nullptr))) {
        if (composing()) append(pinyin_->take_letters(), edit);
        chinese_ = !chinese_;
        capital_ = false;
        look();
    }
    const std::string_view comma = chinese_ ? "，" : ",", stop = chinese_ ? "。" : ".";
    if (key(frame, "key.comma", comma, row.next())) put(comma, edit);
    if (key(frame, "key.space", frame.words("keyboard.space"), row.next(3), {.size = 34, .face = Face::sans})) put(" ", edit);
    if (key(frame, "key.stop", stop, row.next())) put(stop, edit);
    const KeyLook confirm{.icon = {}, .primary = true, .size = 38, .face = Face::sans_bold};
    if (key(frame, "key.confirm", frame.words("keyboard.confirm"), row.next(2), confirm)) enter(edit);
}

void TextKeyboard::field(Frame& frame, Rect box, std::string_view text, std::string_view hint) const {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    canvas.fill(box, theme.paper_raised, 14);
    canvas.stroke(box, theme.cinnabar, 3, 14);
    const Rect room = box.inset(space::m, 0);
    TextStyle style{Face::serif, 48, theme.ink, Align::left, 1.25f, 1, true};
    if (text.empty() && !composing()) {
        style.colour = theme.ink_2;
        canvas.text(hint, {room.x + 10, room.y, room.w - 10, room.h}, style);
        canvas.fill({room.x, box.centre().y - 28, 4, 56}, theme.cinnabar);
        return;
    }
    // A long text shows its end: that is where one writes.
    const auto inside = canvas.clipped(room);
    const float w = text.empty() ? 0 : canvas.measure(text, style).x;
    const float composed = composing() ? canvas.measure(writing_.shown, style).x + 8 : 0;
    float x = room.x + std::min(0.0f, room.w - w - composed - 16);
    if (!text.empty()) canvas.text(text, {x, room.y, w + 4, room.h}, style);
    x += w + 4;
    if (composing()) {
        style.colour = theme.cinnabar_deep;
        canvas.text(writing_.shown, {x + 4, room.y, composed + 4, room.h}, style);
        canvas.fill({x + 4, box.centre().y + 32, composed - 8, 3}, theme.cinnabar);
        x += composed;
    }
    canvas.fill({x + 2, box.centre().y - 28, 4, 56}, theme.cinnabar);
}

}  // namespace xinghuo
