#include "tools/packer/pinyin.h"

#include <catch2/catch.hpp>

#include "content/base/csv.h"
#include "content/base/file.h"

using namespace xinghuo;

namespace {

// With the demonstration pack's word lists, as the builder reads them.
const Pronouncer& pronouncer() {
    static const Pronouncer made = [] {
        auto p = Pronouncer::create();
        REQUIRE(p.has_value());
        for (const char* name : {"pronunciations_more.csv", "pronunciations.csv"}) {
            const auto text = read_text(Path(XINGHUO_SOURCE_DIR) / "content/demo" / name);
            REQUIRE(text.has_value());
            const auto table = CsvTable::parse(*text);
            REQUIRE(table.has_value());
            for (const CsvRow& row : table->rows()) {
                INFO(name << ":" << row.line);
                REQUIRE(p->add(table->cell(row, "word"), table->cell(row, "pinyin")).has_value());
            }
        }
        return *std::move(p);
    }();
    return made;
}

struct Case {
    const char* text;
    const char* pinyin;
};

}  // namespace

TEST_CASE("pinyin: how text is read aloud") {
    const auto [text, pinyin] = GENERATE(
        // years digit by digit, other numbers as numbers
        Case{"1921年", "yi1 jiu3 er4 yi1 nian2"}, Case{"2006年", "er4 ling2 ling2 liu4 nian2"},
        Case{"1919—1921", "yi1 jiu3 yi1 jiu3 dao4 yi1 jiu3 er4 yi1"}, Case{"从1978到2021。", "cong2 yi1 jiu3 qi1 ba1 dao4 er4 ling2 er4 yi1"},
        Case{"38人", "san1 shi2 ba1 ren2"}, Case{"7月23日", "qi1 yue4 er4 shi2 san1 ri4"}, Case{"1月1日", "yi1 yue4 yi1 ri4"},
        Case{"10月", "shi2 yue4"}, Case{"5.7万", "wu3 dian3 qi1 wan4"}, Case{"35%", "bai3 fen1 zhi1 san1 shi2 wu3"},
        Case{"2名", "liang3 ming2"}, Case{"2月", "er4 yue4"}, Case{"2号", "er4 hao4"}, Case{"200", "er4 bai3"},
        Case{"2000", "liang3 qian1"}, Case{"20000", "liang3 wan4"}, Case{"106", "yi4 bai3 ling2 liu4"},
        Case{"110", "yi4 bai3 yi1 shi2"}, Case{"1004", "yi4 qian1 ling2 si4"}, Case{"15", "shi2 wu3"},
        Case{"第143个", "di4 yi4 bai3 si4 shi2 san1 ge4"}, Case{"9899万", "jiu3 qian1 ba1 bai3 jiu3 shi2 jiu3 wan4"},
        Case{"832个", "ba1 bai3 san1 shi2 er4 ge4"}, Case{"64K", "liu4 shi2 si4 kei1"}, Case{"0", "ling2"},
        // tone changes of 一 and 不
        Case{"一个", "yi2 ge4"}, Case{"一天", "yi4 tian1"}, Case{"一年", "yi4 nian2"}, Case{"一起", "yi4 qi3"},
        Case{"第一次", "di4 yi1 ci4"}, Case{"十一月", "shi2 yi1 yue4"}, Case{"九一八事变", "jiu3 yi1 ba1 shi4 bian4"},
        Case{"之一", "zhi1 yi1"}, Case{"中共一大", "zhong1 gong4 yi1 da4"}, Case{"嫦娥一号", "chang2 e2 yi1 hao4"},
        Case{"赵一曼", "zhao4 yi1 man4"}, Case{"不是", "bu2 shi4"}, Case{"不久", "bu4 jiu3"}, Case{"并不快", "bing4 bu2 kuai4"},
        Case{"走一走", "zou3 yi5 zou3"},
        // polyphones in their words
        Case{"重庆", "chong2 qing4"}, Case{"重大转折", "zhong4 da4 zhuan3 zhe2"}, Case{"银行", "yin2 hang2"}, Case{"游行", "you2 xing2"},
        Case{"长大", "zhang3 da4"}, Case{"长征", "chang2 zheng1"}, Case{"于都", "yu2 du1"}, Case{"都在", "dou1 zai4"},
        Case{"还有", "hai2 you3"}, Case{"一只时表", "yi4 zhi1 shi2 biao3"}, Case{"只找到", "zhi3 zhao3 dao4"},
        Case{"巴黎和会", "ba1 li2 he2 hui4"}, Case{"奉调", "feng4 diao4"}, Case{"调整", "tiao2 zheng3"}, Case{"种植", "zhong4 zhi2"},
        Case{"各种", "ge4 zhong3"}, Case{"成为", "cheng2 wei2"}, Case{"为此", "wei4 ci3"}, Case{"地球", "di4 qiu2"},
        Case{"女子", "nv3 zi3"}, Case{"儿子", "er2 zi5"}, Case{"原子弹", "yuan2 zi3 dan4"}, Case{"软着陆", "ruan3 zhuo2 lu4"},
        Case{"参与", "can1 yu4"}, Case{"看守", "kan1 shou3"}, Case{"得到了", "de2 dao4 le5"}, Case{"宁儿", "ning2 er2"},
        Case{"率部队", "shuai4 bu4 dui4"}, Case{"乐亭", "lao4 ting2"}, Case{"乐曲", "yue4 qu3"}, Case{"青藏铁路", "qing1 zang4 tie3 lu4"},
        Case{"系", "xi4"}, Case{"绿", "lv4"}, Case{"我们", "wo3 men5"});
    INFO(text);
    CHECK(plain_pinyin(pronouncer().read(text)) == pinyin);
}

