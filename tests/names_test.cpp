// Names by sound.
#include "content/study/names.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "content/base/clock.h"

using namespace xinghuo;

namespace {

const std::vector<std::string> people = {"张三", "张三丰", "赵四", "单雄信", "尉迟恭", "欧阳修", "朴智星", "覃华", "吕布", "王乐", "陈𬱖", "买买提·吐尔逊", "Anna Schmidt", "张思"};

NameIndex index_of(const std::vector<std::string>& names) {
    std::vector<NameIndex::Entry> entries;
    for (std::size_t i = 0; i < names.size(); ++i) entries.push_back({static_cast<std::uint32_t>(i), pinyin_of_name(names[i]), names[i]});
    return NameIndex(std::move(entries));
}

std::string found(const NameIndex& index, std::string_view letters, std::size_t limit = 20) {
    std::string out;
    for (const std::uint32_t who : index.find(letters, limit).who) out += (out.empty() ? "" : " ") + people[who];
    return out;
}

std::vector<NameIndex::Entry> fifty_thousand(bool one_surname) {
    static const std::array<std::string_view, 40> surnames = {"wang", "li", "zhang", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu", "xu", "sun", "hu", "zhu", "gao", "lin", "he", "guo", "ma", "luo",
                                                              "liang", "song", "zheng", "xie", "han", "tang", "feng", "yu", "dong", "xiao", "cheng", "cao", "yuan", "deng", "fu", "shen", "zeng", "peng", "lv", "su"};
    static const std::array<std::string_view, 50> given = {"wei", "fang", "na", "min", "jing", "li", "qiang", "lei", "yang", "yan", "yong", "jun", "jie", "juan", "tao", "ming", "chao", "xiu", "ping", "gang",
                                                           "gui", "ying", "hua", "hui", "xin", "bo", "bin", "yu", "ting", "xue", "fei", "hao", "kai", "jian", "wen", "zhi", "guo", "dong", "hong", "xia",
                                                           "lan", "mei", "lin", "chun", "qing", "yun", "shan", "hai", "bing", "rui"};
    std::vector<NameIndex::Entry> entries;
    for (std::uint32_t i = 0; i < 50'000; ++i) {
        std::string pinyin(one_surname ? "zhang" : surnames[i * 7 % 40]);
        pinyin += " " + std::string(given[i / 40 % 50]);
        if (i % 5 != 0) pinyin += " " + std::string(given[i / 11 % 50]);
        entries.push_back({i, pinyin, ""});
    }
    return entries;
}

}  // namespace

TEST_CASE("a name is read as its bearer reads it", "[study][names]") {
    const auto is = [](std::string_view name, std::string_view pinyin) {
        INFO(name);
        CHECK(pinyin_of_name(name) == pinyin);
    };
    is("张三", "zhang san");
    is("单雄信", "shan xiong xin");
    is("查良镛", "zha liang yong");
    is("仇和", "qiu he");
    is("解缙", "xie jin");
    is("任正非", "ren zheng fei");
    is("区寄", "ou ji");
    is("盖叫天", "ge jiao tian");
    is("曾国藩", "zeng guo fan");
    is("朴智星", "piao zhi xing");
    is("覃华", "qin hua");
    is("翟志刚", "zhai zhi gang");
    is("薄一波", "bo yi bo");
    is("尉迟恭", "yu chi gong");
    is("欧阳修", "ou yang xiu");
    is("司马光", "si ma guang");
    is("万俟卨", "mo qi xie");
    is("令狐冲", "ling hu chong");
    is("吕布", "lv bu");
    is("女娲", "nv wa");
    is("买买提·吐尔逊", "mai mai ti tu er xun");
    is("Anna Schmidt", "anna schmidt");
    is("Zoë O'Neil", "zoe oneil");
    is("Müller", "muller");
    is("", "");
}

TEST_CASE("a roster's own pinyin is cut as the name is", "[study][names]") {
    CHECK(plain_pinyin("Chén Tǐ", "陈𬱖") == "chen ti");
    CHECK(plain_pinyin("zhang1 san1", "张三") == "zhang san");
    CHECK(plain_pinyin("zhang1san1", "张三") == "zhang san");
    CHECK(plain_pinyin("ZHANGSAN", "张三") == "zhang san");
    CHECK(plain_pinyin("Lü Xi'an", "吕希安") == "lv xi an");
    CHECK(plain_pinyin("Zhang Xiaoming", "张小明") == "zhang xiao ming");
    CHECK(plain_pinyin("xian", "洗安") == "xi an");
    CHECK(plain_pinyin("xian", "冼") == "xian");
    CHECK(plain_pinyin("12 — 3", "张三").empty());
}

