// Media for tests, made on the spot with libav: what is in them is known to the sample and to the picture.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "content/base/file.h"
#include "media/image.h"

namespace xinghuo {

// A folder that is gone at the end of the test.
class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    [[nodiscard]] Path file(const std::string& name) const { return folder_ / name; }

private:
    Path folder_;
};

struct StereoSample {
    float left = 0, right = 0;
};

// What goes into a file. The container follows from the file's ending.
struct Recipe {
    double seconds = 1;
    std::string sound_codec = "pcm_s16le";  // empty: no sound
    int sound_rate_hz = 48'000;
    int channels = 2;           // 1 takes the left one
    double sound_seconds = -1;  // where the sound ends before the film; -1: with it
    std::function<StereoSample(std::int64_t frame)> sound;
    std::string picture_codec;  // empty: no picture
    int w = 64, h = 36;         // px
    int fps = 25;
    int pictures_a_key = 50;
    std::string pixel_format = "yuv420p";
    std::function<std::uint8_t(std::int64_t picture)> brightness;  // of luma, 16–235
};

// False when this machine's libav cannot encode it.
[[nodiscard]] bool can_encode(const std::string& codec);
// Ends the test program when it cannot be written.
void write_media(const Path& file, const Recipe& recipe);

// One still picture by any of libav's encoders and pixel formats ("png", "rgb48be"; "mjpeg", "yuvj420p"; …).
[[nodiscard]] Bytes encode_picture(const Image& image, const std::string& codec, const std::string& pixel_format);

}  // namespace xinghuo
