#include "kiosk/drive.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "content/base/json.h"
#include "content/study/study.h"
#include "kiosk/stick.h"
#include "media/image.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds hold = Milliseconds(60);  // how long a finger of the driver stays for a tap
constexpr std::int64_t first_finger = 1, second_finger = 2;

double rounded(float v) { return std::round(static_cast<double>(v) * 10) / 10; }

std::string_view unquoted(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\t')) text.remove_suffix(1);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return text;
}

const Label* find_label(const std::vector<Label>& labels, std::string_view name) {
    if (name.starts_with('#')) {
        for (const Label& l : labels)
            if (l.touch && l.id == name.substr(1)) return &l;
        return nullptr;
    }
    const auto first = [&](auto matches) -> const Label* {
        const auto found = std::find_if(labels.begin(), labels.end(), matches);
        return found == labels.end() ? nullptr : &*found;
    };
    if (const Label* l = first([&](const Label& x) { return x.touch && x.text == name; })) return l;
    if (const Label* l = first([&](const Label& x) { return !x.touch && x.text == name; })) return l;
    return first([&](const Label& x) { return x.touch && x.text.find(name) != std::string::npos; });
}

std::string okay(const App& app) { return JsonWriter().object().key("ok").value(true).key("screen").value(app.screen_id()).end().text(); }

}  // namespace

void FakeRunner::run_for(Nanoseconds span) {
    const Instant end = clock_.now() + span;
    while (clock_.now() < end) {
        clock_.advance(std::min(step_, end - clock_.now()));
        app_.turn(clock_.moment());
        if (app_.due() <= clock_.now()) app_.frame(clock_.moment(), true);
    }
}

void Drive::finger(TouchEvent::What what, Vec2 at, std::int64_t id) { app_.on({what, id, at, runner_.now(), 0}); }

void Drive::tap(Vec2 at) {
    finger(TouchEvent::What::down, at);
    runner_.run_for(hold);
    finger(TouchEvent::What::up, at);
    runner_.run_for(hold);
    settle();
}

void Drive::drag(Vec2 from, Vec2 to, Nanoseconds span) {
    constexpr int steps_per_second = 60;
    const int steps = std::max(2, static_cast<int>(seconds(span) * steps_per_second));
    finger(TouchEvent::What::down, from);
    for (int i = 1; i <= steps; ++i) {
        runner_.run_for(span / steps);
        finger(TouchEvent::What::move, from + (to - from) * (static_cast<float>(i) / static_cast<float>(steps)));
    }
    runner_.run_for(Milliseconds(17));
    finger(TouchEvent::What::up, to);
    runner_.run_for(hold);
    settle();
}

void Drive::pinch(Vec2 centre, float from, float to, Nanoseconds span) {
    const int steps = std::max(2, static_cast<int>(seconds(span) * 60));
    const auto both = [&](TouchEvent::What what, float distance) {
        finger(what, centre - Vec2{distance / 2, 0}, first_finger);
        finger(what, centre + Vec2{distance / 2, 0}, second_finger);
    };
    both(TouchEvent::What::down, from);
    for (int i = 1; i <= steps; ++i) {
        runner_.run_for(span / steps);
        both(TouchEvent::What::move, from + (to - from) * static_cast<float>(i) / static_cast<float>(steps));
    }
    both(TouchEvent::What::up, to);
    runner_.run_for(hold);
    settle();
}

void Drive::settle() {
    for (int i = 0; i < 60 && !app_.settled(runner_.now()); ++i) runner_.run_for(Milliseconds(34));
    runner_.run_for(Milliseconds(34));
}

Result<void> Drive::touch(std::string_view label_or_id) {
    const Label* label = find_label(app_.labels(), label_or_id);
    if (label == nullptr) return Error{ErrorKind::missing, fmt::format("nothing here is called \"{}\"", label_or_id)};
    const Vec2 at = label->seen.centre();
    // As a person would: first the notice goes, then one sees what one touches.
    if (app_.notice_at(at)) {
        tap(at);
        label = find_label(app_.labels(), label_or_id);
        if (label == nullptr) return Error{ErrorKind::missing, fmt::format("nothing here is called \"{}\"", label_or_id)};
    }
    tap(label->seen.centre());
    return {};
}

