// A figure on its stage: what its pack says of it, and where its parts stand at a second. Pure: no files, no clock.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

struct LifeEvent {
    std::string date;  // ISO, partial allowed
    Bilingual place, text;
};

struct Quotation {
    Bilingual text, source;
    int year = 0;
};

struct SpokenWord {
    Milliseconds start{0}, end{0};
    std::size_t byte = 0, bytes = 0;  // in the sentence's text
};

struct Sentence {
    std::string id;
    bool by_narrator = false;   // told about the figure, not by it: the mouth stays closed
    Milliseconds start{0}, end{0};
    std::string text, source, gesture;
    std::vector<SpokenWord> words;
};

struct MouthCue {
    Milliseconds at{0};
    char shape = 'X';           // X M A E O U
    float open = 0;             // 0–1, from the sound's envelope
};

struct Narration {
    Lang voice = Lang::zh;      // the language one hears
    bool synthetic = false;
    std::string sound;          // path in the pack
    std::string cues_file;
    Milliseconds duration{0};
    std::vector<Sentence> sentences;
    // The sentence being spoken, or the one just spoken during a pause; 0 before the first.
    [[nodiscard]] std::size_t sentence_at(Milliseconds position) const;
    // How many bytes of that sentence have been spoken.
    [[nodiscard]] std::size_t bytes_spoken(std::size_t sentence, Milliseconds position) const;
};

struct StageArt {
    std::array<std::string, 3> layers;      // far, mid, near: pictures in the pack
    float width = 2200, height = 1080;
    std::array<float, 3> parallax{0.25f, 0.6f, 1.0f};
    std::array<float, 4> figure_box{0.36f, 0.12f, 0.28f, 0.8f};  // x, y, w, h as shares of the frame
};

struct Figure {
    std::string id, born, died;
    Bilingual name, epithet, bio, source, disclaimer;
    std::vector<LifeEvent> life;
    std::vector<Quotation> quotations;
    std::vector<std::string> questions;     // ids in the question bank
    StageArt stage;
    std::string rig_file, parts_file;
    std::map<Lang, Narration> narrations;   // always has zh
    [[nodiscard]] const Narration& narration(Lang lang) const;
};

// The text of figure.json (content/pack/README.md). Errors name the place: "narration.zh.sentences[3].text: missing".
Result<Figure> read_figure(std::string_view json);
Result<std::vector<MouthCue>> read_mouth_cues(std::string_view json);

}  // namespace xinghuo
