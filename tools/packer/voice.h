// One sentence spoken: sound, and when each syllable and mouth shape comes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/figure/figure.h"
#include "tools/packer/pinyin.h"
#include "tools/packer/sound.h"

namespace xinghuo {

struct VoiceSettings {
    std::string voice = "cmn-latn-pinyin";
    int rate = 160;   // the synthesizer's words a minute
    int pitch = 50;   // 0–99
};

struct TimedSyllable {
    Milliseconds start{0}, vowel{0}, end{0};  // the consonant before the vowel begins at start
    Syllable syllable;
};

struct Speech {
    Sound sound;
    std::vector<TimedSyllable> syllables;  // ascending
};

// Runs xinghuo-voice, which stands beside this program.
Result<Speech> speak(const std::vector<ReadWord>& words, const VoiceSettings& settings);

// Lays the times of one speech onto another sound of the same words: a recording.
std::vector<TimedSyllable> stretched(const std::vector<TimedSyllable>& syllables, Milliseconds from, Milliseconds to);

// Mouth shapes X M A E O U of the syllables; `open` follows the sound's level over 30 ms. Ascending, at least 30 ms
// apart, X in pauses and at the end.
std::vector<MouthCue> mouth_cues(const std::vector<TimedSyllable>& syllables, const Sound& sound);

}  // namespace xinghuo
