// The application's own art (not a pack's): icons and ornaments from SVG to PNG.
#pragma once

#include "content/base/file.h"

namespace xinghuo {

// SOURCE/icons/NAME.svg → OUT/icons/NAME.png (96 px) and NAME@2x.png (192 px), white on transparent, to be tinted.
// SOURCE/ornaments/NAME.svg → OUT/ornaments/NAME.png at its own size and NAME@2x.png; a drawing made of groups named
// layer.X becomes NAME.X.png instead. Only what is newer than its picture is drawn again. The number of files written.
Result<int> build_art(const Path& source, const Path& out);

}  // namespace xinghuo
