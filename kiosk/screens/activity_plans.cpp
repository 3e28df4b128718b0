#include "kiosk/screens/activity_plans.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "content/base/log.h"
#include "content/study/day.h"
#include "content/study/study.h"
#include "kiosk/screens/activity_parts.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t days_ahead = 7;        // today is one of them
constexpr std::size_t first_few = 3;
constexpr float gap = 12;

std::string short_date(const Frame& frame, std::int64_t day) {
    const Date date = date_of_day(day);
    return frame.words("activity.form.date", {{"m", frame.words(fmt::format("month.{}", date.month))}, {"d", std::to_string(date.day)}});
}

TextStyle date_style(const Frame& frame) { return {Face::sans, 28, frame.theme.ink_2, Align::left, 1.25f, 1}; }

void small_heading(Frame& frame, Rect box, std::string_view words) {
    frame.canvas.text(words, box, {Face::serif_bold, 36, frame.theme.ink, Align::left, 1.2f, 1, true, 28});
}

}  // namespace

std::string planned_time(const Frame& frame, WallTime when) {
    const std::int64_t day = china_day(when);
    const std::string time = activity_time(when, day);
    return day == frame.day ? time : short_date(frame, day) + " " + time;
}

bool ActivityOffers::look(Frame& frame, const Member* host) {
    const std::string id = host != nullptr ? host->id.text : std::string();
    if (frame.study == nullptr || (told_ == frame.told && day_ == frame.day && host_ == id)) return false;
    told_ = frame.told;
    day_ = frame.day;
    host_ = id;
    // Without a clock that is believed nobody knows which of them is today's: all are offered, with their days.
    const bool believed = china_day(frame.moment.wall) == frame.day;
    WallTime from{0}, to{std::numeric_limits<std::int64_t>::max()};
    if (believed) {
        // What began yesterday, late in the evening, may still be opened after midnight.
        from.unix_ms = std::min(begin_of_day(frame.day).unix_ms, frame.moment.wall.unix_ms - 3 * hour_ms);
        to.unix_ms = begin_of_day(frame.day + days_ahead).unix_ms - 1;
    }
    auto planned = FromCentre(frame.study->database()).planned(from, to);
    if (!planned) {
        log_warning(planned.error().within("reading what is planned").what);
        return false;
    }
    all_.clear();
    for (PlannedActivity& one : *planned) {
        if (!one.plan.host.empty() && one.plan.host.text != id) continue;
        auto held = frame.study->activities().held(one.id);
        if (!held) log_warning(held.error().within("reading what was held").what);
        all_.push_back({std::move(one), held ? *held : std::nullopt});
    }
    std::stable_sort(all_.begin(), all_.end(), [](const ActivityOffer& a, const ActivityOffer& b) { return !a.held && b.held; });
    return true;
}

const ActivityOffer* ActivityOffers::find(const std::string& id) const {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const ActivityOffer& offer) { return offer.planned.id == id; });
    return found == all_.end() ? nullptr : &*found;
}

// As wide as the widest day of them all, so that the names stand below each other. 0: enlarged words have no room beside the time, it stands above them.
float ActivityOffers::time_width(Frame& frame) const {
    const float growth = text_growth(frame);
    if (growth > 1.2f) return 0;
    float w = 132 * growth;
    for (const ActivityOffer& offer : all_)
        if (const std::int64_t day = china_day(*offer.planned.plan.planned); day != frame.day)
            w = std::max(w, frame.canvas.measure(short_date(frame, day), date_style(frame)).x + 4);
    return w;
}

