// xinghuo-voice: speaks one text with eSpeak NG and says when each phoneme was spoken.
// A program of its own, because libespeak-ng is under the GPL (version 3 or later): it shares no code with the rest
// and is only ever run as a process, at build time of a pack.
//
//     xinghuo-voice VOICE RATE PITCH OUT.wav < TEXT
//
// writes a mono 16-bit WAV and prints {"rate": Hz, "samples": n, "events": [{"ms", "word": position} | {"ms", "phoneme"}]};
// positions are characters from the start of the text. Limits: 20,000 bytes of text, 60 s of processor time.
#include <espeak-ng/speak_lib.h>
#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::vector<std::int16_t> sound;
std::string events;

void add_event(int ms, const std::string& rest) {
    events += events.empty() ? "" : ",";
    events += "{\"ms\":" + std::to_string(ms) + "," + rest + "}";
}

std::string quoted(const char* text, std::size_t limit) {
    std::string out = "\"";
    for (std::size_t i = 0; i < limit && text[i] != '\0'; ++i) {
        if (text[i] == '"' || text[i] == '\\') out += '\\';
        if (static_cast<unsigned char>(text[i]) >= 0x20) out += text[i];
    }
    return out + "\"";
}

int on_sound(short* samples, int count, espeak_EVENT* event) {
    if (samples != nullptr && count > 0) sound.insert(sound.end(), samples, samples + count);
    for (; event->type != espeakEVENT_LIST_TERMINATED; ++event) {
        if (event->type == espeakEVENT_WORD)
            add_event(event->audio_position, "\"word\":" + std::to_string(event->text_position - 1));
        if (event->type == espeakEVENT_PHONEME)
            add_event(event->audio_position, "\"phoneme\":" + quoted(event->id.string, sizeof event->id.string));
    }
    return 0;
}

void put(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 255u);
}

bool write_wav(const char* file, std::uint32_t rate) {
    const auto size = static_cast<std::uint32_t>(sound.size() * 2);
    std::string wav = "RIFF";
    put(wav, 36 + size, 4);
    wav += "WAVEfmt ";
    put(wav, 16, 4);
    put(wav, 1, 2);
    put(wav, 1, 2);
    put(wav, rate, 4);
    put(wav, rate * 2, 4);
    put(wav, 2, 2);
    put(wav, 16, 2);
    wav += "data";
    put(wav, size, 4);
    for (const std::int16_t sample : sound) put(wav, static_cast<std::uint16_t>(sample), 2);
    std::ofstream out(file, std::ios::binary);
    out.write(wav.data(), static_cast<std::streamsize>(wav.size()));
    return out.flush().good();
}

int fail(const char* why) {
    std::fprintf(stderr, "xinghuo-voice: %s\n", why);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return fail("usage: xinghuo-voice VOICE RATE PITCH OUT.wav < TEXT");
    const rlimit limit{60, 60};
    setrlimit(RLIMIT_CPU, &limit);
    const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    if (text.empty() || text.size() > 20'000) return fail("the text must have 1 to 20,000 bytes");
    const int rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, nullptr,
                                       espeakINITIALIZE_PHONEME_EVENTS | espeakINITIALIZE_DONT_EXIT);
    if (rate <= 0) return fail("eSpeak NG does not start (is espeak-ng-data installed?)");
    espeak_SetSynthCallback(on_sound);
    if (espeak_SetVoiceByName(argv[1]) != EE_OK) return fail("no such voice");
    espeak_SetParameter(espeakRATE, std::atoi(argv[2]), 0);
    espeak_SetParameter(espeakPITCH, std::atoi(argv[3]), 0);
    if (espeak_Synth(text.c_str(), text.size() + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, nullptr, nullptr) != EE_OK)
        return fail("eSpeak NG did not speak");
    espeak_Synchronize();
    if (sound.empty()) return fail("eSpeak NG said nothing");
    if (!write_wav(argv[4], static_cast<std::uint32_t>(rate))) return fail("the WAV file could not be written");
    std::printf("{\"rate\":%d,\"samples\":%zu,\"events\":[%s]}\n", rate, sound.size(), events.c_str());
    return 0;
}
