#include "tools/packer/build.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "content/figure/figure.h"
#include "content/figure/rig.h"
#include "content/pack/catalogue.h"
#include "media/image.h"
#include "media/subtitles.h"
#include "tools/packer/drawing.h"
#include "tools/packer/json_lines.h"
#include "tools/packer/narration.h"
#include "tools/packer/pixels.h"
#include "tools/packer/source.h"

using namespace xinghuo;

namespace {

constexpr const char* pack_json = R"({
 "schema_version": 1, "id": "tiny", "version": 1, "title": {"zh": "小包", "en": "Tiny"}, "summary": {"zh": "试", "en": "Trial"},
 "languages": ["zh", "en"], "minimum_application": "0.1.0", "licence": {"zh": "自制", "en": "Our own"},
 "sections": [{"id": "figures", "title": {"zh": "人物", "en": "Figures"}, "poster": "hill"}],
 "themes": [{"id": "t1", "title": {"zh": "一", "en": "One"}, "years": "1919", "category": "史/1", "poster": "hill"}]
})";
constexpr const char* index_json = R"({"posters": [{"id": "hill", "file": "posters/hill.svg", "focus": [0.5, 0.5]}],
 "stages": [{"file": "stages/room.svg", "parallax": [0.2, 0.5, 1], "figure_box": [0.3, 0.1, 0.3, 0.8]}]})";
constexpr const char* figures_json = R"({"figures": [
 {"id": "ren", "name": "任", "name_en": "Ren", "born": "1889", "died": "1927-04-28",
  "epithet_zh": "人", "epithet_en": "A person", "bio_zh": "生平。", "bio_en": "Life.",
  "source": "书", "source_en": "Book", "stage": "scenes/stages/room.svg",
  "life_events": [{"date": "1907", "place": "天津", "place_en": "Tianjin", "text": "学习", "text_en": "Studied"}],
  "narration": {"disclaimer_zh": "合成", "disclaimer_en": "Synthetic",
   "segments": [
    {"id": "ren-n01", "speaker": "figure", "text": "我是任，1907年到天津。", "text_en": "I am Ren and came in 1907.",
     "source": "书", "source_en": "Book", "gesture": "nod"},
    {"id": "ren-n02", "speaker": "narrator", "text": "他学习。", "text_en": "He studied.", "source": "书", "source_en": "Book"}]},
  "quotations": [{"text": "学", "text_en": "Study", "source": "书", "source_en": "Book", "year": 1916}],
  "questions": ["q1-001"]}]})";
constexpr const char* rig_json = R"({"schema_version": 1, "id": "ren", "bones": [{"name": "root", "parent": null, "pivot": [50, 190]}],
 "slots": {"mouth": ["mouth.X", "mouth.A"]}, "default": {"mouth": "mouth.X"},
 "parts": [{"id": "part.head", "bone": "root", "z": 10}, {"id": "mouth.X", "bone": "root", "z": 20}, {"id": "mouth.A", "bone": "root", "z": 30}],
 "clips": {"idle": {"duration": 4, "loop": true, "bones": {}}, "nod": {"duration": 1, "loop": false, "bones": {}}}})";
constexpr const char* figure_svg = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 200" width="100" height="200">
<g id="part.head"><g id="inner"><circle cx="50" cy="60" r="30" fill="#c04020"/></g></g>
<g id="mouth.X"><rect x="40" y="70" width="20" height="4" fill="#400"/></g>
<g id="mouth.A" display="none"><rect x="40" y="66" width="20" height="12" fill="#400"/></g></svg>)";
constexpr const char* stage_svg = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 108" width="220" height="108">
<g id="layer.far"><path d="M0 0h220v108H0z" fill="#123"/></g><g id="layer.mid"><path d="M0 50h220v20H0z" fill="#345"/></g>
<g id="layer.near"><path d="M0 90h220v18H0z" fill="#567"/></g></svg>)";
constexpr const char* poster_svg = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 192 108"><path d="M0 0h192v108H0z" fill="#853"/></svg>)";
constexpr const char* quiz_gift = "$CATEGORY: 史/1\n\n::q1-001::哪一年？ {\n=1907年\n~1908年\n####是1907年。\n}\n";
constexpr const char* quiz_en = "$CATEGORY: 史/1\n\n::q1-001::Which year? {\n=1907\n~1908\n####It was 1907.\n}\n";
constexpr const char* sources_csv = "id,theme,type,source,checked,difficulty\nq1-001,t1,single,书,searched,1\n";
constexpr const char* timeline_csv =
    "id,date,title_zh,title_en,text_zh,text_en,place,place_en,theme,source\n"
    "tl-2,1921-07,事,Event,文,Text,上海,Shanghai,t1,书\ntl-1,1919-05-04,先,First,文,Text,北京,Beijing,t1,书\n";

