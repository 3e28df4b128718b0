#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

#include "content/base/text.h"

namespace xinghuo {
namespace {

// The text with | where a line may end and ‖ where it must.
std::string broken(const std::string& text) {
    std::string out;
    std::size_t from = 0;
    for (const LineBreak& at : line_breaks(text)) {
        out += text.substr(from, at.byte - from);
        if (at.must || at.byte < text.size()) out += at.must ? "‖" : "|";
        from = at.byte;
    }
    CHECK(from == text.size());
    return out;
}

bool is_gap(char32_t c) {
    return std::u32string_view(U" \t\u1680\u2028\u2029\u205f\u3000\u200b").find(c) != std::u32string_view::npos ||
           (c >= 0x2000 && c <= 0x200a && c != 0x2007) || (c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1f) ||
           c == 0x85;
}

std::string random_text(std::mt19937& random, std::size_t characters) {
    static const std::u32string common =
        U"。，、；：？！）》」』”’（《“‘「『·—–～…%℃ 　\n\t-~/.,:;()[]{}0123456789ABCxyzéß中国共产党星火燎原葛𬱖𠮷１９々①\u200b\u200d\u00ad\u0301\U000E0100😀ئۇ";
    std::u32string text;
    for (std::size_t i = 0; i < characters; ++i) {
        const unsigned dice = random() % 16;
        if (dice == 0) {
            text += static_cast<char32_t>(random() % 0x110000);
        } else if (dice < 6) {
            text += static_cast<char32_t>(0x4e00 + random() % 0x5200);
        } else {
            text += common[random() % common.size()];
        }
    }
    return to_utf8(text);
}

}  // namespace

TEST_CASE("Chinese text breaks where GB/T 15834 lets it", "[text]") {
    struct Case {
        const char* text;
        const char* expected;
    };
    const Case cases[] = {
        {"你好，世界。", "你|好，|世|界。"},
        {"他说：“你好。”然后", "他|说：|“你|好。”|然|后"},
        {"他说“你好”她笑", "他|说|“你|好”|她|笑"},
        {"他说“Hello”了", "他|说|“Hello”|了"},
        {"《新青年》杂志（月刊）", "《新|青|年》|杂|志|（月|刊）"},
        {"《甲》《乙》", "《甲》|《乙》"},
        {"「甲」「乙」", "「甲」|「乙」"},
        {"【甲】乙", "【甲】|乙"},
        {"“‘甲’”乙", "“‘甲’”|乙"},
        {"（一）（二）", "（一）|（二）"},
        {"第一，二；三：四！五？", "第|一，|二；|三：|四！|五？"},
        {"好？！好", "好？！|好"},
        {"甲、乙、丙", "甲、|乙、|丙"},
        {"1919—1921年", "1919—1921|年"},
        {"1919–1921年", "1919–1921|年"},
        {"1919-1921年", "1919-1921|年"},
        {"1919～1921年", "1919～1921|年"},
        {"１９４９年", "１９４９|年"},
        {"李（1889—1927），字", "李|（1889—1927），|字"},
        {"卡尔·马克思", "卡|尔·|马|克|思"},
        {"“一二·九”运动", "“一|二·|九”|运|动"},
        {"5·4运动", "5·4|运|动"},
        {"等等……然后", "等|等……|然|后"},
        {"他走了——再见", "他|走|了——|再|见"},
        {"全角～波浪", "全|角～|波|浪"},
        {"甲~乙", "甲~|乙"},
        {"Hello world 你好", "Hello |world |你|好"},
        {"don’t stop", "don’t |stop"},
        {"3.14159和1,000,000", "3.14159|和|1,000,000"},
        {"为25℃，占30%", "为|25℃，|占|30%"},
        {"￥100元", "￥100|元"},
        {"乙(见图)丙", "乙|(见|图)|丙"},
        {"用C++写", "用|C++写"},
        {"歼-20与A4纸", "歼-20|与|A4|纸"},
        {"人々说", "人々|说"},
        {"你 好", "你 |好"},
        {"你　好", "你　|好"},
        {"你好\n世界\n", "你|好\n‖世|界\n‖"},
        {"你好\r\n世界", "你|好\r\n‖世|界"},
        {"葛\U000E0100城", "葛\U000E0100|城"},
        {"刘𬱖𬱖", "刘|𬱖|𬱖"},
        {"e\u0301e\u0301 x", "e\u0301e\u0301 |x"},
        {"he said — yes", "he |said — |yes"},
    };
    for (const Case& c : cases) CHECK(broken(c.text) == c.expected);
}

TEST_CASE("Breaks are ascending, end with the text and obey the marks, whatever the text", "[text]") {
    std::mt19937 random(20211);
    for (int round = 0; round < 3000; ++round) {
        const std::string text = random_text(random, 1 + random() % 60);
        const std::vector<CodePoint> points = code_points(text);
        const std::vector<LineBreak> breaks = line_breaks(text);
        REQUIRE(!breaks.empty());
        REQUIRE(breaks.back().byte == text.size());
        std::size_t point = 0, last = 0;
        for (const LineBreak& at : breaks) {
            REQUIRE(at.byte > last);
            last = at.byte;
            while (point < points.size() && points[point].byte < at.byte) ++point;
            if (at.byte == text.size()) break;
            REQUIRE(points[point].byte == at.byte);
            if (at.must) continue;
            const char32_t before = points[point - 1].character, after = points[point].character;
            INFO(text << " at byte " << at.byte);
            CHECK_FALSE(std::u32string_view(U"—–～·・…").find(after) != std::u32string_view::npos);
            if (!is_gap(before)) CHECK_FALSE(starts_no_line(after));
            CHECK_FALSE(ends_no_line(before));
        }
    }
}

TEST_CASE("Code points and characters know their bytes", "[text]") {
    const std::string text = "a星𬱖e\u0301葛\U000E0100\xff!";
    const std::vector<CodePoint> points = code_points(text);
    REQUIRE(points.size() == 9);
    CHECK(points[2].character == 0x2CC56);
    CHECK(points[2].byte == 4);
    CHECK(points[7].character == 0xFFFD);
    CHECK(to_utf32(text).size() == points.size());
    CHECK(character_starts(text) == std::vector<std::size_t>{0, 1, 4, 8, 11, 18, 19, 20});
    CHECK(character_starts("") == std::vector<std::size_t>{0});
    CHECK(line_breaks("").empty());
}

TEST_CASE("UTF-8 goes to UTF-32 and back; what is broken becomes U+FFFD", "[text]") {
    const std::string good = "星火 Xinghuo 𬱖 é";
    CHECK(to_utf8(to_utf32(good)) == good);
    CHECK(to_utf8(to_utf32("a\xC3")) == "a\xEF\xBF\xBD");
    CHECK(to_utf8(U"\xD800") == "\xEF\xBF\xBD");
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (auto n = random() % 20; n > 0; --n) bytes += static_cast<char>(random() % 256);
        const std::string once = to_utf8(to_utf32(bytes));
        CHECK(to_utf8(to_utf32(once)) == once);
        if (!bytes.empty()) CHECK(line_breaks(bytes).back().byte == bytes.size());
    }
}

TEST_CASE("Han and what draws nothing are told apart", "[text]") {
    for (const char32_t c : std::u32string(U"中𬱖𠮷〇々")) CHECK(is_han(c));
    for (const char32_t c : std::u32string(U"a1，。あ가")) CHECK_FALSE(is_han(c));
    for (const char32_t c : std::u32string(U"\u200d\u200c\ufe0f\U000E0100\ufeff\u00ad\u200e")) CHECK(is_ignorable(c));
    for (const char32_t c : std::u32string(U"中 a　\u0301")) CHECK_FALSE(is_ignorable(c));
}

TEST_CASE("Typed answers are compared without regard to width, case and edges", "[text]") {
    CHECK(folded("  ＡＢＣ　ｄｅｆ。") == "abc def");
    CHECK(folded("“李大钊”") == "李大钊");
    CHECK(folded("1921 年") == folded("１９２１　年"));
    CHECK(folded("。，！").empty());
    CHECK(folded("").empty());
}

}  // namespace xinghuo
