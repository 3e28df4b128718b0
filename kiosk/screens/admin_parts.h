// The parts the administrator's pages are made of: the head, lines of lists and forms, questions. All grow with the text, and are
// at least 72 px high where they can be touched. `rest` is the column that is left: each part cuts its own height from its top.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/gfx/scroll.h"
#include "kiosk/reception.h"
#include "kiosk/screens/admin_page.h"
#include "kiosk/widgets.h"

namespace xinghuo {

// The desk of a page with stages: the way back leads through them. step(): goes a stage back; false when there is none.
class StepDesk final : public AdminDesk {
public:
    StepDesk(AdminDesk& desk, std::function<bool()> step) : desk_(desk), step_(std::move(step)) {}
    void open(AdminPagePtr page) override { desk_.open(std::move(page)); }
    void back() override {
        if (!step_()) desk_.back();
    }
    void close() override { desk_.close(); }
    void close_for(ScreenPtr screen) override { desk_.close_for(std::move(screen)); }

private:
    AdminDesk& desk_;
    std::function<bool()> step_;
};

// The ground, the way back, the title, who is signed in (their time does not count here), language, and closing the administration.
// Returns what is left between the margins.
Rect admin_head(Frame& frame, AdminDesk& desk, std::string_view title);
// A column of what is left, in its middle: forms and questions are not as wide as the screen.
Rect admin_column(const Frame& frame, Rect place, float most = 1320);

// The usual height of a line with one row of words.
float line_height(const Frame& frame);

TextStyle admin_body(const Frame& frame);
TextStyle admin_quiet(const Frame& frame);
void paragraph(Frame& frame, Rect& rest, std::string_view words, const TextStyle& style, float after = 0);
// A heading with a hairline.
void heading(Frame& frame, Rect& rest, std::string_view words);
// A notice as high as its words. Bad: somebody has to see to it.
void told(Frame& frame, Rect& rest, std::string_view title, std::string_view text, Notice::Tone tone = Notice::Tone::kind);
// "label: value" in two columns; a narrow screen puts the value below.
struct Fact {
    std::string label, value;
};
void facts(Frame& frame, Rect& rest, const std::vector<Fact>& all);

// A line of a list: the title, and below it the detail in as many rows as the height has. True when it was touched; without an id it
// cannot be.
struct ListLine {
    std::string title, detail, right;
    std::string_view icon = {};
    bool leads = true;       // an arrow at its end
    bool strong = false;     // marked as the one that holds now
};
float list_line_height(const Frame& frame, int detail_rows = 1);
bool list_line(Frame& frame, std::string_view id, Rect box, const ListLine& line);
// A list of lines of one height, of which only those that are seen are drawn: for tens of thousands.
void long_list(Frame& frame, std::string_view id, Rect view, Scroll& scroll, std::size_t count, float line_h,
               const std::function<void(std::size_t i, Rect box)>& draw);

// Lines of a form.
// −1 or +1 when a sign was touched.
int step_line(Frame& frame, std::string_view id, Rect& rest, std::string_view label, std::string_view value, bool less = true, bool more = true);
bool toggle_line(Frame& frame, std::string_view id, Rect& rest, std::string_view label, bool on);
// One of several, as many rows as they need; the index touched, or −1.
int choice_line(Frame& frame, std::string_view id, Rect& rest, std::string_view label, const std::vector<std::string>& words, int chosen);

// Buttons beside each other, as many rows as they need; the index touched, or −1.
struct Action {
    std::string_view id;
    std::string words;
    Tone tone = Tone::plain;
    std::string_view icon = {};
    bool enabled = true;
};
int actions(Frame& frame, Rect& rest, const std::vector<Action>& all);
float actions_height(Frame& frame, float width, const std::vector<Action>& all);
// At the foot of the place, under a hairline; cuts it off.
int foot_actions(Frame& frame, Rect& place, const std::vector<Action>& all);

// A question instead of the page: yes, no, or nothing yet. The answers are "ask.yes" and "ask.no".
struct AdminAsk {
    std::string title, text, yes, no;
};
std::optional<bool> ask(Frame& frame, Rect place, const AdminAsk& asked);
// Something is under way on the worker. Nobody idles out of it.
void at_work(Frame& frame, Rect place, std::string_view words);

// A form for a PIN: words and the pad beside each other, or one below the other. Typing counts too. True when it was confirmed.
struct PinForm {
    std::string title, text, warning;
    std::size_t least = 6, most = 12;
};
bool pin_form(Frame& frame, Rect place, std::string& entry, const PinForm& form);

}  // namespace xinghuo
