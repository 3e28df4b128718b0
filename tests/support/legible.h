// What is wrong with the screen that is shown, read from its dump; empty when nothing is. A line for each fault.
#pragma once

#include <string>

#include "kiosk/app.h"

namespace xinghuo {

// Checks: no words cut, outside their box, off the screen, over others or smaller than the smallest size; nothing to touch
// that is too small, leaves the screen, has no name or lies over something else to touch; no gap left unfilled in the application's words.
std::string faults(const App& app);

// Of a panel that is read from a metre away: text is made larger, on one of 21.5 inches as much as it ever is.
Settings large_text(float diagonal_inches = 21.5f);

}  // namespace xinghuo
