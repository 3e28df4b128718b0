#include "tests/support/legible.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace xinghuo {
namespace {

// A 43-inch panel, 952 × 535 mm: 20 mm are this many px of the imaginary screen, in either orientation.
constexpr float twenty_mm = 20.0f / (952.0f / 1920.0f);

std::string where(const Rect& r) { return fmt::format("[{:.0f},{:.0f} {:.0f}x{:.0f}]", r.x, r.y, r.w, r.h); }

float shared_area(Rect a, Rect b) {
    const Rect both = a.intersected(b);
    return both.w * both.h;
}

// What scrolls ends at its view's edge, before or behind the screen's; all else has its place on the screen. (The sensing area of what is small is
// larger than what is seen, and may leave it.)
bool leaves(Rect screen, const Label& l) {
    const Rect seen = l.box.intersected(screen);
    if (std::abs(seen.w - l.seen.w) > 1 || std::abs(seen.h - l.seen.h) > 1) return false;
    return l.box.x < screen.x - 1 || l.box.y < screen.y - 1 || l.box.right() > screen.right() + 1 || l.box.bottom() > screen.bottom() + 1;
}

// Lines are as high as their line height; ink is not.
Rect ink_of(const Label& label) { return label.seen.inset(2, std::min(label.size * 0.22f, label.seen.h * 0.25f)); }

}  // namespace

std::string faults(const App& app) {
    std::string found;
    const auto& labels = app.labels();
    const Rect screen = app.screen();
    for (const Label& l : labels) {
        if (l.touch) {
            if (l.box.w < twenty_mm || l.box.h < twenty_mm) found += fmt::format("too small to touch: \"{}\" {}\n", l.text, where(l.box));
            if (leaves(screen, l)) found += fmt::format("off the screen, to touch: \"{}\" {}\n", l.text, where(l.box));
            if (l.text.empty()) found += fmt::format("to touch, but without a name: {}\n", where(l.box));
            continue;
        }
        if (l.cut) found += fmt::format("does not fit: \"{}\" {} in {}\n", l.text, where(l.box), where(l.limit));
        if (l.size < 28) found += fmt::format("too small to read: \"{}\" ({})\n", l.text, l.size);
        if (l.box.x < l.limit.x - 2 || l.box.right() > l.limit.right() + 2) found += fmt::format("outside its box: \"{}\" {} in {}\n", l.text, where(l.box), where(l.limit));
        if (l.box.x < screen.x - 1 || l.box.right() > screen.right() + 1) found += fmt::format("off the screen: \"{}\" {}\n", l.text, where(l.box));
        for (const char* broken : {"\xEF\xBF\xBD", "{n}", "{of}", "{y}", "{m}", "{d}"})
            if (l.text.find(broken) != std::string::npos) found += fmt::format("unfinished words: \"{}\"\n", l.text);
    }
    for (std::size_t i = 0; i < labels.size(); ++i)
        for (std::size_t k = i + 1; k < labels.size(); ++k) {
            const Label &a = labels[i], &b = labels[k];
            if (a.touch != b.touch) continue;
            // Where everything can be touched there is nothing to miss.
            if (a.touch && (a.id == "attract" || b.id == "attract")) continue;
            const float shared = a.touch ? shared_area(a.seen, b.seen) : shared_area(ink_of(a), ink_of(b));
            if (shared > 4) found += fmt::format("{} overlap: \"{}\" {} and \"{}\" {}\n", a.touch ? "touchables" : "words", a.text, where(a.seen), b.text, where(b.seen));
        }
    if (!app.missing_characters().empty()) found += "characters that no font has\n";
    return found;
}

Settings large_text(float diagonal_inches) {
    Settings settings;
    settings.panel_diagonal_inches = diagonal_inches;
    settings.viewing_distance_mm = 1000;
    return settings;
}

}  // namespace xinghuo
