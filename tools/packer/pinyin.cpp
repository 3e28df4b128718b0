#include "tools/packer/pinyin.h"

#include <unicode/brkiter.h>
#include <unicode/translit.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr std::size_t word_limit = 16;  // characters of one entry

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_dash(char32_t c) { return c == U'—' || c == U'–' || c == U'-' || c == U'～'; }
bool is_numeral(char32_t c) { return std::u32string_view(U"〇零一二三四五六七八九").find(c) != std::u32string_view::npos; }
bool any_of(std::u32string_view set, char32_t c) { return c != 0 && set.find(c) != std::u32string_view::npos; }

Pause pause_of(char32_t c) {
    if (any_of(U"。！？；!?;…", c)) return Pause::stop;
    return any_of(U"，：、,.:—", c) ? Pause::comma : Pause::none;
}
bool makes_pause(char32_t c) { return pause_of(c) != Pause::none; }

bool is_syllable(std::string_view s) {
    if (s.size() == 1 && s[0] >= 'A' && s[0] <= 'Z') return true;
    if (s.size() < 2 || s.size() > 7 || s.back() < '1' || s.back() > '5') return false;
    return std::all_of(s.begin(), s.end() - 1, [](char c) { return c >= 'a' && c <= 'z'; });
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t start = text.find_first_not_of(' ', i);
        if (start == std::string_view::npos) break;
        const std::size_t end = std::min(text.find(' ', start), text.size());
        parts.emplace_back(text.substr(start, end - start));
        i = end;
    }
    return parts;
}

// The names of letters, in the nearest Mandarin syllables.
std::string letter_name(char32_t letter) {
    static const std::map<char32_t, std::string> names{
        {U'A', "ei1"},  {U'B', "bi4"},  {U'C', "xi1"},  {U'D', "di4"},  {U'E', "yi4"},  {U'F', "fu5"}, {U'G', "ji4"},
        {U'H', "qu5"},  {U'I', "ai4"},  {U'J', "zhei4"}, {U'K', "kei1"}, {U'L', "lou5"}, {U'M', "mu5"}, {U'N', "en1"},
        {U'O', "ou1"},  {U'P', "pi1"},  {U'Q', "kiu1"}, {U'R', "ar4"},  {U'S', "si5"},  {U'T', "ti4"}, {U'U', "you1"},
        {U'V', "wei1"}, {U'W', "da5"},  {U'X', "ke5"},  {U'Y', "wai4"}, {U'Z', "zei4"}};
    const auto found = names.find(letter >= U'a' && letter <= U'z' ? letter - 32 : letter);
    return found == names.end() ? std::string() : found->second;
}

}  // namespace

struct Pronouncer::Tables {
    std::unordered_map<std::u32string, std::vector<std::string>> words;
    std::size_t longest = 1;
    std::unique_ptr<icu::Transliterator> to_pinyin;
    std::unique_ptr<icu::BreakIterator> boundaries;

    [[nodiscard]] std::string of_character(char32_t c) const;
    [[nodiscard]] std::vector<bool> word_starts(const std::u32string& text) const;
};

std::string Pronouncer::Tables::of_character(char32_t c) const {
    icu::UnicodeString text(static_cast<UChar32>(c));
    to_pinyin->transliterate(text);
    std::string latin, out;
    text.toUTF8String(latin);
    for (std::size_t i = 0; i < latin.size(); ++i) {
        if (latin.compare(i, 2, "ü") == 0) {
            out += 'v';
            ++i;
        } else {
            out += latin[i];
        }
    }
    if (!out.empty() && (out.back() < '1' || out.back() > '5')) out += '5';
    return is_syllable(out) ? out : std::string();
}

std::vector<bool> Pronouncer::Tables::word_starts(const std::u32string& text) const {
    std::vector<bool> starts(text.size() + 1, false);
    icu::UnicodeString line;
    std::vector<std::size_t> of_unit;  // UTF-16 index → character index
    for (std::size_t i = 0; i < text.size(); ++i) {
        line.append(static_cast<UChar32>(text[i]));
        of_unit.resize(static_cast<std::size_t>(line.length()), i);
    }
    of_unit.push_back(text.size());
    const std::unique_ptr<icu::BreakIterator> mine(boundaries->clone());  // an iterator is for one thread
    mine->setText(line);
    for (std::int32_t at = mine->first(); at != icu::BreakIterator::DONE; at = mine->next())
        starts[of_unit[static_cast<std::size_t>(at)]] = true;
    return starts;
}

Result<Pronouncer> Pronouncer::create() {
    Pronouncer made;
    made.tables_ = std::make_shared<Tables>();
    UErrorCode status = U_ZERO_ERROR;
    made.tables_->to_pinyin.reset(icu::Transliterator::createInstance("Han-Latin; NFC; Latin-NumericPinyin", UTRANS_FORWARD, status));
    made.tables_->boundaries.reset(icu::BreakIterator::createWordInstance(icu::Locale("zh"), status));
    if (U_FAILURE(status)) return Error{ErrorKind::unsupported, std::string("ICU has no pinyin: ") + u_errorName(status)};
    return made;
}

