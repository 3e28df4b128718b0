// 我的学习: the receipt of today, and what is stored about the person, shown and taken along.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "kiosk/screens/my_study.h"
#include "kiosk/stick.h"

namespace xinghuo {
namespace {

constexpr float action_h = 96;
constexpr Nanoseconds shown_for = std::chrono::seconds(20);

struct Writing {
    StudyFiles files;
    MemberId member;
    Stick stick;
    std::string name;
};

// On the worker: with a connection of its own.
Result<std::string> write_take_along(const Writing& job) {
    auto db = Database::open(job.files.database());
    if (!db) return db.error();
    auto store = SecretKey::load_or_make(job.files.store_key());
    if (!store) return store.error();
    auto device = SigningKey::load_or_make(job.files.device_key());
    if (!device) return device.error();
    auto records = Records::open_to_read(**db);
    if (!records) return records.error();
    Members members(**db, *store, *records);
    Policies policies(**db, *records);
    auto text = Ledger(**db, *device, *records, members, policies).take_along(job.member);
    if (!text) return text.error();
    return put(job.stick, "", job.name, *text);
}

TextStyle note_style(const Theme& theme) { return {Face::sans, 32, theme.ink_2, Align::left, 1.55f, 0}; }

void paragraph(Frame& frame, Rect& inside, const std::string& words, const TextStyle& style) {
    frame.canvas.text(words, inside.cut_top(study_line(frame, style, words, inside.w)), style);
}

std::string iso(std::int64_t day) {
    const Date date = date_of_day(day);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

}  // namespace

float draw_receipt(Frame& frame, Rect at, const MyStudy& mine) {
    const Theme& theme = frame.theme;
    const TextStyle note = note_style(theme), day_words{Face::serif_bold, 52, theme.ink, Align::left, 1.25f, 1, true, 36};
    const float pad = space::xl, qr = frame.portrait ? std::min(at.w - 2 * pad, 720.0f) : std::min(at.h - 2 * pad, 660.0f);
    const Milliseconds today = mine.ms_today();
    const std::string when = mine.dated ? spoken_date(frame, iso(mine.day)) : frame.words("my_study.no_date");
    const auto labels = shown_labels(mine);
    if (mine.today.ms.empty()) {
        const std::string title = frame.words("my_study.receipt.none.title"), text = frame.words("my_study.receipt.none.text");
        const TextStyle heading{Face::serif_bold, 44, theme.ink, Align::left, 1.3f, 0};
        const float w = at.w - 2 * pad - 128;
        const float h = 2 * pad + study_line(frame, heading, title, w) + space::s + study_line(frame, note, text, w);
        card(frame, {at.x, at.y, at.w, h}, 28);
        Rect inside = Rect{at.x, at.y, at.w, h}.inset(pad);
        const Rect sign = inside.cut_left(128);
        icon(frame, "icons/certificate.png", {sign.x, sign.y, 96, 96}, theme.cinnabar);
        paragraph(frame, inside, title, heading);
        inside.cut_top(space::s);
        paragraph(frame, inside, text, note);
        return h;
    }
    const float words_w = frame.portrait ? at.w - 2 * pad : at.w - 3 * pad - qr;
    const TextStyle name{Face::sans, 34, theme.ink_2, Align::left, 1.35f, 1, true, 28}, value{Face::sans_bold, 34, theme.ink, Align::right, 1.35f, 1, true, 28};
    const float row_h = study_line(frame, name) + space::xs;
    const std::string about = frame.words("my_study.receipt.about"), check = frame.words("my_study.receipt.check", {{"kiosk", frame.study->records().kiosk().text}});
    const std::string doubt = frame.moment.wall_trusted ? std::string() : frame.words("my_study.receipt.untrusted");
    float words_h = study_line(frame, day_words) + space::s + row_h * static_cast<float>(labels.size() + 1) + 2 * space::m;
    for (const std::string& one : {about, check, doubt})
        if (!one.empty()) words_h += study_line(frame, note, one, words_w) + space::m;
    const float h = frame.portrait ? 2 * pad + qr + space::l + words_h : std::max(2 * pad + qr, 2 * pad + words_h);
    const Rect box{at.x, at.y, at.w, h};
    card(frame, box, 28);
    Rect inside = box.inset(pad);
    Rect code = frame.portrait ? inside.cut_top(qr) : inside.cut_left(qr);
    if (frame.portrait) inside.cut_top(space::l);
    else inside.cut_left(pad);
    code = {code.centre().x - qr / 2, code.y, qr, qr};
    // White with its own quiet zone, in a hairline as a certificate has.
    const Rect drawn = mine.receipt_code ? draw_qr(frame.canvas, *mine.receipt_code, code.inset(16)) : code;
    frame.canvas.stroke(drawn.inset(-14), theme.gold, 3, 12);
    if (!frame.portrait) inside.cut_top(std::max(0.0f, (inside.h - words_h) * 0.3f));
    frame.canvas.text(when, inside.cut_top(study_line(frame, day_words)), day_words);
    inside.cut_top(space::s);
    const auto row = [&](const std::string& what, const std::string& how_much, const std::optional<Ink>& ink) {
        Rect line = inside.cut_top(row_h);
        if (ink) {
            fill_patterned(frame, {line.x, line.centre().y - 16, 32, 32}, *ink, 6);
            line.cut_left(32 + space::s);
        }
        frame.canvas.text(how_much, line.cut_right(line.w * 0.55f), value);
        frame.canvas.text(what, line, name);
    };
    row(frame.words("my_study.receipt.sum"), study_time(frame, today), std::nullopt);
    frame.canvas.fill({inside.x, inside.y + space::m / 2, inside.w, 2}, theme.line);
    inside.cut_top(space::m);
    for (const StudyLabel label : labels) {
        const auto found = mine.today.ms.find(label);
        row(study_words(frame, label), study_time(frame, found == mine.today.ms.end() ? Milliseconds(0) : found->second), study_ink(theme, label));
    }
    inside.cut_top(space::m);
    for (const std::string& one : {about, check, doubt}) {
        if (one.empty()) continue;
        paragraph(frame, inside, one, note);
        inside.cut_top(space::m);
    }
    return h;
}

void MyData::take_along(Frame& frame, const MyStudy& mine) {
    if (frame.sticks == nullptr || !frame.sticks->stick()) {
        said = "my_study.take.no_stick";
        return;
    }
    const std::string name = frame.words("my_study.take.file", {{"day", mine.dated ? iso(mine.day) : std::string("0")}}) + ".json";
    writing = frame.post([job = Writing{frame.study->files(), mine.member.id, *frame.sticks->stick(), name}, to = box] {
        if (!to->post(write_take_along(job))) log_warning("nobody waits for an export any more");
    });
    said = writing ? "my_study.take.writing" : "my_study.take.busy";
}

float MyData::draw(Frame& frame, Rect at, const MyStudy& mine) {
    for (auto& done : box->take_all()) {
        writing = false;
        if (done) {
            said = "my_study.take.done";
            file = *done;
        } else {
            log_warning(done.error().within("taking along").what);
            said = done.error().kind == ErrorKind::missing     ? "my_study.take.pulled"
                   : done.error().kind == ErrorKind::too_large ? "my_study.take.full"
                                                               : "my_study.take.failed";
        }
    }
    if (shown_until && frame.now >= *shown_until) shown_until.reset();
    if (shown_until) frame.wake_at(*shown_until);
    const bool full = shown_until.has_value();

    const Theme& theme = frame.theme;
    const TextStyle note = note_style(theme), name{Face::sans, 32, theme.ink_2, Align::left, 1.4f, 0}, value{Face::sans_bold, 32, theme.ink, Align::left, 1.4f, 0};
    const Member& who = mine.member;
    const std::string none = frame.words("my_study.data.none");
    std::string records = frame.words("my_study.data.count", {{"n", std::to_string(mine.records)}});
    std::string kinds;
    for (const auto& [kind, count] : mine.kinds)
        if (count > 0)
            kinds += (kinds.empty() ? "" : frame.words("my_study.data.between")) + frame.words("my_study.kind." + kind, {{"n", std::to_string(count)}});
    if (!kinds.empty()) records += "\n" + kinds;
    const std::pair<std::string, std::string> rows[] = {
        {frame.words("my_study.data.name"), full ? who.name : masked_name(who.name)},
        {frame.words("my_study.data.number"), full ? who.number : frame.words("my_study.data.ends", {{"tail", number_tail(who.number)}})},
        {frame.words("my_study.data.branch"), who.branch},
        {frame.words("my_study.data.card"), who.card.empty() ? none : full ? who.card : frame.words("my_study.data.bound")},
        {frame.words("my_study.data.pin"), who.has_pin ? frame.words("my_study.data.pin_set") : none},
        {frame.words("my_study.data.records"), records}};
    const auto table = [&](Rect inside, bool draw_it) {
        const float top = inside.y, name_w = inside.w * 0.30f, value_w = inside.w - name_w - space::m;
        for (const auto& [what, is] : rows) {
            const float h = std::max(study_line(frame, name, what, name_w), study_line(frame, value, is, value_w));
            Rect line = inside.cut_top(h + space::m);
            if (!draw_it) continue;
            frame.canvas.text(what, {line.x, line.y, name_w, h}, name);
            frame.canvas.text(is, {line.x + name_w + space::m, line.y, value_w, h}, value);
            frame.canvas.fill({line.x, line.bottom() - space::m / 2 - 1, line.w, 2}, theme.line);
        }
        return inside.y - top;
    };
    const std::string why = frame.words(mine.policy.forget_gone_days > 0 ? "my_study.data.why_days" : "my_study.data.why", {{"days", std::to_string(mine.policy.forget_gone_days)}});
    const std::string take = frame.words("my_study.take.about"), title = frame.words("my_study.data.title"), take_title = frame.words("my_study.take.title");
    const auto& stick = frame.sticks != nullptr ? frame.sticks->stick() : std::optional<Stick>();
    std::string state = said.empty() ? std::string() : frame.words(said, {{"file", file}});
    if (said == "my_study.take.no_stick" && stick) state.clear();
    const TextStyle state_style{Face::sans_bold, 32, said == "my_study.take.done" ? theme.pine : theme.cinnabar_deep, Align::left, 1.45f, 0};

    const float gap = space::l, pad = space::l, left_w = frame.portrait ? at.w : (at.w - gap) * 0.56f, right_w = frame.portrait ? at.w : at.w - gap - left_w;
    const float in_left = left_w - 2 * pad, in_right = right_w - 2 * pad, head_h = study_line(frame, {Face::serif_bold, 40, {}, Align::left, 1.3f, 1}) + space::s;
    const float left_h = 2 * pad + head_h + table({0, 0, in_left, 0}, false) + space::s + action_h;
    const float right_h = 2 * pad + head_h + study_line(frame, note, take, in_right) + space::m + action_h +
                          (state.empty() ? 0 : space::m + study_line(frame, state_style, state, in_right)) + space::l + 2 + space::m + study_line(frame, note, why, in_right);
    const float h = frame.portrait ? left_h + gap + right_h : std::max(left_h, right_h);
    const Rect left{at.x, at.y, left_w, frame.portrait ? left_h : h};
    const Rect right = frame.portrait ? Rect{at.x, at.y + left_h + gap, right_w, right_h} : Rect{at.x + left_w + gap, at.y, right_w, h};

    card(frame, left, 28);
    Rect inside = left.inset(pad);
    study_heading(frame, inside, title);
    const Rect show = inside.cut_bottom(action_h);
    table(inside, true);
    if (button(frame, "my_study.show", frame.words(full ? "my_study.data.hide" : "my_study.data.show"), show, {Tone::plain, full ? "icons/lock.png" : "icons/search.png", false, false, true, 36})) {
        if (full) shown_until.reset();
        else shown_until = frame.now + shown_for;
        frame.animate();
    }
    card(frame, right, 28);
    inside = right.inset(pad);
    study_heading(frame, inside, take_title);
    paragraph(frame, inside, take, note);
    inside.cut_top(space::m);
    const Rect go = inside.cut_top(action_h);
    if (button(frame, "my_study.take", frame.words("my_study.take"), go, {stick ? Tone::primary : Tone::plain, "icons/usb.png", false, false, !writing, 36})) {
        take_along(frame, mine);
        frame.animate();
    }
    if (!state.empty()) {
        inside.cut_top(space::m);
        paragraph(frame, inside, state, state_style);
    }
    inside.cut_top(space::l);
    frame.canvas.fill({inside.x, inside.y, inside.w, 2}, theme.line);
    inside.cut_top(2 + space::m);
    paragraph(frame, inside, why, note);
    return h;
}

}  // namespace xinghuo
