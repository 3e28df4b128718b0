// A film's file, packet by packet: what is in it, its picture taken over unchanged, its sound at another loudness, one still. By libav.
#pragma once

#include <string>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "media/image.h"

namespace xinghuo {

struct FilmAbout {
    std::string codec;        // as libav names it: "h264"
    int w = 0, h = 0;         // px
    double pictures_a_second = 0;
    Milliseconds duration{0};
    bool sound = false, ten_bit = false;
};
Result<FilmAbout> film_about(const Path& file);
// In words an author understands, with what to do.
Result<void> can_be_played(const FilmAbout& about);

struct FilmCopied {
    std::string name;         // "film.mp4" or "film.webm", in the folder
    Milliseconds duration{0};
    double was_lufs = -70, gain_db = 0;
};
// Without any of the file's metadata. Peaks that would pass −1 dBFS are held down.
Result<FilmCopied> copy_film(const Path& file, const Path& folder, double target_lufs);

// A picture a tenth of the way in, at most 10 s.
Result<Image> film_still(const Path& file);

}  // namespace xinghuo
