#include "tests/support/media_files.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "media/av.h"

namespace xinghuo {
namespace {

void must(int code, std::string_view doing) { insist(code >= 0, av_failure(doing, code).what); }

class Muxer {
public:
    explicit Muxer(const Path& file) {
        must(avformat_alloc_output_context2(&format_, nullptr, nullptr, file.c_str()), "choosing a container");
        must(avio_open(&format_->pb, file.c_str(), AVIO_FLAG_WRITE), "opening for writing");
        format_->flags |= AVFMT_FLAG_BITEXACT;
    }
    ~Muxer() {
        must(av_write_trailer(format_), "ending the file");
        avio_closep(&format_->pb);
        avformat_free_context(format_);
    }
    Muxer(const Muxer&) = delete;
    Muxer& operator=(const Muxer&) = delete;

    AVStream* add(AVCodecContext& codec) {
        if ((format_->oformat->flags & AVFMT_GLOBALHEADER) != 0) codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        codec.flags |= AV_CODEC_FLAG_BITEXACT;
        codec.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
        codec.thread_count = 1;
        must(avcodec_open2(&codec, nullptr, nullptr), "opening an encoder");
        AVStream* stream = avformat_new_stream(format_, nullptr);
        stream->time_base = codec.time_base;
        must(avcodec_parameters_from_context(stream->codecpar, &codec), "describing a stream");
        return stream;
    }
    void begin() { must(avformat_write_header(format_, nullptr), "beginning the file"); }
    void write(AVCodecContext& codec, AVStream& stream, const AVFrame* frame) {
        must(avcodec_send_frame(&codec, frame), "encoding");
        AvPacket packet = new_packet();
        while (avcodec_receive_packet(&codec, packet.get()) >= 0) {
            av_packet_rescale_ts(packet.get(), codec.time_base, stream.time_base);
            packet->stream_index = stream.index;
            must(av_interleaved_write_frame(format_, packet.get()), "writing");
        }
    }

private:
    AVFormatContext* format_ = nullptr;
};

AvCodec encoder(const std::string& name) {
    const AVCodec* found = avcodec_find_encoder_by_name(name.c_str());
    insist(found != nullptr, "no encoder " + name);
    return new_codec(found);
}

class SoundTrack {
public:
    SoundTrack(Muxer& muxer, const Recipe& recipe) : recipe_(recipe), codec_(encoder(recipe.sound_codec)) {
        codec_->sample_rate = recipe.sound_rate_hz;
        codec_->sample_fmt = codec_->codec->sample_fmts[0];
        av_channel_layout_default(&codec_->ch_layout, recipe.channels);
        codec_->time_base = {1, recipe.sound_rate_hz};
        codec_->bit_rate = 128'000;
        stream_ = muxer.add(*codec_);
        const double length = recipe.sound_seconds >= 0 ? recipe.sound_seconds : recipe.seconds;
        end_ = static_cast<std::int64_t>(length * recipe.sound_rate_hz);
        AVChannelLayout from{};
        av_channel_layout_default(&from, recipe.channels);
        SwrContext* made = nullptr;
        must(swr_alloc_set_opts2(&made, &codec_->ch_layout, codec_->sample_fmt, recipe.sound_rate_hz, &from,
                                 AV_SAMPLE_FMT_FLT, recipe.sound_rate_hz, 0, nullptr),
             "converting sound");
        converter_.reset(made);
        must(swr_init(made), "converting sound");
    }
    [[nodiscard]] double at() const { return static_cast<double>(next_) / recipe_.sound_rate_hz; }
    [[nodiscard]] bool ended() const { return next_ >= end_; }

    void write(Muxer& muxer) {
        const int usual = codec_->frame_size > 0 ? codec_->frame_size : 1'024;
        const int count = static_cast<int>(std::min<std::int64_t>(usual, end_ - next_));
        std::vector<float> samples;
        for (int i = 0; i < count; ++i) {
            const StereoSample sample = recipe_.sound(next_ + i);
            samples.push_back(sample.left);
            if (recipe_.channels == 2) samples.push_back(sample.right);
        }
        AvFrame frame = new_frame();
        frame->format = codec_->sample_fmt;
        frame->sample_rate = recipe_.sound_rate_hz;
        av_channel_layout_copy(&frame->ch_layout, &codec_->ch_layout);
        frame->nb_samples = count;
        frame->pts = next_;
        must(av_frame_get_buffer(frame.get(), 0), "a sound frame");
        const auto* in = reinterpret_cast<const std::uint8_t*>(samples.data());
        must(swr_convert(converter_.get(), frame->extended_data, count, &in, count), "converting sound");
        muxer.write(*codec_, *stream_, frame.get());
        next_ += count;
    }
    void finish(Muxer& muxer) { muxer.write(*codec_, *stream_, nullptr); }

private:
    const Recipe& recipe_;
    AvCodec codec_;
    AvResampler converter_;
    AVStream* stream_ = nullptr;
    std::int64_t next_ = 0, end_ = 0;
};

class PictureTrack {
public:
    PictureTrack(Muxer& muxer, const Recipe& recipe) : recipe_(recipe), codec_(encoder(recipe.picture_codec)) {
        codec_->width = recipe.w;
        codec_->height = recipe.h;
        codec_->pix_fmt = av_get_pix_fmt(recipe.pixel_format.c_str());
        codec_->time_base = {1, recipe.fps};
        codec_->framerate = {recipe.fps, 1};
        codec_->gop_size = recipe.pictures_a_key;
        codec_->bit_rate = 400'000;
        stream_ = muxer.add(*codec_);
        stream_->avg_frame_rate = codec_->framerate;
        end_ = static_cast<std::int64_t>(recipe.seconds * recipe.fps);
    }
    [[nodiscard]] double at() const { return static_cast<double>(next_) / recipe_.fps; }
    [[nodiscard]] bool ended() const { return next_ >= end_; }

