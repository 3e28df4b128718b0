#include "media/av.h"

#include <algorithm>
#include <array>
#include <string>

namespace xinghuo {
namespace {

ErrorKind kind_of(int code) {
    switch (code) {
        case AVERROR(ENOENT):
            return ErrorKind::missing;
        case AVERROR_INVALIDDATA:
        case AVERROR_EOF:
            return ErrorKind::invalid;
        case AVERROR(EINVAL):  // also: a container that is not among those allowed
        case AVERROR_DECODER_NOT_FOUND:
        case AVERROR_DEMUXER_NOT_FOUND:
        case AVERROR_PROTOCOL_NOT_FOUND:
        case AVERROR_STREAM_NOT_FOUND:
        case AVERROR_PATCHWELCOME:
            return ErrorKind::unsupported;
        case AVERROR_EXIT:
            return ErrorKind::cancelled;
        default:
            return ErrorKind::io;
    }
}

}  // namespace

AvFrame new_frame() {
    AvFrame frame(av_frame_alloc());
    insist(frame != nullptr, "no memory for a frame");
    return frame;
}

AvPacket new_packet() {
    AvPacket packet(av_packet_alloc());
    insist(packet != nullptr, "no memory for a packet");
    return packet;
}

AvCodec new_codec(const AVCodec* codec) {
    AvCodec context(avcodec_alloc_context3(codec));
    insist(context != nullptr, "no memory for a codec");
    return context;
}

void quiet_libav() {
    // Once: libav keeps the level in a plain variable that its threads read.
    static const bool done = [] {
        av_log_set_level(AV_LOG_QUIET);
        return true;
    }();
    static_cast<void>(done);
}

Error av_failure(std::string_view doing, int code) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
    av_strerror(code, words.data(), words.size());
    return Error{kind_of(code), std::string(doing) + ": " + words.data()};
}

std::optional<Nanoseconds> media_time(std::int64_t timestamp, AVRational unit) {
    constexpr std::int64_t ten_days_ns = 864'000'000'000'000;
    if (timestamp == AV_NOPTS_VALUE || unit.num <= 0 || unit.den <= 0) return std::nullopt;
    const std::int64_t ns = av_rescale_q(timestamp, unit, AVRational{1, 1'000'000'000});
    if (ns == INT64_MIN) return Nanoseconds(timestamp < 0 ? -ten_days_ns : ten_days_ns);  // it did not fit
    return Nanoseconds(std::clamp(ns, -ten_days_ns, ten_days_ns));
}

}  // namespace xinghuo
