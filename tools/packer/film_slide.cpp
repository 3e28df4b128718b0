#include "tools/packer/film_slide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/packer/drawing.h"
#include "tools/packer/film_text.h"

namespace xinghuo {
namespace {

// Paper and cinnabar, as on the other screens.
const FilmInk paper = ink(0xFBF7EF), text_ink = ink(0x231B16), soft_ink = ink(0x5B4E44), line_ink = ink(0xD8CBB8),
          cinnabar = ink(0xA6261C), gold = ink(0xB58A3C), bone = ink(0xFBF7EF);

// The sheet covers the left of the picture from top to bottom; what must be seen of the ground stands right of it.
constexpr double sheet_w = 1010, inset = 84, text_w = sheet_w - 2 * inset, rim = 26;
constexpr double ground_middle = (sheet_w + film_w) / 2 / film_w;  // of what is left of the ground, as a share of the width

// Letters that can be read from two metres, also where the film is a window among others.
struct Sizes {
    double heading, heading_line, under, under_line, point, point_line, point_en, point_en_line, indent, source, source_line;
};
constexpr Sizes sized(double f) { return {100 * f, 126 * f, 48 * f, 60 * f, 70 * f, 92 * f, 44 * f, 56 * f, 56 * f, 40 * f, 54 * f}; }
constexpr double yet_to_come = 0.16;
constexpr double smallest = 0.56, between_parts = 64;

const char* numeral(std::size_t n) {
    constexpr const char* names[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
    return n < std::size(names) ? names[n] : "";
}

double smooth(double x) {
    x = std::clamp(x, 0.0, 1.0);
    return x * x * (3 - 2 * x);
}

// Everything on the sheet, in the largest letters that leave room for all of it.
class Sheet {
public:
    Sheet(const SourceSlide& slide, Page& page) : slide_(slide), page_(page) {
        for (double f = 1; f >= smallest && !fits(); f -= 0.02) measure(sized(f));
    }
    [[nodiscard]] bool fits() const { return spare_ >= 0; }

    void draw_paper(std::size_t number) {
        page_.shadow(-200, -200, sheet_w + 200, film_h + 400, 60, 0.55);
        page_.box(-40, -40, sheet_w + 40, film_h + 80, 0, paper);
        page_.box(sheet_w - 8, -40, 8, film_h + 80, 0, cinnabar);
        page_.frame(rim, rim, sheet_w - 2 * rim - 8, film_h - 2 * rim, 6, 2, line_ink);
        ribbon(numeral(number));
        double y = heading_y_;
        y += page_.text(slide_.heading.zh, Face::serif_bold, now_.heading, inset, y, text_w, now_.heading_line, text_ink);
        y += page_.text(slide_.heading.en, Face::serif, now_.under, inset, y + 4, text_w, now_.under_line, soft_ink) + 4;
        page_.box(inset, y + between_parts / 2 - 1, text_w, 2, 1, gold);
        page_.diamond(inset + text_w / 2, y + between_parts / 2, 10, gold);
        page_.text(slide_.source.zh, Face::sans, now_.source, inset, source_y_, text_w, now_.source_line, soft_ink);
    }

    void draw_point(Page& page, std::size_t k) const {
        const double y = points_y_[k], x = inset + now_.indent, w = text_w - now_.indent;
        page.diamond(inset + 16, y + now_.point_line / 2, 15, cinnabar);
        const double used = page.text(slide_.bullets[k].zh, Face::sans, now_.point, x, y, w, now_.point_line, text_ink);
        page.text(slide_.bullets[k].en, Face::serif, now_.point_en, x, y + used, w, now_.point_en_line, soft_ink);
    }

private:
    // The number hangs over the sheet's edge like a ribbon in a book.
    void ribbon(const std::string& name) {
        constexpr double w = 104, h = 168, x = sheet_w - 4 - w / 2;
        page_.shadow(x, -60, w, h + 60, 16, 0.35);
        page_.box(x, -40, w, h + 40, 0, cinnabar);
        page_.frame(x + 9, -40, w - 18, h + 31, 0, 2, bone);
        page_.text(name, Face::serif_bold, 62, x, h - 118, w, 92, bone, true);
    }

    [[nodiscard]] double heading_height() const {
        return page_.text_height(slide_.heading.zh, Face::serif_bold, now_.heading, text_w, now_.heading_line);
    }

    void measure(const Sizes& sizes) {
        now_ = sizes;
        // Rather a little smaller than a last line of two characters.
        while (now_.heading > sizes.heading * 0.76 && heading_height() > now_.heading_line) {
            now_.heading -= 2;
            now_.heading_line -= 2;
        }
        if (heading_height() > now_.heading_line) now_ = sizes;
        const double heading_h = heading_height() + page_.text_height(slide_.heading.en, Face::serif, sizes.under, text_w, sizes.under_line) + 4;
        const double source_h = page_.text_height(slide_.source.zh, Face::sans, sizes.source, text_w, sizes.source_line);
        std::vector<double> heights;
        double points_h = 0;
        for (const Bilingual& point : slide_.bullets) {
            heights.push_back(page_.text_height(point.zh, Face::sans, sizes.point, text_w - sizes.indent, sizes.point_line) +
                              page_.text_height(point.en, Face::serif, sizes.point_en, text_w - sizes.indent, sizes.point_en_line));
            points_h += heights.back();
        }
        // What is left over stands above and below everything, and between the points, in like measure.
        constexpr double pad = 64;
        const double gaps = static_cast<double>(slide_.bullets.size()) + 1;
        spare_ = film_h - 2 * pad - heading_h - between_parts - points_h - source_h - gaps * 20;
        const double gap = 20 + std::max(0.0, spare_) / (gaps + 2);
        heading_y_ = pad + std::max(0.0, spare_) / (gaps + 2);
        double y = heading_y_ + heading_h + between_parts + 8;
        points_y_.clear();
        for (const double height : heights) {
            points_y_.push_back(y);
            y += height + gap;
        }
        source_y_ = film_h - pad - source_h;
    }

    const SourceSlide& slide_;
    Page& page_;
    Sizes now_{};
    std::vector<double> points_y_;
    double spare_ = -1, heading_y_ = 0, source_y_ = 0;
};

// Title and summary in the middle of a wide sheet.
void draw_title(Page& page, const SourceLecture& lecture) {
    constexpr double w = 1480, x = (film_w - w) / 2, pad = 100, inner = w - 2 * pad, rule = 112;
    constexpr double title = 104, title_line = 136, under = 52, under_line = 68, summary = 50, summary_line = 80;
    const auto centred = [&](const std::string& text, Face face, double size, double y, double line, FilmInk colour) {
        return page.text(text, face, size, x + pad, y, inner, line, colour, true);
    };
    const double h = pad * 2 + page.text_height(lecture.title.zh, Face::serif_bold, title, inner, title_line) +
                     page.text_height(lecture.title.en, Face::serif, under, inner, under_line) + rule +
                     page.text_height(lecture.summary.zh, Face::sans, summary, inner, summary_line);
    double y = (film_h - h) / 2;
    page.shadow(x, y + 10, w, h, 54, 0.5);
    page.box(x, y, w, h, 16, paper);
    page.frame(x + 20, y + 20, w - 40, h - 40, 8, 2, line_ink);
    y += pad;
    y += centred(lecture.title.zh, Face::serif_bold, title, y, title_line, text_ink);
    y += centred(lecture.title.en, Face::serif, under, y, under_line, soft_ink);
    page.box(film_w / 2.0 - 240, y + rule / 2 - 1, 480, 2, 1, gold);
    page.diamond(film_w / 2.0, y + rule / 2, 13, cinnabar);
    centred(lecture.summary.zh, Face::sans, summary, y + rule, summary_line, text_ink);
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
    made.covered_ = number == 0 ? 0 : sheet_w / film_w;
    if (number == 0) {
        draw_title(*page, lecture);
        made.paper_ = film_frame(page->picture(), true);
        return made;
    }
    Sheet sheet(slide, *page);
    if (!sheet.fits()) return Error{ErrorKind::invalid, slide.id + ": the text is higher than the picture"};
    sheet.draw_paper(number);
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
    // The window creeps in on what must be seen, which stands in the middle of what the sheet leaves free. Under the
    // sheet the window may reach past the ground.
    const double share = std::clamp(seconds / length, 0.0, 1.0);
    const double width = drift_left_ ? 0.92 + 0.06 * share : 0.98 - 0.06 * share;
    const double middle = covered_ > 0 ? ground_middle : 0.5, sway = 0.01 * (drift_left_ ? 1 - 2 * share : 2 * share - 1);
    const double left = std::clamp(focus_x_ + sway - middle * width, -covered_ * width, 1 - width);
    const double top = std::clamp(focus_y_ - 0.55 * width, 0.0, 1 - width);
    look(ground_, {left, top, width}, frame, std::max(0, static_cast<int>(covered_ * film_w) - 16));
    lay_over(paper_, 1, frame);
    for (std::size_t k = 0; k < points_.size(); ++k) {
        const double from = 0.7 + 0.75 * speech * static_cast<double>(k) / static_cast<double>(points_.size());
        // What has not been said yet is there already, pale.
        lay_over(points_[k], yet_to_come + (1 - yet_to_come) * smooth((seconds - from) / 0.6), frame);
    }
}

}  // namespace xinghuo
