// Who comes and goes at this terminal, and what is said about it. Signs in and out through Study; draws nothing.
// Main thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "content/base/clock.h"
#include "content/study/member_pins.h"
#include "content/study/record.h"
#include "content/study/visit.h"

namespace xinghuo {

class Study;

// A kind word at the foot of the screen for a few seconds, or until it is touched. By keys of words, so that it follows the language.
struct Notice {
    enum class Tone { good, kind, bad } tone = Tone::kind;
    std::string title, text;                                     // keys; text may be empty
    std::vector<std::pair<std::string, std::string>> values;
    Instant since;
};
// What went well needs no reading twice.
inline Nanoseconds shown_for(const Notice& notice) {
    return notice.tone == Notice::Tone::good ? std::chrono::seconds(3) : std::chrono::seconds(5);
}

class Reception {
public:
    // Without a study nobody can sign in; `why` is the sentence for the administrator.
    Reception(Study* study, std::string why);

    [[nodiscard]] const std::string& closed() const { return why_; }
    // The key of a centre whose QR tokens are believed; none: plain numbers only.
    void trust_centre(std::optional<PublicKey> key) { centre_ = key; }

    // Whose card, number or token this is; a token is used up by it. Says nothing: that is the caller's.
    struct Known {
        std::optional<Member> member;   // none: the words below say why
        SignInWay way = SignInWay::card;
        Notice::Tone tone = Notice::Tone::kind;
        std::string title, text;        // keys of words
        bool bindable = false;          // a card that nobody has
    };
    Known recognise(const std::string& code, const Moment& moment);
    // The same; none, and a notice says why.
    std::optional<Member> identify(const std::string& code, const Moment& moment);
    // By card or code; whether the policy asks for a PIN first is in pin_wanted().
    enum class Came { nobody, in, out, again, pin };
    Came code(const std::string& code, const Moment& moment);
    [[nodiscard]] bool pin_wanted(const Member& member, SignInWay way, const Moment& moment) const;
    // Whoever Came::pin was about.
    [[nodiscard]] const std::optional<Member>& waiting_for_pin() const { return waiting_; }
    struct Waiting {
        Member member;
        SignInWay way;
    };
    // The same, once: who turns away from the PIN does not find the next visitor there.
    std::optional<Waiting> take_waiting();
    // Members' PINs, with their delays, which outlive every screen. Null without a study.
    [[nodiscard]] MemberPins* pins() { return pins_ ? &*pins_ : nullptr; }

    // False, and a notice: it could not be recorded, so nobody is signed in.
    bool sign_in(const Member& member, SignInWay way, const Moment& moment);
    void sign_out(SignOutWhy why, const Moment& moment);

    // A quiz answer or result; what fails is said once.
    void record(RecordKind kind, std::string body, const Moment& moment);

    void say(Notice::Tone tone, std::string title, std::string text, const Moment& moment,
             std::vector<std::pair<std::string, std::string>> values = {});
    [[nodiscard]] const std::optional<Notice>& notice() const { return notice_; }
    // What was said is over: the screen says it itself, or needs its foot. A bad one stays.
    void hush() {
        if (notice_ && notice_->tone != Notice::Tone::bad) notice_.reset();
    }
    void tick(Instant now);
    void dismiss() { notice_.reset(); }

private:
    Study* study_;
    std::string why_;
    std::optional<PublicKey> centre_;
    std::optional<Notice> notice_;
    std::optional<MemberPins> pins_;
    std::optional<Member> waiting_;
    SignInWay waiting_way_ = SignInWay::card;
    MemberId last_;                   // the last one to come by a code, and when: a card read twice is one sign-in
    Instant last_when_;
};

}  // namespace xinghuo
