#include <catch2/catch.hpp>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "content/base/file.h"
#include "content/base/json.h"
#include "content/figure/chance.h"
#include "content/figure/pose.h"

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

struct Told {
    std::string id;
    Rig rig;
    Narration narration;
    std::vector<MouthCue> cues;
    Performance performance;
};

// A narration with the demonstration's sentences and gestures, and times as a calm voice would have them. The mouth
// changes about eight times a second, as in speech, by seed.
Told tell(const JsonNode& figure) {
    Told told;
    told.id = figure["id"].string();
    const auto text = read_text(Path(XINGHUO_SOURCE_DIR) / "content/demo/figures" / told.id / "rig.json");
    REQUIRE(text.has_value());
    auto rig = read_rig(*text);
    REQUIRE(rig.has_value());
    told.rig = std::move(*rig);
    Milliseconds at{400};
    std::uint64_t step = 0;
    for (const JsonNode& segment : figure["narration"]["segments"].items()) {
        Sentence sentence;
        sentence.id = segment["id"].string();
        sentence.by_narrator = segment["speaker"].string() == "narrator";
        sentence.text = segment["text"].string();
        sentence.gesture = segment["gesture"].string();
        sentence.start = at;
        sentence.end = at + Milliseconds(80 * static_cast<int>(sentence.text.size()));
        for (Milliseconds t = at; t < sentence.end; t += Milliseconds(20 + static_cast<int>(200 * chance_of(7, step++))))
            told.cues.push_back({t, "XMAEOU"[mixed(8, step) % 6], static_cast<float>(chance_of(9, step))});
        told.cues.push_back({sentence.end, 'X', 0});
        at = sentence.end + 450ms;
        told.narration.sentences.push_back(std::move(sentence));
    }
    told.narration.duration = at;
    told.performance = perform(told.rig, told.narration, told.cues, mixed(1, told.rig.parts.size()));
    return told;
}

const std::vector<Told>& everybody() {
    static const std::vector<Told> all = [] {
        std::vector<Told> told;
        const auto text = read_text(Path(XINGHUO_SOURCE_DIR) / "content/demo/figures.json");
        REQUIRE(text.has_value());
        JsonDocument document;
        REQUIRE(document.parse(*text).has_value());
        for (const JsonNode& figure : document.root()["figures"].items()) told.push_back(tell(figure));
        REQUIRE(document.good());
        return told;
    }();
    return all;
}

double length_s(const Told& told) { return static_cast<double>(told.narration.duration.count()) * 1e-3; }

PoseMoment speaking_at(double t) {
    PoseMoment moment;
    moment.alive = moment.voice = t;
    moment.speaking = true;
    moment.presence = 1;
    return moment;
}

// The place of a point far from the pivot, as the parts that never switch show it.
std::map<std::string, Point> landmarks(const Told& told, const PoseMoment& moment) {
    const auto world = world_of(told.rig, bones_at(told.rig, told.performance, moment));
    std::map<std::string, Point> places;
    for (std::size_t i = 0; i < world.size(); ++i) {
        const Bone& bone = told.rig.bones[i];
        const bool hand = bone.name.starts_with("hand");
        places[bone.name] = world[i]({bone.pivot.x, bone.pivot.y + (hand ? 190.0f : 120.0f)});
    }
    return places;
}

void check_limits(const Rig& rig, const std::vector<BonePose>& bones) {
    for (std::size_t i = 0; i < bones.size(); ++i) {
        const Bone& bone = rig.bones[i];
        if (bone.rotate_limit && (bones[i].rotate < bone.rotate_limit->low || bones[i].rotate > bone.rotate_limit->high))
            FAIL(rig.id << ": " << bone.name << " turned to " << bones[i].rotate);
        if (!bone.move_limit) continue;
        const auto& [x, y] = *bone.move_limit;
        if (bones[i].move.x < x.low || bones[i].move.x > x.high || bones[i].move.y < y.low || bones[i].move.y > y.high)
            FAIL(rig.id << ": " << bone.name << " moved to " << bones[i].move.x << ", " << bones[i].move.y);
    }
}

