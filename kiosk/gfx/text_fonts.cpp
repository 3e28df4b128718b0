#include "kiosk/gfx/text_fonts.h"

#include <fcntl.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <hb-ot.h>
#include <hb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "content/base/log.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr long kSimplifiedChinese = 2;  // in the Noto CJK collections; 0 is Japanese, with other shapes
constexpr long kLargestFontBytes = 256L << 20;

bool readable(const std::string& file) { return access(file.c_str(), R_OK) == 0; }

hb_unicode_general_category_t category(char32_t c) {
    return hb_unicode_general_category(hb_unicode_funcs_get_default(), c);
}

// What a private character looks like is a matter between two parties; a font's guess would be a wrong name.
bool is_private(char32_t c) { return category(c) == HB_UNICODE_GENERAL_CATEGORY_PRIVATE_USE; }
bool is_unassigned(char32_t c) { return category(c) == HB_UNICODE_GENERAL_CATEGORY_UNASSIGNED; }

}  // namespace

Result<FontFiles> FontFiles::debian() {
    const std::string fonts = "/usr/share/fonts/";
    FontFiles files;
    std::string lacking;
    const auto find = [&](const char* place, const char* package) {
        const std::string file = fonts + place;
        if (!readable(file)) lacking += fmt::format("{}{} (package {})", lacking.empty() ? "" : ", ", file, package);
        return file;
    };
    // Rare characters only: without it they are drawn as their code.
    const auto add_fallback = [&](const char* place, const char* package) {
        const std::string file = fonts + place;
        if (readable(file)) files.fallback.push_back(file);
        else log_warning(fmt::format("a font for rare characters is not installed: {} (package {})", file, package));
    };
    files.sans = find("opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk");
    files.sans_bold = find("opentype/noto/NotoSansCJK-Bold.ttc", "fonts-noto-cjk");
    files.serif = find("opentype/noto/NotoSerifCJK-Regular.ttc", "fonts-noto-cjk");
    files.serif_bold = find("opentype/noto/NotoSerifCJK-Bold.ttc", "fonts-noto-cjk");
    add_fallback("truetype/hanazono/HanaMinA.ttf", "fonts-hanazono");
    add_fallback("truetype/hanazono/HanaMinB.ttf", "fonts-hanazono");
    add_fallback("truetype/babelstone/BabelStoneHan.ttf", "fonts-babelstone-han");
    add_fallback("opentype/unifont/unifont.otf", "fonts-unifont");
    add_fallback("opentype/unifont/unifont_upper.otf", "fonts-unifont");
    if (!lacking.empty()) return Error{ErrorKind::missing, "fonts not found: " + lacking};
    return files;
}

Result<std::unique_ptr<Font>> Font::open(FT_LibraryRec_* library, const std::string& file, long index) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Error{ErrorKind::missing, file + ": cannot be opened"};
    struct stat about {};
    void* bytes = MAP_FAILED;
    if (fstat(fd, &about) == 0 && about.st_size > 0 && about.st_size <= kLargestFontBytes)
        bytes = mmap(nullptr, static_cast<std::size_t>(about.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED) return Error{ErrorKind::io, file + ": cannot be mapped"};

    std::unique_ptr<Font> font(new Font);
    font->bytes_ = bytes;
    font->size_bytes_ = static_cast<std::size_t>(about.st_size);
    if (FT_New_Memory_Face(library, static_cast<const FT_Byte*>(bytes), about.st_size, index, &font->face_) != 0)
        return Error{ErrorKind::invalid, fmt::format("{}: not a font, or it has no face {}", file, index)};
    if (FT_IS_SCALABLE(font->face_) == 0) return Error{ErrorKind::unsupported, file + ": not an outline font"};
    hb_blob_t* blob = hb_blob_create(static_cast<const char*>(bytes), static_cast<unsigned>(about.st_size),
                                     HB_MEMORY_MODE_READONLY, nullptr, nullptr);
    hb_face_t* face = hb_face_create(blob, static_cast<unsigned>(index));
    font->shaper_ = hb_font_create(face);  // scale is the face's units per em, so positions are font units
    font->units_ = static_cast<float>(std::max(1u, hb_face_get_upem(face)));
    hb_face_destroy(face);
    hb_blob_destroy(blob);
    return font;
}

Font::~Font() {
    if (shaper_ != nullptr) hb_font_destroy(shaper_);
    if (face_ != nullptr) FT_Done_Face(face_);
    if (bytes_ != nullptr) munmap(bytes_, size_bytes_);
}

std::uint32_t Font::glyph_of(char32_t character) const {
    hb_codepoint_t glyph = 0;
    return hb_font_get_nominal_glyph(shaper_, character, &glyph) != 0 ? glyph : 0;
}

float Font::advance_em(std::uint32_t glyph) const {
    return static_cast<float>(hb_font_get_glyph_h_advance(shaper_, glyph)) / units_;
}

float Font::digit_em() {
    if (!digit_em_) {
        digit_em_ = 0;
        for (char32_t c = U'0'; c <= U'9'; ++c) {
            hb_codepoint_t glyph = 0;
            if (hb_font_get_nominal_glyph(shaper_, c, &glyph) != 0) digit_em_ = std::max(*digit_em_, advance_em(glyph));
        }
    }
    return *digit_em_;
}

