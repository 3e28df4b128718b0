// The member at the terminal, on disk: signs in and out, feeds the Session, records its intervals, and keeps a journal of
// the running one, so that a power cut loses at most 5 s. Main thread.
//
// Closed intervals are recorded at once. Of the running one, what is proven goes into data/running.json when it begins and every 4 s, and the
// file goes when nothing runs. The next start records it as `abandoned`, under the id its record would have had: so it can never count twice,
// not even when the data folder, or a part of it, was put back from a backup. A visit that is open in the database is signed out then.
// What the disk refuses waits in memory and in the journal, at most 10,000 records, and is written, in order and with its own moment,
// before anything new. The wall clock may jump by decades: minutes are differences of Instants.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "content/study/member.h"
#include "content/study/records.h"
#include "content/study/session.h"

namespace xinghuo {

enum class SignInWay { card, code, name };
enum class SignOutWhy { button, next_card, same_card, idle, closing };

class Visit {
public:
    struct Parts {
        Records& records;
        Path journal;              // data/running.json
        Session::Rules rules;
        // Writes the journal off the frame's thread, in order; without it, here. (kiosk/upkeep.h)
        std::function<void(std::function<void()>)> later;
    };
    // Finds what an earlier start left open and records it: `abandoned` with the proven time, unless its interval was recorded
    // after all; and signed_out {"why":"crash"}. A journal that is damaged, or of another terminal, is set aside as running.json.damaged.
    // Fails only when the database cannot be read.
    static Result<Visit> open(Parts parts, const Moment& moment);
    Visit(Visit&&) noexcept;
    ~Visit();

    // Durable when it is good; whoever was here is signed out at this instant in the same transaction (why: next_card).
    // When it fails nothing has happened: nobody new is signed in, whoever was here still is, and their time runs on.
    Result<void> sign_in(const Member& member, SignInWay way, const Moment& moment);
    // The person is signed out in any case; an error says why it is not on disk yet: it waits and is written when it can be.
    // Nobody here: nothing happens.
    Result<void> sign_out(SignOutWhy why, const Moment& moment);

    // Of the policy, when it changed. From now on.
    void set_rules(Session::Rules rules);
    // Every frame: a touch happened; what is on the screen; whether its media plays. Cheap when nothing changed.
    void observe(bool touched, const std::optional<Subject>& subject, bool playing, const Moment& moment);

    [[nodiscard]] const std::optional<Member>& member() const;
    [[nodiscard]] const std::string& session() const;
    [[nodiscard]] bool counting(Instant now) const;             // for the small live sign
    [[nodiscard]] Milliseconds counted(Instant now) const;      // of this visit
    [[nodiscard]] Milliseconds running(Instant now) const;      // of it, what is not in the roll-ups yet: the open interval, and what waits
    // When observe() wants to be called again at the latest (journal, grace, another try to write).
    [[nodiscard]] Instant due() const;
    // A quiz answer or result, with or without a member; "session" is added where there is one. `body`: one JSON object (`invalid` if
    // not). Any other error says why it is not on disk yet: it waits, and is not to be given again.
    Result<void> record(RecordKind kind, std::string body, const Moment& moment);
    // What could not be written so far; empty: all is written.
    [[nodiscard]] const std::string& trouble() const;
    [[nodiscard]] std::size_t waiting() const;                  // records not written yet

private:
    struct State;
    explicit Visit(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace xinghuo
