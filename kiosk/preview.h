// An author's pack before anybody signed it: a built folder, shown by a program that somebody attends and that says so on every screen.
// Read again when its manifest changes, without losing the place. Main thread.
#pragma once

#include <memory>

#include "kiosk/pack_room.h"

namespace xinghuo {

// Never null; a pack that cannot be opened shows nothing, says why(), and is tried again each second.
std::unique_ptr<PackRoom> open_preview(Path folder);

}  // namespace xinghuo
