// What an activity came to, and its list for the stick. Read and written on the worker: with thousands absent it takes a while.
#include <fmt/format.h>

#include "content/base/log.h"
#include "content/study/day.h"
#include "content/study/study.h"
#include "kiosk/screens/activity_parts.h"
#include "kiosk/stick.h"

namespace xinghuo {
namespace {

// A connection of the worker's own, and what reads through it.
struct Reading {
    std::unique_ptr<Database> db;
    std::unique_ptr<SecretKey> key;
    std::unique_ptr<Records> records;
    std::unique_ptr<Members> members;
    std::unique_ptr<Activities> activities;
};
Result<Reading> open_reading(const StudyFiles& files) {
    Reading reading;
    auto key = SecretKey::load_or_make(files.store_key());
    if (!key) return key.error();
    auto db = Database::open(files.database());
    if (!db) return db.error();
    reading.key = std::make_unique<SecretKey>(std::move(*key));
    reading.db = std::move(*db);
    auto records = Records::open_to_read(*reading.db);
    if (!records) return records.error();
    reading.records = std::make_unique<Records>(std::move(*records));
    reading.members = std::make_unique<Members>(*reading.db, *reading.key, *reading.records);
    reading.activities = std::make_unique<Activities>(*reading.db, *reading.records, *reading.members);
    return reading;
}

SheetWords sheet_words(const Frame& frame, std::string_view type) {
    const auto words = [&](std::string_view key) { return frame.words(fmt::format("activity.sheet.{}", key)); };
    return {.summary = words("summary"), .attendance = words("attendance"), .absences = words("absences"), .number = words("number"), .name = words("name"),
            .branch = words("branch"), .came = words("came"), .state = words("state"), .left = words("left"), .on_time = frame.words("activity.state.on_time"),
            .late = frame.words("activity.state.late"), .left_early = frame.words("activity.state.left"), .activity = words("activity"), .type = words("type"),
            .type_name = activity_type(frame, type), .all_branches = frame.words("activity.form.all"), .planned = words("planned"), .opened = words("opened"),
            .closed = words("closed"), .expected = words("expected"), .present = words("present"), .besides = words("besides"), .guests = words("guests")};
}

// Everybody in one table: who came, then who did not.
Sheet one_table(std::vector<Sheet> sheets, const std::string& absent) {
    Sheet all = std::move(sheets[1]);
    for (const auto& row : sheets[2].rows) all.rows.push_back({row[0], row[1], row[2], "", absent, ""});
    return all;
}

// "folder/name.xlsx, .csv"; where one of the names was taken before, both.
std::string written_name(const std::vector<std::string>& files) {
    const std::string first = files[0].substr(0, files[0].rfind('.')), second = files[1].substr(0, files[1].rfind('.'));
    return first == second ? files[0] + ", .csv" : files[0] + "\n" + files[1];
}

}  // namespace

void ActivityEnd::collect(Frame& frame) {
    if (!asked_) {
        asked_ = frame.post([box = read_, files = frame.study->files(), id = id_] {
            const auto read = [&]() -> Result<Ended> {
                auto reading = open_reading(files);
                if (!reading) return reading.error();
                auto activity = reading->activities->read(id);
                if (!activity) return activity.error();
                auto absent = reading->activities->absent(*activity);
                if (!absent) return absent.error();
                return Ended{std::move(*activity), std::move(*absent)};
            };
            if (!box->post(read())) log_warning("an activity that was read has no place to arrive");
        });
        if (!asked_) frame.animate();
    }
    for (auto& read : read_->take_all()) {
        if (read) {
            ended_ = std::move(*read);
        } else {
            log_warning(read.error().within("reading an activity").what);
            trouble_ = "activity.end.unread";
        }
    }
    for (auto& written : written_->take_all()) {
        writing_ = false;
        bad_ = !written;
        if (written) {
            files_ = std::move(*written);
            said_ = "activity.export.done";
        } else {
            log_warning(written.error().within("exporting an activity").what);
            said_ = written.error().kind == ErrorKind::too_large ? "activity.export.full" : written.error().kind == ErrorKind::missing ? "activity.export.pulled" : "activity.export.failed";
        }
    }
}

void ActivityEnd::export_list(Frame& frame) {
    if (frame.sticks == nullptr || !frame.sticks->stick()) return;
    const Date date = date_of_day(ended_->activity.day);
    writing_ = frame.post([box = written_, files = frame.study->files(), stick = *frame.sticks->stick(), activity = ended_->activity,
                           words = sheet_words(frame, ended_->activity.plan.type), folder = frame.words("activity.export.folder"),
                           absent = frame.words("activity.state.absent"),
                           name = fmt::format("{:04}-{:02}-{:02} {}", date.year, date.month, date.day, ended_->activity.plan.name)] {
        const auto write = [&]() -> Result<std::vector<std::string>> {
            auto reading = open_reading(files);
            if (!reading) return reading.error();
            auto sheets = reading->activities->sheets(activity, words);
            if (!sheets) return sheets.error();
            auto book = write_xlsx(*sheets);
            if (!book) return book.error();
            auto first = put(stick, folder, name + ".xlsx", *book);
            if (!first) return first.error();
            auto second = put(stick, folder, name + ".csv", write_csv(one_table(std::move(*sheets), absent)));
            if (!second) return second.error();
            return std::vector<std::string>{*first, *second};
        };
        if (!box->post(write())) log_warning("an export has no place to arrive");
    });
    said_ = writing_ ? "activity.export.writing" : "activity.export.failed";
    bad_ = !writing_;
    frame.wake_at(frame.now);
}

void ActivityEnd::summary(Frame& frame, Rect box) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    const Activity& activity = ended_->activity;
    const float radius = std::min(box.h / 2, 140.0f);
    const Rect ring = box.cut_left(2 * radius);
    activity_ring(frame, {ring.centre().x, box.y + radius}, radius,
                  activity.expected == 0 ? 0.0f : static_cast<float>(activity.came_expected) / static_cast<float>(activity.expected), activity.came_expected, activity.expected);
    box.cut_left(space::l);
    std::vector<std::string> lines{frame.words("activity.late_count", {{"n", std::to_string(activity.late())}}),
                                   frame.words("activity.absent_count", {{"n", std::to_string(ended_->absent.size())}}),
                                   frame.words("activity.guests", {{"n", std::to_string(activity.guests)}})};
    if (activity.came > activity.came_expected) lines.push_back(frame.words("activity.besides", {{"n", std::to_string(activity.came - activity.came_expected)}}));
    const float h = std::min(box.h / static_cast<float>(lines.size()), 64 * text_growth(frame));
    box.cut_top((2 * radius - h * static_cast<float>(lines.size())) / 2);
    for (const std::string& line : lines) canvas.text(line, box.cut_top(h), {Face::sans_bold, 34, theme.ink, Align::left, 1.2f, 1, true, 28});
}

