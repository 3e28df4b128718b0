// What the player's decoding thread works on, without its locks: a reader, the stretcher behind its sound and the ring
// behind that, and from where on they were told to go.
#pragma once

#include <memory>
#include <vector>

#include "media/reader.h"
#include "media/sound_ring.h"
#include "media/stretch.h"

namespace xinghuo {

inline constexpr std::size_t ring_frames = sample_rate_hz;  // 1 s

// From where on to decode, and for which ring. The newest counts; older ones are dropped.
struct Order {
    std::int64_t number = 0;
    std::int64_t seek_number = 0;  // differs from the last one's when pictures are to start again too
    Nanoseconds at{0};
    double speed = 1;
    std::shared_ptr<SoundRing> ring = std::make_shared<SoundRing>(ring_frames);
};

class Feed {
public:
    explicit Feed(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) { order_.number = -1; }

    [[nodiscard]] const Order& order() const { return order_; }
    void obey(const Order& order);

    [[nodiscard]] bool wants_sound() const;
    [[nodiscard]] bool wants_picture() const { return !reader_->picture_ended(); }
    // A small piece of work; false when there was nothing to do. The main thread heard `heard` last: when the pictures
    // are far behind it, those that can be missed are left out.
    bool advance(bool sound, bool picture, Nanoseconds heard);
    // The next picture, ascending since the last seek.
    std::optional<DecodedPicture> take_picture();

    [[nodiscard]] bool sound_ended() const { return sound_ended_; }  // all of it is in the ring
    [[nodiscard]] bool picture_ended() const { return reader_->picture_ended(); }
    [[nodiscard]] bool hopeless() const { return reader_->hopeless(); }

private:
    bool pass_sound();

    std::unique_ptr<Reader> reader_;
    Stretch stretch_;
    Order order_;
    std::vector<float> sound_;  // stretched, on its way into the ring
    std::size_t written_ = 0;   // of it, in samples
    bool sound_ended_ = false;
    Nanoseconds newest_picture_ = Nanoseconds::min();
};

}  // namespace xinghuo
