// films.csv or films.xlsx and films/NAME.mp4 or .webm: films as their authors made them. The picture is taken over as it is; the sound
// is brought to the pack's loudness. Nothing but a second of it is in memory at a time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "content/base/lang.h"
#include "tools/packer/problems.h"
#include "tools/packer/step.h"

namespace xinghuo {

struct Source;

struct SourceFilm {
    std::string id, section, file;         // file: a path in the source
    Bilingual title, summary, source;
    std::map<Lang, std::string> captions;  // paths in the source
    Lang voice = Lang::zh;                 // what is spoken
};

// What a terminal plays without a GPU: H.264 (MP4) and VP8, VP9 (WebM), at most 1920 × 1088 px and 30 pictures a second. Checked: this,
// captions for each language of the pack (films/NAME.zh.vtt), words in both.
void read_films(Source& source, Problems& problems);

// films/ID/: film.mp4 or film.webm, film.zh.vtt, film.en.vtt, poster.jpg (and @2x), film.json.
Result<void> add_author_film_steps(const Source& source, std::vector<Step>& steps);
std::string author_film_poster(const SourceFilm& film);

}  // namespace xinghuo
