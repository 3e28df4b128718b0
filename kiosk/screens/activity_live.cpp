// The taps: each is on disk before anything says so.
#include <fmt/format.h>

#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/reception.h"
#include "kiosk/screens/activity_parts.h"

namespace xinghuo {
namespace {

// After that the sheet invites again: a name does not stay on the wall. A card that may be bound stays longer.
constexpr Nanoseconds name_shown = std::chrono::seconds(10), unknown_shown = std::chrono::seconds(45);
constexpr Nanoseconds ring_fills = Milliseconds(600);

}  // namespace

void ActivityLive::turn_to(Page page) {
    page_ = page;
    if (page == Page::by_name || page == Page::bind_name) names_.clear();
    if (page != Page::pin) pin_.reset();
    door_ = {};
}

bool ActivityLive::back() {
    if (page_ == Page::taps) return false;
    turn_to(Page::taps);
    return true;
}

void ActivityLive::say(Frame& frame, Said::Sign sign, std::string name, std::string title, std::string text) {
    said_ = Said{sign, std::move(name), std::move(title), std::move(text), activity_time(frame.moment.wall, frame.day), frame.now};
    chime_.play(sign == Said::Sign::unknown || sign == Said::Sign::failed ? Chime::Tone::low : Chime::Tone::good);
    // The list grew under the finger or not: what is new is on top.
    scroll_.glide_to(0, frame.now);
    frame.wake_at(frame.now);
}

void ActivityLive::opened(Frame& frame, bool signed_out) {
    say(frame, Said::Sign::good, "", "activity.opened.title", signed_out ? "activity.opened.text_out" : "activity.opened.text");
}

void ActivityLive::tap(Frame& frame, const Member& member, SignInWay way) {
    unknown_.clear();
    const std::string name = masked_name(member.name);
    const auto tapped = frame.study->activities().tap(member, way, frame.moment);
    if (!tapped) {
        log_warning(tapped.error().within("recording a tap").what);
        return say(frame, Said::Sign::failed, "", "activity.tap.failed.title", "activity.tap.failed.text");
    }
    switch (*tapped) {
        case Activities::Tap::on_time: return say(frame, Said::Sign::good, name, "activity.tap.on_time", "activity.tap.on_time.text");
        case Activities::Tap::late: return say(frame, Said::Sign::late, name, "activity.tap.late", "activity.tap.late.text");
        case Activities::Tap::again: return say(frame, Said::Sign::known, name, "activity.tap.again", "activity.tap.again.text");
        case Activities::Tap::left: return say(frame, Said::Sign::left, name, "activity.tap.left", "activity.tap.left.text");
        case Activities::Tap::back: return say(frame, Said::Sign::good, name, "activity.tap.back", "activity.tap.back.text");
    }
}

void ActivityLive::hear(Frame& frame) {
    // The door and a PIN hear cards themselves.
    if (page_ == Page::bind_door || page_ == Page::close_door || page_ == Page::pin) return;
    frame.takes_codes = true;
    for (const std::string& code : frame.codes) {
        if (page_ != Page::taps) turn_to(Page::taps);
        const Reception::Known known = frame.reception.recognise(code, frame.moment);
        if (known.member) {
            tap(frame, *known.member, known.way);
            continue;
        }
        unknown_ = known.bindable ? code : std::string();
        if (known.tone == Notice::Tone::bad) say(frame, Said::Sign::failed, "", "activity.tap.failed.title", "activity.tap.failed.text");
        else if (known.bindable) say(frame, Said::Sign::unknown, "", "activity.tap.unknown.title", "activity.tap.unknown.text");
        else say(frame, Said::Sign::unknown, "", known.title, known.text);
    }
}

void ActivityLive::bind(Frame& frame, const Member& member) {
    turn_to(Page::taps);
    if (auto bound = frame.study->members().bind_card(member.id, unknown_, frame.moment); !bound) {
        log_warning(bound.error().within("binding a card").what);
        return say(frame, Said::Sign::failed, "", "activity.bind.failed.title", "activity.bind.failed.text");
    }
    tap(frame, member, SignInWay::card);
}

// The sheet: a sign, the name, and how it went, in words.
void ActivityLive::sheet(Frame& frame, Rect box) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    card(frame, box, 28);
    if (said_ && frame.now - said_->since >= (unknown_.empty() ? name_shown : unknown_shown)) {
        said_.reset();
        unknown_.clear();
    }
    if (!said_) return invite(frame, box);
    frame.wake_at(said_->since + (unknown_.empty() ? name_shown : unknown_shown));

