#include <catch2/catch.hpp>

#include "content/figure/figure.h"

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

// A whole figure.json; each piece may be swapped for another to see what is refused.
std::string figure_json(const std::string& from = "", const std::string& to = "") {
    std::string json = R"({
 "id": "li-dazhao", "name": {"zh": "李大钊", "en": "Li Dazhao"}, "epithet": {"zh": "先驱", "en": "A pioneer"},
 "bio": {"zh": "字守常。"}, "born": "1889-10-29", "died": "1927-04-28",
 "life": [{"date": "1907", "place": {"zh": "天津", "en": "Tianjin"}, "text": {"zh": "入学。", "en": "Entered school."}}],
 "quotations": [{"text": {"zh": "青春"}, "source": {"zh": "《新青年》"}, "year": 1916}],
 "source": {"zh": "《年谱》", "en": "Chronology"}, "disclaimer": {"zh": "示意", "en": "Not a likeness"},
 "questions": ["q1-006", "q1-007"],
 "stage": {"far": "s/far.png", "mid": "s/mid.png", "near": "s/near.png", "width": 2200, "height": 1080,
           "parallax": [0.2, 0.5, 1.0], "figure_box": [0.3, 0.1, 0.3, 0.8]},
 "puppet": {"rig": "f/rig.json", "parts": "f/parts.json"},
 "narration": {
  "zh": {"voice": "zh", "synthetic": true, "sound": "f/n.ogg", "duration_ms": 6000, "cues": "f/cues.json",
   "sentences": [
    {"id": "n1", "speaker": "figure", "start_ms": 500, "end_ms": 2500, "text": "我是李，", "source": "《年谱》", "gesture": "nod",
     "words": [{"start_ms": 500, "end_ms": 900, "byte": 0, "bytes": 3}, {"start_ms": 900, "end_ms": 1300, "byte": 3, "bytes": 3},
               {"start_ms": 1500, "end_ms": 2400, "byte": 6, "bytes": 6}]},
    {"id": "n2", "speaker": "narrator", "start_ms": 3000, "end_ms": 5000, "text": "他去了天津。", "source": "", "gesture": "rest"}]}
 }
})";
    if (from.empty()) return json;
    const std::size_t at = json.find(from);
    REQUIRE(at != std::string::npos);
    return json.replace(at, from.size(), to);
}

std::string refusal(const std::string& from, const std::string& to) {
    const auto read = read_figure(figure_json(from, to));
    REQUIRE_FALSE(read.has_value());
    return read.error().what;
}

}  // namespace

TEST_CASE("a figure is read whole", "[figure]") {
    const auto read = read_figure(figure_json());
    REQUIRE(read.has_value());
    const Figure& figure = *read;
    CHECK(figure.id == "li-dazhao");
    CHECK(figure.name.en == "Li Dazhao");
    CHECK(figure.bio.in(Lang::en) == "字守常。");
    REQUIRE(figure.life.size() == 1);
    CHECK(figure.life[0].place.en == "Tianjin");
    REQUIRE(figure.quotations.size() == 1);
    CHECK(figure.quotations[0].year == 1916);
    CHECK(figure.questions == std::vector<std::string>{"q1-006", "q1-007"});
    CHECK(figure.stage.layers[1] == "s/mid.png");
    CHECK(figure.stage.parallax[1] == Approx(0.5f));
    CHECK(figure.stage.figure_box[3] == Approx(0.8f));
    CHECK(figure.rig_file == "f/rig.json");
    const Narration& zh = figure.narration(Lang::zh);
    CHECK(zh.synthetic);
    CHECK(zh.duration == 6000ms);
    REQUIRE(zh.sentences.size() == 2);
    CHECK_FALSE(zh.sentences[0].by_narrator);
    CHECK(zh.sentences[1].by_narrator);
    CHECK(zh.sentences[0].words[2].bytes == 6);
    CHECK(&figure.narration(Lang::en) == &zh);  // not told in English: the Chinese one
}

