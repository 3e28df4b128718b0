#include "content/figure/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "content/base/file.h"
#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::size_t life_limit = 200, quotation_limit = 100, question_limit = 500, sentence_limit = 400;
constexpr std::size_t word_limit = 4'000, cue_limit = 200'000;
constexpr std::size_t text_limit_bytes = 20'000;
constexpr std::int64_t duration_limit_ms = 3 * 3'600'000;

std::string read_text(const JsonNode& node) {
    std::string text = node.string();
    if (text.size() > text_limit_bytes) node.refuse(fmt::format("longer than {} bytes", text_limit_bytes));
    return text;
}

std::string read_needed_text(const JsonNode& node) {
    std::string text = read_text(node);
    if (text.empty()) node.refuse("must not be empty");
    return text;
}

std::string read_optional_text(const JsonNode& node) { return node.exists() ? read_text(node) : std::string(); }

// Chinese is needed, English may be missing.
Bilingual read_bilingual(const JsonNode& node) {
    if (!node.is_object()) {
        node.refuse(node.exists() ? "must be {\"zh\": …, \"en\": …}" : "missing");
        return {};
    }
    return {read_needed_text(node["zh"]), read_optional_text(node["en"])};
}

Bilingual read_optional_bilingual(const JsonNode& node) { return node.exists() ? read_bilingual(node) : Bilingual{}; }

// "1889", "1889-10" or "1889-10-29".
std::string read_date(const JsonNode& node) {
    const std::string date = node.string();
    const auto digits = [&date](std::size_t from, std::size_t count) {
        return std::all_of(date.begin() + static_cast<std::ptrdiff_t>(from), date.begin() + static_cast<std::ptrdiff_t>(from + count),
                           [](char c) { return c >= '0' && c <= '9'; });
    };
    const auto within = [&date](std::size_t from, int most) {
        const int value = (date[from] - '0') * 10 + (date[from + 1] - '0');
        return value >= 1 && value <= most;
    };
    bool good = (date.size() == 4 || date.size() == 7 || date.size() == 10) && digits(0, 4);
    if (good && date.size() >= 7) good = date[4] == '-' && digits(5, 2) && within(5, 12);
    if (good && date.size() == 10) good = date[7] == '-' && digits(8, 2) && within(8, 31);
    if (!good) node.refuse("must be a date: 1889, 1889-10 or 1889-10-29");
    return date;
}

std::string read_path(const JsonNode& node) {
    std::string path = node.string();
    if (!is_safe_relative_path(path)) node.refuse("not a path inside the pack");
    return path;
}

Milliseconds read_milliseconds(const JsonNode& node) {
    const std::int64_t ms = node.integer();
    if (ms < 0 || ms > duration_limit_ms) {
        node.refuse(fmt::format("must be between 0 and {} ms", duration_limit_ms));
        return Milliseconds(0);
    }
    return Milliseconds(ms);
}

float read_share(const JsonNode& node, double low, double high) {
    const double value = node.number();
    if (!std::isfinite(value) || value < low || value > high) {
        node.refuse(fmt::format("must be between {} and {}", low, high));
        return static_cast<float>(low);
    }
    return static_cast<float>(value);
}

template <std::size_t Count>
void read_shares(const JsonNode& node, std::array<float, Count>& into, double low, double high) {
    if (!node.exists()) return;
    const auto items = node.items();
    if (items.size() != Count) return node.refuse(fmt::format("must be {} numbers", Count));
    for (std::size_t i = 0; i < Count; ++i) into[i] = read_share(items[i], low, high);
}

// May text be cut before this byte? (At the end, or where no continuation byte stands.)
bool on_character_edge(std::string_view text, std::size_t byte) {
    return byte >= text.size() || (static_cast<unsigned char>(text[byte]) & 0xC0) != 0x80;
}

std::size_t read_offset(const JsonNode& node, std::size_t text_bytes) {
    const std::int64_t offset = node.integer();
    if (offset < 0 || static_cast<std::size_t>(offset) > text_bytes) {
        node.refuse(fmt::format("outside the sentence's {} bytes", text_bytes));
        return 0;
    }
    return static_cast<std::size_t>(offset);
}

