#include "media/demuxer.h"

#include <algorithm>
#include <string>

namespace xinghuo {
namespace {

constexpr std::size_t most_packets = 2'000;
constexpr std::size_t most_packet_bytes = 64u << 20;
constexpr std::uintmax_t most_measured_bytes = 64u << 20;
constexpr unsigned most_streams = 32;

// What exhibits are made of. Playlists and the like stay closed: they open other files.
constexpr const char* containers =
    "ogg,matroska,webm,mov,mp4,m4a,mp3,aac,wav,w64,flac,aiff,avi,mpegts,mpeg,flv,asf,nut,mpegvideo,h264,hevc,ivf";

int stop_asked(void* stop) { return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0; }

struct AvOptions {
    ~AvOptions() { av_dict_free(&entries); }
    AVDictionary* entries = nullptr;
};

}  // namespace

Result<std::unique_ptr<Demuxer>> Demuxer::open(const Path& file, bool with_picture, const std::atomic<bool>& stop) {
    quiet_libav();
    std::error_code failed;
    const auto status = std::filesystem::status(file, failed);
    if (status.type() == std::filesystem::file_type::not_found) return Error{ErrorKind::missing, "no such file"};
    if (status.type() != std::filesystem::file_type::regular) return Error{ErrorKind::invalid, "not a file"};

    AVFormatContext* context = avformat_alloc_context();
    insist(context != nullptr, "no memory for a file");
    context->interrupt_callback = {stop_asked, const_cast<std::atomic<bool>*>(&stop)};
    context->max_streams = most_streams;
    AvOptions options;
    av_dict_set(&options.entries, "format_whitelist", containers, 0);
    av_dict_set(&options.entries, "protocol_whitelist", "file", 0);
    const int opened = avformat_open_input(&context, ("file:" + file.string()).c_str(), nullptr, &options.entries);
    if (opened < 0) return av_failure("opening", opened);  // the context is freed by libav

    std::unique_ptr<Demuxer> demuxer(new Demuxer);
    demuxer->input_.reset(context);
    if (const int found = avformat_find_stream_info(context, nullptr); found < 0)
        return av_failure("looking for sound and picture", found);
    if (auto chosen = demuxer->choose_streams(with_picture); !chosen) return chosen.error();
    demuxer->origin_ = media_time(context->start_time, AVRational{1, AV_TIME_BASE}).value_or(Nanoseconds{0});
    demuxer->duration_ =
        std::max(media_time(context->duration, AVRational{1, AV_TIME_BASE}).value_or(Nanoseconds{0}), Nanoseconds{0});
    demuxer->distrust(std::filesystem::file_size(file, failed));
    return demuxer;
}

// Raw AAC has neither index nor length, and libav's seek in FLAC in Ogg stamps what follows wrongly (tried): both are
// read from the start. A length guessed from the bit rate is measured instead.
void Demuxer::distrust(std::uintmax_t file_bytes) {
    const std::string_view container = input_->iformat->name;
    from_start_ = container == "aac" ||
                  (container == "ogg" && sound() != nullptr && sound()->codecpar->codec_id == AV_CODEC_ID_FLAC);
    if (input_->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE || sound() == nullptr ||
        file_bytes > most_measured_bytes)
        return;
    Nanoseconds end{0};
    const AvPacket packet = new_packet();
    while (av_read_frame(input_.get(), packet.get()) >= 0) {
        const auto at = media_time(packet->pts, sound()->time_base),
                   length = media_time(packet->duration, sound()->time_base);
        if (packet->stream_index == sound_.index && at && length) end = std::max(end, *at - origin_ + *length);
        av_packet_unref(packet.get());
    }
    if (end > Nanoseconds{0}) duration_ = end;
    seek(Nanoseconds{0});
}

Result<void> Demuxer::choose_streams(bool with_picture) {
    sound_.index = av_find_best_stream(input_.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
    if (with_picture) picture_.index = av_find_best_stream(input_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (picture() != nullptr && (picture()->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) picture_.index = -1;
    if (sound() == nullptr && picture() == nullptr)
        return Error{ErrorKind::unsupported, with_picture ? "neither sound nor picture in it" : "no sound in it"};
    for (unsigned i = 0; i < input_->nb_streams; ++i)
        if (static_cast<int>(i) != sound_.index && static_cast<int>(i) != picture_.index)
            input_->streams[i]->discard = AVDISCARD_ALL;
    return {};
}

const AVStream* Demuxer::stream(int index) const {
    return index < 0 ? nullptr : input_->streams[static_cast<unsigned>(index)];
}

bool Demuxer::full() const {
    const auto at_limit = [](const Queue& queue) {
        return queue.packets.size() >= most_packets || queue.bytes >= most_packet_bytes;
    };
    return at_limit(sound_) || at_limit(picture_);
}

bool Demuxer::read() {
    if (ended_ || full()) return false;
    AvPacket packet = new_packet();
    const int got = av_read_frame(input_.get(), packet.get());
    if (got < 0) {
        ended_ = got != AVERROR(EAGAIN);
        return true;
    }
    Queue* queue = nullptr;
    if (packet->stream_index == sound_.index) queue = &sound_;
    if (packet->stream_index == picture_.index) {
        queue = &picture_;
        note_picture(*packet);
    }
    if (queue != nullptr) {
        queue->bytes += static_cast<std::size_t>(packet->size);
        queue->packets.push_back(std::move(packet));
    }
    return true;
}

void Demuxer::note_picture(const AVPacket& packet) {
    const AVRational unit = picture()->time_base;
    const auto at = media_time(packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts, unit);
    if (!at) return;
    const auto length = media_time(packet.duration, unit).value_or(Nanoseconds{0});
    pictures_until_ = std::max(pictures_until_, *at - origin_ + std::max(length, Nanoseconds{0}));
}

std::optional<Nanoseconds> Demuxer::next_sound_at() const {
    if (sound_.packets.empty()) return std::nullopt;
    const auto at = media_time(sound_.packets.front()->pts, sound()->time_base);
    return at ? std::optional(*at - origin_) : std::nullopt;
}

AvPacket Demuxer::take(Queue& queue) {
    if (queue.packets.empty()) return nullptr;
    AvPacket packet = std::move(queue.packets.front());
    queue.packets.pop_front();
    queue.bytes -= static_cast<std::size_t>(packet->size);
    return packet;
}

void Demuxer::seek(Nanoseconds to) {
    for (Queue* queue : {&sound_, &picture_}) {
        queue->packets.clear();
        queue->bytes = 0;
    }
    ended_ = false;
    pictures_until_ = Nanoseconds{0};
    const int index = picture_.index >= 0 ? picture_.index : sound_.index;
    const AVRational ns{1, 1'000'000'000};
    const Nanoseconds from = from_start_ ? Nanoseconds{0} : std::max(to, Nanoseconds{0});
    const std::int64_t at = av_rescale_q((from + origin_).count(), ns, stream(index)->time_base);
    if (av_seek_frame(input_.get(), index, at, AVSEEK_FLAG_BACKWARD) >= 0) return;
    if (av_seek_frame(input_.get(), index, INT64_MIN / 2, AVSEEK_FLAG_BACKWARD) >= 0) return;
    av_seek_frame(input_.get(), -1, 0, AVSEEK_FLAG_BYTE);  // from the very start; what comes before `to` is dropped
}

}  // namespace xinghuo
