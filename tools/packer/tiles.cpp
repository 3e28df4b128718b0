#include "tools/packer/tiles.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>

#include "content/base/json.h"
#include "content/exhibit/gallery.h"

namespace xinghuo {
namespace {

constexpr std::int64_t large_pixels = 32'000'000;
constexpr int strip_rows = 512;

// A row of tiles of one level at a time; when it is full it is cut, and its half goes on to the next level.
class Level {
public:
    Level(int w, int h, int number, int tile_px, std::string folder, bool fine, Outlet& outlet)
        : w_(w), h_(h), number_(number), tile_px_(tile_px), folder_(std::move(folder)), fine_(fine), outlet_(outlet), strip_{w, 0, {}} {
        if (std::max(w, h) > tile_px_) smaller_ = std::make_unique<Level>((w + 1) / 2, (h + 1) / 2, number + 1, tile_px, folder_, fine, outlet);
    }

    Result<void> take(const Image& rows) {
        const std::size_t pitch = static_cast<std::size_t>(w_) * 4;
        int taken = 0;
        while (taken < rows.h) {
            const int count = std::min(rows.h - taken, tile_px_ - strip_.h);
            strip_.rgba.insert(strip_.rgba.end(), rows.rgba.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(taken) * pitch),
                               rows.rgba.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(taken + count) * pitch));
            strip_.h += count;
            taken += count;
            seen_ += count;
            if (strip_.h < tile_px_ && seen_ < h_) continue;
            if (auto cut = cut_strip(); !cut) return cut;
        }
        return {};
    }

private:
    Result<void> cut_strip() {
        const std::size_t pitch = static_cast<std::size_t>(w_) * 4;
        for (int column = 0; column * tile_px_ < w_; ++column) {
            const int x = column * tile_px_, w = std::min(tile_px_, w_ - x);
            Image tile{w, strip_.h, std::vector<std::uint8_t>(static_cast<std::size_t>(w) * static_cast<std::size_t>(strip_.h) * 4)};
            for (int y = 0; y < strip_.h; ++y)
                std::memcpy(&tile.rgba[static_cast<std::size_t>(y) * static_cast<std::size_t>(w) * 4],
                            &strip_.rgba[static_cast<std::size_t>(y) * pitch + static_cast<std::size_t>(x) * 4], static_cast<std::size_t>(w) * 4);
            const auto jpeg = encode_jpeg(tile, fine_);
            if (!jpeg) return jpeg.error();
            if (auto put = outlet_.put(tile_path(folder_, number_, column, row_), *jpeg); !put) return put;
        }
        ++row_;
        if (smaller_)
            if (auto taken = smaller_->take(halved()); !taken) return taken;
        strip_.rgba.clear();
        strip_.h = 0;
        return {};
    }

    // At a right or lower edge of odd length the last pixels stand for themselves.
    [[nodiscard]] Image halved() const {
        const int w = (w_ + 1) / 2, h = (strip_.h + 1) / 2;
        Image half{w, h, std::vector<std::uint8_t>(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 4)};
        const auto at = [&](int x, int y) {
            return &strip_.rgba[(static_cast<std::size_t>(std::min(y, strip_.h - 1)) * static_cast<std::size_t>(w_) + static_cast<std::size_t>(std::min(x, w_ - 1))) * 4];
        };
        for (int y = 0; y < h; ++y)
            for (int x = 0; x < w; ++x) {
                const std::uint8_t *a = at(2 * x, 2 * y), *b = at(2 * x + 1, 2 * y), *c = at(2 * x, 2 * y + 1), *d = at(2 * x + 1, 2 * y + 1);
                std::uint8_t* out = &half.rgba[(static_cast<std::size_t>(y) * static_cast<std::size_t>(w) + static_cast<std::size_t>(x)) * 4];
                for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>((a[i] + b[i] + c[i] + d[i] + 2) / 4);
            }
        return half;
    }

    const int w_, h_, number_, tile_px_;
    const std::string folder_;
    const bool fine_;
    Outlet& outlet_;
    Image strip_;
    int seen_ = 0, row_ = 0;
    std::unique_ptr<Level> smaller_;
};

