// What is seen of one slide of a film at a moment. Pure drawing.
#pragma once

#include <vector>

#include "tools/packer/film_frame.h"
#include "tools/packer/source.h"

namespace xinghuo {

inline constexpr int film_w = 1920, film_h = 1080;  // px

// Heading, points and source on a sheet of paper beside the slide's poster, which moves slowly.
class FilmSlide {
public:
    // number counts from 1; 0 makes the title card (lecture title and summary, no points).
    static Result<FilmSlide> draw(const Source& source, const SourceLecture& lecture, std::size_t number);
    // `seconds` since the slide began, which lasts `length`; points turn from pale to full one after another in the first
    // `speech`.
    void show(double seconds, double length, double speech, FilmFrame& frame) const;

private:
    FilmFrame ground_, paper_;
    std::vector<FilmFrame> points_;
    double focus_x_ = 0.5, focus_y_ = 0.5, covered_ = 0;  // shares; covered: of the width, by the sheet
    bool drift_left_ = false;
};

}  // namespace xinghuo
