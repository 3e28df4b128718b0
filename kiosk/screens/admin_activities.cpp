// 活动: those there were, newest first; opening one; and one of them with who came, who did not, and its list for the stick.
#include <fmt/format.h>

#include <variant>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "content/study/study.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_words.h"
#include "kiosk/screens/screens.h"
#include "kiosk/stick.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_shown = 500;

class ActivitiesPage final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-activities"; }

    void shown(Frame& frame) override {
        auto history = frame.study->activities().history(most_shown);
        if (history) all_ = std::move(*history);
        else log_warning(history.error().within("reading the activities").what);
    }

    void frame(Frame& frame, AdminDesk& desk) override {
        Rect place = admin_head(frame, desk, frame.words("admin.activities.title"));
        // It runs for long, among guests: the administration does not stay open behind it.
        const bool open = frame.study->activities().current().has_value();
        if (foot_actions(frame, place, {{"admin.open_activity", frame.words(open ? "admin.activities.go_on" : "admin.activities.open"), Tone::primary, "icons/calendar.png"}}) == 0)
            desk.close_for(make_activity(true));
        if (all_.empty()) return paragraph(frame, place, frame.words("admin.activities.none"), admin_body(frame));
        long_list(frame, "admin.list", place, scroll_, all_.size(), list_line_height(frame), [&](std::size_t i, Rect box) {
            const Activity& a = all_[i];
            const std::string came = a.open ? frame.words("admin.activities.is_open") : frame.words("admin.activities.came", {{"n", std::to_string(a.came_expected)}, {"of", std::to_string(a.expected)}});
            const std::string about = fmt::format("{} · {}{}", admin_day(a.day), type_words(frame, a.plan.type), a.plan.branch.empty() ? "" : " · " + a.plan.branch);
            if (list_line(frame, fmt::format("admin.activity.{}", i), box, {a.plan.name, about, came, {}, true, a.open})) desk.open(make_admin_activity(a.id));
        });
    }

private:
    std::vector<Activity> all_;
    Scroll scroll_;
};

SheetWords sheet_words(const Frame& frame) {
    const auto say = [&](const char* key) { return frame.words(std::string("admin.sheet.") + key); };
    return {.summary = say("summary"), .attendance = say("attendance"), .absences = say("absences"), .number = say("number"), .name = say("name"),
            .branch = say("branch"), .came = say("came"), .state = say("state"), .left = say("left"), .on_time = say("on_time"), .late = say("late"),
            .left_early = say("left_early"), .activity = say("activity"), .type = say("type"), .type_name = {}, .all_branches = say("all_branches"),
            .planned = say("planned"), .opened = say("opened"), .closed = say("closed"), .expected = say("expected"), .present = say("present"),
            .besides = say("besides"), .guests = say("guests")};
}

// On the worker: a workbook, and the two lists as CSV.
Result<std::string> write_to_stick(const Stick& stick, const std::string& name, const std::vector<Sheet>& sheets) {
    constexpr std::string_view folder = "xinghuo";
    auto book = write_xlsx(sheets);
    if (!book) return book.error();
    auto written = put(stick, folder, name + ".xlsx", *book);
    if (!written) return written;
    for (std::size_t i = 1; i < sheets.size(); ++i)
        if (auto list = put(stick, folder, name + "-" + sheets[i].name + ".csv", write_csv(sheets[i])); !list) return list;
    return written;
}

class ActivityPage final : public AdminPage {
public:
    explicit ActivityPage(ActivityId which) : which_(std::move(which)) {}
    [[nodiscard]] std::string id() const override { return "admin-activities"; }

    void shown(Frame& frame) override {
        auto activity = frame.study->activities().read(which_);
        if (!activity) {
            log_warning(activity.error().within("reading an activity").what);
            return;
        }
        auto absent = frame.study->activities().absent(*activity);
        if (absent) absent_ = std::move(*absent);
        activity_ = std::move(*activity);
    }

