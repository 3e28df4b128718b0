// What the centre planned, offered to the host for whom it is: of today and the next days.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "content/study/from_centre.h"
#include "kiosk/frame.h"
#include "kiosk/gfx/scroll.h"

namespace xinghuo {

struct ActivityOffer {
    PlannedActivity planned;
    std::optional<std::int64_t> held;          // the day for which it was held here
};

class ActivityOffers {
public:
    // Reads anew when the centre's word, the day or the host is another one; true when it did. A plan that is one host's is offered to nobody else.
    // `host`: null: the administrator.
    bool look(Frame& frame, const Member* host);
    [[nodiscard]] const std::vector<ActivityOffer>& all() const { return all_; }  // by their start; those held already come last
    [[nodiscard]] const ActivityOffer* find(const std::string& id) const;

    // The first few of them, and the way to the rest; cut from the top of `place`. The one that was touched; null: none. `followed`: the id of the one whose plan it is.
    const ActivityOffer* first(Frame& frame, Rect& place, const std::string& followed);
    // All of them, a page.
    const ActivityOffer* list(Frame& frame, Rect place, const std::string& followed);
    [[nodiscard]] bool wants_list() const { return wants_list_; }
    void close_list() { wants_list_ = false; }

private:
    [[nodiscard]] float time_width(Frame& frame) const;
    bool card_of(Frame& frame, Rect& place, const ActivityOffer& offer, std::size_t i, bool followed, float time_w);

    std::uint64_t told_ = 0;
    std::int64_t day_ = -1;
    std::string host_;
    bool wants_list_ = false;
    std::vector<ActivityOffer> all_;
    Scroll scroll_;
};

// "09:30", and of another day than today's "7月24日 09:30".
std::string planned_time(const Frame& frame, WallTime when);

}  // namespace xinghuo
