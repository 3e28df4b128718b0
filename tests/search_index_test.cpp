// Finding by characters, pinyin, initials and English words.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

#include "content/base/clock.h"
#include "content/exhibit/search_index.h"
#include "tools/packer/search_rows.h"

using namespace xinghuo;

namespace {

std::string found(const SearchIndex& index, std::string_view query, std::size_t limit = 10) {
    std::string all;
    for (const SearchHit& hit : index.find(query, limit)) all += (all.empty() ? "" : " ") + hit.item;
    return all;
}

SearchIndex small() {
    using Part = SearchRow::Part;
    return SearchIndex({{Part::body, "letter", {"李大钊在日本写成此文。", "Li Dazhao wrote it in Japan."}, "li da zhao zai ri ben xie cheng ci wen"},
                        {Part::title, "li-dazhao", {"李大钊", "Li Dazhao"}, "li da zhao"},
                        {Part::title, "bridge", {"大渡河泸定桥", "Luding Bridge on the Dadu River"}, "da du he lu ding qiao"},
                        {Part::words, "zhongguo", {"可爱的中国", "Lovely China"}, "ke ai de zhong guo"}});
}

}  // namespace

TEST_CASE("search: characters, anywhere in the text; titles first", "[search]") {
    const SearchIndex index = small();
    CHECK(found(index, "李大钊") == "li-dazhao letter");
    CHECK(found(index, "泸定") == "bridge");
    CHECK(found(index, "写成") == "letter");
    CHECK(found(index, "李大钊 日本") == "letter");
    CHECK(found(index, "没有").empty());
    CHECK(found(index, "").empty());
    CHECK(found(index, "  ").empty());
    CHECK(found(index, "大", 1) == "bridge");
}

TEST_CASE("search: pinyin whole, begun, by initials, and mixed", "[search]") {
    const SearchIndex index = small();
    CHECK(found(index, "lidazhao") == "li-dazhao letter");
    CHECK(found(index, "LiDaZh") == "li-dazhao letter");
    CHECK(found(index, "ldz") == "li-dazhao");        // three letters fit a long text by chance
    CHECK(found(index, "ldzh") == "li-dazhao letter");
    CHECK(found(index, "lidz") == "li-dazhao letter");
    CHECK(found(index, "ludq") == "bridge");
    CHECK(found(index, "zg") == "zhongguo");
    CHECK(found(index, "zhgu") == "zhongguo");
    CHECK(found(index, "qq").empty());
}

TEST_CASE("search: English by the beginnings of words", "[search]") {
    const SearchIndex index = small();
    CHECK(found(index, "bridge") == "bridge");
    CHECK(found(index, "BRI") == "bridge");
    CHECK(found(index, "luding bridge") == "bridge");
    CHECK(found(index, "ridge").empty());
    CHECK(found(index, "china") == "zhongguo");
}

TEST_CASE("search: written and read again; a hostile file is refused", "[search]") {
    const auto again = SearchIndex::read(write_search(small().rows()));
    REQUIRE(again.has_value());
    CHECK(found(*again, "ldzh") == "li-dazhao letter");
    CHECK_FALSE(SearchIndex::read(R"({"rows":[{"item":"a","part":"else","zh":"a"}]})"));
    CHECK_FALSE(SearchIndex::read(R"({"rows":[{"item":"a","part":"body","zh":"a","pinyin":"A<"}]})"));
    CHECK_FALSE(SearchIndex::read("[]"));
    // Letters that fit in very many ways end soon, too.
    const SearchIndex many({{SearchRow::Part::title, "a", {"啊", ""}, [] { std::string all; for (int i = 0; i < 300; ++i) all += "aa "; return all; }()}});
    CHECK(found(many, std::string(60, 'a') + "b").empty());
}

TEST_CASE("search: the pinyin of a text follows the word lists", "[search]") {
    auto pronouncer = Pronouncer::create();
    REQUIRE(pronouncer.has_value());
    REQUIRE(pronouncer->add("单于", "chan2 yu2").has_value());
    CHECK(search_pinyin(*pronouncer, "单于，北京。") == "chan yu bei jing");
}

TEST_CASE("search: 5,000 rows in well under a frame", "[search][slow]") {
    const char* const words[] = {"历史的道路", "雄健的精神", "长江大河", "青年如初春", "延安宝塔", "遵义会议", "大渡河", "井冈山"};
    const char* const sounds[] = {"li shi de dao lu", "xiong jian de jing shen", "chang jiang da he", "qing nian ru chu chun", "yan an bao ta", "zun yi hui yi", "da du he", "jing gang shan"};
    std::vector<SearchRow> rows;
    for (std::size_t i = 0; i < 5'000; ++i) {
        SearchRow row{SearchRow::Part::body, fmt::format("item-{}", i), {}, {}};
        for (std::size_t k = 0; k < 8; ++k) {
            const std::size_t n = (i * 7 + k * 3 + i / 8) % 8;
            row.text.zh += words[n];
            row.text.en += "the road of history ";
            row.pinyin += std::string(row.pinyin.empty() ? "" : " ") + sounds[n];
        }
        rows.push_back(std::move(row));
    }
    const SearchIndex index(std::move(rows));
    const SystemClock clock;
    std::vector<double> ms;
    for (int round = 0; round < 25; ++round)
        for (const char* query : {"宝塔", "没有这个", "baota", "dadh", "history", "zzzzzz", "jgsh", "雄健 road"}) {
            const Instant before = clock.now();
            (void)index.find(query, 20);
            ms.push_back(seconds(clock.now() - before) * 1000);
        }
    std::sort(ms.begin(), ms.end());
    const double p99 = ms[ms.size() * 99 / 100];
    INFO(fmt::format("search of 5,000 rows: median {:.2f} ms, p99 {:.2f} ms", ms[ms.size() / 2], p99));
    CHECK(ms[ms.size() / 2] < 5);
}
