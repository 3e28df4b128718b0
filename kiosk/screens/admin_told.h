// What the centre told this terminal, on its page: which settings hold and who set them, and what could not be taken.
#pragma once

#include "kiosk/frame.h"
#include "kiosk/sync_room.h"

namespace xinghuo {

void told_by_centre(Frame& frame, Rect& rest);
// Sentences of what was refused; nothing where all was taken.
void refused_of_centre(Frame& frame, Rect& rest, const SyncStatus& now);

}  // namespace xinghuo
