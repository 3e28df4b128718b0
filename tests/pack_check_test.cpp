// check says everything that is wrong, in words of the author's language, with the place and what to do.
#include "tools/packer/check.h"

#include <catch2/catch.hpp>

#include <functional>

#include "media/image.h"
#include "tests/support/record_book.h"
#include "tools/packer/new_pack.h"

using namespace xinghuo;

namespace {

const Path share = Path(XINGHUO_SOURCE_DIR) / "tools/packer";

PackWords words() {
    auto read = PackWords::open(share / "strings");
    if (!read) FAIL(read.error().what);
    return *std::move(read);
}

// A new pack, to be broken.
struct Desk {
    TemporaryFolder place;
    Path folder = place.path / "pack";
    Desk() { REQUIRE(make_new_pack(share, folder, {"mine", "题", "T"})); }
    void write(const std::string& name, std::string_view text) const { REQUIRE(write_file(folder / name, text)); }
    void change(const std::string& name, std::string_view from, std::string_view to) const {
        std::string text = *read_text(folder / name);
        const std::size_t at = text.find(from);
        INFO(name << ": " << from);
        REQUIRE(at != std::string::npos);
        write(name, text.replace(at, from.size(), to));
    }
    [[nodiscard]] Problems check() const {
        Problems problems;
        (void)check_source(folder, problems, share / "schemas");
        return problems;
    }
};

bool has_chinese(const std::string& text) {
    for (std::size_t i = 0; i + 2 < text.size(); ++i)
        if (static_cast<unsigned char>(text[i]) >= 0xE4 && static_cast<unsigned char>(text[i]) <= 0xE9) return true;
    return false;
}

// The problem of that code is there, at that place, and is said in both languages.
void expect(const Problems& problems, const PackWords& words, const std::string& code, const std::string& file, int line, bool warning = false) {
    std::string all;
    for (const Problem& p : problems.sorted()) {
        const Told zh = words.tell(p, Lang::zh), en = words.tell(p, Lang::en);
        all += p.file + ":" + std::to_string(p.line) + ": " + en.sentence + " [" + en.code + "]\n";
        if (en.code != code || p.file != file || (line > 0 && p.line != line)) continue;
        CHECK(p.warning == warning);
        CHECK(zh.code == code);
        CHECK(en.sentence == p.what);
        CHECK(has_chinese(zh.sentence));
        return;
    }
    FAIL("not told: " + code + " " + file + ":" + std::to_string(line) + " among\n" + all);
}

}  // namespace

TEST_CASE("words: both languages have the same sentences, and no hole that cannot be filled", "[pack][check]") {
    std::string all;
    for (const std::string& fault : words().faults()) all += fault + "\n";
    INFO(all);
    CHECK(all.empty());
}

TEST_CASE("words: a sentence is known by its pattern", "[pack][check]") {
    std::map<std::string, std::string> holes;
    CHECK(match_pattern("{field}: missing", "themes[0].title: missing", holes));
    CHECK(holes.at("field") == "themes[0].title");
    CHECK_FALSE(match_pattern("{field}: missing", "missing", holes));
    CHECK_FALSE(match_pattern("{field}: missing", "title: missing something", holes));
    CHECK(match_pattern("{a}: {b}: end", "one: two: three: end", holes));
    CHECK(match_pattern("must be {\"zh\": …}", "must be {\"zh\": …}", holes));
    CHECK(fill("{n} of {of}, {other}", {{"n", "1"}, {"of", "2"}}) == "1 of 2, {other}");
    CHECK(words().tell({"x", 1, "a sentence that nobody knows"}, Lang::zh).code == "other");
    CHECK(words().tell({"x", 1, "a sentence that nobody knows"}, Lang::zh).sentence == "a sentence that nobody knows");
}

