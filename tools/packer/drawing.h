// An SVG drawing, and pictures made from it. What an author hands in is hostile until proven otherwise: it is read and drawn by
// xinghuo-draw, a process of its own without files, with limits of memory and time. A Drawing belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"
#include "media/image.h"
#include "tools/packer/svg.h"

namespace xinghuo {

class Drawing {
public:
    // The text of an SVG file (at most 32 MB). Groups that are switched off by display="none" are shown when they are
    // asked for by name, never in whole(). `colour` is what currentColor means, e.g. "#fff".
    static Result<Drawing> parse(std::string_view svg, std::string_view colour = "#000");

    [[nodiscard]] double width() const { return width_; }   // of the viewBox, in its units
    [[nodiscard]] double height() const { return height_; }
    // Ids of the groups directly under <svg>, in drawing order.
    [[nodiscard]] const std::vector<std::string>& groups() const { return groups_; }
    [[nodiscard]] bool has_group(std::string_view id) const;

    // Straight alpha; w × h px for the whole viewBox.
    [[nodiscard]] Result<Image> whole(int w_px, int h_px) const;
    [[nodiscard]] Result<Image> group(const std::string& id, int w_px, int h_px) const;

private:
    class Child;
    std::shared_ptr<Child> child_;
    double width_ = 0, height_ = 0;
    std::vector<std::string> groups_;
};

}  // namespace xinghuo
