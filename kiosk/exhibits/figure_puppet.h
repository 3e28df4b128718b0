// A figure's parts on the screen: pictures from the pack, drawn where a pose puts them.
#pragma once

#include <vector>

#include "content/figure/pose.h"
#include "content/figure/rig.h"
#include "kiosk/frame.h"

namespace xinghuo {

// Where a figure stands: the ground under its feet, and imaginary px per px of its drawing.
struct Stand {
    Vec2 feet;
    float scale = 0.4f;
    // From the drawing to the screen.
    [[nodiscard]] Vec2 at(float x, float y) const { return {feet.x + (x - 500) * scale, feet.y + (y - 1940) * scale}; }
};

class Puppet {
public:
    static Result<Puppet> read(const Catalogue& catalogue, const Figure& figure);

    [[nodiscard]] const Rig& rig() const { return rig_; }
    // Asks for all pictures, also of shapes that are hidden now, so that none is missing when it is its turn. True when
    // all have come; never when one is damaged.
    bool ready(const Frame& frame, const Stand& stand) const;
    void draw(Frame& frame, const Pose& pose, const Stand& stand) const;

private:
    [[nodiscard]] Texture texture(const Frame& frame, std::size_t part, const Stand& stand) const;
    Rig rig_;
    std::vector<PartPicture> pictures_;  // by part
};

}  // namespace xinghuo
