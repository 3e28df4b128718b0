#include "tools/packer/png.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
}

#include <algorithm>

namespace xinghuo {
namespace {

struct Freed {
    void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
    void operator()(AVFrame* p) const { av_frame_free(&p); }
    void operator()(AVPacket* p) const { av_packet_free(&p); }
};

bool opaque(const Image& image) {
    for (std::size_t i = 3; i < image.rgba.size(); i += 4)
        if (image.rgba[i] != 255) return false;
    return true;
}

void fill(AVFrame& frame, const Image& image, bool with_alpha) {
    const int width = image.w;
    for (int y = 0; y < image.h; ++y) {
        const std::uint8_t* from =
            image.rgba.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 4;
        std::uint8_t* to = frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
        if (with_alpha) {
            std::copy(from, from + static_cast<std::ptrdiff_t>(width) * 4, to);
            continue;
        }
        for (int x = 0; x < width; ++x, from += 4, to += 3) std::copy(from, from + 3, to);
    }
}

}  // namespace

Result<Bytes> encode_png(const Image& image) {
    if (image.w < 1 || image.h < 1 || image.w > 16384 || image.h > 16384)
        return Error{ErrorKind::too_large, "a picture must have sides of 1 to 16384 px"};
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (codec == nullptr) return Error{ErrorKind::unsupported, "libavcodec has no PNG encoder"};
    const std::unique_ptr<AVCodecContext, Freed> context(avcodec_alloc_context3(codec));
    const std::unique_ptr<AVFrame, Freed> frame(av_frame_alloc());
    const std::unique_ptr<AVPacket, Freed> packet(av_packet_alloc());
    if (!context || !frame || !packet) return Error{ErrorKind::io, "out of memory"};
    const bool with_alpha = !opaque(image);
    context->width = frame->width = image.w;
    context->height = frame->height = image.h;
    context->pix_fmt = with_alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
    frame->format = context->pix_fmt;
    context->time_base = {1, 1};
    context->thread_count = 1;
    context->compression_level = 7;
    av_opt_set(context->priv_data, "pred", "mixed", 0);
    if (avcodec_open2(context.get(), codec, nullptr) < 0) return Error{ErrorKind::io, "the PNG encoder did not open"};
    if (av_frame_get_buffer(frame.get(), 0) < 0) return Error{ErrorKind::io, "out of memory"};
    fill(*frame, image, with_alpha);
    if (avcodec_send_frame(context.get(), frame.get()) < 0 || avcodec_send_frame(context.get(), nullptr) < 0 ||
        avcodec_receive_packet(context.get(), packet.get()) < 0)
        return Error{ErrorKind::io, "the PNG encoder failed"};
    return Bytes(packet->data, packet->data + packet->size);
}

}  // namespace xinghuo