void ActivityEnd::exports(Frame& frame, Rect box) {
    const Theme& theme = frame.theme;
    const bool stick = frame.sticks != nullptr && frame.sticks->stick() && frame.sticks->stick()->writable;
    const bool ready = stick && !writing_;
    card(frame, box, 24);
    Rect inside = box.inset(space::l, space::m);
    const Rect head = inside.cut_top(60 * text_growth(frame));
    icon(frame, "icons/usb.png", {head.x, head.centre().y - 26, 52, 52}, theme.cinnabar);
    frame.canvas.text(frame.words("activity.export.title"), {head.x + 68, head.y, head.w - 68, head.h}, {Face::serif_bold, 40, theme.ink, Align::left, 1.2f, 1, true, 28});
    const Rect foot = inside.cut_bottom(92);
    inside.cut_bottom(space::xs);
    std::string said = said_.empty() ? frame.words(stick ? "activity.export.text" : "activity.export.no_stick") : frame.words(said_);
    if (said_ == "activity.export.done")
        said += "\n" + written_name(files_);
    frame.canvas.text(said, inside, {Face::sans, 30, bad_ ? theme.cinnabar_deep : theme.ink_2, Align::left, 1.35f, 0, true, 28});
    if (button(frame, "activity.export", frame.words("activity.export"), foot, {ready ? Tone::primary : Tone::quiet, "icons/download.png", false, false, ready, 36})) export_list(frame);
}