void read_words(const JsonNode& node, Sentence& sentence) {
    if (!node.exists()) return;
    for (const JsonNode& item : node.items(word_limit)) {
        SpokenWord word;
        word.start = read_milliseconds(item["start_ms"]);
        word.end = read_milliseconds(item["end_ms"]);
        word.byte = read_offset(item["byte"], sentence.text.size());
        word.bytes = read_offset(item["bytes"], sentence.text.size() - word.byte);
        if (word.end < word.start) item["end_ms"].refuse("before its start");
        if (word.start < sentence.start || word.start > sentence.end) item["start_ms"].refuse("outside the sentence's time");
        if (!on_character_edge(sentence.text, word.byte)) item["byte"].refuse("in the middle of a character");
        if (!on_character_edge(sentence.text, word.byte + word.bytes)) item["bytes"].refuse("ends in the middle of a character");
        if (!sentence.words.empty()) {
            const SpokenWord& last = sentence.words.back();
            if (word.start < last.start) item["start_ms"].refuse("times must ascend");
            if (word.byte < last.byte + last.bytes) item["byte"].refuse("overlaps the word before");
        }
        sentence.words.push_back(word);
    }
}

Sentence read_sentence(const JsonNode& node) {
    Sentence sentence;
    sentence.id = read_needed_text(node["id"]);
    const std::string speaker = node["speaker"].string_or("figure");
    if (speaker != "figure" && speaker != "narrator") node["speaker"].refuse("must be figure or narrator");
    sentence.by_narrator = speaker == "narrator";
    sentence.start = read_milliseconds(node["start_ms"]);
    sentence.end = read_milliseconds(node["end_ms"]);
    if (sentence.end <= sentence.start) node["end_ms"].refuse("must be after start_ms");
    sentence.text = read_needed_text(node["text"]);
    sentence.source = read_optional_text(node["source"]);
    sentence.gesture = read_optional_text(node["gesture"]);
    read_words(node["words"], sentence);
    return sentence;
}

Narration read_narration(const JsonNode& node) {
    Narration narration;
    const std::string voice = node["voice"].string();
    if (voice != "zh" && voice != "en") node["voice"].refuse("must be zh or en");
    narration.voice = voice == "en" ? Lang::en : Lang::zh;
    narration.synthetic = node["synthetic"].boolean_or(false);
    narration.sound = read_path(node["sound"]);
    narration.cues_file = read_path(node["cues"]);
    narration.duration = read_milliseconds(node["duration_ms"]);
    std::set<std::string> ids;
    for (const JsonNode& item : node["sentences"].items(sentence_limit)) {
        Sentence sentence = read_sentence(item);
        if (!ids.insert(sentence.id).second) item["id"].refuse(fmt::format("\"{}\" stands twice", sentence.id));
        if (!narration.sentences.empty() && sentence.start < narration.sentences.back().end)
            item["start_ms"].refuse("before the end of the sentence before");
        if (sentence.end > narration.duration) item["end_ms"].refuse("after the end of the narration");
        narration.sentences.push_back(std::move(sentence));
    }
    if (narration.sentences.empty()) node["sentences"].refuse("at least one sentence");
    return narration;
}

