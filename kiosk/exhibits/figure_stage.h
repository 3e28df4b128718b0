// The place around a figure: three layers of paper with depth between them, the light behind and under it, its shadow.
#pragma once

#include "content/figure/figure.h"
#include "kiosk/exhibits/figure_puppet.h"
#include "kiosk/frame.h"

namespace xinghuo {

// All layers as one picture: where they do not move, they need not cost three.
Texture still_stage(const Frame& frame, const StageArt& art, Vec2 size);
// `view`: the part of the screen the stage fills; below it is night. `alive`: seconds since the stage opened.
// Layers drift slowly against each other, or stand still where the frame is calm.
void draw_stage(Frame& frame, const StageArt& art, Rect view, const Stand& stand, double alive);
// On the ground, under the figure: drawn after the stage, before the figure. lit: 0–1.
void draw_ground_light(Frame& frame, const Stand& stand, float lit);

}  // namespace xinghuo