TEST_CASE("a name is found by initials, by spelling, and by both mixed", "[study][names]") {
    const NameIndex index = index_of(people);
    REQUIRE(index.size() == people.size());
    // Exact initials first, shorter names first, then by the alphabet.
    CHECK(found(index, "zs") == "张三 张思 赵四 张三丰");
    CHECK(found(index, "zsf") == "张三丰");
    CHECK(found(index, "zhangs") == "张三 张思 张三丰");
    CHECK(found(index, "zsan") == "张三 张三丰");
    CHECK(found(index, "zhangsanf") == "张三丰");
    CHECK(found(index, "zsanf") == "张三丰");
    CHECK(found(index, "ZhangSan") == "张三 张三丰");
    CHECK(found(index, "zhangsane").empty());
    CHECK(found(index, "sxx") == "单雄信");
    CHECK(found(index, "danx") == "单雄信");
    CHECK(found(index, "yuchi") == "尉迟恭");
    CHECK(found(index, "ycg") == "尉迟恭");
    CHECK(found(index, "oyx") == "欧阳修");
    CHECK(found(index, "pzx") == "朴智星");
    CHECK(found(index, "puzhi") == "朴智星");
    CHECK(found(index, "qh") == "覃华");
    CHECK(found(index, "th") == "覃华");
    CHECK(found(index, "wl") == "王乐");
    CHECK(found(index, "wangyue") == "王乐");
    CHECK(found(index, "lvb") == "吕布");
    CHECK(found(index, "lub") == "吕布");
    CHECK(found(index, "lyubu") == "吕布");
    CHECK(found(index, "lüb") == "吕布");
    CHECK(found(index, "mmt") == "买买提·吐尔逊");
    CHECK(found(index, "mmttex") == "买买提·吐尔逊");
    CHECK(found(index, "maimaititu") == "买买提·吐尔逊");
    CHECK(found(index, "as") == "Anna Schmidt");
    CHECK(found(index, "annas") == "Anna Schmidt");
    CHECK(found(index, "").empty());
    CHECK(found(index, "张").empty());
    const auto some = index.find("z", 2);
    CHECK(some.who.size() == 2);
    CHECK(some.total == 4);
}

TEST_CASE("keys that would find nobody are known", "[study][names]") {
    const NameIndex index = index_of(people);
    CHECK(index.next_letters("zhangs") == "afi");
    CHECK(index.next_letters("z") == "hs");
    CHECK(index.next_letters("").find('i') == std::string::npos);
    CHECK(index.next_letters("qqq").empty());
    for (const char c : index.next_letters("z")) CHECK(index.find(std::string("z") + c, 1).total > 0);
    CHECK(NameIndex().next_letters("").empty());
    CHECK(NameIndex().find("a", 3).total == 0);
}

TEST_CASE("what is found does not depend on how it is looked for", "[study][names]") {
    const auto entries = fifty_thousand(false);
    std::vector<NameIndex::Entry> some(entries.begin(), entries.begin() + 2'000);
    const NameIndex index(some);
    for (const std::string typed : {"zw", "zhangw", "lwf", "wangfa", "lv", "z", "xuj"}) {
        std::vector<std::uint32_t> by_index = index.find(typed, 10'000).who, by_hand;
        for (const auto& entry : some) {
            // Every mixture of whole syllables and initials that begins with what was typed.
            std::vector<std::string> ways = {""};
            std::string rest = entry.pinyin + " ";
            for (std::size_t at = 0, next; (next = rest.find(' ', at)) != std::string::npos; at = next + 1) {
                const std::string syllable = rest.substr(at, next - at);
                std::vector<std::string> longer;
                for (const std::string& way : ways) {
                    longer.push_back(way + syllable);
                    longer.push_back(way + syllable.front());
                    if (const auto v = syllable.find('v'); v != std::string::npos) {
                        longer.push_back(way + std::string(syllable).replace(v, 1, "u"));
                        longer.push_back(way + std::string(syllable).replace(v, 1, "yu"));
                    }
                }
                ways = longer;
            }
            if (std::any_of(ways.begin(), ways.end(), [&](const std::string& way) { return way.starts_with(typed); })) by_hand.push_back(entry.who);
        }
        std::sort(by_index.begin(), by_index.end());
        INFO(typed);
        CHECK(by_index == by_hand);
    }
}

// What tools/bench prints, too: names by initials among 50,000.
TEST_CASE("fifty thousand names are found at once", "[study][names][.bench]") {
    const SystemClock clock;
    for (const bool one_surname : {false, true}) {
        auto entries = fifty_thousand(one_surname);
        const auto started = clock.now().since_start;
        const NameIndex index(std::move(entries));
        const double build_ms = std::chrono::duration<double, std::milli>(clock.now().since_start - started).count();
        std::vector<double> ms;
        std::size_t people_found = 0;
        for (char a = 'a'; a <= 'z'; ++a) {
            for (char b = 'a'; b <= 'z'; ++b) {
                for (const std::string& typed : {std::string{a, b}, std::string{a}, std::string{'z', a, b}}) {
                    const auto from = clock.now().since_start;
                    people_found += index.find(typed, 24).total;
                    (void)index.next_letters(typed);
                    ms.push_back(std::chrono::duration<double, std::milli>(clock.now().since_start - from).count());
                }
            }
        }
        std::sort(ms.begin(), ms.end());
        std::cout << fmt::format("50,000 names{}: built in {:.0f} ms; search and keys p50 {:.3f} ms, p99 {:.3f} ms, worst {:.3f} ms\n", one_surname ? " (all 张)" : "", build_ms, ms[ms.size() / 2],
                                 ms[ms.size() * 99 / 100], ms.back());
        CHECK(people_found > 0);
        CHECK(ms[ms.size() * 99 / 100] < 5.0);
    }
}
