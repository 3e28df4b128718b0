// Plays one sound or film. A decoding thread fills bounded queues; the audio device drains the sound; the picture
// due is asked for by the position of the sound that has been heard. Nobody sleeps, nobody calls up.
// All functions are for the main thread and return at once.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "media/audio_out.h"

namespace xinghuo {

// A decoded picture, 8-bit 4:2:0. Valid until the next call of picture() on the same player.
struct Picture {
    int w = 0, h = 0;  // px
    const std::uint8_t* planes[3] = {};
    int pitches[3] = {};
    bool bt709 = true, full_range = false;
    std::int64_t number = 0;  // differs when the picture differs
};

enum class PlayerState { opening, paused, playing, ended, failed };

class Player {
public:
    struct Options {
        bool with_picture = false;
        // Waits in pump() until what is due is decoded: for runs under a fake clock, where no real time passes.
        bool wait_for_decoder = false;
    };
    // Starts opening on the decoding thread; a file that cannot be played turns the state to `failed`, with error().
    // The audio device must outlive the player. Destroying it while it opens is fine.
    // A film without sound plays over silence; a film whose sound ends early, too. What is cut off or damaged plays as
    // far as it goes.
    // Bounds: 1 s of sound and 8 pictures decoded ahead; 2,000 packets or 64 MB read ahead.
    static std::unique_ptr<Player> open(const Path& file, AudioOut& out, Options options);
    virtual ~Player() = default;

    // May be called before the file is open. At the end it starts over.
    virtual void play() = 0;
    virtual void pause() = 0;                   // nothing more is drained after it
    virtual void seek(Milliseconds to) = 0;     // exact to 20 ms; keeps playing or paused; at the end: paused
    virtual void set_speed(double factor) = 0;  // held within 0.5–2, pitch kept; heard at once
    // Once per frame, after the audio device's pump() and before the others. State, position and picture change only
    // here and by the four above. With wait_for_decoder, the same calls at the same times give the same answers, as
    // long as two pumps are at most 100 ms apart; waits 5 s of real time at the most.
    virtual void pump(Instant now) = 0;

    [[nodiscard]] virtual PlayerState state() const = 0;
    [[nodiscard]] virtual const Error& error() const = 0;  // of `failed`
    [[nodiscard]] virtual Milliseconds position()
        const = 0;  // of what is heard now (media time, speed taken into account)
    [[nodiscard]] virtual Milliseconds duration() const = 0;  // 0 while opening
    // The picture due at position(), if there is one; the last one again when nothing newer is due.
    virtual std::optional<Picture> picture() = 0;
    // When the next picture is due at the earliest, in media time like position(), for a loop that sleeps: position()
    // itself while it opens and after a seek until the picture there has come (pump soon). Nothing when the picture
    // stands or there is none.
    [[nodiscard]] virtual std::optional<Milliseconds> next_picture_at() const = 0;
};

}  // namespace xinghuo
