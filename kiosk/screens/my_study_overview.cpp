// 我的学习, 总览: the year against its goal, the days as bars, what was studied last.
#include <fmt/format.h>

#include <algorithm>

#include "kiosk/gfx/tween.h"
#include "kiosk/screens/my_study.h"

namespace xinghuo {
namespace {

constexpr Milliseconds ring_fills{900};
constexpr float swatch = 32;

TextStyle body(const Theme& theme, Align align = Align::left) { return {Face::sans, 32, theme.ink_2, align, 1.35f, 1, true, 28}; }
TextStyle strong(const Theme& theme, Align align = Align::left) { return {Face::sans_bold, 32, theme.ink, align, 1.35f, 1, true, 28}; }

// Words on the left, what they are worth on the right.
void row(Frame& frame, Rect& inside, float h, const std::string& words, const std::string& value, const std::optional<Ink>& ink) {
    Rect line = inside.cut_top(h);
    if (ink) {
        fill_patterned(frame, {line.x, line.centre().y - swatch / 2, swatch, swatch}, *ink, 6);
        line.cut_left(swatch + space::s);
    }
    const float value_w = std::min(line.w * 0.62f, frame.canvas.measure(value, strong(frame.theme)).x + 4);
    frame.canvas.text(value, line.cut_right(value_w), strong(frame.theme, Align::right));
    line.cut_right(space::s);
    frame.canvas.text(words, line, body(frame.theme));
}

std::vector<double> parts_of(const MyStudy& mine, const std::map<StudyLabel, Milliseconds>& ms) {
    std::vector<double> parts;
    for (const StudyLabel label : shown_labels(mine)) {
        const auto found = ms.find(label);
        parts.push_back(found == ms.end() ? 0 : static_cast<double>(found->second.count()) / 60'000);
    }
    return parts;
}

std::string minutes_in_words(const Frame& frame, double value) {
    return value <= 0 ? std::string("0") : study_time(frame, Milliseconds(static_cast<std::int64_t>(value * 60'000 + 0.5)));
}

const StudyDay* find_day(const MyStudy& mine, std::int64_t day) {
    const auto found = std::lower_bound(mine.days.begin(), mine.days.end(), day, [](const StudyDay& d, std::int64_t wanted) { return d.day < wanted; });
    return found == mine.days.end() || found->day != day ? nullptr : &*found;
}

int days_in_month(int year, int month) {
    const Date next = month == 12 ? Date{year + 1, 1, 1} : Date{year, month + 1, 1};
    return static_cast<int>(china_day(next) - china_day(Date{year, month, 1}));
}

Bar bar_of_day(const Frame& frame, const MyStudy& mine, std::int64_t day, std::string label) {
    Bar bar{std::move(label), study_day(frame, mine, day), {}, day == mine.day};
    if (const StudyDay* found = find_day(mine, day)) bar.parts = parts_of(mine, found->ms);
    return bar;
}

BarChart chart_of(const Frame& frame, const MyStudy& mine, int span) {
    BarChart chart;
    for (const StudyLabel label : shown_labels(mine)) chart.inks.push_back(study_ink(frame.theme, label));
    chart.in_words = minutes_in_words;
    chart.steps = {1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600};
    const Date today = date_of_day(mine.day);
    const double days_of_year = static_cast<double>(china_day(Date{today.year + 1, 1, 1}) - china_day(Date{today.year, 1, 1}));
    const double a_day = mine.year.goal_hours * mine.policy.minutes_per_hour / days_of_year;
    if (span == 0) {
        const std::int64_t monday = mine.day - (mine.day + 3) % 7;
        for (int i = 0; i < 7; ++i) chart.bars.push_back(bar_of_day(frame, mine, monday + i, frame.words(fmt::format("my_study.weekday.{}", i + 1))));
        chart.goal = a_day;
    } else if (span == 1) {
        const std::int64_t first = china_day(Date{today.year, today.month, 1});
        const int count = days_in_month(today.year, today.month);
        for (int i = 0; i < count; ++i) {
            const bool named = i == 0 || (i + 1) % 5 == 0;
            chart.bars.push_back(bar_of_day(frame, mine, first + i, named ? std::to_string(i + 1) : std::string()));
        }
        chart.goal = a_day;
    } else {
        std::map<int, std::map<StudyLabel, Milliseconds>> months;
        for (const StudyDay& day : mine.year.days)
            for (const auto& [label, ms] : day.ms) months[date_of_day(day.day).month][label] += ms;
        for (int m = 1; m <= 12; ++m) {
            const std::string name = frame.words(fmt::format("month.{}", m));
            // In a narrow place the months are numbers.
            chart.bars.push_back({frame.lang == Lang::zh && !frame.portrait ? name : std::to_string(m), name, parts_of(mine, months[m]), m == today.month});
        }
        chart.goal = a_day * days_of_year / 12;
    }
    if (!mine.dated) {
        // Nothing is said about days that may be any.
        for (Bar& bar : chart.bars) {
            bar.label = bar.marked ? "·" : "";
            bar.name = frame.words("my_study.no_date");
        }
    }
    chart.goal_words = frame.words(span == 2 ? "my_study.pace.month" : "my_study.pace.day", {{"time", study_time(frame, std::chrono::round<std::chrono::minutes>(Milliseconds(static_cast<std::int64_t>(*chart.goal * 60'000))))}});
    return chart;
}

}  // namespace

float Overview::draw(Frame& frame, Rect at, const MyStudy& mine, Milliseconds running, Navigator& navigator) {
    const float g = text_growth(frame), gap = space::l;
    if (frame.portrait) {
        Rect all = at;
        const float goal_h = goal_height(frame, mine, g < 1.2f);
        goal(frame, all.cut_top(goal_h), mine, running);
        all.cut_top(gap);
        const float recent_h = recent(frame, {at.x, 0, at.w, 0}, mine, navigator, true);
        const float chart_h = std::max(520 * std::min(g, 1.25f), at.bottom() - all.y - gap - recent_h);
        chart(frame, all.cut_top(std::min(chart_h, 820.0f)), mine);
        all.cut_top(gap);
        recent(frame, {all.x, all.y, all.w, std::max(recent_h, at.bottom() - all.y)}, mine, navigator, false);
        return std::max(at.h, all.y + recent_h - at.y);
    }
    Rect right = at;
    Rect left = right.cut_left(std::max(at.w * 0.33f, std::min(at.w * 0.42f, 560 * g)));
    right.cut_left(gap);
    const float recent_h = recent(frame, {right.x, 0, right.w, 0}, mine, navigator, true);
    const float chart_least = 380 * g;
    const float h = std::max({at.h, goal_height(frame, mine, false), chart_least + gap + recent_h});
    goal(frame, {left.x, left.y, left.w, h}, mine, running);
    const float chart_h = std::max(chart_least, std::min(h - gap - recent_h, h * 0.62f));
    chart(frame, {right.x, right.y, right.w, chart_h}, mine);
    recent(frame, {right.x, right.y + chart_h + gap, right.w, h - chart_h - gap}, mine, navigator, false);
    return h;
}

float Overview::goal_height(Frame& frame, const MyStudy& mine, bool wide) {
    const Theme& theme = frame.theme;
    const float row_h = study_line(frame, body(theme)) + space::xs;
    const float rows = static_cast<float>(shown_labels(mine).size()) + (mine.year.activity_hours > 0 ? 2.0f : 1.0f);
    const float list = rows * row_h + space::m + (mine.dated ? 0.0f : 3 * row_h);
    const float head = study_line(frame, {Face::serif_bold, 40, {}, Align::left, 1.3f, 1}) + space::s;
    return 2 * space::l + head + (wide ? std::max(400.0f, list) : 320 + space::m + row_h + space::m + list);
}

// The ring: hours of the year. Beneath or beside it: today, and what the hours are made of.
void Overview::goal(Frame& frame, Rect box, const MyStudy& mine, Milliseconds running) const {
    const Theme& theme = frame.theme;
    card(frame, box, 28);
    Rect inside = box.inset(space::l);
    const std::string year = mine.dated ? frame.words("my_study.year", {{"y", std::to_string(mine.year.year)}}) : frame.words("my_study.year.no_date");
    study_heading(frame, inside, year);
    const float row_h = study_line(frame, body(theme)) + space::xs;
    const auto labels = shown_labels(mine);
    const float rows = static_cast<float>(labels.size()) + (mine.year.activity_hours > 0 ? 2.0f : 1.0f);
    const bool beside = frame.portrait && text_growth(frame) < 1.2f;
    Rect list = inside;
    Rect ring = beside ? list.cut_left(inside.w * 0.44f) : inside;
    if (beside) {
        list.cut_left(space::xl);
    } else {
        list = ring.cut_bottom(rows * row_h + space::m + (mine.dated ? 0.0f : 3 * row_h));
        ring.cut_bottom(space::m);
    }
    const Rect sentence = ring.cut_bottom(row_h);
    ring.cut_bottom(space::s);

    constexpr float width = 26;
    const float radius = std::clamp(std::min(ring.w, ring.h) / 2 - width, 90.0f, 230.0f);
    const Vec2 c = ring.centre();
    const double share = mine.year.goal_hours > 0 ? mine.year.hours / mine.year.goal_hours : 0;
    float growth = 1;
    if (!frame.calm()) {
        const float t = progress(frame.now, opened, ring_fills);
        if (t < 1) frame.animate();
        growth = ease_out(t);
    }
    goal_ring(frame, c, radius, width, share, growth);
    const float number_h = radius * 0.78f, small_h = study_line(frame, {Face::sans, 30, {}, Align::centre, 1.25f, 1});
    const float in = radius - width;
    frame.canvas.text(study_hours(mine.year.hours), {c.x - in, c.y - number_h * 0.62f, 2 * in, number_h},
                      {Face::serif_bold, radius * 0.6f, theme.ink, Align::centre, 1.1f, 1, true, 40});
    frame.canvas.text(frame.words("my_study.of_goal", {{"goal", study_hours(mine.year.goal_hours)}}), {c.x - in * 0.86f, c.y + number_h * 0.30f, 1.72f * in, small_h},
                      {Face::sans, 30, theme.ink_2, Align::centre, 1.25f, 1, true, 28 / text_growth(frame)});
    const std::string said = share >= 1 ? frame.words("my_study.goal.reached") : frame.words("my_study.goal.left", {{"hours", study_hours(mine.year.goal_hours - mine.year.hours + 0.0999)}, {"minutes", study_hours(mine.policy.minutes_per_hour)}});
    frame.canvas.text(said, {ring.x, sentence.y, ring.w, sentence.h}, {Face::sans_bold, 32, theme.cinnabar_deep, Align::centre, 1.35f, 1, true, 28});

    if (beside) list.cut_top(std::max(0.0f, (list.h - rows * row_h - space::m - (mine.dated ? 0.0f : 3 * row_h)) / 2));
    if (!mine.dated) {
        const TextStyle note{Face::sans, 30, theme.cinnabar_deep, Align::left, 1.35f, 0, false, 28};
        frame.canvas.text(frame.words("my_study.no_date.text"), list.cut_top(3 * row_h), note);
    }
    const Milliseconds today = mine.ms_today() + running;
    row(frame, list, row_h, frame.words("my_study.today"), study_time(frame, today), std::nullopt);
    frame.canvas.fill({list.x, list.y + space::m / 2 - 1, list.w, 2}, theme.line);
    list.cut_top(space::m);
    for (const StudyLabel label : labels) {
        const auto found = mine.year.by_label.find(label);
        row(frame, list, row_h, study_words(frame, label), study_time(frame, found == mine.year.by_label.end() ? Milliseconds(0) : found->second), study_ink(theme, label));
    }
    if (mine.year.activity_hours > 0)
        row(frame, list, row_h, frame.words("my_study.label.activity"), frame.words("my_study.hours", {{"hours", study_hours(mine.year.activity_hours)}}), Ink{theme.gold, Pattern::rings});
    // While something runs, the minute turns by itself.
    if (frame.here && frame.here->counting) frame.wake_at(frame.now + std::chrono::seconds(1));
}

void Overview::chart(Frame& frame, Rect box, const MyStudy& mine) {
    card(frame, box, 28);
    Rect inside = box.inset(space::l, space::m);
    const float g = text_growth(frame);
    const std::string week = frame.words("my_study.span.week"), month = frame.words("my_study.span.month"), year = frame.words("my_study.span.year");
    const float switch_w = std::min(inside.w, 470 * g);
    const TextStyle heading{Face::serif_bold, 40, frame.theme.ink, Align::left, 1.3f, 1, true, 32};
    const std::string title = frame.words("my_study.chart");
    const bool one_row = frame.canvas.measure(title, heading).x + switch_w + space::l < inside.w;
    Rect head = inside.cut_top(space::touch);
    const Rect choice = head.cut_right(one_row ? switch_w : head.w);
    if (one_row) frame.canvas.text(title, head, heading);
    if (const int touched = segments(frame, "my_study.span", {week, month, year}, span, choice); touched >= 0 && touched != span) {
        span = touched;
        chosen.reset();
        frame.animate();
    }
    inside.cut_top(space::s);
    bar_chart(frame, "my_study.chart", title, inside, chart_of(frame, mine, span), chosen);
}

// In two columns where there is room; `box` without height when only measured.
float Overview::recent(Frame& frame, Rect box, const MyStudy& mine, Navigator& navigator, bool measure_only) {
    const Theme& theme = frame.theme;
    const TextStyle name{Face::sans_bold, 32, theme.ink, Align::left, 1.3f, 1, true, 28}, small{Face::sans, 28, theme.ink_2, Align::left, 1.3f, 1, true, 28};
    const float name_h = study_line(frame, name), small_h = study_line(frame, small), row_h = name_h + small_h + space::s;
    const std::size_t columns = frame.portrait || text_growth(frame) > 1.2f ? 1 : 2;
    const float head_h = study_line(frame, {Face::serif_bold, 40, {}, Align::left, 1.3f, 1}) + space::s;
    const std::size_t least_rows = columns == 1 ? 3 : 2;
    const std::size_t rows_there = std::max<std::size_t>(1, (mine.recent.size() + columns - 1) / columns);
    const float frame_h = 2 * space::m + head_h;
    if (measure_only) return frame_h + static_cast<float>(std::min(rows_there, least_rows)) * (row_h + space::xs);
    card(frame, box, 28);
    Rect inside = box.inset(space::l, space::m);
    study_heading(frame, inside, frame.words("my_study.recent"));
    if (mine.recent.empty()) {
        frame.canvas.text(frame.words("my_study.recent.none"), inside, {Face::sans, 32, theme.ink_2, Align::left, 1.5f, 0, false, 28});
        return box.h;
    }
    const std::size_t rows = std::min(rows_there, static_cast<std::size_t>(std::max(1.0f, (inside.h + 4) / (row_h + space::xs))));
    const float w = (inside.w - space::l * static_cast<float>(columns - 1)) / static_cast<float>(columns);
    for (std::size_t i = 0; i < mine.recent.size() && i < rows * columns; ++i) {
        const RecentItem& item = mine.recent[i];
        Rect line{inside.x + static_cast<float>(i / rows) * (w + space::l), inside.y + static_cast<float>(i % rows) * (row_h + space::xs), w, row_h};
        const std::string& title = item.title.in(frame.lang);
        const std::string words = title.empty() ? frame.words(item.item == "quiz-paper" ? "quiz.paper" : "quiz.title") : title;
        // What is still in the hall can be opened from here.
        if (frame.catalogue->find(item.item) != nullptr) {
            const std::string id = "my_study.recent." + item.item;
            const Press press = pressable(frame, id, words, line);
            if (press.held) frame.canvas.fill(line.inset(-space::xs, 0), theme.line.with_alpha(0.5f), 12);
            ripple(frame, id, line, theme.cinnabar);
            icon(frame, "icons/play.png", {line.right() - 44, line.centre().y - 22, 44, 44}, theme.cinnabar);
            if (press.clicked) navigator.go(make_exhibit(item.item));
        }
        line.cut_right(56);
        frame.canvas.text(words, line.cut_top(name_h), name);
        const std::string when = study_day(frame, mine, item.last_day);
        frame.canvas.text(frame.words("my_study.recent.line", {{"day", when}, {"time", study_time(frame, item.ms)}}), line.cut_top(small_h), small);
    }
    return box.h;
}

}  // namespace xinghuo
