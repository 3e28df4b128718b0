// A file as an unbroken line of sound and a row of pictures, piece by piece, from any place in it. No threads here:
// the player's decoding thread owns one and asks it for what the queues lack.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "media/demuxer.h"
#include "media/picture_decoder.h"
#include "media/sound_decoder.h"

namespace xinghuo {

class Reader {
public:
    // Fails for what cannot be played. A film whose pictures cannot be decoded is a failure too, not half a film.
    static Result<std::unique_ptr<Reader>> open(const Path& file, bool with_picture, const std::atomic<bool>& stop);

    [[nodiscard]] Nanoseconds duration() const { return demuxer_->duration(); }
    [[nodiscard]] bool has_picture() const { return pictures_ != nullptr; }

    // Exact: the sound goes on at `to`, to the sample; the first picture is the one to be seen at `to`.
    void seek(Nanoseconds to);
    // Leaves out the pictures that no other refers to.
    void hurry(bool on);

    // Does a small piece of work towards what is wanted; false when nothing could be done, because it has ended or
    // because packets of the other kind must be taken first.
    bool work(bool want_sound, bool want_picture);

    // Interleaved 48 kHz stereo, following what was taken before without a gap; empty when none is ready.
    std::vector<float> take_sound() { return sound_->take(); }
    std::optional<DecodedPicture> take_picture();
    [[nodiscard]] bool sound_ended() const { return sound_ended_ && sound_->empty(); }
    [[nodiscard]] bool picture_ended() const { return picture_ended_ && !ready_; }
    // Read from the start to the end, and nothing could be decoded.
    [[nodiscard]] bool hopeless() const;

private:
    Reader() = default;
    void place(Nanoseconds at);
    bool work_on_sound();
    bool work_on_picture();
    bool end_sound();
    bool fill_silence(Nanoseconds until);
    bool began_too_late(std::optional<Nanoseconds> first);
    void choose_picture(DecodedPicture picture);

    std::unique_ptr<Demuxer> demuxer_;
    std::unique_ptr<SoundDecoder> sound_;
    std::unique_ptr<PictureDecoder> pictures_;
    Nanoseconds target_{0};
    std::size_t steps_back_ = 0;
    bool start_checked_ = true;
    bool sound_flushed_ = false, sound_ended_ = false;
    bool picture_flushed_ = false, picture_ended_ = false, seen_picture_ = false;
    std::optional<DecodedPicture> before_;  // the newest that begins before the target, until one after it is found
    std::optional<DecodedPicture> held_;    // the one after it, while `before_` goes first
    std::optional<DecodedPicture> ready_;
};

}  // namespace xinghuo
