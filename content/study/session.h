// Who is here, and what of their time is study. Pure: fed with Instants and events, it emits intervals.
// (Product rules 1–3; records-and-sync, "Study rules".)
//
// An instant counts when somebody is signed in, something that counts is on the screen, and
//     media, playing    always: playing is being here
//     media, paused     it is less than touch_grace after the last touch. It counts as `touch`, so `media` is playing time only.
//     touch, reading, quiz    it is less than the label's grace after the last touch
// and in no other case. `playing` says nothing about other labels. A sign-in is a touch. When playing ends, the graces still run from the last
// touch: a film of an hour that nobody touched leaves no minute of reading behind it.
// Idle contributes nothing: a tick() that comes an hour late closes the interval where its grace ended.
//
// An interval is a stretch of instants that count, of one visit, one subject and one label: it ends when any of these changes, when
// the grace runs out, at the sign-out and at the next sign-in. A touch within the grace, or at its very end, goes on with the same one, so browsing
// makes no interval a touch. None is empty.
//
// For any sequence of events: intervals never overlap, never span two members, sum to no more than the time present; media is no
// more than it played. What happens in one Instant may be told in any order (a touch, then what it brought on the screen, or the
// other way round; a sign-in before or after): the intervals are the same. Of two shows, or a sign-in and a sign-out, in one Instant
// the later call holds. Events never go back in time: an earlier Instant counts as the latest one.
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

// A value: a copy goes its own way, so that what an event would do can be tried before it is done.
class Session {
public:
    struct Rules {
        Nanoseconds touch_grace = std::chrono::seconds(10);
        Nanoseconds reading_grace = std::chrono::seconds(60);
        Nanoseconds quiz_grace = std::chrono::seconds(60);
    };
    // new_id: makes the ids of sessions and intervals (UUID v7 in the program, a counter in tests).
    Session(Rules rules, std::function<std::string()> new_id);

    // From the latest event on; what is already proven stays.
    void set_rules(Rules rules) { rules_ = rules; }
    // Closes whoever was here at that instant. A sign-in is a touch.
    void sign_in(const MemberId& member, Instant now);
    void sign_out(Instant now);
    void touch(Instant now);
    // From now on this is on the screen (nothing: nothing that counts) and, for media, whether it plays. Remembered also while
    // nobody is here. Costs nothing when nothing changed.
    void show(const std::optional<Subject>& subject, bool playing, Instant now);
    // Time passed: closes what has run out. Call it every frame and before asking.
    void tick(Instant now);

    [[nodiscard]] const std::optional<MemberId>& member() const { return member_; }
    [[nodiscard]] const std::string& session() const { return session_; }
    // Closed intervals since the last call, oldest first.
    [[nodiscard]] bool has_closed() const { return !closed_.empty(); }
    std::vector<Interval> take();
    // What is running: proven up to `to`, which is now. Nothing once the grace is over. Its id is there after a tick() of that Instant.
    [[nodiscard]] std::optional<Interval> running(Instant now) const;
    // Does this very instant count?
    [[nodiscard]] bool counting(Instant now) const;
    // When what is counting ends if nothing happens; never(): it does not (a film plays), or nothing counts.
    [[nodiscard]] Instant ends() const;
    // Of this visit, closed and running; and the closed alone.
    [[nodiscard]] Nanoseconds counted(Instant now) const;
    [[nodiscard]] Nanoseconds counted_closed() const { return closed_sum_; }
    // The open interval as the latest event left it, without a copy; null when there is none.
    [[nodiscard]] const Interval* open() const { return open_ ? &*open_ : nullptr; }

private:
    [[nodiscard]] StudyLabel label() const;       // as it counts: of paused media `touch`
    [[nodiscard]] Instant grace_end() const;      // with a member and a subject only
    [[nodiscard]] Instant proven(Instant now) const;
    [[nodiscard]] bool goes_on() const;           // the open interval is of what is on the screen
    void settle(Instant now);
    void close();

    Rules rules_;
    std::function<std::string()> new_id_;
    std::optional<MemberId> member_;
    std::string session_;
    std::optional<Subject> subject_;
    bool playing_ = false;
    Instant last_touch_;
    Instant latest_;                              // of all events; everything before it is settled
    std::optional<Interval> open_;
    std::vector<Interval> closed_;
    Nanoseconds closed_sum_{0};                   // of this visit
};

}  // namespace xinghuo
