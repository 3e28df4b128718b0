#include "kiosk/charts.h"

#include <algorithm>
#include <cmath>

namespace xinghuo {
namespace {

constexpr float axis_size = 28;  // of the words at the axes

double sum_of(const Bar& bar) {
    double sum = 0;
    for (const double part : bar.parts) sum += std::max(0.0, part);
    return sum;
}

// What lies between two lines, and how many there are above the foot.
struct Axis {
    double step = 1;
    int lines = 1;
};
Axis axis_for(const BarChart& chart) {
    double most = chart.goal.value_or(0);
    for (const Bar& bar : chart.bars) most = std::max(most, sum_of(bar));
    double step = chart.steps.empty() ? 1 : chart.steps.front();
    for (const double one : chart.steps) {
        step = one;
        if (most <= step * 4) break;
    }
    while (most > step * 4) step *= 2;
    return {step, std::max(1, static_cast<int>(std::ceil(most / step - 1e-9)))};
}

void dashed(Frame& frame, float x, float right, float y, Colour colour) {
    for (; x < right; x += 26) frame.canvas.fill({x, y - 2, std::min(16.0f, right - x), 4}, colour, 2);
}

}  // namespace

void fill_patterned(Frame& frame, Rect box, const Ink& ink, float radius) {
    if (box.empty()) return;
    Canvas& canvas = frame.canvas;
    canvas.fill(box, ink.colour, std::min({radius, box.w / 2, box.h / 2}));
    if (ink.pattern == Pattern::solid) return;
    const Colour light = frame.theme.paper_raised.with_alpha(0.62f);
    const auto inside = canvas.clipped(box);
    if (ink.pattern == Pattern::stripes) {
        // From corner to corner, anchored to the screen so that neighbours agree.
        constexpr float step = 13;
        for (float x = box.x - box.h - std::fmod(box.x + box.bottom(), step); x < box.right(); x += step)
            canvas.line({x, box.bottom()}, {x + box.h, box.y}, light, 3);
        return;
    }
    constexpr float step = 14;
    for (float y = box.bottom() - step / 2; y > box.y - step; y -= step)
        for (float x = box.centre().x - std::floor(box.w / 2 / step) * step; x < box.right() + step / 2; x += step) {
            if (ink.pattern == Pattern::dots) canvas.circle({x, y}, 3, light);
            else canvas.ring({x, y}, 4, 0, 1, light, 2);
        }
}

void share_bar(Frame& frame, Rect box, double share, const Ink& ink) {
    const float radius = box.h / 2;
    frame.canvas.fill(box, frame.theme.line.with_alpha(0.6f), radius);
    const float w = box.w * static_cast<float>(std::clamp(share, 0.0, 1.0));
    if (w >= box.h) fill_patterned(frame, {box.x, box.y, w, box.h}, ink, radius);
    else if (share > 0) frame.canvas.circle({box.x + radius, box.y + radius}, radius, ink.colour);
}

void goal_ring(Frame& frame, Vec2 centre, float radius, float width, double share, float growth) {
    const Theme& theme = frame.theme;
    frame.canvas.ring(centre, radius, 0, 1, theme.line, width);
    const float filled = static_cast<float>(std::clamp(share, 0.0, 1.0)) * growth;
    if (filled > 0) {
        frame.canvas.ring(centre, radius, 0, filled, theme.cinnabar, width);
        // Round ends, as a brush leaves them.
        for (const float turn : {0.0f, filled}) {
            const float angle = turn * 2 * 3.14159265f;
            frame.canvas.circle(centre + Vec2{std::sin(angle), -std::cos(angle)} * radius, width / 2, theme.cinnabar);
        }
    }
    if (share >= 1) frame.canvas.ring(centre, radius + width / 2 + 9, 0, 1, theme.gold, 4);
}

void bar_chart(Frame& frame, std::string_view id, std::string_view name, Rect box, const BarChart& chart, std::optional<std::size_t>& chosen) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    if (chart.bars.empty()) return;
    const auto words = [&](double value) { return chart.in_words != nullptr ? chart.in_words(frame, value) : std::string(); };
    const Axis axis = axis_for(chart);
    const TextStyle small{Face::sans, axis_size, theme.ink_2, Align::right, 1.2f, 1, true, 28};
    const float line_h = canvas.measure("0", small).y + 2;