TEST_CASE("what a figure's file must not say is refused with its place", "[figure]") {
    CHECK(refusal("\"zh\": {\"voice\"", "\"de\": {\"voice\"") == "narration.zh: missing");
    CHECK(refusal("\"text\": \"我是李，\"", "\"texx\": \"\"") == "narration.zh.sentences[0].text: missing");
    CHECK(refusal("\"text\": \"我是李，\"", "\"text\": \"\"") == "narration.zh.sentences[0].text: must not be empty");
    CHECK(refusal("\"start_ms\": 3000", "\"start_ms\": 2000") == "narration.zh.sentences[1].start_ms: before the end of the sentence before");
    CHECK(refusal("\"end_ms\": 5000", "\"end_ms\": 2900") == "narration.zh.sentences[1].end_ms: must be after start_ms");
    CHECK(refusal("\"duration_ms\": 6000", "\"duration_ms\": 4000") == "narration.zh.sentences[1].end_ms: after the end of the narration");
    CHECK(refusal("\"id\": \"n2\"", "\"id\": \"n1\"") == "narration.zh.sentences[1].id: \"n1\" stands twice");
    CHECK(refusal("\"byte\": 3, \"bytes\": 3", "\"byte\": 4, \"bytes\": 2") == "narration.zh.sentences[0].words[1].byte: in the middle of a character");
    CHECK(refusal("\"byte\": 3, \"bytes\": 3", "\"byte\": 3, \"bytes\": 2") == "narration.zh.sentences[0].words[1].bytes: ends in the middle of a character");
    CHECK(refusal("\"byte\": 3, \"bytes\": 3", "\"byte\": 0, \"bytes\": 3") == "narration.zh.sentences[0].words[1].byte: overlaps the word before");
    CHECK(refusal("\"byte\": 6, \"bytes\": 6", "\"byte\": 6, \"bytes\": 9") == "narration.zh.sentences[0].words[2].bytes: outside the sentence's 6 bytes");
    CHECK(refusal("\"start_ms\": 1500, ", "\"start_ms\": 800, ") == "narration.zh.sentences[0].words[2].start_ms: times must ascend");
    CHECK(refusal("\"start_ms\": 500, \"end_ms\": 900", "\"start_ms\": 100, \"end_ms\": 900") ==
          "narration.zh.sentences[0].words[0].start_ms: outside the sentence's time");
    CHECK(refusal("\"sound\": \"f/n.ogg\"", "\"sound\": \"../n.ogg\"") == "narration.zh.sound: not a path inside the pack");
    CHECK(refusal("\"born\": \"1889-10-29\"", "\"born\": \"1889-13-29\"") == "born: must be a date: 1889, 1889-10 or 1889-10-29");
    CHECK(refusal("\"date\": \"1907\"", "\"date\": \"190\"") == "life[0].date: must be a date: 1889, 1889-10 or 1889-10-29");
    CHECK(refusal("\"speaker\": \"narrator\"", "\"speaker\": \"he\"") == "narration.zh.sentences[1].speaker: must be figure or narrator");
    CHECK(refusal("\"duration_ms\": 6000", "\"duration_ms\": -1").find("duration_ms: must be between") != std::string::npos);
    CHECK(refusal("[0.2, 0.5, 1.0]", "[0.2, 0.5]") == "stage.parallax: must be 3 numbers");
    CHECK(refusal("\"year\": 1916", "\"year\": \"x\"") == "quotations[0].year: must be a whole number");
    CHECK(refusal("{\"zh\": \"字守常。\"}", "{\"en\": \"Only English\"}") == "bio.zh: missing");
    CHECK_FALSE(read_figure("[1, 2]").has_value());
    CHECK_FALSE(read_figure("").has_value());
}

