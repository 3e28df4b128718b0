// Names by sound: 张三 is found by zs, zhangs, zhangsan; 单 is shan, 尉迟 yuchi; all readings of a character count, surnames
// first. A roster's own pinyin wins. Pure but for ICU; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xinghuo {

// "zhang san": lower-case letters a–z (ü is v), one syllable per character, spaces between. With the surname's reading
// (尉迟 → "yu chi"). Of a name in Latin letters: its words.
std::string pinyin_of_name(std::string_view name);

// Fifty thousand names, found in well under 5 ms. Made once, in the background.
class NameIndex {
public:
    struct Entry {
        std::uint32_t who;     // the caller's number
        std::string pinyin;    // as pinyin_of_name, or the roster's own
        std::string name;      // for characters with several readings
    };
    explicit NameIndex(std::vector<Entry> entries);
    NameIndex();
    // Whose initials or spelling begin with these letters ("zs", "zhangs", "zsan"); best first: exact initials, then shorter
    // names, then alphabetically. `total` is how many there are beyond the limit, too.
    struct Found {
        std::vector<std::uint32_t> who;
        std::size_t total = 0;
    };
    [[nodiscard]] Found find(std::string_view letters, std::size_t limit) const;
    // The letters after `letters` that find anybody: the other keys may be dimmed.
    [[nodiscard]] std::string next_letters(std::string_view letters) const;
    [[nodiscard]] std::size_t size() const;

private:
    struct Key {
        std::string letters;
        std::uint32_t entry;
    };
    std::vector<Entry> entries_;
    std::vector<Key> by_initials_, by_spelling_;
};

}  // namespace xinghuo
