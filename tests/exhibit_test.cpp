// The data of timelines and films.
#include <catch2/catch.hpp>

#include "content/exhibit/film.h"
#include "content/exhibit/timeline.h"

using namespace xinghuo;

namespace {

const char* const events_json = R"({"events":[
 {"id":"c","date":"1949-10-01","title":{"zh":"丙"},"text":{"zh":"x"},"place":{"zh":"p"},"source":{"zh":"s"}},
 {"id":"a","date":"1921-07-23","title":{"zh":"甲","en":"A"},"text":{"zh":"x"},"place":{"zh":"p"},"source":{"zh":"s"},"theme":"t1"},
 {"id":"b","date":"1935-01","title":{"zh":"乙"},"text":{"zh":"x"},"place":{"zh":"p"},"source":{"zh":"s"}},
 {"id":"d","date":"1956","title":{"zh":"丁"},"text":{"zh":"x"},"place":{"zh":"p"},"source":{"zh":"s"}}]})";

std::string ids(const DayInHistory& day) {
    std::string all;
    for (const TimelineEvent* e : day.events) all += e->id;
    return all;
}

}  // namespace

TEST_CASE("a timeline is read in the order of its dates", "[timeline]") {
    const auto events = read_timeline(events_json);
    REQUIRE(events);
    REQUIRE(events->size() == 4);
    CHECK(events->front().id == "a");
    CHECK(events->front().title.in(Lang::en) == "A");
    CHECK(events->back().title.in(Lang::en) == "丁");  // not translated: Chinese rather than nothing
    CHECK(read_timeline(R"({"events":[{"id":"a","date":"1921-7","title":{"zh":""},"text":{"zh":""},"place":{"zh":""},"source":{"zh":""}}]})").error().what ==
          "events[0].date: must be YYYY, YYYY-MM or YYYY-MM-DD");
    CHECK_FALSE(read_timeline(R"({"events":[{"id":"a","date":"1921-13-01","title":"","text":"","place":"","source":""}]})"));
}

TEST_CASE("what of history belongs to a day", "[timeline]") {
    const auto events = read_timeline(events_json).value();
    const auto on = [&](int month, int day) { return day_in_history(events, {2026, month, day}); };
    CHECK(on(7, 23).nearness == DayInHistory::Nearness::day);
    CHECK(ids(on(7, 23)) == "a");
    CHECK(on(7, 1).nearness == DayInHistory::Nearness::month);
    CHECK(ids(on(1, 15)) == "b");
    CHECK(on(8, 1).nearness == DayInHistory::Nearness::other);
    CHECK(ids(on(8, 1)) == "c");
    CHECK(ids(on(12, 31)) == "b");  // over the turn of the year
    CHECK(day_in_history({}, {1970, 1, 1}).events.empty());
}

TEST_CASE("a film's description is read and checked", "[film]") {
    const char* const good = R"({"title":{"zh":"片","en":"Film"},"film":"films/a.mp4","duration_ms":180000,"voice":"zh","synthetic":true,
        "captions":{"zh":"a.zh.vtt","en":"a.en.vtt"},"chapters":[{"start_ms":0,"title":{"zh":"一"}},{"start_ms":9000,"title":{"zh":"二"}}]})";
    const auto film = read_film(good);
    REQUIRE(film);
    CHECK(film->captions.size() == 2);
    CHECK(film->chapter_at(Milliseconds(0)) == 0);
    CHECK(film->chapter_at(Milliseconds(8999)) == 0);
    CHECK(film->chapter_at(Milliseconds(9000)) == 1);
    CHECK(read_film(R"({"title":"a","film":"f","duration_ms":0})").error().what == "duration_ms: must be more than 0");
    CHECK(read_film(R"({"title":"a","film":"f","duration_ms":5,"chapters":[{"start_ms":9,"title":"x"},{"start_ms":9,"title":"y"}]})").error().what ==
          "chapters[1].start_ms: chapters must ascend");
    CHECK(read_film(R"({"title":"a","duration_ms":5})").error().what == "film: missing");
    CHECK_FALSE(read_film("[]"));
}