    float scale_w = 0;
    for (int i = 0; i <= axis.lines; ++i) scale_w = std::max(scale_w, canvas.measure(words(axis.step * i), small).x + 4);
    // Above the plot: room for what a touch says, or the goal's words.
    const TextStyle said{Face::sans_bold, 30, theme.paper_raised, Align::centre, 1.25f, 1, true, 28};
    const float said_h = canvas.measure("0", said).y + 2 * space::xs;
    Rect plot = box;
    const Rect above = plot.cut_top(said_h + 12);
    plot.cut_left(scale_w + space::s);
    const Rect below = plot.cut_bottom(line_h + space::xs);
    const float unit = plot.h / static_cast<float>(axis.step * axis.lines);
    for (int i = 0; i <= axis.lines; ++i) {
        const float y = plot.bottom() - static_cast<float>(axis.step * i) * unit;
        canvas.fill({plot.x, y - 1, plot.w, 2}, i == 0 ? theme.ink_2 : theme.line);
        canvas.text(words(axis.step * i), {box.x, y - line_h / 2, scale_w, line_h}, small);
    }

    const float step = plot.w / static_cast<float>(chart.bars.size()), bar_w = std::min(step * 0.66f, 84.0f);
    const Press press = pressable(frame, id, name, {plot.x, plot.y, plot.w, below.bottom() - plot.y});
    if (press.held || press.clicked) {
        const auto at = static_cast<std::size_t>(std::clamp((frame.pointer.at.x - plot.x) / step, 0.0f, static_cast<float>(chart.bars.size()) - 0.01f));
        chosen = at;
        frame.animate();
    }
    if (chosen && *chosen >= chart.bars.size()) chosen.reset();

    float labels_end = 0;
    for (std::size_t i = 0; i < chart.bars.size(); ++i) {
        const Bar& bar = chart.bars[i];
        const float middle = plot.x + step * (static_cast<float>(i) + 0.5f);
        if (chosen == i) canvas.fill({middle - step / 2, plot.y, step, plot.h}, theme.line.with_alpha(0.45f), 8);
        float foot = plot.bottom() - 1;
        for (std::size_t part = 0; part < bar.parts.size() && part < chart.inks.size(); ++part) {
            // What is there is seen: at least a line.
            const float h = bar.parts[part] > 0 ? std::max(3.0f, static_cast<float>(bar.parts[part]) * unit) : 0;
            fill_patterned(frame, {middle - bar_w / 2, foot - h, bar_w, h}, chart.inks[part], 4);
            foot -= h;
        }
        const TextStyle label{bar.marked ? Face::sans_bold : Face::sans, axis_size, bar.marked ? theme.cinnabar_deep : theme.ink_2, Align::centre, 1.2f, 1, true, 28};
        const float label_w = canvas.measure(bar.label, label).x + 4;
        if (bar.label.empty() || middle - label_w / 2 < labels_end) continue;
        canvas.text(bar.label, {middle - label_w / 2, below.y + space::xs, label_w, line_h}, label);
        labels_end = middle + label_w / 2 + space::xs;
    }

    Rect free = {plot.x, above.y, plot.w, said_h};
    if (chart.goal && *chart.goal > 0) {
        const float y = plot.bottom() - static_cast<float>(*chart.goal) * unit;
        // On a bed of paper, so that it is seen on the bars, too.
        canvas.fill({plot.x, y - 4, plot.w, 8}, theme.paper_raised.with_alpha(0.75f));
        dashed(frame, plot.x, plot.right(), y, theme.cinnabar_deep);
        // The words stand above the plot, behind a piece of the line.
        const TextStyle goal{Face::sans, axis_size, theme.cinnabar_deep, Align::left, 1.25f, 1, true, 28};
        const float w = canvas.measure(chart.goal_words, goal).x + 4;
        if (!chosen) {
            const Rect key{free.right() - w - 56, free.y, w + 56, free.h};
            dashed(frame, key.x, key.x + 42, key.centre().y, theme.cinnabar_deep);
            canvas.text(chart.goal_words, {key.x + 56, key.y, w, key.h}, goal);
        }
    }
    if (!chosen) return;
    const Bar& bar = chart.bars[*chosen];
    const float middle = plot.x + step * (static_cast<float>(*chosen) + 0.5f);
    const std::string value = bar.name + "  " + words(sum_of(bar));
    const float w = canvas.measure(value, said).x + 2 * space::m;
    const float x = std::clamp(middle - w / 2, box.x, std::max(box.x, box.right() - w));
    const Rect tag{x, free.y, w, free.h};
    canvas.fill(tag, theme.ink, 12);
    const float tip = std::clamp(middle, x + 20, x + w - 20);
    canvas.triangle({tip - 10, tag.bottom() - 1}, {tip + 10, tag.bottom() - 1}, {tip, tag.bottom() + 10}, theme.ink);
    canvas.text(value, tag.inset(space::m - 2, 0), said);
}

}  // namespace xinghuo
