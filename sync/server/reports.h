// What the centre's staff ask: who came, how many hours, which questions are good, how the terminals are. From the sums (roll_ups.h), never from statements.
//
// A report has few words of its own: columns and some values are keys, whose words in both languages stand in strings/zh.json and en.json ("column.KEY",
// "WORDS.VALUE"), so that JSON stays the same whatever the language, and a file for Excel reads as its reader does.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "content/base/file.h"
#include "content/base/lang.h"
#include "sync/server/people.h"
#include "sync/server/report_policies.h"

namespace xinghuo {

using ReportCell = std::variant<std::nullptr_t, std::int64_t, double, std::string>;
struct ReportColumn {
    std::string key;
    bool numeric = false;
    std::string words = {};           // its values are keys below this one; empty: they are text
};
struct Report {
    std::string name;                 // "hours"
    std::vector<ReportColumn> columns;
    std::vector<std::vector<ReportCell>> rows;
    std::string next;                 // to go on after this page; empty: that was all
};

inline constexpr std::size_t report_limit = 100'000;  // rows of one page, at most

struct ReportAsk {
    Organisation organisation = 1;
    std::string within;               // only people and activities of this branch; empty: all
    std::int64_t from_day = 0, to_day = 0;  // China's days, inclusive
    std::size_t limit = 1'000;
    std::string after;                // `next` of the page before
};

// Activities that count for a day of the period, newest first: who was expected, who came, how many late, how many guests. An activity of several terminals is one.
Result<Report> activities_report(Sql& sql, const ReportAsk& ask);
// Everybody who came, in the order they came; with `absent`, then who of the branch (of all, where it was for all) did not and is on the roster now. Each member
// once, with their first coming. `missing`: no such activity, or one of another branch than ask.within. The period is not looked at.
Result<Report> attendance_report(Sql& sql, People& people, const ReportAsk& ask, const std::string& activity, bool absent);
// Hours of the period, in the policy of each day; activities as each day's policy credits them, not capped (content/study/ledger.h, StudyYear). Whoever has none is not
// in it. Members: by id; erased ones have no name. Branches: how many have hours, their sum and mean, and how many have reached the goal of the last day's policy.
// Right while a changed policy's hours are being made (hour_sums.h), and slower then.
Result<Report> hours_by_member(Sql& sql, People& people, const ReportAsk& ask);
Result<Report> hours_by_branch(Sql& sql, const ReportAsk& ask);
// Difficulty: the share of right answers (Crocker and Algina 1986, ch. 5: the item's p). Discrimination: report_quiz.h. theme empty: all. All that is here,
// whatever the period.
Result<Report> quiz_report(Sql& sql, const ReportAsk& ask, const std::string& theme);
Result<Report> items_report(Sql& sql, const ReportAsk& ask);          // most looked at first; one page
Result<Report> fleet_report(Sql& sql, const ReportAsk& ask);
Result<Report> alerts_report(Sql& sql, const ReportAsk& ask, bool also_closed);  // open first; one page

// The words, from a folder with zh.json and en.json: flat, with the same keys in both.
class ReportWords {
public:
    static Result<ReportWords> open(const Path& folder);
    [[nodiscard]] std::string get(Lang lang, std::string_view key) const;  // a key without words: itself
    [[nodiscard]] std::size_t size() const { return words_.size(); }

private:
    std::map<std::string, Bilingual, std::less<>> words_;
};

// {"report":"hours","columns":[{"key":"member","zh":"…","en":"…"}],"rows":[{"member":"m-…",…}],"next":"…"}: values as they are, not in words.
std::string report_json(const Report& report, const ReportWords& words);
std::string report_csv(const Report& report, const ReportWords& words, Lang lang);
Result<Bytes> report_xlsx(const Report& report, const ReportWords& words, Lang lang);

std::string date_text(std::int64_t day);                // "2026-07-01"
std::string china_time_text(std::int64_t unix_ms);      // "2026-07-01 08:30"; 0: empty

}  // namespace xinghuo
