#include "content/study/names.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>

#include "content/base/assert.h"
#include "content/base/text.h"

namespace xinghuo {
namespace {

struct Reading {
    std::u32string_view characters;
    std::string_view pinyin;  // the usual one first, others after a bar; syllables by spaces
};

// Readings as a surname, where it differs from what ICU (CLDR Han-Latin/Names) says or where two are in use.
// Common knowledge, not taken from a dictionary; the roster's own pinyin column corrects it.
constexpr std::array surnames = std::to_array<Reading>({
    {U"欧阳", "ou yang"}, {U"尉迟", "yu chi"}, {U"单于", "chan yu|shan yu"}, {U"万俟", "mo qi"}, {U"长孙", "zhang sun"}, {U"令狐", "ling hu"},
    {U"澹台", "tan tai"}, {U"宿", "su"}, {U"尉", "wei|yu"}, {U"单", "shan|dan"}, {U"查", "zha|cha"}, {U"仇", "qiu|chou"}, {U"解", "xie|jie"},
    {U"任", "ren"}, {U"区", "ou|qu"}, {U"盖", "ge|gai"}, {U"曾", "zeng|ceng"}, {U"朴", "piao|pu"}, {U"覃", "qin|tan"}, {U"翟", "zhai|di"},
    {U"缪", "miao|mou"}, {U"薄", "bo|bao"}, {U"祭", "zhai|ji"}, {U"阚", "kan"}, {U"隗", "kui|wei"}, {U"宓", "mi|fu"}, {U"洗", "xian|xi"},
    {U"冼", "xian"}, {U"黑", "hei|he"}, {U"纪", "ji"}, {U"种", "chong|zhong"}, {U"折", "she|zhe"}, {U"繁", "po|fan"}, {U"员", "yun|yuan"},
    {U"召", "shao|zhao"}, {U"牟", "mu|mou"}, {U"乜", "nie|mie"}, {U"那", "na"}, {U"哈", "ha"}, {U"燕", "yan"}, {U"宁", "ning"}, {U"应", "ying"},
    {U"葛", "ge"}, {U"过", "guo"}, {U"盛", "sheng|cheng"}, {U"逄", "pang"}, {U"訾", "zi"}, {U"晁", "chao"}, {U"乐", "yue|le"}, {U"秘", "bi|mi"},
    {U"贾", "jia"}, {U"句", "gou|ju"}, {U"俞", "yu|shu"}, {U"强", "qiang|jiang"},
    {U"都", "du|dou"}, {U"费", "fei|bi"}, {U"会", "gui|hui"}, {U"眭", "sui"}, {U"郇", "xun|huan"}, {U"郗", "xi|chi"}, {U"幺", "yao"},
    {U"谌", "chen|shen"}, {U"佴", "nai"}, {U"妫", "gui"}, {U"厍", "she"}, {U"钭", "dou"}, {U"褚", "chu"}, {U"瞿", "qu"}, {U"卜", "bu|bo"},
    {U"曲", "qu"}, {U"尹", "yin"}, {U"吕", "lv"}, {U"逯", "lu"}, {U"揭", "jie"}, {U"撒", "sa"}, {U"相", "xiang"}, {U"行", "xing|hang"},
    {U"朝", "chao|zhao"}, {U"适", "shi|kuo"}, {U"甯", "ning"}, {U"仉", "zhang"}, {U"亓", "qi"}, {U"靳", "jin"}, {U"长", "chang|zhang"},
});

// Characters common in given names that have two readings; all are found; 茜 is qian as a plant and a colour, xi in
// transcribed names.
constexpr std::array given = std::to_array<Reading>({
    {U"乐", "le|yue|yao"}, {U"行", "xing|hang"}, {U"长", "chang|zhang"}, {U"朝", "chao|zhao"}, {U"重", "zhong|chong"}, {U"茜", "qian|xi"},
    {U"晟", "sheng|cheng"}, {U"盛", "sheng|cheng"}, {U"单", "shan|dan"}, {U"曾", "zeng|ceng"}, {U"传", "chuan|zhuan"}, {U"率", "shuai|lv"},
    {U"都", "du|dou"}, {U"调", "diao|tiao"}, {U"朴", "pu|piao"}, {U"强", "qiang|jiang"}, {U"藏", "cang|zang"}, {U"石", "shi|dan"},
    {U"参", "can|shen|cen"}, {U"乘", "cheng|sheng"}, {U"澄", "cheng|deng"}, {U"识", "shi|zhi"}, {U"说", "shuo|yue"},
    {U"柏", "bai|bo"}, {U"伯", "bo|bai"}, {U"薄", "bo|bao"}, {U"臧", "zang|cang"}, {U"辟", "pi|bi"},
    {U"陂", "bei|pi|po"}, {U"琢", "zhuo|zuo"}, {U"缪", "miao|mou"}, {U"娜", "na|nuo"}, {U"莎", "sha|suo"}, 
    {U"隽", "jun|juan"}, {U"蔚", "wei|yu"}, {U"尉", "wei|yu"}, {U"覃", "tan|qin"}, {U"翟", "zhai|di"}, {U"降", "jiang|xiang"},
    {U"虹", "hong|jiang"}, {U"叶", "ye|xie"}, {U"系", "xi|ji"}, {U"给", "gei|ji"}, {U"校", "xiao|jiao"},
    {U"角", "jiao|jue"}, {U"觉", "jue|jiao"}, {U"栎", "li|yue"}, {U"佛", "fo|fu"}, {U"劲", "jin|jing"},
    {U"荨", "xun|qian"}, {U"嬛", "huan|xuan"}, {U"宓", "mi|fu"}, {U"贲", "ben|bi"},
    {U"楷", "kai|jie"}, {U"亲", "qin|qing"}, {U"若", "ruo|re"}, {U"伽", "jia|qie|ga"}, 
    {U"殷", "yin|yan"}, {U"适", "shi|kuo"}, {U"折", "zhe|she"}, {U"稽", "ji|qi"}, {U"祭", "ji|zhai"}, {U"峤", "qiao|jiao"},
    {U"镐", "hao|gao"}, {U"铅", "qian|yan"}, {U"阿", "a|e"}, {U"吾", "wu|yu"}, {U"大", "da|dai"}, {U"弹", "dan|tan"},
    {U"绿", "lv|lu"}, {U"色", "se|shai"}, {U"血", "xue|xie"}, {U"约", "yue|yao"}, 
    {U"种", "zhong|chong"}, {U"畜", "xu|chu"}, {U"宿", "su|xiu"},
    {U"炅", "jiong|gui"}, {U"圩", "xu|wei"}, {U"埔", "pu|bu"}, {U"汤", "tang|shang"}, {U"洗", "xi|xian"}, {U"般", "ban|bo"},
});

using Syllables = std::vector<std::string>;

Syllables words_of(std::string_view text) {
    Syllables words(1);
    for (const char c : text) {
        if (c >= 'a' && c <= 'z') words.back().push_back(c);
        else if (c != '\'' && !words.back().empty()) words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

std::string joined(const Syllables& syllables, std::string_view between) {
    std::string out;
    for (const std::string& syllable : syllables) {
        if (!out.empty()) out += between;
        out += syllable;
    }
    return out;
}

// Making one reads CLDR's rules (0.4 s for Han); each thread has its own, because they are not safe to share.
void transliterate(const char* rule, icu::UnicodeString& text) {
    static thread_local std::vector<std::pair<std::string, std::unique_ptr<icu::Transliterator>>> made;
    auto found = std::find_if(made.begin(), made.end(), [&](const auto& one) { return one.first == rule; });
    if (found == made.end()) {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<icu::Transliterator> fresh(icu::Transliterator::createInstance(icu::UnicodeString::fromUTF8(rule), UTRANS_FORWARD, status));
        insist(U_SUCCESS(status) != 0 && fresh != nullptr, "ICU has its data files");
        made.emplace_back(rule, std::move(fresh));
        found = std::prev(made.end());
    }
    found->second->transliterate(text);
}

// ü with any tone, of pinyin: v. (Of a German name it is u: Latin-ASCII sees to that.)
std::string plain_letters(std::string_view text, bool pinyin) {
    auto out = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    transliterate("Han-Latin/Names; Lower; NFC", out);
    if (pinyin) {
        for (std::int32_t i = 0; i < out.length(); ++i)
            if (std::u16string_view(u"üǖǘǚǜ").find(out.charAt(i)) != std::u16string_view::npos) out.setCharAt(i, u'v');
    }
    transliterate("Latin-ASCII; Lower", out);
    std::string utf8;
    out.toUTF8String(utf8);
    return utf8;
}

bool any_han(std::u32string_view text) { return std::any_of(text.begin(), text.end(), is_han); }

std::vector<Syllables> readings_of(std::string_view written) {
    std::vector<Syllables> out;
    while (!written.empty()) {
        const std::size_t bar = std::min(written.find('|'), written.size());
        out.push_back(words_of(written.substr(0, bar)));
        written.remove_prefix(std::min(bar + 1, written.size()));
    }
    return out;
}

const Reading* surname_of(std::u32string_view name) {
    const auto begins = [&](const Reading& one) { return name.starts_with(one.characters); };
    const auto found = std::find_if(surnames.begin(), surnames.end(), begins);  // the compound ones stand first
    return found == surnames.end() ? nullptr : &*found;
}

// The parts of a syllable: 招 zh-ao. For cutting "zhangsan" where nobody left a space.
bool is_syllable(std::string_view text) {
    static constexpr std::array<std::string_view, 24> initials = {"zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g",
                                                                  "k",  "h",  "j",  "q", "x", "r", "z", "c", "s", "y", "w", ""};
    static constexpr std::array<std::string_view, 35> finals = {"a",   "o",   "e",  "ai",  "ei",  "ao",  "ou", "an", "en", "ang", "eng", "ong",
                                                                "er",  "i",   "ia", "ie",  "iao", "iu",  "ian", "in", "iang", "ing", "iong", "u",
                                                                "ua",  "uo",  "uai", "ui", "uan", "un",  "uang", "v", "ve", "ue", "van"};
    for (const std::string_view initial : initials) {
        if (!text.starts_with(initial)) continue;
        const std::string_view rest = text.substr(initial.size());
        if (initial.empty() && (rest.empty() || std::string_view("aoe").find(rest.front()) == std::string_view::npos)) continue;
        if (std::find(finals.begin(), finals.end(), rest) != finals.end()) return true;
    }
    return false;
}

// Longest first, exactly so many. Empty: it cannot be.
Syllables cut(std::string_view letters, std::size_t count) {
    if (count == 0 || letters.empty()) return {};
    if (count == 1) return is_syllable(letters) ? Syllables{std::string(letters)} : Syllables{};
    for (std::size_t size = std::min<std::size_t>(6, letters.size() - 1); size > 0; --size) {
        if (!is_syllable(letters.substr(0, size))) continue;
        Syllables rest = cut(letters.substr(size), count - 1);
        if (rest.empty()) continue;
        rest.insert(rest.begin(), std::string(letters.substr(0, size)));
        return rest;
    }
    return {};
}

// Every reading of a name, the usual one first; at most eight.
std::vector<Syllables> all_readings(const NameIndex::Entry& entry) {
    constexpr std::size_t most = 8;
    const Syllables usual = words_of(entry.pinyin);
    std::vector<Syllables> all = {usual};
    std::u32string han;
    for (const char32_t c : to_utf32(entry.name))
        if (is_han(c)) han.push_back(c);
    const auto add_readings = [&](std::size_t at, std::size_t size, std::string_view written) {
        const std::vector<Syllables> readings = readings_of(written);
        const std::size_t so_far = all.size();
        for (const Syllables& reading : readings) {
            for (std::size_t i = 0; i < so_far && all.size() < most && reading.size() == size; ++i) {
                Syllables other = all[i];
                std::copy(reading.begin(), reading.end(), other.begin() + static_cast<std::ptrdiff_t>(at));
                if (std::find(all.begin(), all.end(), other) == all.end()) all.push_back(std::move(other));
            }
        }
    };
    if (han.size() == usual.size()) {
        std::size_t at = 0;
        if (const Reading* surname = surname_of(han)) {
            add_readings(0, surname->characters.size(), surname->pinyin);
            at = surname->characters.size();
        }
        for (at = std::max<std::size_t>(at, 1); at < han.size(); ++at)
            for (const Reading& one : given)
                if (one.characters.front() == han[at]) add_readings(at, 1, one.pinyin);
    }
    // Of lv: lu as it is often written, and lyu as in passports (GB/T 28039).
    for (std::size_t i = 0, so_far = all.size(); i < so_far; ++i) {
        for (const std::string_view instead : {"u", "yu"}) {
            Syllables other = all[i];
            bool changed = false;
            for (std::string& syllable : other)
                if (const std::size_t v = syllable.find('v'); v != std::string::npos && v > 0) changed = true, syllable.replace(v, 1, instead);
            if (changed && all.size() < most) all.push_back(std::move(other));
        }
    }
    return all;
}

std::string initials_of(const Syllables& syllables) {
    std::string out;
    for (const std::string& syllable : syllables) out.push_back(syllable.front());
    return out;
}

// What may be typed, the last syllable always whole: "zhangsan", "zsan"; "zhangs" is the beginning of the first.
std::vector<std::string> spellings_of(const Syllables& syllables) {
    std::vector<std::string> out;
    if (syllables.empty()) return out;
    const std::size_t before = syllables.size() - 1;
    const auto spell = [&](auto whole) {
        std::string text;
        for (std::size_t i = 0; i < before; ++i) whole(i) ? text += syllables[i] : text += syllables[i].front();
        out.push_back(text + syllables[before]);
    };
    if (before <= 3) {
        for (std::size_t mask = 0; mask < (1u << before); ++mask) spell([mask](std::size_t i) { return (mask >> i & 1u) != 0; });
    } else {
        // A long name, 买买提·吐尔逊: whole up to somewhere, or from somewhere.
        for (std::size_t turn = 0; turn <= before; ++turn) spell([turn](std::size_t i) { return i < turn; });
        for (std::size_t turn = 1; turn < before; ++turn) spell([turn](std::size_t i) { return i >= turn; });
    }
    return out;
}

std::string typed_letters(std::string_view typed) {
    std::string out;
    for (std::size_t i = 0; i < typed.size() && out.size() < 64; ++i) {
        const char c = typed[i];
        if (c >= 'a' && c <= 'z') out.push_back(c);
        else if (c >= 'A' && c <= 'Z') out.push_back(static_cast<char>(c - 'A' + 'a'));
        else if (typed.substr(i, 2) == "ü" || typed.substr(i, 2) == "Ü") out.push_back('v');
    }
    return out;
}

}  // namespace

std::string pinyin_of_name(std::string_view name) {
    const std::u32string characters = to_utf32(name);
    const Reading* surname = surname_of(characters);
    if (surname == nullptr) return joined(words_of(plain_letters(name, any_han(characters))), " ");
    Syllables syllables = readings_of(surname->pinyin).front();
    // The name goes in whole, because a character may sound by its neighbours; the surname's syllables are then replaced.
    Syllables all = words_of(plain_letters(name, true));
    const std::size_t said = std::min(all.size(), surname->characters.size());
    syllables.insert(syllables.end(), all.begin() + static_cast<std::ptrdiff_t>(said), all.end());
    return joined(syllables, " ");
}

std::string plain_pinyin(std::string_view written, std::string_view name) {
    std::string spaced;
    for (const char c : plain_letters(written, true)) spaced += c >= '0' && c <= '9' ? ' ' : c;  // zhang1san1
    const Syllables words = words_of(spaced);
    const std::u32string characters = to_utf32(name);
    const auto han = static_cast<std::size_t>(std::count_if(characters.begin(), characters.end(), is_han));
    if (han == 0 || words.size() == han) return joined(words, " ");
    std::string letters = joined(words, "");
    // "zhang xiaoming": the words are the surname and the given name, and a cut must not run across.
    if (words.size() == 2) {
        for (std::size_t first = 1; first < han; ++first) {
            const Syllables left = cut(words[0], first), right = cut(words[1], han - first);
            if (!left.empty() && !right.empty()) return joined(left, " ") + " " + joined(right, " ");
        }
    }
    const Syllables syllables = cut(letters, han);
    return syllables.empty() ? joined(words, " ") : joined(syllables, " ");
}

NameIndex::NameIndex(std::vector<Entry> entries) {
    std::vector<std::uint32_t> order(entries.size());
    std::iota(order.begin(), order.end(), 0u);
    const auto length = [&](std::uint32_t i) { return std::count(entries[i].pinyin.begin(), entries[i].pinyin.end(), ' '); };
    std::vector<std::ptrdiff_t> lengths(entries.size());
    for (const std::uint32_t i : order) lengths[i] = length(i);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (lengths[a] != lengths[b]) return lengths[a] < lengths[b];
        if (entries[a].pinyin != entries[b].pinyin) return entries[a].pinyin < entries[b].pinyin;
        return entries[a].who < entries[b].who;
    });
    who_.reserve(entries.size());
    std::vector<std::string> initials, spellings;
    for (const std::uint32_t i : order) {
        const auto place = static_cast<std::uint32_t>(who_.size());
        who_.push_back(entries[i].who);
        initials.clear();
        spellings.clear();
        for (const Syllables& reading : all_readings(entries[i])) {
            if (reading.empty()) continue;
            initials.push_back(initials_of(reading));
            for (std::string& spelling : spellings_of(reading)) spellings.push_back(std::move(spelling));
        }
        const auto keep = [&](std::vector<std::string>& ways, Keys& keys) {
            std::sort(ways.begin(), ways.end());
            ways.erase(std::unique(ways.begin(), ways.end()), ways.end());
            for (const std::string& way : ways) {
                keys.push_back({static_cast<std::uint32_t>(letters_.size()), static_cast<std::uint32_t>(way.size()), place});
                letters_ += way;
            }
        };
        keep(initials, by_initials_);
        keep(spellings, by_spelling_);
    }
    const auto less = [this](const Key& a, const Key& b) {
        const int order_of_letters = letters_of(a).compare(letters_of(b));
        return order_of_letters != 0 ? order_of_letters < 0 : a.entry < b.entry;
    };
    std::sort(by_initials_.begin(), by_initials_.end(), less);
    std::sort(by_spelling_.begin(), by_spelling_.end(), less);
}

std::pair<NameIndex::Keys::const_iterator, NameIndex::Keys::const_iterator> NameIndex::beginning_with(const Keys& keys, std::string_view letters) const {
    const auto from = std::partition_point(keys.begin(), keys.end(), [&](const Key& key) { return letters_of(key) < letters; });
    const auto to = std::partition_point(from, keys.end(), [&](const Key& key) { return letters_of(key).starts_with(letters); });
    return {from, to};
}

NameIndex::Found NameIndex::find(std::string_view typed, std::size_t limit) const {
    Found found;
    const std::string letters = typed_letters(typed);
    if (letters.empty()) return found;
    std::vector<bool> seen(who_.size());
    const auto take = [&](std::uint32_t entry) {
        if (seen[entry]) return;
        seen[entry] = true;
        ++found.total;
        if (found.who.size() < limit) found.who.push_back(who_[entry]);
    };
    for (auto [key, end] = beginning_with(by_initials_, letters); key != end && key->size == letters.size(); ++key) take(key->entry);
    // One mark per entry, then once through the marks: their order is the order of the answer.
    std::vector<bool> fits(who_.size());
    for (auto [key, end] = beginning_with(by_spelling_, letters); key != end; ++key) fits[key->entry] = true;
    for (std::uint32_t entry = 0; entry < fits.size(); ++entry)
        if (fits[entry]) take(entry);
    return found;
}

std::string NameIndex::next_letters(std::string_view typed) const {
    std::string letters = typed_letters(typed), next;
    letters.push_back('a');
    for (char c = 'a'; c <= 'z'; ++c) {
        letters.back() = c;
        for (const Keys* keys : {&by_initials_, &by_spelling_}) {
            const auto [from, to] = beginning_with(*keys, letters);
            if (from == to) continue;
            next.push_back(c);
            break;
        }
    }
    return next;
}

}  // namespace xinghuo