bool ActivityOffers::card_of(Frame& frame, Rect& place, const ActivityOffer& offer, std::size_t i, bool followed, float time_w) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    const ActivityPlan& plan = offer.planned.plan;
    constexpr float sign = 44;
    const bool above = time_w == 0;
    const TextStyle date = date_style(frame);
    const float w = place.w - 2 * space::m - sign - space::s - (above ? 0 : time_w + space::s);
    const std::int64_t day = china_day(*plan.planned);
    const bool today = day == frame.day;
    std::string beside = activity_type(frame, plan.type) + " · " + (plan.branch.empty() ? frame.words("activity.form.all") : plan.branch);
    if (offer.held) beside += " · " + frame.words("plan.held", {{"day", short_date(frame, *offer.held)}});
    const Colour ink = offer.held ? theme.ink_2 : theme.ink;
    const TextStyle name{Face::serif_bold, 34, ink, Align::left, 1.25f, 0}, small{Face::sans, 28, theme.ink_2, Align::left, 1.35f, 0};
    const TextStyle clock{Face::serif_bold, 42, ink, Align::left, 1.2f, 1, true, 28};
    const float name_h = canvas.measure(plan.name, name, w).y + 4, beside_h = canvas.measure(beside, small, w).y + 4;
    const float time_h = canvas.measure("09:30", clock).y + 4, date_h = today ? 0 : canvas.measure("7", date).y + 6;
    const float words_h = name_h + beside_h;
    const Rect box = place.cut_top((above ? time_h + words_h : std::max(words_h, time_h + date_h)) + 2 * space::s);
    place.cut_top(gap);

    const std::string id = fmt::format("plan.{}", i);
    const Press press = pressable(frame, id, plan.name, box);
    canvas.fill(box, press.held ? theme.line : theme.paper_raised, 16);
    canvas.stroke(box, followed ? theme.cinnabar : theme.line, followed ? 4.0f : 2.0f, 16);
    Rect inside = box.inset(space::m, space::s);
    const Rect mark = inside.cut_right(sign);
    inside.cut_right(space::s);
    if (above) {
        canvas.text(planned_time(frame, *plan.planned), inside.cut_top(time_h), clock);
    } else {
        Rect when = inside.cut_left(time_w);
        inside.cut_left(space::s);
        when.cut_top((when.h - time_h - date_h) / 2);
        if (!today) canvas.text(short_date(frame, day), when.cut_top(date_h), date);
        canvas.text(activity_time(*plan.planned, day), when.cut_top(time_h), clock);
    }
    inside.cut_top((inside.h - words_h) / 2);
    canvas.text(plan.name, inside.cut_top(name_h), name);
    canvas.text(beside, inside.cut_top(beside_h), small);
    icon(frame, followed || offer.held ? "icons/check.png" : "icons/calendar.png", {mark.x, mark.centre().y - sign / 2, sign, sign}, followed ? theme.cinnabar : theme.ink_2);
    ripple(frame, id, box, theme.cinnabar);
    return press.clicked;
}

const ActivityOffer* ActivityOffers::first(Frame& frame, Rect& place, const std::string& followed) {
    Rect head = place.cut_top(std::max(72.0f, 50 * text_growth(frame)));
    if (all_.size() > first_few) {
        const std::string words = frame.words("plan.all", {{"n", std::to_string(all_.size())}});
        const float w = frame.canvas.measure(words, {Face::sans_bold, 30, {}, Align::left, 1.25f, 1}).x + 2 * space::m;
        if (button(frame, "plan.all", words, head.cut_right(w), {Tone::quiet, "", false, false, true, 30})) {
            wants_list_ = true;
            scroll_ = {};
        }
    }
    small_heading(frame, head, frame.words("plan.title"));
    place.cut_top(6);
    const ActivityOffer* touched = nullptr;
    const float time_w = time_width(frame);
    for (std::size_t i = 0; i < std::min(first_few, all_.size()); ++i)
        if (card_of(frame, place, all_[i], i, all_[i].planned.id == followed, time_w)) touched = &all_[i];
    place.cut_top(space::s);
    return touched;
}

const ActivityOffer* ActivityOffers::list(Frame& frame, Rect place, const std::string& followed) {
    const float w = std::min(place.w, 1320.0f);
    const Rect column{place.centre().x - w / 2, place.y, w, place.h};
    const ActivityOffer* touched = nullptr;
    scroll_area(frame, "plan.scroll", column.inset(-24, 0), scroll_, [&](Rect content) {
        const float top = content.y;
        Rect rest{column.x, top + 4, column.w, 1e6f};
        small_heading(frame, rest.cut_top(50 * text_growth(frame)), frame.words("plan.title"));
        rest.cut_top(6);
        const float time_w = time_width(frame);
        for (std::size_t i = 0; i < all_.size(); ++i)
            if (card_of(frame, rest, all_[i], i, all_[i].planned.id == followed, time_w)) touched = &all_[i];
        return rest.y - top + space::m;
    });
    return touched;
}

}  // namespace xinghuo
