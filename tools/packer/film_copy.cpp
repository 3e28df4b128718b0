#include "tools/packer/film_copy.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "tools/packer/av.h"
#include "tools/packer/sound.h"

namespace xinghuo {
namespace {

constexpr int most_w = 1920, most_h = 1088;      // 1080 lines are stored as 1088
constexpr double most_pictures_a_second = 31;    // 29.97 and 30 with what encoders add
constexpr double peak_limit = 0.891;             // −1 dBFS

struct Input {
    AVFormatContext* context = nullptr;
    int video = -1, audio = -1;
    Input() = default;
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input() { if (context != nullptr) avformat_close_input(&context); }

    Result<void> open(const Path& file) {
        av_log_set_level(AV_LOG_ERROR);
        if (avformat_open_input(&context, file.c_str(), nullptr, nullptr) < 0 || avformat_find_stream_info(context, nullptr) < 0)
            return Error{ErrorKind::invalid, "not a film, or damaged"};
        video = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
        audio = av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, video, nullptr, 0);
        if (video < 0) return Error{ErrorKind::invalid, "there is no picture in it"};
        return {};
    }
    [[nodiscard]] AVStream& stream(int which) const { return *context->streams[which]; }
    [[nodiscard]] Milliseconds duration() const { return Milliseconds(context->duration > 0 ? context->duration / 1000 : 0); }
};

Result<av::Codec> decoder_of(const AVStream& stream) {
    const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
    if (codec == nullptr) return Error{ErrorKind::unsupported, std::string("no decoder for ") + avcodec_get_name(stream.codecpar->codec_id)};
    av::Codec decoder(avcodec_alloc_context3(codec));
    if (!decoder || avcodec_parameters_to_context(decoder.get(), stream.codecpar) < 0) return Error{ErrorKind::io, "out of memory"};
    decoder->pkt_timebase = stream.time_base;
    if (avcodec_open2(decoder.get(), codec, nullptr) < 0) return Error{ErrorKind::unsupported, "the film's streams cannot be decoded"};
    return decoder;
}

// Sound on its way: decoded, and through filters.
class SoundPath {
public:
    using Take = std::function<Result<void>(const AVFrame&)>;
    SoundPath() = default;
    SoundPath(const SoundPath&) = delete;
    SoundPath& operator=(const SoundPath&) = delete;
    ~SoundPath() { avfilter_graph_free(&graph_); }

    Result<void> open(const AVStream& stream, std::string filters) {
        auto decoder = decoder_of(stream);
        if (!decoder) return decoder.error();
        decoder_ = *std::move(decoder);
        filters_ = std::move(filters);
        time_base_ = stream.time_base;
        frame_.reset(av_frame_alloc());
        return {};
    }
    // The number of samples of each frame that comes out but the last; an encoder wants it.
    void set_frame_size(int samples) { frame_size_ = samples; }

    // A packet, or null when there are no more.
    Result<void> push(const AVPacket* packet, const Take& take) {
        // What a damaged packet holds is left out, as a player does.
        avcodec_send_packet(decoder_.get(), packet);
        while (avcodec_receive_frame(decoder_.get(), frame_.get()) >= 0) {
            if (graph_ == nullptr)
                if (auto made = make_graph(*frame_); !made) return made;
            if (av_buffersrc_add_frame(source_, frame_.get()) < 0) return Error{ErrorKind::invalid, "the sound changes its form in the middle"};
            if (auto drained = drain(take); !drained) return drained;
        }
        if (packet != nullptr || graph_ == nullptr) return {};
        if (av_buffersrc_add_frame(source_, nullptr) < 0) return Error{ErrorKind::io, "ending the sound"};
        return drain(take);
    }

private:
    Result<void> make_graph(const AVFrame& first) {
        graph_ = avfilter_graph_alloc();
        if (graph_ == nullptr) return Error{ErrorKind::io, "out of memory"};
        graph_->nb_threads = 1;
        char layout[64] = {};
        av_channel_layout_describe(&first.ch_layout, layout, sizeof layout);
        if (first.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
            AVChannelLayout usual;
            av_channel_layout_default(&usual, first.ch_layout.nb_channels);
            av_channel_layout_describe(&usual, layout, sizeof layout);
        }
        const std::string from = fmt::format("time_base={}/{}:sample_rate={}:sample_fmt={}:channel_layout={}", time_base_.num, time_base_.den,
                                             first.sample_rate, av_get_sample_fmt_name(static_cast<AVSampleFormat>(first.format)), layout);
        if (avfilter_graph_create_filter(&source_, avfilter_get_by_name("abuffer"), "in", from.c_str(), nullptr, graph_) < 0 ||
            avfilter_graph_create_filter(&sink_, avfilter_get_by_name("abuffersink"), "out", nullptr, nullptr, graph_) < 0)
            return Error{ErrorKind::unsupported, "sound filters cannot be made"};
        AVFilterInOut* outputs = avfilter_inout_alloc();
        AVFilterInOut* inputs = avfilter_inout_alloc();
        *outputs = {av_strdup("in"), source_, 0, nullptr};
        *inputs = {av_strdup("out"), sink_, 0, nullptr};
        const std::string all = filters_ + ",aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo";
        int made = avfilter_graph_parse_ptr(graph_, all.c_str(), &inputs, &outputs, nullptr);
        if (made >= 0) made = avfilter_graph_config(graph_, nullptr);
        avfilter_inout_free(&inputs);
        avfilter_inout_free(&outputs);
        if (made < 0) return av::error(made, "sound filters");
        if (frame_size_ > 0) av_buffersink_set_frame_size(sink_, static_cast<unsigned>(frame_size_));
        return {};
    }