Result<void> put_jpeg(const Image& image, bool fine, const std::string& path, Outlet& outlet) {
    const auto jpeg = encode_jpeg(image, fine);
    if (!jpeg) return jpeg.error();
    return outlet.put(path, *jpeg);
}

// Only one large picture is decoded at a time, however many steps run.
std::mutex& large_one() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace

PictureSizes gallery_sizes() { return {{{"screen", 1920}, {"card", 800}}, true, 512}; }
PictureSizes document_sizes() { return {{{"text", 1200}, {"card", 800}}, false, 512}; }

std::size_t tile_count(ImageSize size, const PictureSizes& sizes) {
    std::size_t count = 0;
    if (!sizes.tiles || std::max(size.w, size.h) <= sizes.sizes.front().side_px) return 0;
    for (int level = 0; level < tile_levels(size.w, size.h, sizes.tile_px); ++level) {
        const TileLevel at = tile_level(size.w, size.h, level, sizes.tile_px);
        count += static_cast<std::size_t>(at.columns) * static_cast<std::size_t>(at.rows);
    }
    return count;
}

Result<void> make_pictures(const Path& file, const std::string& folder, const PictureSizes& sizes, Outlet& outlet) {
    std::error_code failed;
    std::unique_lock large(large_one(), std::defer_lock);
    // Not yet decoded, its size is only guessed: a JPEG or PNG of 32 megapixels has some megabytes.
    if (std::filesystem::file_size(file, failed) > 12'000'000) large.lock();
    std::optional<BigPicture> picture;
    {
        auto opened = BigPicture::open(file);
        if (!opened) return opened.error();
        picture.emplace(*std::move(opened));
    }
    const ImageSize whole{picture->w(), picture->h()};
    if (!large.owns_lock() && std::int64_t{whole.w} * whole.h > large_pixels) large.lock();
    const bool fine = picture->drawn() || file.extension() == ".png";
    const int largest = sizes.sizes.front().side_px;
    const ImageSize base = fitted(whole, 2 * largest);
    const bool tiled = sizes.tiles && std::max(whole.w, whole.h) > largest;

    Shrinker shrinker(whole.w, whole.h, base.w, base.h);
    std::optional<Level> level;
    if (tiled) level.emplace(whole.w, whole.h, 0, sizes.tile_px, folder + "/tiles", fine, outlet);
    for (int y = 0; y < whole.h; y += strip_rows) {
        const auto rows = picture->rows(y, strip_rows);
        if (!rows) return rows.error();
        shrinker.take(*rows);
        if (!level) continue;
        if (auto taken = level->take(*rows); !taken) return taken;
    }
    level.reset();
    picture.reset();
    const Image large_image = shrinker.made();
    for (const PictureSizes::Size& size : sizes.sizes) {
        const ImageSize once = fitted(whole, size.side_px), twice = fitted(whole, 2 * size.side_px);
        if (auto put = put_jpeg(scaled_down(large_image, once.w, once.h), fine, folder + "/" + size.name + ".jpg", outlet); !put) return put;
        if (twice.w <= once.w && twice.h <= once.h) continue;
        if (auto put = put_jpeg(scaled_down(large_image, twice.w, twice.h), fine, folder + "/" + size.name + "@2x.jpg", outlet); !put) return put;
    }
    JsonWriter json;
    json.object().key("w").value(whole.w).key("h").value(whole.h).key("tiles").value(tiled).key("tile_px").value(sizes.tile_px).end();
    return outlet.put("@" + folder + "/picture.json", as_bytes(json.text()));
}

Result<PictureNote> read_picture_note(const std::string& text) {
    JsonDocument json;
    if (auto parsed = json.parse(text); !parsed) return parsed.error();
    PictureNote note{static_cast<int>(json.root()["w"].integer()), static_cast<int>(json.root()["h"].integer()), json.root()["tiles"].boolean(),
                     static_cast<int>(json.root()["tile_px"].integer())};
    if (!json.good()) return json.error();
    return note;
}

}  // namespace xinghuo
