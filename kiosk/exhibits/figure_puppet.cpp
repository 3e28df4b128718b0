#include "kiosk/exhibits/figure_puppet.h"

#include <cmath>

namespace xinghuo {

Result<Puppet> Puppet::read(const Catalogue& catalogue, const Figure& figure) {
    auto rig_text = catalogue.read_text(figure.rig_file);
    if (!rig_text) return rig_text.error();
    auto rig = read_rig(*rig_text);
    if (!rig) return rig.error().within("reading " + figure.rig_file);
    auto parts_text = catalogue.read_text(figure.parts_file);
    if (!parts_text) return parts_text.error();
    auto pictures = read_parts(*parts_text, *rig);
    if (!pictures) return pictures.error().within("reading " + figure.parts_file);
    Puppet puppet;
    puppet.rig_ = std::move(*rig);
    puppet.pictures_ = std::move(*pictures);
    return puppet;
}

Texture Puppet::texture(const Frame& frame, std::size_t part, const Stand& stand) const {
    const PartPicture& picture = pictures_[part];
    // One px of the half picture is two of the drawing; a little enlarging is not seen.
    const bool half = stand.scale * frame.canvas.scale() <= 0.55f;
    return frame.pack_picture(half ? picture.half : picture.full, {picture.w * stand.scale, picture.h * stand.scale});
}

bool Puppet::ready(const Frame& frame, const Stand& stand) const {
    bool all = true;
    for (std::size_t i = 0; i < pictures_.size(); ++i) all = texture(frame, i, stand).id != 0 && all;
    return all;
}

void Puppet::draw(Frame& frame, const Pose& pose, const Stand& stand) const {
    // It steps out of the dark: a silhouette first, then lit. (Parts lie over each other, so a figure half
    // transparent would show its joints.)
    const float light = std::min(1.0f, std::max(0.0f, pose.opacity * 1.35f - 0.35f));
    const Colour lit = mix(frame.theme.night, Colour{255, 255, 255, 255}, light);
    const Colour tint = lit.with_alpha(std::min(1.0f, pose.opacity * 3));
    const Vec2 origin = stand.at(0, 0);
    for (const PosedPart& posed : pose.parts) {
        const PartPicture& picture = pictures_[posed.part];
        Texture part = texture(frame, posed.part, stand);
        part.appeared = 1;
        const Matrix& m = posed.world;
        const Point corner = m({picture.x, picture.y});
        const float s = stand.scale;
        frame.canvas.sprite(part, {picture.w, picture.h},
                            {m.a * s, m.b * s, m.c * s, m.d * s, origin.x + corner.x * s, origin.y + corner.y * s}, tint);
    }
}

}  // namespace xinghuo
