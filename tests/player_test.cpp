#include "media/player.h"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "tests/support/media_files.h"

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

constexpr Nanoseconds frame_time{16'666'667};
constexpr double pi = 3.14159265358979323846;

// The silent device, with a tape: what was drained, in order, nothing else.
class Tape final : public AudioOut {
public:
    void add(SoundSource* source) override {
        taps_.push_back(std::make_unique<Tap>(*this, source));
        silent_->add(taps_.back().get());
    }
    void remove(SoundSource* source) override {
        std::erase_if(taps_, [&](const auto& tap) {
            if (tap->source != source) return false;
            silent_->remove(tap.get());
            return true;
        });
    }
    void set_volume(float) override {}
    [[nodiscard]] Nanoseconds latency() const override { return 0ns; }
    [[nodiscard]] Nanoseconds period() const override { return 0ns; }
    void pump(Instant now) override { silent_->pump(now); }
    [[nodiscard]] bool silent() const override { return true; }

    std::vector<float> left, right;
    [[nodiscard]] bool used() const { return !taps_.empty(); }

private:
    struct Tap final : SoundSource {
        Tap(Tape& its_tape, SoundSource* its_source) : tape(its_tape), source(its_source) {}
        std::size_t drain(float* out, std::size_t frames) override {
            const std::size_t got = source->drain(out, frames);
            for (std::size_t i = 0; i < got; ++i) {
                tape.left.push_back(out[2 * i]);
                tape.right.push_back(out[2 * i + 1]);
            }
            return got;
        }
        Tape& tape;
        SoundSource* source;
    };
    std::unique_ptr<AudioOut> silent_ = open_silent_audio();
    std::vector<std::unique_ptr<Tap>> taps_;
};

// A player under a fake clock.
struct Hall {
    explicit Hall(const Path& file, bool with_picture = false)
        : player(Player::open(file, tape, {.with_picture = with_picture, .wait_for_decoder = true})) {}

    void step(Nanoseconds by = frame_time) {
        now = now + by;
        tape.pump(now);
        player->pump(now);
    }
    void run(Nanoseconds span) {
        for (const Instant end = now + span; now < end;) step();
    }
    // False when it has neither ended nor failed by then.
    bool run_to_end(Nanoseconds at_most) {
        for (const Instant end = now + at_most; now < end;) {
            step();
            if (player->state() == PlayerState::ended || player->state() == PlayerState::failed) return true;
        }
        return false;
    }
    [[nodiscard]] int brightness() const {
        const auto picture = player->picture();
        return picture ? picture->planes[0][picture->pitches[0] * (picture->h / 2) + picture->w / 2] : -1;
    }

    Tape tape;
    Instant now;
    std::unique_ptr<Player> player;
};