    struct Look {
        Colour colour;
        std::string_view sign;
    } look{theme.pine, "icons/check.png"};
    switch (said_->sign) {
        case Said::Sign::good: break;
        case Said::Sign::late: look = {theme.cinnabar, "icons/clock.png"}; break;
        case Said::Sign::known: look = {theme.slate, "icons/info.png"}; break;
        case Said::Sign::left: look = {theme.slate, "icons/power.png"}; break;
        case Said::Sign::unknown: look = {theme.slate, "icons/card.png"}; break;
        case Said::Sign::failed: look = {theme.cinnabar, "icons/warning.png"}; break;
    }
    canvas.fill({box.x + 28, box.y, box.w - 56, 8}, look.colour, 4);
    Rect inside = box.inset(space::xl, space::l);
    if (!unknown_.empty()) {
        const float w = std::min(inside.w, 520.0f);
        const Rect foot = inside.cut_bottom(96);
        if (button(frame, "activity.bind", frame.words("activity.bind"), {foot.centre().x - w / 2, foot.y, w, 96}, {Tone::primary, "icons/card.png", false, false, true, 36}))
            turn_to(Page::bind_door);
        inside.cut_bottom(space::s);
    }
    const float in = frame.calm() ? 1.0f : ease_out(progress(frame.now, said_->since, Milliseconds(motion::element_ms)));
    if (in < 1) frame.animate();
    const auto fade = canvas.faded(in);
    const float radius = std::min(92.0f, inside.h * 0.14f);
    // What is said beneath has the room it needs, the sign the rest.
    const std::string text = frame.words(said_->text, {{"time", said_->time}});
    const TextStyle small{Face::sans, 34, theme.ink_2, Align::centre, 1.4f, 3, true, 28};
    const Rect below = inside.cut_bottom(std::min(inside.h * 0.32f, std::max(inside.h * 0.14f, canvas.measure(text, small, inside.w).y + 6)));
    Rect sign = inside.cut_top(inside.h * 0.4f);
    canvas.circle(sign.centre(), radius, look.colour);
    icon(frame, look.sign, {sign.centre().x - radius * 0.6f, sign.centre().y - radius * 0.6f, radius * 1.2f, radius * 1.2f}, theme.on_cinnabar);
    const std::string title = frame.words(said_->title);
    if (!said_->name.empty())
        canvas.text(said_->name, inside.cut_top(inside.h * 0.55f), {Face::serif_bold, 132, theme.ink, Align::centre, 1.15f, 1, true, 48});
    canvas.text(title, inside, {Face::serif_bold, said_->name.empty() ? 56.0f : 64.0f, look.colour, Align::centre, 1.2f, 2, true, 36});
    canvas.text(text, below, small);
}

void ActivityLive::invite(Frame& frame, Rect box) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    Rect inside = box.inset(space::xl, space::l);
    const Rect sign = inside.cut_top(inside.h * 0.54f);
    calling_sign(frame, {sign.centre().x, sign.centre().y}, std::min(112.0f, sign.h * 0.27f), "icons/card.png", theme.cinnabar);
    canvas.text(frame.words("activity.invite.title"), inside.cut_top(inside.h * 0.46f), {Face::serif_bold, 72, theme.ink, Align::centre, 1.2f, 1, true, 44});
    canvas.text(frame.words("activity.invite.text"), inside, {Face::sans, 34, theme.ink_2, Align::centre, 1.4f, 3, false, 28});
}

