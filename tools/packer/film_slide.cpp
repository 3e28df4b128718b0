#include "tools/packer/film_slide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/packer/drawing.h"
#include "tools/packer/film_text.h"

namespace xinghuo {
namespace {

// Paper and cinnabar, as on the other screens.
const Ink paper = ink(0xFBF7EF), text_ink = ink(0x231B16), soft_ink = ink(0x5B4E44), line_ink = ink(0xD8CBB8),
          cinnabar = ink(0xA6261C), gold = ink(0xB58A3C), bone = ink(0xFBF7EF);

constexpr double sheet_x = 96, sheet_w = 820, inset = 64, text_w = sheet_w - 2 * inset;
constexpr double heading_size = 64, heading_line = 84, under_size = 30, under_line = 40;
constexpr double point_size = 42, point_line = 58, point_en_size = 28, point_en_line = 38, point_gap = 26, point_indent = 44;
constexpr double source_size = 28, source_line = 38, seal = 84;

const char* numeral(std::size_t n) {
    constexpr const char* names[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
    return n < std::size(names) ? names[n] : "";
}

double smooth(double x) {
    x = std::clamp(x, 0.0, 1.0);
    return x * x * (3 - 2 * x);
}

// Draws, or with a null page only measures, so that the sheet is as high as its text.
class Sheet {
public:
    Sheet(const SourceSlide& slide, Page& page) : slide_(slide), page_(page) { measure(); }

    void draw_paper(Page& page, std::size_t number) const {
        page.shadow(sheet_x, top_ + 10, sheet_w, height_, 46, 0.5);
        page.box(sheet_x, top_, sheet_w, height_, 14, paper);
        page.frame(sheet_x + 16, top_ + 16, sheet_w - 32, height_ - 32, 6, 2, line_ink);
        page.box(sheet_x + inset, top_ + inset, seal, seal, 10, cinnabar);
        page.frame(sheet_x + inset + 7, top_ + inset + 7, seal - 14, seal - 14, 5, 2, bone);
        const std::string name = numeral(number);
        page.text(name, Face::serif_bold, 46, sheet_x + inset, top_ + inset, seal, seal, bone, true);
        double y = top_ + inset + seal + 28;
        y += page.text(slide_.heading.zh, Face::serif_bold, heading_size, sheet_x + inset, y, text_w, heading_line, text_ink);
        y += page.text(slide_.heading.en, Face::serif, under_size, sheet_x + inset, y + 4, text_w, under_line, soft_ink) + 4;
        page.box(sheet_x + inset, y + 26, text_w, 2, 1, gold);
        page.diamond(sheet_x + inset + text_w / 2, y + 27, 8, gold);
        page.text(slide_.source.zh, Face::sans, source_size, sheet_x + inset, top_ + height_ - inset - source_h_ + 12, text_w,
                  source_line, soft_ink);
    }

    void draw_point(Page& page, std::size_t k) const {
        const double y = points_y_[k], x = sheet_x + inset + point_indent, w = text_w - point_indent;
        page.diamond(sheet_x + inset + 14, y + point_line / 2, 11, cinnabar);
        const double used = page.text(slide_.bullets[k].zh, Face::sans, point_size, x, y, w, point_line, text_ink);
        page.text(slide_.bullets[k].en, Face::serif, point_en_size, x, y + used, w, point_en_line, soft_ink);
    }

private:
    void measure() {
        double y = inset + seal + 28;
        y += page_.text_height(slide_.heading.zh, Face::serif_bold, heading_size, text_w, heading_line);
        y += page_.text_height(slide_.heading.en, Face::serif, under_size, text_w, under_line) + 4 + 62;
        for (const Bilingual& point : slide_.bullets) {
            points_y_.push_back(y);
            y += page_.text_height(point.zh, Face::sans, point_size, text_w - point_indent, point_line);
            y += page_.text_height(point.en, Face::serif, point_en_size, text_w - point_indent, point_en_line) + point_gap;
        }
        source_h_ = page_.text_height(slide_.source.zh, Face::sans, source_size, text_w, source_line);
        height_ = y + source_h_ + inset;
        top_ = std::max(24.0, (film_h - height_) * 0.36);  // captions may stand below
        for (double& point : points_y_) point += top_;
    }

    const SourceSlide& slide_;
    Page& page_;
    std::vector<double> points_y_;
    double top_ = 0, height_ = 0, source_h_ = 0;

public:
    [[nodiscard]] bool fits() const { return height_ <= film_h - 48; }
};

// Title and summary in the middle of a wide sheet.
void draw_title(Page& page, const SourceLecture& lecture) {
    constexpr double w = 1240, x = (film_w - w) / 2, pad = 96, inner = w - 2 * pad;
    const auto centred = [&](const std::string& text, Face face, double size, double y, double line, Ink colour) {
        return page.text(text, face, size, x + pad, y, inner, line, colour, true);
    };
    const double h = pad * 2 + page.text_height(lecture.title.zh, Face::serif_bold, 72, inner, 100) +
                     page.text_height(lecture.title.en, Face::serif, 38, inner, 52) + 90 +
                     page.text_height(lecture.summary.zh, Face::sans, 34, inner, 54);
    double y = (film_h - h) / 2;
    page.shadow(x, y + 10, w, h, 54, 0.5);
    page.box(x, y, w, h, 16, paper);
    page.frame(x + 18, y + 18, w - 36, h - 36, 8, 2, line_ink);
    y += pad;
    y += centred(lecture.title.zh, Face::serif_bold, 72, y, 100, text_ink);
    y += centred(lecture.title.en, Face::serif, 38, y, 52, soft_ink);
    page.box(film_w / 2.0 - 180, y + 44, 360, 2, 1, gold);
    page.diamond(film_w / 2.0, y + 45, 10, cinnabar);
    centred(lecture.summary.zh, Face::sans, 34, y + 90, 54, text_ink);
}

Result<FilmFrame> ground_of(const Source& source, const std::string& poster) {
    const auto svg = read_text(source.folder / source.posters.at(poster), 32u << 20);
    if (!svg) return svg.error();
    const auto drawing = Drawing::parse(*svg);
    if (!drawing) return drawing.error().within(poster);
    const auto image = drawing->whole(film_w * 4 / 3, film_h * 4 / 3);
    if (!image) return image.error();
    return film_frame(*image, false);
}

}  // namespace

Result<FilmSlide> FilmSlide::draw(const Source& source, const SourceLecture& lecture, std::size_t number) {
    const SourceSlide& slide = lecture.slides[number == 0 ? 0 : number - 1];
    FilmSlide made;
    auto ground = ground_of(source, slide.poster);
    if (!ground) return ground.error();
    made.ground_ = *std::move(ground);
    if (const auto focus = source.poster_focus.find(slide.poster); focus != source.poster_focus.end()) {
        made.focus_x_ = focus->second[0];
        made.focus_y_ = focus->second[1];
    }
    made.drift_left_ = number % 2 == 0;
    auto page = Page::blank(film_w, film_h);
    if (!page) return page.error();
    if (number == 0) {
        draw_title(*page, lecture);
        made.paper_ = film_frame(page->picture(), true);
        return made;
    }
    const Sheet sheet(slide, *page);
    if (!sheet.fits()) return Error{ErrorKind::invalid, slide.id + ": the text is higher than the picture"};
    sheet.draw_paper(*page, number);
    made.paper_ = film_frame(page->picture(), true);
    for (std::size_t k = 0; k < slide.bullets.size(); ++k) {
        auto point = Page::blank(film_w, film_h);
        if (!point) return point.error();
        sheet.draw_point(*point, k);
        made.points_.push_back(film_frame(point->picture(), true));
    }
    return made;
}

void FilmSlide::show(double seconds, double length, double speech, FilmFrame& frame) const {
    // The window creeps in on what must be seen, which is kept to the right of the sheet.
    const double share = std::clamp(seconds / length, 0.0, 1.0);
    const double width = drift_left_ ? 0.74 + 0.08 * share : 0.82 - 0.08 * share;
    const double left = std::clamp(focus_x_ - 0.70 * width, 0.0, 1 - width) + (drift_left_ ? 0.03 * (1 - share) : 0.03 * share) * (1 - width) * 4;
    const double top = std::clamp(focus_y_ - 0.55 * width, 0.0, 1 - width);
    look(ground_, {std::min(left, 1 - width), top, width}, frame);
    lay_over(paper_, 1, frame);
    for (std::size_t k = 0; k < points_.size(); ++k) {
        const double from = 0.7 + 0.75 * speech * static_cast<double>(k) / static_cast<double>(points_.size());
        lay_over(points_[k], smooth((seconds - from) / 0.6), frame);
    }
}

}  // namespace xinghuo