TEST_CASE("too many sentences are refused", "[figure]") {
    std::string many;
    for (int i = 0; i < 401; ++i)
        many += std::string(i ? "," : "") + R"({"id": "s)" + std::to_string(i) + R"(", "start_ms": )" + std::to_string(i * 10) +
                R"(, "end_ms": )" + std::to_string(i * 10 + 10) + R"(, "text": "字"})";
    const std::string json = R"({"voice": "zh", "sound": "a", "cues": "b", "duration_ms": 6000, "sentences": [)" + many + "]}";
    const std::string whole = figure_json();
    const std::size_t at = whole.find("{\"voice\""), end = whole.rfind("\n }\n}");
    const auto read = read_figure(whole.substr(0, at) + json + whole.substr(end));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().what == "narration.zh.sentences: at most 400");
}

TEST_CASE("the sentence of a position", "[figure]") {
    const auto figure = read_figure(figure_json());
    REQUIRE(figure.has_value());
    const Narration& zh = figure->narration(Lang::zh);
    CHECK(zh.sentence_at(0ms) == 0);        // before the first
    CHECK(zh.sentence_at(500ms) == 0);
    CHECK(zh.sentence_at(2999ms) == 0);     // in the pause after it
    CHECK(zh.sentence_at(3000ms) == 1);
    CHECK(zh.sentence_at(3600'000ms) == 1);
    CHECK(Narration{}.sentence_at(10ms) == 0);
}

TEST_CASE("how much of a sentence has been spoken", "[figure]") {
    const auto figure = read_figure(figure_json());
    REQUIRE(figure.has_value());
    const Narration& zh = figure->narration(Lang::zh);
    CHECK(zh.bytes_spoken(0, 499ms) == 0);
    CHECK(zh.bytes_spoken(0, 500ms) == 3);
    CHECK(zh.bytes_spoken(0, 899ms) == 3);
    CHECK(zh.bytes_spoken(0, 900ms) == 6);
    CHECK(zh.bytes_spoken(0, 1400ms) == 6);   // a pause inside the sentence
    CHECK(zh.bytes_spoken(0, 1500ms) == 12);
    CHECK(zh.bytes_spoken(0, 9000ms) == 12);
    // Without words: by share of time, never inside a character.
    CHECK(zh.bytes_spoken(1, 3000ms) == 0);
    CHECK(zh.bytes_spoken(1, 4000ms) == 9);
    for (int ms = 3000; ms <= 5000; ms += 7) CHECK(zh.bytes_spoken(1, Milliseconds(ms)) % 3 == 0);
    CHECK(zh.bytes_spoken(1, 5000ms) == 18);
}

TEST_CASE("mouth cues", "[figure]") {
    const auto cues = read_mouth_cues(R"({"cues": [{"ms": 0, "shape": "X", "open": 0.0}, {"ms": 180, "shape": "A", "open": 0.8},
                                          {"ms": 300, "shape": "O"}, {"ms": 400, "shape": "M"}]})");
    REQUIRE(cues.has_value());
    REQUIRE(cues->size() == 4);
    CHECK((*cues)[1].at == 180ms);
    CHECK((*cues)[1].shape == 'A');
    CHECK((*cues)[1].open == Approx(0.8f));
    CHECK((*cues)[2].open == 1.0f);
    CHECK((*cues)[3].open == 0.0f);
    const auto why = [](const char* json) {
        const auto read = read_mouth_cues(json);
        REQUIRE_FALSE(read.has_value());
        return read.error().what;
    };
    CHECK(why(R"({"cues": [{"ms": 5, "shape": "A"}, {"ms": 5, "shape": "E"}]})") == "cues[1].ms: times must ascend");
    CHECK(why(R"({"cues": [{"ms": 5, "shape": "Q"}]})") == "cues[0].shape: must be one of X M A E O U");
    CHECK(why(R"({"cues": [{"ms": 5, "shape": "A", "open": 1.5}]})") == "cues[0].open: must be between 0 and 1");
    CHECK(why(R"({"cues": 3})") == "cues: must be a list");
    CHECK(why(R"({})") == "cues: missing");
}
