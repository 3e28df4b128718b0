// Pictures that hang together: what is seen on each, where it comes from, and in which sizes and tiles it lies in the pack. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

struct GalleryPicture {
    std::string id, date;          // date: ISO, partial allowed; may be empty
    Bilingual title, alt, source, place;
    std::string card, screen;      // paths in the pack; screen may have a neighbour @2x
    int w = 0, h = 0;              // px of the whole picture
    std::string tiles;             // folder of its tiles; empty: the screen's picture is all there is
    int tile_px = 512;             // of a tile's side
    int levels = 0;
};

struct Gallery {
    Bilingual title, summary;
    std::vector<GalleryPicture> pictures;
};

inline constexpr std::size_t gallery_picture_limit = 2'000;

// Tiles of a deep zoom: level 0 is the whole picture at full size, each next one half as wide and high (rounded up), the last fits
// one tile. Tiles do not overlap; those at the right and lower edge are smaller.
struct TileLevel {
    int w = 0, h = 0;              // px
    int columns = 0, rows = 0;
};
TileLevel tile_level(int w, int h, int level, int tile_px);
int tile_levels(int w, int h, int tile_px);  // how many there are
std::string tile_path(std::string_view folder, int level, int column, int row);

// The text of gallery.json (content/pack/README.md).
Result<Gallery> read_gallery(std::string_view json);
std::string write_gallery(const Gallery& gallery);

}  // namespace xinghuo