std::set<std::string> shown(const Told& told, const PoseMoment& moment) {
    std::set<std::string> ids;
    for (const PosedPart& part : pose_at(told.rig, told.performance, moment).parts) ids.insert(told.rig.parts[part.part].id);
    return ids;
}

}  // namespace

TEST_CASE("no part jumps between two frames of any narration", "[pose]") {
    constexpr float px_limit = 30;  // of a figure 1,900 px high: a hand's fastest swing
    for (const Told& told : everybody()) {
        auto last = landmarks(told, speaking_at(0));
        float most = 0;
        std::string which;
        for (double t = 1.0 / 60; t < length_s(told) + 1; t += 1.0 / 60) {
            auto now = landmarks(told, speaking_at(t));
            for (const auto& [bone, place] : now) {
                const float moved = std::hypot(place.x - last[bone].x, place.y - last[bone].y);
                if (moved > most) {
                    most = moved;
                    which = bone + " at " + std::to_string(t);
                }
            }
            last = std::move(now);
        }
        INFO(told.id << ": " << which);
        CHECK(most < px_limit);
        CHECK(most > 2);  // and it does gesture
    }
}

TEST_CASE("pausing, going on and seeking are eased too", "[pose]") {
    const Told& told = everybody()[0];
    // Plays, is paused in the middle of gestures, goes on, jumps forward and back in quick succession.
    Delivery delivery;
    double voice = 0, rate = 0;
    std::map<std::string, Point> last;
    float most = 0;
    int frame = 0;
    const auto jump = [&](double to, double alive) {
        delivery.jumped(voice, alive);
        voice = to;
    };
    for (; frame < 60 * 40; ++frame) {
        const double alive = frame / 60.0;
        if (frame == 60) delivery.set_playing(true, alive), rate = 1;
        if (frame % 300 == 200) delivery.set_playing(false, alive), rate = 0;
        if (frame % 300 == 212 || frame % 300 == 260) delivery.set_playing(true, alive), rate = 1.5;
        if (frame % 300 == 230) delivery.set_playing(false, alive), rate = 0;
        if (frame % 420 == 100) jump(voice + 11.3, alive);
        if (frame % 420 == 110) jump(voice + 5.1, alive);
        if (frame % 420 == 114) jump(std::max(0.0, voice - 9.7), alive);
        voice += rate / 60;
        auto now = landmarks(told, delivery.at(alive, voice));
        if (frame > 0)
            for (const auto& [bone, place] : now) most = std::max(most, std::hypot(place.x - last[bone].x, place.y - last[bone].y));
        last = std::move(now);
    }
    CHECK(most < 45);
}

TEST_CASE("in a pause the gesture goes back to rest, and breath goes on", "[pose]") {
    const Told& told = everybody()[0];
    const auto& cue = told.performance.gestures.at(3);
    Delivery delivery;
    delivery.set_playing(true, 0);
    const double voice = (cue.start + cue.end) / 2, alive = voice;
    const std::size_t l = told.rig.bone("forearm_l"), r = told.rig.bone("forearm_r");
    const auto arms = [&](double at) {
        const auto bones = bones_at(told.rig, told.performance, delivery.at(at, voice));
        return std::abs(bones[l].rotate) + std::abs(bones[r].rotate);
    };
    CHECK(arms(alive) > 20);
    delivery.set_playing(false, alive);
    CHECK(arms(alive) > 20);          // not at once
    CHECK(arms(alive + 1) < 5);
    CHECK(delivery.at(alive + 1, voice).presence == 0.0f);
    CHECK(delivery.at(alive + 3600, voice).presence == 0.0f);
    // The torso of two moments differs: it breathes.
    const std::size_t torso = told.rig.bone("torso");
    std::set<float> scales;
    for (int i = 0; i < 8; ++i)
        scales.insert(bones_at(told.rig, told.performance, delivery.at(alive + 2 + i * 0.5, voice))[torso].scale.y);
    CHECK(scales.size() > 4);
    CHECK(*scales.rbegin() > 1.003f);
    CHECK(shown(told, delivery.at(alive + 1, voice)).contains("mouth.X"));
}

