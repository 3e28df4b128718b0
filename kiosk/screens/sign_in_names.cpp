// Finding a member by letters or by branch.
#include <fmt/format.h>

#include <algorithm>

#include "kiosk/keyboard.h"
#include "kiosk/screens/sign_in_parts.h"

namespace xinghuo {
namespace {

constexpr std::size_t whole_names = 12, shown_at_most = 60;
constexpr float gap = 16, letter_key = 80;

float row_height(const Frame& frame, bool two_lines) { return two_lines ? 30 + 84 * text_growth(frame) : 36 + 56 * text_growth(frame); }

// A card with a name, to be touched. `beside`: the branch beneath a whole name, or the number's tail beside a masked one.
bool name_card(Frame& frame, const std::string& id, Rect box, const std::string& name, const std::string& beside, bool two_lines) {
    const Theme& theme = frame.theme;
    const Press press = pressable(frame, id, two_lines ? name : name + " " + beside, box);
    if (press.held) {
        frame.canvas.fill(box, theme.line, 16);
    } else {
        frame.canvas.shadow(box, 16, 0.35f);
        frame.canvas.fill(box, theme.paper_raised, 16);
    }
    frame.canvas.stroke(box, theme.line, 2, 16);
    ripple(frame, id, box, theme.cinnabar);
    Rect inside = box.inset(space::m, 12);
    const TextStyle large{Face::serif_bold, 40, theme.ink, Align::left, 1.2f, 1, true, 28};
    if (two_lines) {
        frame.canvas.text(name, inside.cut_top(inside.h * 0.58f), large);
        frame.canvas.text(beside, inside, {Face::sans, 28, theme.ink_2, Align::left, 1.2f, 1, true, 28});
    } else {
        const float w = frame.canvas.measure(beside, {Face::sans, 30, {}, Align::left, 1.2f, 1}).x + 4;
        frame.canvas.text(beside, inside.cut_right(w), {Face::sans, 30, theme.ink_2, Align::right, 1.2f, 1, true, 28});
        inside.cut_right(space::s);
        frame.canvas.text(name, inside, large);
    }
    return press.clicked;
}

// Only rows that are seen are drawn: a branch may have thousands. draw(i, box) for each of `count` in two columns.
template <class Draw>
float grid(Rect view, Rect content, std::size_t count, float h, const Draw& draw) {
    const float w = (content.w - gap) / 2;
    const std::size_t rows = (count + 1) / 2;
    const auto first = static_cast<std::size_t>(std::max(0.0f, (view.y - content.y) / (h + gap)));
    for (std::size_t row = first; row < rows; ++row) {
        const float y = content.y + 6 + static_cast<float>(row) * (h + gap);
        if (y > view.bottom()) break;
        for (std::size_t i = 2 * row; i < std::min(count, 2 * row + 2); ++i)
            draw(i, Rect{content.x + static_cast<float>(i % 2) * (w + gap), y, w, h});
    }
    return 12 + static_cast<float>(rows) * (h + gap) - gap;
}

void hint(Frame& frame, Rect box, std::string_view words) {
    frame.canvas.text(words, box.inset(space::s, 0), {Face::sans, 32, frame.theme.ink_2, Align::centre, 1.5f, 0, true, 28});
}

}  // namespace

bool nobody_to_find(Frame& frame, Rect box) {
    const auto say = [&](std::string_view title, std::string_view text) {
        const float h = std::min(box.h, 420 * text_growth(frame));
        notice(frame, {box.x, box.y, box.w, h}, frame.words(title), text);
        return true;
    };
    if (!frame.directory) return say("sign_in.preparing.title", frame.words("sign_in.preparing.text"));
    if (frame.directory->members.empty()) return say("sign_in.nobody.title", frame.words("sign_in.nobody.text"));
    return false;
}

void NamePicker::clear() {
    letters_.clear();
    looked_ = false;
    scroll_ = {};
}

void NamePicker::look(const Directory& directory) {
    if (looked_ && looked_for_ == letters_) return;
    looked_ = true;
    looked_for_ = letters_;
    found_ = letters_.empty() ? NameIndex::Found{} : directory.names.find(letters_, shown_at_most);
    possible_ = directory.names.next_letters(letters_);
    scroll_ = {};
}

void NamePicker::field(Frame& frame, Rect box) const {
    const Theme& theme = frame.theme;
    frame.canvas.fill(box, theme.paper_raised, box.h / 2);
    frame.canvas.stroke(box, letters_.empty() ? theme.line : theme.cinnabar, 3, box.h / 2);
    Rect inside = box.inset(space::l, 0);
    icon(frame, "icons/search.png", {inside.x, inside.centre().y - 22, 44, 44}, theme.ink_2);
    inside.cut_left(44 + space::s);
    if (letters_.empty()) return void(frame.canvas.text(frame.words("sign_in.letters.hint"), inside, {Face::sans, 32, theme.ink_2, Align::left, 1.2f, 1, true, 28}));
    std::string spaced;
    for (const char letter : letters_) spaced += fmt::format("{}{}", spaced.empty() ? "" : " ", static_cast<char>(letter - 'a' + 'A'));
    std::string count = found_.total == 0 ? frame.words("sign_in.letters.none") : frame.words("sign_in.letters.found", {{"n", std::to_string(found_.total)}});
    const TextStyle small{Face::sans, 30, theme.ink_2, Align::right, 1.2f, 1, true, 28};
    frame.canvas.text(count, inside.cut_right(frame.canvas.measure(count, small).x + 4), small);
    inside.cut_right(space::s);
    frame.canvas.text(spaced, inside, {Face::serif_bold, 48, theme.cinnabar_deep, Align::left, 1.2f, 1, true, 28});
}

std::optional<Member> NamePicker::results(Frame& frame, Rect box, const Directory& directory) {
    if (letters_.empty()) {
        hint(frame, box, frame.words("sign_in.letters.example"));
        return std::nullopt;
    }
    if (found_.who.empty()) {
        hint(frame, box, frame.words("sign_in.letters.nobody"));
        return std::nullopt;
    }
    std::optional<Member> chosen;
    const bool whole = letters_.size() >= 2 && found_.total <= whole_names;
    const float h = row_height(frame, whole);
    scroll_area(frame, "names", box.inset(-12, 0), scroll_, [&](Rect content) {
        content = content.inset(12, 0);
        const float all = grid(box, content, found_.who.size(), h, [&](std::size_t i, Rect place) {
            const Member& member = directory.members[found_.who[i]];
            const std::string id = fmt::format("names.{}", i);
            const bool touched = whole ? name_card(frame, id, place, member.name, member.branch, true)
                                       : name_card(frame, id, place, masked_name(member.name), "…" + number_tail(member.number), false);
            if (touched) chosen = member;
        });
        if (found_.total <= found_.who.size()) return all;
        hint(frame, {content.x, content.y + all, content.w, 64 * text_growth(frame)},
             frame.words("sign_in.letters.more", {{"n", std::to_string(found_.total - found_.who.size())}}));
        return all + 64 * text_growth(frame);
    });
    return chosen;
}

std::optional<Member> NamePicker::draw(Frame& frame, Rect box) {
    if (nobody_to_find(frame, box)) return std::nullopt;
    const std::shared_ptr<const Directory> directory = frame.directory;
    if (of_.lock() != directory) {
        of_ = directory;
        looked_ = false;
    }
    look(*directory);
    Rect place = box;
    const Rect top = place.cut_top(84);
    place.cut_top(gap);
    const Rect pad = place.cut_bottom(std::clamp(place.h * 0.46f, letter_pad_least.y, letter_pad_least.y + 88));
    place.cut_bottom(gap);
    const KeyPressed touched = letter_pad(frame, pad, possible_);
    for (const KeyPressed& key : with_typing(frame, touched, Accepts::letters)) {
        frame.wake_at(frame.now);  // the keys were drawn already
        if (key.erase && !letters_.empty()) letters_.pop_back();
        if (key.clear) letters_.clear();
        if (key.letter != 0 && possible_.find(key.letter) != std::string::npos && letters_.size() < 24) {
            letters_.push_back(key.letter);
            look(*directory);
        }
    }
    look(*directory);
    field(frame, top);
    return results(frame, place, *directory);
}

bool BranchPicker::back() {
    if (!branch_) return false;
    branch_.reset();
    return true;
}

void BranchPicker::choose(const Directory& directory, std::optional<std::size_t> branch, char letter) {
    branch_ = branch;
    letter_ = letter;
    shown_.clear();
    scroll_ = {};
    if (!branch) return;
    if (initials_.empty()) {
        initials_.assign(directory.members.size(), 0);
        for (const char first : directory.names.next_letters("")) {
            const std::string one(1, first);
            for (const std::uint32_t who : directory.names.find(one, directory.members.size()).who) initials_[who] |= 1U << (first - 'a');
        }
    }
    there_ = 0;
    for (const std::uint32_t who : directory.branches[*branch].members) {
        there_ |= initials_[who];
        if (letter == 0 || (initials_[who] & 1U << (letter - 'a')) != 0) shown_.push_back(who);
    }
    std::sort(shown_.begin(), shown_.end());
}

void BranchPicker::branches(Frame& frame, Rect box, const Directory& directory) {
    const Theme& theme = frame.theme;
    const float h = row_height(frame, true);
    scroll_area(frame, "branches", box.inset(-12, 0), branch_scroll_, [&](Rect content) {
        content = content.inset(12, 0);
        return grid(box, content, directory.branches.size(), h, [&](std::size_t i, Rect place) {
            const Directory::Branch& branch = directory.branches[i];
            const std::string id = fmt::format("branch.{}", i);
            const Press press = pressable(frame, id, branch.name, place);
            frame.canvas.shadow(place, 16, 0.35f);
            frame.canvas.fill(place, press.held ? theme.line : theme.paper_raised, 16);
            frame.canvas.fill({place.x, place.y + 20, 6, place.h - 40}, theme.cinnabar, 3);
            ripple(frame, id, place, theme.cinnabar);
            Rect inside = place.inset(space::m, 12);
            frame.canvas.text(branch.name, inside.cut_top(inside.h * 0.58f), {Face::serif_bold, 38, theme.ink, Align::left, 1.2f, 1, true, 28});
            frame.canvas.text(frame.words("sign_in.branch.size", {{"n", std::to_string(branch.members.size())}}), inside,
                              {Face::sans, 28, theme.ink_2, Align::left, 1.2f, 1, true, 28});
            if (press.clicked) choose(directory, i, 0);
        });
    });
}

void BranchPicker::letters(Frame& frame, Rect& box, const Directory& directory) {
    Rect row = box.cut_top(space::touch);
    const std::string words = frame.words("sign_in.branch.all");
    const float w = frame.canvas.measure(words, {Face::sans_bold, 30, {}, Align::left, 1.25f, 1}).x + 30 * 1.3f + 14 + 2 * space::m;
    if (button(frame, "branch.back", words, row.cut_left(w), {Tone::plain, "icons/back.png", false, false, true, 30})) {
        branch_.reset();
        return;
    }
    row.cut_left(space::m);
    frame.canvas.text(directory.branches[*branch_].name, row, {Face::serif_bold, 44, frame.theme.ink, Align::left, 1.2f, 1, true, 28});
    box.cut_top(gap);
    if (directory.branches[*branch_].members.size() <= whole_names) return;
    std::string there;
    for (char c = 'a'; c <= 'z'; ++c)
        if ((there_ & 1U << (c - 'a')) != 0) there.push_back(c);
    const auto columns = static_cast<std::size_t>(box.w / letter_key);
    // The first key has a word on it and takes two places.
    const std::size_t count = there.size() + 1, rows = (count + columns) / columns;
    const float key_w = box.w / static_cast<float>(columns);
    const Rect keys = box.cut_top(static_cast<float>(rows) * letter_key);
    box.cut_top(gap);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t cell = i == 0 ? 0 : i + 1;
        const Rect place = Rect{keys.x + static_cast<float>(cell % columns) * key_w, keys.y + static_cast<float>(cell / columns) * letter_key, i == 0 ? 2 * key_w : key_w, letter_key}.inset(4);
        const char letter = i == 0 ? '\0' : there[i - 1];
        const std::string name = i == 0 ? frame.words("sign_in.branch.every") : std::string(1, static_cast<char>(letter - 'a' + 'A'));
        if (button(frame, i == 0 ? "letter.all" : fmt::format("letter.{}", letter), name, place, {Tone::plain, "", false, letter == letter_, true, 34}))
            choose(directory, branch_, letter);
    }
}

std::optional<Member> BranchPicker::names(Frame& frame, Rect box, const Directory& directory) {
    std::optional<Member> chosen;
    const float h = row_height(frame, false);
    scroll_area(frame, "names", box.inset(-12, 0), scroll_, [&](Rect content) {
        content = content.inset(12, 0);
        return grid(box, content, shown_.size(), h, [&](std::size_t i, Rect place) {
            const Member& member = directory.members[shown_[i]];
            if (name_card(frame, fmt::format("names.{}", i), place, masked_name(member.name), "…" + number_tail(member.number), false)) chosen = member;
        });
    });
    return chosen;
}

std::optional<Member> BranchPicker::draw(Frame& frame, Rect box) {
    if (nobody_to_find(frame, box)) return std::nullopt;
    const std::shared_ptr<const Directory> directory = frame.directory;
    if (of_.lock() != directory) {
        of_ = directory;
        initials_.clear();
        choose(*directory, std::nullopt, 0);
    }
    if (!branch_) {
        branches(frame, box, *directory);
        return std::nullopt;
    }
    letters(frame, box, *directory);
    return branch_ ? names(frame, box, *directory) : std::nullopt;
}

}  // namespace xinghuo
