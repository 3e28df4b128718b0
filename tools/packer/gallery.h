// pictures.csv or pictures.xlsx, one row a picture: from photographs and drawings to galleries.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "content/exhibit/gallery.h"
#include "tools/packer/problems.h"
#include "tools/packer/step.h"

namespace xinghuo {

struct Source;

struct SourcePicture {
    std::string id, file, date;  // file: a path in the source
    Bilingual title, alt, source, place;
};

struct SourceGallery {
    std::string id, section;
    Bilingual title, summary;
    std::vector<SourcePicture> pictures;
};

// Galleries are named in pack.json, "galleries": [{"id", "title", "summary"}], and in the table's column `gallery`; without them all
// pictures are one gallery with the pack's title. Checked: files that are there and are pictures, ids, dates, words in both languages.
void read_galleries(Source& source, Problems& problems);

Result<void> add_gallery_steps(const Source& source, std::vector<Step>& steps);
// The gallery as the kiosk reads it; `note` gives a note of a step by its path.
Result<Gallery> finished_gallery(const SourceGallery& gallery, const std::function<Result<std::string>(const std::string&)>& note);

}  // namespace xinghuo
