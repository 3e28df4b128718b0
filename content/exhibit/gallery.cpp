#include "content/exhibit/gallery.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::int64_t most_side_px = 100'000;

void both(JsonWriter& json, const char* key, const Bilingual& text) {
    json.key(key).object().key("zh").value(text.zh).key("en").value(text.en).end();
}

}  // namespace

TileLevel tile_level(int w, int h, int level, int tile_px) {
    TileLevel at{w, h, 0, 0};
    for (int i = 0; i < level; ++i) at.w = (at.w + 1) / 2, at.h = (at.h + 1) / 2;
    at.columns = (at.w + tile_px - 1) / tile_px;
    at.rows = (at.h + tile_px - 1) / tile_px;
    return at;
}

int tile_levels(int w, int h, int tile_px) {
    int levels = 1;
    for (int side = std::max(w, h); side > tile_px; side = (side + 1) / 2) ++levels;
    return levels;
}

std::string tile_path(std::string_view folder, int level, int column, int row) {
    return fmt::format("{}/{}/{}_{}.jpg", folder, level, column, row);
}

Result<Gallery> read_gallery(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    const JsonNode root = document.root();
    Gallery gallery;
    gallery.title = root["title"].bilingual();
    if (root["summary"].exists()) gallery.summary = root["summary"].bilingual();
    std::set<std::string> ids;
    for (const JsonNode& node : root["pictures"].items(gallery_picture_limit)) {
        GalleryPicture picture;
        picture.id = node["id"].string();
        if (!ids.insert(picture.id).second) node["id"].refuse("stands twice");
        picture.date = node["date"].string_or("");
        picture.title = node["title"].bilingual();
        picture.alt = node["alt"].bilingual();
        picture.source = node["source"].bilingual();
        if (node["place"].exists()) picture.place = node["place"].bilingual();
        picture.card = node["card"].string();
        picture.screen = node["screen"].string();
        const std::int64_t w = node["w"].integer(), h = node["h"].integer();
        if (w < 1 || h < 1 || w > most_side_px || h > most_side_px) node["w"].refuse("no size of a picture");
        else picture.w = static_cast<int>(w), picture.h = static_cast<int>(h);
        picture.tiles = node["tiles"].string_or("");
        picture.tile_px = static_cast<int>(node["tile_px"].integer_or(512));
        if (picture.tile_px < 256 || picture.tile_px > 4096) node["tile_px"].refuse("must be 256 to 4096");
        if (!picture.tiles.empty() && document.good()) picture.levels = tile_levels(picture.w, picture.h, picture.tile_px);
        gallery.pictures.push_back(std::move(picture));
    }
    if (!document.good()) return document.error();
    return gallery;
}

std::string write_gallery(const Gallery& gallery) {
    JsonWriter json;
    json.object();
    both(json, "title", gallery.title);
    both(json, "summary", gallery.summary);
    json.key("pictures").array();
    for (const GalleryPicture& picture : gallery.pictures) {
        json.object().key("id").value(picture.id);
        if (!picture.date.empty()) json.key("date").value(picture.date);
        both(json, "title", picture.title);
        both(json, "alt", picture.alt);
        both(json, "source", picture.source);
        if (!picture.place.zh.empty()) both(json, "place", picture.place);
        json.key("card").value(picture.card).key("screen").value(picture.screen).key("w").value(picture.w).key("h").value(picture.h);
        if (!picture.tiles.empty()) json.key("tiles").value(picture.tiles).key("tile_px").value(picture.tile_px);
        json.end();
    }
    return json.end().end().text();
}

}  // namespace xinghuo
