#include "content/figure/pose.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "content/figure/chance.h"

namespace xinghuo {
namespace {

constexpr double fade_in_s = 0.4;                          // of a gesture, in seconds of the sound
constexpr double presence_in_s = 0.45, presence_out_s = 0.7;
constexpr double jump_s = 0.45;
constexpr double blink_cell_s = 4, blink_jitter_s = 2, blink_half_s = 0.045, blink_closed_s = 0.115, blink_s = 0.18;
constexpr double glance_cell_s = 19;
constexpr double greeting_s = 0.75;                        // after the figure appeared
constexpr double hand_lag_s = 0.1;
constexpr float entrance_px = 90;                          // how far the figure steps in
constexpr Span scale_limit{0.7f, 1.3f};

// Streams of chance that must not repeat each other.
enum : std::uint64_t { blink_stream = 101, glance_stream, phase_stream };

float smooth(double share) { return eased(Ease::ease_in_out, static_cast<float>(std::clamp(share, 0.0, 1.0))); }

// −1…1, slow, never quite repeating within an hour.
float sway(std::uint64_t seed, std::uint64_t which, double alive, double period_s) {
    const double tau = 2 * std::numbers::pi;
    const double p = tau * chance_of(mixed(seed, phase_stream), which), q = tau * chance_of(mixed(seed, phase_stream), which + 50);
    return static_cast<float>(0.62 * std::sin(tau * std::fmod(alive / period_s, 1.0) + p) +
                              0.38 * std::sin(tau * std::fmod(alive / (period_s * 1.618), 1.0) + q));
}

double local_time(const Clip& clip, double t) {
    const double duration = static_cast<double>(clip.duration);
    if (!clip.loop) return std::clamp(t, 0.0, duration);
    const double rest = std::fmod(t, duration);
    return rest < 0 ? rest + duration : rest;
}

// Adds a clip at its own time to what the bones do. A negative weight mirrors turns and moves.
void add_clip(const Clip& clip, double t, float weight, std::vector<BonePose>& bones) {
    const auto local = static_cast<float>(local_time(clip, t));
    for (const BoneTrack& track : clip.tracks) {
        BonePose& bone = bones[track.bone];
        if (!track.rotate.empty()) bone.rotate += weight * channel_at(track.rotate, local).x;
        if (!track.move.empty()) {
            const Point move = channel_at(track.move, local);
            bone.move.x += weight * move.x;
            bone.move.y += std::abs(weight) * move.y;
        }
        if (!track.scale.empty()) {
            const Point scale = channel_at(track.scale, local);
            bone.scale.x *= 1 + std::abs(weight) * (scale.x - 1);
            bone.scale.y *= 1 + std::abs(weight) * (scale.y - 1);
        }
    }
}

float gesture_weight(const GestureCue& cue, double voice) {
    if (voice <= cue.start || voice >= cue.end) return 0;
    const double half = (cue.end - cue.start) / 2;
    return cue.weight * smooth((voice - cue.start) / std::min(fade_in_s, half)) *
           smooth((cue.end - voice) / std::min(cue.fade_out, half));
}

// Gestures in force at a place in the sound; cues are sorted by start, and none lasts longer than a clip (60 s at a rate of 0.94).
template <class Do>
void each_gesture(const Performance& performance, double voice, const Do& act) {
    constexpr double longest_s = 70;
    const auto& cues = performance.gestures;
    auto cue = std::lower_bound(cues.begin(), cues.end(), voice - longest_s,
                                [](const GestureCue& c, double t) { return c.start < t; });
    for (; cue != cues.end() && cue->start < voice; ++cue)
        if (const float weight = gesture_weight(*cue, voice); weight > 0) act(*cue, weight);
}

// A gesture place in the sound with its share: where the voice is, and places the figure is still leaving.
template <class Do>
void each_place(const PoseMoment& moment, const Do& act) {
    float here = 1;
    for (const PoseMoment::Departure& departure : moment.departures) {
        here -= departure.weight;
        if (departure.weight > 0) act(departure.voice, departure.weight * moment.presence);
    }
    if (here > 0) act(moment.voice, here * moment.presence);
}

void add_gestures(const Rig& rig, const Performance& performance, const PoseMoment& moment, double lag,
                  std::vector<BonePose>& bones) {
    each_place(moment, [&](double voice, float share) {
        each_gesture(performance, voice - lag, [&](const GestureCue& cue, float weight) {
            add_clip(rig.clips[cue.clip], (voice - lag - cue.start) * cue.rate, weight * share * performance.liveliness, bones);
        });
    });
}

// The mean opening of the mouth around a place in the sound: continuous, though the cues are steps.
float opening_around(const Performance& performance, double voice, double half_s) {
    const auto& cues = performance.mouth;
    const double from = voice - half_s, to = voice + half_s;
    const auto at = [](const MouthCue& cue) { return static_cast<double>(cue.at.count()) * 1e-3; };
    auto next = std::upper_bound(cues.begin(), cues.end(), from, [&](double t, const MouthCue& cue) { return t < at(cue); });
    double sum = 0, t = from;
    float open = next == cues.begin() ? 0 : (next - 1)->open;
    for (; next != cues.end() && at(*next) < to; ++next) {
        sum += static_cast<double>(open) * (at(*next) - t);
        t = at(*next);
        open = next->open;
    }
    return static_cast<float>((sum + static_cast<double>(open) * (to - t)) / (to - from));
}

template <class Change>
void change(const Rig& rig, std::vector<BonePose>& bones, std::string_view name, const Change& how) {
    if (const std::size_t bone = rig.bone(name); bone != no_index) how(bones[bone]);
}

// Breath, weight shifting from foot to foot, a look around now and then while nothing is told.
void add_life(const Rig& rig, const Performance& performance, const PoseMoment& moment, std::vector<BonePose>& bones) {
    const float lively = performance.liveliness;
    const std::uint64_t seed = performance.seed;
    if (const std::size_t clip = rig.clip("idle"); clip != no_index)
        add_clip(rig.clips[clip], moment.alive + 6 * chance_of(seed, 1), lively, bones);
    if (const std::size_t clip = rig.clip("breathe"); clip != no_index)
        add_clip(rig.clips[clip], moment.alive + 4 * chance_of(seed, 2), 1, bones);
    change(rig, bones, "torso", [&](BonePose& bone) { bone.rotate += 0.25f * lively * sway(seed, 1, moment.alive, 11.3); });
    change(rig, bones, "neck", [&](BonePose& bone) { bone.rotate += 0.5f * lively * sway(seed, 2, moment.alive, 7.9); });
    change(rig, bones, "head", [&](BonePose& bone) { bone.rotate += 0.7f * lively * sway(seed, 3, moment.alive, 6.7); });
    change(rig, bones, "face", [&](BonePose& bone) { bone.move.x += 1.6f * lively * sway(seed, 4, moment.alive, 9.1); });

    const float listening = (1 - moment.presence) * lively;
    if (const std::size_t clip = rig.clip("look_aside"); clip != no_index && listening > 0 && moment.alive > 0) {
        const auto cell = static_cast<std::uint64_t>(moment.alive / glance_cell_s);
        const double begins = (static_cast<double>(cell) + 0.3 + 0.4 * chance_of(mixed(seed, glance_stream), 2 * cell)) * glance_cell_s;
        const float side = chance_of(mixed(seed, glance_stream), 2 * cell + 1) < 0.5 ? 0.55f : -0.45f;
        const double t = moment.alive - begins;
        if (t > 0 && t < static_cast<double>(rig.clips[clip].duration)) add_clip(rig.clips[clip], t, side * listening, bones);
    }
    if (const std::size_t clip = rig.clip("nod"); clip != no_index && performance.entrance > 0) {
        const double t = moment.alive - greeting_s;
        if (t > 0 && t < static_cast<double>(rig.clips[clip].duration)) add_clip(rig.clips[clip], t, 0.6f * listening, bones);
    }
}

// The head goes along with the voice, a little.
void add_speech(const Rig& rig, const Performance& performance, const PoseMoment& moment, std::vector<BonePose>& bones) {
    const float present = moment.presence * performance.liveliness;
    if (present <= 0) return;
    const float syllable = present * opening_around(performance, moment.voice, 0.1);
    const float phrase = present * opening_around(performance, moment.voice, 0.45);
    change(rig, bones, "face", [&](BonePose& bone) { bone.move.y += 2.0f * syllable; });
    change(rig, bones, "head", [&](BonePose& bone) {
        bone.move.y += 1.5f * phrase;
        bone.rotate += 1.5f * phrase * sway(performance.seed, 5, moment.voice, 2.3);
    });
    change(rig, bones, "brow", [&](BonePose& bone) { bone.move.y -= 2.2f * phrase; });
}

// A hand comes a little after its arm.
void add_hand_lag(const Rig& rig, const Performance& performance, const PoseMoment& moment, std::vector<BonePose>& bones) {
    if (moment.presence <= 0) return;
    std::vector<BonePose> now(bones.size()), before(bones.size());
    add_gestures(rig, performance, moment, 0, now);
    add_gestures(rig, performance, moment, hand_lag_s, before);
    for (const auto& [hand, forearm] : {std::pair{"hand_r", "forearm_r"}, std::pair{"hand_l", "forearm_l"}}) {
        const std::size_t h = rig.bone(hand), f = rig.bone(forearm);
        if (h == no_index || f == no_index) continue;
        bones[h].rotate += 14 * std::tanh((before[f].rotate - now[f].rotate) / 32);
    }
}

void clamp_to(const Bone& bone, BonePose& pose) {
    if (bone.rotate_limit) pose.rotate = std::clamp(pose.rotate, bone.rotate_limit->low, bone.rotate_limit->high);
    if (bone.move_limit) {
        pose.move.x = std::clamp(pose.move.x, (*bone.move_limit)[0].low, (*bone.move_limit)[0].high);
        pose.move.y = std::clamp(pose.move.y, (*bone.move_limit)[1].low, (*bone.move_limit)[1].high);
    }
    pose.scale.x = std::clamp(pose.scale.x, scale_limit.low, scale_limit.high);
    pose.scale.y = std::clamp(pose.scale.y, scale_limit.low, scale_limit.high);
}

// 1 when the figure stands in its place.
float entered(const Performance& performance, double alive) {
    if (performance.entrance <= 0) return 1;
    return eased(Ease::ease_out, static_cast<float>(std::clamp(alive / performance.entrance, 0.0, 1.0)));
}

void show(const Rig& rig, std::string_view slot, std::string_view id, std::vector<std::size_t>& shown) {
    const std::size_t s = rig.slot(slot), part = rig.part(id);
    if (s != no_index && part != no_index && rig.parts[part].slot == s) shown[s] = part;
}

// What each slot shows: gestures choose the hands, blinks the eyes, the voice the mouth.
std::vector<std::size_t> shown_at(const Rig& rig, const Performance& performance, const PoseMoment& moment) {
    std::vector<std::size_t> shown;
    for (const Slot& slot : rig.slots) shown.push_back(slot.at_rest);
    each_place(moment, [&](double voice, float share) {
        each_gesture(performance, voice, [&](const GestureCue& cue, float weight) {
            // The weight of the fades, not of the cue: a quiet gesture opens its hand too.
            if (weight / cue.weight * share <= 0.5f) return;
            const Clip& clip = rig.clips[cue.clip];
            const auto local = static_cast<float>(local_time(clip, (voice - cue.start) * cue.rate));
            for (const SlotKey& key : clip.slots)
                if (key.t <= local) shown[key.slot] = key.part;
        });
    });
    constexpr std::array<std::string_view, 3> eyes{"eyes.open", "eyes.half", "eyes.closed"};
    show(rig, "eyes", eyes[static_cast<std::size_t>(blink_at(performance.seed, moment.alive))], shown);
    const char shape = moment.speaking ? mouth_at(performance, moment.voice) : 'X';
    show(rig, "mouth", std::string("mouth.") + shape, shown);
    return shown;
}

}  // namespace

float Delivery::presence_at(double alive) const {
    const float target = playing_ ? 1.0f : 0.0f;
    return turned_from_ + (target - turned_from_) * smooth((alive - turned_) / (playing_ ? presence_in_s : presence_out_s));
}

float Delivery::leaving_at(double alive) const { return 1 - smooth((alive - jumped_at_) / jump_s); }

void Delivery::set_playing(bool playing, double alive) {
    if (playing == playing_) return;
    turned_from_ = presence_at(alive);
    playing_ = playing;
    turned_ = alive;
}

void Delivery::jumped(double from_voice, double alive) {
    float here = 1;
    for (PoseMoment::Departure& departure : departures_) {
        departure.weight *= leaving_at(alive);
        here -= departure.weight;
    }
    // With no room left, the place that matters least is forgotten.
    auto& least = *std::min_element(departures_.begin(), departures_.end(),
                                    [](const auto& p, const auto& q) { return p.weight < q.weight; });
    least = {from_voice, here + least.weight};
    jumped_at_ = alive;
}

PoseMoment Delivery::at(double alive, double voice) const {
    PoseMoment moment{alive, voice, playing_, presence_at(alive), departures_};
    for (PoseMoment::Departure& departure : moment.departures) departure.weight *= leaving_at(alive);
    return moment;
}

int blink_at(std::uint64_t seed, double alive) {
    if (alive < 0) return 0;
    const auto cell = static_cast<std::uint64_t>(alive / blink_cell_s);
    const double begins = static_cast<double>(cell) * blink_cell_s + 1 + blink_jitter_s * chance_of(mixed(seed, blink_stream), cell);
    const double t = alive - begins;
    if (t < 0 || t >= blink_s) return 0;
    return t < blink_half_s || t >= blink_closed_s ? 1 : 2;
}

char mouth_at(const Performance& performance, double voice) {
    const auto& cues = performance.mouth;
    const auto next = std::upper_bound(cues.begin(), cues.end(), voice, [](double t, const MouthCue& cue) {
        return t < static_cast<double>(cue.at.count()) * 1e-3;
    });
    return next == cues.begin() ? 'X' : (next - 1)->shape;
}

std::vector<BonePose> bones_at(const Rig& rig, const Performance& performance, const PoseMoment& moment) {
    std::vector<BonePose> bones(rig.bones.size());
    add_life(rig, performance, moment, bones);
    add_gestures(rig, performance, moment, 0, bones);
    add_hand_lag(rig, performance, moment, bones);
    add_speech(rig, performance, moment, bones);
    if (moment.speaking && mouth_at(performance, moment.voice) != 'X' && mouth_at(performance, moment.voice) != 'M') {
        const float open = opening_around(performance, moment.voice, 0.035);
        change(rig, bones, "mouth", [&](BonePose& bone) { bone.scale = {1.04f - 0.06f * open, 0.84f + 0.28f * open}; });
    }
    for (std::size_t i = 0; i < bones.size(); ++i) clamp_to(rig.bones[i], bones[i]);
    return bones;
}

std::vector<Matrix> world_of(const Rig& rig, const std::vector<BonePose>& bones) {
    std::vector<Matrix> world;
    world.reserve(bones.size());
    for (std::size_t i = 0; i < bones.size(); ++i) {
        const Matrix local = local_matrix(rig.bones[i].pivot, bones[i]);
        world.push_back(rig.bones[i].parent == no_index ? local : world[rig.bones[i].parent] * local);
    }
    return world;
}

Pose pose_at(const Rig& rig, const Performance& performance, const PoseMoment& moment) {
    const std::vector<Matrix> world = world_of(rig, bones_at(rig, performance, moment));
    const std::vector<std::size_t> shown = shown_at(rig, performance, moment);
    const float in = entered(performance, moment.alive);
    const Matrix step{1, 0, 0, 1, (in - 1) * entrance_px, 0};
    Pose pose;
    pose.opacity = performance.entrance <= 0 ? 1 : smooth(moment.alive / (0.7 * performance.entrance));
    pose.parts.reserve(rig.parts.size());
    for (std::size_t i = 0; i < rig.parts.size(); ++i) {
        const RigPart& part = rig.parts[i];
        if (part.slot == no_index || shown[part.slot] == i) pose.parts.push_back({i, step * world[part.bone]});
    }
    return pose;
}

}  // namespace xinghuo