    void write(Muxer& muxer) {
        AvFrame frame = new_frame();
        frame->format = codec_->pix_fmt;
        frame->width = recipe_.w;
        frame->height = recipe_.h;
        frame->pts = next_;
        must(av_frame_get_buffer(frame.get(), 0), "a picture");
        const int luma = recipe_.brightness(next_);
        for (int plane = 0; plane < 3; ++plane) {
            const int rows = plane == 0 ? recipe_.h : AV_CEIL_RSHIFT(recipe_.h, chroma_shift());
            std::memset(frame->data[plane], plane == 0 ? luma : 128,
                        static_cast<std::size_t>(frame->linesize[plane] * rows));
        }
        muxer.write(*codec_, *stream_, frame.get());
        ++next_;
    }
    void finish(Muxer& muxer) { muxer.write(*codec_, *stream_, nullptr); }

private:
    [[nodiscard]] int chroma_shift() const { return av_pix_fmt_desc_get(codec_->pix_fmt)->log2_chroma_h; }

    const Recipe& recipe_;
    AvCodec codec_;
    AVStream* stream_ = nullptr;
    std::int64_t next_ = 0, end_ = 0;
};

}  // namespace

TempFolder::TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "xinghuo-test-XXXXXX").string();
    insist(mkdtemp(pattern.data()) != nullptr, "no temporary folder");
    folder_ = pattern;
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

bool can_encode(const std::string& codec) { return avcodec_find_encoder_by_name(codec.c_str()) != nullptr; }

void write_media(const Path& file, const Recipe& recipe) {
    quiet_libav();
    Muxer muxer(file);
    std::unique_ptr<SoundTrack> sound;
    std::unique_ptr<PictureTrack> pictures;
    if (!recipe.picture_codec.empty()) pictures = std::make_unique<PictureTrack>(muxer, recipe);
    if (!recipe.sound_codec.empty()) sound = std::make_unique<SoundTrack>(muxer, recipe);
    muxer.begin();
    while ((sound && !sound->ended()) || (pictures && !pictures->ended())) {
        const bool sound_next =
            sound && !sound->ended() && (!pictures || pictures->ended() || sound->at() <= pictures->at());
        if (sound_next)
            sound->write(muxer);
        else
            pictures->write(muxer);
    }
    if (sound) sound->finish(muxer);
    if (pictures) pictures->finish(muxer);
}

Bytes encode_picture(const Image& image, const std::string& codec_name, const std::string& pixel_format) {
    quiet_libav();
    AvCodec codec = encoder(codec_name);
    codec->width = image.w;
    codec->height = image.h;
    codec->pix_fmt = av_get_pix_fmt(pixel_format.c_str());
    codec->time_base = {1, 1};
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = FF_QP2LAMBDA * 2;
    must(avcodec_open2(codec.get(), nullptr, nullptr), "opening the picture's encoder");
    AvFrame frame = new_frame();
    frame->format = codec->pix_fmt;
    frame->width = image.w;
    frame->height = image.h;
    frame->quality = codec->global_quality;
    must(av_frame_get_buffer(frame.get(), 0), "a picture");
    const AvScaler scaler(sws_getContext(image.w, image.h, AV_PIX_FMT_RGBA, image.w, image.h, codec->pix_fmt,
                                         SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr,
                                         nullptr));
    insist(scaler != nullptr, "no conversion to " + pixel_format);
    const std::uint8_t* from[1] = {image.rgba.data()};
    const int pitch[1] = {image.w * 4};
    must(sws_scale(scaler.get(), from, pitch, 0, image.h, frame->data, frame->linesize), "converting colours");
    must(avcodec_send_frame(codec.get(), frame.get()), "encoding a picture");
    avcodec_send_frame(codec.get(), nullptr);
    AvPacket packet = new_packet();
    must(avcodec_receive_packet(codec.get(), packet.get()), "encoding a picture");
    return Bytes(packet->data, packet->data + packet->size);
}

}  // namespace xinghuo
