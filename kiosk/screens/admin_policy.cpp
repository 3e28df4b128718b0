// 学时规则: a dated table. Adding an entry changes nothing that was counted before its day.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "content/base/log.h"
#include "content/study/from_centre.h"
#include "content/study/study.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

constexpr std::array labels = {StudyLabel::media, StudyLabel::reading, StudyLabel::quiz, StudyLabel::touch};

std::string pin_words(const Frame& frame, Policy::Pin pin) {
    return frame.words(pin == Policy::Pin::never ? "admin.policy.pin.never" : pin == Policy::Pin::by_name ? "admin.policy.pin.by_name" : "admin.policy.pin.always");
}

std::string limit_words(const Frame& frame, int n, const char* some, const char* none) {
    return n == 0 ? frame.words(none) : frame.words(some, {{"n", std::to_string(n)}});
}

std::string counting_words(const Frame& frame, const Policy& policy) {
    std::string all;
    for (const StudyLabel label : labels) {
        const auto found = policy.counts.find(label);
        if (found == policy.counts.end() || !found->second) continue;
        all += (all.empty() ? "" : " · ") + frame.words("admin.label." + std::string(name_of(label)));
    }
    return all.empty() ? frame.words("admin.policy.nothing") : all;
}

void policy_facts(Frame& frame, Rect& rest, const Policy& policy) {
    std::vector<Fact> all{{frame.words("admin.policy.goal"), frame.words("admin.policy.hours", {{"n", plain_number(policy.goal_hours)}})},
                          {frame.words("admin.policy.hour"), frame.words("admin.policy.minutes", {{"n", plain_number(policy.minutes_per_hour)}})},
                          {frame.words("admin.policy.counts"), counting_words(frame, policy)},
                          {frame.words("admin.policy.cap"), limit_words(frame, policy.daily_cap_minutes, "admin.policy.minutes", "admin.policy.no_cap")},
                          {frame.words("admin.policy.grace"), frame.words("admin.policy.graces", {{"reading", std::to_string(policy.reading_grace_s)},
                                                                                                 {"quiz", std::to_string(policy.quiz_grace_s)}})},
                          {frame.words("admin.policy.pin"), pin_words(frame, policy.pin)}};
    for (const auto& [type, hours] : policy.activity_hours)
        if (hours > 0) all.push_back({type_words(frame, type), frame.words("admin.policy.hours", {{"n", plain_number(hours)}})});
    all.push_back({frame.words("admin.policy.forget"), limit_words(frame, policy.forget_gone_days, "admin.policy.days", "admin.policy.never_forget")});
    facts(frame, rest, all);
}

class PolicyPage final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-policy"; }

    void shown(Frame& frame) override {
        auto table = frame.study->policies().all();
        if (table) table_ = std::move(*table);
        else log_warning(table.error().within("reading the policy").what);
        told_ = frame.told;
        auto days = FromCentre(frame.study->database()).policy_days();
        if (days) of_centre_ = std::move(*days);
        else log_warning(days.error().within("reading the policy").what);
    }

    void frame(Frame& frame, AdminDesk& desk) override {
        if (told_ != frame.told) shown(frame);
        StepDesk here(desk, [this] { return std::exchange(removing_, std::nullopt).has_value(); });
        Rect place = admin_head(frame, here, frame.words("admin.policy.title"));
        if (removing_) return remove(frame, place);
        if (foot_actions(frame, place, {{"admin.policy.new", frame.words("admin.policy.new"), Tone::primary, "icons/calendar.png"}}) == 0) desk.open(make_admin_policy_edit());
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            const Rect column = admin_column(frame, place);
            Rect rest{column.x, content.y + space::s, column.w, 1e6f};
            const float top = content.y;
            paragraph(frame, rest, frame.words("admin.policy.text"), admin_quiet(frame), space::s);
            // The newest first: what comes, what is, what was; before the first entry what a terminal begins with.
            for (std::size_t i = table_.size() + 1; i-- > 0;) entry(frame, rest, i);
            return rest.y - top + space::l;
        });
    }

