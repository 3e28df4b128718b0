#include "tools/packer/sound.h"

#include <algorithm>

#include "tools/packer/av.h"
#include "tools/packer/scratch.h"

namespace xinghuo {
namespace {

constexpr std::size_t sample_limit = 30u * 60u * static_cast<std::size_t>(Sound::rate_hz);

struct Input {
    AVFormatContext* context = nullptr;
    Input() = default;
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input() { if (context != nullptr) avformat_close_input(&context); }
};

// Resamples a frame (null: what is still inside) and appends it.
void take(SwrContext* resampler, const AVFrame* frame, std::vector<float>& out) {
    const int in = frame != nullptr ? frame->nb_samples : 0;
    const int room = swr_get_out_samples(resampler, in) + 32;
    const std::size_t before = out.size();
    out.resize(before + static_cast<std::size_t>(room));
    auto* to = reinterpret_cast<std::uint8_t*>(out.data() + before);
    const int made = swr_convert(resampler, &to, room,
                                 frame != nullptr ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr, in);
    out.resize(before + static_cast<std::size_t>(std::max(made, 0)));
}

Result<av::Resampler> resampler_for(const AVCodecContext& decoder) {
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    AVChannelLayout from = decoder.ch_layout;  // the older interface takes no const
    SwrContext* made = nullptr;
    int failed = swr_alloc_set_opts2(&made, &mono, AV_SAMPLE_FMT_FLT, Sound::rate_hz, &from,
                                     decoder.sample_fmt, decoder.sample_rate, 0, nullptr);
    av::Resampler resampler(made);
    if (failed >= 0) failed = swr_init(resampler.get());
    if (failed < 0) return av::error(failed, "resampling");
    return resampler;
}

Result<Sound> decoded(AVFormatContext& input, int stream, AVCodecContext& decoder) {
    Sound sound;
    av::Resampler resampler;
    const av::Packet packet(av_packet_alloc());
    const av::Frame frame(av_frame_alloc());
    for (bool more = true; more;) {
        more = av_read_frame(&input, packet.get()) >= 0;
        if (more && packet->stream_index != stream) {
            av_packet_unref(packet.get());
            continue;
        }
        avcodec_send_packet(&decoder, more ? packet.get() : nullptr);
        av_packet_unref(packet.get());
        while (avcodec_receive_frame(&decoder, frame.get()) >= 0) {
            if (!resampler) {
                auto made = resampler_for(decoder);
                if (!made) return made.error();
                resampler = std::move(*made);
            }
            take(resampler.get(), frame.get(), sound.samples);
            if (sound.samples.size() > sample_limit) return Error{ErrorKind::too_large, "longer than 30 minutes"};
        }
    }
    if (resampler) take(resampler.get(), nullptr, sound.samples);
    if (sound.samples.empty()) return Error{ErrorKind::invalid, "no sound in it"};
    return sound;
}

}  // namespace

Result<Sound> read_sound(const Path& file) {
    Input input;
    const std::string name = file.filename().string();
    if (avformat_open_input(&input.context, file.c_str(), nullptr, nullptr) < 0 ||
        avformat_find_stream_info(input.context, nullptr) < 0)
        return Error{ErrorKind::invalid, name + ": not a sound file"};
    const AVCodec* codec = nullptr;
    const int stream = av_find_best_stream(input.context, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);
    if (stream < 0 || codec == nullptr) return Error{ErrorKind::invalid, name + ": no sound in it"};
    const av::Codec decoder(avcodec_alloc_context3(codec));
    avcodec_parameters_to_context(decoder.get(), input.context->streams[stream]->codecpar);
    if (avcodec_open2(decoder.get(), codec, nullptr) < 0) return Error{ErrorKind::unsupported, name + ": cannot be decoded"};
    auto sound = decoded(*input.context, stream, *decoder);
    if (!sound) return sound.error().within(name);
    return sound;
}

Result<Bytes> encode_opus(const Sound& sound) {
    const AVCodec* codec = avcodec_find_encoder_by_name("libopus");
    if (codec == nullptr) return Error{ErrorKind::unsupported, "libavcodec has no Opus encoder"};
    const av::Codec encoder(avcodec_alloc_context3(codec));
    encoder->ch_layout = AV_CHANNEL_LAYOUT_MONO;
    encoder->sample_rate = Sound::rate_hz;
    encoder->sample_fmt = AV_SAMPLE_FMT_FLT;
    encoder->time_base = {1, Sound::rate_hz};
    encoder->bit_rate = 64'000;
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    av_opt_set(encoder->priv_data, "application", "audio", 0);
    if (const int failed = avcodec_open2(encoder.get(), codec, nullptr); failed < 0) return av::error(failed, "Opus");
    const auto scratch = Scratch::make();
    if (!scratch) return scratch.error();
    const Path file = scratch->folder() / "sound.ogg";
    av::Writer writer;
    if (auto opened = writer.open("ogg", file.string()); !opened) return opened.error();
    const auto stream = writer.add_stream(*encoder);
    if (!stream) return stream.error();
    if (auto started = writer.start(); !started) return started.error();
    const av::Frame frame(av_frame_alloc());
    for (std::size_t at = 0; at < sound.samples.size();) {
        const auto count = std::min(sound.samples.size() - at, static_cast<std::size_t>(encoder->frame_size));
        av_frame_unref(frame.get());
        frame->nb_samples = static_cast<int>(count);
        frame->format = encoder->sample_fmt;
        frame->sample_rate = Sound::rate_hz;
        frame->ch_layout = encoder->ch_layout;
        frame->pts = static_cast<std::int64_t>(at);
        if (av_frame_get_buffer(frame.get(), 0) < 0) return Error{ErrorKind::io, "out of memory"};
        std::copy_n(sound.samples.data() + at, count, reinterpret_cast<float*>(frame->data[0]));
        if (auto written = writer.write(*encoder, *stream, frame.get()); !written) return written.error();
        at += count;
    }
    if (auto written = writer.write(*encoder, *stream, nullptr); !written) return written.error();
    if (auto finished = writer.finish(); !finished) return finished.error();
    return read_bytes(file, 256u << 20);
}

}  // namespace xinghuo
