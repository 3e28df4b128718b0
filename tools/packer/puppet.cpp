#include "tools/packer/puppet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "content/base/json.h"
#include "content/figure/rig.h"
#include "tools/packer/drawing.h"
#include "tools/packer/pixels.h"

namespace xinghuo {
namespace {

constexpr int bleed_px = 6;
constexpr int border_2x_px = 4;  // two px at 1x

Result<void> add_png(Files& files, const std::string& path, Image image) {
    bleed_edges(image, bleed_px);
    auto png = encode_png(image, PngEffort::small);
    if (!png) return png.error().within(path);
    files[path] = *std::move(png);
    return {};
}

// The ink with its border, on even px, so that half of it is whole px.
DrawnBox part_box(const Image& image) {
    const DrawnBox ink = ink_box(image);
    const auto down = [](int v) { return v >= 0 ? v / 2 * 2 : -((-v + 1) / 2 * 2); };
    const int left = down(ink.x - border_2x_px), top = down(ink.y - border_2x_px);
    const int right = down(ink.x + ink.w + border_2x_px + 1), bottom = down(ink.y + ink.h + border_2x_px + 1);
    return {left, top, right - left, bottom - top};
}

DrawnBox joined(DrawnBox a, DrawnBox b) {
    if (a.w == 0) return b;
    if (b.w == 0) return a;
    const int left = std::min(a.x, b.x), top = std::min(a.y, b.y);
    return {left, top, std::max(a.x + a.w, b.x + b.w) - left, std::max(a.y + a.h, b.y + b.h) - top};
}

// The head with what is worn on it, in px of a picture with one px a unit.
Result<DrawnBox> head_box(const Drawing& drawing, int w, int h) {
    DrawnBox box;
    for (const std::string& group : drawing.groups()) {
        const bool of_head = group.find("head") != std::string::npos || group.find("hair") != std::string::npos ||
                             group.find("hat") != std::string::npos || group.find("cap") != std::string::npos;
        if (!of_head) continue;
        const auto image = drawing.group(group, w, h);
        if (!image) return image.error();
        box = joined(box, ink_box(*image));
    }
    if (box.w == 0) box = {w * 2 / 5, h / 15, w / 5, h / 6};
    return box;
}

// Head and shoulders: the head takes a little over two fifths of the height.
Result<Image> bust(const Drawing& drawing, int w, int h) {
    const auto head = head_box(drawing, w, h);
    if (!head) return head.error();
    constexpr int out_w = 640, out_h = 720;
    const double unit = static_cast<double>(out_h) / (static_cast<double>(head->h) * 2.15);  // px a unit
    const int big_w = static_cast<int>(std::lround(w * unit)), big_h = static_cast<int>(std::lround(h * unit));
    const auto whole = drawing.whole(big_w, big_h);
    if (!whole) return whole.error();
    const double middle = (static_cast<double>(head->x) + static_cast<double>(head->w) / 2) * unit;
    const double top = (static_cast<double>(head->y) - 0.16 * static_cast<double>(head->h)) * unit;
    return cropped(*whole, {static_cast<int>(std::lround(middle)) - out_w / 2, static_cast<int>(std::lround(top)), out_w, out_h});
}

Result<void> add_part(Files& files, JsonWriter& json, const Drawing& drawing, const std::string& id, const std::string& part) {
    const int w = static_cast<int>(std::lround(drawing.width())), h = static_cast<int>(std::lround(drawing.height()));
    const auto full = drawing.group(part, w, h);
    if (!full) return full.error();
    DrawnBox box = part_box(*full);
    if (ink_box(*full).w == 0) box = {0, 0, 4, 4};  // an empty group: a picture that shows nothing
    const auto half = drawing.group(part, w / 2, h / 2);
    if (!half) return half.error();
    const std::string folder = "figures/" + id + "/";
    if (auto added = add_png(files, folder + "2x/" + part + ".png", cropped(*full, box)); !added) return added;
    const DrawnBox half_box{box.x / 2, box.y / 2, box.w / 2, box.h / 2};
    if (auto added = add_png(files, folder + "1x/" + part + ".png", cropped(*half, half_box)); !added) return added;
    json.object().key("id").value(part).key("x").value(box.x).key("y").value(box.y).key("w").value(box.w).key("h").value(box.h);
    json.key("1x").value(folder + "1x/" + part + ".png").key("2x").value(folder + "2x/" + part + ".png").end();
    return {};
}

}  // namespace

Result<Files> make_puppet(const std::string& id, std::string_view svg, std::string_view rig_json) {
    const auto drawing = Drawing::parse(svg);
    if (!drawing) return drawing.error();
    const auto rig = read_rig(rig_json);
    if (!rig) return rig.error();
    const int w = static_cast<int>(std::lround(drawing->width())), h = static_cast<int>(std::lround(drawing->height()));
    const std::string folder = "figures/" + id + "/";
    Files files;
    JsonWriter json(1);
    json.object().key("scale").array().value(1).value(2).end().key("parts").array();
    for (const RigPart& part : rig->parts)
        if (auto added = add_part(files, json, *drawing, id, part.id); !added) return added.error().within(part.id);
    json.end().end();
    files[folder + "parts.json"] = as_bytes(json.text());
    files[folder + "rig.json"] = as_bytes(rig_json);
    auto card = bust(*drawing, w, h);
    if (!card) return card.error();
    if (auto added = add_png(files, folder + "card.png", *std::move(card)); !added) return added.error();
    for (const int factor : {1, 2}) {
        auto whole = drawing->whole(w * factor / 2, h * factor / 2);
        if (!whole) return whole.error();
        const std::string name = folder + (factor == 1 ? "full.png" : "full@2x.png");
        if (auto added = add_png(files, name, *std::move(whole)); !added) return added.error();
    }
    return files;
}

Result<Files> make_stage(const std::string& name, std::string_view svg) {
    const auto drawing = Drawing::parse(svg);
    if (!drawing) return drawing.error();
    const int w = static_cast<int>(std::lround(drawing->width())), h = static_cast<int>(std::lround(drawing->height()));
    Files files;
    for (const char* layer : {"far", "mid", "near"}) {
        for (const int factor : {1, 2}) {
            auto image = drawing->group(std::string("layer.") + layer, w * factor, h * factor);
            if (!image) return image.error();
            const std::string path = fmt::format("stages/{}/{}{}.png", name, layer, factor == 2 ? "@2x" : "");
            if (auto added = add_png(files, path, *std::move(image)); !added) return added.error();
        }
    }
    return files;
}

Result<Files> make_poster(const std::string& id, std::string_view svg) {
    const auto drawing = Drawing::parse(svg);
    if (!drawing) return drawing.error();
    Files files;
    for (const int factor : {1, 2}) {
        const int w = 960 * factor, h = static_cast<int>(std::lround(960 * factor * drawing->height() / drawing->width()));
        auto image = drawing->whole(w, h);
        if (!image) return image.error();
        const std::string path = fmt::format("posters/{}{}.png", id, factor == 2 ? "@2x" : "");
        if (auto added = add_png(files, path, *std::move(image)); !added) return added.error();
    }
    return files;
}

}  // namespace xinghuo