private:
    // 0 is the default, 1 the first of the table.
    void entry(Frame& frame, Rect& rest, std::size_t place) {
        const bool begun = place == 0 || table_[place - 1].from_day <= frame.day;
        const bool in_force = begun && (place == table_.size() || table_[place].from_day > frame.day);
        const std::string state = frame.words(in_force ? "admin.policy.in_force" : begun ? "admin.policy.was" : "admin.policy.will");
        std::string from = place == 0 ? frame.words("admin.policy.default") : frame.words("admin.policy.from", {{"day", admin_day(table_[place - 1].from_day)}});
        if (place > 0 && std::find(of_centre_.begin(), of_centre_.end(), table_[place - 1].from_day) != of_centre_.end()) from += " · " + frame.words("set.by.centre");
        heading(frame, rest, fmt::format("{} · {}", from, state));
        const float top = rest.y;
        Rect inside{rest.x + space::l, rest.y, rest.w - space::l, rest.h};
        policy_facts(frame, inside, place == 0 ? Policy() : table_[place - 1].policy);
        // What is still to come can be taken back; what was counted by cannot.
        const std::string id = fmt::format("policy.remove.{}", place);
        if (!begun && actions(frame, inside, {{id, frame.words("admin.policy.remove"), Tone::plain, "icons/trash.png"}}) == 0) {
            removing_ = table_[place - 1].from_day;
            frame.animate();
        }
        if (in_force) frame.canvas.fill({rest.x, top, 8, inside.y - top - space::s}, frame.theme.cinnabar, 4);
        rest.cut_top(inside.y - top + space::s);
    }

    void remove(Frame& frame, Rect place) {
        const auto answer = ask(frame, place, {frame.words("admin.policy.remove.sure", {{"day", admin_day(*removing_)}}), frame.words("admin.policy.remove.text"),
                                               frame.words("admin.policy.remove"), frame.words("admin.cancel")});
        if (!answer) return;
        if (*answer) {
            if (auto done = frame.study->policies().remove(*removing_, frame.moment); !done) {
                log_warning(done.error().what);
                frame.reception.say(Notice::Tone::bad, "admin.not_done.title", "admin.not_done.text", frame.moment);
            }
            shown(frame);
        }
        removing_.reset();
        frame.animate();
    }

    std::vector<Policies::Entry> table_;
    std::vector<std::int64_t> of_centre_;      // days of the table
    std::uint64_t told_ = 0;
    std::optional<std::int64_t> removing_;
    Scroll scroll_;
};

class PolicyEdit final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-policy"; }

    void shown(Frame& frame) override {
        auto table = frame.study->policies().all();
        if (!table) return log_warning(table.error().within("reading the policy").what);
        table_ = std::move(*table);
        from_ = frame.day;
        policy_ = Policies::in_force(table_, from_);
    }

    void frame(Frame& frame, AdminDesk& desk) override {
        Rect place = admin_head(frame, desk, frame.words("admin.policy.new"));
        const int pressed = foot_actions(frame, place, {{"admin.policy.save", frame.words("admin.policy.save"), Tone::primary, "icons/check.png"}, {"admin.cancel", frame.words("admin.cancel")}});
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            const Rect column = admin_column(frame, place, 1200);
            Rect rest{column.x, content.y + space::s, column.w, 1e6f};
            const float top = content.y;
            form(frame, rest);
            return rest.y - top + space::l;
        });
        if (pressed == 1) desk.back();
        if (pressed == 0) save(frame, desk);
    }

