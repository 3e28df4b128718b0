#include "tools/packer/gallery.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "content/base/crypto.h"
#include "tools/packer/source.h"
#include "tools/packer/source_file.h"
#include "tools/packer/tables.h"
#include "tools/packer/tiles.h"

namespace xinghuo {
namespace {

const std::vector<SourceTable::Column>& columns() {
    static const std::vector<SourceTable::Column> all = {
        {"file", {"文件", "文件名", "图片", "图片文件"}},
        {"id", {"编号"}},
        {"title_zh", {"标题", "题名", "title"}},
        {"title_en", {"英文标题", "英文题名"}},
        {"alt_zh", {"画面描述", "图片说明", "替代文字", "alt"}},
        {"alt_en", {"英文画面描述", "英文图片说明", "英文替代文字"}},
        {"source_zh", {"出处", "来源", "source"}},
        {"source_en", {"英文出处", "英文来源"}},
        {"date", {"日期", "时间", "年代"}},
        {"place_zh", {"地点", "place"}},
        {"place_en", {"英文地点"}},
        {"gallery", {"图集", "图片集", "画廊"}},
    };
    return all;
}

bool there(const Path& file) {
    std::error_code failed;
    return std::filesystem::is_regular_file(file, failed);
}

void read_named_galleries(Source& source, Problems& problems) {
    const auto file = SourceFile::read(source.folder, "pack.json", problems);  // what is wrong with it as JSON is told once
    if (!file || !file->root()["galleries"].exists()) return;
    std::set<std::string> ids;
    for (const JsonNode& node : file->list(file->root()["galleries"], 1)) {
        SourceGallery gallery{file->id(node["id"]), "", file->pair(node["title"]), file->pair(node["summary"]), {}};
        if (!ids.insert(gallery.id).second) file->problem(node["id"], "stands twice");
        source.galleries.push_back(std::move(gallery));
    }
}

// The file as the table names it: beside pictures/, or a path in the source.
std::string picture_file(const Source& source, const std::string& written, const SourceTable& table, int line, Problems& problems) {
    if (written.empty()) {
        problems.add(table.file(), line, "file: is empty");
        return {};
    }
    const std::string path = written.find('/') == std::string::npos ? "pictures/" + written : written;
    const std::string ending = Path(path).extension().string();
    if (!is_safe_relative_path(path)) problems.add(table.file(), line, "file: not a path inside the source: " + written);
    else if (ending != ".jpg" && ending != ".jpeg" && ending != ".png" && ending != ".webp" && ending != ".svg")
        problems.add(table.file(), line, "file: a picture is a .jpg, .png, .webp or .svg: " + written);
    else if (!there(source.folder / path)) problems.add(table.file(), line, "file: no such file: " + path);
    else return path;
    return {};
}

std::string folder_of(const SourceGallery& gallery, const SourcePicture& picture) { return "galleries/" + gallery.id + "/" + picture.id; }

// A manifest names at most 20,000 files (content/pack/manifest.h): very many large pictures get larger tiles, so that there are fewer.
PictureSizes sizes_for(const Source& source) {
    constexpr std::size_t most_tiles = 14'000;
    std::vector<ImageSize> all;
    for (const SourceGallery& gallery : source.galleries)
        for (const SourcePicture& picture : gallery.pictures) all.push_back(written_size(source.folder / picture.file));
    PictureSizes sizes = gallery_sizes();
    for (; sizes.tile_px < 4096; sizes.tile_px *= 2) {
        std::size_t tiles = 0;
        for (const ImageSize size : all) tiles += tile_count(size, sizes);
        if (tiles <= most_tiles) break;
    }
    return sizes;
}

}  // namespace

void read_galleries(Source& source, Problems& problems) {
    const auto table = SourceTable::read(source.folder, "pictures", columns(), problems);
    if (!table) return;
    for (const char* column : {"file", "title_zh", "alt_zh", "source_zh"})
        if (!table->has(column)) problems.add(table->file(), 1, fmt::format("the column {} is missing", column));
    read_named_galleries(source, problems);
    const bool named = !source.galleries.empty();
    if (!named) source.galleries.push_back({"pictures", "", source.title, source.summary, {}});
    const bool has_section = std::any_of(source.sections.begin(), source.sections.end(), [](const SourceSection& s) { return s.id == "gallery"; });
    const bool wants_english = std::find(source.languages.begin(), source.languages.end(), "en") != source.languages.end();
    for (SourceGallery& gallery : source.galleries)
        if (has_section) gallery.section = "gallery";
    std::set<std::string> ids;
    for (const SourceTable::Row& row : table->rows()) {
        const auto both = [&](const std::string& name, bool needed) {
            Bilingual text{table->cell(row, name + "_zh"), table->cell(row, name + "_en")};
            if (needed && text.zh.empty() && table->has(name + "_zh")) problems.add(table->file(), row.line, name + "_zh: is empty");
            if (wants_english && text.en.empty() && !text.zh.empty()) problems.add(table->file(), row.line, name + "_en: is empty");
            return text;
        };
        SourcePicture picture;
        picture.file = picture_file(source, table->cell(row, "file"), *table, row.line, problems);
        picture.id = table->cell(row, "id");
        if (picture.id.empty() && is_id(Path(picture.file).stem().string())) picture.id = Path(picture.file).stem().string();
        if (!is_id(picture.id)) problems.add(table->file(), row.line, "id: must be lower-case letters, digits and hyphens: " + picture.id);
        else if (!ids.insert(picture.id).second) problems.add(table->file(), row.line, "id: stands twice: " + picture.id);
        picture.title = both("title", true);
        picture.alt = both("alt", true);
        picture.source = both("source", true);
        picture.place = both("place", false);
        picture.date = table->cell(row, "date");
        if (!picture.date.empty() && !is_iso_date(picture.date)) problems.add(table->file(), row.line, "date: not a date (1921, 1921-07 or 1921-07-23): " + picture.date);
        const std::string wanted = table->cell(row, "gallery");
        auto gallery = source.galleries.begin();
        if (named && !wanted.empty())
            gallery = std::find_if(source.galleries.begin(), source.galleries.end(), [&](const SourceGallery& g) { return g.id == wanted || g.title.zh == wanted; });
        else if (!named && !wanted.empty()) problems.add(table->file(), row.line, "gallery: pack.json names no galleries: " + wanted);
        if (gallery == source.galleries.end()) problems.add(table->file(), row.line, "gallery: not in pack.json: " + wanted);
        else gallery->pictures.push_back(std::move(picture));
    }
    for (const SourceGallery& gallery : source.galleries) {
        if (gallery.pictures.empty()) problems.add(table->file(), 0, fmt::format("the gallery {} has no pictures", gallery.id));
        if (gallery.pictures.size() > gallery_picture_limit) problems.add(table->file(), 0, fmt::format("the gallery {} has more than {} pictures", gallery.id, gallery_picture_limit));
    }
}

Result<void> add_gallery_steps(const Source& source, std::vector<Step>& steps) {
    const PictureSizes sizes = sizes_for(source);
    for (const SourceGallery& gallery : source.galleries) {
        for (const SourcePicture& picture : gallery.pictures) {
            const Path file = source.folder / picture.file;
            const auto hash = sha256_hex_of_file(file);
            if (!hash) return hash.error().within(picture.file);
            std::error_code failed;
            const std::string folder = folder_of(gallery, picture);
            steps.push_back({"picture " + picture.file, fmt::format("picture 2|gallery {}|{}|{}", sizes.tile_px, folder, *hash),
                             [file, folder, sizes](Outlet& outlet) { return make_pictures(file, folder, sizes, outlet); },
                             std::filesystem::file_size(file, failed)});
        }
    }
    return {};
}

Result<Gallery> finished_gallery(const SourceGallery& gallery, const std::function<Result<std::string>(const std::string&)>& note) {
    Gallery made{gallery.title, gallery.summary, {}};
    for (const SourcePicture& picture : gallery.pictures) {
        const std::string folder = folder_of(gallery, picture);
        const auto written = note("@" + folder + "/picture.json");
        if (!written) return written.error();
        const auto size = read_picture_note(*written);
        if (!size) return size.error();
        made.pictures.push_back({picture.id, picture.date, picture.title, picture.alt, picture.source, picture.place,
                                 folder + "/card.jpg", folder + "/screen.jpg", size->w, size->h, size->tiles ? folder + "/tiles" : "", size->tile_px, 0});
    }
    return made;
}

}  // namespace xinghuo