void ActivityLive::guests(Frame& frame, Rect row, const Activity& activity) {
    const auto add = [&](int by) {
        if (auto done = frame.study->activities().add_guests(by, frame.moment); !done) {
            log_warning(done.error().within("counting a guest").what);
            say(frame, Said::Sign::failed, "", "activity.tap.failed.title", "activity.tap.failed.text");
        }
        frame.wake_at(frame.now);
    };
    const std::size_t counted = activity.guests;
    if (button(frame, "activity.guest.add", "+1", row.cut_right(104), {Tone::plain, "", false, false, true, 36})) add(1);
    row.cut_right(12);
    if (button(frame, "activity.guest.less", "−1", row.cut_right(104), {counted > 0 ? Tone::plain : Tone::quiet, "", false, false, counted > 0, 36})) add(-1);
    row.cut_right(space::s);
    frame.canvas.text(frame.words("activity.guests", {{"n", std::to_string(counted)}}), row, {Face::sans_bold, 32, frame.theme.ink, Align::left, 1.2f, 1, true, 28});
}

void ActivityLive::counts(Frame& frame, Rect box, const Activity& activity) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    const float share = activity.expected == 0 ? 0.0f : static_cast<float>(activity.came_expected) / static_cast<float>(activity.expected);
    share_.aim(share, frame.now, frame.calm() ? Nanoseconds(0) : ring_fills);
    if (share_.moving(frame.now)) frame.animate();
    Rect top = box;
    Rect guest_row = top.cut_bottom(space::touch);
    top.cut_bottom(space::s);
    const float radius = std::min(top.h / 2, 134.0f);
    const Rect ring = top.cut_left(2 * radius);
    activity_ring(frame, ring.centre(), radius, share_.at(frame.now), activity.came_expected, activity.expected);
    top.cut_left(space::l);
    const std::string time = activity_time(frame.moment.wall, frame.day);
    if (!time.empty()) frame.wake_at(frame.now + Milliseconds(60'000 - frame.moment.wall.unix_ms % 60'000));
    const std::string besides = activity.came > activity.came_expected ? frame.words("activity.besides", {{"n", std::to_string(activity.came - activity.came_expected)}}) : "";
    const float rows = 2.6f + (besides.empty() ? 0 : 1), h = top.h / rows;
    canvas.text(time, top.cut_top(h * 1.6f), {Face::serif_bold, 76, theme.ink, Align::left, 1.1f, 1, true, 40});
    canvas.text(frame.words("activity.late_count", {{"n", std::to_string(activity.late())}}), top.cut_top(h),
                {Face::sans_bold, 32, activity.late() > 0 ? theme.cinnabar_deep : theme.ink_2, Align::left, 1.2f, 1, true, 28});
    if (!besides.empty()) canvas.text(besides, top, {Face::sans, 30, theme.ink_2, Align::left, 1.2f, 1, true, 28});
    guests(frame, guest_row, activity);
}

void ActivityLive::list(Frame& frame, Rect box, const Activity& activity) {
    const Theme& theme = frame.theme;
    const auto& present = activity.present;
    if (present.empty()) {
        frame.canvas.text(frame.words("activity.list.empty"), box, {Face::sans, 30, theme.ink_2, Align::centre, 1.4f, 2, true, 28});
        return;
    }
    const float h = activity_row_height(frame);
    scroll_area(frame, "activity.list", box, scroll_, [&](Rect content) {
        const auto first = static_cast<std::size_t>(std::max(0.0f, (box.y - content.y) / h));
        for (std::size_t i = first; i < present.size(); ++i) {
            const Rect row{content.x, content.y + static_cast<float>(i) * h, content.w - 12, h};
            if (row.y > box.bottom()) break;
            const Attendance& came = present[present.size() - 1 - i];
            const std::string_view state = came.left ? "activity.state.left" : came.late ? "activity.state.late" : "activity.state.on_time";
            activity_row(frame, row, {masked_name(came.name), activity_time(came.came, came.day), frame.words(state),
                                      came.left ? "icons/power.png" : came.late ? "icons/clock.png" : "icons/check.png",
                                      came.left ? theme.slate : came.late ? theme.cinnabar_deep : theme.pine});
        }
        return static_cast<float>(present.size()) * h;
    });
}

