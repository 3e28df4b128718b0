// A figure's narration: the sound of its sentences one after another, captions in two languages, mouth shapes.
#pragma once

#include <string>
#include <vector>

#include "tools/packer/source.h"
#include "tools/packer/step_cache.h"

namespace xinghuo {

// Text and time: words tile the text, so the last one ends where the text ends.
struct TimedText {
    std::string text;
    std::vector<SpokenWord> words;
};

// The Chinese text with the times at which its characters are spoken. Marks go with the character before them,
// opening marks with the one after.
TimedText timed_text(const std::string& text, const std::vector<TimedSyllable>& syllables, Milliseconds shift);
// Another language over the same time: words share it in proportion to their letters.
TimedText shared_out(const std::string& text, Milliseconds start, Milliseconds end);

// figures/<id>/narration.zh.ogg, cues.zh.json, narration.zh.vtt, narration.en.vtt, and the note "@<id>/narration.json":
// the value of "narration" in figure.json.
Result<Files> make_narration(const SourceFigure& figure, const Pronouncer& pronouncer);
// All that make_narration depends on, as bytes.
Result<std::string> narration_inputs(const SourceFigure& figure, const Pronouncer& pronouncer);

inline constexpr double narration_lufs = -16.0;  // peaks are held below −1 dBFS
inline constexpr Milliseconds lead_in{250}, between_sentences{350}, between_speakers{700}, lead_out{600};

}  // namespace xinghuo