Result<void> Pronouncer::add(std::string_view word, std::string_view pinyin) {
    const std::u32string characters = to_utf32(word);
    if (characters.empty() || characters.size() > word_limit)
        return Error{ErrorKind::invalid, "a word needs 1 to 16 characters"};
    std::vector<std::string> syllables = split(pinyin);
    for (const std::string& s : syllables)
        if (!is_syllable(s)) return Error{ErrorKind::invalid, "not a syllable with a tone: " + s};
    const auto digits = static_cast<std::size_t>(std::count_if(characters.begin(), characters.end(), is_digit));
    if (digits == 0 ? syllables.size() != characters.size() : syllables.size() + digits < characters.size() + 1)
        return Error{ErrorKind::invalid, std::to_string(syllables.size()) + " syllables for " +
                                             std::to_string(characters.size()) + " characters: " + std::string(word)};
    tables_->longest = std::max(tables_->longest, characters.size());
    tables_->words[characters] = std::move(syllables);
    return {};
}

namespace {

// One sentence being read. Characters are indexes into text; bytes are looked up at the end.
struct Spoken {
    std::string pinyin;
    std::size_t from = 0, count = 1;
    bool word_start = false;
    bool may_change = false;  // 一 or 不 read by rule
    Pause after = Pause::none;
};

struct Number {
    std::size_t length = 0;  // characters
    std::vector<std::string> syllables;
};

std::size_t digits_at(const std::u32string& text, std::size_t i) {
    std::size_t n = 0;
    while (i + n < text.size() && is_digit(text[i + n])) ++n;
    return n;
}

std::string ascii(const std::u32string& text, std::size_t from, std::size_t count) {
    std::string out;
    for (std::size_t i = from; i < from + count; ++i) out += static_cast<char>(text[i]);
    return out;
}

std::string digit_name(char32_t digit) { return spoken_number(std::string(1, static_cast<char>(digit)), false).front(); }

// Four digits before 年, or before a dash, 到 or 至 and another year, or standing for a year by themselves.
bool reads_as_year(const std::u32string& text, std::size_t i, std::size_t n) {
    if (n != 4 || (text[i] != U'1' && text[i] != U'2')) return false;
    const auto at = [&](std::size_t k) { return k < text.size() ? text[k] : U'\0'; };
    const char32_t next = at(i + 4), before = i > 0 ? text[i - 1] : U'\0';
    if (next == U'年') return true;
    const bool plausible = std::stoi(ascii(text, i, 4)) >= 1800 && std::stoi(ascii(text, i, 4)) <= 2100;
    if (!plausible) return false;
    const bool range_follows = (is_dash(next) || next == U'到' || next == U'至') && digits_at(text, i + 5) == 4;
    const bool range_before = is_dash(before) || before == U'到' || before == U'至';
    return range_follows || (range_before && (next == 0 || makes_pause(next) || any_of(U"）》”", next)));
}

Number number_at(const std::u32string& text, std::size_t i) {
    const auto at = [&](std::size_t k) { return k < text.size() ? text[k] : U'\0'; };
    Number number;
    const std::size_t whole = digits_at(text, i);
    number.length = whole;
    if (reads_as_year(text, i, whole) || whole > 12 || (whole > 1 && text[i] == U'0')) {
        for (std::size_t k = 0; k < whole; ++k) number.syllables.push_back(digit_name(text[i + k]));
        return number;
    }
    const std::size_t decimals = at(i + whole) == U'.' ? digits_at(text, i + whole + 1) : 0;
    if (decimals > 0) number.length += 1 + decimals;
    const char32_t next = at(i + number.length), before = i > 0 ? text[i - 1] : U'\0';
    const bool percent = next == U'%' || next == U'％';
    const bool counted = decimals == 0 && before != U'第' &&
                         any_of(U"万亿个名人位次种条天年家座所支只艘本部段道间里层周倍岁件项台架辆册章页节组队", next);
    number.syllables = spoken_number(ascii(text, i, whole), counted);
    if (decimals > 0) {
        number.syllables.emplace_back("dian3");
        for (std::size_t k = 0; k < decimals; ++k) number.syllables.push_back(digit_name(text[i + whole + 1 + k]));
    }
    if (percent) {
        ++number.length;
        number.syllables.insert(number.syllables.begin(), {"bai3", "fen1", "zhi1"});
    }
    return number;
}

// The syllables of an entry laid on its characters; a run of digits takes what the other characters leave.
void lay(const std::u32string& word, const std::vector<std::string>& syllables, std::size_t from, std::vector<Spoken>& out) {
    const auto in_number = [&](std::size_t k) { return is_digit(word[k]) || word[k] == U'.'; };
    std::size_t plain = 0;
    for (std::size_t k = 0; k < word.size(); ++k) plain += in_number(k) ? 0u : 1u;
    std::size_t left_for_digits = syllables.size() - plain, next = 0;
    const std::size_t first = out.size();
    for (std::size_t k = 0; k < word.size();) {
        std::size_t run = 1, take = 1;
        if (in_number(k)) {
            while (k + run < word.size() && in_number(k + run)) ++run;
            const bool each = left_for_digits > run && std::any_of(word.begin() + static_cast<std::ptrdiff_t>(k + run),
                                                                   word.end(), is_digit);
            take = each ? run : left_for_digits;
            left_for_digits -= take;
        }
        for (std::size_t s = 0; s < take && next < syllables.size(); ++s) {
            const std::string& said = syllables[next++];
            out.push_back({said.size() == 1 ? letter_name(static_cast<char32_t>(said[0])) : said, from + k, run});
        }
        k += run;
    }
    if (first < out.size()) out[first].word_start = true;
}

void change_tones(const std::u32string& text, const std::vector<bool>& word_starts, std::vector<Spoken>& said) {
    for (std::size_t k = 0; k < said.size(); ++k) {
        Spoken& s = said[k];
        if (!s.may_change) continue;
        const bool joined = k + 1 < said.size() && s.after == Pause::none && said[k + 1].from == s.from + 1;
        if (!joined) continue;
        const char tone = said[k + 1].pinyin.back();
        const char32_t c = text[s.from], before = s.from > 0 ? text[s.from - 1] : U'\0', next = text[s.from + 1];
        if (c == U'不') {
            if (tone == '4') s.pinyin = "bu2";
            continue;
        }
        const bool ordinal = any_of(U"第初十", before) || is_numeral(before) || is_numeral(next) || any_of(U"月日号", next);
        const bool ends_word = !word_starts[s.from] && word_starts[s.from + 1];
        if (!ordinal && !ends_word) s.pinyin = tone == '4' || tone == '5' ? "yi2" : "yi4";
    }
}

std::vector<ReadWord> grouped(const std::vector<Spoken>& said, const std::vector<std::size_t>& byte_of) {
    std::vector<ReadWord> words;
    std::size_t in_word = 0;
    for (const Spoken& s : said) {
        const bool fresh = words.empty() || s.word_start || words.back().after != Pause::none || in_word >= 4;
        if (fresh) {
            words.emplace_back();
            in_word = 0;
        }
        words.back().syllables.push_back({s.pinyin, byte_of[s.from], byte_of[s.from + s.count] - byte_of[s.from]});
        words.back().after = s.after;
        ++in_word;
    }
    return words;
}

}  // namespace

