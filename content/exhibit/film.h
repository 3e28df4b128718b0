// The data of a film: where it lies in the pack, its captions and chapters. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

struct Chapter {
    Milliseconds start{0};
    Bilingual title;
};

struct Film {
    Bilingual title, summary;
    std::string film;                      // path in the pack
    std::map<Lang, std::string> captions;  // paths of WebVTT files
    std::vector<Chapter> chapters;         // ascending, the first at 0
    std::string poster;                    // may be empty
    Milliseconds duration{0};
    Lang voice = Lang::zh;
    bool synthetic_voice = false;
    [[nodiscard]] std::size_t chapter_at(Milliseconds position) const;  // chapters.size() when there are none
};

// The text of film.json (content/pack/README.md).
Result<Film> read_film(std::string_view json);

}  // namespace xinghuo
