#include "kiosk/screens/notice_board.h"

#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "content/base/text.h"
#include "content/study/day.h"
#include "content/study/study.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t rows_where_high = 3;   // of titles in the hall; of enlarged ones one less, and a low hall has room for one
constexpr float high_screen = 1300;
constexpr float sign = 44, row_pad = 18;
constexpr int title_lines = 2, enlarged_title_lines = 3;

// Of a clock that is not believed only the day is known.
WallTime time_of_notices(const Frame& frame) {
    return china_day(frame.moment.wall) == frame.day ? frame.moment.wall : WallTime{begin_of_day(frame.day).unix_ms + 12 * 60 * minute_ms};
}

TextStyle row_style(const Frame& frame) { return {Face::serif_bold, 36, frame.theme.ink, Align::left, 1.3f, 0}; }
TextStyle more_style() { return {Face::sans_bold, 30, {}, Align::left, 1.25f, 1}; }

}  // namespace

std::string first_lines(Frame& frame, const std::string& words, const TextStyle& style, float width, int lines) {
    const float line = frame.canvas.measure("0", style, width).y, most = line * (static_cast<float>(lines) + 0.5f);
    if (frame.canvas.measure(words, style, width).y <= most) return words;
    const std::vector<std::size_t> starts = character_starts(words);
    std::size_t fits = 0, too_many = starts.size() - 1;
    while (fits + 1 < too_many) {
        const std::size_t half = (fits + too_many) / 2;
        if (frame.canvas.measure(words.substr(0, starts[half]) + "…", style, width).y <= most) fits = half;
        else too_many = half;
    }
    return words.substr(0, starts[fits]) + "…";
}

std::string notice_days(const Frame& frame, const CentreNotice& notice) {
    const Date from = date_of_day(china_day(notice.from)), until = date_of_day(china_day(WallTime{notice.until.unix_ms - 1}));
    // What both have in common is said once.
    const bool same_year = from.year == until.year, same_month = same_year && from.month == until.month, same_day = same_month && from.day == until.day;
    const std::string year = std::to_string(from.year), d1 = std::to_string(from.day), d2 = std::to_string(until.day);
    const std::string m1 = frame.words(fmt::format("month.{}", from.month)), m2 = frame.words(fmt::format("month.{}", until.month));
    const char* const key = same_day ? "notice.day" : same_month ? "notice.days.month" : same_year ? "notice.days.year" : "notice.days";
    return frame.words(key, {{"y1", year}, {"m1", m1}, {"d1", d1}, {"y2", std::to_string(until.year)}, {"m2", m2}, {"d2", d2}});
}

const std::vector<CentreNotice>& NoticeBoard::now(Frame& frame) {
    const WallTime when = time_of_notices(frame);
    const std::int64_t minute = when.unix_ms / minute_ms;
    if (!all_.empty()) frame.wake_at(frame.now + Milliseconds(minute_ms));
    if (frame.study == nullptr || (told_ == frame.told && minute_ == minute)) return all_;
    told_ = frame.told;
    minute_ = minute;
    auto found = FromCentre(frame.study->database()).notices(when);
    if (found) all_ = std::move(*found);
    else log_warning(found.error().within("reading the notices").what);
    return all_;
}

void NoticeBoard::hall_card(Frame& frame, Rect& place, Navigator& navigator) {
    const std::vector<CentreNotice>& all = now(frame);
    if (all.empty()) return;
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    const std::size_t rows = std::min(all.size(), frame.screen.h <= high_screen ? 1 : text_growth(frame) > 1.2f ? rows_where_high - 1 : rows_where_high);
    const bool more = all.size() > rows;
    const std::string more_words = frame.words("notice.all", {{"n", std::to_string(all.size())}});
    const float more_w = more ? canvas.measure(more_words, more_style()).x + 2 * space::l : 0;
    const TextStyle style = row_style(frame);
    const float words_w = place.w - 2 * space::m - sign - space::m;
    const auto width = [&](std::size_t i) { return words_w - (i == 0 && more ? more_w + space::m : 48 + space::s); };

    std::vector<std::string> titles;
    std::vector<float> heights;
    float height = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        titles.push_back(first_lines(frame, all[i].title.in(frame.lang), style, width(i), text_growth(frame) > 1.2f ? enlarged_title_lines : title_lines));
        heights.push_back(std::max(80.0f, canvas.measure(titles.back(), style, width(i)).y + 4 + 2 * row_pad));
        height += heights.back();
    }
    Rect sheet = place.cut_top(height);
    place.cut_top(space::m);
    card(frame, sheet);
    canvas.fill({sheet.x, sheet.y + 16, 6, sheet.h - 32}, theme.cinnabar, 3);
    for (std::size_t i = 0; i < rows; ++i) {
        Rect row = sheet.cut_top(heights[i]);
        if (i > 0) canvas.fill({row.x + space::m, row.y, row.w - 2 * space::m, 2}, theme.line);
        Rect inside = row.inset(space::m, 0);
        if (i == 0 && more) {
            const Rect box = inside.cut_right(more_w);
            row.w = box.x - space::s - row.x;
            inside.cut_right(space::m);
            if (button(frame, "hall.notices", more_words, {box.x, row.centre().y - 36, box.w, 72}, {Tone::quiet, "", false, false, true, 30})) navigator.go(make_notices(""));
        }
        const std::string id = fmt::format("hall.notice.{}", i);
        const Press press = pressable(frame, id, all[i].title.in(frame.lang), row);
        if (press.held) canvas.fill(row.inset(6), theme.line.with_alpha(0.5f), 12);
        const Rect mark = inside.cut_left(sign);
        inside.cut_left(space::m);
        icon(frame, "icons/notice.png", {mark.x, mark.centre().y - sign / 2, sign, sign}, theme.cinnabar);
        if (i > 0 || !more) {
            const Vec2 c{inside.right() - 14, inside.centre().y};
            const Vec2 points[] = {{c.x - 6, c.y - 12}, {c.x + 6, c.y}, {c.x - 6, c.y + 12}};
            canvas.polyline(points, theme.ink_2, 3);
        }
        TextStyle middle = style;
        middle.middle = true;
        canvas.text(titles[i], {inside.x, inside.y + row_pad, width(i), inside.h - 2 * row_pad}, middle);
        ripple(frame, id, row, theme.cinnabar);
        if (press.clicked) navigator.go(make_notices(all[i].id));
    }
}

}  // namespace xinghuo
