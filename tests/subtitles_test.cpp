#include "media/subtitles.h"

#include <catch2/catch.hpp>
#include <random>

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

Subtitles good(std::string_view file) {
    auto read = read_vtt(file);
    if (!read) FAIL(read.error().what);
    return *read;
}

std::string mistake(std::string_view file) {
    const auto read = read_vtt(file);
    return read ? "none" : read.error().what;
}

std::string one_cue(std::string_view text) { return "WEBVTT\n\n00:01.000 --> 00:04.000\n" + std::string(text) + "\n"; }

}  // namespace

TEST_CASE("a WebVTT file is read", "[subtitles]") {
    const Subtitles all = good(
        "\xef\xbb\xbfWEBVTT - 长征\r\nKind: captions\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\nREGION\r\nid:a\r\n\r\n"
        "NOTE one line\r\n\r\nNOTE\r\nof several --> lines\r\n\r\n"
        "s1\r\n00:00:01.000 --> 00:00:03.500 align:start position:10%\r\n<v "
        "李大钊>红军不怕<b>远征</b>难，\r\n万水千山只等闲。\r\n\r\n\r\n"
        "00:03.500 --> 100:00:00.000\r\nA &lt;b&gt; &amp; &#8230;&#x4E2D;&nbsp;&lrm;&rlm; & &bogus; "
        "<c.gold>x</c><i>y</i>");
    REQUIRE(all.cues().size() == 2);
    const Cue& first = all.cues()[0];
    CHECK(first.id == "s1");
    CHECK(first.start == 1s);
    CHECK(first.end == 3'500ms);
    CHECK(first.text == "红军不怕远征难，\n万水千山只等闲。");
    CHECK(first.words.empty());
    CHECK(all.cues()[1].id.empty());
    CHECK(all.cues()[1].end == 100h);
    CHECK(all.cues()[1].text == "A <b> & …中\u00a0\u200e\u200f & &bogus; xy");
    CHECK(good("WEBVTT").cues().empty());
    CHECK(good("WEBVTT\r\rNOTE\r\r").cues().empty());
}

TEST_CASE("times within a cue give words", "[subtitles]") {
    const Subtitles all = good(one_cue("星星<00:01.400>之火<00:00:02.000>，可以<00:03.250>燎原<00:04.000>"));
    const Cue& cue = all.cues().at(0);
    CHECK(cue.text == "星星之火，可以燎原");
    CHECK(cue.words == std::vector<CueWord>{{1s, 0}, {1'400ms, 6}, {2s, 12}, {3'250ms, 21}});
    CHECK(spoken_bytes(cue, 0ms) == 0);
    CHECK(spoken_bytes(cue, 999ms) == 0);
    CHECK(spoken_bytes(cue, 1s) == 6);
    CHECK(spoken_bytes(cue, 1'399ms) == 6);
    CHECK(spoken_bytes(cue, 1'400ms) == 12);
    CHECK(spoken_bytes(cue, 3'249ms) == 21);
    CHECK(spoken_bytes(cue, 3'250ms) == 27);
    CHECK(spoken_bytes(cue, 9s) == 27);
    const Cue late = good(one_cue("<00:02.000>迟")).cues().at(0);
    CHECK(late.words == std::vector<CueWord>{{2s, 0}});
    CHECK(spoken_bytes(late, 1'500ms) == 0);
    CHECK(spoken_bytes(good(one_cue("无时")).cues().at(0), 1s) == 6);
    CHECK(good(one_cue("一<00:02.000>二\n三<00:03.000>四")).cues().at(0).words ==
          std::vector<CueWord>{{1s, 0}, {2s, 3}, {3s, 10}});
}

TEST_CASE("cue_at finds what is to be shown", "[subtitles]") {
    const Subtitles all = good(
        "WEBVTT\n\n00:01.000 --> 00:09.000\nlong\n\n00:02.000 --> 00:03.000\na\n\n00:03.000 --> "
        "00:04.000\nb\n\n00:20.000 --> 00:21.000\nc\n");
    const auto text = [&](Milliseconds at) {
        const auto cue = all.cue_at(at);
        return cue ? all.cues().at(*cue).text : "-";
    };
    CHECK(text(0ms) == "-");
    CHECK(text(999ms) == "-");
    CHECK(text(1s) == "long");
    CHECK(text(2s) == "a");
    CHECK(text(2'999ms) == "a");
    CHECK(text(3s) == "b");
    CHECK(text(4s) == "long");
    CHECK(text(9s) == "-");
    CHECK(text(20'500ms) == "c");
    CHECK(text(1h) == "-");
    CHECK_FALSE(Subtitles{}.cue_at(1s));
}

TEST_CASE("mistakes in WebVTT name their line", "[subtitles]") {
    CHECK(mistake("") == "line 1: does not start with WEBVTT");
    CHECK(mistake("WEBVTTX\n") == "line 1: does not start with WEBVTT");
    CHECK(mistake("1\n00:00:01,000 --> 00:00:02,000\nSubRip\n").starts_with("line 1: "));
    CHECK(mistake("WEBVTT\n00:01.000 --> 00:02.000\nx\n") == "line 2: an empty line must stand under the head");
    CHECK(mistake("WEBVTT\n\nname\nno times\n") == "line 4: a cue without its times (start --> end)");
    CHECK(mistake("WEBVTT\n\nname") == "line 3: a cue without its times (start --> end)");
    CHECK(mistake("WEBVTT\n\n00:01.000 --> 00:01.000\nx\n") == "line 3: the cue ends before it begins");
    CHECK(mistake("WEBVTT\n\n00:02.000 --> 00:03.000\nx\n\nid\n00:01.000 --> 00:05.000\ny\n") ==
          "line 6: the cue begins before the one above it");
    CHECK(mistake("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny\n")
              .starts_with("line 5: --> within a text"));
    CHECK(mistake(one_cue("x<00:00.500>y")) == "line 4: the times within the cue do not ascend, or leave it");
    CHECK(mistake(one_cue("x<00:03.000>y<00:02.000>z")) ==
          "line 4: the times within the cue do not ascend, or leave it");
    CHECK(mistake(one_cue("x<00:05.000>y")) == "line 4: the times within the cue do not ascend, or leave it");
    CHECK(mistake(one_cue("x<1 o'clock>y")) == "line 4: <1 o'clock> is not a time");
    CHECK(mistake(one_cue("a\nx <b y")) == "line 5: a tag without its >");
    for (const char* time :
         {"", "1", "00:01", "00:01.00", "00:01.0000", "0:01.000", "00:60.000", "60:00.000", ":00:01.000", "-0:01.000",
          "1e:01.000", "99999999999:00:01.000", "00:00:00:01.000", "00:01,000", "00.01.000", "00:0 1.000"}) {
        INFO(time);
        CHECK(mistake("WEBVTT\n\n" + std::string(time) + " --> 99:00:00.000\nx\n") ==
              "line 3: a time is not of the form 00:00:00.000");
    }
}

TEST_CASE("hostile WebVTT meets limits", "[subtitles]") {
    CHECK(read_vtt("WEBVTT\n\n" + std::string(5u << 20, 'x')).error().kind == ErrorKind::too_large);
    CHECK(read_vtt(one_cue(std::string(9'000, 'x'))).error().kind == ErrorKind::too_large);
    std::string many = "WEBVTT\n";
    for (int i = 0; i < 20'001; ++i) many += "\n00:01.000 --> 00:02.000\nx\n";
    CHECK(read_vtt(many).error().kind == ErrorKind::too_large);
    CHECK(good(many.substr(0, many.size() - 27)).cue_at(1s) == 19'999);
    // Over two lines, since a line is over the limit of a cue first.
    std::string words;
    for (int i = 0; i < 2'100; ++i) words += "a<00:02.000>" + std::string(i % 20 == 19 ? "\n" : "");
    CHECK(read_vtt(one_cue(words)).error().kind == ErrorKind::too_large);
    std::mt19937 random(2);
    const std::string_view pieces[] = {"WEBVTT\n\n",
                                       "\n",
                                       "00:01.000",
                                       " --> ",
                                       "00:02.000",
                                       "\n",
                                       "<",
                                       ">",
                                       "&",
                                       "&#x;",
                                       "&#99999999;",
                                       "&#xD800;",
                                       "NOTE",
                                       "STYLE\n",
                                       "\r",
                                       "中",
                                       "\xff",
                                       "<00:01.500>",
                                       std::string_view("\0", 1),
                                       "x"};
    for (int round = 0; round < 3'000; ++round) {
        std::string file = "WEBVTT\n\n00:01.000 --> 00:02.000\n";
        for (auto i = random() % 30; i > 0; --i) file += pieces[random() % std::size(pieces)];
        const auto read = read_vtt(file);
        if (!read) CHECK(read.error().what.starts_with("line "));
        if (read) CHECK_FALSE(read->cues().empty());
    }
}

TEST_CASE("what is written is read back equal", "[subtitles]") {
    const std::vector<Cue> cues = {
        {1s, 2s, "s1", "红军不怕远征难", {{1s, 0}, {1'250ms, 6}, {1'500ms, 12}}},
        {2s, 3s, "", "a < b && c > d --> e\nsecond line &amp;", {}},
        {3s, 100h, "s 3", "one", {{3s, 0}}},
        {4s, 5s, "", "late", {{4'500ms, 0}}},
    };
    const std::string file = write_vtt(cues);
    CHECK(good(file).cues() == cues);
    CHECK(
        file.starts_with("WEBVTT\n\ns1\n00:00:01.000 --> 00:00:02.000\n红军<00:00:01.250>不怕<00:00:01.500>远征难\n"));
    CHECK(write_vtt(good(file).cues()) == file);
    CHECK(good(write_vtt({})).cues().empty());
}
