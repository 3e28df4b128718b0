#include "content/study/session.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xinghuo {
namespace {

constexpr std::array<std::pair<StudyLabel, std::string_view>, 4> labels = {{
    {StudyLabel::touch, "touch"},
    {StudyLabel::media, "media"},
    {StudyLabel::reading, "reading"},
    {StudyLabel::quiz, "quiz"},
}};

}  // namespace

std::string_view name_of(StudyLabel label) {
    for (const auto& [value, name] : labels)
        if (value == label) return name;
    return {};
}

std::optional<StudyLabel> study_label(std::string_view name) {
    for (const auto& [value, known] : labels)
        if (known == name) return value;
    return std::nullopt;
}

bool Subject::operator==(const Subject& other) const {
    return label == other.label && pack_version == other.pack_version && item == other.item && pack == other.pack &&
           title.zh == other.title.zh && title.en == other.title.en;
}

Session::Session(Rules rules, std::function<std::string()> new_id) : rules_(rules), new_id_(std::move(new_id)) {}

StudyLabel Session::label() const {
    return subject_->label == StudyLabel::media && !playing_ ? StudyLabel::touch : subject_->label;
}

Instant Session::grace_end() const {
    switch (label()) {
        case StudyLabel::touch: return last_touch_ + rules_.touch_grace;
        case StudyLabel::media: return Instant::never();
        case StudyLabel::reading: return last_touch_ + rules_.reading_grace;
        case StudyLabel::quiz: return last_touch_ + rules_.quiz_grace;
    }
    return last_touch_;
}

// The end of what counts from latest_ on; latest_ itself where nothing does.
Instant Session::proven(Instant now) const {
    if (!member_ || !subject_) return latest_;
    return std::max(latest_, std::min(now, grace_end()));
}

bool Session::goes_on() const {
    if (!open_ || !subject_ || open_->to != latest_ || open_->subject.label != label()) return false;
    if (subject_->label == open_->subject.label) return open_->subject == *subject_;
    Subject as_counted = *subject_;  // paused media
    as_counted.label = label();
    return open_->subject == as_counted;
}

// An interval stays open at its very end: another event of that instant may carry it on. It is closed when time goes past.
void Session::settle(Instant now) {
    if (now <= latest_) return;
    const Instant to = proven(now);
    if (to > latest_) {
        if (!goes_on()) {
            close();
            Subject as_counted = *subject_;
            as_counted.label = label();
            open_ = Interval{*member_, session_, new_id_(), std::move(as_counted), latest_, latest_};
        }
        open_->to = to;
    }
    if (open_ && open_->to < now) close();
    latest_ = now;
}

void Session::close() {
    if (!open_) return;
    closed_sum_ += open_->to - open_->from;
    closed_.push_back(std::move(*open_));
    open_.reset();
}

void Session::sign_in(const MemberId& member, Instant now) {
    sign_out(now);
    member_ = member;
    session_ = new_id_();
    closed_sum_ = Nanoseconds(0);
    last_touch_ = latest_;
}

void Session::sign_out(Instant now) {
    settle(now);
    close();
    member_.reset();
    session_.clear();
    closed_sum_ = Nanoseconds(0);
}

void Session::touch(Instant now) {
    settle(now);
    last_touch_ = latest_;
}

void Session::show(const std::optional<Subject>& subject, bool playing, Instant now) {
    settle(now);
    playing_ = playing;
    if (subject_ != subject) subject_ = subject;
}

void Session::tick(Instant now) { settle(now); }

std::vector<Interval> Session::take() { return std::exchange(closed_, {}); }

std::optional<Interval> Session::running(Instant now) const {
    now = std::max(now, latest_);
    const Instant to = proven(now);
    if (to < now) return std::nullopt;
    if (open_ && (now == latest_ || goes_on())) {
        Interval interval = *open_;
        interval.to = to;
        return interval;
    }
    if (to == latest_) return std::nullopt;
    Interval interval{*member_, session_, {}, *subject_, latest_, to};
    interval.subject.label = label();
    return interval;
}

bool Session::counting(Instant now) const { return member_ && subject_ && std::max(now, latest_) < grace_end(); }

Instant Session::ends() const {
    if (!counting(latest_)) return Instant::never();
    return grace_end();
}

Nanoseconds Session::counted(Instant now) const {
    Nanoseconds sum = closed_sum_ + (proven(std::max(now, latest_)) - latest_);
    if (open_) sum += open_->to - open_->from;
    return sum;
}

}  // namespace xinghuo
