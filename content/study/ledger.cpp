#include "content/study/ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "content/base/json.h"
#include "content/study/day.h"
#include "content/study/receipt.h"

namespace xinghuo {
namespace {

Bilingual read_title(const std::string& json) {
    JsonDocument document;
    if (!document.parse(json)) return {};
    return document.root().bilingual();
}

std::string date_text(std::int64_t day) {
    const Date date = date_of_day(day);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

// Days from `first` to `last`, those with study, ascending; what they are worth is not filled in.
Result<std::vector<StudyDay>> days_between(Database& db, const MemberId& member, std::int64_t first, std::int64_t last) {
    auto rows = db.query("SELECT day, label, ms FROM study_day WHERE member = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day", member.text, first, last);
    if (!rows) return rows.error();
    std::vector<StudyDay> days;
    while (rows->next()) {
        const auto label = study_label(rows->text(1));
        if (!label) continue;  // of a later program
        if (days.empty() || days.back().day != rows->integer(0)) days.push_back({rows->integer(0), {}, 0});
        days.back().ms[*label] += Milliseconds(rows->integer(2));
    }
    if (auto end = rows->end(); !end) return end.error();
    return days;
}

struct Attended {
    std::string name, type;
    std::int64_t day = 0;
    bool late = false, left = false;
};

Result<std::vector<Attended>> activities_between(Database& db, const MemberId& member, std::int64_t first, std::int64_t last) {
    auto rows = db.query("SELECT a.name, a.type, t.day, t.late, t.left_seq IS NOT NULL FROM attendance t JOIN activity a ON a.id = t.activity "
                         "WHERE t.member = ?1 AND t.day BETWEEN ?2 AND ?3 ORDER BY t.day, t.came_seq",
                         member.text, first, last);
    if (!rows) return rows.error();
    std::vector<Attended> all;
    while (rows->next()) all.push_back({rows->text(0), rows->text(1), rows->integer(2), rows->integer(3) != 0, rows->integer(4) != 0});
    if (auto end = rows->end(); !end) return end.error();
    return all;
}

}  // namespace

Result<StudyYear> Ledger::year(const MemberId& member, int year) const {
    const std::int64_t first = china_day(Date{year, 1, 1}), last = china_day(Date{year, 12, 31});
    auto policies = policies_->all();
    if (!policies) return policies.error();
    auto days = days_between(*db_, member, first, last);
    if (!days) return days.error();
    auto attended = activities_between(*db_, member, first, last);
    if (!attended) return attended.error();

    StudyYear result;
    result.year = year;
    result.goal_hours = Policies::in_force(*policies, last).goal_hours;
    for (StudyDay& day : *days) {
        const Policy& policy = Policies::in_force(*policies, day.day);
        day.credited_minutes = credited_minutes(policy, day.ms);
        result.hours += day.credited_minutes / policy.minutes_per_hour;
        for (const auto& [label, ms] : day.ms) result.by_label[label] += ms;
    }
    for (const Attended& one : *attended) {
        const auto& hours = Policies::in_force(*policies, one.day).activity_hours;
        if (const auto found = hours.find(one.type); found != hours.end()) result.activity_hours += found->second;
    }
    result.hours += result.activity_hours;
    result.days = std::move(*days);
    return result;
}

Result<StudyDay> Ledger::day(const MemberId& member, std::int64_t day) const {
    auto days = days_between(*db_, member, day, day);
    if (!days) return days.error();
    if (days->empty()) return StudyDay{day, {}, 0};
    auto policy = policies_->on(day);
    if (!policy) return policy.error();
    days->front().credited_minutes = credited_minutes(*policy, days->front().ms);
    return std::move(days->front());
}

Result<std::vector<RecentItem>> Ledger::recent(const MemberId& member, std::size_t limit) const {
    auto rows = db_->query("SELECT item, title, ms, last_day FROM study_item WHERE member = ?1 ORDER BY last_seq DESC LIMIT ?2", member.text,
                           static_cast<std::int64_t>(limit));
    if (!rows) return rows.error();
    std::vector<RecentItem> items;
    while (rows->next()) items.push_back({rows->text(0), read_title(rows->text(1)), Milliseconds(rows->integer(2)), rows->integer(3)});
    if (auto end = rows->end(); !end) return end.error();
    return items;
}

Result<std::vector<ThemeTally>> Ledger::quizzes(const MemberId& member) const {
    auto rows = db_->query("SELECT theme, asked, correct FROM quiz_tally WHERE member = ?1 ORDER BY asked DESC, theme", member.text);
    if (!rows) return rows.error();
    std::vector<ThemeTally> themes;
    while (rows->next()) themes.push_back({rows->text(0), rows->integer(1), rows->integer(2)});
    if (auto end = rows->end(); !end) return end.error();
    return themes;
}

Result<std::vector<WrongAnswer>> Ledger::wrong_answers(const MemberId& member) const {
    auto rows = db_->query("SELECT question, theme, stage, due_day, times_wrong FROM wrong_answer WHERE member = ?1 ORDER BY due_day, question", member.text);
    if (!rows) return rows.error();
    std::vector<WrongAnswer> book;
    while (rows->next()) book.push_back({rows->text(0), rows->text(1), static_cast<int>(rows->integer(2)), rows->integer(3), rows->integer(4)});
    if (auto end = rows->end(); !end) return end.error();
    return book;
}

Result<std::vector<std::string>> Ledger::due_questions(const MemberId& member, std::int64_t today, std::size_t limit) const {
    auto rows = db_->query("SELECT question FROM wrong_answer WHERE member = ?1 AND due_day <= ?2 ORDER BY due_day, question LIMIT ?3", member.text, today,
                           static_cast<std::int64_t>(limit));
    if (!rows) return rows.error();
    std::vector<std::string> questions;
    while (rows->next()) questions.push_back(rows->text(0));
    if (auto end = rows->end(); !end) return end.error();
    return questions;
}

Result<std::string> Ledger::receipt(const MemberId& member, std::int64_t today, const Moment& moment) const {
    auto studied = day(member, today);
    if (!studied) return studied.error().within("making a receipt");
    auto last = records_->newest(1);
    if (!last) return last.error().within("making a receipt");
    Receipt receipt{records_->kiosk(), member, date_of_day(today), moment.wall_trusted, 0, std::string(16, '0'), {}};
    if (!last->empty()) {
        receipt.last_seq = last->back().seq;
        receipt.last_hash = to_hex(last->back().hash).substr(0, 16);
    }
    for (const auto& [label, ms] : studied->ms) receipt.seconds[label] = ms.count() / 1000;
    return write_receipt(receipt, *key_);
}

Result<std::string> Ledger::take_along(const MemberId& member) const {
    const auto failed = [](const Error& error) { return error.within("putting together what is stored"); };
    auto known = members_->by_id(member);
    if (!known) return failed(known.error());
    if (!*known) return Error{ErrorKind::missing, "there is no such member"};
    const Member& who = **known;
    auto days = days_between(*db_, member, INT64_MIN, INT64_MAX);
    if (!days) return failed(days.error());
    auto attended = activities_between(*db_, member, INT64_MIN, INT64_MAX);
    if (!attended) return failed(attended.error());
    auto items = recent(member, INT32_MAX);
    if (!items) return failed(items.error());
    auto themes = quizzes(member);
    if (!themes) return failed(themes.error());
    auto book = wrong_answers(member);
    if (!book) return failed(book.error());

    JsonWriter out;
    out.object().key("xinghuo_take_along").value(1).key("kiosk").value(records_->kiosk().text);
    out.key("member").object().key("id").value(who.id.text).key("number").value(who.number).key("name").value(who.name);
    out.key("branch").value(who.branch).key("card").value(who.card).key("pinyin").value(who.pinyin).key("host").value(who.host);
    out.key("has_pin").value(who.has_pin).key("gone").value(who.gone).end();
    out.key("days").array();
    for (const StudyDay& day : *days) {
        out.object().key("day").value(date_text(day.day)).key("ms").object();
        for (const auto& [label, ms] : day.ms) out.key(name_of(label)).value(std::int64_t{ms.count()});
        out.end().end();
    }
    out.end().key("items").array();
    for (const RecentItem& item : *items) {
        out.object().key("item").value(item.item).key("title").object().key("zh").value(item.title.zh).key("en").value(item.title.en).end();
        out.key("ms").value(std::int64_t{item.ms.count()}).key("last_day").value(date_text(item.last_day)).end();
    }
    out.end().key("activities").array();
    for (const Attended& one : *attended) {
        out.object().key("name").value(one.name).key("type").value(one.type).key("day").value(date_text(one.day));
        out.key("late").value(one.late).key("left_early").value(one.left).end();
    }
    out.end().key("quizzes").array();
    for (const ThemeTally& theme : *themes)
        out.object().key("theme").value(theme.theme).key("asked").value(theme.asked).key("correct").value(theme.correct).end();
    out.end().key("wrong_answers").array();
    for (const WrongAnswer& wrong : *book) {
        out.object().key("question").value(wrong.question).key("theme").value(wrong.theme).key("stage").value(wrong.stage);
        out.key("due").value(date_text(wrong.due_day)).key("times_wrong").value(wrong.times_wrong).end();
    }
    out.end().end();

    // The records as they are signed, each a line; so the object is closed by hand.
    std::vector<std::string> lines;
    Records::Filter filter;
    filter.member = member;
    for (;;) {
        constexpr std::size_t page = 500;
        auto records = records_->find(filter, page);
        if (!records) return failed(records.error());
        for (const Record& record : *records) lines.push_back(to_json(record));
        if (records->size() < page) break;
        filter.before = records->back().seq;
    }
    std::string text = out.text();
    text.pop_back();
    text += ",\"records\":[";
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) text += (line == lines.rbegin() ? "\n" : ",\n") + *line;
    text += "\n]}\n";
    return text;
}

}  // namespace xinghuo
