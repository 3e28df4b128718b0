// A lecture as a film: a poster as the ground, moving slowly; heading and points on paper; the synthetic voice.
#pragma once

#include <string>

#include "tools/packer/source.h"
#include "tools/packer/step_cache.h"

namespace xinghuo {

// films/<id>/: film.mp4 (H.264 and AAC, 1920 × 1080, 25 pictures a second), film.zh.vtt, film.en.vtt, film.json.
Result<Files> make_film(const Source& source, const SourceLecture& lecture);
Result<std::string> film_inputs(const Source& source, const SourceLecture& lecture);

}  // namespace xinghuo
