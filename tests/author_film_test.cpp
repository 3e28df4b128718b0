// Films as authors give them: what a terminal can play, and the sound's loudness in the copy.
#include <catch2/catch.hpp>

#include <cmath>

#include "tests/support/media_files.h"
#include "tools/packer/film_copy.h"
#include "tools/packer/sound.h"

using namespace xinghuo;

namespace {

Recipe film(float level) {
    Recipe recipe;
    recipe.seconds = 3;
    recipe.picture_codec = "libx264";
    recipe.sound_codec = "aac";
    recipe.w = 320;
    recipe.h = 180;
    recipe.brightness = [](std::int64_t n) { return static_cast<std::uint8_t>(60 + n); };
    recipe.sound = [level](std::int64_t n) {
        const float s = level * static_cast<float>(std::sin(static_cast<double>(n) * 2 * 3.14159265 * 997 / 48'000));
        return StereoSample{s, s};
    };
    return recipe;
}

}  // namespace

TEST_CASE("an author's film keeps its pictures, and its sound gets the pack's loudness", "[film]") {
    if (!can_encode("libx264") || !can_encode("aac")) return;
    const TempFolder folder;
    for (const float level : {0.01f, 0.1f, 0.9f}) {
        const Path file = folder.file("a.mp4");
        write_media(file, film(level));
        const auto copied = copy_film(file, file.parent_path(), -16);
        REQUIRE(copied.has_value());
        CHECK(copied->name == "film.mp4");
        const Path out = file.parent_path() / copied->name;
        const auto before = film_about(file), after = film_about(out);
        REQUIRE(after.has_value());
        CHECK(after->codec == "h264");
        CHECK(after->w == before->w);
        CHECK(std::abs((after->duration - before->duration).count()) < 120);
        CHECK(can_be_played(*after).has_value());
        // In one channel of the two it is 3 LU less.
        CHECK(copied->was_lufs + copied->gain_db == Approx(-16).margin(level < 0.02f ? 12 : 0.05));
        const auto sound = read_sound(out);
        REQUIRE(sound.has_value());
        CHECK(loudness_lufs(*sound) == Approx(copied->was_lufs + copied->gain_db - 3).margin(3.2));
        const auto still = film_still(out);
        REQUIRE(still.has_value());
        CHECK(still->w == 320);
    }
}

TEST_CASE("what a terminal cannot play is refused in words that say what to do", "[film]") {
    CHECK(can_be_played({"h264", 1920, 1080, 25, Milliseconds(1000), true, false}).has_value());
    CHECK(can_be_played({"vp9", 1080, 1920, 30, Milliseconds(1000), false, false}).has_value());
    CHECK(can_be_played({"hevc", 1920, 1080, 25, Milliseconds(1000), true, false}).error().what.find("a terminal cannot play hevc; save it as MP4 with H.264") == 0);
    CHECK_FALSE(can_be_played({"h264", 3840, 2160, 25, Milliseconds(1000), true, false}));
    CHECK_FALSE(can_be_played({"h264", 1920, 1080, 60, Milliseconds(1000), true, false}));
    CHECK_FALSE(can_be_played({"h264", 1920, 1080, 25, Milliseconds(1000), true, true}));
    CHECK_FALSE(can_be_played({"h264", 1920, 1080, 25, Milliseconds(0), true, false}));
    const TempFolder folder;
    REQUIRE(write_file(folder.file("a.mp4"), std::string("words")).has_value());
    CHECK_FALSE(film_about(folder.file("a.mp4")).has_value());
}

TEST_CASE("loud peaks are held below -1 dBFS, and the loudness is reached", "[film]") {
    // A quiet tone with short clicks, as speech has: without a limiter the clicks would set the level.
    Sound sound;
    for (int i = 0; i < 4 * Sound::rate_hz; ++i)
        sound.samples.push_back((i % 24'000 < 24 ? 0.9f : 0.05f) * static_cast<float>(std::sin(i * 2 * 3.14159265 * 300 / Sound::rate_hz)));
    REQUIRE(set_loudness(sound, -20));
    CHECK(loudness_lufs(sound) == Approx(-20).margin(0.2));
    float peak = 0;
    for (const float s : sound.samples) peak = std::max(peak, std::abs(s));
    CHECK(peak <= 0.8913f);
}
