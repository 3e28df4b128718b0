// The pieces screens are made of. Each draws itself, writes itself into the dump, and says whether it was touched.
// Ids are stable names within a screen ("next", "option.2"); names are the words a person sees.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/frame.h"
#include "kiosk/gfx/scroll.h"

namespace xinghuo {

enum class Tone {
    primary,   // cinnabar: the one thing to do next
    plain,     // a raised card's edge
    quiet,     // words only
    on_night,  // on a dark stage
};

struct ButtonLook {
    Tone tone = Tone::plain;
    std::string_view icon;       // "icons/play.png" of the application's art; may be empty
    bool icon_after = false;
    bool chosen = false;         // the one of several that is on
    bool enabled = true;
    float size = 34;
};

// The whole box is the button. True when it was let go on.
bool button(Frame& frame, std::string_view id, std::string_view words, Rect box, const ButtonLook& look = {});

// Invisible: only the press, the ripple and the dump. Sensing grows to at least 72 px.
struct Press {
    bool held = false, clicked = false;
};
Press pressable(Frame& frame, std::string_view id, std::string_view name, Rect box);
// The ring that runs out from where a finger let go, for things drawn by hand; clipped to the box.
void ripple(Frame& frame, std::string_view id, Rect box, Colour colour);

// How many times larger than designed text is set on this panel: 1–1.5. For rooms whose height is not measured.
float text_growth(const Frame& frame);

// Tinted white art.
void icon(Frame& frame, std::string_view name, Rect box, Colour colour);

// A raised sheet of paper.
void card(Frame& frame, Rect box, float radius = space::radius);

// A raised card that can be touched, with a picture at its beginning (on the left, in portrait on top: `extent` px of it) and words
// behind that. draw() gets the picture's place, which reaches under the words, and is clipped. Ends with ripple() when all is drawn.
struct LeadCard {
    bool clicked = false;
    Rect drawn, picture, words;
};
LeadCard lead_card(Frame& frame, std::string_view id, std::string_view title, Rect box, float extent, const std::function<void(Rect picture)>& draw);

// The bar on top of every screen but attract: way back (always the same corner), title, language, and what else.
struct TopBar {
    Rect bar;          // where it was drawn
    bool back = false; // the way back was touched
};
// While somebody is signed in it shows who, and for how long; touching it leads to their study, the sign beside it signs out.
TopBar top_bar(Frame& frame, std::string_view title, bool on_night = false);
inline constexpr float top_bar_height = 128;

// Who is being counted, and signing out: cut from the right of a row 72 px high. Nothing when nobody is.
void member_chip(Frame& frame, Rect& row, bool on_night = false);

// Paper, or night, with the grain of the material; fills the screen.
void ground(Frame& frame, bool night = false);

// One of several, side by side. Returns the index that was touched, or -1.
int segments(Frame& frame, std::string_view id, std::initializer_list<std::string_view> words, int chosen, Rect box, bool on_night = false);

// A line with a knob that a finger drags; touching the line jumps. While dragged, `shown` follows the finger; `chosen` is set
// in the frame in which it is let go. marks: places (0–1) of little ticks, e.g. chapters.
struct Slide {
    float shown = 0;
    bool dragging = false;
    std::optional<float> chosen;
};
Slide slider(Frame& frame, std::string_view id, std::string_view name, Rect box, float value, const std::vector<float>& marks = {}, bool on_night = false);

// A view of something taller. draw(view, offset) draws with y already moved; its return is the content's height.
void scroll_area(Frame& frame, std::string_view id, Rect view, Scroll& scroll, const std::function<float(Rect content)>& draw,
                 bool on_night = false);

// The kind notice: something could not be shown, in words, with what to do.
void notice(Frame& frame, Rect box, std::string_view title, std::string_view text, bool on_night = false);

// An ornament between a heading and what follows.
void divider(Frame& frame, Vec2 centre, float width);

// "3:07".
std::string minutes(Milliseconds span);
// "1889—1927" from ISO dates; "" where not known.
std::string years(std::string_view born, std::string_view died);
// "1921年7月23日" / "23 July 1921" from an ISO date, partial allowed.
std::string spoken_date(const Frame& frame, std::string_view iso);

}  // namespace xinghuo