    Result<void> drain(const Take& take) {
        while (av_buffersink_get_frame(sink_, frame_.get()) >= 0) {
            auto taken = take(*frame_);
            av_frame_unref(frame_.get());
            if (!taken) return taken;
        }
        return {};
    }

    av::Codec decoder_;
    av::Frame frame_;
    std::string filters_;
    AVRational time_base_{1, 1};
    int frame_size_ = 0;
    AVFilterGraph* graph_ = nullptr;
    AVFilterContext *source_ = nullptr, *sink_ = nullptr;
};

// Integrated loudness of the film's sound; −70: silence.
Result<double> measured(const Path& file) {
    Input input;
    if (auto opened = input.open(file); !opened) return opened.error();
    SoundPath path;
    if (auto opened = path.open(input.stream(input.audio), "anull"); !opened) return opened.error();
    for (unsigned i = 0; i < input.context->nb_streams; ++i)
        if (static_cast<int>(i) != input.audio) input.stream(static_cast<int>(i)).discard = AVDISCARD_ALL;
    LoudnessMeter meter(2);
    const auto take = [&](const AVFrame& frame) -> Result<void> {
        const float* channels[2] = {reinterpret_cast<const float*>(frame.extended_data[0]), reinterpret_cast<const float*>(frame.extended_data[1])};
        meter.add(channels, static_cast<std::size_t>(frame.nb_samples));
        return {};
    };
    const av::Packet packet(av_packet_alloc());
    while (av_read_frame(input.context, packet.get()) >= 0) {
        auto pushed = packet->stream_index == input.audio ? path.push(packet.get(), take) : Result<void>();
        av_packet_unref(packet.get());
        if (!pushed) return pushed.error();
    }
    if (auto ended = path.push(nullptr, take); !ended) return ended.error();
    return meter.lufs();
}

Result<av::Codec> sound_encoder(bool webm, bool global_header) {
    const AVCodec* codec = webm ? avcodec_find_encoder_by_name("libopus") : avcodec_find_encoder(AV_CODEC_ID_AAC);
    if (codec == nullptr) return Error{ErrorKind::unsupported, "libavcodec has no encoder for the sound"};
    av::Codec encoder(avcodec_alloc_context3(codec));
    if (!encoder) return Error{ErrorKind::io, "out of memory"};
    encoder->ch_layout = AV_CHANNEL_LAYOUT_STEREO;
    encoder->sample_rate = Sound::rate_hz;
    encoder->sample_fmt = webm ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP;
    encoder->time_base = {1, Sound::rate_hz};
    encoder->bit_rate = 160'000;
    encoder->thread_count = 1;
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (global_header) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (const int failed = avcodec_open2(encoder.get(), codec, nullptr); failed < 0) return av::error(failed, "the sound's encoder");
    return encoder;
}

// One pass: pictures as they are, sound through decoder, filters and encoder.
Result<void> copy_through(Input& input, const Path& out, bool webm, const std::string& filters) {
    av::Writer writer;
    if (auto opened = writer.open(webm ? "webm" : "mp4", out.string()); !opened) return opened;
    AVStream* video = avformat_new_stream(&writer.context(), nullptr);
    if (video == nullptr || avcodec_parameters_copy(video->codecpar, input.stream(input.video).codecpar) < 0) return Error{ErrorKind::io, "out of memory"};
    video->codecpar->codec_tag = 0;
    video->time_base = input.stream(input.video).time_base;
    video->avg_frame_rate = input.stream(input.video).avg_frame_rate;
    av::Codec encoder;
    SoundPath path;
    if (input.audio >= 0) {
        auto made = sound_encoder(webm, writer.wants_global_header());
        if (!made) return made.error();
        encoder = *std::move(made);
        if (auto added = writer.add_stream(*encoder); !added) return added.error();
        if (auto opened = path.open(input.stream(input.audio), filters); !opened) return opened;
        path.set_frame_size(encoder->frame_size);
    }
    AVDictionary* options = nullptr;
    if (!webm) av_dict_set(&options, "movflags", "+faststart", 0);
    auto started = writer.start(&options);
    av_dict_free(&options);
    if (!started) return started;
    std::int64_t said = -1;
    const av::Frame interleaved(av_frame_alloc());
    const SoundPath::Take take = [&](const AVFrame& frame) -> Result<void> {
        // The sound's place in time is that of its first frame; from there on samples count.
        av_frame_unref(interleaved.get());
        interleaved->format = encoder->sample_fmt;
        interleaved->nb_samples = frame.nb_samples;
        interleaved->sample_rate = Sound::rate_hz;
        interleaved->ch_layout = encoder->ch_layout;
        if (av_frame_get_buffer(interleaved.get(), 0) < 0) return Error{ErrorKind::io, "out of memory"};
        if (said < 0) said = frame.pts == AV_NOPTS_VALUE ? 0 : std::max<std::int64_t>(0, frame.pts);
        interleaved->pts = said;
        said += frame.nb_samples;
        const auto* left = reinterpret_cast<const float*>(frame.extended_data[0]);
        const auto* right = reinterpret_cast<const float*>(frame.extended_data[1]);
        auto* to = reinterpret_cast<float*>(interleaved->extended_data[0]);
        if (encoder->sample_fmt == AV_SAMPLE_FMT_FLT) {
            for (int i = 0; i < frame.nb_samples; ++i) to[2 * i] = left[i], to[2 * i + 1] = right[i];
        } else {
            std::copy_n(left, frame.nb_samples, to);
            std::copy_n(right, frame.nb_samples, reinterpret_cast<float*>(interleaved->extended_data[1]));
        }
        return writer.write(*encoder, 1, interleaved.get());
    };
    const av::Packet packet(av_packet_alloc());
    while (av_read_frame(input.context, packet.get()) >= 0) {
        Result<void> done;
        if (packet->stream_index == input.video) {
            packet->stream_index = 0;
            packet->pos = -1;
            av_packet_rescale_ts(packet.get(), input.stream(input.video).time_base, video->time_base);
            if (const int failed = av_interleaved_write_frame(&writer.context(), packet.get()); failed < 0) done = av::error(failed, "writing the film");
        } else if (packet->stream_index == input.audio) {
            done = path.push(packet.get(), take);
        }
        av_packet_unref(packet.get());
        if (!done) return done;
    }
    if (input.audio >= 0) {
        if (auto ended = path.push(nullptr, take); !ended) return ended;
        if (said >= 0)
            if (auto flushed = writer.write(*encoder, 1, nullptr); !flushed) return flushed;
    }
    return writer.finish();
}

bool is_webm(const Path& file) { return file.extension() == ".webm"; }

}  // namespace

