// Typography for films: lines of text into a picture, by FreeType, HarfBuzz and cairo.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"
#include "media/image.h"

namespace xinghuo {

enum class Face { serif_bold, serif, sans };

struct FilmInk {
    double r = 0, g = 0, b = 0, a = 1;  // 0–1
};
FilmInk ink(unsigned rgb, double alpha = 1);

// A picture being drawn. All lengths are px of it. One thread.
class Page {
public:
    static Result<Page> blank(int w, int h);
    // Lines break as the language wants, at most max_w wide; returns the height used. (x, y) is the top left corner.
    double text(std::string_view utf8, Face face, double size, double x, double y, double max_w, double line_height, FilmInk colour,
                bool centred = false);
    [[nodiscard]] double text_height(std::string_view utf8, Face face, double size, double max_w, double line_height) const;
    void box(double x, double y, double w, double h, double radius, FilmInk colour);
    void frame(double x, double y, double w, double h, double radius, double line, FilmInk colour);
    void diamond(double x, double y, double r, FilmInk colour);  // around a centre
    // A soft shadow of a box, blurred over `reach`.
    void shadow(double x, double y, double w, double h, double reach, double strength);
    [[nodiscard]] Image picture() const;  // straight alpha

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace xinghuo