// What fills the large place: the sheet, or what somebody is doing there. True: closed.
bool ActivityLive::work(Frame& frame, Rect place) {
    switch (page_) {
        case Page::taps: sheet(frame, place); return false;
        case Page::by_name:
        case Page::bind_name: {
            const auto member = names_.draw(frame, place);
            if (!member) return false;
            if (page_ == Page::bind_name) {
                bind(frame, *member);
            } else if (frame.reception.pin_wanted(*member, SignInWay::name, frame.moment)) {
                auto now = frame.study->members().by_id(member->id);
                pin_.emplace(now && *now ? **now : *member, SignInWay::name);
                page_ = Page::pin;
            } else {
                turn_to(Page::taps);
                tap(frame, *member, SignInWay::name);
            }
            frame.wake_at(frame.now);
            return false;
        }
        case Page::pin: {
            const auto outcome = pin_->draw(frame, place);
            if (outcome == PinStep::Outcome::asking) return false;
            const Member member = pin_->member();
            const SignInWay way = pin_->way();
            turn_to(Page::taps);
            if (outcome == PinStep::Outcome::right) tap(frame, member, way);
            frame.wake_at(frame.now);
            return false;
        }
        case Page::bind_door:
        case Page::close_door: {
            const bool binding = page_ == Page::bind_door;
            const auto outcome = door_.draw(frame, place, frame.words(binding ? "activity.door.bind" : "activity.door.close"), frame.words("activity.door.text"));
            if (outcome == HostDoor::Outcome::asking) return false;
            frame.wake_at(frame.now);
            turn_to(outcome == HostDoor::Outcome::open && binding ? Page::bind_name : Page::taps);
            if (binding || outcome == HostDoor::Outcome::cancelled) return false;
            if (auto closed = frame.study->activities().close(frame.moment); !closed) {
                log_warning(closed.error().within("closing an activity").what);
                say(frame, Said::Sign::failed, "", "activity.close.failed.title", "activity.close.failed.text");
                return false;
            }
            return true;
        }
    }
    return false;
}

bool ActivityLive::draw(Frame& frame, Rect place) {
    hear(frame);
    const bool working = page_ != Page::taps;
    const auto buttons = [&](Rect row) {
        const float w = (row.w - space::m) / 2;
        if (button(frame, "activity.by_name", frame.words("activity.by_name"), row.cut_left(w), {Tone::plain, "icons/keyboard.png", false, false, true, 34})) turn_to(Page::by_name);
        row.cut_left(space::m);
        if (button(frame, "activity.close", frame.words("activity.close"), row, {Tone::plain, "icons/lock.png", false, false, true, 34})) turn_to(Page::close_door);
    };
    const auto cancel = [&](Rect row) {
        if (button(frame, "activity.to_taps", frame.words("activity.to_taps"), row, {Tone::plain, "icons/back.png", false, false, true, 34})) turn_to(Page::taps);
    };
    // A copy of the numbers would be dear with a thousand there; what the taps change is drawn in the next frame.
    const auto seen = [&]() -> const Activity& { return *frame.study->activities().current(); };
    bool closed = false;
    if (frame.portrait) {
        if (working) {
            const Page before = page_;
            const bool own_cancel = before == Page::pin || before == Page::bind_door || before == Page::close_door;
            if (!own_cancel) {
                const Rect foot = place.cut_bottom(96);
                place.cut_bottom(space::m);
                closed = work(frame, place);
                if (page_ == before) cancel(foot);
            } else {
                place.h = std::min(place.h, 1240.0f);
                closed = work(frame, place);
            }
            return closed;
        }
        const Rect foot = place.cut_bottom(96);
        place.cut_bottom(space::l);
        const Rect top = place.cut_top(place.h * 0.45f);
        place.cut_top(space::l);
        closed = work(frame, top);
        const Rect numbers = place.cut_top(space::touch + space::s + 268);
        counts(frame, numbers, seen());
        place.cut_top(space::s);
        list(frame, place, seen());
        buttons(foot);
        return closed;
    }
    Rect side = place.cut_right(std::min(620.0f, place.w * 0.36f));
    place.cut_right(space::xl);
    const Rect foot = place.cut_bottom(96);
    place.cut_bottom(space::m);
    if (page_ == Page::taps) {
        closed = work(frame, place);
        buttons(foot);
    } else if (page_ == Page::by_name || page_ == Page::bind_name) {
        closed = work(frame, place);
        cancel(foot);
    } else {
        place.h += 96 + space::m;
        closed = work(frame, place);
    }
    if (closed) return true;
    const Rect numbers = side.cut_top(space::touch + space::s + 268);
    counts(frame, numbers, seen());
    side.cut_top(space::s);
    list(frame, side, seen());
    return false;
}

}  // namespace xinghuo
