// The small JSON files of a pack that are written from the source as it is: figure.json, quiz.json, timeline.json,
// film.json, pictures.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/packer/source.h"
#include "tools/packer/step_cache.h"

namespace xinghuo {

// `narration` is the note of make_narration.
std::string figure_json(const SourceFigure& figure, const SourceStage& stage, std::string_view narration);
std::string quiz_json(const Source& source);
std::string timeline_json(const Source& source);
// Sizes of all PNG pictures without @2x in their name, read from the files' headers.
Result<std::string> pictures_json(const std::vector<Made>& files, const StepCache& cache);
std::string stage_name(const SourceFigure& figure);  // of its folder in the pack

}  // namespace xinghuo