struct Workshop {
    Path folder;
    explicit Workshop(const std::string& name) : folder(std::filesystem::temp_directory_path() / ("xinghuo-build-" + name)) {
        std::filesystem::remove_all(folder);
        write("pack.json", pack_json);
        write("scenes/index.json", index_json);
        write("scenes/posters/hill.svg", poster_svg);
        write("scenes/stages/room.svg", stage_svg);
        write("figures.json", figures_json);
        write("figures/ren/figure.svg", figure_svg);
        write("figures/ren/rig.json", rig_json);
        write("quiz.gift", quiz_gift);
        write("quiz.en.gift", quiz_en);
        write("quiz_sources.csv", sources_csv);
        write("timeline.csv", timeline_csv);
    }
    ~Workshop() { std::filesystem::remove_all(folder); }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    [[nodiscard]] Path source() const { return folder / "source"; }
    void write(const std::string& name, std::string_view text) const { REQUIRE(write_file(source() / name, text).has_value()); }
    // The file with one passage replaced, which must be there.
    void change(const std::string& name, std::string_view from, std::string_view to) const {
        std::string text = *read_text(source() / name);
        const std::size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        write(name, text.replace(at, from.size(), to));
    }
    [[nodiscard]] std::string problems() const {
        Problems found;
        (void)read_source(source(), found);
        return found.text();
    }
    Result<Built> build(const char* out = "out", bool if_changed = false) const {
        BuildOptions options;
        options.cache = folder / (std::string(out) + ".cache");
        options.if_changed = if_changed;
        Problems found;
        auto built = build_pack(source(), folder / out, options, found);
        INFO(found.text());
        if (!built) return Error{ErrorKind::invalid, found.text() + built.error().what};
        return built;
    }
};

