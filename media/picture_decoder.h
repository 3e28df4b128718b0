// Picture packets to 8-bit 4:2:0 pictures with their times; in hardware (VAAPI) where the machine has it and the
// pictures are large, else in software. For one thread.
#pragma once

#include "media/av.h"

namespace xinghuo {

struct DecodedPicture {
    AvFrame frame;                // as decoded; after make_plain() 8-bit 4:2:0 in main memory
    Nanoseconds at{0}, until{0};  // media time
    bool bt709 = true, full_range = false;
};

class PictureDecoder {
public:
    // `too_large` over 4,096 px a side. `origin` is the stamp that counts as 0.
    static Result<std::unique_ptr<PictureDecoder>> open(const AVStream& stream, Nanoseconds origin);

    // After a seek: what was held is forgotten.
    void restart();
    // Leaves out the pictures that no other refers to.
    void hurry(bool on);
    // What cannot be decoded is left out. A null packet: nothing comes after it. Only when receive() has nothing.
    void send(const AVPacket* packet);
    // The next picture, ascending in time; nothing when a packet is needed, or at the end.
    std::optional<DecodedPicture> receive();
    // Fetches it from the graphics card and converts it, where needed; false when that fails.
    bool make_plain(DecodedPicture& picture);
    // After the null packet: all is out.
    [[nodiscard]] bool ended() const { return ended_; }

private:
    PictureDecoder() = default;
    Result<void> open_codec(bool hardware);
    bool fetch();
    DecodedPicture timed();
    AvFrame converted(const AVFrame& from, int w_px);

    const AVStream* stream_ = nullptr;
    Nanoseconds origin_{0};
    AvBuffer device_;
    AvCodec codec_;
    AvFrame frame_ = new_frame();
    AvScaler scaler_;
    Nanoseconds usual_length_{0};
    std::optional<Nanoseconds> last_at_;
    bool ended_ = false;
};

}  // namespace xinghuo
