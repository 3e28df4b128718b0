#include "tools/packer/film.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "media/subtitles.h"
#include "tools/packer/av.h"
#include "tools/packer/film_slide.h"
#include "tools/packer/narration.h"
#include "tools/packer/scratch.h"

namespace xinghuo {
namespace {

constexpr int pictures_a_second = 25;
constexpr Milliseconds title_card{3600}, before_speech{900}, after_speech{900}, between{320}, crossfade{640};

// One picture after another: the title card, then the slides.
struct Scene {
    std::size_t number = 0;  // 0: the title card
    Milliseconds start{0}, length{0}, speech{0};
};

struct Script {
    Sound sound;
    std::vector<Scene> scenes;
    std::vector<Cue> zh, en;
};

// The film is as long as a whole number of pictures and of its sound.
void pad_to_picture(Sound& sound) {
    constexpr std::size_t per_picture = Sound::rate_hz / pictures_a_second;
    sound.samples.resize((sound.samples.size() + per_picture - 1) / per_picture * per_picture, 0.0f);
}

Result<Script> spoken(const SourceLecture& lecture, const Pronouncer& pronouncer) {
    Script script;
    script.sound.add_silence(title_card);
    pad_to_picture(script.sound);
    script.scenes.push_back({0, Milliseconds(0), script.sound.duration(), Milliseconds(0)});
    for (std::size_t k = 0; k < lecture.slides.size(); ++k) {
        const SourceSlide& slide = lecture.slides[k];
        const std::vector<std::string> zh = sentences(slide.speaker_text.zh, Lang::zh), en = sentences(slide.speaker_text.en, Lang::en);
        const Milliseconds start = script.sound.duration();
        script.sound.add_silence(before_speech);
        for (std::size_t s = 0; s < zh.size(); ++s) {
            auto speech = speak(pronouncer.read(zh[s]), lecture.voice);
            if (!speech) return speech.error().within(slide.id);
            set_loudness(speech->sound, narration_lufs);
            if (s > 0) script.sound.add_silence(between);
            const Milliseconds from = script.sound.duration();
            script.sound.add(speech->sound);
            const Milliseconds to = script.sound.duration();
            const std::string id = fmt::format("{}-{:02}", slide.id, s + 1);
            for (const Lang lang : {Lang::zh, Lang::en}) {
                const TimedText text = lang == Lang::zh ? timed_text(zh[s], speech->syllables, from)
                                                        : shared_out(s < en.size() ? en[s] : zh[s], from, to);
                Cue cue{from, to, id, text.text, {}};
                for (const SpokenWord& word : text.words) cue.words.push_back({word.start, word.byte});
                (lang == Lang::zh ? script.zh : script.en).push_back(std::move(cue));
            }
        }
        const Milliseconds speech_length = script.sound.duration() - start;
        script.sound.add_silence(after_speech);
        pad_to_picture(script.sound);
        script.scenes.push_back({k + 1, start, script.sound.duration() - start, speech_length});
    }
    return script;
}

Result<av::Codec> video_encoder(bool global_header) {
    const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
    if (codec == nullptr) return Error{ErrorKind::unsupported, "libavcodec has no H.264 encoder (libx264)"};
    av::Codec encoder(avcodec_alloc_context3(codec));
    encoder->width = film_w;
    encoder->height = film_h;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->time_base = {1, pictures_a_second};
    encoder->framerate = {pictures_a_second, 1};
    encoder->gop_size = pictures_a_second * 2;  // so that a seek is near
    encoder->thread_count = 1;                  // the other core draws; one thread gives the same bytes everywhere
    encoder->color_primaries = AVCOL_PRI_BT709;
    encoder->color_trc = AVCOL_TRC_BT709;
    encoder->colorspace = AVCOL_SPC_BT709;
    encoder->color_range = AVCOL_RANGE_MPEG;
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (global_header) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_opt_set(encoder->priv_data, "preset", "veryfast", 0);
    av_opt_set(encoder->priv_data, "crf", "29", 0);
    if (const int failed = avcodec_open2(encoder.get(), codec, nullptr); failed < 0) return av::error(failed, "H.264");
    return encoder;
}

Result<av::Codec> sound_encoder(bool global_header) {
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    if (codec == nullptr) return Error{ErrorKind::unsupported, "libavcodec has no AAC encoder"};
    av::Codec encoder(avcodec_alloc_context3(codec));
    encoder->ch_layout = AV_CHANNEL_LAYOUT_MONO;
    encoder->sample_rate = Sound::rate_hz;
    encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder->time_base = {1, Sound::rate_hz};
    encoder->bit_rate = 96'000;
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (global_header) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (const int failed = avcodec_open2(encoder.get(), codec, nullptr); failed < 0) return av::error(failed, "AAC");
    return encoder;
}

void copy_plane(const Plane& from, std::uint8_t* to, int pitch) {
    for (int y = 0; y < from.h; ++y)
        std::copy_n(from.px.data() + static_cast<std::ptrdiff_t>(y) * from.w, from.w, to + static_cast<std::ptrdiff_t>(y) * pitch);
}

// Encodes pictures and sound side by side.
class FilmWriter {
public:
    explicit FilmWriter(const Sound& sound) : sound_(sound) {}

