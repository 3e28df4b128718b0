// What an approver reads before signing: a folder with index.html and pictures, in both languages, for the screen and for printing;
// nothing in it comes from a network.
#pragma once

#include <vector>

#include "tools/packer/report_look.h"
#include "tools/packer/source.h"
#include "tools/packer/words.h"

namespace xinghuo {

struct ReportParts {
    const Source& source;
    const Problems& problems;
    std::vector<Look> looks;   // pictures in the folder's "pictures"
    Path pack;                 // built; empty: it could not be built
};

// Returns the page. Files of an older report are written over.
Result<Path> write_report(const Path& folder, const ReportParts& parts, const PackWords& words);

}  // namespace xinghuo