TEST_CASE("pinyin: words are spoken together, marks make pauses") {
    CHECK(espeak_text(pronouncer().read("我是李大钊，字守常。")) == "wo3shi4 li3da4zhao1, zi4 shou3chang2");
    CHECK(espeak_text(pronouncer().read("被捕。就义")) == "bei4bu3. jiu4yi4");
    CHECK(pronouncer().read("").empty());
    CHECK(pronouncer().read("《》——……").empty());
}

TEST_CASE("pinyin: every syllable knows its characters") {
    const std::string text = "在1921年，《新青年》";
    std::size_t last = 0;
    for (const ReadWord& word : pronouncer().read(text)) {
        for (const Syllable& s : word.syllables) {
            CHECK(s.byte >= last);
            CHECK(s.bytes > 0);
            CHECK(s.byte + s.bytes <= text.size());
            last = s.byte;
        }
    }
    CHECK(text.substr(last, 3) == "年");
    const auto number = pronouncer().read("38人");
    CHECK(number[0].syllables[2].bytes == 2);  // all of "38"
}

TEST_CASE("pinyin: wrong entries of a word list are refused") {
    auto p = Pronouncer::create();
    REQUIRE(p.has_value());
    CHECK_FALSE(p->add("", "a1").has_value());
    CHECK_FALSE(p->add("重庆", "chong2").has_value());
    CHECK_FALSE(p->add("重庆", "chong2 qing").has_value());
    CHECK_FALSE(p->add("重庆", "chong2 qing6").has_value());
    CHECK_FALSE(p->add("重庆", "chóng qìng").has_value());
    CHECK(p->add("重庆", "chong2 qing4").has_value());
    CHECK(p->add("106号", "yi1 ling2 liu4 hao4").has_value());
    CHECK(plain_pinyin(p->read("106号")) == "yi1 ling2 liu4 hao4");
}

TEST_CASE("pinyin: any bytes can be read") {
    for (const char* text : {"\xff\xfe", "\xe4\xb8", "9999999999999999999999", "1.", ".5", "1-2-3", "𬱖", "007年"})
        for (const ReadWord& word : pronouncer().read(text)) CHECK_FALSE(word.syllables.empty());
}
