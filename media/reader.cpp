#include "media/reader.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xinghuo {
namespace {

// Codecs need what lies a little before to be right at the target (AAC one frame, Opus 80 ms).
constexpr Nanoseconds lead_in = std::chrono::milliseconds(200);
// How much further back to try when a container seeks too far.
constexpr std::array<Nanoseconds, 3> further_back = {std::chrono::seconds(1), std::chrono::seconds(8),
                                                     Nanoseconds::max()};
constexpr Nanoseconds exact_enough = std::chrono::milliseconds(10);
// A gap in the sound up to the end the file claims, or this where it claims none, is silence; beyond, stamps are wrong.
constexpr Nanoseconds longest_unclaimed = std::chrono::minutes(10);
constexpr Nanoseconds long_gap = std::chrono::seconds(1);

}  // namespace

Result<std::unique_ptr<Reader>> Reader::open(const Path& file, bool with_picture, const std::atomic<bool>& stop) {
    auto demuxer = Demuxer::open(file, with_picture, stop);
    if (!demuxer) return demuxer.error();
    std::unique_ptr<Reader> reader(new Reader);
    reader->demuxer_ = std::move(*demuxer);
    auto sound = SoundDecoder::open(reader->demuxer_->sound(), reader->demuxer_->origin());
    if (!sound) return sound.error();
    reader->sound_ = std::move(*sound);
    if (const AVStream* stream = reader->demuxer_->picture()) {
        auto pictures = PictureDecoder::open(*stream, reader->demuxer_->origin());
        if (!pictures) return pictures.error();
        reader->pictures_ = std::move(*pictures);
    } else {
        reader->picture_ended_ = true;
    }
    reader->sound_->restart(Nanoseconds{0}, Nanoseconds{0});
    return reader;
}

void Reader::seek(Nanoseconds to) {
    target_ = to;
    steps_back_ = 0;
    place(to - lead_in);
}

void Reader::place(Nanoseconds at) {
    demuxer_->seek(at);
    sound_->restart(target_, at <= Nanoseconds{0} ? Nanoseconds{0} : target_);
    start_checked_ = at <= Nanoseconds{0};
    sound_flushed_ = sound_ended_ = false;
    before_.reset();
    held_.reset();
    ready_.reset();
    if (!pictures_) return;
    pictures_->restart();
    picture_flushed_ = picture_ended_ = false;
}

void Reader::hurry(bool on) {
    if (pictures_) pictures_->hurry(on);
}

bool Reader::hopeless() const {
    const bool no_sound = demuxer_->sound() == nullptr || sound_flushed_;
    return target_ == Nanoseconds{0} && demuxer_->ended() && no_sound && picture_ended_ && !sound_->lives() &&
           !seen_picture_;
}

bool Reader::work(bool want_sound, bool want_picture) {
    if (want_sound && work_on_sound()) return true;
    if (want_picture && work_on_picture()) return true;
    const bool lacks_sound = want_sound && !sound_ended_, lacks_picture = want_picture && !picture_ended_;
    if ((lacks_sound || lacks_picture) && demuxer_->read()) return true;
    // One stream runs far ahead of the other in the file: what is missing is silence.
    return lacks_sound && demuxer_->full() && fill_silence(demuxer_->pictures_until());
}

bool Reader::fill_silence(Nanoseconds until) {
    const Nanoseconds before = sound_->until();
    sound_->silence(until);
    return sound_->until() > before;
}

bool Reader::work_on_sound() {
    if (!sound_->empty()) return true;
    if (sound_ended_) return false;
    if (demuxer_->sound() == nullptr)
        return fill_silence(demuxer_->pictures_until()) || (demuxer_->ended() && end_sound());
    if (!demuxer_->has_sound_packet()) return demuxer_->ended() && end_sound();

    const auto at = demuxer_->next_sound_at();
    if (!start_checked_ && began_too_late(at)) return true;
    if (at) {
        const Nanoseconds claimed = duration() > Nanoseconds{0} ? duration() : longest_unclaimed;
        if (*at - sound_->until() > long_gap && *at <= claimed && fill_silence(*at)) return true;
    }
    const AvPacket packet = demuxer_->take_sound();
    const auto length = media_time(packet->duration, demuxer_->sound()->time_base);
    // What ends before the lead-in need not even be decoded.
    if (!at || !length || *at + *length >= target_ - lead_in) sound_->send(packet.get());
    return true;
}

// After a seek the first sound begins after the target, or does not say when: either the container overshot, or there
// is none at the target. Tries further back before it believes the latter. True when it has gone back.
bool Reader::began_too_late(std::optional<Nanoseconds> first) {
    start_checked_ = true;
    if (first && *first <= target_ + exact_enough) return false;
    if (!first) {
        place(Nanoseconds{0});  // from the start, the sound can be counted
        return true;
    }
    // A film is not read from its start for this.
    const std::size_t tries = further_back.size() - (pictures_ ? 1 : 0);
    if (steps_back_ >= tries) return false;
    const Nanoseconds back = further_back.at(steps_back_++);
    place(back == Nanoseconds::max() ? Nanoseconds{0} : target_ - back);
    return true;
}

bool Reader::end_sound() {
    if (!sound_flushed_) {
        sound_flushed_ = true;
        sound_->send(nullptr);
        return true;
    }
    if (fill_silence(demuxer_->pictures_until())) return true;
    sound_ended_ = true;
    return true;
}

bool Reader::work_on_picture() {
    if (ready_) return true;
    if (picture_ended_) return false;
    if (held_) {
        ready_ = std::exchange(held_, std::nullopt);
        return true;
    }
    if (auto picture = pictures_->receive()) {
        seen_picture_ = true;
        choose_picture(std::move(*picture));
        return true;
    }
    if (pictures_->ended()) {
        ready_ = std::exchange(before_, std::nullopt);
        picture_ended_ = true;
        return true;
    }
    if (const AvPacket packet = demuxer_->take_picture()) {
        pictures_->send(packet.get());
        return true;
    }
    if (!demuxer_->ended()) return false;
    if (picture_flushed_) {  // and still not at its end: the decoder is beyond help
        ready_ = std::exchange(before_, std::nullopt);
        picture_ended_ = true;
    } else {
        picture_flushed_ = true;
        pictures_->send(nullptr);
    }
    return true;
}

void Reader::choose_picture(DecodedPicture picture) {
    if (picture.at <= target_) {
        before_ = std::move(picture);
        return;
    }
    if (!before_) {
        ready_ = std::move(picture);
        return;
    }
    ready_ = std::exchange(before_, std::nullopt);
    held_ = std::move(picture);
}

std::optional<DecodedPicture> Reader::take_picture() {
    auto picture = std::exchange(ready_, std::nullopt);
    if (picture && !pictures_->make_plain(*picture)) return std::nullopt;
    return picture;
}

}  // namespace xinghuo