    Result<void> open(const Path& file) {
        if (auto opened = writer_.open("mp4", file.string()); !opened) return opened;
        auto video = video_encoder(writer_.wants_global_header());
        if (!video) return video.error();
        auto audio = sound_encoder(writer_.wants_global_header());
        if (!audio) return audio.error();
        video_ = *std::move(video);
        audio_ = *std::move(audio);
        if (auto added = writer_.add_stream(*video_); !added) return added.error();
        if (auto added = writer_.add_stream(*audio_); !added) return added.error();
        writer_.context().streams[0]->avg_frame_rate = {pictures_a_second, 1};
        AVDictionary* options = nullptr;
        av_dict_set(&options, "movflags", "+faststart", 0);
        auto started = writer_.start(&options);
        av_dict_free(&options);
        frame_.reset(av_frame_alloc());
        return started;
    }

    Result<void> add(const FilmFrame& picture) {
        av_frame_unref(frame_.get());
        frame_->width = film_w;
        frame_->height = film_h;
        frame_->format = AV_PIX_FMT_YUV420P;
        frame_->pts = count_++;
        if (av_frame_get_buffer(frame_.get(), 0) < 0) return Error{ErrorKind::io, "out of memory"};
        copy_plane(picture.y, frame_->data[0], frame_->linesize[0]);
        copy_plane(picture.u, frame_->data[1], frame_->linesize[1]);
        copy_plane(picture.v, frame_->data[2], frame_->linesize[2]);
        if (auto written = writer_.write(*video_, 0, frame_.get()); !written) return written;
        return add_sound(static_cast<std::size_t>(count_) * Sound::rate_hz / pictures_a_second, false);
    }

    Result<void> finish() {
        if (auto written = writer_.write(*video_, 0, nullptr); !written) return written;
        if (auto written = add_sound(sound_.samples.size(), true); !written) return written;
        if (auto written = writer_.write(*audio_, 1, nullptr); !written) return written;
        return writer_.finish();
    }

private:
    Result<void> add_sound(std::size_t until, bool rest) {
        const auto whole = static_cast<std::size_t>(audio_->frame_size);
        while (said_ < sound_.samples.size() && (rest || said_ + whole <= until)) {
            const std::size_t count = std::min(whole, sound_.samples.size() - said_);
            const av::Frame frame(av_frame_alloc());
            frame->nb_samples = static_cast<int>(count);
            frame->format = audio_->sample_fmt;
            frame->sample_rate = Sound::rate_hz;
            frame->ch_layout = audio_->ch_layout;
            frame->pts = static_cast<std::int64_t>(said_);
            if (av_frame_get_buffer(frame.get(), 0) < 0) return Error{ErrorKind::io, "out of memory"};
            std::copy_n(sound_.samples.data() + said_, count, reinterpret_cast<float*>(frame->data[0]));
            if (auto written = writer_.write(*audio_, 1, frame.get()); !written) return written;
            said_ += count;
        }
        return {};
    }