Squeezed Font::squeezed(char32_t mark) {
    const auto known =
        std::find_if(squeezed_.begin(), squeezed_.end(), [mark](const auto& s) { return s.first == mark; });
    if (known != squeezed_.end()) return known->second;
    const std::uint32_t text = mark;
    hb_buffer_t* buffer = hb_buffer_create();
    hb_buffer_add_utf32(buffer, &text, 1, 0, 1);
    hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer, HB_SCRIPT_HAN);
    const hb_feature_t half{HB_TAG('h', 'a', 'l', 't'), 1, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END};
    hb_shape(shaper_, buffer, &half, 1);
    Squeezed out;
    if (hb_buffer_get_length(buffer) == 1) {
        const hb_glyph_info_t* info = hb_buffer_get_glyph_infos(buffer, nullptr);
        const hb_glyph_position_t* position = hb_buffer_get_glyph_positions(buffer, nullptr);
        out.lost = std::max(0.0f, advance_em(info->codepoint) - static_cast<float>(position->x_advance) / units_);
        if (out.lost > 0) out.shift = static_cast<float>(position->x_offset) / units_;
    }
    hb_buffer_destroy(buffer);
    squeezed_.emplace_back(mark, out);
    return out;
}

std::optional<GlyphBitmap> Font::paint(std::uint32_t glyph, float size_px, int shift_64, bool hinted) {
    const long size_64 = std::max(64L, std::lround(static_cast<double>(size_px) * 64));
    if (size_64 != size_64_) {
        if (FT_Set_Char_Size(face_, size_64, size_64, 72, 72) != 0) return std::nullopt;
        size_64_ = size_64;
    }
    const FT_Int32 flags = FT_LOAD_NO_BITMAP | (hinted ? FT_LOAD_TARGET_LIGHT : FT_LOAD_NO_HINTING);
    if (FT_Load_Glyph(face_, glyph, flags) != 0) return std::nullopt;
    FT_GlyphSlot slot = face_->glyph;
    if (slot->format != FT_GLYPH_FORMAT_OUTLINE) return std::nullopt;
    if (shift_64 != 0) FT_Outline_Translate(&slot->outline, shift_64, 0);
    if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) != 0) return std::nullopt;
    const FT_Bitmap& bitmap = slot->bitmap;
    GlyphBitmap out{
        static_cast<int>(bitmap.width), static_cast<int>(bitmap.rows), slot->bitmap_left, slot->bitmap_top, {}};
    out.coverage.resize(static_cast<std::size_t>(out.w) * static_cast<std::size_t>(out.h));
    for (int y = 0; y < out.h; ++y)
        std::copy_n(bitmap.buffer + static_cast<std::ptrdiff_t>(y) * bitmap.pitch, out.w,
                    out.coverage.begin() + static_cast<std::ptrdiff_t>(y) * out.w);
    return out;
}

void Font::release_pages() const { madvise(bytes_, size_bytes_, MADV_DONTNEED); }

Result<std::unique_ptr<FontSet>> FontSet::open(const FontFiles& files) {
    std::unique_ptr<FontSet> set(new FontSet);
    if (FT_Init_FreeType(&set->library_) != 0) return Error{ErrorKind::io, "FreeType does not start"};
    for (const std::string* file : {&files.sans, &files.sans_bold, &files.serif, &files.serif_bold})
        set->places_.push_back({*file, file->ends_with(".ttc") ? kSimplifiedChinese : 0, false, false, nullptr});
    for (const std::string& file : files.fallback) {
        const bool last = std::filesystem::path(file).filename().string().starts_with("unifont");
        set->places_.push_back({file, 0, last, false, nullptr});
    }
    std::string lacking;
    for (const Place& place : set->places_)
        if (!readable(place.file)) lacking += (lacking.empty() ? "" : ", ") + place.file;
    if (!lacking.empty()) return Error{ErrorKind::missing, "fonts not found: " + lacking};
    Result<std::unique_ptr<Font>> text = Font::open(set->library_, set->places_[0].file, set->places_[0].index);
    if (!text) return text.error().within("opening the text font");
    set->places_[0].font = std::move(*text);
    return set;
}

FontSet::~FontSet() {
    places_.clear();
    if (library_ != nullptr) FT_Done_FreeType(library_);
}

Font* FontSet::font(std::uint16_t number) {
    if (number >= places_.size()) return nullptr;
    Place& place = places_[number];
    if (!place.font && !place.failed) {
        Result<std::unique_ptr<Font>> opened = Font::open(library_, place.file, place.index);
        if (opened) {
            place.font = std::move(*opened);
        } else {
            place.failed = true;
            log_warning(opened.error().within("opening a font").what);
        }
    }
    return place.font.get();
}

std::uint16_t FontSet::font_for(Face face, std::span<const char32_t> characters) {
    const auto try_font = [&](std::uint16_t number) {
        Font* candidate = font(number);
        if (candidate == nullptr) return false;
        return std::all_of(characters.begin(), characters.end(), [&](char32_t c) {
            if (is_ignorable(c)) return true;
            return !is_private(c) && !(places_[number].last_resort && is_unassigned(c)) && candidate->has(c);
        });
    };
    const auto own = static_cast<std::uint16_t>(face);
    if (try_font(own)) return own;
    if (own != 0 && font(own) == nullptr && try_font(0)) return 0;
    for (std::uint16_t number = 4; number < places_.size(); ++number)
        if (try_font(number)) return number;
    return kNone;
}

void FontSet::release_pages() {
    for (const Place& place : places_)
        if (place.font) place.font->release_pages();
}

}  // namespace xinghuo
