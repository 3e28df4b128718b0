// Pictures as the kiosk shows them, out of one as its author gave it: scaled ones, never larger than it is, and the tiles of a deep
// zoom. Made in strips: besides the decoded picture (BigPicture) some 6 kB for each px of its width are held.
#pragma once

#include <string>

#include "tools/packer/big_picture.h"
#include "tools/packer/step_cache.h"

namespace xinghuo {

struct PictureSizes {
    struct Size {
        std::string name;   // "card": NAME.jpg, and NAME@2x.jpg where the picture is large enough
        int side_px = 0;    // of the longer side at 1x
    };
    std::vector<Size> sizes;
    bool tiles = false;     // where the picture is larger than the largest size at 1x
    int tile_px = 512;      // of a tile's side
};
PictureSizes gallery_sizes();   // card, screen, tiles
PictureSizes document_sizes();  // card, text
// How many tiles a picture of this size has.
std::size_t tile_count(ImageSize size, const PictureSizes& sizes);

// FOLDER/NAME.jpg, FOLDER/NAME@2x.jpg, FOLDER/tiles/LEVEL/COLUMN_ROW.jpg (content/exhibit/gallery.h), and for the builder the note
// @FOLDER/picture.json {w, h, tiles, tile_px}.
Result<void> make_pictures(const Path& file, const std::string& folder, const PictureSizes& sizes, Outlet& outlet);

struct PictureNote {
    int w = 0, h = 0;       // px of the whole picture
    bool tiles = false;
    int tile_px = 512;
};
Result<PictureNote> read_picture_note(const std::string& json);

}  // namespace xinghuo
