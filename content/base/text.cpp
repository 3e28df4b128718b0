#include "content/base/text.h"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/uscript.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "content/base/assert.h"

namespace xinghuo {
namespace {

// The decoding macro narrows inside; the pragma stays around this one use of it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
UChar32 next_character(std::string_view utf8, std::int32_t& byte) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(utf8.data(), byte, static_cast<std::int32_t>(utf8.size()), c);
    return c;
}
#pragma GCC diagnostic pop

// The break iterators cost about a millisecond to make and remember their text, so each thread has its own.
icu::BreakIterator& break_iterator(bool lines) {
    static thread_local std::unique_ptr<icu::BreakIterator> line, character;
    std::unique_ptr<icu::BreakIterator>& it = lines ? line : character;
    if (!it) {
        UErrorCode status = U_ZERO_ERROR;
        it.reset(lines ? icu::BreakIterator::createLineInstance(icu::Locale("zh@lb=strict"), status)
                       : icu::BreakIterator::createCharacterInstance(icu::Locale("zh"), status));
        insist(U_SUCCESS(status) != 0 && it != nullptr, "ICU has its data files");
    }
    return *it;
}

// UTF-16 offset -> byte offset, for all offsets of a text.
std::vector<std::size_t> byte_offsets(std::string_view utf8, const icu::UnicodeString& text) {
    std::vector<std::size_t> bytes(static_cast<std::size_t>(text.length()) + 1, utf8.size());
    std::int32_t byte = 0, unit = 0;
    const auto length = static_cast<std::int32_t>(utf8.size());
    while (byte < length) {
        const std::int32_t start = byte;
        const UChar32 c = next_character(utf8, byte);
        for (std::int32_t k = 0; k < U16_LENGTH(c) && unit < text.length(); ++k)
            bytes[static_cast<std::size_t>(unit++)] = static_cast<std::size_t>(start);
    }
    return bytes;
}

bool among(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }
bool is_dash(char32_t c) { return among(U"—–～-~", c); }
bool is_digit(char32_t c) { return u_isdigit(static_cast<UChar32>(c)) != 0; }
bool is_newline(char32_t c) { return among(U"\n\r\v\f\u0085\u2028\u2029", c); }
// Where a line may end whatever follows; the zero-width space is there for nothing else.
bool is_gap(char32_t c) {
    return c == U'\u200b' || (u_isUWhiteSpace(static_cast<UChar32>(c)) != 0 && c != U'\u00a0' && c != U'\u202f');
}

// The house's additions to UAX #14.
bool forbidden_between(char32_t before, char32_t after) {
    if (among(U"—–～·・…", after)) return true;  // not even after a space
    if (starts_no_line(after) && !is_gap(before)) return true;
    if (ends_no_line(before)) return true;
    if (after == U'+' && !is_gap(before) && !is_han(before)) return true;  // C++
    return is_digit(after) && (is_dash(before) || is_digit(before));       // 1919—1921, １９４９
}

}  // namespace

std::u32string to_utf32(std::string_view utf8) {
    std::u32string out;
    out.reserve(utf8.size());
    std::int32_t i = 0;
    const auto length = static_cast<std::int32_t>(utf8.size());
    while (i < length) {
        out.push_back(static_cast<char32_t>(next_character(utf8, i)));
    }
    return out;
}

std::vector<CodePoint> code_points(std::string_view utf8) {
    std::vector<CodePoint> out;
    out.reserve(utf8.size() / 2);
    std::int32_t i = 0;
    const auto length = static_cast<std::int32_t>(utf8.size());
    while (i < length) {
        const auto byte = static_cast<std::size_t>(i);
        out.push_back({static_cast<char32_t>(next_character(utf8, i)), byte});
    }
    return out;
}

void append_utf8(std::string& out, char32_t character) {
    char buffer[U8_MAX_LENGTH];
    std::int32_t n = 0;
    UBool failed = 0;
    U8_APPEND(buffer, n, U8_MAX_LENGTH, static_cast<UChar32>(character), failed);
    if (failed != 0) {
        out += "\xEF\xBF\xBD";
        return;
    }
    out.append(buffer, static_cast<std::size_t>(n));
}

std::string to_utf8(std::u32string_view text) {
    std::string out;
    for (const char32_t c : text) append_utf8(out, c);
    return out;
}

bool is_han(char32_t character) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(static_cast<UChar32>(character), &status) == USCRIPT_HAN;
}

