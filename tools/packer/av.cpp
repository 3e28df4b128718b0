#include "tools/packer/av.h"

#include <array>

namespace xinghuo::av {

Error error(int code, const char* doing) {
    std::array<char, 128> text{};
    av_strerror(code, text.data(), text.size());
    return {ErrorKind::io, std::string(doing) + ": " + text.data()};
}

Writer::~Writer() {
    if (context_ == nullptr) return;
    if (context_->pb != nullptr) avio_closep(&context_->pb);
    avformat_free_context(context_);
}

Result<void> Writer::open(const char* format, const std::string& file) {
    av_log_set_level(AV_LOG_ERROR);  // encoders tell their statistics otherwise
    if (const int failed = avformat_alloc_output_context2(&context_, nullptr, format, file.c_str()); failed < 0)
        return error(failed, "opening a media file");
    // No random numbers, dates or versions in the file: the same input gives the same bytes.
    context_->flags |= AVFMT_FLAG_BITEXACT;
    if (const int failed = avio_open(&context_->pb, file.c_str(), AVIO_FLAG_WRITE); failed < 0)
        return error(failed, "opening a media file");
    return {};
}

Result<int> Writer::add_stream(const AVCodecContext& encoder) {
    AVStream* stream = avformat_new_stream(context_, nullptr);
    if (stream == nullptr) return Error{ErrorKind::io, "out of memory"};
    if (const int failed = avcodec_parameters_from_context(stream->codecpar, &encoder); failed < 0)
        return error(failed, "adding a stream");
    stream->time_base = encoder.time_base;
    return stream->index;
}

Result<void> Writer::start(AVDictionary** options) {
    if (const int failed = avformat_write_header(context_, options); failed < 0) return error(failed, "writing a header");
    return {};
}

Result<void> Writer::write(AVCodecContext& encoder, int stream, const AVFrame* frame) {
    if (const int failed = avcodec_send_frame(&encoder, frame); failed < 0 && failed != AVERROR_EOF)
        return error(failed, "encoding");
    const Packet packet(av_packet_alloc());
    if (!packet) return Error{ErrorKind::io, "out of memory"};
    for (;;) {
        const int got = avcodec_receive_packet(&encoder, packet.get());
        if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
        if (got < 0) return error(got, "encoding");
        packet->stream_index = stream;
        av_packet_rescale_ts(packet.get(), encoder.time_base, context_->streams[stream]->time_base);
        if (const int failed = av_interleaved_write_frame(context_, packet.get()); failed < 0)
            return error(failed, "writing media");
    }
}

Result<void> Writer::finish() {
    if (const int failed = av_write_trailer(context_); failed < 0) return error(failed, "ending a media file");
    const int failed = avio_closep(&context_->pb);
    if (failed < 0) return error(failed, "closing a media file");
    return {};
}

}  // namespace xinghuo::av
