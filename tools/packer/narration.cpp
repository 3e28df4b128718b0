#include "tools/packer/narration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/base/text.h"
#include "media/subtitles.h"

namespace xinghuo {
namespace {

struct SpokenSegment {
    const SourceSegment* segment = nullptr;
    Milliseconds start{0}, end{0};
    TimedText zh, en;
};

bool opens(std::string_view character) {
    return character == "《" || character == "“" || character == "（" || character == "‘" || character == "〈";
}

void move(std::vector<MouthCue>& cues, Milliseconds shift, std::vector<MouthCue>& into) {
    for (MouthCue cue : cues) {
        cue.at += shift;
        into.push_back(cue);
    }
}

Result<Speech> spoken(const SourceSegment& segment, const VoiceSettings& voice, const Pronouncer& pronouncer) {
    auto speech = speak(pronouncer.read(segment.text.zh), voice);
    if (!speech || segment.recording.empty()) {
        if (speech) set_loudness(speech->sound, narration_lufs);
        return speech;
    }
    auto recorded = read_sound(segment.recording);
    if (!recorded) return recorded.error();
    const auto [from, to] = voiced_span(*recorded);
    Speech made{*std::move(recorded), stretched(speech->syllables, from, to)};
    if (!set_loudness(made.sound, narration_lufs)) return Error{ErrorKind::invalid, "nothing but silence"};
    return made;
}

void write_words(JsonWriter& json, const std::vector<SpokenWord>& words) {
    json.key("words").array();
    for (const SpokenWord& w : words)
        json.object().key("start_ms").value(std::int64_t{w.start.count()}).key("end_ms").value(std::int64_t{w.end.count()})
            .key("byte").value(w.byte).key("bytes").value(w.bytes).end();
    json.end();
}

void write_language(JsonWriter& json, const std::vector<SpokenSegment>& segments, Lang lang, const std::string& folder,
                    Milliseconds duration, bool synthetic) {
    json.key(code(lang)).object().key("voice").value("zh").key("synthetic").value(synthetic);
    json.key("sound").value(folder + "narration.zh.ogg").key("duration_ms").value(std::int64_t{duration.count()});
    json.key("cues").value(folder + "cues.zh.json").key("sentences").array();
    for (const SpokenSegment& s : segments) {
        const TimedText& text = lang == Lang::zh ? s.zh : s.en;
        json.object().key("id").value(s.segment->id).key("speaker").value(s.segment->speaker);
        json.key("start_ms").value(std::int64_t{s.start.count()}).key("end_ms").value(std::int64_t{s.end.count()});
        json.key("text").value(text.text).key("source").value(s.segment->source.in(lang));
        if (!s.segment->gesture.empty()) json.key("gesture").value(s.segment->gesture);
        write_words(json, text.words);
        json.end();
    }
    json.end().end();
}

std::string vtt(const std::vector<SpokenSegment>& segments, Lang lang) {
    std::vector<Cue> cues;
    for (const SpokenSegment& s : segments) {
        const TimedText& text = lang == Lang::zh ? s.zh : s.en;
        Cue cue{s.start, s.end, s.segment->id, text.text, {}};
        for (const SpokenWord& w : text.words) cue.words.push_back({w.start, w.byte});
        cues.push_back(std::move(cue));
    }
    return write_vtt(cues);
}

std::string cues_json(const std::vector<MouthCue>& cues) {
    JsonWriter json;
    json.object().key("cues").array();
    for (const MouthCue& cue : cues)
        json.object().key("ms").value(std::int64_t{cue.at.count()}).key("shape").value(std::string(1, cue.shape))
            .key("open").value(std::round(static_cast<double>(cue.open) * 100) / 100).end();
    return json.end().end().text();
}

}  // namespace

TimedText timed_text(const std::string& text, const std::vector<TimedSyllable>& syllables, Milliseconds shift) {
    TimedText out{text, {}};
    for (const TimedSyllable& s : syllables) {
        if (!out.words.empty() && out.words.back().byte == s.syllable.byte) {
            out.words.back().end = shift + s.end;  // another syllable of the same number
            continue;
        }
        out.words.push_back({shift + s.start, shift + s.end, s.syllable.byte, s.syllable.bytes});
    }
    // What nobody says goes with its neighbours.
    const std::vector<std::size_t> starts = character_starts(text);
    for (std::size_t k = 0; k < out.words.size(); ++k) {
        SpokenWord& word = out.words[k];
        if (k == 0) {
            word.bytes += word.byte;
            word.byte = 0;
        }
        const std::size_t next = k + 1 < out.words.size() ? out.words[k + 1].byte : text.size();
        std::size_t split = next;
        for (std::size_t c = starts.size(); c-- > 0 && k + 1 < out.words.size();) {
            if (starts[c] >= split || starts[c] < word.byte + word.bytes) continue;
            if (!opens(std::string_view(text).substr(starts[c], split - starts[c]))) break;
            split = starts[c];
        }
        word.bytes = split - word.byte;
        if (k + 1 < out.words.size()) {
            out.words[k + 1].bytes += out.words[k + 1].byte - split;
            out.words[k + 1].byte = split;
        }
    }
    return out;
}

TimedText shared_out(const std::string& text, Milliseconds start, Milliseconds end) {
    TimedText out{text, {}};
    std::vector<std::pair<std::size_t, std::size_t>> words;  // byte, bytes with the spaces that follow
    for (std::size_t i = 0; i < text.size();) {
        std::size_t next = text.find(' ', i);
        next = next == std::string::npos ? text.size() : std::min(text.find_first_not_of(' ', next), text.size());
        words.emplace_back(i, next - i);
        i = next;
    }
    std::int64_t total = 0, before = 0;
    for (const auto& [byte, bytes] : words) total += static_cast<std::int64_t>(bytes) + 2;
    for (const auto& [byte, bytes] : words) {
        const std::int64_t after = before + static_cast<std::int64_t>(bytes) + 2;
        out.words.push_back({start + (end - start) * before / total, start + (end - start) * after / total, byte, bytes});
        before = after;
    }
    return out;
}

Result<std::string> narration_inputs(const SourceFigure& figure, const Pronouncer& pronouncer) {
    std::string all = fmt::format("narration 3|{}|{}|{} {} {}|{} {} {}|", narration_lufs, figure.id, figure.voice.voice, figure.voice.rate,
                                  figure.voice.pitch, figure.narrator.voice, figure.narrator.rate, figure.narrator.pitch);
    for (const SourceSegment& s : figure.segments) {
        all += fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|", s.id, s.speaker, s.gesture, s.text.zh, s.text.en, s.source.zh,
                           s.source.en, espeak_text(pronouncer.read(s.text.zh)));
        if (s.recording.empty()) continue;
        const auto hash = sha256_hex_of_file(s.recording);
        if (!hash) return hash.error();
        all += *hash;
    }
    return all;
}