StageArt read_stage(const JsonNode& node) {
    StageArt stage;
    stage.layers = {read_path(node["far"]), read_path(node["mid"]), read_path(node["near"])};
    stage.width = static_cast<float>(node["width"].number_or(stage.width));
    stage.height = static_cast<float>(node["height"].number_or(stage.height));
    if (!(stage.width >= 100 && stage.width <= 20'000)) node["width"].refuse("must be between 100 and 20000");
    if (!(stage.height >= 100 && stage.height <= 20'000)) node["height"].refuse("must be between 100 and 20000");
    read_shares(node["parallax"], stage.parallax, 0, 2);
    read_shares(node["figure_box"], stage.figure_box, 0, 1);
    if (stage.figure_box[2] <= 0 || stage.figure_box[3] <= 0) node["figure_box"].refuse("must have a width and a height");
    return stage;
}

void read_life(const JsonNode& node, Figure& figure) {
    if (!node.exists()) return;
    for (const JsonNode& item : node.items(life_limit))
        figure.life.push_back({read_date(item["date"]), read_optional_bilingual(item["place"]), read_bilingual(item["text"])});
}

void read_quotations(const JsonNode& node, Figure& figure) {
    if (!node.exists()) return;
    for (const JsonNode& item : node.items(quotation_limit)) {
        Quotation quotation{read_bilingual(item["text"]), read_bilingual(item["source"]), 0};
        const std::int64_t year = item["year"].integer_or(0);
        if (year < 0 || year > 9999) item["year"].refuse("must be a year");
        else quotation.year = static_cast<int>(year);
        figure.quotations.push_back(std::move(quotation));
    }
}

void read_narrations(const JsonNode& node, Figure& figure) {
    if (!node["zh"].exists()) node["zh"].refuse("missing");
    for (const Lang lang : {Lang::zh, Lang::en}) {
        const JsonNode one = node[code(lang)];
        if (one.exists()) figure.narrations.emplace(lang, read_narration(one));
    }
}

constexpr std::string_view mouth_shapes = "XMAEOU";

}  // namespace

std::size_t Narration::sentence_at(Milliseconds position) const {
    const auto next = std::upper_bound(sentences.begin(), sentences.end(), position,
                                       [](Milliseconds at, const Sentence& s) { return at < s.start; });
    return next == sentences.begin() ? 0 : static_cast<std::size_t>(next - sentences.begin()) - 1;
}

std::size_t Narration::bytes_spoken(std::size_t sentence, Milliseconds position) const {
    insist(sentence < sentences.size(), "a sentence that is not there");
    const Sentence& s = sentences[sentence];
    if (position < s.start) return 0;
    if (position >= s.end) return s.text.size();
    if (s.words.empty()) {
        const auto share = static_cast<double>((position - s.start).count()) / static_cast<double>((s.end - s.start).count());
        auto bytes = static_cast<std::size_t>(share * static_cast<double>(s.text.size()));
        while (bytes > 0 && !on_character_edge(s.text, bytes)) --bytes;
        return bytes;
    }
    const auto next = std::upper_bound(s.words.begin(), s.words.end(), position,
                                       [](Milliseconds at, const SpokenWord& w) { return at < w.start; });
    return next == s.words.begin() ? 0 : (next - 1)->byte + (next - 1)->bytes;
}

const Narration& Figure::narration(Lang lang) const {
    auto found = narrations.find(lang);
    if (found == narrations.end()) found = narrations.find(Lang::zh);
    insist(found != narrations.end(), "a figure has a Chinese narration");
    return found->second;
}

Result<Figure> read_figure(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    const JsonNode root = document.root();
    Figure figure;
    figure.id = read_needed_text(root["id"]);
    figure.name = read_bilingual(root["name"]);
    figure.epithet = read_bilingual(root["epithet"]);
    figure.bio = read_bilingual(root["bio"]);
    figure.born = read_date(root["born"]);
    if (root["died"].exists()) figure.died = read_date(root["died"]);
    figure.source = read_bilingual(root["source"]);
    figure.disclaimer = read_optional_bilingual(root["disclaimer"]);
    read_life(root["life"], figure);
    read_quotations(root["quotations"], figure);
    if (root["questions"].exists())
        for (const JsonNode& item : root["questions"].items(question_limit))
            figure.questions.push_back(read_needed_text(item));
    figure.stage = read_stage(root["stage"]);
    figure.rig_file = read_path(root["puppet"]["rig"]);
    figure.parts_file = read_path(root["puppet"]["parts"]);
    read_narrations(root["narration"], figure);
    if (!document.good()) return document.error();
    return figure;
}

Result<std::vector<MouthCue>> read_mouth_cues(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    std::vector<MouthCue> cues;
    for (const JsonNode& item : document.root()["cues"].items(cue_limit)) {
        MouthCue cue;
        cue.at = read_milliseconds(item["ms"]);
        if (!cues.empty() && cue.at <= cues.back().at) item["ms"].refuse("times must ascend");
        const std::string shape = item["shape"].string();
        if (shape.size() != 1 || mouth_shapes.find(shape) == std::string_view::npos)
            item["shape"].refuse("must be one of X M A E O U");
        else
            cue.shape = shape[0];
        cue.open = item["open"].exists() ? read_share(item["open"], 0, 1) : (cue.shape == 'X' || cue.shape == 'M' ? 0.0f : 1.0f);
        cues.push_back(cue);
    }
    if (!document.good()) return document.error();
    return cues;
}

}  // namespace xinghuo
