#include <catch2/catch.hpp>

#include "content/base/file.h"
#include "content/figure/rig.h"

using namespace xinghuo;

namespace {

std::string rig_json(const std::string& from = "", const std::string& to = "") {
    std::string json = R"({"schema_version": 1, "id": "stick",
 "bones": [{"name": "root", "parent": null, "pivot": [0, 0]}, {"name": "arm", "parent": "root", "pivot": [100, 0]},
           {"name": "hand", "parent": "arm", "pivot": [200, 0]}],
 "slots": {"hand": ["hand.a", "hand.b"], "hat": ["hat"]},
 "default": {"hand": "hand.a", "hat": null},
 "parts": [{"id": "hand.b", "bone": "hand", "z": 30}, {"id": "body", "bone": "root", "z": 10},
           {"id": "hand.a", "bone": "hand", "z": 20}, {"id": "hat", "bone": "root", "z": 40}],
 "limits": {"arm": [-30, 60]}, "move_limits": {"arm": [[-5, 5], [-1, 2]]},
 "clips": {"wave": {"duration": 2, "loop": true,
   "bones": {"arm": [{"t": 0, "rotate": 0, "ease": "linear"}, {"t": 1, "rotate": 40, "move": [9, 0], "ease": "ease_out"},
                     {"t": 2, "rotate": 0, "ease": "linear"}]},
   "slots": [{"t": 0.5, "slot": "hand", "show": "hand.b"}, {"t": 1.5, "slot": "hat", "show": null}]}}})";
    // The move channel is keyed at 1 only, which is refused: by default it is taken out.
    const std::string loose = ", \"move\": [9, 0]";
    if (from != loose) json.erase(json.find(loose), loose.size());
    if (from.empty()) return json;
    const std::size_t at = json.find(from);
    REQUIRE(at != std::string::npos);
    return json.replace(at, from.size(), to);
}

std::string refusal(const std::string& from, const std::string& to) {
    const auto read = read_rig(rig_json(from, to));
    REQUIRE_FALSE(read.has_value());
    return read.error().what;
}

std::string parts_json() {
    std::string json = R"({"scale": [1, 2], "parts": [)";
    const char* comma = "";
    for (const char* id : {"body", "hand.a", "hand.b", "hat"}) {
        json += std::string(comma) + R"({"id": ")" + id + R"(", "x": 1.5, "y": -2, "w": 30, "h": 40, "1x": "p/1x/)" + id +
                R"(.png", "2x": "p/2x/)" + id + R"(.png"})";
        comma = ",";
    }
    return json + "]}";
}

}  // namespace

TEST_CASE("eases", "[rig]") {
    CHECK(eased(Ease::linear, 0.3f) == Approx(0.3f));
    CHECK(eased(Ease::ease_in, 0.5f) == Approx(0.125f));
    CHECK(eased(Ease::ease_out, 0.5f) == Approx(0.875f));
    CHECK(eased(Ease::ease_in_out, 0.25f) == Approx(0.15625f));
    CHECK(eased(Ease::step, 0.999f) == 0.0f);
    CHECK(eased(Ease::step, 1.0f) == 1.0f);
    for (const Ease ease : {Ease::linear, Ease::ease_in, Ease::ease_out, Ease::ease_in_out, Ease::step}) {
        CHECK(eased(ease, -1) == 0.0f);
        CHECK(eased(ease, 2) == 1.0f);
    }
}

TEST_CASE("a channel between its keys, and outside them", "[rig]") {
    const Channel channel{{0, Ease::linear, {0, 10}}, {2, Ease::ease_in, {8, 20}}, {3, Ease::linear, {0, 0}}};
    CHECK(channel_at(channel, -1) == Point{0, 10});
    CHECK(channel_at(channel, 1).x == Approx(1));        // 8 · 0.5³
    CHECK(channel_at(channel, 1).y == Approx(11.25));    // 10 + 10 · 0.5³
    CHECK(channel_at(channel, 2) == Point{8, 20});
    CHECK(channel_at(channel, 2.5f).x == Approx(4));
    CHECK(channel_at(channel, 100) == Point{0, 0});
}

TEST_CASE("bones turn about their pivots and carry their children", "[rig]") {
    // A quarter turn clockwise about (100, 0): right becomes down.
    const Matrix arm = local_matrix({100, 0}, {90, {0, 0}, {1, 1}});
    CHECK(arm({100, 0}).x == Approx(100));
    CHECK(arm({100, 0}).y == Approx(0).margin(1e-4));
    CHECK(arm({200, 0}).x == Approx(100));
    CHECK(arm({200, 0}).y == Approx(100));
    // The hand turns back by 90 about its own pivot (200, 0), which the arm has taken to (100, 100).
    const Matrix hand = arm * local_matrix({200, 0}, {-90, {0, 0}, {1, 1}});
    CHECK(hand({200, 0}).x == Approx(100));
    CHECK(hand({200, 0}).y == Approx(100));
    CHECK(hand({250, 0}).x == Approx(150));
    CHECK(hand({250, 0}).y == Approx(100));
    // Scale is about the pivot, before the turn; the move comes after both.
    const Matrix moved = local_matrix({100, 0}, {90, {7, -3}, {2, 1}});
    CHECK(moved({110, 0}).x == Approx(107));
    CHECK(moved({110, 0}).y == Approx(17));
}