bool is_ignorable(char32_t character) {
    return u_hasBinaryProperty(static_cast<UChar32>(character), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

bool starts_no_line(char32_t character) {
    return among(U"。，、；：？！．）〕］｝〉》」』】〗”’·・…—–～‥％‰℃々ー~,.;:?!)]}%", character);
}

bool ends_no_line(char32_t character) { return among(U"（〔［｛〈《「『【〖“‘￥＄([{$", character); }

std::vector<LineBreak> line_breaks(std::string_view utf8) {
    std::vector<LineBreak> out;
    if (utf8.empty()) return out;
    const auto text =
        icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
    const std::vector<std::size_t> bytes = byte_offsets(utf8, text);
    icu::BreakIterator& it = break_iterator(true);
    it.setText(text);
    for (std::int32_t at = it.next(); at != icu::BreakIterator::DONE; at = it.next()) {
        const bool must = it.getRuleStatus() >= UBRK_LINE_HARD && it.getRuleStatus() < UBRK_LINE_HARD_LIMIT &&
                          at > 0 && is_newline(static_cast<char32_t>(text.char32At(at - 1)));
        const bool end = at == text.length();
        if (!must && !end &&
            forbidden_between(static_cast<char32_t>(text.char32At(text.moveIndex32(at, -1))),
                              static_cast<char32_t>(text.char32At(at))))
            continue;
        out.push_back({bytes[static_cast<std::size_t>(at)], must});
    }
    return out;
}

std::vector<std::size_t> character_starts(std::string_view utf8) {
    std::vector<std::size_t> out;
    const auto text =
        icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
    const std::vector<std::size_t> bytes = byte_offsets(utf8, text);
    icu::BreakIterator& it = break_iterator(false);
    it.setText(text);
    for (std::int32_t at = it.first(); at != icu::BreakIterator::DONE; at = it.next())
        out.push_back(bytes[static_cast<std::size_t>(at)]);
    return out;
}

std::string folded(std::string_view utf8) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(status);
    insist(U_SUCCESS(status) != 0, "ICU has its data files");
    const auto text = nfkc->normalize(
        icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size()))), status);
    const auto skippable = [](UChar32 c) { return u_isUWhiteSpace(c) != 0 || u_ispunct(c) != 0; };
    std::int32_t first = 0, last = text.length();
    while (first < last && skippable(text.char32At(first))) first = text.moveIndex32(first, 1);
    while (last > first && skippable(text.char32At(text.moveIndex32(last, -1)))) last = text.moveIndex32(last, -1);
    icu::UnicodeString kept;
    bool space = false;
    for (std::int32_t i = first; i < last; i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        if (u_isUWhiteSpace(c) != 0) {
            space = true;
            continue;
        }
        if (space) kept.append(static_cast<UChar32>(' '));
        space = false;
        kept.append(c);
    }
    std::string out;
    kept.toUTF8String(out);
    return out;
}

bool is_utf8(std::string_view bytes) {
    std::int32_t at = 0;
    const auto length = static_cast<std::int32_t>(bytes.size());
    while (at < length) {
        const auto start = static_cast<std::size_t>(at);
        // U+FFFD itself is three bytes that say so; anything else that reads as it was broken.
        if (next_character(bytes, at) == 0xFFFD && bytes.substr(start, 3) != "\xEF\xBF\xBD") return false;
    }
    return true;
}

namespace {

Result<std::string> converted(std::string_view bytes, const char* encoding) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(encoding, &status), &ucnv_close);
    insist(U_SUCCESS(status) != 0 && converter != nullptr, "ICU has its data files");
    ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    std::u16string out(bytes.size() + 16, u'\0');  // no encoding here makes more units than bytes
    UChar* target = out.data();
    const char* source = bytes.data();
    ucnv_toUnicode(converter.get(), &target, out.data() + out.size(), &source, bytes.data() + bytes.size(), nullptr, 1, &status);
    if (U_FAILURE(status) != 0) return Error{ErrorKind::invalid, fmt::format("not {}: byte {}", encoding, source - bytes.data())};
    const icu::UnicodeString text(out.data(), static_cast<std::int32_t>(target - out.data()));
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        if (u_charType(c) == U_UNASSIGNED || U_IS_SURROGATE(c)) return Error{ErrorKind::invalid, fmt::format("not {}: character {}", encoding, i)};
    }
    std::string utf8;
    text.toUTF8String(utf8);
    return utf8;
}

}  // namespace

Result<std::string> utf8_from_gb18030(std::string_view bytes) { return converted(bytes, "GB18030"); }
Result<std::string> utf8_from_utf16(std::string_view bytes, bool big_endian) { return converted(bytes, big_endian ? "UTF-16BE" : "UTF-16LE"); }

}  // namespace xinghuo
