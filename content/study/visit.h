// The member at the terminal, on disk: signs in and out, feeds the Session, records its intervals, and keeps a journal of
// the running one, so that a power cut loses at most 5 s. Main thread.
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
    // after all; and signed_out {"why":"crash"}.
    static Result<Visit> open(Parts parts, const Moment& moment);
    Visit(Visit&&) noexcept;
    ~Visit();

    // Durable when it is good; whoever was here is signed out at this instant in the same transaction (why: next_card).
    // When it fails nobody is signed in, and the time of whoever was here is kept.
    Result<void> sign_in(const Member& member, SignInWay way, const Moment& moment);
    // The person is signed out in any case; what cannot be written now is kept and written when it can.
    Result<void> sign_out(SignOutWhy why, const Moment& moment);

    // Every frame: a touch happened; what is on the screen; whether its media plays.
    void observe(bool touched, const std::optional<Subject>& subject, bool playing, const Moment& moment);

    [[nodiscard]] const std::optional<Member>& member() const;
    [[nodiscard]] const std::string& session() const;
    [[nodiscard]] bool counting(Instant now) const;             // for the small live sign
    [[nodiscard]] Milliseconds counted(Instant now) const;      // of this visit
    [[nodiscard]] Milliseconds running(Instant now) const;      // of the open interval: not yet in the roll-ups
    // When observe() wants to be called again at the latest (journal, grace).
    [[nodiscard]] Instant due() const;
    // A quiz answer or result, with or without a member.
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