Result<FilmAbout> film_about(const Path& file) {
    Input input;
    if (auto opened = input.open(file); !opened) return opened.error();
    const AVStream& video = input.stream(input.video);
    const auto format = static_cast<AVPixelFormat>(video.codecpar->format);
    FilmAbout about{avcodec_get_name(video.codecpar->codec_id), video.codecpar->width, video.codecpar->height, 0, input.duration(), input.audio >= 0, false};
    about.ten_bit = format != AV_PIX_FMT_YUV420P && format != AV_PIX_FMT_YUVJ420P && format != AV_PIX_FMT_NONE;
    if (video.avg_frame_rate.den > 0) about.pictures_a_second = av_q2d(video.avg_frame_rate);
    return about;
}

Result<void> can_be_played(const FilmAbout& about) {
    const char* const advice = "; save it as MP4 with H.264, 1920 × 1080, 25 or 30 pictures a second";
    if (about.codec != "h264" && about.codec != "vp8" && about.codec != "vp9")
        return Error{ErrorKind::unsupported, fmt::format("a terminal cannot play {}{}", about.codec, advice)};
    if (about.ten_bit) return Error{ErrorKind::unsupported, fmt::format("a terminal cannot play its colours (not 8 bits, 4:2:0){}", advice)};
    const int longer = std::max(about.w, about.h), shorter = std::min(about.w, about.h);
    if (longer > most_w || shorter > most_h) return Error{ErrorKind::too_large, fmt::format("{} × {} px are more than a terminal can play{}", about.w, about.h, advice)};
    if (about.pictures_a_second > most_pictures_a_second)
        return Error{ErrorKind::too_large, fmt::format("{:.0f} pictures a second are more than a terminal can play{}", about.pictures_a_second, advice)};
    if (about.duration.count() <= 0) return Error{ErrorKind::invalid, "its length is not known: save it anew"};
    return {};
}

