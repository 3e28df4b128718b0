// A document set in type: its blocks one below the other for one width, language and size of text. Made once, drawn piece by piece.
#pragma once

#include <string>
#include <vector>

#include "content/exhibit/document.h"
#include "kiosk/frame.h"

namespace xinghuo {

class DocumentPage {
public:
    struct Setting {
        Lang lang = Lang::zh;
        float width = 0, text_px = 36, growth = 1;  // width and text in px of the imaginary screen; growth: of the panel's text
        bool title = false;                         // title, author and date stand on the page, too
        bool high_contrast = false;
        bool operator==(const Setting&) const = default;
    };

    // Sets it anew where the setting is another one; true when it was.
    bool set(Frame& frame, const Document& document, const Setting& setting);
    [[nodiscard]] float height() const { return height_; }
    // The pieces that show inside the canvas's clip; origin is the page's top left corner.
    void draw(Frame& frame, Vec2 origin) const;

    // Where one reads, independent of size and width: the number of the piece at the top, and how much of it has passed.
    [[nodiscard]] float place_at(float offset_px) const;
    [[nodiscard]] float offset_of(float place) const;

private:
    struct Piece {
        enum class Kind { text, quote, item, picture, divider } kind = Kind::text;
        Paragraph paragraph, mark;
        float x = 0, y = 0, h = 0;                  // of the text, within the page
        std::string picture;
        Rect box;                                   // of the picture, within the page
    };
    void add_text(Frame& frame, Piece piece, float x, float space_above);
    void add_block(Frame& frame, const DocumentBlock& block);
    void add_title(Frame& frame, const Document& document, const DocumentText& text);
    void add_end(Frame& frame, const DocumentText& text);
    [[nodiscard]] std::vector<Run> runs(const Frame& frame, const DocumentRuns& from, Face face, float size, Colour colour) const;

    Setting setting_;
    std::vector<Piece> pieces_;
    float height_ = 0;
};

// A document's author and date: "李大钊（1889—1927） · 1916年9月1日", or in two lines.
std::string document_line(const Frame& frame, const Document& document, const DocumentText& text, bool two_lines);

}  // namespace xinghuo
