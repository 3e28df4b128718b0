#include "tools/packer/big_picture.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tools/packer/av.h"
#include "tools/packer/drawing.h"

namespace xinghuo {
namespace {

constexpr std::uint8_t paper[3] = {0xFB, 0xF7, 0xEF};  // of the hall's raised sheets (kiosk/gfx/theme.h)

AVCodecID codec_of(const Bytes& file) { return file[0] == 0x89 ? AV_CODEC_ID_PNG : file[0] == 0xff ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_WEBP; }

bool is_drawing(const Path& file) { return file.extension() == ".svg"; }

void onto_paper(Image& image) {
    for (std::size_t i = 0; i < image.rgba.size(); i += 4) {
        const unsigned alpha = image.rgba[i + 3];
        if (alpha == 255) continue;
        for (std::size_t c = 0; c < 3; ++c)
            image.rgba[i + c] = static_cast<std::uint8_t>((image.rgba[i + c] * alpha + paper[c] * (255 - alpha) + 127) / 255);
        image.rgba[i + 3] = 255;
    }
}

Result<av::Frame> decode(const Bytes& file) {
    av_log_set_level(AV_LOG_ERROR);
    const AVCodec* decoder = avcodec_find_decoder(codec_of(file));
    if (decoder == nullptr) return Error{ErrorKind::unsupported, "no decoder for this kind of picture"};
    const av::Codec codec(avcodec_alloc_context3(decoder));
    const av::Packet packet(av_packet_alloc());
    av::Frame frame(av_frame_alloc());
    if (!codec || !packet || !frame) return Error{ErrorKind::io, "out of memory"};
    codec->max_pixels = most_source_pixels;
    codec->thread_count = 1;
    if (avcodec_open2(codec.get(), decoder, nullptr) < 0) return Error{ErrorKind::unsupported, "this kind of picture cannot be read"};
    if (av_new_packet(packet.get(), static_cast<int>(file.size())) < 0) return Error{ErrorKind::io, "out of memory"};
    std::memcpy(packet->data, file.data(), file.size());
    int got = avcodec_send_packet(codec.get(), packet.get());
    av_packet_unref(packet.get());
    if (got >= 0) avcodec_send_packet(codec.get(), nullptr);
    if (got >= 0) got = avcodec_receive_frame(codec.get(), frame.get());
    if (got < 0) return Error{ErrorKind::invalid, "the picture is damaged"};
    if (frame->width < 1 || frame->height < 1 || std::int64_t{frame->width} * frame->height > most_source_pixels)
        return Error{ErrorKind::invalid, "a picture of another size than it says"};
    return frame;
}

// The scaler takes colour from pairs of pixels, and would take the last one's neighbour from behind the picture.
Image even_sided(const Image& image) {
    Image even{(image.w + 1) / 2 * 2, (image.h + 1) / 2 * 2, {}};
    even.rgba.resize(static_cast<std::size_t>(even.w) * static_cast<std::size_t>(even.h) * 4);
    const auto place = [](const Image& in, int x, int y) { return (static_cast<std::size_t>(y) * static_cast<std::size_t>(in.w) + static_cast<std::size_t>(x)) * 4; };
    for (int y = 0; y < even.h; ++y) {
        const int from = std::min(y, image.h - 1);
        std::memcpy(&even.rgba[place(even, 0, y)], &image.rgba[place(image, 0, from)], static_cast<std::size_t>(image.w) * 4);
        if (even.w > image.w) std::memcpy(&even.rgba[place(even, image.w, y)], &image.rgba[place(image, image.w - 1, from)], 4);
    }
    return even;
}

// JPEG is written in blocks: what stands beyond the picture is its last column and row, not whatever was in memory.
void fill_blocks(std::uint8_t* plane, int pitch, int w, int h, int whole_w, int whole_h) {
    for (int y = 0; y < h; ++y) {
        std::uint8_t* row = plane + std::ptrdiff_t{y} * pitch;
        std::fill(row + w, row + whole_w, row[w - 1]);
    }
    const std::uint8_t* last = plane + std::ptrdiff_t{h - 1} * pitch;
    for (int y = h; y < whole_h; ++y) std::copy(last, last + whole_w, plane + std::ptrdiff_t{y} * pitch);
}

// A part of a frame as RGBA; x and y are multiples of 8, so that no form of colour is cut.
Result<Image> part_of(const AVFrame& frame, int x, int y, int w, int h) {
    const auto format = static_cast<AVPixelFormat>(frame.format);
    const AVPixFmtDescriptor* form = av_pix_fmt_desc_get(format);
    if (form == nullptr) return Error{ErrorKind::unsupported, "a picture in an unknown colour format"};
    const av::Scaler scaler(sws_getContext(w, h, format, w, h, AV_PIX_FMT_RGBA, SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
    if (!scaler) return Error{ErrorKind::unsupported, "a picture in a colour format that cannot be converted"};
    if (frame.color_range == AVCOL_RANGE_JPEG) {
        const int* matrix = sws_getCoefficients(SWS_CS_ITU601);
        sws_setColorspaceDetails(scaler.get(), matrix, 1, matrix, 1, 0, 1 << 16, 1 << 16);
    }
    const std::uint8_t* planes[4] = {};
    const bool palette = (form->flags & AV_PIX_FMT_FLAG_PAL) != 0;
    for (int p = 0; p < 4; ++p) {
        planes[p] = frame.data[p];
        if (planes[p] == nullptr || (palette && p == 1)) continue;
        const bool colour = form->nb_components > 1 && (p == 1 || p == 2);
        int step = 1;
        for (int c = 0; c < form->nb_components; ++c)
            if (form->comp[c].plane == p) step = std::max(1, form->comp[c].step);
        const int across = colour ? x >> form->log2_chroma_w : x, down = colour ? y >> form->log2_chroma_h : y;
        const int bytes = (form->flags & AV_PIX_FMT_FLAG_BITSTREAM) != 0 ? across * step / 8 : across * step;
        planes[p] += std::ptrdiff_t{down} * frame.linesize[p] + bytes;
    }
    // The scaler writes whole vectors, past the end of a row.
    const av::Frame out(av_frame_alloc());
    if (!out) return Error{ErrorKind::io, "out of memory"};
    out->format = AV_PIX_FMT_RGBA;
    out->width = w;
    out->height = h;
    if (av_frame_get_buffer(out.get(), 0) < 0) return Error{ErrorKind::io, "no memory for the picture"};
    if (sws_scale(scaler.get(), planes, frame.linesize, 0, h, out->data, out->linesize) <= 0)
        return Error{ErrorKind::invalid, "the picture's colours cannot be converted"};
    const std::size_t pitch = static_cast<std::size_t>(w) * 4;
    Image image{w, h, std::vector<std::uint8_t>(pitch * static_cast<std::size_t>(h))};
    for (int row = 0; row < h; ++row)
        std::memcpy(&image.rgba[static_cast<std::size_t>(row) * pitch], out->data[0] + std::ptrdiff_t{row} * out->linesize[0], pitch);
    return image;
}

// EXIF orientation 1–8 (EXIF 2.3, 4.6.4): whether rows and columns change places, and which ends of the stored picture are turned round.
struct Turn {
    bool swapped = false, mirrored_x = false, mirrored_y = false;
    explicit Turn(int said)
        : swapped(said >= 5), mirrored_x(said == 2 || said == 3 || said == 7 || said == 8), mirrored_y(said == 3 || said == 4 || said == 6 || said == 7) {}
};

}  // namespace

struct BigPicture::Decoded {
    av::Frame frame;   // or
    Image image;       // a drawing
    int turned = 1, w = 0, h = 0;
};

BigPicture::BigPicture(std::unique_ptr<Decoded> decoded) : decoded_(std::move(decoded)) {}
BigPicture::BigPicture(BigPicture&&) noexcept = default;
BigPicture& BigPicture::operator=(BigPicture&&) noexcept = default;
BigPicture::~BigPicture() = default;
int BigPicture::w() const { return decoded_->w; }
int BigPicture::h() const { return decoded_->h; }
bool BigPicture::drawn() const { return !decoded_->frame; }

Result<BigPicture> BigPicture::open(const Path& file) {
    auto decoded = std::make_unique<Decoded>();
    if (is_drawing(file)) {
        const auto svg = read_text(file, 32u << 20);
        if (!svg) return svg.error();
        const auto drawing = Drawing::parse(*svg);
        if (!drawing) return drawing.error();
        const double longer = std::max(drawing->width(), drawing->height());
        if (!(longer > 0)) return Error{ErrorKind::invalid, "a drawing of no size"};
        const auto side = [&](double length) { return std::max(1, static_cast<int>(std::lround(length / longer * drawn_side_px))); };
        auto image = drawing->whole(side(drawing->width()), side(drawing->height()));
        if (!image) return image.error();
        decoded->image = *std::move(image);
        decoded->w = decoded->image.w;
        decoded->h = decoded->image.h;
        return BigPicture(std::move(decoded));
    }
    Bytes bytes;
    {
        auto read = read_bytes(file, most_source_bytes);
        if (!read) return read.error();
        bytes = *std::move(read);
    }
    const auto size = image_size(bytes);
    if (!size && size.error().kind != ErrorKind::too_large) return size.error();
    auto frame = decode(bytes);
    if (!frame) return frame.error();
    decoded->frame = *std::move(frame);
    const AVDictionaryEntry* entry = av_dict_get(decoded->frame->metadata, "Orientation", nullptr, 0);
    const int said = entry != nullptr ? std::atoi(entry->value) : 1;
    decoded->turned = said >= 1 && said <= 8 ? said : 1;
    decoded->w = decoded->turned >= 5 ? decoded->frame->height : decoded->frame->width;
    decoded->h = decoded->turned >= 5 ? decoded->frame->width : decoded->frame->height;
    return BigPicture(std::move(decoded));
}

Result<Image> BigPicture::rows(int from, int count) const {
    const Decoded& d = *decoded_;
    count = std::min(count, d.h - from);
    Image out{d.w, count, std::vector<std::uint8_t>(static_cast<std::size_t>(d.w) * static_cast<std::size_t>(count) * 4)};
    const std::size_t pitch = static_cast<std::size_t>(d.w) * 4;
    if (!d.frame) {
        std::memcpy(out.rgba.data(), &d.image.rgba[static_cast<std::size_t>(from) * pitch], out.rgba.size());
        onto_paper(out);
        return out;
    }
    const Turn turn(d.turned);
    // Rows of the picture are rows or columns of what is stored, perhaps counted from its other end.
    const int length = turn.swapped ? d.frame->width : d.frame->height;
    const bool from_end = turn.swapped ? turn.mirrored_x : turn.mirrored_y;
    const int first = from_end ? length - from - count : from;
    const int begin = first / 8 * 8, end = std::min(length, (first + count + 7) / 8 * 8);
    auto part = turn.swapped ? part_of(*d.frame, begin, 0, end - begin, d.frame->height) : part_of(*d.frame, 0, begin, d.frame->width, end - begin);
    if (!part) return part.error();
    for (int y = 0; y < count; ++y) {
        const int line = (from_end ? first + count - 1 - y : first + y) - begin;
        for (int x = 0; x < d.w; ++x) {
            const bool back = turn.swapped ? turn.mirrored_y : turn.mirrored_x;
            const int at = back ? d.w - 1 - x : x;
            const std::size_t source = turn.swapped ? static_cast<std::size_t>(at) * static_cast<std::size_t>(part->w) + static_cast<std::size_t>(line)
                                                    : static_cast<std::size_t>(line) * static_cast<std::size_t>(part->w) + static_cast<std::size_t>(at);
            std::memcpy(&out.rgba[static_cast<std::size_t>(y) * pitch + static_cast<std::size_t>(x) * 4], &part->rgba[source * 4], 4);
        }
    }
    onto_paper(out);
    return out;
}

ImageSize written_size(const Path& file) {
    if (is_drawing(file)) return {drawn_side_px, drawn_side_px * 9 / 16};
    Bytes head(1u << 20);
    std::ifstream in(file, std::ios::binary);
    in.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(in.gcount()));
    const auto size = image_size(head);
    return size ? *size : ImageSize{6'000, 4'000};
}

Result<Bytes> encode_jpeg(const Image& opaque, bool fine) {
    av_log_set_level(AV_LOG_ERROR);
    const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    const av::Codec codec(avcodec_alloc_context3(encoder));
    const av::Frame frame(av_frame_alloc());
    const av::Packet packet(av_packet_alloc());
    if (encoder == nullptr || !codec || !frame || !packet) return Error{ErrorKind::unsupported, "this libav writes no JPEG"};
    constexpr int quality = 3;  // of 2 (best) to 31
    const AVPixelFormat format = fine ? AV_PIX_FMT_YUVJ444P : AV_PIX_FMT_YUVJ420P;
    codec->width = opaque.w;
    codec->height = opaque.h;
    codec->pix_fmt = format;
    codec->color_range = AVCOL_RANGE_JPEG;
    codec->time_base = AVRational{1, 25};
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    codec->global_quality = FF_QP2LAMBDA * quality;
    if (const int failed = avcodec_open2(codec.get(), encoder, nullptr); failed < 0) return av::error(failed, "JPEG");
    frame->format = format;
    frame->width = (opaque.w + 15) / 16 * 16;
    frame->height = (opaque.h + 15) / 16 * 16;
    frame->color_range = AVCOL_RANGE_JPEG;
    frame->quality = FF_QP2LAMBDA * quality;
    if (av_frame_get_buffer(frame.get(), 0) < 0) return Error{ErrorKind::io, "out of memory"};
    const bool odd = opaque.w % 2 != 0 || opaque.h % 2 != 0;
    const Image even = odd ? even_sided(opaque) : Image{};
    const Image& from = odd ? even : opaque;
    const av::Scaler scaler(sws_getContext(from.w, from.h, AV_PIX_FMT_RGBA, from.w, from.h, format, SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
    if (!scaler) return Error{ErrorKind::unsupported, "colours cannot be converted"};
    const int* matrix = sws_getCoefficients(SWS_CS_ITU601);
    sws_setColorspaceDetails(scaler.get(), matrix, 1, matrix, 1, 0, 1 << 16, 1 << 16);
    const std::uint8_t* source[4] = {from.rgba.data(), nullptr, nullptr, nullptr};
    const int pitch[4] = {from.w * 4, 0, 0, 0};
    if (sws_scale(scaler.get(), source, pitch, 0, from.h, frame->data, frame->linesize) <= 0) return Error{ErrorKind::io, "colours cannot be converted"};
    for (int p = 0; p < 3; ++p) {
        const int shift = p > 0 && !fine ? 1 : 0;
        fill_blocks(frame->data[p], frame->linesize[p], from.w >> shift, from.h >> shift, frame->width >> shift, frame->height >> shift);
    }
    frame->width = opaque.w;
    frame->height = opaque.h;
    int done = avcodec_send_frame(codec.get(), frame.get());
    if (done >= 0) done = avcodec_receive_packet(codec.get(), packet.get());
    if (done < 0) return av::error(done, "writing JPEG");
    return Bytes(packet->data, packet->data + packet->size);
}

ImageSize fitted(ImageSize size, int side_px) {
    const int longer = std::max(size.w, size.h);
    if (longer <= side_px) return size;
    const auto side = [&](int length) { return std::max(1, static_cast<int>(std::lround(static_cast<double>(length) * side_px / longer))); };
    return {side(size.w), side(size.h)};
}

Shrinker::Shrinker(int w, int h, int to_w, int to_h)
    : w_(w), h_(h), to_w_(std::min(w, to_w)), to_h_(std::min(h, to_h)), sums_(static_cast<std::size_t>(to_w_) * 3), narrowed_(sums_.size()),
      image_{to_w_, to_h_, std::vector<std::uint8_t>(static_cast<std::size_t>(to_w_) * static_cast<std::size_t>(to_h_) * 4, 255)} {}

void Shrinker::finish_row() {
    std::uint8_t* out = &image_.rgba[static_cast<std::size_t>(out_) * static_cast<std::size_t>(to_w_) * 4];
    for (std::size_t x = 0; x < static_cast<std::size_t>(to_w_); ++x)
        for (std::size_t c = 0; c < 3; ++c)
            out[x * 4 + c] = static_cast<std::uint8_t>(std::clamp(std::lround(static_cast<double>(sums_[x * 3 + c]) / filled_), 0L, 255L));
    std::fill(sums_.begin(), sums_.end(), 0.0f);
    filled_ = 0;
    ++out_;
}

void Shrinker::take(const Image& strip) {
    const double across = static_cast<double>(w_) / to_w_, down = static_cast<double>(h_) / to_h_;
    for (int y = 0; y < strip.h; ++y, ++row_) {
        const std::uint8_t* row = &strip.rgba[static_cast<std::size_t>(y) * static_cast<std::size_t>(w_) * 4];
        for (int x = 0; x < to_w_; ++x) {
            const double begin = x * across, end = std::min<double>((x + 1) * across, w_);
            double sum[3] = {};
            for (int from = static_cast<int>(begin); from < w_ && (from < end - 1e-9); ++from) {
                const double share = std::min<double>(from + 1, end) - std::max<double>(from, begin);
                for (std::size_t c = 0; c < 3; ++c) sum[c] += share * row[static_cast<std::size_t>(from) * 4 + c];
            }
            for (std::size_t c = 0; c < 3; ++c) narrowed_[static_cast<std::size_t>(x) * 3 + c] = static_cast<float>(sum[c] / (end - begin));
        }
        // A row may belong to two rows of the smaller picture.
        double from = row_;
        while (out_ < to_h_ && from < row_ + 1 - 1e-9) {
            const double ends = (out_ + 1) * down, until = std::min<double>(row_ + 1, ends);
            const auto share = static_cast<float>(until - from);
            for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += share * narrowed_[i];
            filled_ += until - from;
            from = until;
            if (until >= ends - 1e-9) finish_row();
        }
    }
}

Image Shrinker::made() {
    if (out_ < to_h_ && filled_ > 0) finish_row();
    return std::move(image_);
}

}  // namespace xinghuo
