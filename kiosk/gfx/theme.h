// The look, as a table: paper and cinnabar. Screens name a token, never a value.
// Body text on its ground is at least 7:1, large text 4.5:1 (tests/theme_test.cpp computes it from this table).
#pragma once

#include "kiosk/gfx/geometry.h"

namespace xinghuo {

struct Theme {
    Colour paper = rgb(0xF4EDE1), paper_raised = rgb(0xFBF7EF);
    Colour ink = rgb(0x231B16), ink_2 = rgb(0x574A40);
    Colour line = rgb(0xD8CBB8);
    Colour cinnabar = rgb(0xA6261C), cinnabar_deep = rgb(0x7E1A13);
    Colour on_cinnabar = rgb(0xFBF7EF);
    Colour gold = rgb(0xB58A3C);             // ornament, never text on paper
    Colour pine = rgb(0x2F4A3C), slate = rgb(0x2E4057);
    Colour night = rgb(0x17110E), ember = rgb(0x3A1410), bone = rgb(0xF6EEDF);
    Colour bone_2 = rgb(0xD3C6B2);           // secondary text on night
    Colour gold_on_night = rgb(0xE3BC6E);    // what is being spoken, and large figures, on night
    bool high_contrast = false;
};

inline Theme paper_theme() { return {}; }

inline Theme high_contrast_theme() {
    Theme t;
    t.paper = rgb(0xFFFFFF);
    t.paper_raised = rgb(0xFFFFFF);
    t.ink = rgb(0x000000);
    t.ink_2 = rgb(0x2A2A2A);
    t.line = rgb(0x5A5A5A);
    t.cinnabar = rgb(0x8A120A);
    t.cinnabar_deep = rgb(0x5C0A05);
    t.on_cinnabar = rgb(0xFFFFFF);
    t.night = rgb(0x000000);
    t.ember = rgb(0x1C0806);
    t.bone = rgb(0xFFFFFF);
    t.bone_2 = rgb(0xEDE6DA);
    t.gold_on_night = rgb(0xFFD98A);
    t.high_contrast = true;
    return t;
}

// Text sizes of the imaginary screen. Nothing is smaller than caption.
namespace type {
inline constexpr float caption = 28, body = 34, lead = 44, title = 60, display = 96;
}

// An 8 px grid.
namespace space {
inline constexpr float xs = 8, s = 16, m = 24, l = 32, xl = 48, xxl = 64, margin = 96, margin_portrait = 64;
inline constexpr float radius = 20, touch = 72;  // touch: the usual height of something to press
}

// Milliseconds, ease-out.
namespace motion {
inline constexpr int element_ms = 240, screen_ms = 400, figure_ms = 600, ripple_ms = 360;
}

}  // namespace xinghuo