TEST_CASE("turning round in the middle of easing keeps the place", "[pose]") {
    Delivery delivery;
    delivery.set_playing(true, 10);
    CHECK(delivery.at(10, 0).presence == 0.0f);
    const float before = delivery.at(10.2, 0).presence;
    delivery.set_playing(false, 10.2);
    CHECK(delivery.at(10.2, 0).presence == Approx(before));
    delivery.set_playing(true, 10.3);
    CHECK(delivery.at(11, 0).presence == 1.0f);
    delivery.jumped(4, 12);
    CHECK(delivery.at(12, 9).departures[0].weight == Approx(1));
    CHECK(delivery.at(13, 9).departures[0].weight == 0.0f);
}

TEST_CASE("blinks are seeded, irregular, two to six seconds apart", "[pose]") {
    const auto blinks = [](std::uint64_t seed) {
        std::vector<double> starts;
        std::vector<int> states;
        for (int ms = 0; ms < 600'000; ms += 5) {
            const int state = blink_at(seed, ms * 1e-3);
            if (states.empty() || states.back() != state) {
                if (state != 0 && (states.empty() || states.back() == 0)) starts.push_back(ms * 1e-3);
                states.push_back(state);
            }
        }
        // open → half → closed → half → open, always
        for (std::size_t i = 0; i < states.size(); ++i) CHECK(states[i] == (i % 4 == 0 ? 0 : i % 4 == 2 ? 2 : 1));
        return starts;
    };
    const auto one = blinks(1), two = blinks(2);
    CHECK(one == blinks(1));
    CHECK(one != two);
    CHECK(one.size() > 100);
    double shortest = 100, longest = 0;
    for (std::size_t i = 1; i < one.size(); ++i) {
        shortest = std::min(shortest, one[i] - one[i - 1]);
        longest = std::max(longest, one[i] - one[i - 1]);
    }
    CHECK(shortest >= 2);
    CHECK(longest <= 6);
    CHECK(longest - shortest > 1.5);
    CHECK(blink_at(1, -5) == 0);
}

TEST_CASE("the mouth follows its cues, and only while the figure speaks", "[pose]") {
    for (const Told& told : everybody()) {
        std::set<std::string> shapes;
        for (double t = 0; t < length_s(told); t += 0.03) {
            const auto parts = shown(told, speaking_at(t));
            int mouths = 0;
            for (const std::string& id : parts)
                if (id.starts_with("mouth.")) {
                    ++mouths;
                    shapes.insert(id);
                    const Sentence& sentence = told.narration.sentences[told.narration.sentence_at(
                        Milliseconds(static_cast<int>(t * 1e3)))];
                    const Milliseconds at(static_cast<int>(t * 1e3));
                    const bool silent = sentence.by_narrator || at > sentence.end || at < sentence.start;
                    if (silent && id != "mouth.X") FAIL(told.id << " at " << t << " shows " << id);
                }
            if (mouths != 1) FAIL(told.id << " at " << t << " has " << mouths << " mouths");
            PoseMoment paused = speaking_at(t);
            paused.speaking = false;
            if (!shown(told, paused).contains("mouth.X")) FAIL(told.id << " at " << t << " speaks in a pause");
        }
        bool speaks = false;
        for (const Sentence& sentence : told.narration.sentences) speaks = speaks || !sentence.by_narrator;
        CHECK(shapes.size() == (speaks ? 6u : 1u));
    }
}

