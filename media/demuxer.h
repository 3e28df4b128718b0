// A media file taken apart into its sound packets and its picture packets. For one thread (the decoding one).
#pragma once

#include <atomic>
#include <deque>

#include "content/base/file.h"
#include "media/av.h"

namespace xinghuo {

class Demuxer {
public:
    // Reads local files of known containers only; no playlists, no network. Takes the best sound stream and, when asked
    // for, the best picture stream (never cover art). `stop` ends waiting inside libav; it must outlive the demuxer.
    static Result<std::unique_ptr<Demuxer>> open(const Path& file, bool with_picture, const std::atomic<bool>& stop);

    // Null where there is none.
    [[nodiscard]] const AVStream* sound() const { return stream(sound_.index); }
    [[nodiscard]] const AVStream* picture() const { return stream(picture_.index); }
    // As the file claims; measured where it does not and the file is under 64 MB; else 0.
    [[nodiscard]] Nanoseconds duration() const { return duration_; }
    // All times count from here: the stamp of the file's first frame.
    [[nodiscard]] Nanoseconds origin() const { return origin_; }

    // The next packet into its queue, or the discovery of the end; false when there is nothing to do: after the end, or
    // at the queues' limit.
    bool read();
    // The file has no more packets (also where it is cut off or unreadable).
    [[nodiscard]] bool ended() const { return ended_; }
    // A queue is at its limit (2,000 packets or 64 MB); read() does nothing until packets are taken.
    [[nodiscard]] bool full() const;
    // Null when none is queued.
    AvPacket take_sound() { return take(sound_); }
    AvPacket take_picture() { return take(picture_); }
    [[nodiscard]] bool has_sound_packet() const { return !sound_.packets.empty(); }
    // When the sound packet that is next begins; nothing when none is queued or it does not say.
    [[nodiscard]] std::optional<Nanoseconds> next_sound_at() const;
    // Where the newest picture packet read ends.
    [[nodiscard]] Nanoseconds pictures_until() const { return pictures_until_; }

    // To a place from which everything after `to` can be decoded, or as near as the file allows; queues are emptied.
    void seek(Nanoseconds to);

private:
    struct Queue {
        int index = -1;
        std::deque<AvPacket> packets;
        std::size_t bytes = 0;
    };

    Demuxer() = default;
    Result<void> choose_streams(bool with_picture);
    [[nodiscard]] const AVStream* stream(int index) const;
    AvPacket take(Queue& queue);
    void distrust(std::uintmax_t file_bytes);
    void note_picture(const AVPacket& packet);

    AvInput input_;
    Queue sound_, picture_;
    Nanoseconds origin_{0}, duration_{0}, pictures_until_{0};
    bool from_start_ = false;  // seeking there directly would be wrong
    bool ended_ = false;
};

}  // namespace xinghuo
