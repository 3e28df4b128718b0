// SVG by librsvg, in this process: only for xinghuo-draw, which has given up what it does not need, and for fuzzing. Others use Drawing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"
#include "media/image.h"

namespace xinghuo {

inline constexpr std::size_t svg_limit_bytes = 32u << 20;
inline constexpr int svg_side_limit_px = 16'384;

class Svg {
public:
    // Groups that are switched off by display="none" are shown when they are asked for by name, never in whole().
    static Result<Svg> parse(std::string_view text, std::string_view colour);

    [[nodiscard]] double width() const { return width_; }  // of the viewBox, in its units
    [[nodiscard]] double height() const { return height_; }
    // Straight alpha; w × h px for the whole viewBox.
    [[nodiscard]] Result<Image> whole(int w_px, int h_px) const;
    [[nodiscard]] Result<Image> group(const std::string& id, int w_px, int h_px) const;

private:
    struct Handle;
    std::shared_ptr<Handle> handle_, all_shown_;
    double width_ = 0, height_ = 0;
};

// Ids of the <g> elements directly under the root, in file order; needs no valid SVG around them.
std::vector<std::string> top_level_groups(std::string_view svg);

}  // namespace xinghuo
