// How a member is found and believed without a card: by the letters of the name, by branch, by PIN. For signing in, and for activities.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content/study/members.h"
#include "content/study/visit.h"
#include "kiosk/gfx/scroll.h"
#include "kiosk/widgets.h"

namespace xinghuo {

// A box in which there is nobody to find: the list is being prepared, or there are no members, and what to do. True when it was drawn.
bool nobody_to_find(Frame& frame, Rect box);

// By pinyin letters. Names are masked until the letters tell few apart: with two letters and at most twelve found whoever types knows the
// name, and sees it whole. A keyboard types, too.
class NamePicker {
public:
    static constexpr float least_w = 952, least_h = 720;
    // Whoever was touched. Ids: "names.0" …, and those of the letter pad.
    std::optional<Member> draw(Frame& frame, Rect box);
    void clear();

private:
    void look(const Directory& directory);
    void field(Frame& frame, Rect box) const;
    std::optional<Member> results(Frame& frame, Rect box, const Directory& directory);

    std::string letters_, looked_for_;
    std::weak_ptr<const Directory> of_;
    NameIndex::Found found_;
    std::string possible_;
    bool looked_ = false;
    Scroll scroll_;
};

// By branch: the branches, then the masked names of one in the order of their sound, with a filter by first letter.
class BranchPicker {
public:
    std::optional<Member> draw(Frame& frame, Rect box);
    // False: there was nothing to go back from.
    bool back();

private:
    void choose(const Directory& directory, std::optional<std::size_t> branch, char letter);
    void branches(Frame& frame, Rect box, const Directory& directory);
    void letters(Frame& frame, Rect& box, const Directory& directory);
    std::optional<Member> names(Frame& frame, Rect box, const Directory& directory);

    std::weak_ptr<const Directory> of_;
    std::vector<std::uint32_t> initials_;         // by member: a bit for each letter a reading of the name begins with
    std::optional<std::size_t> branch_;
    std::uint32_t there_ = 0;                     // letters that somebody in the branch has
    char letter_ = 0;                             // 0: all
    std::vector<std::uint32_t> shown_;
    Scroll branch_scroll_, scroll_;
};

// A member's PIN: asked for; made by who holds the card; refused kindly to who has none. It fills the box.
class PinStep {
public:
    PinStep(Member member, SignInWay way);
    enum class Outcome { asking, right, cancelled };
    Outcome draw(Frame& frame, Rect box);
    [[nodiscard]] const Member& member() const { return member_; }
    [[nodiscard]] SignInWay way() const { return way_; }

private:
    enum class Step { enter, make, repeat, card };
    Outcome confirm(Frame& frame);
    void listen(Frame& frame);

    Member member_;
    SignInWay way_;
    Step step_;
    std::string digits_, first_;
    std::string fault_;                           // a key of words; empty: none
};

// Three rings that run out from a sign, slowly; still where motion is not wanted.
void calling_sign(Frame& frame, Vec2 centre, float radius, std::string_view icon_name, Colour colour);

}  // namespace xinghuo
