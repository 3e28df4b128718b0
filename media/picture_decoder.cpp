#include "media/picture_decoder.h"

extern "C" {
#include <libavutil/cpu.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>

namespace xinghuo {
namespace {

constexpr int most_side_px = 4'096;
constexpr std::int64_t most_pixels = std::int64_t{most_side_px} * most_side_px;
// Smaller ones are decoded faster than they are fetched from the graphics card.
constexpr int hardware_from_px = 1'280 * 720;
constexpr int most_threads = 4;
// Smaller ones gain nothing by threads, and open faster without.
constexpr int threads_from_px = 640 * 360;

AVPixelFormat prefer_vaapi(AVCodecContext* codec, const AVPixelFormat* offered) {
    for (const AVPixelFormat* format = offered; *format != AV_PIX_FMT_NONE; ++format)
        if (*format == AV_PIX_FMT_VAAPI) return *format;
    return avcodec_default_get_format(codec, offered);
}

bool vaapi_decodes(const AVCodec& decoder) {
    for (int i = 0;; ++i) {
        const AVCodecHWConfig* config = avcodec_get_hw_config(&decoder, i);
        if (config == nullptr) return false;
        if (config->device_type == AV_HWDEVICE_TYPE_VAAPI &&
            (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0)
            return true;
    }
}

bool is_bt709(const AVFrame& frame) {
    switch (frame.colorspace) {
        case AVCOL_SPC_BT709:
            return true;
        case AVCOL_SPC_BT470BG:
        case AVCOL_SPC_SMPTE170M:
        case AVCOL_SPC_FCC:
            return false;
        default:
            return frame.height > 576;  // unsaid: by custom
    }
}

bool is_rgb(const AVFrame& frame) {
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    return format != nullptr && (format->flags & AV_PIX_FMT_FLAG_RGB) != 0;
}

bool is_full_range(const AVFrame& frame) {
    return frame.color_range == AVCOL_RANGE_JPEG || frame.format == AV_PIX_FMT_YUVJ420P ||
           frame.format == AV_PIX_FMT_YUVJ422P || frame.format == AV_PIX_FMT_YUVJ444P;
}

// Pixels that are not square are made so by width.
int shown_width(const AVFrame& frame) {
    const AVRational shape = frame.sample_aspect_ratio;
    if (shape.num <= 0 || shape.den <= 0 || shape.num == shape.den) return frame.width;
    if (shape.num / shape.den >= 4 || shape.den / shape.num >= 4) return frame.width;  // not to be believed
    const std::int64_t width = av_rescale(frame.width, shape.num, shape.den);
    return static_cast<int>(std::clamp<std::int64_t>(width, 2, most_side_px));
}

}  // namespace

Result<std::unique_ptr<PictureDecoder>> PictureDecoder::open(const AVStream& stream, Nanoseconds origin) {
    const AVCodecParameters& form = *stream.codecpar;
    if (form.width > most_side_px || form.height > most_side_px)
        return Error{ErrorKind::too_large, "pictures over 4,096 px a side"};
    std::unique_ptr<PictureDecoder> decoder(new PictureDecoder);
    decoder->stream_ = &stream;
    decoder->origin_ = origin;
    AVRational rate = stream.avg_frame_rate;
    if (rate.num <= 0 || rate.den <= 0) rate = AVRational{25, 1};
    decoder->usual_length_ = std::clamp(from_seconds(static_cast<double>(rate.den) / rate.num), Nanoseconds{1'000'000},
                                        Nanoseconds{10'000'000'000});
    if (form.width * form.height >= hardware_from_px && decoder->open_codec(true)) return decoder;
    if (auto opened = decoder->open_codec(false); !opened) return opened.error();
    return decoder;
}

Result<void> PictureDecoder::open_codec(bool hardware) {
    const AVCodec* decoder = avcodec_find_decoder(stream_->codecpar->codec_id);
    if (decoder == nullptr) return Error{ErrorKind::unsupported, "no decoder for this kind of film"};
    codec_ = new_codec(decoder);
    if (const int set = avcodec_parameters_to_context(codec_.get(), stream_->codecpar); set < 0)
        return av_failure("reading the pictures' description", set);
    codec_->pkt_timebase = stream_->time_base;
    codec_->max_pixels = most_pixels;
    device_.reset();
    if (hardware) {
        AVBufferRef* device = nullptr;
        if (!vaapi_decodes(*decoder) ||
            av_hwdevice_ctx_create(&device, AV_HWDEVICE_TYPE_VAAPI, nullptr, nullptr, 0) < 0)
            return Error{ErrorKind::unsupported, "no hardware for it"};
        device_.reset(device);
        codec_->hw_device_ctx = av_buffer_ref(device);
        codec_->get_format = prefer_vaapi;
    } else {
        const bool large = codec_->width * codec_->height >= threads_from_px;
        codec_->thread_count = large ? std::clamp(av_cpu_count(), 1, most_threads) : 1;
    }
    if (const int opened = avcodec_open2(codec_.get(), decoder, nullptr); opened < 0)
        return av_failure("opening the pictures' decoder", opened);
    return {};
}

void PictureDecoder::restart() {
    avcodec_flush_buffers(codec_.get());
    last_at_.reset();
    ended_ = false;
}

void PictureDecoder::hurry(bool on) { codec_->skip_frame = on ? AVDISCARD_NONREF : AVDISCARD_DEFAULT; }

void PictureDecoder::send(const AVPacket* packet) {
    int sent = avcodec_send_packet(codec_.get(), packet);
    if (sent < 0 && sent != AVERROR(EAGAIN) && device_ && packet != nullptr && open_codec(false))
        sent = avcodec_send_packet(codec_.get(), packet);  // the hardware gave up; from here on without it
}

std::optional<DecodedPicture> PictureDecoder::receive() {
    while (fetch())
        if (frame_->width > 0 && frame_->height > 0 && frame_->width <= most_side_px && frame_->height <= most_side_px)
            return timed();
    return std::nullopt;
}

bool PictureDecoder::fetch() {
    av_frame_unref(frame_.get());
    const int got = avcodec_receive_frame(codec_.get(), frame_.get());
    if (got == AVERROR_EOF) ended_ = true;
    const bool broken = got < 0 && got != AVERROR(EAGAIN) && got != AVERROR_EOF;
    if (broken && device_) static_cast<void>(open_codec(false));  // the hardware gave up: on with the next key picture
    return got >= 0;
}

DecodedPicture PictureDecoder::timed() {
    DecodedPicture picture;
    const auto stamp = media_time(frame_->best_effort_timestamp, stream_->time_base);
    picture.at = stamp ? *stamp - origin_ : last_at_.value_or(-usual_length_) + usual_length_;
    if (last_at_ && picture.at <= *last_at_) picture.at = *last_at_ + Nanoseconds{1};
    last_at_ = picture.at;
    const auto length = media_time(frame_->pkt_duration, stream_->time_base).value_or(Nanoseconds{0});
    picture.until = picture.at + (length > Nanoseconds{0} ? length : usual_length_);
    picture.bt709 = is_bt709(*frame_);
    picture.full_range = is_full_range(*frame_) && !is_rgb(*frame_);
    picture.frame = new_frame();
    av_frame_move_ref(picture.frame.get(), frame_.get());
    return picture;
}

bool PictureDecoder::make_plain(DecodedPicture& picture) {
    if (picture.frame->format == AV_PIX_FMT_VAAPI) {
        AvFrame fetched = new_frame();
        if (av_hwframe_transfer_data(fetched.get(), picture.frame.get(), 0) < 0) return false;
        av_frame_copy_props(fetched.get(), picture.frame.get());
        picture.frame = std::move(fetched);
    }
    const AVFrame& frame = *picture.frame;
    const int w = shown_width(frame);
    const bool plain = frame.format == AV_PIX_FMT_YUV420P || frame.format == AV_PIX_FMT_YUVJ420P;
    if (plain && w == frame.width && frame.linesize[0] > 0) return true;
    picture.frame = converted(frame, w);
    return picture.frame != nullptr;
}

// Matrix and range stay as they are, except that RGB becomes 4:2:0 of the matrix that is said.
AvFrame PictureDecoder::converted(const AVFrame& from, int w_px) {
    AvFrame to = new_frame();
    to->format = AV_PIX_FMT_YUV420P;
    to->width = w_px;
    to->height = from.height;
    if (av_frame_get_buffer(to.get(), 0) < 0) return nullptr;
    scaler_.reset(sws_getCachedContext(scaler_.release(), from.width, from.height,
                                       static_cast<AVPixelFormat>(from.format), w_px, from.height, AV_PIX_FMT_YUV420P,
                                       SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!scaler_) return nullptr;
    const int* matrix = sws_getCoefficients(is_bt709(from) ? SWS_CS_ITU709 : SWS_CS_ITU601);
    const bool full = is_full_range(from);
    sws_setColorspaceDetails(scaler_.get(), matrix, full || is_rgb(from) ? 1 : 0, matrix, full && !is_rgb(from) ? 1 : 0,
                             0, 1 << 16, 1 << 16);
    if (sws_scale(scaler_.get(), from.data, from.linesize, 0, from.height, to->data, to->linesize) <= 0) return nullptr;
    return to;
}

}  // namespace xinghuo
