// Where a figure's parts stand at a moment. Pure: the same rig, performance and moment always give the same pose,
// at any moment, in any order. Any thread.
//
// Two times run independently. `alive` is the figure's own: it breathes, blinks and shifts its weight whether it speaks
// or not. `voice` is the position in the sound: mouth and gestures follow it, so they are right at every speed,
// after every seek, and stand still in a pause, when the figure eases back to rest.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "content/figure/figure.h"
#include "content/figure/rig.h"

namespace xinghuo {

struct GestureCue {
    std::size_t clip = no_index;
    double start = 0, end = 0;  // seconds of the sound; it eases in after start and has eased out at end
    double rate = 1;            // speed of the clip
    float weight = 1;           // 1: as the clip was drawn
    double fade_out = 0.5;      // seconds before end in which it eases out; more where the clip is cut short
};

// What a figure does during a narration; made once, by perform().
struct Performance {
    std::uint64_t seed = 0;
    std::vector<GestureCue> gestures;  // by start
    std::vector<MouthCue> mouth;       // settled: see settled_mouth()
    double entrance = 0.6;             // seconds of `alive` in which the figure steps in; 0: it stands there already
    float liveliness = 1;              // 0–1; less where less motion is wanted: sway, bob and gestures shrink with it
};

// Gestures begin 0.2 s after their sentence, clips that loop are repeated with seeded pauses, what is left of a long
// sentence after a short gesture gets a quiet talking one, and the arms are at rest when the sentence is over.
// "rest", an empty or an unknown gesture leaves the figure standing. While the narrator speaks the mouth stays closed.
Performance perform(const Rig& rig, const Narration& narration, const std::vector<MouthCue>& mouth, std::uint64_t seed);

// Cues as a mouth can show them: an opening under 0.12 is closed (M stays M, others become X), what would be seen for
// less than 40 ms is absorbed by the shape before it, and neighbours of one shape stay apart only by their opening.
std::vector<MouthCue> settled_mouth(const std::vector<MouthCue>& cues);

// One moment of a performance.
struct PoseMoment {
    double alive = 0;             // seconds since the figure appeared
    double voice = 0;             // seconds into the sound
    bool speaking = false;        // the sound is running
    float presence = 0;           // 0 at rest … 1 in the narration's gestures
    // After a seek: places in the sound whose gestures the figure is still leaving. The weights fall to 0; what is
    // missing to 1 belongs to `voice`.
    struct Departure { double voice = 0; float weight = 0; };
    std::array<Departure, 3> departures;
};

// Remembers when playing began, stopped or jumped, so that a pose can ease from one to the other. The stage tells it
// what happened; asking changes nothing. All times are `alive` seconds, ascending from call to call.
class Delivery {
public:
    void set_playing(bool playing, double alive);
    void jumped(double from_voice, double alive);
    [[nodiscard]] PoseMoment at(double alive, double voice) const;

private:
    [[nodiscard]] float presence_at(double alive) const;
    [[nodiscard]] float leaving_at(double alive) const;  // what is left of the departures' weights
    bool playing_ = false;
    double turned_ = 0;      // when playing_ last changed
    float turned_from_ = 0;  // the presence at that moment
    double jumped_at_ = 0;
    std::array<PoseMoment::Departure, 3> departures_;  // weights as they were at jumped_at_
};

struct PosedPart {
    std::size_t part = 0;    // index of Rig::parts
    Matrix world;            // drawing px at rest → drawing px now
};

struct Pose {
    std::vector<PosedPart> parts;  // the visible ones, in the order of drawing
    float opacity = 1;             // less than 1 only while the figure enters
};

Pose pose_at(const Rig& rig, const Performance& performance, const PoseMoment& moment);

// The steps of pose_at, for tests and tools: what each bone does (clamped to its limits), and its world matrix.
std::vector<BonePose> bones_at(const Rig& rig, const Performance& performance, const PoseMoment& moment);
std::vector<Matrix> world_of(const Rig& rig, const std::vector<BonePose>& bones);

// The blink that is nearest: 0 open, 1 half closed, 2 closed. Gaps between blinks are 2–6 s, by seed.
int blink_at(std::uint64_t seed, double alive);
char mouth_at(const Performance& performance, double voice);

}  // namespace xinghuo
