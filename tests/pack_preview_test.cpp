// preview: what is saved is built and shown, what is wrong is said, and the last good build stays.
#include "tools/packer/preview.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/record_book.h"
#include "tools/packer/new_pack.h"

using namespace xinghuo;

namespace {

const Path share = Path(XINGHUO_SOURCE_DIR) / "tools/packer";

void change(const Path& file, const std::string& from, const std::string& to) {
    std::string text = *read_text(file);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(write_file(file, text.replace(at, from.size(), to)));
}

}  // namespace

TEST_CASE("preview: a save is shown, a mistake is said and the last good build stays, and the window's end is the end", "[pack][preview][slow]") {
    const TemporaryFolder place;
    const Path source = place.path / "source", window = place.path / "window", closing = place.path / "closing";
    REQUIRE(make_new_pack(share, source, {}));
    REQUIRE(::setenv("XDG_CACHE_HOME", (place.path / "cache").c_str(), 1) == 0);
    const Path manifest = preview_folder(source) / "pack" / "manifest.json";
    // A window that is open until somebody closes it.
    REQUIRE(write_file(window, std::string_view("#!/bin/sh\ntest -f \"$2/manifest.json\" && read closed < \"$3\"\n")));
    std::filesystem::permissions(window, std::filesystem::perms::owner_all);
    REQUIRE(::mkfifo(closing.c_str(), 0600) == 0);
    const auto words = PackWords::open(share / "strings");
    REQUIRE(words);

    int shown = 0, kept = 0;
    std::string all;
    PreviewOptions options;
    options.lang = Lang::en;
    options.kiosk = window;
    options.kiosk_words = {closing.string()};
    options.say = [&](const std::string& line) {
        all += line + "\n";
        if (line == (*words)(Lang::en, "preview.shown") && ++shown == 1) change(source / "pack.json", "\"version\": 1", "\"version\": 2");
        else if (line == (*words)(Lang::en, "preview.shown")) change(source / "pack.json", "\"version\": 2", "\"version\": 0");
        if (line != (*words)(Lang::en, "preview.kept")) return;
        ++kept;
        CHECK(read_text(manifest)->find("\"version\": 2") != std::string::npos);
        const int end = ::open(closing.c_str(), O_WRONLY | O_CLOEXEC);
        CHECK(::write(end, "\n", 1) == 1);
        ::close(end);
    };
    const auto done = run_preview(source, *words, options);
    ::unsetenv("XDG_CACHE_HOME");
    INFO(all);
    if (!done) FAIL(done.error().what);
    CHECK(shown == 2);
    CHECK(kept == 1);
    CHECK(all.find("version: must be a whole number from 1") != std::string::npos);
    CHECK(read_text(manifest)->find("\"version\": 2") != std::string::npos);
}

TEST_CASE("preview: nothing opens for a pack that was never good", "[pack][preview]") {
    const TemporaryFolder place;
    REQUIRE(write_file(place.path / "source/pack.json", std::string_view("{}")));
    const auto words = PackWords::open(share / "strings");
    REQUIRE(words);
    PreviewOptions options;
    options.kiosk = place.path / "no-window";
    std::string all;
    options.say = [&](const std::string& line) { all += line + "\n"; };
    REQUIRE(::setenv("XDG_CACHE_HOME", (place.path / "cache").c_str(), 1) == 0);
    const auto done = run_preview(place.path / "source", *words, options);
    ::unsetenv("XDG_CACHE_HOME");
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == ErrorKind::invalid);
    CHECK(all.find("pack.json") != std::string::npos);
}
