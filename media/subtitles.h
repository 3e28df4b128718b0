// Subtitles: WebVTT read (W3C WebVTT, without its positions and styles) and written. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/result.h"

namespace xinghuo {

// From `byte` of the cue's text to the next word's (or the end), heard from `at` on.
struct CueWord {
    Milliseconds at{0};
    std::size_t byte = 0;
    bool operator==(const CueWord&) const = default;
};

struct Cue {
    Milliseconds start{0}, end{0};
    std::string id;
    std::string text;            // plain UTF-8, lines separated by \n
    std::vector<CueWord> words;  // ascending; empty when the file gives no times within the cue
    bool operator==(const Cue&) const = default;
};

class Subtitles {
public:
    // Ascending by start.
    [[nodiscard]] const std::vector<Cue>& cues() const { return cues_; }
    // The cue to be shown at `position` (start ≤ position < end), as an index; of several the one that started last.
    [[nodiscard]] std::optional<std::size_t> cue_at(Milliseconds position) const;

private:
    friend Result<Subtitles> read_vtt(std::string_view);
    std::vector<Cue> cues_;
    std::vector<Milliseconds> ends_;  // the latest end among this cue and all before it
};

// How many bytes of the text have been spoken at `position`, the word being spoken included: what a caption highlights.
// Without times of words, all of it from the cue's start on; before that, 0.
std::size_t spoken_bytes(const Cue& cue, Milliseconds position);

// Strict, because the pack's author can mend it: the first mistake is an Error "line 12: …". Limits: 4 MiB of text,
// 20,000 cues, 8 KiB and 2,000 times a cue.
Result<Subtitles> read_vtt(std::string_view file);
// What read_vtt reads back equal. Ids and texts are escaped; cues must satisfy read_vtt's rules.
std::string write_vtt(const std::vector<Cue>& cues);

}  // namespace xinghuo
