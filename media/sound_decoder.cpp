#include "media/sound_decoder.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace xinghuo {
namespace {

constexpr std::int64_t jitter_frames = sample_rate_hz / 25;  // stamps are rounded; 40 ms apart still belongs together
constexpr std::int64_t longest_gap_frames = 10 * sample_rate_hz;  // beyond it, the stamps are taken for wrong
constexpr int most_channels = 16;

Result<AvCodec> open_codec(const AVStream& stream) {
    const AVCodec* decoder = avcodec_find_decoder(stream.codecpar->codec_id);
    if (decoder == nullptr) return Error{ErrorKind::unsupported, "no decoder for this sound"};
    AvCodec codec = new_codec(decoder);
    if (const int set = avcodec_parameters_to_context(codec.get(), stream.codecpar); set < 0)
        return av_failure("reading the sound's description", set);
    codec->pkt_timebase = stream.time_base;
    if (const int opened = avcodec_open2(codec.get(), decoder, nullptr); opened < 0)
        return av_failure("opening the sound's decoder", opened);
    return codec;
}

}  // namespace

Result<std::unique_ptr<SoundDecoder>> SoundDecoder::open(const AVStream* stream, Nanoseconds origin) {
    std::unique_ptr<SoundDecoder> decoder(new SoundDecoder);
    decoder->origin_ = origin;
    if (stream != nullptr) {
        auto codec = open_codec(*stream);
        if (!codec) return codec.error();
        decoder->codec_ = std::move(*codec);
        decoder->unit_ = stream->time_base;
    }
    return decoder;
}

void SoundDecoder::restart(Nanoseconds from, Nanoseconds unstamped) {
    if (codec_) avcodec_flush_buffers(codec_.get());
    resampler_.reset();
    from_ = from;
    unstamped_ = unstamped;
    shift_ = Nanoseconds{0};
    placed_ = false;
    next_ = end_ = 0;
    made_.clear();
}

Nanoseconds SoundDecoder::until() const { return from_ + Nanoseconds(end_ * 1'000'000'000 / sample_rate_hz); }

std::vector<float> SoundDecoder::take() { return std::exchange(made_, {}); }

void SoundDecoder::silence(Nanoseconds until_time) {
    const std::int64_t end = av_rescale((until_time - from_).count(), sample_rate_hz, 1'000'000'000);
    pad_to(std::min(end, end_ + sample_rate_hz));
}

void SoundDecoder::send(const AVPacket* packet) {
    if (!codec_) return;
    const int sent = avcodec_send_packet(codec_.get(), packet);
    if (sent < 0 && sent != AVERROR(EAGAIN)) return;  // a broken packet: the next may be whole
    while (avcodec_receive_frame(codec_.get(), frame_.get()) >= 0) {
        accept(*frame_);
        av_frame_unref(frame_.get());
    }
    if (packet == nullptr && resampler_) resample(nullptr);
}

void SoundDecoder::accept(const AVFrame& frame) {
    if (frame.nb_samples <= 0 || frame.sample_rate <= 0) return;
    if (!prepare_resampler(frame)) return;
    place(frame);
    if (!prepare_resampler(frame)) return;
    resample(&frame);
    lives_ = true;
}

// A stream may change its form midway.
bool SoundDecoder::prepare_resampler(const AVFrame& frame) {
    const int channels = frame.ch_layout.nb_channels;
    if (channels < 1 || channels > most_channels) return false;
    if (resampler_ && frame.sample_rate == rate_hz_ && frame.format == format_ && channels == channels_) return true;
    if (resampler_) resample(nullptr);

    AVChannelLayout stereo{}, from{};
    av_channel_layout_default(&stereo, 2);
    if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&from, channels);
    else
        av_channel_layout_copy(&from, &frame.ch_layout);
    SwrContext* made = nullptr;
    const int allocated = swr_alloc_set_opts2(&made, &stereo, AV_SAMPLE_FMT_FLT, sample_rate_hz, &from,
                                              static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
    av_channel_layout_uninit(&from);
    resampler_.reset(made);
    if (allocated < 0) return false;
    // One voice goes to both sides in full; libav would take 3 dB off.
    constexpr std::array<double, 2> both{1.0, 1.0};
    if (channels == 1) swr_set_matrix(resampler_.get(), both.data(), 1);
    if (swr_init(resampler_.get()) < 0) {
        resampler_.reset();
        return false;
    }
    rate_hz_ = frame.sample_rate;
    format_ = frame.format;
    channels_ = channels;
    return true;
}

// Finds the frame's place on the line by its stamp.
void SoundDecoder::place(const AVFrame& frame) {
    const std::int64_t expected = next_ + swr_get_delay(resampler_.get(), sample_rate_hz);
    const auto stamp = media_time(frame.best_effort_timestamp, unit_);
    if (!stamp && placed_) return;  // follows what was before it
    const Nanoseconds at = stamp ? *stamp - origin_ + shift_ : unstamped_;
    const std::int64_t wanted = av_rescale_rnd((at - from_).count(), sample_rate_hz, 1'000'000'000, AV_ROUND_NEAR_INF);
    if (!placed_) {
        placed_ = true;
        next_ = std::min(wanted, end_ + longest_gap_frames);
        pad_to(next_);
        return;
    }
    const std::int64_t off = wanted - expected;
    if (std::abs(off) <= jitter_frames) return;
    if (std::abs(off) > longest_gap_frames) {
        shift_ -= Nanoseconds(av_rescale(off, 1'000'000'000, sample_rate_hz));
        return;
    }
    resample(nullptr);
    resampler_.reset();  // emptied, it would not begin cleanly again
    next_ = wanted;
    pad_to(wanted);
}

// A null frame lets out what the resampler holds.
void SoundDecoder::resample(const AVFrame* frame) {
    const int most = swr_get_out_samples(resampler_.get(), frame != nullptr ? frame->nb_samples : 0);
    if (most <= 0) return;
    std::vector<float> out(static_cast<std::size_t>(most) * 2);
    auto* plane = reinterpret_cast<std::uint8_t*>(out.data());
    auto** in = frame != nullptr ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr;
    const int got = swr_convert(resampler_.get(), &plane, most, in, frame != nullptr ? frame->nb_samples : 0);
    if (got > 0) append(out.data(), got);
}

void SoundDecoder::append(const float* interleaved, std::int64_t frames) {
    const std::int64_t skipped = std::clamp(end_ - next_, std::int64_t{0}, frames);
    next_ += frames;
    if (skipped == frames) return;
    for (std::int64_t i = skipped * 2; i < frames * 2; ++i) {
        const float sample = interleaved[i];
        made_.push_back(std::isfinite(sample) ? std::clamp(sample, -4.0F, 4.0F) : 0.0F);
    }
    end_ += frames - skipped;
}

void SoundDecoder::pad_to(std::int64_t frame) {
    if (frame <= end_) return;
    made_.resize(made_.size() + static_cast<std::size_t>(frame - end_) * 2, 0.0F);
    end_ = frame;
}

}  // namespace xinghuo
