// What a member may know of their own study: from the roll-ups, never by scanning records. Main thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "content/study/members.h"
#include "content/study/policy.h"
#include "content/study/tally.h"

namespace xinghuo {

struct StudyDay {
    std::int64_t day;
    std::map<StudyLabel, Milliseconds> ms;
    double credited_minutes = 0;              // capped
};
struct StudyYear {
    int year = 0;
    double hours = 0, goal_hours = 0;         // credited, in the hours of each day's policy; activities included. Goal: of the year's last day
    double activity_hours = 0;
    std::map<StudyLabel, Milliseconds> by_label;
    std::vector<StudyDay> days;               // those with study, ascending
};
struct RecentItem {
    std::string item;
    Bilingual title;
    Milliseconds ms;                          // in all
    std::int64_t last_day;
};
struct ThemeTally {
    std::string theme;
    std::int64_t asked = 0, correct = 0;
};
struct WrongAnswer {
    std::string question, theme;
    int stage = 0;                            // content/quiz/review.h
    std::int64_t due_day = 0;
    std::int64_t times_wrong = 0;
};

class Ledger {
public:
    Ledger(Database& db, const SigningKey& key, Records& records, Members& members, Policies& policies)
        : db_(&db), key_(&key), records_(&records), members_(&members), policies_(&policies) {}

    Result<StudyYear> year(const MemberId& member, int year) const;
    Result<StudyDay> day(const MemberId& member, std::int64_t day) const;
    Result<std::vector<RecentItem>> recent(const MemberId& member, std::size_t limit) const;
    Result<std::vector<ThemeTally>> quizzes(const MemberId& member) const;
    Result<std::vector<WrongAnswer>> wrong_answers(const MemberId& member) const;                 // due first
    Result<std::vector<std::string>> due_questions(const MemberId& member, std::int64_t today, std::size_t limit) const;

    // A signed line of today's study, short enough for a QR code at arm's length (≤ 300 bytes): receipt.h. Of `moment` only whether
    // the clock is trusted is told.
    Result<std::string> receipt(const MemberId& member, std::int64_t today, const Moment& moment) const;
    // All that is stored about a member, readable: {"xinghuo_take_along":1,"kiosk","member":{…},"days":[…],"items":[…],"activities":[…],
    // "quizzes":[…],"wrong_answers":[…],"records":[every record as record.h writes it, oldest first]}. `missing`: no such member.
    Result<std::string> take_along(const MemberId& member) const;

private:
    Database* db_;
    const SigningKey* key_;
    Records* records_;
    Members* members_;
    Policies* policies_;
};

}  // namespace xinghuo
