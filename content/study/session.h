// Who is here, and what of their time is study. Pure: fed with Instants and events, it emits intervals.
// (Product rules 1–3; records-and-sync, "Study rules".)
//
// For any sequence of events: intervals never overlap, never span two members, sum to no more than the time present;
// idle contributes nothing, media no more than it played; events of the same Instant may arrive in any order of
// touches and presence without changing the sums. Events never go back in time: an earlier Instant counts as the latest one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/base/ids.h"
#include "content/base/lang.h"

namespace xinghuo {

enum class StudyLabel {
    touch,    // browsing: counts to `touch_grace` after the last touch
    media,    // counts while it plays, whether or not anybody touches
    reading,  // counts to `reading_grace` after the last touch
    quiz,     // counts to `quiz_grace` after the last touch
};
std::string_view name_of(StudyLabel label);
std::optional<StudyLabel> study_label(std::string_view name);

// What is on the screen.
struct Subject {
    StudyLabel label = StudyLabel::touch;
    std::string item;                // id in its pack; empty: a list, the hall
    Bilingual title;                 // as it was
    std::string pack;
    std::int64_t pack_version = 0;
    bool operator==(const Subject&) const;
};

struct Interval {
    MemberId member;
    std::string session;             // UUID of the visit
    std::string id;                  // UUID v7 its record will have
    Subject subject;
    Instant from, to;
};

class Session {
public:
    struct Rules {
        Nanoseconds touch_grace = std::chrono::seconds(10);
        Nanoseconds reading_grace = std::chrono::seconds(60);
        Nanoseconds quiz_grace = std::chrono::seconds(60);
    };
    // new_id: makes the ids of sessions and intervals (UUID v7 in the program, a counter in tests).
    Session(Rules rules, std::function<std::string()> new_id);

    void set_rules(Rules rules) { rules_ = rules; }
    // Closes whoever was here at that instant. A sign-in is a touch.
    void sign_in(const MemberId& member, Instant now);
    void sign_out(Instant now);
    void touch(Instant now);
    // From now on this is on the screen (nothing: nothing that counts) and, for media, whether it plays.
    void show(const std::optional<Subject>& subject, bool playing, Instant now);
    // Time passed: closes what has run out. Call it every frame and before asking.
    void tick(Instant now);

    [[nodiscard]] const std::optional<MemberId>& member() const { return member_; }
    [[nodiscard]] const std::string& session() const { return session_; }
    // Closed intervals since the last call, oldest first.
    std::vector<Interval> take();
    // What is running: proven up to `to`, i.e. now or the end of the grace, whichever is first.
    [[nodiscard]] std::optional<Interval> running(Instant now) const;
    [[nodiscard]] bool counting(Instant now) const { return running(now).has_value(); }
    // Of this visit, closed and running.
    [[nodiscard]] Nanoseconds counted(Instant now) const;

private:
    Rules rules_;
    std::function<std::string()> new_id_;
    std::optional<MemberId> member_;
    std::string session_;
};

}  // namespace xinghuo