TEST_CASE("a rig is read, its parts sorted by z", "[rig]") {
    const auto read = read_rig(rig_json());
    REQUIRE(read.has_value());
    const Rig& rig = *read;
    REQUIRE(rig.bones.size() == 3);
    CHECK(rig.bones[2].parent == 1);
    CHECK(rig.bones[1].rotate_limit == Span{-30, 60});
    CHECK((*rig.bones[1].move_limit)[1] == Span{-1, 2});
    CHECK_FALSE(rig.bones[2].rotate_limit.has_value());
    REQUIRE(rig.parts.size() == 4);
    CHECK(rig.parts[0].id == "body");
    CHECK(rig.parts[1].id == "hand.a");
    CHECK(rig.parts[0].slot == no_index);
    CHECK(rig.parts[1].slot == rig.slot("hand"));
    CHECK(rig.slots[rig.slot("hand")].at_rest == rig.part("hand.a"));
    CHECK(rig.slots[rig.slot("hat")].at_rest == no_index);
    const Clip& wave = rig.clips[rig.clip("wave")];
    CHECK(wave.loop);
    CHECK(wave.tracks[0].rotate.size() == 3);
    CHECK(wave.tracks[0].move.empty());
    CHECK(wave.slots[0].part == rig.part("hand.b"));
    CHECK(wave.slots[1].part == no_index);
    CHECK(rig.bone("nobody") == no_index);
}

TEST_CASE("what a rig must not say is refused with its place", "[rig]") {
    CHECK(refusal("\"schema_version\": 1", "\"schema_version\": 2") == "schema_version: must be 1");
    CHECK(refusal("\"parent\": \"arm\"", "\"parent\": \"leg\"") == "bones[2].parent: \"leg\" is not a bone that stands before this one");
    CHECK(refusal("\"parent\": \"root\"", "\"parent\": \"hand\"") == "bones[1].parent: \"hand\" is not a bone that stands before this one");
    CHECK(refusal("\"name\": \"hand\"", "\"name\": \"arm\"") == "bones[2].name: \"arm\" is empty or stands twice");
    CHECK(refusal("[100, 0]", "[100]") == "bones[1].pivot: must be two numbers");
    CHECK(refusal("[100, 0]", "[100, 1e9]") == "bones[1].pivot[1]: must be between -10000 and 10000");
    CHECK(refusal("\"bone\": \"hand\", \"z\": 30", "\"bone\": \"foot\", \"z\": 30") == "parts[0].bone: there is no bone \"foot\"");
    CHECK(refusal("{\"id\": \"hat\", \"bone\"", "{\"id\": \"body\", \"bone\"") == "parts[3].id: \"body\" is empty or stands twice");
    CHECK(refusal("\"hat\": [\"hat\"]", "\"hat\": [\"cap\"]") == "slots.hat[0]: there is no part \"cap\"");
    CHECK(refusal("\"hat\": [\"hat\"]", "\"hat\": [\"hand.a\"]") == "slots.hat[0]: a part belongs to one slot only");
    CHECK(refusal("\"hand\": \"hand.a\"", "\"hand\": \"body\"") == "default.hand: \"body\" is not in the slot \"hand\"");
    CHECK(refusal("\"hat\": null", "\"coat\": null") == "default.coat: there is no such slot");
    CHECK(refusal("\"limits\": {\"arm\"", "\"limits\": {\"leg\"") == "limits.leg: there is no such bone");
    CHECK(refusal("[-30, 60]", "[60, -30]") == "limits.arm: the lower limit stands first");
    CHECK(refusal("[-30, 60]", "[10, 60]") == "limits.arm: rest (0) must be within the limits");
    CHECK(refusal("[[-5, 5], [-1, 2]]", "[[-5, 5]]") == "move_limits.arm: must be [[min x, max x], [min y, max y]]");
    CHECK(refusal("\"duration\": 2", "\"duration\": 0") == "clips.wave.duration: must be at least 0.1 s");
    CHECK(refusal("\"ease\": \"ease_out\"", "\"ease\": \"bounce\"") ==
          "clips.wave.bones.arm[1].ease: \"bounce\" is not an ease (linear, ease_in, ease_out, ease_in_out, step)");
    CHECK(refusal("\"t\": 1,", "\"t\": 3,") == "clips.wave.bones.arm[1].t: times ascend from 0 to the clip's duration");
    CHECK(refusal("\"t\": 2, \"rotate\": 0", "\"t\": 2, \"rotate\": 1") == "clips.wave.bones.arm: rotate must end as it began");
    CHECK(refusal(", \"move\": [9, 0]", ", \"move\": [9, 0]") == "clips.wave.bones.arm: move must be keyed at 0 and at the clip's end");
    CHECK(refusal("{\"arm\": [{", "{\"leg\": [{") == "clips.wave.bones.leg: there is no such bone");
    CHECK(refusal("\"slot\": \"hand\"", "\"slot\": \"foot\"") == "clips.wave.slots[0].slot: there is no slot \"foot\"");
    CHECK(refusal("\"show\": \"hand.b\"", "\"show\": \"body\"") == "clips.wave.slots[0].show: \"body\" is not in the slot \"hand\"");
    CHECK(refusal("\"t\": 1.5", "\"t\": 0.1") == "clips.wave.slots[1].t: times ascend from 0 to the clip's duration");
    CHECK_FALSE(read_rig("{}").has_value());
    CHECK_FALSE(read_rig("[]").has_value());
    CHECK_FALSE(read_rig("{").has_value());
}