TEST_CASE("check: what is wrong is told with its place and in both languages", "[pack][check]") {
    const PackWords told = words();
    struct Case {
        const char *code, *file;
        int line;
        bool warning;
        std::function<void(const Desk&)> breaks;
    };
    const std::vector<Case> cases{
        {"json.broken", "pack.json", 9, false, [](const Desk& d) { d.change("pack.json", "\"id\": \"mine\",", "\"id\": \"mine\""); }},
        {"field.missing", "pack.json", 0, false, [](const Desk& d) { d.change("pack.json", "\"minimum_application\": \"0.1.0\",", ""); }},
        {"field.id", "pack.json", 7, false, [](const Desk& d) { d.change("pack.json", "\"mine\"", "\"My Pack\""); }},
        {"field.whole", "pack.json", 9, false, [](const Desk& d) { d.change("pack.json", "\"version\": 1,", "\"version\": 0,"); }},
        {"field.missing", "pack.json", 0, false, [](const Desk& d) { d.change("pack.json", ", \"en\": \"T\"", ""); }},
        {"field.pair", "pack.json", 0, false, [](const Desk& d) { d.change("pack.json", "{\"zh\": \"题\", \"en\": \"T\"}", "\"题\""); }},
        {"poster.missing", "pack.json", 0, false, [](const Desk& d) { d.change("pack.json", "\"poster\": \"reading\"", "\"poster\": \"nowhere\""); }},
        {"path.missing", "scenes/index.json", 6, false, [](const Desk& d) { std::filesystem::remove(d.folder / "scenes/posters/reading.svg"); }},
        {"approval.none", "pack.json", 0, true, [](const Desk&) {}},
        {"approval.role", "pack.json", 0, false, [](const Desk& d) { d.change("pack.json", "// {\"role\": \"宣传部内容审核\",", "{\"name\": \"x\","); }},
        {"quiz.one_right", "quiz.gift", 14, false, [](const Desk& d) { d.change("quiz.gift", "~1911年", "=1911年"); }},
        {"quiz.brace_close", "quiz.gift", 0, false, [](const Desk& d) { d.change("quiz.gift", "爆发。\n}", "爆发。\n"); }},
        {"quiz.twin_options", "quiz.en.gift", 0, false, [](const Desk& d) { d.change("quiz.en.gift", "\t~1911\n", ""); }},
        {"quiz.source_unknown", "quiz_sources.csv", 2, false, [](const Desk& d) { d.change("quiz_sources.csv", "q1,", "q9,"); }},
        {"quiz.no_source", "quiz_sources.csv", 2, false, [](const Desk& d) { d.change("quiz_sources.csv", "《中国共产党简史》（2021）", ""); }},
        {"document.no_en", "documents/welcome.zh.md", 0, false, [](const Desk& d) { std::filesystem::remove(d.folder / "documents/welcome.en.md"); }},
        {"field.missing", "documents/welcome.en.md", 0, false, [](const Desk& d) { d.change("documents/welcome.en.md", "source: The manual of Xinghuo Hall\n", ""); }},
        {"front.name", "documents/welcome.zh.md", 3, false, [](const Desk& d) { d.change("documents/welcome.zh.md", "标题:", "标提:"); }},
        {"path.missing_plain", "documents/welcome.zh.md", 0, false, [](const Desk& d) { d.change("documents/welcome.zh.md", "![灯下的一本书](pictures/lamp.svg", "![灯下的一本书](pictures/other.svg"); }},
        {"note.unused", "documents/welcome.zh.md", 0, false, [](const Desk& d) { d.change("documents/welcome.zh.md", "写注释[^1]", "写注释"); }},
        {"path.missing", "pictures.csv", 2, false, [](const Desk& d) { d.change("pictures.csv", "road.svg", "no.svg"); }},
        {"field.empty", "pictures.csv", 3, false, [](const Desk& d) { d.change("pictures.csv", "夜色里的一只红灯笼", ""); }},
        {"glyph.missing", "pictures.csv", 3, false, [](const Desk& d) { d.change("pictures.csv", "夜色里", "\xF4\x80\x80\x80夜色里"); }},
        {"file.kind", "notes.docx", 0, true, [](const Desk& d) { d.write("notes.docx", "x"); }},
        {"file.link", "scenes/way.json", 0, false, [](const Desk& d) { std::filesystem::create_symlink("index.json", d.folder / "scenes/way.json"); }},
        {"picture.broken", "pictures/a.png", 0, false, [](const Desk& d) { d.write("pictures/a.png", "no picture"); }},
        {"picture.small", "pictures/a.png", 0, true, [](const Desk& d) {
             const auto png = encode_png(Image{4, 3, std::vector<std::uint8_t>(48, 255)});
             REQUIRE(png);
             REQUIRE(write_file(d.folder / "pictures/a.png", *png));
         }},
        {"sound.broken", "voice/a.wav", 0, false, [](const Desk& d) { d.write("voice/a.wav", "no sound"); }},
        {"film.codec", "films/a.mp4", 0, false, [](const Desk& d) { d.write("films/a.mp4", "no film"); }},
        {"film.captions", "films/a.mp4", 0, false, [](const Desk& d) { d.write("films/a.mp4", "no film"); }},
        {"captions.broken", "films/a.zh.vtt", 0, false, [](const Desk& d) { d.write("films/a.zh.vtt", "no captions"); }},
        {"personal.mobile", "quiz.gift", 1, true, [](const Desk& d) { d.change("quiz.gift", "// 题库（中文）", "// 13800138000 题库（中文）"); }},
    };
    for (const Case& one : cases) {
        INFO(one.code);
        const Desk desk;
        one.breaks(desk);
        expect(desk.check(), told, one.code, one.file, one.line, one.warning);
    }
}

