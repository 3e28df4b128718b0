#include "media/image.h"

extern "C" {
#include <libavutil/imgutils.h>
}

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "media/av.h"

namespace xinghuo {
namespace {

AVCodecID codec_of(const Bytes& file) {  // image_size() has seen that it is one of these
    return file[0] == 0x89 ? AV_CODEC_ID_PNG : file[0] == 0xff ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_WEBP;
}

Result<AvFrame> decode_frame(const Bytes& file) {
    const AVCodec* decoder = avcodec_find_decoder(codec_of(file));
    if (decoder == nullptr) return Error{ErrorKind::unsupported, "no decoder for this kind of picture"};
    AvCodec codec = new_codec(decoder);
    codec->max_pixels = most_image_pixels;
    codec->thread_count = 1;
    if (const int opened = avcodec_open2(codec.get(), decoder, nullptr); opened < 0)
        return av_failure("opening the picture's decoder", opened);
    AvPacket packet = new_packet();
    if (file.size() > static_cast<std::size_t>(INT32_MAX) - AV_INPUT_BUFFER_PADDING_SIZE ||
        av_new_packet(packet.get(), static_cast<int>(file.size())) < 0)
        return Error{ErrorKind::too_large, "a picture file over 2 GB"};
    std::memcpy(packet->data, file.data(), file.size());
    AvFrame frame = new_frame();
    int got = avcodec_send_packet(codec.get(), packet.get());
    if (got >= 0) avcodec_send_packet(codec.get(), nullptr);  // nothing follows: some hold one back
    if (got >= 0) got = avcodec_receive_frame(codec.get(), frame.get());
    if (got < 0) return Error{ErrorKind::invalid, av_failure("decoding the picture", got).what};
    return frame;
}

Result<Image> to_rgba(const AVFrame& frame) {
    if (frame.width < 1 || frame.height < 1 || std::int64_t{frame.width} * frame.height > most_image_pixels)
        return Error{ErrorKind::invalid, "a picture of another size than it says"};
    const AvScaler scaler(sws_getContext(
        frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width, frame.height, AV_PIX_FMT_RGBA,
        SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
    if (!scaler) return Error{ErrorKind::unsupported, "a picture in a colour format that cannot be converted"};
    // JPEG says its range by itself; libav's full-range names are for that.
    if (frame.color_range == AVCOL_RANGE_JPEG) {
        const int* matrix = sws_getCoefficients(SWS_CS_ITU601);
        sws_setColorspaceDetails(scaler.get(), matrix, 1, matrix, 1, 0, 1 << 16, 1 << 16);
    }
    // The scaler writes whole vectors, past the end of a row.
    AvFrame out = new_frame();
    out->format = AV_PIX_FMT_RGBA;
    out->width = frame.width;
    out->height = frame.height;
    if (av_frame_get_buffer(out.get(), 0) < 0) return Error{ErrorKind::io, "no memory for the picture"};
    if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, out->data, out->linesize) <= 0)
        return Error{ErrorKind::invalid, "the picture's colours cannot be converted"};
    const std::size_t pitch = static_cast<std::size_t>(frame.width) * 4;
    Image image{frame.width, frame.height, std::vector<std::uint8_t>(pitch * static_cast<std::size_t>(frame.height))};
    for (int y = 0; y < frame.height; ++y)
        std::memcpy(&image.rgba[static_cast<std::size_t>(y) * pitch],
                    out->data[0] + std::ptrdiff_t{y} * out->linesize[0], pitch);
    return image;
}

// EXIF orientation, 1–8 (EXIF 2.3, 4.6.4): where row 0 and column 0 of what is stored belong.
int orientation(const AVFrame& frame) {
    const AVDictionaryEntry* entry = av_dict_get(frame.metadata, "Orientation", nullptr, 0);
    const int said = entry != nullptr ? std::atoi(entry->value) : 1;
    return said >= 1 && said <= 8 ? said : 1;
}

Image turned(Image image, int orientation) {
    if (orientation == 1) return image;
    const bool swapped = orientation >= 5;
    Image out{swapped ? image.h : image.w, swapped ? image.w : image.h, std::vector<std::uint8_t>(image.rgba.size())};
    for (int y = 0; y < out.h; ++y)
        for (int x = 0; x < out.w; ++x) {
            int from_x = swapped ? y : x, from_y = swapped ? x : y;
            if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
                from_x = image.w - 1 - from_x;
            if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
                from_y = image.h - 1 - from_y;
            std::memcpy(&out.rgba[(static_cast<std::size_t>(y) * static_cast<std::size_t>(out.w) +
                                   static_cast<std::size_t>(x)) *
                                  4],
                        &image.rgba[(static_cast<std::size_t>(from_y) * static_cast<std::size_t>(image.w) +
                                     static_cast<std::size_t>(from_x)) *
                                    4],
                        4);
        }
    return out;
}

Result<AvFrame> frame_of(const Image& image) {
    AvFrame frame = new_frame();
    frame->format = AV_PIX_FMT_RGBA;
    frame->width = image.w;
    frame->height = image.h;
    if (av_frame_get_buffer(frame.get(), 0) < 0) return Error{ErrorKind::io, "no memory for the picture"};
    const std::size_t pitch = static_cast<std::size_t>(image.w) * 4;
    for (int y = 0; y < image.h; ++y)
        std::memcpy(frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0],
                    &image.rgba[static_cast<std::size_t>(y) * pitch], pitch);
    return frame;
}

}  // namespace

Result<Image> decode_image(const Bytes& file) {
    quiet_libav();
    if (auto size = image_size(file); !size) return size.error();
    auto frame = decode_frame(file);
    if (!frame) return frame.error();
    auto image = to_rgba(**frame);
    if (!image) return image.error();
    return turned(std::move(*image), orientation(**frame));
}

Result<Bytes> encode_png(const Image& image, PngEffort effort) {
    quiet_libav();
    insist(image.rgba.size() == static_cast<std::size_t>(image.w) * static_cast<std::size_t>(image.h) * 4,
           "an image of another size");
    if (image.w < 1 || image.h < 1 || image.w > most_image_side_px || image.h > most_image_side_px ||
        std::int64_t{image.w} * image.h > most_image_pixels)
        return Error{ErrorKind::too_large, "a picture of no size, over 16,384 px a side or 64 megapixels"};
    const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (encoder == nullptr) return Error{ErrorKind::unsupported, "this libav writes no PNG"};
    AvCodec codec = new_codec(encoder);
    codec->width = image.w;
    codec->height = image.h;
    codec->pix_fmt = AV_PIX_FMT_RGBA;
    codec->time_base = AVRational{1, 1};
    codec->thread_count = 1;
    codec->compression_level = effort == PngEffort::fast ? 1 : 9;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "pred", effort == PngEffort::fast ? "sub" : "mixed", 0);
    const int opened = avcodec_open2(codec.get(), encoder, &options);
    av_dict_free(&options);
    if (opened < 0) return av_failure("opening the PNG encoder", opened);
    auto frame = frame_of(image);
    if (!frame) return frame.error();
    AvPacket packet = new_packet();
    int done = avcodec_send_frame(codec.get(), frame->get());
    if (done >= 0) done = avcodec_receive_packet(codec.get(), packet.get());
    if (done < 0) return av_failure("writing PNG", done);
    return Bytes(packet->data, packet->data + packet->size);
}

}  // namespace xinghuo
