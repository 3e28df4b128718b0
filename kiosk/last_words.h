// When not even the closed screen can be drawn (its fonts or its words are missing): the reason, in plain letters that need no
// file, so that whoever comes to look finds more than a black panel. Main thread.
#pragma once

#include <string>

#include "content/base/clock.h"

namespace xinghuo {

class Window;

// Stands for a minute, or until the window is closed or the process is asked to end. Then the caller ends with an error, and
// whoever supervises it tries again: a disk that came late is there by then.
void show_last_words(Window& window, const Clock& clock, const std::string& sentence);

}  // namespace xinghuo