TEST_CASE("check: personal numbers are found, masked, and what only looks like one is let be", "[pack][check]") {
    CHECK(is_id_card("11010519491231002X"));
    CHECK(is_id_card("440524188001010014"));
    CHECK_FALSE(is_id_card("110105194912310021"));
    CHECK_FALSE(is_id_card("440524188013010014"));
    const auto found = [](std::string_view text) {
        Problems problems;
        check_personal(text, "x.md", 5, problems);
        std::string all;
        for (const Problem& p : problems.sorted()) all += std::to_string(p.line) + " " + p.what + ";";
        return all;
    };
    CHECK(found("一\n身份证11010519491231002X。") == "6 looks like an ID-card number: 110***2X;");
    CHECK(found("电话：13800138000") == "5 looks like a mobile number: 138***00;");
    CHECK(found("写信给 zhang.san@example.edu.cn。") == "5 looks like an e-mail address: zha***cn;");
    CHECK(found("学号20230001") == "5 looks like a student or staff number: 202***01;");
    CHECK(found("2023012345") == "5 looks like a student or staff number: 202***45;");
    CHECK(found("1921年7月23日，12345678901，39.9087,116.3975，110105194912310021，20210701，ISBN 9787010000000，a13800138000").empty());
    CHECK(found("@ @a a@ a@b 1.13800138000").empty());
}

TEST_CASE("check: told by file, errors first, with what to do", "[pack][check]") {
    const PackWords told = words();
    Problems problems;
    CHECK(told_problems(problems, told, Lang::zh) == "没有发现问题。\n");
    problems.warn("pictures/a.png", 0, "4 × 3 px: too small, it will look blurred; at least 1200 px on its longer side");
    problems.add("timeline.xlsx", 7, "date: not a date: 1921-13");
    problems.add("pack.json", 3, "title.en: is empty");
    CHECK(problems.total() == 2);
    CHECK(problems.warnings() == 1);
    const std::string zh = told_problems(problems, told, Lang::zh), en = told_problems(problems, told, Lang::en);
    INFO(zh << en);
    CHECK(zh.find("2 处需要改正\n\npack.json\n  第 3 行：“title.en”是空的  [field.empty]\n") == 0);
    CHECK(en.find("timeline.xlsx\n  row 7: date: not a date: 1921-13") != std::string::npos);
    CHECK(en.find("1 to look at") > en.find("2 to correct"));
    CHECK(problems.text() == "pack.json:3: title.en: is empty\ntimeline.xlsx:7: date: not a date: 1921-13\n");
}