TEST_CASE("mouth cues settle into what can be seen", "[pose]") {
    const auto settled = [](std::vector<MouthCue> cues) {
        std::string text;
        for (const MouthCue& cue : settled_mouth(cues)) {
            text += cue.shape;
            text += std::to_string(cue.at.count());
            text += ' ';
        }
        return text;
    };
    CHECK(settled({}) == "");
    CHECK(settled({{0ms, 'X', 0}, {100ms, 'A', 0.8f}, {200ms, 'X', 0}}) == "X0 A100 X200 ");
    CHECK(settled({{0ms, 'A', 0.1f}, {100ms, 'M', 0}, {200ms, 'O', 0.119f}}) == "X0 M100 X200 ");  // hardly open is closed
    CHECK(settled({{0ms, 'X', 0}, {100ms, 'A', 0.8f}, {139ms, 'O', 0.8f}}) == "X0 O139 ");         // 39 ms: absorbed
    CHECK(settled({{0ms, 'X', 0}, {100ms, 'A', 0.8f}, {140ms, 'O', 0.8f}}) == "X0 A100 O140 ");    // 40 ms: shown
    // A run of short ones is shown as its widest.
    CHECK(settled({{0ms, 'X', 0}, {100ms, 'E', 0.3f}, {125ms, 'A', 0.9f}, {150ms, 'O', 0.8f}}) == "X0 A100 O150 ");
    // One shape with another opening is no new shape: 20 + 30 ms are long enough together.
    CHECK(settled({{0ms, 'X', 0}, {100ms, 'A', 0.3f}, {120ms, 'A', 0.9f}, {150ms, 'X', 0}}) == "X0 A100 A120 X150 ");
    for (const Told& told : everybody()) {
        const auto& mouth = told.performance.mouth;
        for (std::size_t i = 1; i < mouth.size(); ++i)
            if (mouth[i].shape != mouth[i - 1].shape) {
                std::size_t first = i - 1;
                while (first > 0 && mouth[first - 1].shape == mouth[i - 1].shape) --first;
                CHECK(mouth[i].at - mouth[first].at >= 40ms);
            }
    }
}

TEST_CASE("gestures begin after their sentence and are over with it", "[pose]") {
    for (const Told& told : everybody()) {
        std::size_t gesturing = 0;
        for (std::size_t i = 0; i < told.narration.sentences.size(); ++i) {
            const Sentence& sentence = told.narration.sentences[i];
            const double start = static_cast<double>(sentence.start.count()) * 1e-3, end = static_cast<double>(sentence.end.count()) * 1e-3;
            for (const GestureCue& cue : told.performance.gestures) {
                if (cue.start < start || cue.start > end) continue;
                CHECK(cue.start >= start + 0.2);
                CHECK(cue.end <= end + 0.26);
                CHECK(sentence.gesture != "rest");
                ++gesturing;
            }
        }
        CHECK(gesturing == told.performance.gestures.size());
        CHECK(gesturing >= 5);
        // At the end of it all the arms hang as they hang without a voice.
        PoseMoment end = speaking_at(length_s(told) + 1), rest = end;
        rest.presence = 0;
        const std::size_t forearm = told.rig.bone("forearm_r");
        CHECK(bones_at(told.rig, told.performance, end)[forearm].rotate ==
              Approx(bones_at(told.rig, told.performance, rest)[forearm].rotate));
    }
}

TEST_CASE("hands switch where the gesture says so", "[pose]") {
    const Told& told = everybody()[0];
    bool open = false;
    for (double t = 0; t < length_s(told); t += 0.1) {
        const auto parts = shown(told, speaking_at(t));
        int right = 0;
        for (const std::string& id : parts) right += id.starts_with("part.hand_r.") ? 1 : 0;
        CHECK(right == 1);
        open = open || parts.contains("part.hand_r.open");
    }
    CHECK(open);
    CHECK(shown(told, PoseMoment{}).contains("part.hand_r.relaxed"));
}