// Every frame says which it is, to the last bit of 16.
StereoSample counted(std::int64_t frame) {
    return {static_cast<float>(frame % 30'000) / 32'768.0F, static_cast<float>(frame / 30'000) / 32'768.0F};
}
std::int64_t count_of(float left, float right) {
    return std::lround(left * 32'768.0F) + 30'000 * std::lround(right * 32'768.0F);
}

StereoSample tone(std::int64_t frame, double hz) {
    const auto value = static_cast<float>(0.5 * std::sin(2 * pi * hz * static_cast<double>(frame) / sample_rate_hz));
    return {value, value};
}

// Whole periods a second, by rising zero crossings.
double pitch_of(const std::vector<float>& sound, std::size_t from, std::size_t to) {
    std::size_t first = 0, last = 0;
    int crossings = 0;
    for (std::size_t i = from + 1; i < to; ++i)
        if (sound[i - 1] < 0 && sound[i] >= 0) {
            if (crossings++ == 0) first = i;
            last = i;
        }
    return crossings < 2 ? 0 : (crossings - 1) * double{sample_rate_hz} / static_cast<double>(last - first);
}

Recipe counted_sound(double seconds, const std::string& codec = "pcm_s16le") {
    Recipe recipe;
    recipe.seconds = seconds;
    recipe.sound_codec = codec;
    recipe.sound = counted;
    return recipe;
}

// 50 pictures a key, each as bright as its number says.
Recipe small_film(double seconds) {
    Recipe recipe = counted_sound(seconds);
    recipe.picture_codec = "mpeg4";
    recipe.brightness = [](std::int64_t n) { return static_cast<std::uint8_t>(16 + n % 200); };
    return recipe;
}

Path with_bytes(const Path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
}

std::string bytes_of(const Path& file) { return read_text(file, 64u << 20).value(); }

std::string random_bytes(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::string bytes(count, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() & 0xff);
    return bytes;
}

}  // namespace

TEST_CASE("a sound plays from its first sample to its last, unchanged", "[player]") {
    const TempFolder folder;
    const auto codec = GENERATE(as<std::string>{}, "pcm_s16le", "flac");
    const Path file = folder.file(codec == "flac" ? "a.flac" : "a.wav");
    write_media(file, counted_sound(2.5, codec));
    Hall hall(file);
    CHECK(hall.player->state() == PlayerState::opening);
    CHECK(hall.player->duration() == 0ms);
    hall.step();
    CHECK(hall.player->state() == PlayerState::paused);
    CHECK(hall.player->duration() == 2'500ms);
    hall.run(100ms);
    CHECK(hall.player->position() == 0ms);
    CHECK_FALSE(hall.tape.used());
    hall.player->play();
    CHECK(hall.player->state() == PlayerState::playing);
    REQUIRE(hall.run_to_end(5s));
    CHECK(hall.player->state() == PlayerState::ended);
    CHECK(hall.player->position() == 2'500ms);
    CHECK_FALSE(hall.tape.used());
    REQUIRE(hall.tape.left.size() == 120'000);
    bool same = true;
    for (std::size_t i = 0; i < hall.tape.left.size(); ++i)
        same = same && count_of(hall.tape.left[i], hall.tape.right[i]) == static_cast<std::int64_t>(i);
    CHECK(same);

    SECTION("and over again") {
        hall.player->play();
        CHECK(hall.player->state() == PlayerState::playing);
        CHECK(hall.player->position() == 0ms);
        REQUIRE(hall.run_to_end(5s));
        REQUIRE(hall.tape.left.size() == 240'000);
        CHECK(count_of(hall.tape.left[120'000], hall.tape.right[120'000]) == 0);
    }
}

TEST_CASE("position is the media time of what is heard", "[player]") {
    const TempFolder folder;
    write_media(folder.file("a.wav"), counted_sound(5));
    Hall hall(folder.file("a.wav"));
    hall.player->play();
    for (int i = 0; i < 200; ++i) {
        hall.step();
        const auto heard_ms = static_cast<std::int64_t>(hall.tape.left.size()) * 1'000 / sample_rate_hz;
        REQUIRE(std::abs(hall.player->position().count() - heard_ms) <= 1);
    }
    CHECK(hall.player->position() > 3'200ms);
}

TEST_CASE("pause holds at once and goes on without a gap", "[player]") {
    const TempFolder folder;
    write_media(folder.file("a.wav"), counted_sound(3));
    Hall hall(folder.file("a.wav"));
    hall.player->play();
    hall.run(1s);
    hall.player->pause();
    const auto at = hall.player->position();
    const auto drained = hall.tape.left.size();
    hall.run(700ms);
    CHECK(hall.player->state() == PlayerState::paused);
    CHECK(hall.player->position() == at);
    CHECK(hall.tape.left.size() == drained);
    hall.player->play();
    hall.run(500ms);
    CHECK(hall.player->position() > at + 450ms);
    bool gapless = true;
    for (std::size_t i = 0; i < hall.tape.left.size(); ++i)
        gapless = gapless && count_of(hall.tape.left[i], hall.tape.right[i]) == static_cast<std::int64_t>(i);
    CHECK(gapless);
}

TEST_CASE("seeking is exact to the sample in lossless sound, playing or paused", "[player]") {
    const TempFolder folder;
    struct Kind {
        const char *name, *codec;
    };
    const auto kind = GENERATE(Kind{"a.wav", "pcm_s16le"}, Kind{"a.flac", "flac"}, Kind{"a.mkv", "pcm_s16le"},
                               Kind{"a.mka", "flac"}, Kind{"a.ogg", "flac"}, Kind{"a.mov", "pcm_s16le"});
    INFO(kind.name);
    write_media(folder.file(kind.name), counted_sound(20, kind.codec));
    Hall hall(folder.file(kind.name));
    hall.player->play();
    hall.run(300ms);
    std::mt19937 random(7);
    for (int round = 0; round < 12; ++round) {
        const Milliseconds to(static_cast<int>(random() % 19'500));
        const bool paused = round % 3 == 0;
        if (paused) hall.player->pause();
        hall.player->seek(to);
        CHECK(hall.player->position() == to);
        CHECK(hall.player->state() == (paused ? PlayerState::paused : PlayerState::playing));
        hall.step();
        if (paused) hall.player->play();
        const std::size_t before = hall.tape.left.size();
        hall.run(100ms);
        REQUIRE(hall.tape.left.size() > before);
        const std::int64_t first = count_of(hall.tape.left[before], hall.tape.right[before]);
        INFO("to " << to.count() << " ms");
        // While playing, a frame of sound may have been taken in step().
        CHECK(first >= to.count() * 48 - 48);
        CHECK(first <= to.count() * 48 + 960);
    }
}

TEST_CASE("seeking in lossy sound meets its beeps within 20 ms", "[player]") {
    const TempFolder folder;
    struct Kind {
        const char *name, *codec;
        int rate_hz;
        double unsaid_delay_ms = 0;  // the encoder's, where the container has no place for it
    };
    const auto kind =
        GENERATE(Kind{"a.opus", "libopus", 48'000}, Kind{"a.ogg", "libvorbis", 44'100}, Kind{"a.m4a", "aac", 44'100},
                 Kind{"a.mp3", "libmp3lame", 44'100}, Kind{"a.aac", "aac", 48'000, 1'024 / 48.0});
    INFO(kind.name);
    if (!can_encode(kind.codec)) return;
    Recipe recipe;
    recipe.seconds = 12;
    recipe.sound_codec = kind.codec;
    recipe.sound_rate_hz = kind.rate_hz;
    recipe.channels = 1;
    recipe.sound = [&](std::int64_t frame) {  // 60 ms of tone each half second, higher each time
        const double t = static_cast<double>(frame) / kind.rate_hz, beat = std::floor(t * 2);
        const double within = t - beat / 2, hz = 400 + 60 * beat;
        const auto value = static_cast<float>(within < 0.06 ? 0.7 * std::sin(2 * pi * hz * within) : 0);
        return StereoSample{value, value};
    };
    write_media(folder.file(kind.name), recipe);
    Hall hall(folder.file(kind.name));
    hall.step();
    REQUIRE(hall.player->state() == PlayerState::paused);
    CHECK(std::abs(hall.player->duration().count() - 12'000) < 150);
    for (const int beat : {17, 3, 10, 22, 1, 0}) {
        const Milliseconds to(std::max(0, beat * 500 - 100));
        hall.player->seek(to);
        hall.player->play();
        hall.step();
        hall.tape.left.clear();
        const auto base = hall.player->position();  // nothing drained before the first pump after play()
        hall.run(400ms);
        const auto loud =
            std::find_if(hall.tape.left.begin(), hall.tape.left.end(), [](float s) { return std::abs(s) > 0.25F; });
        REQUIRE(loud != hall.tape.left.end());
        const auto onset = static_cast<std::size_t>(loud - hall.tape.left.begin());
        const double heard_ms = static_cast<double>(base.count()) + static_cast<double>(onset) / 48;
        INFO("beat " << beat << " heard at " << heard_ms);
        CHECK(std::abs(heard_ms - kind.unsaid_delay_ms - beat * 500) <= 20);
        CHECK(pitch_of(hall.tape.left, onset, onset + 2'400) == Approx(400 + 60 * beat).epsilon(0.04));
        hall.player->pause();
    }
}

TEST_CASE("speed changes the length and keeps the pitch", "[player]") {
    const TempFolder folder;
    Recipe recipe;
    recipe.seconds = 6;
    recipe.sound = [](std::int64_t frame) { return tone(frame, 440); };
    write_media(folder.file("a.wav"), recipe);
    const double speed = GENERATE(0.5, 0.75, 1.25, 1.5, 2.0);
    INFO(speed);
    Hall hall(folder.file("a.wav"));
    hall.player->set_speed(speed);
    hall.player->play();
    REQUIRE(hall.run_to_end(20s));
    const double length = static_cast<double>(hall.tape.left.size()) / sample_rate_hz;
    CHECK(length == Approx(6 / speed).margin(0.08));
    CHECK(pitch_of(hall.tape.left, 4'800, hall.tape.left.size() - 4'800) == Approx(440).epsilon(0.01));
    CHECK(std::abs(hall.player->position().count() - 6'000) < 80);
}

TEST_CASE("a change of speed while playing is heard at once and loses nothing", "[player]") {
    const TempFolder folder;
    Recipe recipe;
    recipe.seconds = 12;
    recipe.sound = [](std::int64_t frame) {
        return tone(frame, 300 + 100.0 * std::floor(static_cast<double>(frame) / sample_rate_hz));
    };
    write_media(folder.file("a.wav"), recipe);
    Hall hall(folder.file("a.wav"));
    hall.player->play();
    hall.run(3s);
    auto before = hall.player->position();
    for (const double speed : {2.0, 0.5, 1.5, 1.0}) {
        hall.player->set_speed(speed);
        CHECK(hall.player->position() == before);
        const std::size_t drained = hall.tape.left.size();
        hall.run(1s);
        const auto after = hall.player->position();
        INFO("speed " << speed << " from " << before.count());
        // One second of sound, `speed` seconds of media, at the pitch that belongs there.
        CHECK(hall.tape.left.size() - drained == Approx(sample_rate_hz).epsilon(0.05));
        CHECK(static_cast<double>((after - before).count()) == Approx(1'000 * speed).epsilon(0.05));
        const double second = std::floor(static_cast<double>(before.count()) / 1'000 + 0.1 * speed);
        const double next = std::floor(static_cast<double>(before.count()) / 1'000 + 0.15 * speed);
        if (second == next)
            CHECK(pitch_of(hall.tape.left, drained + 4'800, drained + 7'200) ==
                  Approx(300 + 100 * second).epsilon(0.05));
        before = after;
    }
}

TEST_CASE("flash and beep stay together for a minute", "[player]") {
    const TempFolder folder;
    struct Kind {
        const char *name, *sound, *picture;
        double speed;
    };
    const auto kind = GENERATE(Kind{"a.mp4", "aac", "mpeg4", 1.0}, Kind{"a.mkv", "pcm_s16le", "mpeg4", 1.5},
                               Kind{"a.mp4", "aac", "libx264", 1.0}, Kind{"a.webm", "libopus", "libvpx", 1.0});
    if (!can_encode(kind.sound) || !can_encode(kind.picture)) return;
    INFO(kind.name << " " << kind.picture << " at " << kind.speed);
    Recipe recipe;
    recipe.seconds = 61;
    recipe.sound_codec = kind.sound;
    recipe.sound = [](std::int64_t frame) {
        return frame % sample_rate_hz < sample_rate_hz / 10 ? tone(frame, 1'000) : StereoSample{};
    };
    recipe.picture_codec = kind.picture;
    recipe.brightness = [](std::int64_t n) { return static_cast<std::uint8_t>(n % 25 < 3 ? 220 : 20); };
    write_media(folder.file(kind.name), recipe);

    Hall hall(folder.file(kind.name), true);
    hall.step();
    REQUIRE(hall.player->state() == PlayerState::paused);
    hall.player->set_speed(kind.speed);
    hall.player->play();
    hall.step();
    const Instant begin = hall.now;  // sound is taken from here on
    std::vector<double> flashes, beeps;
    bool bright = false;
    while (hall.player->state() == PlayerState::playing && hall.now - begin < 70s) {
        const bool was = std::exchange(bright, hall.brightness() > 120);
        if (bright && !was) flashes.push_back(seconds(hall.now - begin));
        hall.step();
    }
    std::size_t quiet = sample_rate_hz;
    for (std::size_t i = 0; i < hall.tape.left.size(); ++i) {
        const bool loud = std::abs(hall.tape.left[i]) > 0.2F;
        if (loud && quiet > sample_rate_hz / 5) beeps.push_back(static_cast<double>(i) / sample_rate_hz);
        quiet = loud ? 0 : quiet + 1;
    }
    CHECK(hall.player->state() == PlayerState::ended);
    REQUIRE(flashes.size() == 61);
    REQUIRE(beeps.size() == 61);
    double worst = 0;
    for (std::size_t i = 0; i < 61; ++i) worst = std::max(worst, std::abs(flashes[i] - beeps[i]));
    CHECK(worst <= 0.040);
}

TEST_CASE("a seek in a film shows the picture of that moment", "[player]") {
    const TempFolder folder;
    struct Kind {
        const char *name, *codec, *format;
    };
    const auto kind = GENERATE(Kind{"a.mkv", "mpeg4", "yuv420p"}, Kind{"a.mp4", "mpeg4", "yuv420p"},
                               Kind{"a.mp4", "libx264", "yuv420p"}, Kind{"a.mkv", "ffv1", "yuv422p"},
                               Kind{"a.mkv", "ffv1", "yuv444p10le"});
    if (!can_encode(kind.codec)) return;
    INFO(kind.name << " " << kind.codec << " " << kind.format);
    Recipe recipe = small_film(8);
    recipe.sound_codec = std::string(kind.name) == "a.mp4" ? "aac" : "pcm_s16le";
    recipe.picture_codec = kind.codec;
    recipe.pixel_format = kind.format;
    const bool deep = recipe.pixel_format == "yuv444p10le";
    if (deep) recipe.brightness = [](std::int64_t) { return std::uint8_t{1}; };  // two such bytes: 257 of 1,023
    write_media(folder.file(kind.name), recipe);
    Hall hall(folder.file(kind.name), true);
    hall.run(100ms);
    REQUIRE(hall.player->state() == PlayerState::paused);
    CHECK(std::abs(hall.brightness() - (deep ? 64 : 16)) <= 3);
    for (const int picture : {120, 3, 77, 49, 50, 51, 199, 0}) {
        hall.player->seek(Milliseconds(picture * 40 + 20));
        CHECK((picture == 199 || hall.player->next_picture_at() == hall.player->position()));
        hall.step();
        INFO("picture " << picture);
        CHECK(std::abs(hall.brightness() - (deep ? 64 : 16 + picture)) <= 3);
        const auto shown = hall.player->picture();
        REQUIRE(shown);
        CHECK(shown->w == 64);
        CHECK(shown->h == 36);
        CHECK_FALSE(shown->bt709);
        CHECK(hall.player->next_picture_at() == std::nullopt);
    }
}

TEST_CASE("the same calls at the same times give the same answers", "[player]") {
    const TempFolder folder;
    write_media(folder.file("a.mkv"), small_film(6));
    const auto visit = [&] {
        Hall hall(folder.file("a.mkv"), true);
        std::mt19937 random(3);
        std::vector<std::int64_t> seen;
        hall.player->play();
        for (int i = 0; i < 150; ++i) {
            if (i % 29 == 11) hall.player->seek(Milliseconds(random() % 5'000));
            if (i % 37 == 5) hall.player->set_speed(0.5 + static_cast<double>(random() % 7) * 0.25);
            if (i % 41 == 8) hall.player->pause();
            if (i % 41 == 15) hall.player->play();
            hall.step(Nanoseconds(static_cast<std::int64_t>(random() % 100'000'000)));
            seen.insert(seen.end(), {static_cast<std::int64_t>(hall.player->state()), hall.player->position().count(),
                                     hall.brightness()});
        }
        return seen;
    };
    const auto first = visit();
    for (int i = 0; i < 4; ++i) {
        const auto again = visit();
        REQUIRE(again.size() == first.size());
        const auto differs = std::mismatch(first.begin(), first.end(), again.begin()).first;
        INFO("frame " << (differs - first.begin()) / 3 << ": " << *differs << " was "
                      << again[static_cast<std::size_t>(differs - first.begin())]);
        CHECK(differs == first.end());
    }
}

TEST_CASE("a film without sound runs by its pictures", "[player]") {
    const TempFolder folder;
    Recipe recipe = small_film(3);
    recipe.sound_codec.clear();
    write_media(folder.file("a.mkv"), recipe);
    Hall hall(folder.file("a.mkv"), true);
    hall.player->play();
    hall.run(1'540ms);
    CHECK(std::abs(hall.player->position().count() - 1'500) < 60);
    CHECK(std::abs(hall.brightness() - (16 + static_cast<int>(hall.player->position().count() / 40))) <= 3);
    CHECK(hall.player->next_picture_at() > hall.player->position());
    hall.player->seek(2'000ms);
    hall.player->set_speed(0.5);
    hall.step();
    CHECK(std::abs(hall.brightness() - 66) <= 3);
    hall.run(1s);
    CHECK(std::abs(hall.player->position().count() - 2'500) < 60);
    REQUIRE(hall.run_to_end(5s));
    CHECK(hall.player->state() == PlayerState::ended);
    CHECK(std::abs(hall.player->position().count() - 3'000) < 50);
    CHECK(std::abs(hall.brightness() - (16 + 74)) <= 3);

    Hall without(folder.file("a.mkv"), false);
    without.step();
    CHECK(without.player->state() == PlayerState::failed);
    CHECK(without.player->error().kind == ErrorKind::unsupported);
}

TEST_CASE("a film whose sound ends early goes on in silence", "[player]") {
    const TempFolder folder;
    Recipe recipe = small_film(3);
    recipe.sound_seconds = 1;
    write_media(folder.file("a.mkv"), recipe);
    Hall hall(folder.file("a.mkv"), true);
    hall.player->play();
    REQUIRE(hall.run_to_end(5s));
    CHECK(hall.player->state() == PlayerState::ended);
    CHECK(std::abs(hall.player->position().count() - 3'000) < 50);
    CHECK(std::abs(hall.brightness() - (16 + 74)) <= 3);
}

TEST_CASE("what cannot be played says why", "[player]") {
    const TempFolder folder;
    struct Kind {
        Path file;
        ErrorKind kind;
    };
    REQUIRE(mkfifo(folder.file("pipe.ogg").c_str(), 0600) == 0);
    std::filesystem::create_directory(folder.file("folder.ogg"));
    Recipe picture_only = small_film(1);
    picture_only.sound_codec.clear();
    write_media(folder.file("mute.mkv"), picture_only);
    const std::vector<Kind> kinds = {
        {folder.file("missing.ogg"), ErrorKind::missing},
        {folder.file("folder.ogg"), ErrorKind::invalid},
        {folder.file("pipe.ogg"), ErrorKind::invalid},
        {with_bytes(folder.file("empty.ogg"), ""), ErrorKind::invalid},
        {with_bytes(folder.file("text.mp3"), "a letter from Ruijin\n"), ErrorKind::unsupported},
        {with_bytes(folder.file("list.m3u8"),
                    "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n"),
         ErrorKind::unsupported},
        {folder.file("mute.mkv"), ErrorKind::unsupported},
    };
    for (const Kind& kind : kinds) {
        INFO(kind.file.filename());
        Hall hall(kind.file);
        hall.player->play();
        hall.step();
        REQUIRE(hall.player->state() == PlayerState::failed);
        CHECK(hall.player->error().kind == kind.kind);
        CHECK(hall.player->error().what.starts_with("playing " + kind.file.filename().string() + ": "));
        CHECK(hall.player->position() == 0ms);
        hall.player->play();
        hall.player->seek(1s);
        hall.player->set_speed(2);
        hall.run(100ms);
        CHECK(hall.player->state() == PlayerState::failed);
        CHECK_FALSE(hall.player->picture());
        CHECK_FALSE(hall.tape.used());
    }
}

TEST_CASE("cut files play what there is, then end", "[player]") {
    const TempFolder folder;
    struct Kind {
        const char *name, *sound, *picture;
    };
    const auto kind =
        GENERATE(Kind{"a.wav", "pcm_s16le", ""}, Kind{"a.flac", "flac", ""}, Kind{"a.mkv", "pcm_s16le", "mpeg4"},
                 Kind{"a.ogg", "flac", ""}, Kind{"a.mp4", "aac", "mpeg4"}, Kind{"a.opus", "libopus", ""});
    if (!can_encode(kind.sound)) return;
    Recipe recipe = small_film(4);
    recipe.sound_codec = kind.sound;
    recipe.picture_codec = kind.picture;
    write_media(folder.file(kind.name), recipe);
    const std::string whole = bytes_of(folder.file(kind.name));
    for (const double part : {0.0, 0.001, 0.01, 0.3, 0.5, 0.9, 0.999}) {
        INFO(kind.name << " cut at " << part);
        const auto length = static_cast<std::size_t>(static_cast<double>(whole.size()) * part);
        Hall hall(with_bytes(folder.file(std::string("cut-") + kind.name), whole.substr(0, length)), true);
        hall.player->play();
        REQUIRE(hall.run_to_end(10s));
        const bool index_lost = std::string(kind.name) == "a.mp4" && part < 0.99;  // it is at the end
        if (part >= 0.3 && !index_lost) {
            CHECK(hall.player->state() == PlayerState::ended);
            CHECK(static_cast<double>(hall.player->position().count()) > 4'000 * part * 0.5);
            hall.player->seek(3'900ms);  // perhaps behind what is left
            hall.player->play();
            CHECK(hall.run_to_end(10s));
        }
        if (index_lost) CHECK(hall.player->state() == PlayerState::failed);
    }
}

TEST_CASE("random and damaged files neither crash nor hang", "[player]") {
    const TempFolder folder;
    for (unsigned seed = 0; seed < 24; ++seed) {
        const char* endings[] = {"ogg", "mp3", "mp4", "mkv", "wav", "flac", "aac", "avi"};
        const Path file = folder.file(std::string("random.") + endings[seed % 8]);
        Hall hall(with_bytes(file, random_bytes(1u << (seed % 16 + 2), seed)), seed % 2 == 0);
        hall.player->play();
        CHECK(hall.run_to_end(600s));
    }
    struct Kind {
        const char *name, *sound, *picture;
    };
    for (const Kind& kind :
         {Kind{"a.mkv", "flac", "mpeg4"}, Kind{"a.mp4", "aac", "mpeg4"}, Kind{"a.ogg", "flac", ""},
          Kind{"a.avi", "pcm_s16le", "mpeg4"}, Kind{"a.wav", "pcm_s16le", ""}, Kind{"a.ts", "aac", "mpeg4"}}) {
        Recipe recipe = small_film(2);
        recipe.sound_codec = kind.sound;
        recipe.picture_codec = kind.picture;
        write_media(folder.file(kind.name), recipe);
        const std::string whole = bytes_of(folder.file(kind.name));
        for (unsigned seed = 0; seed < 12; ++seed) {
            INFO(kind.name << " damaged by seed " << seed);
            std::mt19937 random(seed);
            std::string damaged = whole;
            const std::size_t reach = seed % 2 == 0 ? 512 : damaged.size();  // the head, or anywhere
            for (unsigned i = 0; i < 1 + seed * 4; ++i)
                damaged[random() % std::min(reach, damaged.size())] = static_cast<char>(random() & 0xff);
            Hall hall(with_bytes(folder.file(std::string("damaged-") + kind.name), damaged), true);
            hall.player->play();
            hall.run(500ms);
            hall.player->seek(1'500ms);
            hall.run(300ms);
            hall.player->set_speed(2);
            hall.player->play();
            hall.run(3s);
            if (hall.player->state() == PlayerState::playing) CHECK(hall.player->position() > 0ms);
        }
    }
}

TEST_CASE("storms of seeks and speeds end where they should", "[player]") {
    const TempFolder folder;
    write_media(folder.file("a.mkv"), small_film(10));
    Hall hall(folder.file("a.mkv"), true);
    std::mt19937 random(11);
    hall.player->seek(4s);  // before it is open
    hall.player->play();
    hall.step();
    CHECK(hall.player->position() >= 4s);
    for (int i = 0; i < 400; ++i) {
        const auto dice = random() % 8;
        if (dice < 3) hall.player->seek(Milliseconds(static_cast<int>(random() % 12'000) - 1'000));
        if (dice == 3) hall.player->set_speed(static_cast<double>(random() % 300) / 100);
        if (dice == 4) hall.player->pause();
        if (dice >= 5) hall.player->play();
        if (i % 4 == 0) hall.step();
        CHECK(hall.player->position() >= 0ms);
        CHECK(hall.player->position() <= 10'100ms);
    }
    hall.player->set_speed(1);
    hall.player->seek(7'000ms);
    hall.player->play();
    hall.step();
    const std::size_t before = hall.tape.left.size();
    hall.run(1s);
    CHECK(std::abs(count_of(hall.tape.left[before], hall.tape.right[before]) - 7 * 48'000) <= 1'000);
    CHECK(std::abs(hall.brightness() - (16 + static_cast<int>(hall.player->position().count() / 40 % 200))) <= 3);
    REQUIRE(hall.run_to_end(5s));
    CHECK(hall.player->state() == PlayerState::ended);
}

TEST_CASE("a player may go at any moment", "[player]") {
    const TempFolder folder;
    write_media(folder.file("a.mkv"), small_film(3));
    Tape tape;
    for (int i = 0; i < 40; ++i) {
        auto player = Player::open(folder.file("a.mkv"), tape, {.with_picture = true, .wait_for_decoder = i % 4 == 3});
        if (i % 2 == 1) player->play();
        if (i % 4 >= 2) player->pump(Instant{Nanoseconds(i)});
        if (i % 8 >= 4) player->seek(2s);
    }
    CHECK_FALSE(tape.used());
}

namespace {

// A device with a thread of its own, which takes sound as fast as it comes.
class HastyOut final : public AudioOut {
public:
    HastyOut() : thread_([this] { take(); }) {}
    ~HastyOut() override {
        stop_ = true;
        thread_.join();
    }
    void add(SoundSource* source) override {
        const std::lock_guard lock(mutex_);
        sources_.push_back(source);
    }
    void remove(SoundSource* source) override {
        const std::lock_guard lock(mutex_);
        std::erase(sources_, source);
    }
    void set_volume(float) override {}
    [[nodiscard]] Nanoseconds latency() const override { return 40ms; }
    [[nodiscard]] Nanoseconds period() const override { return 10ms; }
    void pump(Instant) override {}
    [[nodiscard]] bool silent() const override { return false; }
    std::atomic<std::size_t> drained{0};

private:
    void take() {
        std::vector<float> part(960);
        while (!stop_) {
            {
                const std::lock_guard lock(mutex_);
                for (SoundSource* source : sources_) drained += source->drain(part.data(), 480);
            }
            std::this_thread::yield();
        }
    }
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::vector<SoundSource*> sources_;  // under mutex_
    std::thread thread_;
};

}  // namespace

TEST_CASE("three threads play a film to its end", "[player]") {
    const TempFolder folder;
    write_media(folder.file("a.mkv"), small_film(4));
    HastyOut out;
    auto player = Player::open(folder.file("a.mkv"), out, {.with_picture = true});
    player->play();
    Instant now;
    Milliseconds last{0};
    bool backwards = false;
    for (int turn = 0; turn < 5'000'000 && player->state() != PlayerState::ended; ++turn) {
        now = now + 1ms;
        player->pump(now);
        player->picture();
        backwards = backwards || player->position() < last;
        last = player->position();
        if (turn == 50) player->set_speed(1.5);
        std::this_thread::yield();
    }
    CHECK(player->state() == PlayerState::ended);
    CHECK_FALSE(backwards);
    CHECK(std::abs(player->position().count() - 4'000) < 60);
    CHECK(out.drained > 100'000);
}

TEST_CASE("SDL's device drains sound and stops when told", "[player]") {
    setenv("SDL_AUDIODRIVER", "dummy", 1);  // SDL's own silent device, with a thread as the real ones have
    auto opened = open_sdl_audio();
    REQUIRE(opened);
    struct Hum final : SoundSource {
        std::size_t drain(float* out, std::size_t frames) override {
            std::fill(out, out + frames * 2, 0.1F);
            calls.fetch_add(1);
            calls.notify_all();
            return frames;
        }
        std::atomic<int> calls{0};
    } hum;
    AudioOut& out = **opened;
    CHECK_FALSE(out.silent());
    for (int round = 0; round < 3; ++round) {
        hum.calls = 0;
        out.add(&hum);
        CHECK(out.latency() > 0ms);
        hum.calls.wait(0);
        out.remove(&hum);
        const int calls = hum.calls;
        std::this_thread::yield();
        CHECK(hum.calls == calls);
        out.pump(Instant{std::chrono::seconds(10 * round)});  // closes the device every other time
        out.pump(Instant{std::chrono::seconds(10 * round + 6)});
    }
    setenv("SDL_AUDIODRIVER", "no such driver", 1);
    opened = Error{};
    CHECK_FALSE(open_sdl_audio());
}

TEST_CASE("the silent device takes what is due, no more and no less", "[player]") {
    struct Count final : SoundSource {
        std::size_t drain(float*, std::size_t frames) override {
            total += frames;
            return frames;
        }
        std::size_t total = 0;
    } count;
    auto out = open_silent_audio();
    CHECK(out->silent());
    out->pump(Instant{5s});
    out->add(&count);
    out->pump(Instant{60s});  // nobody listened before
    CHECK(count.total == 0);
    for (int i = 1; i <= 600; ++i) out->pump(Instant{60s + i * frame_time});
    CHECK(count.total == 480'000);
    out->pump(Instant{200s});
    CHECK(count.total == 480'000 + 4'800);
    out->remove(&count);
    out->pump(Instant{201s});
    CHECK(count.total == 480'000 + 4'800);
}
