#include "media/stretch.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace xinghuo {
namespace {

// More than a full ring holds at twice the speed, with what is on its way.
constexpr std::size_t remembered_frames = 4 * sample_rate_hz;
constexpr std::size_t trimmed_at_frames = 5 * sample_rate_hz;
constexpr std::size_t frames_a_feed = 4'096;

}  // namespace

void Stretch::restart(Nanoseconds at, double speed) {
    speed_ = speed;
    finished_ = false;
    remembered_from_ = at;
    remembered_.clear();
    made_.clear();
    open_filter();
}

bool Stretch::resume(Nanoseconds at, double speed) {
    const std::int64_t skipped = av_rescale((at - remembered_from_).count(), sample_rate_hz, 1'000'000'000);
    if (skipped < 0 || skipped > static_cast<std::int64_t>(remembered_.size() / 2)) return false;
    speed_ = speed;
    made_.clear();
    open_filter();
    feed(std::span(remembered_).subspan(static_cast<std::size_t>(skipped) * 2));
    if (finished_) finish();
    return true;
}

void Stretch::push(std::span<const float> frames) {
    remembered_.insert(remembered_.end(), frames.begin(), frames.end());
    feed(frames);
    trim();
}

void Stretch::finish() {
    finished_ = true;
    if (!graph_ || std::exchange(closed_, true)) return;
    if (av_buffersrc_add_frame(in_, nullptr) >= 0) collect();
}

std::vector<float> Stretch::take() { return std::exchange(made_, {}); }

void Stretch::trim() {
    const std::size_t frames = remembered_.size() / 2;
    if (frames < trimmed_at_frames) return;
    const std::size_t gone = frames - remembered_frames;
    remembered_.erase(remembered_.begin(), remembered_.begin() + static_cast<std::ptrdiff_t>(gone * 2));
    remembered_from_ += Nanoseconds(static_cast<std::int64_t>(gone) * 1'000'000'000 / sample_rate_hz);
}

void Stretch::open_filter() {
    graph_.reset();
    fed_ = 0;
    closed_ = false;
    if (std::abs(speed_ - 1) < 0.001) return;
    graph_.reset(avfilter_graph_alloc());
    insist(graph_ != nullptr, "no memory for a filter");
    graph_->nb_threads = 1;
    const std::string format =
        fmt::format("time_base=1/{0}:sample_rate={0}:sample_fmt=flt:channel_layout=stereo", sample_rate_hz);
    const std::string tempo = fmt::format("tempo={:.4f}", speed_);
    AVFilterContext* atempo = nullptr;
    int made = avfilter_graph_create_filter(&in_, avfilter_get_by_name("abuffer"), nullptr, format.c_str(), nullptr,
                                            graph_.get());
    if (made >= 0)
        made = avfilter_graph_create_filter(&atempo, avfilter_get_by_name("atempo"), nullptr, tempo.c_str(), nullptr,
                                            graph_.get());
    if (made >= 0)
        made = avfilter_graph_create_filter(&out_, avfilter_get_by_name("abuffersink"), nullptr, nullptr, nullptr,
                                            graph_.get());
    if (made >= 0) made = avfilter_link(in_, 0, atempo, 0);
    if (made >= 0) made = avfilter_link(atempo, 0, out_, 0);
    if (made >= 0) made = avfilter_graph_config(graph_.get(), nullptr);
    insist(made >= 0, "libavfilter has no atempo");  // part of every build of it
}

void Stretch::feed(std::span<const float> frames) {
    if (!graph_) {
        made_.insert(made_.end(), frames.begin(), frames.end());
        return;
    }
    while (!frames.empty()) {
        const std::span<const float> part = frames.first(std::min(frames.size(), frames_a_feed * 2));
        frames = frames.subspan(part.size());
        frame_->format = AV_SAMPLE_FMT_FLT;
        frame_->sample_rate = sample_rate_hz;
        av_channel_layout_default(&frame_->ch_layout, 2);
        frame_->nb_samples = static_cast<int>(part.size() / 2);
        frame_->pts = fed_;
        insist(av_frame_get_buffer(frame_.get(), 0) >= 0, "no memory for sound");
        std::memcpy(frame_->data[0], part.data(), part.size_bytes());
        fed_ += frame_->nb_samples;
        const int added = av_buffersrc_add_frame(in_, frame_.get());  // takes the frame
        av_frame_unref(frame_.get());
        insist(added >= 0, "no memory for sound");
        collect();
    }
}

void Stretch::collect() {
    while (av_buffersink_get_frame(out_, frame_.get()) >= 0) {
        const auto* samples = reinterpret_cast<const float*>(frame_->data[0]);
        made_.insert(made_.end(), samples, samples + static_cast<std::size_t>(frame_->nb_samples) * 2);
        av_frame_unref(frame_.get());
    }
}

}  // namespace xinghuo
