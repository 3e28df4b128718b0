#include "content/figure/rig.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "content/base/file.h"
#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::size_t bone_limit = 64, part_limit = 256, slot_limit = 16, clip_limit = 64, key_limit = 256;
constexpr double clip_seconds_limit = 60;
constexpr double coordinate_limit = 10'000;  // px; far outside every drawing

template <class List, class Name>
std::size_t index_of(const List& list, std::string_view wanted, Name name) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (name(list[i]) == wanted) return i;
    return no_index;
}

float number_within(const JsonNode& node, double limit) {
    const double value = node.number();
    if (!std::isfinite(value) || std::abs(value) > limit) {
        node.refuse(fmt::format("must be between {} and {}", -limit, limit));
        return 0;
    }
    return static_cast<float>(value);
}

Point read_point(const JsonNode& node) {
    const auto two = node.items();
    if (two.size() != 2) {
        node.refuse("must be two numbers");
        return {};
    }
    return {number_within(two[0], coordinate_limit), number_within(two[1], coordinate_limit)};
}

Span read_span(const JsonNode& node) {
    const Point p = read_point(node);
    if (p.x > p.y) node.refuse("the lower limit stands first");
    if (p.x > 0 || p.y < 0) node.refuse("rest (0) must be within the limits");
    return {p.x, p.y};
}

Ease read_ease(const JsonNode& node) {
    static constexpr std::array<std::pair<std::string_view, Ease>, 5> names{{{"linear", Ease::linear},
                                                                            {"ease_in", Ease::ease_in},
                                                                            {"ease_out", Ease::ease_out},
                                                                            {"ease_in_out", Ease::ease_in_out},
                                                                            {"step", Ease::step}}};
    const std::string name = node.string_or("linear");
    for (const auto& [known, ease] : names)
        if (name == known) return ease;
    node.refuse(fmt::format("\"{}\" is not an ease (linear, ease_in, ease_out, ease_in_out, step)", name));
    return Ease::linear;
}

void read_bones(const JsonNode& node, Rig& rig) {
    for (const JsonNode& item : node.items(bone_limit)) {
        Bone bone;
        bone.name = item["name"].string();
        if (bone.name.empty() || rig.bone(bone.name) != no_index)
            item["name"].refuse(fmt::format("\"{}\" is empty or stands twice", bone.name));
        if (item["parent"].exists()) {
            const std::string parent = item["parent"].string();
            bone.parent = rig.bone(parent);
            if (bone.parent == no_index)
                item["parent"].refuse(fmt::format("\"{}\" is not a bone that stands before this one", parent));
        }
        bone.pivot = read_point(item["pivot"]);
        rig.bones.push_back(std::move(bone));
    }
    if (rig.bones.empty()) node.refuse("at least one bone");
}

