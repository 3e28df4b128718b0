// Charts on paper: stacked bars over time with a goal line, and shares of a whole. Parts are told apart by pattern as well as by
// colour. Drawn on the Canvas; px of the imaginary screen. Main thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/widgets.h"

namespace xinghuo {

// How a part is filled.
enum class Pattern { solid, stripes, dots, rings };
struct Ink {
    Colour colour;
    Pattern pattern = Pattern::solid;
};
void fill_patterned(Frame& frame, Rect box, const Ink& ink, float radius = 0);

// A bar, e.g. of a day.
struct Bar {
    std::string label;            // beneath it; left out where there is no room
    std::string name;             // in full, for the value on touch: "7月23日"
    std::vector<double> parts;    // from the foot up, by ink; at least 0
    bool marked = false;          // today
};
struct BarChart {
    std::vector<Ink> inks;
    std::vector<Bar> bars;
    std::optional<double> goal;   // a dashed line across
    std::string goal_words;       // beside it
    // Values in words, for the axis and on touch: "25 分钟".
    std::string (*in_words)(const Frame& frame, double value) = nullptr;
    std::vector<double> steps;    // what lies between two lines of the axis: the first that needs at most four lines
};
// The whole plot is one place to touch: a finger on a bar, or sliding over them, shows that bar's value.
// `chosen` is kept by the screen. The id is the plot's.
void bar_chart(Frame& frame, std::string_view id, std::string_view name, Rect box, const BarChart& chart, std::optional<std::size_t>& chosen);

// A lying bar: `share` (0–1) of the box is filled, the rest is a trough.
void share_bar(Frame& frame, Rect box, double share, const Ink& ink);

// A ring that fills towards a goal; over it, it is full and gold stands outside. `growth` 0–1: of the entrance.
void goal_ring(Frame& frame, Vec2 centre, float radius, float width, double share, float growth = 1);

}  // namespace xinghuo
