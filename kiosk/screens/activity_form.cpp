// Planning an activity.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/text.h"
#include "content/study/day.h"
#include "kiosk/reception.h"
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
    plan.late_after_min = late_min_;
    if (host != nullptr) plan.host = host->id;
    return plan;
}

bool ActivityForm::back() {
    if (again_) {
        again_.reset();
        return true;
    }
    if (offers_.wants_list()) {
        offers_.close_list();
        return true;
    }
    if (!writing_) return false;
    writing_ = false;
    return true;
}

void ActivityForm::follow(const PlannedActivity& planned) {
    const auto& types = activity_types();
    followed_ = planned;
    type_ = static_cast<std::size_t>(std::find(types.begin(), types.end(), planned.plan.type) - types.begin());
    if (type_ == types.size()) type_ = types.size() - 1;
    branch_ = planned.plan.branch;
    name_ = planned.plan.name;
    planned_ = true;
    start_ = *planned.plan.planned;
    late_min_ = planned.plan.late_after_min;
}

// One touch takes all of it over; another one lets go of it, and what stands in the form is the host's own.
void ActivityForm::chosen(Frame& frame, const ActivityOffer& offer) {
    offers_.close_list();
    frame.animate();
    if (offer.planned.id == followed_.id) {
        followed_ = {};
        name_.reset();
        planned_ = false;
        late_min_ = late_choices[1];
    } else if (offer.held) {
        again_ = offer;
    } else {
        follow(offer.planned);
    }
}

// While the form is open the centre takes a plan back, or changes it.
void ActivityForm::centre_changed(Frame& frame) {
    if (again_ && offers_.find(again_->planned.id) == nullptr) again_.reset();
    if (followed_.id.empty()) return;
    const ActivityOffer* const now = offers_.find(followed_.id);
    if (now == nullptr) {
        followed_ = {};
        if (china_day(start_) != frame.day) planned_ = false;
        return frame.reception.say(Notice::Tone::kind, "plan.gone.title", "plan.gone.text", frame.moment);
    }
    const ActivityPlan &was = followed_.plan, &is = now->planned.plan;
    if (was.name == is.name && was.type == is.type && was.branch == is.branch && was.planned->unix_ms == is.planned->unix_ms && was.late_after_min == is.late_after_min) return;
    follow(now->planned);
    frame.reception.say(Notice::Tone::kind, "plan.changed.title", "plan.changed.text", frame.moment);
}

void ActivityForm::ask_again(Frame& frame, Rect place) {
    const float w = std::min(place.w, 1100.0f), growth = text_growth(frame);
    Rect box{place.centre().x - w / 2, place.y + space::xl, w, place.h};
    const Date held = date_of_day(again_->held.value_or(frame.day));
    const std::string day = frame.words("activity.form.date", {{"m", frame.words(fmt::format("month.{}", held.month))}, {"d", std::to_string(held.day)}});
    const std::string text = frame.words("plan.again.text", {{"name", again_->planned.plan.name}, {"day", day}});
    const TextStyle title{Face::serif_bold, 52, frame.theme.ink, Align::left, 1.3f, 0}, body{Face::sans, 34, frame.theme.ink_2, Align::left, 1.5f, 0};
    const std::string question = frame.words("plan.again.title");
    frame.canvas.text(question, box.cut_top(frame.canvas.measure(question, title, w).y + 4), title);
    box.cut_top(space::m);
    frame.canvas.text(text, box.cut_top(frame.canvas.measure(text, body, w).y + 4), body);
    box.cut_top(space::xl);
    Rect row = box.cut_top(104 * std::max(1.0f, growth * 0.9f));
    const float half = (row.w - space::m) / 2;
    if (button(frame, "plan.again.no", frame.words("plan.again.no"), row.cut_left(half), {Tone::plain, "", false, false, true, 36})) again_.reset();
    row.cut_left(space::m);
    if (again_ && button(frame, "plan.again.yes", frame.words("plan.again.yes"), row, {Tone::primary, "", false, false, true, 36})) {
        follow(again_->planned);
        again_.reset();
    }
}

// Something stands in the form's place.
bool ActivityForm::covered(Frame& frame, Rect place) {
    if (writing_) write_name(frame, place);
    else if (again_) ask_again(frame, place);
    else if (offers_.wants_list()) {
        if (const ActivityOffer* const touched = offers_.list(frame, place, followed_.id)) chosen(frame, *touched);
    } else return false;
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
    scroll_area(frame, "activity.branches", place.inset(-8, 0), scroll_, [&](Rect content) { return branch_chips(frame, content.inset(8, 0), place); });
}

