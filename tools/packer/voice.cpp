#include "tools/packer/voice.h"

#include <algorithm>

#include "content/base/json.h"
#include "tools/packer/process.h"
#include "tools/packer/scratch.h"

namespace xinghuo {
namespace {

struct Event {
    Milliseconds at{0};
    std::int64_t word = -1;  // position in the text, or −1
    std::string phoneme;
};

bool is_vowel(const std::string& phoneme) {
    return !phoneme.empty() && std::string_view("aAeEiIoOuUy@&3V").find(phoneme[0]) != std::string_view::npos;
}
bool is_rest(const std::string& phoneme) { return phoneme.empty() || phoneme[0] == '_'; }

Result<std::vector<Event>> read_events(const std::string& json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    std::vector<Event> events;
    for (const JsonNode& node : document.root()["events"].items())
        events.push_back({Milliseconds(node["ms"].integer()), node["word"].integer_or(-1), node["phoneme"].string_or("")});
    if (!document.good()) return document.error();
    return events;
}

// Whether a consonant after the vowel belongs to this syllable: pinyin ends in n, ng or r.
bool has_coda(const std::string& pinyin) {
    const char last = pinyin.size() > 2 ? pinyin[pinyin.size() - 2] : '\0';
    return last == 'n' || last == 'g' || last == 'r';
}

// The sounds of one word laid on its syllables: each syllable has one vowel sound. Where the count differs (the
// synthesizer joined or split a vowel) the word's time is shared evenly.
void lay_word(const std::vector<Event>& sounds, Milliseconds end, const ReadWord& word, std::vector<TimedSyllable>& out) {
    const auto vowels = static_cast<std::size_t>(
        std::count_if(sounds.begin(), sounds.end(), [](const Event& e) { return is_vowel(e.phoneme); }));
    const Milliseconds start = sounds.front().at;
    const auto n = static_cast<std::int64_t>(word.syllables.size());
    const std::size_t first = out.size();
    if (vowels != word.syllables.size()) {
        for (std::int64_t k = 0; k < n; ++k) {
            const Milliseconds from = start + (end - start) * k / n, to = start + (end - start) * (k + 1) / n;
            out.push_back({from, from + (to - from) / 3, to, word.syllables[static_cast<std::size_t>(k)]});
        }
        return;
    }
    std::size_t s = 0;
    bool vowel_said = false, coda_said = false;
    Milliseconds from = start;
    for (const Event& sound : sounds) {
        if (is_vowel(sound.phoneme)) {
            if (vowel_said) {
                ++s;
                from = sound.at;  // a syllable without a consonant
            }
            out.push_back({from, sound.at, end, word.syllables[s]});
            vowel_said = true;
            coda_said = false;
        } else if (vowel_said && !coda_said && has_coda(word.syllables[s].pinyin) &&
                   (sound.phoneme[0] == 'n' || sound.phoneme[0] == 'N' || sound.phoneme[0] == 'r')) {
            coda_said = true;
        } else if (vowel_said) {
            ++s;
            from = sound.at;
            vowel_said = false;
        }
    }
    for (std::size_t k = first; k + 1 < out.size(); ++k) out[k].end = out[k + 1].start;
}

std::vector<TimedSyllable> timed(const std::vector<Event>& events, const std::vector<ReadWord>& words) {
    std::vector<std::size_t> starts;  // where each word begins in the text that was spoken
    std::string text;
    for (const ReadWord& word : words) {
        std::vector<ReadWord> so_far(words.begin(), words.begin() + (&word - words.data()) + 1);
        text = espeak_text(so_far);
        std::size_t length = 0;
        for (const Syllable& s : word.syllables) length += s.pinyin.size();
        starts.push_back(text.size() - length);
    }
    std::vector<TimedSyllable> out;
    for (std::size_t w = 0, e = 0; w < words.size(); ++w) {
        while (e < events.size() && events[e].word != static_cast<std::int64_t>(starts[w])) ++e;
        std::vector<Event> sounds;
        Milliseconds end{0};
        std::size_t k = e + 1;
        for (; k < events.size() && events[k].word < 0; ++k) {
            end = events[k].at;
            if (is_rest(events[k].phoneme)) {
                if (!sounds.empty()) break;
                continue;
            }
            sounds.push_back(events[k]);
        }
        if (k < events.size() && events[k].word >= 0) end = events[k].at;
        if (!sounds.empty()) lay_word(sounds, end, words[w], out);
        if (k < events.size()) e = k;
    }
    return out;
}

// Shapes of a syllable's final, in order: A open, E spread, O round, U narrow.
std::string_view shapes_of(std::string_view pinyin) {
    struct Row { std::string_view final_part, shapes; };
    static constexpr Row rows[] = {
        {"iang", "EA"}, {"iong", "UO"}, {"uang", "UA"}, {"uai", "UAE"}, {"uan", "UA"}, {"iao", "EAU"}, {"ian", "EA"},
        {"ing", "E"},   {"ang", "A"},   {"eng", "AE"},  {"ong", "O"},   {"van", "UA"}, {"ai", "AE"},   {"ei", "E"},
        {"ao", "AU"},   {"ou", "OU"},   {"an", "AE"},   {"en", "AE"},   {"er", "AE"},  {"ia", "EA"},   {"ie", "E"},
        {"iu", "OU"},   {"in", "E"},    {"ua", "UA"},   {"uo", "UO"},   {"ui", "UE"},  {"un", "UE"},   {"ve", "UE"},
        {"ue", "UE"},   {"vn", "U"},    {"a", "A"},     {"o", "O"},     {"e", "AE"},   {"i", "E"},     {"u", "U"},    {"v", "U"}};
    pinyin.remove_suffix(pinyin.empty() ? 0 : 1);
    for (const Row& row : rows)
        if (pinyin.ends_with(row.final_part)) return row.shapes;
    return "E";
}

// Lips close, are pushed forward, show the teeth; or, where the sound is made in the throat, they are ready for the vowel.
char shape_of_initial(std::string_view pinyin) {
    switch (pinyin.empty() ? ' ' : pinyin[0]) {
        case 'b': case 'p': case 'm': case 'f': return 'M';
        case 'w': case 'r': return 'U';
        case 'g': case 'k': case 'h': return shapes_of(pinyin)[0];
        case 'z': case 'c': case 's': return pinyin.size() > 1 && pinyin[1] == 'h' ? 'U' : 'E';
        default: return 'E';
    }
}

}  // namespace

Result<Speech> speak(const std::vector<ReadWord>& words, const VoiceSettings& settings) {
    const auto scratch = Scratch::make();
    if (!scratch) return scratch.error();
    const Path wav = scratch->folder() / "said.wav";
    const auto said = run_program(program_beside("xinghuo-voice"),
                                  {settings.voice, std::to_string(settings.rate), std::to_string(settings.pitch), wav.string()},
                                  espeak_text(words));
    if (!said) return said.error();
    const auto events = read_events(*said);
    if (!events) return events.error().within("xinghuo-voice");
    auto sound = read_sound(wav);
    if (!sound) return sound.error();
    Speech speech{std::move(*sound), timed(*events, words)};
    std::size_t wanted = 0;
    for (const ReadWord& word : words) wanted += word.syllables.size();
    if (speech.syllables.size() != wanted)
        return Error{ErrorKind::invalid, "the voice spoke " + std::to_string(speech.syllables.size()) + " of " +
                                             std::to_string(wanted) + " syllables of: " + espeak_text(words)};
    return speech;
}

std::vector<TimedSyllable> stretched(const std::vector<TimedSyllable>& syllables, Milliseconds from, Milliseconds to) {
    std::vector<TimedSyllable> out = syllables;
    if (out.empty()) return out;
    const Milliseconds first = out.front().start, last = std::max(out.back().end, first + Milliseconds(1));
    const auto moved = [&](Milliseconds at) { return from + (at - first) * (to - from).count() / (last - first).count(); };
    for (TimedSyllable& s : out) s = {moved(s.start), moved(s.vowel), moved(s.end), std::move(s.syllable)};
    return out;
}

std::vector<MouthCue> mouth_cues(const std::vector<TimedSyllable>& syllables, const Sound& sound) {
    constexpr Milliseconds window{30}, nearest{30}, longest_hold{90};
    std::vector<MouthCue> rough;
    for (std::size_t k = 0; k < syllables.size(); ++k) {
        const TimedSyllable& s = syllables[k];
        if (s.vowel > s.start) rough.push_back({s.start, shape_of_initial(s.syllable.pinyin), 0});
        const std::string_view shapes = shapes_of(s.syllable.pinyin);
        const auto n = static_cast<std::int64_t>(shapes.size());
        for (std::int64_t i = 0; i < n; ++i) {
            const Milliseconds from = s.vowel + (s.end - s.vowel) * i / n, to = s.vowel + (s.end - s.vowel) * (i + 1) / n;
            for (Milliseconds at = from; at < to; at += longest_hold) {
                rough.push_back({at, shapes[static_cast<std::size_t>(i)], 0});
                if (to - at < longest_hold * 3 / 2) break;
            }
        }
        const bool rest = k + 1 == syllables.size() || syllables[k + 1].start - s.end >= Milliseconds(60);
        if (rest) rough.push_back({s.end, 'X', 0});
    }
    std::vector<MouthCue> cues;
    float loudest = 0.02f;
    for (MouthCue& cue : rough) {
        // A lip closure and a rest may push out what stands just before them; nothing pushes them out.
        const bool firm = cue.shape == 'M' || cue.shape == 'X';
        if (!cues.empty() && cue.at - cues.back().at < nearest) {
            if (!firm || cues.back().shape == 'M' || cues.back().shape == 'X') continue;
            cues.pop_back();
            if (!cues.empty() && cue.at - cues.back().at < nearest) continue;
        }
        cue.open = level_at(sound, cue.at + Milliseconds(20), window);
        loudest = std::max(loudest, cue.open);
        cues.push_back(cue);
    }
    for (MouthCue& cue : cues)
        cue.open = cue.shape == 'X' || cue.shape == 'M' ? 0.0f : std::clamp(0.15f + 0.95f * cue.open / loudest, 0.15f, 1.0f);
    return cues;
}

}  // namespace xinghuo