bool says(const std::string& text, const std::string& part) {
    INFO(text);
    INFO(part);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("building: a small pack from end to end") {
    const Workshop shop("whole");
    REQUIRE(shop.problems().empty());
    const auto built = shop.build();
    if (!built) FAIL(built.error().what);
    const auto catalogue = Catalogue::open(shop.folder / "out");
    REQUIRE(catalogue.has_value());
    const Catalogue& pack = **catalogue;
    CHECK(pack.items_of_kind("figure").size() == 1);
    CHECK(pack.items_of_kind("quiz").size() == 1);
    CHECK(pack.items_of_kind("timeline").size() == 1);
    const auto figure = read_figure(*pack.read_text("figures/ren/figure.json"));
    REQUIRE(figure.has_value());
    for (const std::string& path : {figure->stage.layers[0], figure->stage.layers[2], figure->rig_file, figure->parts_file,
                                    figure->narration(Lang::zh).sound, figure->narration(Lang::zh).cues_file})
        CHECK(pack.has(path));

    const auto rig = read_rig(*pack.read_text(figure->rig_file));
    REQUIRE(rig.has_value());
    const auto parts = read_parts(*pack.read_text(figure->parts_file), *rig);
    REQUIRE(parts.has_value());
    for (const PartPicture& part : *parts) {
        const auto half = decode_image(*pack.read(part.half)), full = decode_image(*pack.read(part.full));
        REQUIRE(half.has_value());
        REQUIRE(full.has_value());
        CHECK(full->w == static_cast<int>(part.w));
        CHECK(half->w * 2 == full->w);
        CHECK(half->h * 2 == full->h);
        const DrawnBox seen = ink_box(*half);
        CHECK(seen.w > 0);  // also of the variants that the drawing hides
        CHECK((seen.x >= 1 && seen.y >= 1 && seen.x + seen.w <= half->w - 1 && seen.y + seen.h <= half->h - 1));
    }

    const Narration& zh = figure->narration(Lang::zh);
    CHECK(zh.synthetic);
    CHECK(figure->narration(Lang::en).voice == Lang::zh);
    REQUIRE(zh.sentences.size() == 2);
    for (const Lang lang : {Lang::zh, Lang::en}) {
        for (const Sentence& sentence : figure->narration(lang).sentences) {
            std::size_t byte = 0;
            Milliseconds last{-1};
            REQUIRE_FALSE(sentence.words.empty());
            for (const SpokenWord& word : sentence.words) {
                CHECK(word.byte == byte);  // words tile the text
                CHECK(word.start > last);
                CHECK((word.end > word.start && word.end <= sentence.end && word.start >= sentence.start));
                last = word.start;
                byte += word.bytes;
            }
            CHECK(byte == sentence.text.size());
        }
    }
    const auto cues = read_mouth_cues(*pack.read_text(zh.cues_file));
    REQUIRE(cues.has_value());
    float widest = 0;
    for (std::size_t k = 0; k < cues->size(); ++k) {
        const MouthCue& cue = (*cues)[k];
        if (k > 0) CHECK(cue.at > (*cues)[k - 1].at);
        CHECK(cue.at <= zh.sentences[0].end);  // the narrator's sentence moves no mouth
        widest = std::max(widest, cue.open);
    }
    CHECK(widest > 0.8f);
    CHECK(cues->back().shape == 'X');
    const auto captions = read_vtt(*pack.read_text("figures/ren/narration.zh.vtt"));
    REQUIRE(captions.has_value());
    CHECK(captions->cues().size() == 2);
    CHECK(says(*pack.read_text("timeline/timeline.json"), R"({"events":[{"id":"tl-1")"));
    CHECK(says(*pack.read_text("glyphs.txt"), "任"));
}

TEST_CASE("building: the same source gives the same bytes; what has not changed is not made again") {
    const Workshop shop("same");
    REQUIRE(shop.build("out").has_value());
    REQUIRE(shop.build("again").has_value());
    CHECK(*read_text(shop.folder / "out/manifest.json") == *read_text(shop.folder / "again/manifest.json"));
    const auto second = shop.build("out");
    REQUIRE(second.has_value());
    CHECK(second->steps_made == 0);
    CHECK(shop.build("out", true)->unchanged);
    shop.change("figures.json", "他学习。", "他在天津学习。");
    const auto third = shop.build("out", true);
    REQUIRE(third.has_value());
    CHECK_FALSE(third->unchanged);
    CHECK(third->steps_made >= 1);
    CHECK(third->steps_made <= 4);  // narration, figure.json, pictures and glyphs at most
}

TEST_CASE("building: a source with something wrong leaves the older pack as it is") {
    const Workshop shop("kept");
    REQUIRE(shop.build().has_value());
    const std::string before = *read_text(shop.folder / "out/manifest.json");
    shop.change("figures.json", "\"born\": \"1889\"", "\"born\": \"1889-13\"");
    shop.change("timeline.csv", "1919-05-04", "1919-02-30");
    const auto built = shop.build();
    REQUIRE_FALSE(built.has_value());
    CHECK(says(built.error().what, "figures.json:2: figures[0].born: not a date"));
    CHECK(says(built.error().what, "timeline.csv:3: date: not a date: 1919-02-30"));
    CHECK(*read_text(shop.folder / "out/manifest.json") == before);
    CHECK(Catalogue::open(shop.folder / "out").has_value());
}

TEST_CASE("building: everything wrong is told, with file and line") {
    struct Wrong {
        const char *file, *from, *to, *told;
    };
    const auto [file, from, to, told] = GENERATE(
        Wrong{"pack.json", "\"version\": 1, \"title\"", "\"version\": 0, \"title\"", "pack.json:2: version: must be a whole number"},
        Wrong{"pack.json", "\"id\": \"tiny\"", "\"id\": \"Tiny One\"", "pack.json:2: id: must be lower-case"},
        Wrong{"pack.json", "\"poster\": \"hill\"}],\n", "\"poster\": \"sea\"}],\n", "pack.json:4: sections[0].poster: no such poster in scenes/index.json: sea"},
        Wrong{"pack.json", "\"themes\"", "\"themes\" 7", "pack.json:5: line 5"},
        Wrong{"scenes/index.json", "posters/hill.svg", "posters/hull.svg", "scenes/index.json:1: posters[0].file: no such file: scenes/posters/hull.svg"},
        Wrong{"scenes/index.json", "posters/hill.svg", "../../hill.svg", "scenes/index.json:1: posters[0].file: not a path inside the source"},
        Wrong{"figures.json", "\"source\": \"书\", \"source_en\": \"Book\", \"stage\"", "\"stage\"", "figures.json:2: figures[0].source: missing"},
        Wrong{"figures.json", "\"speaker\": \"narrator\"", "\"speaker\": \"ghost\"", "figures.json:10: figures[0].narration.segments[1].speaker: must be figure or narrator"},
        Wrong{"figures.json", "\"text_en\": \"He studied.\", ", "", "figures.json:10: figures[0].narration.segments[1].text_en: missing"},
        Wrong{"figures.json", "\"ren-n02\"", "\"ren-n01\"", "segments[1].id: stands twice"},
        Wrong{"figures.json", "他学习。", "《》", "figures.json:10: figures[0].narration.segments[1].text: nothing in it can be read aloud"},
        Wrong{"figures.json", "\"nod\"", "\"dance\"", "ren-n01: no clip named dance"},
        Wrong{"figures.json", "q1-001", "q1-999", "figures.json:12: ren: no such question: q1-999"},
        Wrong{"figures.json", "\"year\": 1916", "\"year\": 16", "figures.json:11: figures[0].quotations[0].year: a quotation needs its year"},
        Wrong{"figures/ren/figure.svg", "id=\"mouth.A\"", "id=\"mouth.B\"", "figures/ren/rig.json:3: the drawing has no group mouth.A"},
        Wrong{"figures/ren/rig.json", "\"bone\": \"root\", \"z\": 20", "\"bone\": \"arm\", \"z\": 20", "figures/ren/rig.json:3: parts[1].bone"},
        Wrong{"figures/ren/figure.svg", "<svg", "<sv", "figures/ren/figure.svg: not an SVG drawing"},
        Wrong{"scenes/stages/room.svg", "layer.mid", "layer.middle", "scenes/stages/room.svg: the drawing has no group layer.mid"},
        Wrong{"timeline.csv", "tl-1", "tl-2", "timeline.csv:3: id: stands twice: tl-2"},
        Wrong{"timeline.csv", ",t1,书\ntl-1", ",t9,书\ntl-1", "timeline.csv:2: theme: not in pack.json: t9"},
        Wrong{"timeline.csv", "上海,Shanghai", "上海,Shanghai,more", "timeline.csv:2: "},
        Wrong{"quiz.gift", "=1907年", "~1907年", "quiz.gift:3: "},
        Wrong{"quiz.en.gift", "~1908", "~1908\n~1909", "quiz.en.gift:3: "});
    const Workshop shop("wrong");
    shop.change(file, from, to);
    INFO("change in " << file << ", expected " << told << ", told:\n" << shop.problems());
    CHECK(says(shop.problems(), told));
}

TEST_CASE("building: a word list with a wrong line, and a missing file") {
    const Workshop shop("lists");
    shop.write("pronunciations.csv", "word,pinyin,note\n任,ren4,姓\n天津,tian1,少\n");
    CHECK(says(shop.problems(), "pronunciations.csv:3: 1 syllables for 2 characters"));
    std::filesystem::remove(shop.source() / "pack.json");
    CHECK(says(shop.problems(), "pack.json: missing"));
}

TEST_CASE("building: a recorded sentence wins over the synthesizer") {
    const Workshop shop("recorded");
    // Half a second of silence, a tone of one second, half a second of silence; 16-bit mono.
    constexpr int rate = 16'000;
    std::string samples;
    for (int i = 0; i < 2 * rate; ++i) {
        const bool tone = i >= rate / 2 && i < rate * 3 / 2;
        const auto value = static_cast<std::int16_t>(tone ? 8000 * std::sin(i * 0.17) : 0);
        samples += static_cast<char>(value & 255);
        samples += static_cast<char>((value >> 8) & 255);
    }
    const auto number = [](std::uint32_t value, int bytes) {
        std::string out;
        for (int k = 0; k < bytes; ++k) out += static_cast<char>((value >> (8 * k)) & 255u);
        return out;
    };
    const auto size = static_cast<std::uint32_t>(samples.size());
    shop.write("figures/ren/voice/ren-n02.wav", "RIFF" + number(36 + size, 4) + "WAVEfmt " + number(16, 4) + number(1, 2) + number(1, 2) +
                                                    number(rate, 4) + number(rate * 2, 4) + number(2, 2) + number(16, 2) + "data" +
                                                    number(size, 4) + samples);
    const auto built = shop.build();
    if (!built) FAIL(built.error().what);
    const auto catalogue = Catalogue::open(shop.folder / "out");
    const auto figure = read_figure(*(*catalogue)->read_text("figures/ren/figure.json"));
    REQUIRE(figure.has_value());
    const Narration& zh = figure->narration(Lang::zh);
    CHECK_FALSE(zh.synthetic);
    const Sentence& said = zh.sentences[1];
    CHECK(std::abs((said.end - said.start).count() - 2000) <= 2);
    CHECK(std::abs((said.words.front().start - said.start).count() - 500) <= 20);  // the words lie where the sound is
    CHECK(std::abs((said.words.back().end - said.start).count() - 1500) <= 20);
}

TEST_CASE("pictures: colours run out under transparent edges and alpha stays") {
    Image image{5, 1, std::vector<std::uint8_t>(20, 0)};
    image.rgba[0] = 200, image.rgba[1] = 100, image.rgba[2] = 50, image.rgba[3] = 255;
    bleed_edges(image, 3);
    for (std::size_t x = 1; x <= 3; ++x) {
        CHECK(image.rgba[x * 4] == 200);
        CHECK(image.rgba[x * 4 + 1] == 100);
        CHECK(image.rgba[x * 4 + 3] == 0);
    }
    CHECK(image.rgba[16] == 0);  // out of reach
    const Image cut = cropped(image, {-1, -1, 3, 3});
    CHECK((cut.w == 3 && cut.h == 3));
    CHECK((cut.rgba[16] == 200 && cut.rgba[19] == 255));
    CHECK(cut.rgba[3] == 0);
}

TEST_CASE("drawings: groups under the root, and only those") {
    CHECK(top_level_groups(R"(<?xml version="1.0"?><!-- <g id="no"> --><svg a=">"><defs><g id="deep"/></defs><g id="a"><g id="b"/></g><path/><g
        id='c' display="none"/></svg>)") == std::vector<std::string>{"a", "c"});
    CHECK(top_level_groups("<svg><g id=").empty());
    CHECK_FALSE(Drawing::parse("<svg").has_value());
    const auto drawing = Drawing::parse(figure_svg);
    REQUIRE(drawing.has_value());
    const auto hidden = drawing->group("mouth.A", 100, 200);
    REQUIRE(hidden.has_value());
    const DrawnBox box = ink_box(*hidden);
    CHECK((box.x == 40 && box.y == 66 && box.w == 20 && box.h == 12));
    CHECK_FALSE(drawing->group("mouth.Z", 100, 200).has_value());
}

TEST_CASE("lines of a JSON text") {
    const JsonLines lines("{\n\"a\": [1,\n {\"b\": \"x\\\"}\"},\n // remark\n 3],\n\"c\": null}");
    CHECK(lines.line("a") == 2);
    CHECK(lines.line("a[1].b") == 3);
    CHECK(lines.line("a[2]") == 5);
    CHECK(lines.line("a[2].none") == 5);
    CHECK(lines.line("c") == 6);
    CHECK(lines.line("nothing") == 1);
}

TEST_CASE("sound: loudness is measured and set") {
    Sound tone;
    for (int i = 0; i < 3 * Sound::rate_hz; ++i) tone.samples.push_back(0.1f * static_cast<float>(std::sin(i * 2 * 3.14159265 * 997 / Sound::rate_hz)));
    // The standard's own check: a full-scale 997 Hz sine in one channel reads −3.01 LUFS.
    CHECK(loudness_lufs(tone) == Approx(-23.01).margin(0.1));
    REQUIRE(set_loudness(tone, -18));
    CHECK(loudness_lufs(tone) == Approx(-18).margin(0.05));
    Sound silence;
    silence.add_silence(Milliseconds(500));
    CHECK_FALSE(set_loudness(silence, -18));
}

TEST_CASE("sentences of a text") {
    CHECK(sentences("甲。乙！“丙？”丁", Lang::zh) == std::vector<std::string>{"甲。", "乙！", "“丙？”", "丁"});
    CHECK(sentences("It cost 5.7 million. He said “No.” Then he left! End", Lang::en) ==
          std::vector<std::string>{"It cost 5.7 million.", "He said “No.”", "Then he left!", "End"});
    CHECK(sentences("", Lang::zh).empty());
}
