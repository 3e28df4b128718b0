// Documents: Markdown with front matter, what of it is refused and where, and what the kiosk reads.
#include <catch2/catch.hpp>

#include "content/exhibit/document.h"
#include "tools/packer/front_matter.h"
#include "tools/packer/markdown.h"

using namespace xinghuo;

namespace {

using Kind = DocumentBlock::Kind;

struct Read {
    Markdown markdown;
    std::string problems;
};

Read read(std::string_view text, int first_line = 1) {
    Problems problems;
    Read made{read_markdown(text, first_line, "a.md", problems), {}};
    made.problems = problems.text();
    return made;
}

std::string kinds(const Markdown& markdown) {
    std::string all;
    for (const DocumentBlock& block : markdown.blocks) all += "hpqi#-"[static_cast<int>(block.kind)];
    return all;
}

}  // namespace

TEST_CASE("front matter: fields, their lines, and where the text begins", "[document]") {
    Problems problems;
    const std::string text = "---\ntitle: 青春\n作者: 李大钊（1889—1927）\nsource: \"《新青年》: 第二卷\"\n---\n正文";
    const FrontMatter front = read_front_matter(text, "a.md", problems);
    CHECK(problems.none());
    CHECK(front.text("title") == "青春");
    CHECK(front.text("author") == "李大钊（1889—1927）");
    CHECK(front.text("source") == "《新青年》: 第二卷");
    CHECK(front.line("source") == 4);
    CHECK(front.body_line == 6);
    CHECK(text.substr(front.body) == "正文");
}

TEST_CASE("front matter: what is wrong is told with its line", "[document]") {
    const auto told = [](std::string_view text) {
        Problems problems;
        (void)read_front_matter(text, "a.md", problems);
        return problems.text();
    };
    CHECK(told("正文").find("a.md:1: begins with a line ---") == 0);
    CHECK(told("---\ntitle: a\n").find("a.md:1: the second line --- is missing") == 0);
    CHECK(told("---\ntitle: a\ntitel: b\n---\n").find("a.md:3: titel: no name that is known") == 0);
    CHECK(told("---\ntitle: a\ntitle: b\n---\n").find("a.md:3") == 0);
    CHECK(told("---\ntitle: [a, b]\n---\n").find("a.md:2: title: must be one text") == 0);
    CHECK(told("---\ntitle: \"a\nsource: b\n---\n").find("a.md:") == 0);
    CHECK(told("---\n- a\n---\n").find("a.md:2: between the two lines") == 0);
    CHECK(told("---\ntitle: *none\n---\n").find("a.md:2: not \"name: text\"") == 0);
    CHECK(told("---\r\ntitle: a\r\n---\r\n").empty());
}

TEST_CASE("markdown: the blocks of a document", "[document]") {
    const Read made = read("## 上\n\n　　第一段，**重**要，*轻*。\n接着。\n\n> 引文\n\n- 甲\n- 乙\n  1. 丙\n\n---\n\n![有人](pictures/a.jpg \"说明\")\n", 10);
    CHECK(made.problems.empty());
    REQUIRE(kinds(made.markdown) == "hpqiii-#");
    const auto& blocks = made.markdown.blocks;
    CHECK(blocks[0].level == 2);
    REQUIRE(blocks[1].runs.size() == 5);
    CHECK(blocks[1].runs[0] == DocumentRun{"第一段，", false, false, 0});  // the two wide spaces are the kiosk's affair
    CHECK(blocks[1].runs[1] == DocumentRun{"重", true, false, 0});
    CHECK(blocks[1].runs[3] == DocumentRun{"轻", false, true, 0});
    CHECK(blocks[1].runs[4].text == "。接着。");  // a line's end between Chinese characters is nothing
    CHECK(blocks[3].mark == "•");
    CHECK(blocks[5].mark == "1.");
    CHECK(blocks[5].level == 1);
    CHECK(blocks[7].picture == "pictures/a.jpg");
    CHECK(blocks[7].alt == "有人");
    CHECK(blocks[7].runs.front().text == "说明");
    CHECK(made.markdown.lines == std::vector<int>{10, 12, 15, 17, 18, 19, 19, 23});
    CHECK(read("one\ntwo").markdown.blocks[0].runs[0].text == "one two");
}

TEST_CASE("markdown: notes", "[document]") {
    const Read made = read("甲[^x]乙[^2]。\n\n[^x]: 注*一*\n[^2]: 注二\n");
    CHECK(made.problems.empty());
    REQUIRE(made.markdown.blocks.size() == 1);
    const DocumentRuns& runs = made.markdown.blocks[0].runs;
    REQUIRE(runs.size() == 5);
    CHECK(runs[1].note == 1);
    CHECK(runs[3].note == 2);
    REQUIRE(made.markdown.notes.size() == 2);
    CHECK(made.markdown.notes[0].size() == 2);
    CHECK(read("甲[^1]。").problems == "a.md:1: [^1]: there is no line \"[^1]: …\" with the note's text\n");
    CHECK(read("甲。\n\n[^1]: 注").problems == "a.md:3: [^1]: nothing in the text leads to this note\n");
}

TEST_CASE("markdown: what a hall does not show is refused, with its line", "[document]") {
    CHECK(read("甲\n\n<b>乙</b>").problems.find("a.md:3: HTML is not shown") == 0);
    CHECK(read("甲\n\n<div>\n乙\n</div>\n").problems.find("a.md:3: HTML is not shown") == 0);
    CHECK(read("甲\n\n[乙](https://example.org)").problems.find("a.md:3: a link leads out") == 0);
    CHECK(read("甲\n\n见 https://example.org 。").problems.find("a.md:3: a link leads out") == 0);
    CHECK(read("```\ncode\n```").problems.find("a.md:2: code is not shown") == 0);
    CHECK(read("甲\n\n![](a.jpg)").problems.find("a picture needs a description") != std::string::npos);
    CHECK(read("甲 ![乙](a.jpg) 丙").problems.find("a.md:1: a picture stands in a paragraph of its own") == 0);
    CHECK(read("他说**“好”**了").problems.find("a.md:1: ** was not understood") == 0);
}

TEST_CASE("a document is written and read again", "[document]") {
    Document document;
    document.date = "1916-09";
    document.texts[Lang::zh] = {"题", "人", "摘", "源", {}, {{{"注", false, false, 0}}}};
    document.texts[Lang::zh].blocks.push_back({Kind::paragraph, 0, "", {{"甲", false, false, 0}, {"", false, false, 1}, {"乙", true, true, 0}}, "", "", 0, 0});
    document.texts[Lang::zh].blocks.push_back({Kind::picture, 0, "", {}, "p.jpg", "画", 30, 20});
    const auto again = read_document(write_document(document));
    REQUIRE(again.has_value());
    CHECK(again->date == "1916-09");
    CHECK(again->in(Lang::en).title == "题");  // what is not translated is shown in Chinese
    REQUIRE(again->in(Lang::zh).blocks.size() == 2);
    CHECK(again->in(Lang::zh).blocks[0].runs == document.texts[Lang::zh].blocks[0].runs);
    CHECK(again->in(Lang::zh).blocks[1].w == 30);
    CHECK(read_document("{\"texts\":{}}").error().what == "texts: there is no text");
    CHECK_FALSE(read_document(R"({"texts":{"zh":{"title":"a","source":"b","blocks":[{"kind":"paragraph","runs":[{"note":1}]}]}}})"));
    CHECK_FALSE(read_document(R"({"texts":{"zh":{"title":"a","source":"b","blocks":[{"kind":"script"}]}}})"));
}