Result<void> Drive::shot(const Path& file) {
    const Pixels pixels = app_.picture();
    auto png = encode_png(Image{pixels.w, pixels.h, pixels.rgba});
    if (!png) return png.error();
    return write_file(file, *png);
}

std::string Drive::screen_json() const {
    JsonWriter w;
    w.object().key("ok").value(true).key("screen").value(app_.screen_id()).key("lang").value(code(app_.lang()));
    w.key("size").array().value(rounded(app_.screen().w)).value(rounded(app_.screen().h)).end();
    w.key("labels").array();
    for (const Label& l : app_.labels()) {
        w.object().key("text").value(l.text);
        w.key("x").value(rounded(l.seen.x)).key("y").value(rounded(l.seen.y));
        w.key("w").value(rounded(l.seen.w)).key("h").value(rounded(l.seen.h));
        w.key("touch").value(l.touch);
        if (l.touch) w.key("id").value(l.id);
        if (l.cut) w.key("cut").value(true);
        w.end();
    }
    return w.end().end().text();
}

std::string Drive::failure(const Error& error, bool with_labels) const {
    JsonWriter w;
    w.object().key("ok").value(false).key("error").value(error.what);
    if (with_labels) {
        w.key("screen").value(app_.screen_id()).key("labels").array();
        for (const Label& l : app_.labels())
            if (l.touch) w.value(l.text);
        w.end();
    }
    return w.end().text();
}

// Answers as soon as the card is dealt with: what is said then is on disk.
std::string Drive::card(const std::string& code) {
    if (app_.study() == nullptr)
        return JsonWriter().object().key("ok").value(true).key("screen").value(app_.screen_id()).key("taken").value(false).end().text();
    app_.on_code(code);
    // A curtain may be falling; at most two seconds.
    for (int i = 0; i < 2000 && app_.codes_wait(); ++i) runner_.run_for(Milliseconds(1));
    const auto& member = app_.study()->visit().member();
    JsonWriter w;
    w.object().key("ok").value(true).key("screen").value(app_.screen_id()).key("taken").value(!app_.codes_wait());
    w.key("signed_in").value(member.has_value()).key("said").value(app_.said());
    if (member) w.key("member").value(member->id.text).key("session").value(app_.study()->visit().session());
    return w.end().text();
}

std::string Drive::type(const std::string& text) {
    app_.on_text(text);
    runner_.run_for(hold);
    settle();
    return okay(app_);
}

std::string Drive::key(const std::string& name) {
    const std::pair<const char*, Key> keys[] = {{"enter", Key::enter}, {"backspace", Key::backspace}, {"escape", Key::escape}};
    for (const auto& [word, code] : keys) {
        if (name != word) continue;
        app_.on(code);
        runner_.run_for(hold);
        settle();
        return okay(app_);
    }
    return failure({ErrorKind::invalid, "usage: key enter|backspace|escape"}, false);
}

std::string Drive::wallclock(const std::string& iso) {
    const WallTime to = wall_time_from_iso(iso);
    if (to.unix_ms == 0 && !iso.starts_with("1970-01-01T0")) return failure({ErrorKind::invalid, "usage: wallclock 2026-07-01T09:00:00+08:00"}, false);
    if (runner_.calendar() == nullptr) return failure({ErrorKind::unsupported, "this clock cannot be set"}, false);
    runner_.calendar()->jump_wall(to);
    runner_.run_for(hold);
    return okay(app_);
}

std::string Drive::records(std::size_t count) const {
    if (app_.study() == nullptr) return "[]";
    auto newest = app_.study()->records().newest(count);
    if (!newest) return failure(newest.error().within("records"), false);
    std::string text = "[";
    for (const Record& record : *newest) text += (text.size() > 1 ? "," : "") + to_json(record);
    return text + "]";
}

