// libav's objects, freed by themselves. For the builder's files that use libav.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

#include "content/base/result.h"

namespace xinghuo::av {

struct Freed {
    void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
    void operator()(AVFrame* p) const { av_frame_free(&p); }
    void operator()(AVPacket* p) const { av_packet_free(&p); }
    void operator()(SwrContext* p) const { swr_free(&p); }
    void operator()(SwsContext* p) const { sws_freeContext(p); }
};
using Codec = std::unique_ptr<AVCodecContext, Freed>;
using Frame = std::unique_ptr<AVFrame, Freed>;
using Packet = std::unique_ptr<AVPacket, Freed>;
using Resampler = std::unique_ptr<SwrContext, Freed>;
using Scaler = std::unique_ptr<SwsContext, Freed>;

// A file being written, to memory or to disk; the header is written by start(), the trailer by finish().
class Writer {
public:
    Writer() = default;
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    Result<void> open(const char* format, const std::string& file);
    // A stream with the encoder's parameters; the encoder must be open.
    Result<int> add_stream(const AVCodecContext& encoder);
    Result<void> start(AVDictionary** options = nullptr);
    // Sends a frame (null: no more) through the encoder and writes what comes out.
    Result<void> write(AVCodecContext& encoder, int stream, const AVFrame* frame);
    Result<void> finish();
    [[nodiscard]] bool wants_global_header() const { return (context_->oformat->flags & AVFMT_GLOBALHEADER) != 0; }
    [[nodiscard]] AVFormatContext& context() { return *context_; }

private:
    AVFormatContext* context_ = nullptr;
};

Error error(int code, const char* doing);

}  // namespace xinghuo::av