private:
    void form(Frame& frame, Rect& rest) {
        from_line(frame, rest);
        heading(frame, rest, frame.words("admin.policy.hours_head"));
        static constexpr std::array goals = {24.0, 32.0, 40.0, 56.0};
        std::vector<std::string> words;
        int chosen = -1;
        for (std::size_t i = 0; i < goals.size(); ++i) {
            words.push_back(frame.words("admin.policy.hours", {{"n", plain_number(goals[i])}}));
            if (policy_.goal_hours == goals[i]) chosen = static_cast<int>(i);
        }
        if (const int goal = choice_line(frame, "policy.goals", rest, "", words, chosen); goal >= 0) policy_.goal_hours = goals[static_cast<std::size_t>(goal)];
        number(frame, rest, "goal", "admin.policy.goal", "admin.policy.hours", policy_.goal_hours, 1, 0, 500);
        number(frame, rest, "hour", "admin.policy.hour", "admin.policy.minutes", policy_.minutes_per_hour, 5, 5, 120);
        heading(frame, rest, frame.words("admin.policy.counts"));
        for (const StudyLabel label : labels)
            if (toggle_line(frame, "policy.counts." + std::string(name_of(label)), rest, frame.words("admin.label." + std::string(name_of(label))), policy_.counts[label]))
                policy_.counts[label] = !policy_.counts[label];
        heading(frame, rest, frame.words("admin.policy.limits"));
        whole(frame, rest, "cap", "admin.policy.cap", limit_words(frame, policy_.daily_cap_minutes, "admin.policy.minutes", "admin.policy.no_cap"), policy_.daily_cap_minutes, 30, 0, 1440);
        const auto seconds_words = [&](int s) { return frame.words("admin.span.seconds", {{"n", std::to_string(s)}}); };
        whole(frame, rest, "reading", "admin.policy.reading", seconds_words(policy_.reading_grace_s), policy_.reading_grace_s, 10, 10, 600);
        whole(frame, rest, "quiz", "admin.policy.quiz", seconds_words(policy_.quiz_grace_s), policy_.quiz_grace_s, 10, 10, 600);
        heading(frame, rest, frame.words("admin.policy.pin"));
        const int pin = choice_line(frame, "policy.pin", rest, "", {pin_words(frame, Policy::Pin::never), pin_words(frame, Policy::Pin::by_name), pin_words(frame, Policy::Pin::always)},
                                    static_cast<int>(policy_.pin));
        if (pin >= 0) policy_.pin = static_cast<Policy::Pin>(pin);
        heading(frame, rest, frame.words("admin.policy.activities"));
        for (const std::string& type : activity_types()) {
            double hours = policy_.activity_hours.contains(type) ? policy_.activity_hours.at(type) : 0;
            const int step = step_line(frame, "policy.activity." + type, rest, type_words(frame, type), frame.words("admin.policy.hours", {{"n", plain_number(hours)}}), hours > 0, hours < 24);
            if (step == 0) continue;
            hours = std::clamp(hours + 0.5 * step, 0.0, 24.0);
            if (hours > 0) policy_.activity_hours[type] = hours;
            else policy_.activity_hours.erase(type);
        }
        heading(frame, rest, frame.words("admin.policy.forget"));
        // In months, as people think of it; 0: never.
        int months = (policy_.forget_gone_days + 15) / 30;
        const std::string shown = policy_.forget_gone_days == 0 ? frame.words("admin.policy.never_forget") : frame.words("admin.policy.months", {{"n", std::to_string(months)}});
        if (const int step = step_line(frame, "policy.forget", rest, frame.words("admin.policy.forget"), shown, months > 0, months < 120); step != 0) {
            months = std::clamp(months + step, 0, 120);
            policy_.forget_gone_days = months == 12 ? 365 : months * 30;
        }
    }

    void from_line(Frame& frame, Rect& rest) {
        const bool replaces = std::any_of(table_.begin(), table_.end(), [&](const Policies::Entry& e) { return e.from_day == from_; });
        const auto next = std::find_if(table_.begin(), table_.end(), [&](const Policies::Entry& e) { return e.from_day > from_; });
        const std::string when = frame.words("admin.policy.from", {{"day", admin_day(from_)}});
        told(frame, rest, when, frame.words(replaces ? "admin.policy.replaces" : next != table_.end() ? "admin.policy.until" : "admin.policy.on",
                                            {{"day", next != table_.end() ? admin_day(next->from_day) : ""}, {"from", admin_day(from_)}}));
        const Date d = date_of_day(from_);
        const Date y{d.year + 1, 1, 1}, school{d.month < 9 ? d.year : d.year + 1, 9, 1};
        const int jump = choice_line(frame, "policy.from", rest, "", {frame.words("admin.policy.today"), admin_day(china_day(school)), admin_day(china_day(y))}, -1);
        if (jump == 0) from_ = frame.day;
        if (jump == 1) from_ = china_day(school);
        if (jump == 2) from_ = china_day(y);
        // Never before today: what was counted stays as it was.
        const auto move = [&](std::int64_t to) { from_ = std::clamp(to, frame.day, frame.day + 3660); };
        if (const int s = step_line(frame, "policy.month", rest, frame.words("admin.policy.from_month"), fmt::format("{:04}-{:02}", d.year, d.month), from_ > frame.day); s != 0) {
            const int m = d.year * 12 + d.month - 1 + s;
            move(china_day(Date{m / 12, m % 12 + 1, 1}));
        }
        if (const int s = step_line(frame, "policy.day", rest, frame.words("admin.policy.from_day"), admin_day(from_), from_ > frame.day); s != 0) move(from_ + s);
    }

    static void number(Frame& frame, Rect& rest, const char* id, const char* label, const char* words, double& value, double step, double least, double most) {
        const int s = step_line(frame, std::string("policy.") + id, rest, frame.words(label), frame.words(words, {{"n", plain_number(value)}}), value > least, value < most);
        value = std::clamp(value + step * s, least, most);
    }

    static void whole(Frame& frame, Rect& rest, const char* id, const char* label, const std::string& shown, int& value, int step, int least, int most) {
        const int s = step_line(frame, std::string("policy.") + id, rest, frame.words(label), shown, value > least, value < most);
        value = std::clamp(value + step * s, least, most);
    }

    void save(Frame& frame, AdminDesk& desk) {
        Study& study = *frame.study;
        if (auto done = study.policies().set(from_, policy_, frame.moment); !done) {
            log_warning(done.error().within("setting the policy").what);
            return frame.reception.say(Notice::Tone::bad, "admin.not_done.title", "admin.not_done.text", frame.moment);
        }
        // Whoever is here goes on by the new rules from now.
        if (auto now = study.policies().on(frame.day)) study.visit().set_rules(session_rules(*now));
        frame.reception.say(Notice::Tone::good, "admin.policy.saved", "admin.policy.saved.text", frame.moment, {{"day", admin_day(from_)}});
        desk.back();
    }

    std::vector<Policies::Entry> table_;
    Policy policy_;
    std::int64_t from_ = 0;
    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_policy() { return std::make_unique<PolicyPage>(); }
AdminPagePtr make_admin_policy_edit() { return std::make_unique<PolicyEdit>(); }

}  // namespace xinghuo
