#include "kiosk/reception.h"

#include "content/base/log.h"
#include "content/study/sign_in_code.h"
#include "content/study/study.h"

namespace xinghuo {
namespace {

// Product rule 10.
constexpr Nanoseconds same_tap = std::chrono::seconds(10);

}  // namespace

Reception::Reception(Study* study, std::string why) : study_(study), why_(std::move(why)) {
    if (study_ != nullptr) pins_.emplace(study_->database(), study_->members());
}

void Reception::say(Notice::Tone tone, std::string title, std::string text, const Moment& moment,
                    std::vector<std::pair<std::string, std::string>> values) {
    notice_ = Notice{tone, std::move(title), std::move(text), std::move(values), moment.now};
}

void Reception::tick(Instant now) {
    if (notice_ && now - notice_->since >= shown_for(*notice_)) notice_.reset();
}

Reception::Known Reception::recognise(const std::string& code, const Moment& moment) {
    Known known;
    const auto because = [&](Notice::Tone tone, std::string title, std::string text) {
        known.tone = tone;
        known.title = std::move(title);
        known.text = std::move(text);
        return known;
    };
    if (study_ == nullptr) return because(Notice::Tone::bad, "sign_in.closed.title", "sign_in.closed.text");
    auto member = study_->members().by_card(code);
    if (member && !*member) {
        known.way = SignInWay::code;
        auto scanned = read_sign_in_code(code, centre_, moment);
        if (!scanned) {
            const std::string& why = scanned.error().what;
            return because(Notice::Tone::kind, "sign_in.code.title", why.starts_with("code.") ? "sign_in." + why : "sign_in.code.unreadable");
        }
        member = study_->members().by_number(scanned->number);
        if (member && *member && !(*member)->gone && !scanned->nonce.empty()) {
            auto fresh = UsedCodes(study_->database()).use(scanned->nonce, scanned->expires_s, moment);
            if (!fresh || !*fresh) return because(Notice::Tone::kind, "sign_in.code.title", "sign_in.code.used");
        }
        known.bindable = scanned->nonce.empty();
    }
    if (!member) {
        log_warning(member.error().within("looking up a card").what);
        known.bindable = false;
        return because(Notice::Tone::bad, "sign_in.failed.title", "sign_in.failed.text");
    }
    if (!*member || (*member)->gone) return because(Notice::Tone::kind, "sign_in.unknown.title", "sign_in.unknown.text");
    known.bindable = false;
    known.member = std::move(**member);
    return known;
}

std::optional<Member> Reception::identify(const std::string& code, const Moment& moment) {
    Known known = recognise(code, moment);
    waiting_way_ = known.way;
    if (!known.member) say(known.tone, known.title, known.text, moment);
    return std::move(known.member);
}

std::optional<Reception::Waiting> Reception::take_waiting() {
    if (!waiting_) return std::nullopt;
    Waiting waiting{std::move(*waiting_), waiting_way_};
    waiting_.reset();
    return waiting;
}

bool Reception::pin_wanted(const Member&, SignInWay way, const Moment& moment) const {
    if (study_ == nullptr) return false;
    auto policy = study_->policies().on(study_->today(moment));
    if (!policy) return true;  // where it cannot be read, nothing is easier than it may be
    return policy->pin == Policy::Pin::always || (policy->pin == Policy::Pin::by_name && way == SignInWay::name);
}

Reception::Came Reception::code(const std::string& code, const Moment& moment) {
    const auto member = identify(code, moment);
    if (!member) return Came::nobody;
    const SignInWay way = waiting_way_;
    const auto& here = study_->visit().member();
    const bool same_person = here && here->id == member->id;
    if (member->id == last_ && moment.now - last_when_ < same_tap && same_person) {
        say(Notice::Tone::kind, "sign_in.again.title", "sign_in.again.text", moment, {{"name", masked_name(member->name)}});
        return Came::again;
    }
    if (same_person) {
        last_ = {};
        sign_out(SignOutWhy::same_card, moment);
        return Came::out;
    }
    if (pin_wanted(*member, way, moment)) {
        waiting_ = *member;
        return Came::pin;
    }
    const bool somebody = here.has_value();
    if (!sign_in(*member, way, moment)) return somebody ? Came::out : Came::nobody;
    last_ = member->id;
    last_when_ = moment.now;
    return Came::in;
}

bool Reception::sign_in(const Member& member, SignInWay way, const Moment& moment) {
    waiting_.reset();
    if (study_ == nullptr) {
        say(Notice::Tone::bad, "sign_in.closed.title", "sign_in.closed.text", moment);
        return false;
    }
    if (auto done = study_->visit().sign_in(member, way, moment); !done) {
        log_warning(done.error().within("signing in").what);
        // Whoever was here has gone, whether or not the next one could be recorded: their time ends at this instant, and waits.
        if (study_->visit().member() && study_->visit().member()->id != member.id) (void)study_->visit().sign_out(SignOutWhy::next_card, moment);
        say(Notice::Tone::bad, "sign_in.failed.title", "sign_in.failed.text", moment);
        return false;
    }
    say(Notice::Tone::good, "sign_in.done.title", "sign_in.done.text", moment, {{"name", masked_name(member.name)}});
    return true;
}

void Reception::sign_out(SignOutWhy why, const Moment& moment) {
    waiting_.reset();
    if (study_ == nullptr || !study_->visit().member()) return;
    const std::string name = masked_name(study_->visit().member()->name);
    const std::int64_t counted = study_->visit().counted(moment.now).count() / 60'000;
    if (auto done = study_->visit().sign_out(why, moment); !done) {
        log_warning(done.error().within("signing out").what);
        say(Notice::Tone::bad, "sign_out.waiting.title", "sign_out.waiting.text", moment, {{"name", name}});
        return;
    }
    say(Notice::Tone::good, "sign_out.done.title", "sign_out.done.text", moment, {{"name", name}, {"minutes", std::to_string(counted)}});
}

void Reception::record(RecordKind kind, std::string body, const Moment& moment) {
    if (study_ == nullptr) return;
    if (auto done = study_->visit().record(kind, std::move(body), moment); !done) {
        log_warning(done.error().within("recording").what);
        say(Notice::Tone::bad, "record.waiting.title", "record.waiting.text", moment);
    }
}

}  // namespace xinghuo