TEST_CASE("no mix of clips leaves the limits", "[pose]") {
    std::mt19937 random(20260701);
    const auto uniform = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(random); };
    for (const Told& told : everybody()) {
        for (int round = 0; round < 150; ++round) {
            Performance wild;
            wild.seed = random();
            for (int i = 0; i < 6; ++i) {
                const double start = uniform(0, 4);
                wild.gestures.push_back({random() % told.rig.clips.size(), start, start + uniform(0.5, 6), uniform(0.5, 2),
                                         static_cast<float>(uniform(0.2, 3)), uniform(0.1, 2)});
            }
            std::sort(wild.gestures.begin(), wild.gestures.end(), [](const auto& p, const auto& q) { return p.start < q.start; });
            for (int ms = 0; ms < 1000; ms += 40)
                wild.mouth.push_back({Milliseconds(ms), "XMAEOU"[random() % 6], static_cast<float>(uniform(0, 1))});
            for (int i = 0; i < 10; ++i) check_limits(told.rig, bones_at(told.rig, wild, speaking_at(uniform(0, 10))));
        }
    }
    SUCCEED();
}

TEST_CASE("a pose depends on nothing but its moment", "[pose]") {
    const Told& told = everybody()[5];
    const auto flat = [&](double t) {
        std::vector<float> numbers;
        for (const PosedPart& p : pose_at(told.rig, told.performance, speaking_at(t)).parts)
            for (const float v : {static_cast<float>(p.part), p.world.a, p.world.b, p.world.c, p.world.d, p.world.e, p.world.f})
                numbers.push_back(v);
        return numbers;
    };
    const auto first = flat(12.34);
    for (const double t : {3600.0, 0.0, 86'400.0 * 30, 12.0}) {
        const auto other = flat(t);
        for (const float v : other) CHECK(std::isfinite(v));
        CHECK(other != first);
    }
    CHECK(flat(12.34) == first);
    // Two seeds live differently.
    Performance other = told.performance;
    other.seed += 1;
    CHECK(bones_at(told.rig, other, speaking_at(12.34)) != bones_at(told.rig, told.performance, speaking_at(12.34)));
}

TEST_CASE("an hour, a month: it still breathes as at the beginning", "[pose]") {
    const Told& told = everybody()[0];
    const std::size_t torso = told.rig.bone("torso");
    for (const double from : {0.0, 3600.0, 2'592'000.0}) {
        float low = 2, high = 0;
        for (int i = 0; i < 80; ++i) {
            PoseMoment moment;
            moment.alive = from + i * 0.05;
            const auto bones = bones_at(told.rig, told.performance, moment);
            check_limits(told.rig, bones);
            low = std::min(low, bones[torso].scale.y);
            high = std::max(high, bones[torso].scale.y);
        }
        CHECK(low < 1.0005f);
        CHECK(high > 1.005f);
    }
}

TEST_CASE("a figure steps in within its entrance and then stands in its place", "[pose]") {
    const Told& told = everybody()[0];
    const auto at = [&](double alive) {
        PoseMoment moment;
        moment.alive = alive;
        return pose_at(told.rig, told.performance, moment);
    };
    CHECK(at(0).opacity == 0.0f);
    CHECK(at(0.2).opacity > 0.2f);
    CHECK(at(0.6).opacity == 1.0f);
    CHECK(at(0).parts[0].world({500, 1940}).x < 420);
    CHECK(at(0.6).parts[0].world({500, 1940}).x == Approx(500).margin(3));
    Performance standing = told.performance;
    standing.entrance = 0;
    CHECK(pose_at(told.rig, standing, PoseMoment{}).opacity == 1.0f);
    CHECK(pose_at(told.rig, standing, PoseMoment{}).parts[0].world({500, 1940}).x == Approx(500).margin(3));
}

TEST_CASE("feet stay where they are", "[pose]") {
    for (const Told& told : everybody()) {
        const std::size_t legs = told.rig.bone("legs");
        for (double t = 0; t < length_s(told); t += 0.25) {
            const auto world = world_of(told.rig, bones_at(told.rig, told.performance, speaking_at(t)));
            const Point foot = world[legs]({500, 1940});
            if (std::hypot(foot.x - 500, foot.y - 1940) > 0.5f) FAIL(told.id << " slides at " << t);
        }
    }
    SUCCEED();
}