Result<Files> make_narration(const SourceFigure& figure, const Pronouncer& pronouncer) {
    const std::string folder = "figures/" + figure.id + "/";
    Sound sound;
    sound.add_silence(lead_in);
    std::vector<SpokenSegment> segments;
    std::vector<MouthCue> cues{{Milliseconds(0), 'X', 0.0f}};
    bool synthetic = true;
    for (const SourceSegment& segment : figure.segments) {
        const bool narrator = segment.speaker == "narrator";
        const auto speech = spoken(segment, narrator ? figure.narrator : figure.voice, pronouncer);
        if (!speech) return speech.error().within(segment.id);
        if (!segments.empty())
            sound.add_silence(segments.back().segment->speaker == segment.speaker ? between_sentences : between_speakers);
        const Milliseconds start = sound.duration();
        sound.add(speech->sound);
        const Milliseconds end = sound.duration();
        segments.push_back({&segment, start, end, timed_text(segment.text.zh, speech->syllables, start),
                            shared_out(segment.text.en, start, end)});
        // Told about the figure, not by it: its mouth stays closed.
        if (!narrator) {
            auto shapes = mouth_cues(speech->syllables, speech->sound);
            if (!shapes.empty() && start == Milliseconds(0)) cues.clear();
            move(shapes, start, cues);
        }
        synthetic = synthetic && segment.recording.empty();
    }
    sound.add_silence(lead_out);
    auto ogg = encode_opus(sound);
    if (!ogg) return ogg.error();
    Files files;
    files[folder + "narration.zh.ogg"] = *std::move(ogg);
    files[folder + "cues.zh.json"] = as_bytes(cues_json(cues));
    files[folder + "narration.zh.vtt"] = as_bytes(vtt(segments, Lang::zh));
    files[folder + "narration.en.vtt"] = as_bytes(vtt(segments, Lang::en));
    JsonWriter json;
    json.object();
    write_language(json, segments, Lang::zh, folder, sound.duration(), synthetic);
    write_language(json, segments, Lang::en, folder, sound.duration(), synthetic);
    files["@" + figure.id + "/narration.json"] = as_bytes(json.end().text());
    return files;
}

}  // namespace xinghuo