void ActivityEnd::lists(Frame& frame, Rect box) {
    const Theme& theme = frame.theme;
    const Activity& activity = ended_->activity;
    const std::string present = frame.words("activity.end.present", {{"n", std::to_string(activity.came)}}), absent = frame.words("activity.end.absent", {{"n", std::to_string(ended_->absent.size())}});
    if (const int touched = segments(frame, "activity.shown", {present, absent}, shown_, box.cut_top(80)); touched >= 0 && touched != shown_) {
        shown_ = touched;
        scroll_ = {};
    }
    box.cut_top(space::s);
    const std::size_t count = shown_ == 0 ? activity.present.size() : ended_->absent.size();
    if (count == 0) {
        frame.canvas.text(frame.words(shown_ == 0 ? "activity.end.nobody" : "activity.end.all_there"), box.cut_top(160 * text_growth(frame)),
                          {Face::sans, 32, theme.ink_2, Align::centre, 1.4f, 2, true, 28});
        return;
    }
    const float h = activity_row_height(frame);
    scroll_area(frame, "activity.people", box, scroll_, [&](Rect content) {
        const auto first = static_cast<std::size_t>(std::max(0.0f, (box.y - content.y) / h));
        for (std::size_t i = first; i < count; ++i) {
            const Rect row{content.x, content.y + static_cast<float>(i) * h, content.w - 12, h};
            if (row.y > box.bottom()) break;
            if (shown_ == 1) {
                const Member& member = ended_->absent[i];
                activity_row(frame, row, {masked_name(member.name), "…" + number_tail(member.number), frame.words("activity.state.absent"), "icons/cross.png", theme.ink_2});
                continue;
            }
            const Attendance& came = activity.present[i];
            std::string state = frame.words(came.late ? "activity.state.late" : "activity.state.on_time");
            if (came.left) state = frame.words("activity.state.and_left", {{"state", state}});
            activity_row(frame, row, {masked_name(came.name), fmt::format("…{}  {}", number_tail(came.number), activity_time(came.came, came.day)), state,
                                      came.left ? "icons/power.png" : came.late ? "icons/clock.png" : "icons/check.png",
                                      came.late ? theme.cinnabar_deep : came.left ? theme.slate : theme.pine});
        }
        return static_cast<float>(count) * h;
    });
}

bool ActivityEnd::draw(Frame& frame, Rect place) {
    collect(frame);
    const float growth = text_growth(frame);
    if (!ended_) {
        notice(frame, place.cut_top(280 * growth), frame.words(trouble_.empty() ? "activity.end.reading" : trouble_), frame.words("activity.end.kept"));
        return false;
    }
    const std::string type = activity_type(frame, ended_->activity.plan.type);
    const std::string branch = ended_->activity.plan.branch.empty() ? frame.words("activity.form.all") : ended_->activity.plan.branch;
    Rect side;
    if (!frame.portrait) {
        side = place.cut_right(std::min(760.0f, place.w * 0.44f));
        place.cut_right(space::xxl);
    }
    Rect head = place.cut_top(76 * growth);
    frame.canvas.text(ended_->activity.plan.name, head, {Face::serif_bold, 48, frame.theme.ink, Align::left, 1.2f, 1, true, 28});
    frame.canvas.text(frame.words("activity.end.about", {{"type", type}, {"branch", branch}}), place.cut_top(46 * growth), {Face::sans, 30, frame.theme.ink_2, Align::left, 1.2f, 1, true, 28});
    place.cut_top(space::m);
    bool done = false;
    const auto finish = [&](Rect row) { done = button(frame, "activity.done", frame.words("activity.done"), row, {Tone::plain, "icons/home.png", false, false, true, 36}); };
    const float export_h = 60 * growth + 92 + 2 * space::m + 8 + 190 * growth;
    if (frame.portrait) {
        finish(place.cut_bottom(96));
        place.cut_bottom(space::m);
        exports(frame, place.cut_bottom(export_h));
        place.cut_bottom(space::l);
        summary(frame, place.cut_top(290));
        place.cut_top(space::m);
    } else {
        finish(side.cut_bottom(96));
        side.cut_bottom(space::m);
        summary(frame, side.cut_top(290));
        side.cut_top(space::m);
        exports(frame, side.cut_top(std::min(side.h, export_h)));
    }
    lists(frame, place);
    return done;
}

}  // namespace xinghuo
