// Results, JSON, clocks, files, mailboxes: what everything stands on.
#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <thread>

#include "content/base/clock.h"
#include "content/base/crypto.h"
#include "content/base/file.h"
#include "content/base/json.h"
#include "content/base/mailbox.h"

using namespace xinghuo;

namespace {

std::string first_error(std::string_view text, const std::function<void(JsonNode)>& read) {
    JsonDocument document;
    if (auto parsed = document.parse(text); !parsed) return parsed.error().what;
    read(document.root());
    return document.good() ? "" : document.error().what;
}

struct Folder {
    Path path;
    Folder() {
        char name[] = "/tmp/xinghuo-base-XXXXXX";
        path = mkdtemp(name);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

}  // namespace

TEST_CASE("an error is a sentence that grows", "[base]") {
    const Error deep{ErrorKind::missing, "items[3].answers: missing"};
    const Error grown = deep.within("reading manifest").within("installing changzheng-3");
    CHECK(grown.what == "installing changzheng-3: reading manifest: items[3].answers: missing");
    CHECK(grown.kind == ErrorKind::missing);
    const Result<int> bad = grown;
    CHECK_FALSE(bad.has_value());
    struct Base { virtual ~Base() = default; };
    struct Derived : Base {};
    const Result<std::unique_ptr<Base>> widened = std::make_unique<Derived>();
    CHECK(widened.has_value());
}

TEST_CASE("JSON names the place of what is wrong", "[base]") {
    CHECK(first_error(R"({"items":[{"answers":1},{"answers":2},{"a":3}]})", [](JsonNode root) {
              for (const JsonNode& item : root["items"].items()) (void)item["answers"].integer();
          }) == "items[2].answers: missing");
    CHECK(first_error(R"({"a":"x"})", [](JsonNode root) { (void)root["a"].number(); }) == "a: must be a number");
    CHECK(first_error(R"({"a":1.5})", [](JsonNode root) { (void)root["a"].integer(); }) == "a: must be a whole number");
    CHECK(first_error(R"({"a":null})", [](JsonNode root) { CHECK(root["a"].string_or("z") == "z"); }).empty());
    CHECK(first_error("{\n \"a\": 1,\n \"b\" 2}", [](JsonNode) {}) == "line 3, column 6: not JSON");
    CHECK(first_error(R"({"a":1,"a":2})", [](JsonNode) {}) == "the key \"a\" stands twice");
    CHECK(first_error(std::string(100, '[') + std::string(100, ']'), [](JsonNode) {}) == "nested deeper than 64");
    CHECK(first_error("{\"a\": 1 // why\n}", [](JsonNode root) { CHECK(root["a"].integer() == 1); }).empty());
    // Asked after the first fault: empty, and the first fault stays.
    CHECK(first_error(R"({"a":[]})", [](JsonNode root) {
              (void)root["b"]["c"]["d"].string();
              (void)root["a"].string();
          }) == "b.c.d: missing");
}

TEST_CASE("what JSON is written reads back", "[base]") {
    JsonWriter w;
    w.object().key("text").value("“引号”\n\"\\").key("n").value(std::int64_t{-9007199254740993}).key("x").value(0.1);
    w.key("list").array().value(true).null().object().end().end().key("nan").value(std::nan("")).end();
    JsonDocument document;
    REQUIRE(document.parse(w.text()));
    const JsonNode root = document.root();
    CHECK(root["text"].string() == "“引号”\n\"\\");
    CHECK(root["n"].integer() == -9007199254740993);
    CHECK(root["x"].number() == 0.1);
    CHECK(root["list"].items().size() == 3);
    CHECK_FALSE(root["nan"].exists());
    CHECK(document.good());
}

TEST_CASE("broken bytes never leave as broken JSON", "[base]") {
    JsonWriter w;
    w.array().value("a\xff\xfe b").end();
    JsonDocument document;
    CHECK(document.parse(w.text()));
}

TEST_CASE("the calendar of the place", "[base]") {
    CHECK(china_date(wall_time_from_iso("2026-07-22T16:00:00Z")) == Date{2026, 7, 23});
    CHECK(china_date(wall_time_from_iso("2026-07-22T15:59:59Z")) == Date{2026, 7, 22});
    CHECK(wall_time_from_iso("2026-07-23T00:00:00+08:00").unix_ms == wall_time_from_iso("2026-07-22T16:00:00Z").unix_ms);
    CHECK(wall_time_from_iso("1970-01-01T00:00:00Z").unix_ms == 0);
    CHECK(wall_time_from_iso("1970-01-01T08:00:01.5+08:00").unix_ms == 1'500);
    for (const std::int64_t ms : std::vector<std::int64_t>{0, 1, 90, 999, 1'782'950'400'345}) CHECK(wall_time_from_iso(iso_from_wall_time({ms})).unix_ms == ms);
    CHECK(wall_time_from_iso("nonsense").unix_ms == 0);
    CHECK(wall_time_from_iso("2026-13-40T00:00:00Z").unix_ms == 0);
    FakeClock clock(wall_time_from_iso("2026-07-23T00:00:00Z"));
    clock.advance(std::chrono::hours(1));
    CHECK(seconds(clock.now() - Instant{}) == Approx(3600));
    CHECK(clock.wall().unix_ms == wall_time_from_iso("2026-07-23T01:00:00Z").unix_ms);
}

TEST_CASE("paths that may stand in a pack", "[base]") {
    for (const char* good : {"a", "a/b.png", "figures/li-dazhao/parts@2x.png", "…/文件"}) CHECK(is_safe_relative_path(good));
    for (const char* bad : {"", "/", "/a", "a//b", "a/", "../a", "a/../b", "a/.", "./a", "a\\b"}) CHECK_FALSE(is_safe_relative_path(bad));
    CHECK_FALSE(is_safe_relative_path(std::string_view("a\0b", 3)));
    CHECK_FALSE(is_safe_relative_path(std::string(201, 'a')));
}

TEST_CASE("files are read whole, within a limit, and written whole or not at all", "[base]") {
    const Folder folder;
    REQUIRE(write_file(folder.path / "deep/down.txt", std::string_view("内容")));
    CHECK(read_text(folder.path / "deep/down.txt").value() == "内容");
    CHECK_FALSE(std::filesystem::exists(folder.path / "deep/down.txt.part"));
    CHECK(read_bytes(folder.path / "deep/down.txt", 3).error().kind == ErrorKind::too_large);
    CHECK(read_bytes(folder.path / "none", 3).error().kind == ErrorKind::missing);
    CHECK(read_bytes(folder.path, 3).error().kind == ErrorKind::io);
    CHECK(sha256_hex("abc", 3) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex_of_file(folder.path / "deep/down.txt").value() == sha256_hex("内容", 6));
}

TEST_CASE("a disk that is full leaves the older file", "[base]") {
    if (!std::filesystem::exists("/dev/full")) return;
    const Folder folder;
    REQUIRE(write_file(folder.path / "a", std::string_view("old")));
    // The new content goes beside first: there, a link to the device that is always full.
    std::filesystem::create_symlink("/dev/full", folder.path / "a.part");
    CHECK_FALSE(write_file(folder.path / "a", std::string_view("new")));
    CHECK(read_text(folder.path / "a").value() == "old");
}

TEST_CASE("a mailbox keeps order, has a bound, and wakes who waits", "[mailbox]") {
    Mailbox<int> box(3);
    CHECK(box.post(1));
    CHECK(box.post(2));
    CHECK(box.post(3));
    CHECK_FALSE(box.post(4));
    CHECK(box.take_all() == std::vector<int>{1, 2, 3});
    Mailbox<int> between(64);
    std::thread other([&] {
        for (int i = 0; i < 10'000; ++i)
            while (!between.post(i)) std::this_thread::yield();
        between.close();
    });
    int expected = 0;
    while (auto letter = between.wait()) CHECK((*letter == expected++));
    other.join();
    CHECK(expected == 10'000);
    CHECK_FALSE(between.post(1));
}
