// A figure's skeleton (rig.json) and the pictures of its parts (parts.json). Pure data, checked when read.
//
// Units: px of the figure's drawing (1000 × 2000, feet at y ≈ 1940), degrees clockwise on the screen, seconds.
// Local matrix of a bone = T(pivot + move) · R(rotate) · S(scale) · T(−pivot); world = world(parent) · local; a part
// is drawn with the world matrix of its bone.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

inline constexpr std::size_t no_index = static_cast<std::size_t>(-1);

struct Point {
    float x = 0, y = 0;
    friend bool operator==(Point, Point) = default;
};

// x' = a·x + c·y + e, y' = b·x + d·y + f (the order SVG writes a matrix in).
struct Matrix {
    float a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
    [[nodiscard]] Point operator()(Point p) const { return {a * p.x + c * p.y + e, b * p.x + d * p.y + f}; }
    friend Matrix operator*(const Matrix& outer, const Matrix& inner);
    friend bool operator==(const Matrix&, const Matrix&) = default;
};

enum class Ease { linear, ease_in, ease_out, ease_in_out, step };
// How far a segment has come, at share x (0–1) of its time: x, x³, 1−(1−x)³, 3x²−2x³, or 0 until the very end.
float eased(Ease ease, float x);

// What a bone does, relative to rest.
struct BonePose {
    float rotate = 0;   // degrees
    Point move;         // px
    Point scale{1, 1};
    friend bool operator==(const BonePose&, const BonePose&) = default;
};
Matrix local_matrix(Point pivot, const BonePose& pose);

struct Span {
    float low = 0, high = 0;
    friend bool operator==(Span, Span) = default;
};

struct Bone {
    std::string name;
    std::size_t parent = no_index;           // always a smaller index; no_index for a root
    Point pivot;
    std::optional<Span> rotate_limit;        // degrees from rest, parent excluded
    std::optional<std::array<Span, 2>> move_limit;  // px, x and y
};

struct RigPart {
    std::string id;
    std::size_t bone = 0;
    std::size_t slot = no_index;             // in a slot: shown only while the slot shows it
    int z = 0;
};

struct Slot {
    std::string name;
    std::vector<std::size_t> parts;          // indices of Rig::parts
    std::size_t at_rest = no_index;          // a part; no_index: nothing
};

// One channel of one bone: values at times, the ease of the segment that ends there.
struct PoseKey {
    float t = 0;
    Ease ease = Ease::linear;
    Point value;                             // rotate uses x only
};
using Channel = std::vector<PoseKey>;
Point channel_at(const Channel& channel, float t);  // empty channels are not asked; before the first key, the first value

struct BoneTrack {
    std::size_t bone = 0;
    Channel rotate, move, scale;             // empty: not keyed
};

struct SlotKey {
    float t = 0;
    std::size_t slot = 0;
    std::size_t part = no_index;             // shown from t on; no_index: nothing
};

struct Clip {
    std::string name;
    float duration = 1;
    bool loop = false;                       // starts again; otherwise it stays at its last value, which is rest
    std::vector<BoneTrack> tracks;
    std::vector<SlotKey> slots;              // ascending
};

struct Rig {
    std::string id;
    std::vector<Bone> bones;                 // parents first
    std::vector<Slot> slots;
    std::vector<RigPart> parts;              // by z: the order of drawing
    std::vector<Clip> clips;
    // Index, or no_index.
    [[nodiscard]] std::size_t bone(std::string_view name) const;
    [[nodiscard]] std::size_t slot(std::string_view name) const;
    [[nodiscard]] std::size_t part(std::string_view name) const;
    [[nodiscard]] std::size_t clip(std::string_view name) const;
};

// The text of rig.json. Every name is checked; errors name the place ("clips.nod.bones.head[2].ease: …").
// Limits: 64 bones, 256 parts, 16 slots, 64 clips, 256 keys a track, 60 s a clip.
Result<Rig> read_rig(std::string_view json);

// Where a part stands in the drawing and which pictures show it: `half` has one px for two units, `full` one for one.
struct PartPicture {
    float x = 0, y = 0, w = 0, h = 0;        // px of the drawing
    std::string half, full;                  // paths in the pack
};

// The text of parts.json, in the order of rig.parts. A part without a picture, or a picture without a part, is an error.
Result<std::vector<PartPicture>> read_parts(std::string_view json, const Rig& rig);

}  // namespace xinghuo