Result<FilmCopied> copy_film(const Path& file, const Path& folder, double target_lufs) {
    const bool webm = is_webm(file);
    FilmCopied made{webm ? "film.webm" : "film.mp4", {}, -70, 0};
    Input input;
    if (auto opened = input.open(file); !opened) return opened.error();
    made.duration = input.duration();
    if (input.audio >= 0) {
        const auto lufs = measured(file);
        if (!lufs) return lufs.error();
        made.was_lufs = *lufs;
        if (*lufs > -69) made.gain_db = std::min(24.0, target_lufs - *lufs);  // what is nearly silent stays quiet
    }
    const std::string filters = fmt::format("volume={:.3f}dB,alimiter=limit={}:attack=5:release=50:level=disabled", made.gain_db, peak_limit);
    if (auto copied = copy_through(input, folder / made.name, webm, filters); !copied) return copied.error();
    return made;
}

Result<Image> film_still(const Path& file) {
    Input input;
    if (auto opened = input.open(file); !opened) return opened.error();
    const AVStream& stream = input.stream(input.video);
    auto decoder = decoder_of(stream);
    if (!decoder) return decoder.error();
    const std::int64_t at_ms = std::min<std::int64_t>(10'000, input.duration().count() / 10);
    const std::int64_t at = av_rescale_q(at_ms, {1, 1000}, stream.time_base);
    av_seek_frame(input.context, input.video, at, AVSEEK_FLAG_BACKWARD);
    const av::Packet packet(av_packet_alloc());
    av::Frame frame(av_frame_alloc()), found(av_frame_alloc());
    bool reached = false;
    for (bool more = true; more && !reached;) {
        more = av_read_frame(input.context, packet.get()) >= 0;
        if (more && packet->stream_index != input.video) {
            av_packet_unref(packet.get());
            continue;
        }
        avcodec_send_packet(decoder->get(), more ? packet.get() : nullptr);
        av_packet_unref(packet.get());
        while (!reached && avcodec_receive_frame(decoder->get(), frame.get()) >= 0) {
            reached = frame->best_effort_timestamp == AV_NOPTS_VALUE || frame->best_effort_timestamp >= at;
            av_frame_unref(found.get());
            av_frame_move_ref(found.get(), frame.get());
        }
    }
    if (found->width < 1) return Error{ErrorKind::invalid, "no picture of it can be decoded"};
    const av::Scaler scaler(sws_getContext(found->width, found->height, static_cast<AVPixelFormat>(found->format), found->width, found->height, AV_PIX_FMT_RGBA,
                                           SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
    const av::Frame out(av_frame_alloc());
    out->format = AV_PIX_FMT_RGBA;
    out->width = found->width;
    out->height = found->height;
    if (!scaler || av_frame_get_buffer(out.get(), 0) < 0) return Error{ErrorKind::io, "out of memory"};
    sws_scale(scaler.get(), found->data, found->linesize, 0, found->height, out->data, out->linesize);
    const std::size_t pitch = static_cast<std::size_t>(found->width) * 4;
    Image image{found->width, found->height, std::vector<std::uint8_t>(pitch * static_cast<std::size_t>(found->height))};
    for (int y = 0; y < image.h; ++y)
        std::copy_n(out->data[0] + std::ptrdiff_t{y} * out->linesize[0], pitch, &image.rgba[static_cast<std::size_t>(y) * pitch]);
    return image;
}

}  // namespace xinghuo
