// The pictures of a figure and of the scenes, from their drawings.
#pragma once

#include <string>
#include <string_view>

#include "tools/packer/step_cache.h"

namespace xinghuo {

// figures/<id>/: 1x/<part>.png, 2x/<part>.png, parts.json, card.png (head and shoulders, 640 × 720), full.png (the whole
// figure at rest, half a px a unit). Each part is cut to its ink with two transparent px around it at 1x.
Result<Files> make_puppet(const std::string& id, std::string_view svg, std::string_view rig_json);

// stages/<name>/far.png, mid.png, near.png at the size of the drawing, and twice that.
Result<Files> make_stage(const std::string& name, std::string_view svg);

// posters/<id>.png, 960 px wide, and twice that.
Result<Files> make_poster(const std::string& id, std::string_view svg);

}  // namespace xinghuo
