#include "tools/packer/glyphs.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <array>

#include "content/base/file.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

struct FontFile { const char* path; long face; };
constexpr std::array fonts{FontFile{"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2},
                           FontFile{"/usr/share/fonts/truetype/hanazono/HanaMinA.ttf", 0},
                           FontFile{"/usr/share/fonts/truetype/hanazono/HanaMinB.ttf", 0},
                           FontFile{"/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf", 0},
                           FontFile{"/usr/share/fonts/opentype/unifont/unifont.otf", 0},
                           FontFile{"/usr/share/fonts/opentype/unifont/unifont_upper.otf", 0}};

class Library {
public:
    Library() { failed_ = FT_Init_FreeType(&library_) != 0; }
    ~Library() { if (!failed_) FT_Done_FreeType(library_); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    // Removes what the font has.
    bool strike(const FontFile& font, std::set<char32_t>& missing) {
        FT_Face face = nullptr;
        if (failed_ || FT_New_Face(library_, font.path, font.face, &face) != 0) return false;
        std::erase_if(missing, [face](char32_t c) { return FT_Get_Char_Index(face, c) != 0; });
        FT_Done_Face(face);
        return true;
    }

private:
    FT_Library library_ = nullptr;
    bool failed_ = false;
};

}  // namespace

void collect_characters(std::string_view utf8, std::set<char32_t>& into) {
    for (const char32_t c : to_utf32(utf8))
        if (c > U' ' && c != 0x7F && c != 0x3000 && !is_ignorable(c)) into.insert(c);
}

Result<std::vector<char32_t>> characters_without_font(const std::set<char32_t>& characters) {
    Library library;
    std::set<char32_t> missing = characters;
    for (const FontFile& font : fonts) {
        if (missing.empty()) break;
        const bool opened = library.strike(font, missing);
        if (!opened && &font == fonts.data())
            return Error{ErrorKind::missing, std::string(font.path) + " is not installed (package fonts-noto-cjk)"};
    }
    return std::vector<char32_t>(missing.begin(), missing.end());
}

}  // namespace xinghuo