std::string Drive::run(std::string_view line) {
    std::istringstream in{std::string(line)};
    std::string command;
    in >> command;
    const auto rest = [&] {
        std::string text;
        std::getline(in, text);
        return std::string(unquoted(text));
    };
    const auto wrong = [&](std::string_view usage) { return failure({ErrorKind::invalid, fmt::format("usage: {}", usage)}, false); };
    if (command == "screen") return screen_json();
    if (command == "quit") {
        quit_ = true;
        return okay(app_);
    }
    if (command == "touch") {
        if (auto done = touch(rest()); !done) return failure(done.error(), true);
        return okay(app_);
    }
    if (command == "tap") {
        Vec2 at;
        if (!(in >> at.x >> at.y)) return wrong("tap X Y");
        tap(at);
        return okay(app_);
    }
    if (command == "drag") {
        Vec2 from, to;
        double ms = 0;
        if (!(in >> from.x >> from.y >> to.x >> to.y >> ms) || ms <= 0 || ms > 60'000) return wrong("drag X1 Y1 X2 Y2 MS");
        drag(from, to, from_seconds(ms / 1000));
        return okay(app_);
    }
    if (command == "pinch") {
        Vec2 centre;
        float from = 0, to = 0;
        double ms = 0;
        if (!(in >> centre.x >> centre.y >> from >> to >> ms) || ms <= 0 || ms > 60'000) return wrong("pinch X Y FROM TO MS");
        pinch(centre, from, to, from_seconds(ms / 1000));
        return okay(app_);
    }
    if (command == "wait") {
        double span = 0;
        if (!(in >> span) || !(span >= 0 && span <= 86'400)) return wrong("wait SECONDS");
        wait(span);
        return okay(app_);
    }
    if (command == "shot") {
        const std::string file = rest();
        if (file.empty()) return wrong("shot FILE.png");
        if (auto done = shot(file); !done) return failure(done.error().within("shot"), false);
        return okay(app_);
    }
    if (command == "lang") {
        const std::string lang = rest();
        if (lang != "zh" && lang != "en") return wrong("lang zh|en");
        app_.set_lang(lang == "en" ? Lang::en : Lang::zh);
        settle();
        return okay(app_);
    }
    if (command == "open") {
        if (auto done = app_.show(rest()); !done) return failure(done.error(), false);
        settle();
        return okay(app_);
    }
    if (command == "type") return type(rest());
    if (command == "key") return key(rest());
    if (command == "card") {
        const std::string code = rest();
        if (code.empty()) return wrong("card CODE");
        return card(code);
    }
    if (command == "stick") {
        if (auto done = app_.sticks().plug(rest()); !done) return failure(done.error().within("stick"), false);
        runner_.run_for(hold);
        return okay(app_);
    }
    if (command == "unstick") {
        app_.sticks().unplug();
        runner_.run_for(hold);
        return okay(app_);
    }
    if (command == "packs") return packs(in);
    if (command == "sync") return sync(in);
    if (command == "told") return told_json();
    if (command == "wallclock") return wallclock(rest());
    if (command == "trust") {
        const std::string what = rest();
        if (what != "on" && what != "off") return wrong("trust on|off");
        if (runner_.calendar() == nullptr) return failure({ErrorKind::unsupported, "this clock cannot be set"}, false);
        runner_.calendar()->trust_wall(what == "on");
        return okay(app_);
    }
    if (command == "records") {
        int n = -1;
        if (!(in >> n) || n < 0 || n > 100'000) return wrong("records N");
        return records(static_cast<std::size_t>(n));
    }
    return failure({ErrorKind::invalid, fmt::format("no such command: {}; there are: screen touch tap drag pinch type key card wait wallclock trust stick unstick packs sync told lang open shot records quit", command)}, false);
}

}  // namespace xinghuo