std::vector<ReadWord> Pronouncer::read(std::string_view utf8) const {
    const std::u32string text = to_utf32(utf8);
    std::vector<std::size_t> byte_of{0};
    for (const char32_t c : text) byte_of.push_back(byte_of.back() + to_utf8(std::u32string(1, c)).size());
    const std::vector<bool> word_starts = tables_->word_starts(text);
    std::vector<Spoken> said;
    bool after_entry = false;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t matched = 0;
        const std::size_t most = std::min(tables_->longest, text.size() - i);
        for (std::size_t n = most; n > 0 && matched == 0; --n) {
            if (is_digit(text[i]) && i > 0 && (is_digit(text[i - 1]) || text[i - 1] == U'.')) break;
            const auto found = tables_->words.find(text.substr(i, n));
            if (found == tables_->words.end()) continue;
            const std::size_t first = said.size();
            lay(found->first, found->second, i, said);
            // A single character is only given another reading: it stays in its word and keeps its tone changes.
            if (n == 1 && first < said.size()) said[first].word_start = word_starts[i] || after_entry;
            matched = n;
        }
        if (matched > 0) {
            after_entry = matched > 1;
            i += matched;
            continue;
        }
        const char32_t c = text[i];
        if (is_digit(c)) {
            const Number number = number_at(text, i);
            for (std::size_t k = 0; k < number.syllables.size(); ++k)
                said.push_back({number.syllables[k], i, number.length, k == 0});
            const std::size_t end = i + number.length;
            if (end + 1 < text.size() && is_dash(text[end]) && is_digit(text[end + 1])) {
                said.push_back({"dao4", end, 1, true});
                i = end + 1;
            } else {
                i = end;
            }
            after_entry = false;
            continue;
        }
        const std::string reading = is_han(c) || c == U'〇' ? (c == U'〇' ? "ling2" : tables_->of_character(c)) : letter_name(c);
        if (!reading.empty()) {
            said.push_back({reading, i, 1, word_starts[i] || after_entry, c == U'一' || c == U'不'});
        } else if (makes_pause(c) && !said.empty()) {
            said.back().after = std::max(said.back().after, pause_of(c));
        }
        after_entry = false;
        ++i;
    }
    change_tones(text, word_starts, said);
    return grouped(said, byte_of);
}

std::string espeak_text(const std::vector<ReadWord>& words) {
    std::string out;
    for (const ReadWord& word : words) {
        if (!out.empty()) out += ' ';
        for (const Syllable& s : word.syllables) out += s.pinyin;
        if (&word == &words.back()) break;
        if (word.after == Pause::comma) out += ',';
        if (word.after == Pause::stop) out += '.';
    }
    return out;
}

std::string plain_pinyin(const std::vector<ReadWord>& words) {
    std::string out;
    for (const ReadWord& word : words)
        for (const Syllable& s : word.syllables) out += (out.empty() ? "" : " ") + s.pinyin;
    return out;
}

}  // namespace xinghuo
