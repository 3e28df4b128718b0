// The pack in the kiosk's window while its author works at it: made at every save, shown when it is good.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/packer/build.h"
#include "tools/packer/words.h"

namespace xinghuo {

// Where a source is built for looking at: XDG_CACHE_HOME (or ~/.cache) /xinghuo/packs/<of the source's full path>.
Path preview_folder(const Path& source);
// Builds SOURCE there, as preview_folder(source)/pack; unchanged inputs are not made again.
Result<Path> build_for_preview(const Path& source, Problems& problems, const std::function<void(const std::string&)>& say);

struct PreviewOptions {
    Lang lang = Lang::zh;
    bool once = false;                    // do not watch the folder
    Path kiosk;                           // the program
    std::vector<std::string> kiosk_words; // its own options
    std::function<void(const std::string&)> say = [](const std::string&) {};
};

// Builds, opens the kiosk with --preview, and builds again after every save (300 ms of quiet), until the window is closed: problems are
// said, and the last good build stays on the screen. An error: the first build was not good, or there is no kiosk.
Result<void> run_preview(const Path& source, const PackWords& words, const PreviewOptions& options);

}  // namespace xinghuo
