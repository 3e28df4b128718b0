// Planning an activity.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/text.h"
#include "content/study/day.h"
#include "kiosk/screens/activity_parts.h"

namespace xinghuo {
namespace {

constexpr int late_choices[] = {0, 5, 10, 15};
constexpr std::int64_t minute_ms = 60'000, day_minutes = 24 * 60;
constexpr std::size_t name_most = 60;
constexpr float chip_h = 84, gap = 12;

void heading(Frame& frame, Rect& place, std::string_view words) {
    frame.canvas.text(words, place.cut_top(50 * text_growth(frame)), {Face::serif_bold, 36, frame.theme.ink, Align::left, 1.2f, 1, true, 28});
    place.cut_top(6);
}

// The time of day of a clock in China, minutes.
std::int64_t minute_of_day(WallTime when) { return ((when.unix_ms / minute_ms + 8 * 60) % day_minutes + day_minutes) % day_minutes; }

std::string clock_text(std::int64_t minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

}  // namespace

std::string activity_time(WallTime when, std::int64_t day) { return china_day(when) == day ? clock_text(minute_of_day(when)) : std::string(); }

std::string activity_type(const Frame& frame, std::string_view type) {
    const auto& known = activity_types();
    const bool there = std::find(known.begin(), known.end(), type) != known.end();
    return frame.words(fmt::format("activity.type.{}", there ? type : "other"));
}

std::string ActivityForm::name(const Frame& frame) const {
    if (name_) return *name_;
    const std::string date = frame.words("activity.form.date", {{"m", frame.words(fmt::format("month.{}", frame.today.month))}, {"d", std::to_string(frame.today.day)}});
    const std::string type = activity_type(frame, activity_types()[type_]);
    const std::string branch = branch_.empty() ? frame.words("activity.form.all") : branch_;
    std::string made = frame.words("activity.form.made_name", {{"type", type}, {"branch", branch}, {"date", date}});
    // A branch's name may be long.
    if (character_starts(made).size() - 1 > name_most) made = frame.words("activity.form.short_name", {{"type", type}, {"date", date}});
    return made;
}

ActivityPlan ActivityForm::plan(const Frame& frame, const Member* host) const {
    ActivityPlan plan;
    plan.name = name(frame);
    plan.type = activity_types()[type_];
    plan.branch = branch_;
    if (planned_) plan.planned = start_;
    plan.late_after_min = late_choices[late_];
    if (host != nullptr) plan.host = host->id;
    return plan;
}

bool ActivityForm::back() {
    if (!writing_) return false;
    writing_ = false;
    return true;
}

void ActivityForm::types(Frame& frame, Rect& place) {
    heading(frame, place, frame.words("activity.form.type"));
    const auto& all = activity_types();
    const std::size_t columns = 2, rows = (all.size() + columns - 1) / columns;
    const float w = (place.w - gap) / 2;
    const Rect chips = place.cut_top(static_cast<float>(rows) * (chip_h + gap) - gap);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Rect box{chips.x + static_cast<float>(i % columns) * (w + gap), chips.y + static_cast<float>(i / columns) * (chip_h + gap), w, chip_h};
        if (button(frame, "activity.type." + all[i], activity_type(frame, all[i]), box, {Tone::plain, "", false, i == type_, true, 34})) type_ = i;
    }
    place.cut_top(space::m);
}

void ActivityForm::branches(Frame& frame, Rect place) {
    heading(frame, place, frame.words("activity.form.branch"));
    std::vector<std::string> all{""};
    if (frame.directory)
        for (const Directory::Branch& branch : frame.directory->branches) all.push_back(branch.name);
    const float w = (place.w - gap) / 2;
    scroll_area(frame, "activity.branches", place.inset(-8, 0), scroll_, [&](Rect content) {
        content = content.inset(8, 0);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Rect box{content.x + static_cast<float>(i % 2) * (w + gap), content.y + 4 + static_cast<float>(i / 2) * (chip_h + gap), w, chip_h};
            if (box.bottom() < place.y || box.y > place.bottom()) continue;
            const std::string words = i == 0 ? frame.words("activity.form.all") : all[i];
            if (button(frame, fmt::format("activity.branch.{}", i), words, box, {Tone::plain, "", false, all[i] == branch_, true, 34})) branch_ = all[i];
        }
        return 16 + static_cast<float>((all.size() + 1) / 2) * (chip_h + gap) - gap;
    });
}

void ActivityForm::name_field(Frame& frame, Rect& place) {
    const Theme& theme = frame.theme;
    heading(frame, place, frame.words("activity.form.name"));
    const Rect box = place.cut_top(28 + 80 * text_growth(frame));
    const std::string words = name(frame);
    const Press press = pressable(frame, "activity.name", frame.words("activity.form.write"), box);
    frame.canvas.fill(box, press.held ? theme.line : theme.paper_raised, 16);
    frame.canvas.stroke(box, theme.line, 2, 16);
    ripple(frame, "activity.name", box, theme.cinnabar);
    Rect inside = box.inset(space::m, 8);
    const Rect sign = inside.cut_right(44);
    inside.cut_right(space::s);
    icon(frame, "icons/keyboard.png", {sign.x, sign.centre().y - 22, 44, 44}, theme.ink_2);
    frame.canvas.text(words, inside, {Face::serif_bold, 38, theme.ink, Align::left, 1.2f, 2, true, 28});
    if (press.clicked) {
        writing_ = true;
        draft_ = words;
    }
    place.cut_top(space::m);
}

