// What the administrator's page about the centre (admin_sync.cpp) says around its numbers.
#pragma once

#include <string>

#include "kiosk/screens/admin_parts.h"
#include "kiosk/sync_room.h"

namespace xinghuo {

// What needs somebody, the most pressing first; that all is well, when nothing does. `stick`: the one that carried() told of is in.
void sync_cards(Frame& frame, Rect& rest, const SyncRoom& room, bool stick);
// What the courier stick brought and took.
void sync_courier(Frame& frame, Rect& rest, const SyncRoom& room, bool stick);
// What the centre refused, each with its whole reason.
void sync_refused(Frame& frame, Rect& rest, const SyncStatus& now);

}  // namespace xinghuo
