// 我的学习: what the pages share. Read once when somebody comes and whenever a record was added, not in each frame. Main thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "content/base/mailbox.h"
#include "content/study/study.h"
#include "kiosk/charts.h"
#include "kiosk/gfx/qr_code.h"
#include "kiosk/screens/quiz_content.h"
#include "kiosk/screens/screens.h"

namespace xinghuo {

// All that is known of one member, for one day.
struct MyStudy {
    Member member;
    Policy policy;                        // in force today
    std::int64_t day = 0;
    bool dated = true;                    // false: the clock was never trusted, so no date is shown
    StudyYear year;
    std::vector<StudyDay> days;           // of the year, and of this week where it began in the last year; ascending
    StudyDay today;
    std::vector<RecentItem> recent;
    std::vector<ThemeTally> themes;
    std::vector<WrongAnswer> wrong;       // due first
    std::string receipt;
    std::optional<QrCode> receipt_code;
    std::vector<std::pair<std::string, std::int64_t>> kinds;  // how many records of each kind of words: "my_study.kind.KEY"
    std::int64_t records = 0;

    // Nothing yet: somebody new.
    [[nodiscard]] bool empty() const;
    [[nodiscard]] Milliseconds ms_today() const;
};
Result<MyStudy> read_my_study(Study& study, const Member& member, std::int64_t day, const Moment& moment);

// "25 min", "1 h 5 min"; whole minutes, and "less than 1 min".
std::string study_time(const Frame& frame, Milliseconds span);
// "18.4": one place, none where it would be 0.
std::string study_hours(double hours);
// "23 July"; "date not set" where it is not known.
std::string study_day(const Frame& frame, const MyStudy& mine, std::int64_t day);
// How a label is drawn, everywhere the same; and its words.
Ink study_ink(const Theme& theme, StudyLabel label);
std::string study_words(const Frame& frame, StudyLabel label);
// The labels that are shown, in this order: what counts here, and browsing only where it does.
std::vector<StudyLabel> shown_labels(const MyStudy& mine);

// A card's heading: cut from the top of `inside`.
void study_heading(Frame& frame, Rect& inside, std::string_view words);
// A line of words in a box of its own height, cut from the top; and that height.
float study_line(Frame& frame, const TextStyle& style, std::string_view words = "0", float width = 0);

// Each page draws itself with its top left at `at`, at least as high as `view`, and returns its height.
struct Overview {
    int span = 0;                         // week, month, year
    std::optional<std::size_t> chosen;    // a bar
    Instant opened;
    float draw(Frame& frame, Rect at, const MyStudy& mine, Milliseconds running, Navigator& navigator);

private:
    void goal(Frame& frame, Rect box, const MyStudy& mine, Milliseconds running) const;
    void chart(Frame& frame, Rect box, const MyStudy& mine);
    static float goal_height(Frame& frame, const MyStudy& mine, bool wide);
    static float recent(Frame& frame, Rect box, const MyStudy& mine, Navigator& navigator, bool measure_only);
};

struct QuizRecord {
    std::shared_ptr<const QuizContent> content;  // null: not read yet, or there is none
    bool read = false;
    float draw(Frame& frame, Rect at, const MyStudy& mine, Navigator& navigator);

private:
    float themes(Frame& frame, Rect box, const MyStudy& mine, bool measure_only) const;
    float book(Frame& frame, Rect box, const MyStudy& mine, Navigator& navigator, bool measure_only) const;
};

float draw_receipt(Frame& frame, Rect at, const MyStudy& mine);

struct MyData {
    std::optional<Instant> shown_until;   // in full: a shared screen forgets by itself
    bool writing = false;
    std::string said;                     // key of words: how the export went
    std::string file;                     // on the stick
    std::shared_ptr<Mailbox<Result<std::string>>> box = std::make_shared<Mailbox<Result<std::string>>>(1);
    float draw(Frame& frame, Rect at, const MyStudy& mine);

private:
    void take_along(Frame& frame, const MyStudy& mine);
};

}  // namespace xinghuo
