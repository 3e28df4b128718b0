#include "tools/packer/art.h"

#include <algorithm>
#include <cmath>

#include "tools/packer/drawing.h"
#include "tools/packer/pixels.h"

namespace xinghuo {
namespace {

constexpr int bleed_px = 4;

Result<std::vector<Path>> svg_files(const Path& folder) {
    std::error_code failed;
    std::vector<Path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
        if (entry.path().extension() == ".svg") files.push_back(entry.path());
    if (failed) return Error{ErrorKind::missing, folder.string() + ": " + failed.message()};
    std::sort(files.begin(), files.end());
    return files;
}

Result<void> write_picture(const Path& file, Result<Image> image) {
    if (!image) return image.error().within(file.filename().string());
    bleed_edges(*image, bleed_px);
    const auto png = encode_png(*image, PngEffort::small);
    if (!png) return png.error().within(file.filename().string());
    return write_file(file, *png);
}

bool up_to_date(const Path& stamp, const Path& svg) {
    std::error_code failed;
    const auto made = std::filesystem::last_write_time(stamp, failed);
    if (failed) return false;
    const auto drawn = std::filesystem::last_write_time(svg, failed);
    return !failed && made >= drawn;
}

Path named(const Path& folder, const std::string& name, bool twice) {
    return folder / (name + (twice ? "@2x.png" : ".png"));
}

Result<int> build_icon(const Path& svg, const Path& out) {
    const std::string name = svg.stem().string();
    if (up_to_date(named(out, name, true), svg)) return 0;
    const auto text = read_text(svg);
    if (!text) return text.error();
    const auto drawing = Drawing::parse(*text, "#fff");
    if (!drawing) return drawing.error().within(svg.string());
    for (const int factor : {1, 2}) {
        auto written = write_picture(named(out, name, factor == 2), drawing->whole(96 * factor, 96 * factor));
        if (!written) return written.error();
    }
    return 2;
}

Result<int> build_ornament(const Path& svg, const Path& out) {
    const auto text = read_text(svg);
    if (!text) return text.error();
    const auto drawing = Drawing::parse(*text);
    if (!drawing) return drawing.error().within(svg.string());
    std::vector<std::pair<std::string, std::string>> pictures;  // picture name, group or "" for the whole
    for (const std::string& group : drawing->groups())
        if (group.starts_with("layer.")) pictures.emplace_back(svg.stem().string() + group.substr(5), group);
    if (pictures.empty()) pictures.emplace_back(svg.stem().string(), "");
    int count = 0;
    for (const auto& [name, group] : pictures) {
        if (up_to_date(named(out, name, true), svg)) continue;
        for (const int factor : {1, 2}) {
            const int w = static_cast<int>(std::lround(drawing->width() * factor));
            const int h = static_cast<int>(std::lround(drawing->height() * factor));
            auto written = write_picture(named(out, name, factor == 2),
                                         group.empty() ? drawing->whole(w, h) : drawing->group(group, w, h));
            if (!written) return written.error();
            ++count;
        }
    }
    return count;
}

}  // namespace

Result<int> build_art(const Path& source, const Path& out) {
    int count = 0;
    for (const bool icons : {true, false}) {
        const char* folder = icons ? "icons" : "ornaments";
        const auto files = svg_files(source / folder);
        if (!files) return files.error();
        for (const Path& svg : *files) {
            const auto built = icons ? build_icon(svg, out / folder) : build_ornament(svg, out / folder);
            if (!built) return built.error();
            count += *built;
        }
    }
    return count;
}

}  // namespace xinghuo
