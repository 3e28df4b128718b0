#include "kiosk/input/card_reader.h"

#include <algorithm>
#include <utility>

namespace xinghuo {
namespace {

// So many keys at once after a pause were waiting to be fetched; two may be one person's fingers.
constexpr std::size_t waited_together = 3;

}  // namespace

void CardReader::key(const Stroke& pressed) {
    Stroke stroke = pressed;
    stroke.when = last_ = std::max(last_, pressed.when);
    settle(stroke.when);
    if (stroke.repeat || stroke.backspace) {
        finish();
        typed_.push_back(stroke);
        return;
    }
    if (stroke.enter || stroke.character == '\t') {
        end_key(stroke);
        return;
    }
    if (!held_.empty() && !burst_) {
        if (stroke.when - held_.back().when > rules_.gap) before_pause_ = held_.size();
    }
    held_.push_back(stroke);
    if (characters(before_pause_) >= rules_.least) {
        burst_ = true;
        before_pause_ = 0;
    }
    if (burst_ && held_.size() >= rules_.most) give_code();
}

// Enter, or the Tab that some readers send instead.
void CardReader::end_key(const Stroke& stroke) {
    const bool again = stroke.enter && held_.empty() && ended_ && stroke.when - *ended_ <= rules_.gap;
    if (again) return;
    const bool came_at_once = before_pause_ > 0 && held_.size() > before_pause_ && stroke.when - held_.back().when <= rules_.at_once;
    if (burst_ || (came_at_once && characters(0) >= rules_.least)) {
        give_code();
        ended_ = stroke.when;
        return;
    }
    finish();
    typed_.push_back(stroke);
}

std::vector<std::string> CardReader::read(Instant now) {
    settle(now);
    return std::exchange(read_, {});
}

std::vector<CardReader::Stroke> CardReader::typed(Instant now) {
    settle(now);
    return std::exchange(typed_, {});
}

Instant CardReader::due() const {
    if (held_.empty()) return Instant::never();
    return before_pause_ > 0 ? pause_decided() : held_.back().when + rules_.end_quiet;
}

// The moment from which no key can join those before the pause to a burst any more.
Instant CardReader::pause_decided() const {
    const bool few = held_.size() < before_pause_ + waited_together;
    return (few ? held_[before_pause_].when + rules_.at_once : held_.back().when + rules_.gap) + Nanoseconds(1);
}

void CardReader::settle(Instant now) {
    if (before_pause_ > 0 && now >= pause_decided()) give_typed(before_pause_);
    if (!held_.empty() && now >= held_.back().when + rules_.end_quiet) finish();
}

void CardReader::finish() {
    if (burst_) {
        give_code();
    } else {
        give_typed(held_.size());
    }
}

void CardReader::give_code() {
    std::string code;
    for (const Stroke& stroke : held_) {
        if (stroke.character != 0) code += stroke.character;
    }
    read_.push_back(std::move(code));
    held_.clear();
    before_pause_ = 0;
    burst_ = false;
}

void CardReader::give_typed(std::size_t count) {
    const auto end = held_.begin() + static_cast<std::ptrdiff_t>(count);
    typed_.insert(typed_.end(), held_.begin(), end);
    held_.erase(held_.begin(), end);
    before_pause_ = 0;
}

std::size_t CardReader::characters(std::size_t from) const {
    return static_cast<std::size_t>(
        std::count_if(held_.begin() + static_cast<std::ptrdiff_t>(from), held_.end(), [](const Stroke& s) { return s.character != 0; }));
}

}  // namespace xinghuo