void ActivityForm::start(Frame& frame, Rect& place) {
    const Theme& theme = frame.theme;
    heading(frame, place, frame.words("activity.form.start"));
    const bool believed = china_day(frame.moment.wall) == frame.day;
    const std::string now = frame.words("activity.form.now"), at = frame.words("activity.form.at");
    // Without a clock that is believed there is only now.
    if (!believed) {
        planned_ = false;
        frame.canvas.text(frame.words("activity.form.no_clock"), place.cut_top(80 * text_growth(frame)), {Face::sans, 30, theme.ink_2, Align::left, 1.35f, 2, true, 28});
        place.cut_top(space::m);
        return;
    }
    if (const int touched = segments(frame, "activity.start", {now, at}, planned_ ? 1 : 0, place.cut_top(80)); touched >= 0) {
        if (touched == 1 && !planned_) start_ = {(frame.moment.wall.unix_ms / (30 * minute_ms) + 1) * 30 * minute_ms};
        planned_ = touched == 1;
    }
    place.cut_top(gap);
    Rect row = place.cut_top(84);
    if (planned_) {
        const std::pair<int, const char*> steps[] = {{-30, "activity.start.less_30"}, {-5, "activity.start.less_5"}, {5, "activity.start.more_5"}, {30, "activity.start.more_30"}};
        const float w = std::min(132.0f, (row.w - 180) / 4 - gap);
        const auto step = [&](std::size_t i, Rect box) {
            const auto [by, id] = steps[i];
            const WallTime then{start_.unix_ms + by * minute_ms};
            const bool possible = china_day(then) == frame.day;
            if (button(frame, id, fmt::format("{}{}", by < 0 ? "−" : "+", std::abs(by)), box, {Tone::plain, "", false, false, possible, 34})) start_ = then;
        };
        step(0, row.cut_left(w));
        row.cut_left(gap);
        step(1, row.cut_left(w));
        step(3, row.cut_right(w));
        row.cut_right(gap);
        step(2, row.cut_right(w));
        frame.canvas.text(clock_text(minute_of_day(start_)), row, {Face::serif_bold, 56, theme.ink, Align::centre, 1.2f, 1, true, 36});
    } else {
        frame.canvas.text(frame.words("activity.form.now_text", {{"time", clock_text(minute_of_day(frame.moment.wall))}}), row,
                          {Face::sans, 30, theme.ink_2, Align::left, 1.3f, 2, true, 28});
        frame.wake_at(frame.now + Milliseconds(minute_ms - frame.moment.wall.unix_ms % minute_ms));
    }
    place.cut_top(space::m);
}

void ActivityForm::late(Frame& frame, Rect& place) {
    heading(frame, place, frame.words("activity.form.late"));
    std::string words[4];
    for (std::size_t i = 0; i < 4; ++i)
        words[i] = late_choices[i] == 0 ? frame.words("activity.form.late_none") : frame.words("activity.form.late_minutes", {{"n", std::to_string(late_choices[i])}});
    if (const int touched = segments(frame, "activity.late", {words[0], words[1], words[2], words[3]}, late_, place.cut_top(80)); touched >= 0) late_ = touched;
    place.cut_top(space::m);
}

void ActivityForm::write_name(Frame& frame, Rect place) {
    frame.wants_text = true;
    const float w = std::min(place.w, 1400.0f);
    Rect box{place.centre().x - w / 2, place.y, w, place.h};
    heading(frame, box, frame.words("activity.form.name"));
    const Rect field = box.cut_top(104);
    box.cut_top(space::m);
    if (!keyboard_) keyboard_.emplace(frame.pinyin());
    keyboard_->field(frame, field, draft_, frame.words("activity.form.name_hint"));
    const auto happened = keyboard_->draw(frame, box, draft_, name_most);
    if (!happened.confirm) return;
    const bool blank = draft_.find_first_not_of(' ') == std::string::npos;
    if (blank) name_.reset();
    else name_ = draft_;
    writing_ = false;
    frame.wake_at(frame.now);
}

ActivityForm::Wish ActivityForm::draw(Frame& frame, Rect place, const Member* host, bool has_last) {
    if (!begun_ && frame.directory) {
        begun_ = true;
        if (host != nullptr)
            for (const Directory::Branch& branch : frame.directory->branches)
                if (branch.name == host->branch) branch_ = branch.name;
    }
    if (writing_) {
        write_name(frame, place);
        return Wish::none;
    }
    Wish wish = Wish::none;
    Rect left = place, right = place;
    if (!frame.portrait) {
        left = place.cut_left((place.w - space::xxl) * 0.48f);
        place.cut_left(space::xxl);
        right = place;
    }
    Rect& column = frame.portrait ? left : right;
    const PlanFault fault = plan_fault(plan(frame, host), frame.moment);
    Rect foot = column.cut_bottom(116);
    column.cut_bottom(space::s);
    if (has_last) {
        const std::string words = frame.words("activity.form.last");
        const Rect last = foot.cut_left(std::min(foot.w * 0.4f, 320.0f));
        foot.cut_left(space::m);
        if (button(frame, "activity.last", words, last.inset(0, 8), {Tone::plain, "icons/document.png", false, false, true, 32})) wish = Wish::last;
    }
    if (button(frame, "activity.open", frame.words("activity.form.open"), foot, {Tone::primary, "icons/check.png", false, false, fault == PlanFault::none, 44})) wish = Wish::open;
    types(frame, left);
    if (!frame.portrait) branches(frame, left);
    name_field(frame, column);
    start(frame, column);
    late(frame, column);
    if (frame.portrait) branches(frame, column);
    return wish;
}

}  // namespace xinghuo