void read_rig_parts(const JsonNode& node, Rig& rig) {
    for (const JsonNode& item : node.items(part_limit)) {
        RigPart part;
        part.id = item["id"].string();
        if (part.id.empty() || rig.part(part.id) != no_index)
            item["id"].refuse(fmt::format("\"{}\" is empty or stands twice", part.id));
        const std::string bone = item["bone"].string();
        part.bone = rig.bone(bone);
        if (part.bone == no_index) item["bone"].refuse(fmt::format("there is no bone \"{}\"", bone));
        part.z = static_cast<int>(number_within(item["z"], 100'000));
        rig.parts.push_back(std::move(part));
    }
    if (rig.parts.empty()) node.refuse("at least one part");
    std::stable_sort(rig.parts.begin(), rig.parts.end(), [](const RigPart& p, const RigPart& q) { return p.z < q.z; });
}

std::size_t read_part_reference(const JsonNode& node, const Rig& rig) {
    const std::string id = node.string();
    const std::size_t part = rig.part(id);
    if (part == no_index) node.refuse(fmt::format("there is no part \"{}\"", id));
    return part;
}

// What a slot shows: one of its own parts, or null for nothing.
std::size_t read_shown(const JsonNode& node, const Rig& rig, std::size_t slot) {
    if (!node.exists()) return no_index;
    const std::size_t part = read_part_reference(node, rig);
    if (part != no_index && slot != no_index && rig.parts[part].slot != slot)
        node.refuse(fmt::format("\"{}\" is not in the slot \"{}\"", rig.parts[part].id, rig.slots[slot].name));
    return part;
}

void read_slots(const JsonNode& slots, const JsonNode& at_rest, Rig& rig) {
    if (!slots.exists()) return;
    const auto members = slots.members();
    if (members.size() > slot_limit) return slots.refuse(fmt::format("at most {}", slot_limit));
    for (const auto& [name, node] : members) {
        Slot slot{name, {}, no_index};
        for (const JsonNode& item : node.items(part_limit)) {
            const std::size_t part = read_part_reference(item, rig);
            if (part == no_index) continue;
            if (rig.parts[part].slot != no_index) item.refuse("a part belongs to one slot only");
            rig.parts[part].slot = rig.slots.size();
            slot.parts.push_back(part);
        }
        rig.slots.push_back(std::move(slot));
        rig.slots.back().at_rest = read_shown(at_rest[name], rig, rig.slots.size() - 1);
    }
    if (!at_rest.exists()) return;
    for (const auto& [name, node] : at_rest.members())
        if (rig.slot(name) == no_index) node.refuse("there is no such slot");
}

void read_limits(const JsonNode& rotate, const JsonNode& move, Rig& rig) {
    const auto find = [&rig](const std::string& name, const JsonNode& node) -> Bone* {
        const std::size_t bone = rig.bone(name);
        if (bone != no_index) return &rig.bones[bone];
        node.refuse("there is no such bone");
        return nullptr;
    };
    if (rotate.exists())
        for (const auto& [name, node] : rotate.members())
            if (Bone* bone = find(name, node)) bone->rotate_limit = read_span(node);
    if (!move.exists()) return;
    for (const auto& [name, node] : move.members()) {
        Bone* bone = find(name, node);
        const auto axes = node.items();
        if (axes.size() != 2) node.refuse("must be [[min x, max x], [min y, max y]]");
        if (bone != nullptr && axes.size() == 2) bone->move_limit = std::array{read_span(axes[0]), read_span(axes[1])};
    }
}

void check_channel(const JsonNode& node, const char* name, const Channel& channel, float duration) {
    if (channel.empty()) return;
    if (channel.front().t > 0 || channel.back().t < duration)
        node.refuse(fmt::format("{} must be keyed at 0 and at the clip's end", name));
    else if (channel.front().value != channel.back().value)
        node.refuse(fmt::format("{} must end as it began", name));
}

BoneTrack read_track(const JsonNode& node, std::size_t bone, float duration) {
    BoneTrack track{bone, {}, {}, {}};
    float last = -1;
    for (const JsonNode& item : node.items(key_limit)) {
        const float t = number_within(item["t"], clip_seconds_limit);
        if (t <= last || t < 0 || t > duration) item["t"].refuse("times ascend from 0 to the clip's duration");
        last = t;
        const Ease ease = read_ease(item["ease"]);
        if (item["rotate"].exists()) track.rotate.push_back({t, ease, {number_within(item["rotate"], 360), 0}});
        if (item["move"].exists()) track.move.push_back({t, ease, read_point(item["move"])});
        if (item["scale"].exists()) {
            const Point scale = read_point(item["scale"]);
            if (scale.x <= 0 || scale.y <= 0 || scale.x > 10 || scale.y > 10) item["scale"].refuse("must be over 0, at most 10");
            track.scale.push_back({t, ease, scale});
        }
    }
    check_channel(node, "rotate", track.rotate, duration);
    check_channel(node, "move", track.move, duration);
    check_channel(node, "scale", track.scale, duration);
    return track;
}

void read_slot_keys(const JsonNode& node, const Rig& rig, Clip& clip) {
    if (!node.exists()) return;
    for (const JsonNode& item : node.items(key_limit)) {
        SlotKey key;
        key.t = number_within(item["t"], clip_seconds_limit);
        if (key.t < 0 || key.t > clip.duration || (!clip.slots.empty() && key.t < clip.slots.back().t))
            item["t"].refuse("times ascend from 0 to the clip's duration");
        const std::string slot = item["slot"].string();
        key.slot = rig.slot(slot);
        if (key.slot == no_index) item["slot"].refuse(fmt::format("there is no slot \"{}\"", slot));
        key.part = read_shown(item["show"], rig, key.slot);
        if (key.slot != no_index) clip.slots.push_back(key);
    }
}

void read_clips(const JsonNode& node, Rig& rig) {
    const auto members = node.members();
    if (members.size() > clip_limit) return node.refuse(fmt::format("at most {}", clip_limit));
    for (const auto& [name, item] : members) {
        Clip clip;
        clip.name = name;
        clip.duration = number_within(item["duration"], clip_seconds_limit);
        if (clip.duration < 0.1f) item["duration"].refuse("must be at least 0.1 s");
        clip.loop = item["loop"].boolean_or(false);
        for (const auto& [bone_name, track] : item["bones"].members()) {
            const std::size_t bone = rig.bone(bone_name);
            if (bone == no_index) track.refuse("there is no such bone");
            else clip.tracks.push_back(read_track(track, bone, clip.duration));
        }
        read_slot_keys(item["slots"], rig, clip);
        rig.clips.push_back(std::move(clip));
    }
}

std::string read_picture_path(const JsonNode& node) {
    std::string path = node.string();
    if (!is_safe_relative_path(path)) node.refuse("not a path inside the pack");
    return path;
}

}  // namespace

Matrix operator*(const Matrix& o, const Matrix& i) {
    return {o.a * i.a + o.c * i.b,       o.b * i.a + o.d * i.b,       o.a * i.c + o.c * i.d,
            o.b * i.c + o.d * i.d,       o.a * i.e + o.c * i.f + o.e, o.b * i.e + o.d * i.f + o.f};
}

float eased(Ease ease, float x) {
    x = std::clamp(x, 0.0f, 1.0f);
    switch (ease) {
        case Ease::linear: return x;
        case Ease::ease_in: return x * x * x;
        case Ease::ease_out: return 1 - (1 - x) * (1 - x) * (1 - x);
        case Ease::ease_in_out: return x * x * (3 - 2 * x);
        case Ease::step: return x < 1 ? 0.0f : 1.0f;
    }
    return x;
}

Matrix local_matrix(Point pivot, const BonePose& pose) {
    const float radians = pose.rotate * std::numbers::pi_v<float> / 180;
    const float cosine = std::cos(radians), sine = std::sin(radians);
    Matrix m{cosine * pose.scale.x, sine * pose.scale.x, -sine * pose.scale.y, cosine * pose.scale.y, 0, 0};
    m.e = pivot.x + pose.move.x - (m.a * pivot.x + m.c * pivot.y);
    m.f = pivot.y + pose.move.y - (m.b * pivot.x + m.d * pivot.y);
    return m;
}

Point channel_at(const Channel& channel, float t) {
    const auto next = std::upper_bound(channel.begin(), channel.end(), t, [](float at, const PoseKey& key) { return at < key.t; });
    if (next == channel.begin()) return channel.front().value;
    const PoseKey& from = *(next - 1);
    if (next == channel.end()) return from.value;
    const float share = eased(next->ease, (t - from.t) / (next->t - from.t));
    return {from.value.x + (next->value.x - from.value.x) * share, from.value.y + (next->value.y - from.value.y) * share};
}

std::size_t Rig::bone(std::string_view name) const {
    return index_of(bones, name, [](const Bone& b) -> std::string_view { return b.name; });
}
std::size_t Rig::slot(std::string_view name) const {
    return index_of(slots, name, [](const Slot& s) -> std::string_view { return s.name; });
}
std::size_t Rig::part(std::string_view name) const {
    return index_of(parts, name, [](const RigPart& p) -> std::string_view { return p.id; });
}
std::size_t Rig::clip(std::string_view name) const {
    return index_of(clips, name, [](const Clip& c) -> std::string_view { return c.name; });
}

Result<Rig> read_rig(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    const JsonNode root = document.root();
    if (root["schema_version"].integer() != 1) root["schema_version"].refuse("must be 1");
    Rig rig;
    rig.id = root["id"].string();
    read_bones(root["bones"], rig);
    read_rig_parts(root["parts"], rig);
    read_slots(root["slots"], root["default"], rig);
    read_limits(root["limits"], root["move_limits"], rig);
    read_clips(root["clips"], rig);
    if (!document.good()) return document.error();
    return rig;
}

Result<std::vector<PartPicture>> read_parts(std::string_view json, const Rig& rig) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    const JsonNode root = document.root();
    std::vector<PartPicture> pictures(rig.parts.size());
    for (const JsonNode& item : root["parts"].items(part_limit)) {
        const std::string id = item["id"].string();
        const std::size_t part = rig.part(id);
        if (part == no_index) {
            item["id"].refuse(fmt::format("the rig has no part \"{}\"", id));
            continue;
        }
        PartPicture& picture = pictures[part];
        if (picture.w > 0) item["id"].refuse(fmt::format("\"{}\" stands twice", id));
        picture.x = number_within(item["x"], coordinate_limit);
        picture.y = number_within(item["y"], coordinate_limit);
        picture.w = number_within(item["w"], coordinate_limit);
        picture.h = number_within(item["h"], coordinate_limit);
        if (picture.w <= 0 || picture.h <= 0) item.refuse("w and h must be over 0");
        picture.half = read_picture_path(item["1x"]);
        picture.full = read_picture_path(item["2x"]);
    }
    for (std::size_t i = 0; i < pictures.size(); ++i)
        if (pictures[i].w <= 0) root["parts"].refuse(fmt::format("no picture of \"{}\"", rig.parts[i].id));
    if (!document.good()) return document.error();
    return pictures;
}

}  // namespace xinghuo