    void frame(Frame& frame, AdminDesk& desk) override {
        collect(frame);
        Rect place = admin_head(frame, desk, frame.words("admin.activity.title"));
        if (!activity_) return paragraph(frame, place, frame.words("admin.activity.not_there"), admin_body(frame));
        const bool stick = frame.sticks != nullptr && frame.sticks->stick();
        if (writing_) return at_work(frame, place, frame.words("admin.export.writing"));
        switch (foot_actions(frame, place, {{"admin.export", frame.words(stick ? "admin.export.stick" : "admin.stick.plug.short"), stick ? Tone::primary : Tone::plain, "icons/usb.png", stick},
                                            {"admin.names", frame.words(names_ ? "admin.names.hide" : "admin.names.show"), Tone::plain, "icons/search.png"}})) {
            case 0: write(frame); return;
            case 1: names_ = !names_; frame.animate(); break;
            default: break;
        }
        about(frame, place);
        const int part = choice_line(frame, "admin.part", place, "",
                                     {frame.words("admin.activity.present", {{"n", std::to_string(activity_->present.size())}}),
                                      frame.words("admin.activity.absent", {{"n", std::to_string(absent_.size())}})}, absences_ ? 1 : 0);
        if (part >= 0) {
            absences_ = part == 1;
            scroll_ = {};
            frame.animate();
        }
        people(frame, place);
    }

private:
    void about(Frame& frame, Rect& place) const {
        const Activity& a = *activity_;
        paragraph(frame, place, a.plan.name, {Face::serif_bold, type::lead, frame.theme.ink, Align::left, 1.3f, 0}, space::xs);
        const std::string sum = frame.words("admin.activity.sum", {{"day", admin_day(a.day)}, {"type", type_words(frame, a.plan.type)},
                                                                   {"branch", a.plan.branch.empty() ? frame.words("admin.members.all_branches") : a.plan.branch},
                                                                   {"n", std::to_string(a.came_expected)}, {"of", std::to_string(a.expected)},
                                                                   {"late", std::to_string(a.late())}, {"guests", std::to_string(a.guests)}});
        paragraph(frame, place, sum, admin_quiet(frame), space::s);
    }

    void people(Frame& frame, Rect place) {
        const std::size_t count = absences_ ? absent_.size() : activity_->present.size();
        if (count == 0) return paragraph(frame, place, frame.words(absences_ ? "admin.activity.all_came" : "admin.activity.nobody"), admin_body(frame));
        const auto shown_name = [&](const std::string& name) { return name.empty() ? frame.words("admin.member.forgotten") : names_ ? name : masked_name(name); };
        const auto shown_number = [&](const std::string& number) { return names_ ? number : number_end(number); };
        long_list(frame, "admin.list", place, scroll_, count, list_line_height(frame), [&](std::size_t i, Rect box) {
            if (absences_) {
                const Member& m = absent_[i];
                list_line(frame, "", box, {shown_name(m.name), m.branch, shown_number(m.number), {}, false});
                return;
            }
            const Attendance& p = activity_->present[i];
            const bool believed = china_day(p.came) == p.day;
            std::string state = frame.words(p.late ? "admin.as.late" : "admin.as.on_time");
            if (p.left) state += " · " + frame.words("admin.as.left_early");
            const std::string came = believed ? admin_time(frame, p.came, true).substr(11) : "";
            list_line(frame, "", box, {shown_name(p.name), p.branch + (p.number.empty() ? "" : " · " + shown_number(p.number)), came.empty() ? state : came + " · " + state, {}, false});
        });
    }

    void write(Frame& frame) {
        SheetWords words = sheet_words(frame);
        words.type_name = type_words(frame, activity_->plan.type);
        auto sheets = frame.study->activities().sheets(*activity_, words);
        if (!sheets) {
            log_warning(sheets.error().within("making the list of an activity").what);
            return frame.reception.say(Notice::Tone::bad, "admin.not_done.title", "admin.not_done.text", frame.moment);
        }
        if (!keep_action(frame, "export", "activity")) return;
        const std::string name = activity_->plan.name + " " + admin_day(activity_->day);
        writing_ = frame.post([stick = *frame.sticks->stick(), name, sheets = std::make_shared<const std::vector<Sheet>>(std::move(*sheets)), box = box_] {
            if (!box->post(write_to_stick(stick, name, *sheets))) log_warning("an export has no place to arrive");
        });
        frame.animate();
    }

    void collect(Frame& frame) {
        for (auto& done : box_->take_all()) {
            writing_ = false;
            frame.animate();
            if (done) frame.reception.say(Notice::Tone::good, "admin.export.done", "admin.export.done.text", frame.moment, {{"file", *done}});
            else log_warning(done.error().within("exporting an activity").what);
            if (!done) frame.reception.say(Notice::Tone::bad, "admin.export.failed", done.error().kind == ErrorKind::too_large ? "admin.export.full" : "admin.export.failed.text", frame.moment);
        }
    }

    const ActivityId which_;
    const std::shared_ptr<Mailbox<Result<std::string>>> box_ = std::make_shared<Mailbox<Result<std::string>>>(4);
    std::optional<Activity> activity_;
    std::vector<Member> absent_;
    bool absences_ = false, names_ = false, writing_ = false;
    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_activities() { return std::make_unique<ActivitiesPage>(); }
AdminPagePtr make_admin_activity(ActivityId activity) { return std::make_unique<ActivityPage>(std::move(activity)); }

}  // namespace xinghuo