// Their height; only those that are seen are drawn.
float ActivityForm::branch_chips(Frame& frame, Rect content, Rect seen) {
    std::vector<std::string> all{""};
    if (frame.directory)
        for (const Directory::Branch& branch : frame.directory->branches) all.push_back(branch.name);
    // A plan may be for a branch that no member here is of.
    if (std::find(all.begin(), all.end(), branch_) == all.end()) all.push_back(branch_);
    const float w = (content.w - gap) / 2;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Rect box{content.x + static_cast<float>(i % 2) * (w + gap), content.y + 4 + static_cast<float>(i / 2) * (chip_h + gap), w, chip_h};
        if (box.bottom() < seen.y || box.y > seen.bottom()) continue;
        const std::string words = i == 0 ? frame.words("activity.form.all") : all[i];
        if (button(frame, fmt::format("activity.branch.{}", i), words, box, {Tone::plain, "", false, all[i] == branch_, true, 34})) branch_ = all[i];
    }
    return 16 + static_cast<float>((all.size() + 1) / 2) * (chip_h + gap) - gap;
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
    if (!believed && !followed_.id.empty()) {
        const std::string words = frame.words("plan.no_clock", {{"time", planned_time(frame, *followed_.plan.planned)}});
        const TextStyle style{Face::sans, 30, theme.ink_2, Align::left, 1.35f, 0};
        frame.canvas.text(words, place.cut_top(frame.canvas.measure(words, style, place.w).y + 4), style);
        place.cut_top(space::m);
        return;
    }
    if (!believed) {
        planned_ = false;
        frame.canvas.text(frame.words("activity.form.no_clock"), place.cut_top(80 * text_growth(frame)), {Face::sans, 30, theme.ink_2, Align::left, 1.35f, 2, true, 28});
        place.cut_top(space::m);
        return;
    }
    if (const int touched = segments(frame, "activity.start", {now, at}, planned_ ? 1 : 0, place.cut_top(80)); touched >= 0) {
        if (touched == 1 && !planned_ && !followed_.id.empty()) start_ = *followed_.plan.planned;
        else if (touched == 1 && !planned_) start_ = {(frame.moment.wall.unix_ms / (30 * minute_ms) + 1) * 30 * minute_ms};
        planned_ = touched == 1;
    }
    place.cut_top(gap);
    Rect row = place.cut_top(84);
    if (planned_) {
        const std::pair<int, const char*> steps[] = {{-30, "activity.start.less_30"}, {-5, "activity.start.less_5"}, {5, "activity.start.more_5"}, {30, "activity.start.more_30"}};
        // What is planned for another day stays on that day.
        const std::int64_t its_day = followed_.id.empty() ? frame.day : china_day(start_);
        const bool today = china_day(start_) == frame.day;
        const float w = std::min(132.0f, (row.w - (today ? 180.0f : 360.0f)) / 4 - gap);
        const auto step = [&](std::size_t i, Rect box) {
            const auto [by, id] = steps[i];
            const WallTime then{start_.unix_ms + by * minute_ms};
            const bool possible = china_day(then) == its_day;
            if (button(frame, id, fmt::format("{}{}", by < 0 ? "−" : "+", std::abs(by)), box, {Tone::plain, "", false, false, possible, 34})) start_ = then;
        };
        step(0, row.cut_left(w));
        row.cut_left(gap);
        step(1, row.cut_left(w));
        step(3, row.cut_right(w));
        row.cut_right(gap);
        step(2, row.cut_right(w));
        frame.canvas.text(planned_time(frame, start_), row.inset(space::s, 0), {Face::serif_bold, today ? 56.0f : 44.0f, theme.ink, Align::centre, 1.15f, 1, true, 28 / text_growth(frame)});
    } else {
        frame.canvas.text(frame.words("activity.form.now_text", {{"time", clock_text(minute_of_day(frame.moment.wall))}}), row,
                          {Face::sans, 30, theme.ink_2, Align::left, 1.3f, 2, true, 28});
        frame.wake_at(frame.now + Milliseconds(minute_ms - frame.moment.wall.unix_ms % minute_ms));
    }
    place.cut_top(space::m);
}

void ActivityForm::late(Frame& frame, Rect& place) {
    heading(frame, place, frame.words("activity.form.late"));
    // A plan may say another number.
    std::vector<int> choices(std::begin(late_choices), std::end(late_choices));
    const int planned = followed_.id.empty() ? late_min_ : followed_.plan.late_after_min;
    if (std::find(choices.begin(), choices.end(), planned) == choices.end()) {
        if (text_growth(frame) > 1.2f) choices.pop_back();  // five would not be read
        choices.push_back(planned);
    }
    std::string words[5];
    int now = -1;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        words[i] = choices[i] == 0 ? frame.words("activity.form.late_none") : frame.words("activity.form.late_minutes", {{"n", std::to_string(choices[i])}});
        if (choices[i] == late_min_) now = static_cast<int>(i);
    }
    const Rect row = place.cut_top(80);
    const int touched = choices.size() > 4 ? segments(frame, "activity.late", {words[0], words[1], words[2], words[3], words[4]}, now, row)
                                           : segments(frame, "activity.late", {words[0], words[1], words[2], words[3]}, now, row);
    if (touched >= 0) late_min_ = choices[static_cast<std::size_t>(touched)];
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
    if (offers_.look(frame, host)) centre_changed(frame);
    if (covered(frame, place)) return Wish::none;
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
    if (offers_.all().empty()) {
        types(frame, left);
        if (!frame.portrait) branches(frame, left);
        name_field(frame, column);
        start(frame, column);
        late(frame, column);
        if (frame.portrait) branches(frame, column);
        return wish;
    }
    // What is planned stands on top; the rest is below it, and reached by scrolling where there is no room for both.
    const ActivityOffer* touched = nullptr;
    scroll_area(frame, "activity.form", left.inset(-12, 0), form_scroll_, [&](Rect content) {
        const float top = content.y;
        Rect rest{left.x, top, left.w, 1e6f};
        touched = offers_.first(frame, rest, followed_.id);
        types(frame, rest);
        if (frame.portrait) {
            name_field(frame, rest);
            start(frame, rest);
            late(frame, rest);
        }
        heading(frame, rest, frame.words("activity.form.branch"));
        rest.cut_top(branch_chips(frame, rest, left));
        return rest.y - top + space::s;
    });
    if (!frame.portrait) {
        name_field(frame, right);
        start(frame, right);
        late(frame, right);
    }
    if (touched != nullptr) chosen(frame, *touched);
    return wish;
}

}  // namespace xinghuo