TEST_CASE("too many bones are refused", "[rig]") {
    std::string more;
    for (int i = 0; i < 62; ++i) more += R"(, {"name": "b)" + std::to_string(i) + R"(", "parent": "root", "pivot": [0, 0]})";
    const std::string last = R"({"name": "hand", "parent": "arm", "pivot": [200, 0]})";
    CHECK(refusal(last, last + more) == "bones: at most 64");
}

TEST_CASE("the pictures of a rig's parts", "[rig]") {
    const auto rig = read_rig(rig_json());
    REQUIRE(rig.has_value());
    const auto parts = read_parts(parts_json(), *rig);
    REQUIRE(parts.has_value());
    REQUIRE(parts->size() == 4);
    CHECK((*parts)[1].half == "p/1x/hand.a.png");   // in the order of the rig's parts
    CHECK((*parts)[0].full == "p/2x/body.png");
    CHECK((*parts)[0].x == Approx(1.5f));
    const auto why = [&](const std::string& from, const std::string& to) {
        std::string json = parts_json();
        json.replace(json.find(from), from.size(), to);
        const auto read = read_parts(json, *rig);
        REQUIRE_FALSE(read.has_value());
        return read.error().what;
    };
    CHECK(why("\"id\": \"hat\"", "\"id\": \"cap\"") == "parts[3].id: the rig has no part \"cap\"");
    CHECK(why("\"id\": \"hat\"", "\"id\": \"body\"") == "parts[3].id: \"body\" stands twice");
    CHECK(why("\"w\": 30", "\"w\": 0") == "parts[0]: w and h must be over 0");
    CHECK(why("p/1x/body.png", "/p/1x/body.png") == "parts[0].1x: not a path inside the pack");
    std::string one = parts_json();
    one.erase(one.rfind(",{\"id\""));
    const auto missing = read_parts(one + "]}", *rig);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().what == "parts: no picture of \"hat\"");
}

TEST_CASE("the eight rigs of the demonstration are sound", "[rig]") {
    int read_rigs = 0;
    for (const auto& folder : std::filesystem::directory_iterator(Path(XINGHUO_SOURCE_DIR) / "content/demo/figures")) {
        const auto text = read_text(folder.path() / "rig.json");
        REQUIRE(text.has_value());
        const auto rig = read_rig(*text);
        INFO(folder.path().filename().string() << ": " << (rig ? "" : rig.error().what));
        REQUIRE(rig.has_value());
        CHECK(rig->id == folder.path().filename().string());
        for (const char* clip : {"idle", "breathe", "talk_a", "talk_b", "open_hands", "point", "nod", "look_aside"})
            CHECK(rig->clip(clip) != no_index);
        for (const char* shape : {"mouth.X", "mouth.M", "mouth.A", "mouth.E", "mouth.O", "mouth.U", "eyes.open", "eyes.half", "eyes.closed"})
            CHECK(rig->part(shape) != no_index);
        // What the clips ask for stays within the limits, so that nothing is cut off where clips play alone.
        for (const Clip& clip : rig->clips)
            for (const BoneTrack& track : clip.tracks)
                for (const PoseKey& key : track.rotate) {
                    const auto limit = rig->bones[track.bone].rotate_limit;
                    if (!limit) continue;
                    INFO(clip.name << " " << rig->bones[track.bone].name);
                    CHECK(key.value.x >= limit->low);
                    CHECK(key.value.x <= limit->high);
                }
        ++read_rigs;
    }
    CHECK(read_rigs == 8);
}
