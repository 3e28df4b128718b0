// Unicode, through ICU. Text is UTF-8 everywhere; offsets are bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

// Broken bytes become U+FFFD, one each; never fails.
std::u32string to_utf32(std::string_view utf8);
std::string to_utf8(std::u32string_view text);
void append_utf8(std::string& out, char32_t character);

struct CodePoint {
    char32_t character;
    std::size_t byte;  // where it starts
};
// As to_utf32, with the places.
std::vector<CodePoint> code_points(std::string_view utf8);

// Han ideographs of every plane.
bool is_han(char32_t character);
// Draws nothing by itself: variation selectors, ZWJ, ZWNJ, BOM, soft hyphen, bidi marks.
bool is_ignorable(char32_t character);

struct LineBreak {
    std::size_t byte;  // a line may end before this byte
    bool must;         // a newline stands here
};
// Where lines may end, ascending, the end of text last. Strict Chinese rules (UAX #14 with lb=strict; GB/T 15834):
// no 。，、）》” at a line's start, no （《“ at its end; besides: no line starts with · or —— or ～ or …, and no
// break around a dash between digits (1919—1921) or within full-width numbers.
std::vector<LineBreak> line_breaks(std::string_view utf8);

// The marks alone, where a line must be broken by force: 。，、）》” and · … — start none, （《“ end none.
bool starts_no_line(char32_t character);
bool ends_no_line(char32_t character);

// Byte offsets of user-perceived characters' starts, the end of text last.
std::vector<std::size_t> character_starts(std::string_view utf8);

// For comparing typed answers: NFKC, case folded, spaces and punctuation at both ends removed, inner spaces single.
std::string folded(std::string_view utf8);

// Text from outside, strictly: a byte that does not belong is `invalid`, with its place; so is a character nobody has assigned.
bool is_utf8(std::string_view bytes);
Result<std::string> utf8_from_gb18030(std::string_view bytes);
Result<std::string> utf8_from_utf16(std::string_view bytes, bool big_endian);  // without its byte order mark

}  // namespace xinghuo
