// 成员: found by the first letters of the name, by branch, or by tapping their card.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/keyboard.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_found = 200, most_letters = 24;

class MembersPage final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-members"; }

    void frame(Frame& frame, AdminDesk& desk) override {
        StepDesk here(desk, [this] { return std::exchange(branches_, false); });
        Rect place = admin_head(frame, here, frame.words("admin.members.title"));
        cards(frame, desk);
        if (!frame.directory) return paragraph(frame, place, frame.words("admin.members.reading"), admin_body(frame));
        if (branches_) return choose_branch(frame, place);
        const Directory& all = *frame.directory;
        const std::string branch = branch_ && *branch_ < all.branches.size() ? all.branches[*branch_].name : frame.words("admin.members.all_branches");
        switch (foot_actions(frame, place, {{"admin.branch", branch, Tone::plain, "icons/group.png"},
                                            {"admin.names", frame.words(names_ ? "admin.names.hide" : "admin.names.show"), Tone::plain, "icons/search.png"}})) {
            case 0: branches_ = true; scroll_ = {}; frame.animate(); return;
            case 1: names_ = !names_; frame.animate(); break;
            default: break;
        }
        const float pad_h = std::max(letter_pad_least.y, 330.0f);
        letters(frame, place.cut_bottom(pad_h));
        place.cut_bottom(space::s);
        const auto [who_found, total] = found(all);
        const auto& who = who_found;  // clang 14 takes no binding into a closure
        field(frame, place, total);
        if (who.empty()) return paragraph(frame, place, frame.words(all.members.empty() ? "admin.members.none" : "admin.members.nobody"), admin_body(frame));
        const std::size_t columns = frame.portrait ? 1 : 2, rows = (who.size() + columns - 1) / columns;
        const float w = (place.w - space::m * static_cast<float>(columns - 1)) / static_cast<float>(columns);
        long_list(frame, "admin.list", place, scroll_, rows, list_line_height(frame), [&](std::size_t row, Rect box) {
            for (std::size_t c = 0; c < columns && row * columns + c < who.size(); ++c) {
                const Member& m = all.members[who[row * columns + c]];
                const Rect cell{box.x + static_cast<float>(c) * (w + space::m), box.y, w, box.h};
                if (list_line(frame, fmt::format("admin.member.{}", row * columns + c), cell, {names_ ? m.name : masked_name(m.name), m.branch, marks(frame, m)}))
                    desk.open(make_admin_member(m.id));
            }
        });
    }

private:
    void cards(Frame& frame, AdminDesk& desk) {
        for (const std::string& code : std::exchange(frame.codes, {})) {
            auto member = frame.study->members().by_card(code);
            if (member && !*member) member = frame.study->members().by_number(code);
            if (!member) log_warning(member.error().within("looking up a card").what);
            if (member && *member) desk.open(make_admin_member((*member)->id));
            else frame.reception.say(Notice::Tone::kind, "admin.card.nobody", "admin.card.nobody.text", frame.moment);
        }
    }

    [[nodiscard]] std::string marks(const Frame& frame, const Member& m) const {
        std::string all = names_ ? m.number : number_end(m.number);
        if (m.host) all += " · " + frame.words("admin.member.host");
        if (m.card.empty()) all += " · " + frame.words("admin.member.no_card.short");
        return all;
    }

    struct Found {
        std::vector<std::uint32_t> who;
        std::size_t total = 0;
    };
    [[nodiscard]] Found found(const Directory& all) const {
        Found result;
        const auto take = [&](std::uint32_t who) {
            if (result.total++ < most_found) result.who.push_back(who);
        };
        const bool in_branch = branch_ && *branch_ < all.branches.size();
        if (typed_.empty() && in_branch) {
            for (const std::uint32_t who : all.branches[*branch_].members) take(who);
        } else if (typed_.empty()) {
            for (std::uint32_t who = 0; who < all.members.size(); ++who) take(who);
        } else {
            const NameIndex::Found named = all.names.find(typed_, in_branch ? all.members.size() : most_found);
            for (const std::uint32_t who : named.who)
                if (!in_branch || all.members[who].branch == all.branches[*branch_].name) take(who);
            if (!in_branch) result.total = named.total;
        }
        return result;
    }

    void letters(Frame& frame, Rect box) {
        const std::string possible = frame.directory->names.next_letters(typed_);
        const KeyPressed touched = letter_pad(frame, box, possible);
        for (const KeyPressed& key : with_typing(frame, touched, Accepts::letters)) {
            if (key.clear) typed_.clear();
            else if (key.erase && !typed_.empty()) typed_.pop_back();
            else if (key.letter != 0 && typed_.size() < most_letters) typed_ += key.letter;
            scroll_ = {};
            frame.animate();
        }
    }

    void field(Frame& frame, Rect& place, std::size_t total) const {
        Rect line = place.cut_top(std::max(line_height(frame), frame.portrait ? 84 * text_growth(frame) : 0.0f));
        frame.canvas.fill(line, frame.theme.paper_raised, 16);
        frame.canvas.stroke(line, frame.theme.line, 2, 16);
        Rect inside = line.inset(space::m, 0);
        const std::string count = frame.words("admin.members.found", {{"n", std::to_string(total)}});
        const TextStyle quiet{Face::sans, type::caption, frame.theme.ink_2, Align::right, 1.2f, 1, true};
        frame.canvas.text(count, inside.cut_right(frame.canvas.measure(count, quiet).x + 4), quiet);
        inside.cut_right(space::m);
        const std::string hint = frame.words("admin.members.hint");
        frame.canvas.text(typed_.empty() ? hint : typed_, inside,
                          {typed_.empty() ? Face::sans : Face::sans_bold, typed_.empty() ? 30.0f : 40.0f, typed_.empty() ? frame.theme.ink_2 : frame.theme.ink, Align::left, 1.2f, 2, true, 28});
        place.cut_top(space::s);
    }

    void choose_branch(Frame& frame, Rect place) {
        const auto& all = frame.directory->branches;
        long_list(frame, "admin.branches", place, scroll_, all.size() + 1, list_line_height(frame, 0), [&](std::size_t i, Rect box) {
            const bool whole = i == 0;
            const std::string name = whole ? frame.words("admin.members.all_branches") : all[i - 1].name;
            const std::size_t n = whole ? frame.directory->members.size() : all[i - 1].members.size();
            const bool chosen = whole ? !branch_ : branch_ == i - 1;
            if (!list_line(frame, fmt::format("admin.branch.{}", i), box, {name, "", frame.words("admin.members.found", {{"n", std::to_string(n)}}), "", true, chosen})) return;
            if (whole) branch_.reset();
            else branch_ = i - 1;
            branches_ = false;
            scroll_ = {};
            frame.animate();
        });
    }

    std::string typed_;
    std::optional<std::size_t> branch_;   // a place in the directory's branches
    bool branches_ = false;               // they are being chosen from
    bool names_ = false;
    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_members() { return std::make_unique<MembersPage>(); }

}  // namespace xinghuo
