// What the centre told this terminal, on its page: which settings hold and who set them, and what could not be taken.
#pragma once

#include <cstdint>
#include <vector>

#include "kiosk/frame.h"
#include "kiosk/sync_room.h"

namespace xinghuo {

class ToldByCentre {
public:
    void draw(Frame& frame, Rect& rest);

private:
    void look(Frame& frame);
    std::uint64_t told_ = 0;                 // what was read, and in which minute: the database is not asked for every frame
    std::int64_t minute_ = 0;
    std::vector<std::int64_t> policy_days_;
    std::size_t notices_ = 0, planned_ = 0;
};
// Sentences of what was refused; nothing where all was taken.
void refused_of_centre(Frame& frame, Rect& rest, const SyncStatus& now);

}  // namespace xinghuo
