// What can be read beside a figure: the sentences of its story, its life, its words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/figure/figure.h"
#include "kiosk/exhibits/figure_telling.h"
#include "kiosk/frame.h"
#include "kiosk/gfx/scroll.h"

namespace xinghuo {

// Text as tall as it needs, cut off the top of `content`; what lies outside the clip is measured but not drawn.
void paragraph(Frame& frame, Rect& content, std::string_view words, const TextStyle& style);
// A width at which the words need no more lines than at `width`, and break well: two lines at a comma if there is one in
// a good place, else lines of like length and no lonely last word.
float balanced_width(const Frame& frame, std::string_view words, const TextStyle& style, float width);
// "《年谱》；《全集》" or "Chronology; Works": one source each.
std::vector<std::string> split_sources(std::string_view sources);
// A round-cornered button that shows only a sign; the name is for the dump. True when touched.
bool icon_button(Frame& frame, std::string_view id, std::string_view name, std::string_view sign, Rect box);

// The sentences, the one being told marked and kept in view; a touch chooses one.
class StoryPanel {
public:
    std::optional<std::size_t> frame(Frame& frame, Rect box, const Figure& figure, const Telling& telling);

private:
    void follow(Frame& frame, Rect view, std::size_t current);
    Scroll scroll_;
    std::vector<Rect> rows_;            // of the last frame, relative to the content's top
    std::size_t followed_ = no_index;   // the sentence that was last brought into view,
    Lang followed_in_ = Lang::zh;       //   and in which language
    Instant touched_;                   // when a finger last moved the list: it is left alone for a while
};

void life_panel(Frame& frame, Rect box, const Figure& figure, Scroll& scroll);
void quotations_panel(Frame& frame, Rect box, const Figure& figure, Scroll& scroll);

}  // namespace xinghuo
