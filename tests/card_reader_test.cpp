#include "kiosk/input/card_reader.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace xinghuo;

namespace {

using Stroke = CardReader::Stroke;

Stroke key_at(char c, double ms) {
    Stroke s;
    s.character = c;
    s.when = Instant{from_seconds(ms / 1000)};
    return s;
}

Stroke enter_at(double ms) {
    Stroke s = key_at(0, ms);
    s.enter = true;
    return s;
}

std::string text_of(const std::vector<Stroke>& strokes) {
    std::string text;
    for (const Stroke& s : strokes) text += s.enter ? '\n' : s.backspace ? '\b' : s.character == 0 ? '^' : s.character;
    return text;
}

// Hands strokes over and asks as the application does: in every frame of 16 ms, and when something is due.
struct Desk {
    CardReader reader;
    std::vector<std::string> codes;
    std::vector<Stroke> typed;
    Nanoseconds latest{0};  // from a stroke to its coming out as typed

    void ask(Instant now) {
        for (std::string& code : reader.read(now)) codes.push_back(std::move(code));
        for (const Stroke& s : reader.typed(now)) {
            latest = std::max(latest, now - s.when);
            typed.push_back(s);
        }
        if (reader.due() != Instant::never()) CHECK((reader.due() > now));
    }
    void run(std::vector<Stroke> strokes) {
        std::stable_sort(strokes.begin(), strokes.end(), [](const Stroke& a, const Stroke& b) { return a.when < b.when; });
        Instant now = strokes.empty() ? Instant{} : strokes.front().when;
        for (const Stroke& s : strokes) {
            while (std::min(now + Milliseconds(16), reader.due()) < s.when) ask(now = std::min(now + Milliseconds(16), reader.due()));
            reader.key(s);
        }
        while (reader.due() != Instant::never()) ask(reader.due());
        ask(now + Milliseconds(1000));
    }
};

// Uniform, the same with every library.
double between(std::mt19937& chance, double low, double high) { return low + (high - low) * static_cast<double>(chance()) / 4294967295.0; }

std::vector<Stroke> read_at(std::string_view code, double ms, double low, double high, std::mt19937& chance, bool with_enter) {
    std::vector<Stroke> strokes;
    for (const char c : code) {
        strokes.push_back(key_at(c, ms));
        ms += between(chance, low, high);
    }
    if (with_enter) strokes.push_back(enter_at(ms));
    return strokes;
}

std::vector<Stroke> typed_at(std::string_view text, double ms, double low, double high, std::mt19937& chance) {
    std::vector<Stroke> strokes;
    for (const char c : text) {
        strokes.push_back(c == '\n' ? enter_at(ms) : key_at(c, ms));
        ms += between(chance, low, high);
    }
    return strokes;
}

std::vector<Stroke> operator+(std::vector<Stroke> a, const std::vector<Stroke>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

}  // namespace

TEST_CASE("readers of every speed are read, with and without Enter", "[card]") {
    std::mt19937 chance(1);
    const std::vector<std::string> codes = {"0011223344",  "04A2B3C4D5E680", "04a2b3c4d5e680", "2023110456", "A1B2",
                                            "https://x.cn/s?t=Ab_9-z~&k=%7B1%7D+{\"q\":[1,2]}", "XH1.eyJtIjoi.zz-_A=="};
    for (int round = 0; round < 2000; ++round) {
        const std::string& code = codes[chance() % codes.size()];
        const double low = between(chance, 1, 15);
        Desk desk;
        desk.run(read_at(code, 1000, low, low + between(chance, 0, 10), chance, chance() % 2 == 0));
        REQUIRE(desk.codes == std::vector<std::string>{code});
        REQUIRE(desk.typed.empty());
    }
}

TEST_CASE("people are never taken for a reader, and wait about 90 ms", "[card]") {
    std::mt19937 chance(2);
    const std::string text = "zhang san 4711\nlunxue, 2026\nab";
    for (int round = 0; round < 2000; ++round) {
        Desk desk;
        const bool fast = round % 2 == 0;
        desk.run(typed_at(text, 500, fast ? 45 : 60, fast ? 80 : 400, chance));
        REQUIRE(desk.codes.empty());
        REQUIRE(text_of(desk.typed) == text);
        REQUIRE((desk.latest <= Milliseconds(91 + 16)));  // asked in frames of 16 ms
    }
}

TEST_CASE("the fingers of a fast typist roll over one another", "[card]") {
    // Pairs and triples within a few ms, then a pause; as one hand does.
    std::mt19937 chance(3);
    for (int round = 0; round < 2000; ++round) {
        std::vector<Stroke> strokes;
        std::string text;
        double ms = 100;
        while (text.size() < 40) {
            const std::size_t together = 1 + chance() % 3;
            for (std::size_t i = 0; i < together; ++i) {
                text += static_cast<char>('a' + chance() % 26);
                strokes.push_back(key_at(text.back(), ms));
                if (i + 1 < together) ms += between(chance, 0, 34);
            }
            ms += between(chance, 45, 120);
        }
        Desk desk;
        desk.run(strokes);
        REQUIRE(text_of(desk.typed) == text);
        REQUIRE(desk.codes.empty());
    }
}

TEST_CASE("a card between a person's keys is read, and both stay whole", "[card]") {
    std::mt19937 chance(4);
    for (int round = 0; round < 2000; ++round) {
        Desk desk;
        const double card_at = 2000, code_ms = 10 * 15.0;
        // The person stops for as long as the card takes; 100 ms on both sides are enough.
        auto before = typed_at("zhangsan", card_at - 100 - 7 * 100, 100, 100, chance);
        auto after = typed_at("lisi\n", card_at + code_ms + 100, 60, 300, chance);
        desk.run(before + read_at("0012345678", card_at, 1, 15, chance, round % 2 == 0) + after);
        REQUIRE(desk.codes == std::vector<std::string>{"0012345678"});
        REQUIRE(text_of(desk.typed) == "zhangsanlisi\n");
    }
}

TEST_CASE("a key 50 ms before a card is not the card's", "[card]") {
    std::mt19937 chance(5);
    for (int round = 0; round < 500; ++round) {
        Desk desk;
        desk.run(std::vector<Stroke>{key_at('q', 950)} + read_at("0012345678", 1000, 1, 20, chance, true));
        REQUIRE(desk.codes == std::vector<std::string>{"0012345678"});
        REQUIRE(text_of(desk.typed) == "q");
    }
}

TEST_CASE("two cards right after each other are two codes", "[card]") {
    std::mt19937 chance(6);
    Desk desk;
    desk.run(read_at("1111222233", 0, 8, 8, chance, true) + read_at("4444555566", 100, 8, 8, chance, true) + read_at("7777888899", 300, 8, 8, chance, false) +
             read_at("1234567890", 470, 8, 8, chance, false));
    CHECK(desk.codes == std::vector<std::string>{"1111222233", "4444555566", "7777888899", "1234567890"});
    CHECK(desk.typed.empty());
}

TEST_CASE("a reader may pause, and Enter may come late", "[card]") {
    for (std::size_t pause_before = 1; pause_before < 10; ++pause_before) {
        std::vector<Stroke> strokes;
        double ms = 0;
        for (std::size_t i = 0; i < 10; ++i) {
            ms += i == pause_before ? 30 : 10;
            strokes.push_back(key_at(static_cast<char>('0' + i), ms));
        }
        strokes.push_back(enter_at(ms + 80));
        Desk desk;
        desk.run(strokes);
        CHECK(desk.codes == std::vector<std::string>{"0123456789"});
        CHECK(desk.typed.empty());
    }
}

TEST_CASE("a frame that took long does not tear a code", "[card]") {
    // The keys of 10 ms each that fell into a frame of 60 ms are stamped at its end.
    for (int frame_starts = 0; frame_starts < 100; ++frame_starts) {
        std::vector<Stroke> strokes;
        for (int i = 0; i < 11; ++i) {
            double ms = 10.0 * i;
            if (ms > frame_starts && ms < frame_starts + 60) ms = frame_starts + 60;
            strokes.push_back(i == 10 ? enter_at(ms) : key_at(static_cast<char>('0' + i), ms));
        }
        Desk desk;
        desk.run(strokes);
        CHECK(desk.codes == std::vector<std::string>{"0123456789"});
        CHECK(desk.typed.empty());
    }
}

TEST_CASE("Enter that comes twice, and Tab, end one code", "[card]") {
    std::mt19937 chance(7);
    Desk desk;
    auto strokes = read_at("0012345678", 0, 5, 5, chance, true);
    strokes.push_back(enter_at(60));
    desk.run(strokes + read_at("99887766\t", 500, 5, 5, chance, false));
    CHECK(desk.codes == std::vector<std::string>{"0012345678", "99887766"});
    CHECK(desk.typed.empty());
}

TEST_CASE("Enter by itself, or after few keys, is a person's", "[card]") {
    Desk desk;
    desk.run({enter_at(0), key_at('1', 500), key_at('2', 510), enter_at(520)});
    CHECK(desk.codes.empty());
    CHECK(text_of(desk.typed) == "\n12\n");
}

TEST_CASE("Shift between a reader's letters is no part of the code", "[card]") {
    std::vector<Stroke> strokes;
    double ms = 0;
    for (const char c : std::string("04A2FB9C")) {
        if (c >= 'A') strokes.push_back(key_at(0, ms += 3));
        strokes.push_back(key_at(c, ms += 3));
    }
    Desk desk;
    desk.run(strokes);
    CHECK(desk.codes == std::vector<std::string>{"04A2FB9C"});
    CHECK(desk.typed.empty());
}

TEST_CASE("a key held down is a person's", "[card]") {
    std::vector<Stroke> strokes{key_at('a', 0)};
    for (int i = 0; i < 60; ++i) {
        strokes.push_back(key_at('a', 400 + 33 * i));
        strokes.back().repeat = true;
    }
    Desk desk;
    desk.run(strokes);
    CHECK(desk.codes.empty());
    CHECK(text_of(desk.typed) == std::string(61, 'a'));
}

TEST_CASE("a code without end comes in pieces", "[card]") {
    std::mt19937 chance(8);
    Desk desk;
    desk.run(read_at(std::string(1300, '7'), 0, 2, 2, chance, true));
    REQUIRE(desk.codes.size() == 3);
    CHECK((desk.codes[0].size() == 512 && desk.codes[1].size() == 512 && desk.codes[2].size() == 276));
    CHECK(desk.typed.empty());
}

TEST_CASE("whatever comes, each key comes out once and in order", "[card]") {
    std::mt19937 chance(9);
    for (int round = 0; round < 5000; ++round) {
        std::vector<Stroke> strokes;
        std::string all;
        double ms = 0;
        for (int i = 0; i < 60; ++i) {
            const double gaps[] = {0, 1, 3, 20, 35, 36, 60, 89, 90, 91, 300};
            ms += gaps[chance() % std::size(gaps)];
            // Distinct characters, so that a doubled one is seen; in order within each of the two ways out.
            Stroke s = key_at(static_cast<char>('!' + i), ms);
            s.repeat = chance() % 20 == 0;
            s.backspace = chance() % 20 == 0;
            strokes.push_back(s);
            all += s.character;
        }
        Desk desk;
        for (const Stroke& s : strokes) {
            if (chance() % 3 == 0) desk.ask(s.when);
            desk.reader.key(s);
        }
        desk.ask(Instant{from_seconds(1000)});
        std::string out;
        for (const std::string& code : desk.codes) {
            CHECK(code.size() >= 4);
            CHECK(std::is_sorted(code.begin(), code.end()));
            out += code;
        }
        std::string typed;
        for (const Stroke& s : desk.typed) typed += s.character;
        CHECK(std::is_sorted(typed.begin(), typed.end()));
        out += typed;
        std::sort(out.begin(), out.end());
        REQUIRE(out == all);
    }
}
