#include "media/feed.h"

#include <algorithm>

namespace xinghuo {
namespace {

constexpr std::size_t worth_a_write = sample_rate_hz / 20;    // 50 ms: for less room nobody needs to wake up
constexpr Nanoseconds late = std::chrono::milliseconds(150);  // pictures behind the sound

}  // namespace

void Feed::obey(const Order& order) {
    const bool first = order_.number < 0;
    const bool seek = first ? order.at > Nanoseconds{0} : order.seek_number != order_.seek_number;
    order_ = order;
    sound_.clear();
    written_ = 0;
    sound_ended_ = false;
    if (!first && !seek && stretch_.resume(order.at, order.speed)) {
        sound_ = stretch_.take();
        return;
    }
    // Where only the sound starts again, pictures that are queued already stay.
    if (seek) newest_picture_ = Nanoseconds::min();
    if (seek || !first) reader_->seek(order.at);
    stretch_.restart(order.at, order.speed);
}

bool Feed::wants_sound() const { return !sound_ended_ && order_.ring->room() >= worth_a_write; }

bool Feed::advance(bool sound, bool picture, Nanoseconds heard) {
    if (sound && pass_sound()) return true;
    reader_->hurry(heard - std::max(newest_picture_, order_.at) > late);
    return reader_->work(sound && sound_.empty() && !sound_ended_, picture);
}

// From the reader through the stretcher into the ring; false when there was nothing to pass.
bool Feed::pass_sound() {
    if (sound_.empty()) {
        const std::vector<float> block = reader_->take_sound();
        if (!block.empty())
            stretch_.push(block);
        else if (reader_->sound_ended())
            stretch_.finish();
        else
            return false;
        sound_ = stretch_.take();
        written_ = 0;
        sound_ended_ = block.empty() && sound_.empty();
    }
    written_ += 2 * order_.ring->write(sound_.data() + written_, (sound_.size() - written_) / 2);
    if (written_ == sound_.size()) sound_.clear();
    return true;
}

std::optional<DecodedPicture> Feed::take_picture() {
    auto picture = reader_->take_picture();
    if (!picture || picture->at <= newest_picture_)
        return std::nullopt;  // a reader that went further back repeats some
    newest_picture_ = picture->at;
    return picture;
}

}  // namespace xinghuo
