// A scripted visit through the real application, with a picture of every screen: for a machine without a display, and for
// looking at what was built.
#pragma once

#include <functional>
#include <string>

#include "kiosk/drive.h"

namespace xinghuo {

// Visits as a person would: by touch. Pictures are DIR/<prefix>-NN-<screen>.png; `said` gets a line per picture.
Result<int> tour(App& app, Drive& driver, const Catalogue& catalogue, const Path& folder, const std::string& prefix,
                 const std::function<void(const std::string&)>& said);

}  // namespace xinghuo