    const Sound& sound_;
    av::Writer writer_;
    av::Codec video_, audio_;
    av::Frame frame_;
    std::int64_t count_ = 0;
    std::size_t said_ = 0;
};

Result<void> draw_film(const Source& source, const SourceLecture& lecture, const Script& script, FilmWriter& writer) {
    FilmFrame frame(film_w, film_h), fading(film_w, film_h);
    std::optional<FilmSlide> before, now;
    for (std::size_t k = 0; k < script.scenes.size(); ++k) {
        const Scene& scene = script.scenes[k];
        before = std::move(now);
        auto drawn = FilmSlide::draw(source, lecture, scene.number);
        if (!drawn) return drawn.error();
        now = *std::move(drawn);
        const auto pictures = scene.length.count() * pictures_a_second / 1000;
        for (std::int64_t p = 0; p < pictures; ++p) {
            const double at = static_cast<double>(p) / pictures_a_second;
            now->show(at, seconds(scene.length), seconds(scene.speech), frame);
            const double share = at / seconds(crossfade);
            if (before && share < 1) {
                const Scene& last = script.scenes[k - 1];
                before->show(seconds(last.length), seconds(last.length), seconds(last.speech), fading);
                mix(fading, 1 - share * share * (3 - 2 * share), frame);
            }
            if (auto added = writer.add(frame); !added) return added;
        }
    }
    return {};
}

std::string film_json(const SourceLecture& lecture, const Script& script, const std::string& folder) {
    const auto both = [](JsonWriter& json, const char* key, const Bilingual& text) {
        json.key(key).object().key("zh").value(text.zh).key("en").value(text.en).end();
    };
    JsonWriter json(1);
    json.object().key("id").value(lecture.id);
    both(json, "title", lecture.title);
    both(json, "summary", lecture.summary);
    json.key("film").value(folder + "film.mp4").key("poster").value("posters/" + lecture.slides.front().poster + ".png");
    json.key("captions").object().key("zh").value(folder + "film.zh.vtt").key("en").value(folder + "film.en.vtt").end();
    json.key("voice").value("zh").key("synthetic").value(true);
    json.key("duration_ms").value(std::int64_t{script.sound.duration().count()}).key("chapters").array();
    for (const Scene& scene : script.scenes) {
        if (scene.number == 0) continue;  // the title card belongs to the first chapter
        json.object().key("start_ms").value(std::int64_t{scene.number == 1 ? 0 : scene.start.count()});
        both(json, "title", lecture.slides[scene.number - 1].heading);
        json.end();
    }
    json.end().key("sources").array();
    for (const SourceSlide& slide : lecture.slides) {
        json.object().key("zh").value(slide.source.zh).key("en").value(slide.source.en).end();
    }
    return json.end().end().text();
}

}  // namespace

Result<std::string> film_inputs(const Source& source, const SourceLecture& lecture) {
    std::string all = fmt::format("film 8|{}|{}|{}|{}|{}|{}|{} {} {}|", narration_lufs, lecture.id, lecture.title.zh, lecture.title.en,
                                  lecture.summary.zh, lecture.summary.en, lecture.voice.voice, lecture.voice.rate, lecture.voice.pitch);
    for (const SourceSlide& slide : lecture.slides) {
        for (const Bilingual* text : {&slide.heading, &slide.speaker_text, &slide.source}) all += fmt::format("{}|{}|", text->zh, text->en);
        for (const Bilingual& point : slide.bullets) all += fmt::format("{}|{}|", point.zh, point.en);
        for (const std::string& s : sentences(slide.speaker_text.zh, Lang::zh)) all += espeak_text(source.pronouncer.read(s)) + "|";
        const auto hash = sha256_hex_of_file(source.folder / source.posters.at(slide.poster));
        if (!hash) return hash.error();
        const auto focus = source.poster_focus.find(slide.poster);
        if (focus != source.poster_focus.end()) all += fmt::format("{} {}|", focus->second[0], focus->second[1]);
        all += fmt::format("{}|{}|{}|", slide.id, slide.poster, *hash);
    }
    return all;
}

Result<Files> make_film(const Source& source, const SourceLecture& lecture) {
    const auto script = spoken(lecture, source.pronouncer);
    if (!script) return script.error();
    const auto scratch = Scratch::make();
    if (!scratch) return scratch.error();
    const Path file = scratch->folder() / "film.mp4";
    FilmWriter writer(script->sound);
    if (auto opened = writer.open(file); !opened) return opened.error();
    if (auto drawn = draw_film(source, lecture, *script, writer); !drawn) return drawn.error();
    if (auto finished = writer.finish(); !finished) return finished.error();
    auto film = read_bytes(file, 1u << 30);
    if (!film) return film.error();
    const std::string folder = "films/" + lecture.id + "/";
    Files files;
    files[folder + "film.mp4"] = *std::move(film);
    files[folder + "film.zh.vtt"] = as_bytes(write_vtt(script->zh));
    files[folder + "film.en.vtt"] = as_bytes(write_vtt(script->en));
    files[folder + "film.json"] = as_bytes(film_json(lecture, *script, folder));
    return files;
}

}  // namespace xinghuo
