// libav, owned: what it allocates frees itself, its error numbers become sentences, its times become nanoseconds.
// Only the .cpp files of this folder (and the tests that make media) include this.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <optional>
#include <string_view>

#include "content/base/clock.h"
#include "content/base/result.h"

namespace xinghuo {

struct AvFree {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
    void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
    void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
    void operator()(AVFilterGraph* graph) const { avfilter_graph_free(&graph); }
    void operator()(SwrContext* resampler) const { swr_free(&resampler); }
    void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
    void operator()(AVBufferRef* buffer) const { av_buffer_unref(&buffer); }
};

using AvFrame = std::unique_ptr<AVFrame, AvFree>;
using AvPacket = std::unique_ptr<AVPacket, AvFree>;
using AvCodec = std::unique_ptr<AVCodecContext, AvFree>;
using AvInput = std::unique_ptr<AVFormatContext, AvFree>;
using AvGraph = std::unique_ptr<AVFilterGraph, AvFree>;
using AvResampler = std::unique_ptr<SwrContext, AvFree>;
using AvScaler = std::unique_ptr<SwsContext, AvFree>;
using AvBuffer = std::unique_ptr<AVBufferRef, AvFree>;

// Never null: dies when the memory is used up.
AvFrame new_frame();
AvPacket new_packet();
// Not opened yet; for decoding or encoding. Dies when the memory is used up.
AvCodec new_codec(const AVCodec* codec);

// libav writes to standard error unless told not to. Cheap to call again; any thread.
void quiet_libav();

// `doing` is what was tried: "opening the file". The kind follows from the number.
Error av_failure(std::string_view doing, int code);

// A stream's timestamp as time, rounded to the nearest nanosecond; nothing for AV_NOPTS_VALUE. Held within
// ±10 days, so that sums of hostile timestamps cannot overflow.
std::optional<Nanoseconds> media_time(std::int64_t timestamp, AVRational unit);

}  // namespace xinghuo
