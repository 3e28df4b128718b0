// Names by sound: 张三 is found by zs, zhangs, zsan, zhangsan; 单 is shan, 尉迟 yuchi; all readings of a character count, surnames
// first. A roster's own pinyin wins. Pure but for ICU; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xinghuo {

// "zhang san": lower-case letters a–z (ü is v), one syllable per character, spaces between. With the surname's reading
// (尉迟 → "yu chi"). Of a name in Latin letters: its words. A character nobody knows the sound of is left out.
std::string pinyin_of_name(std::string_view name);
// A roster's own pinyin in the same form: "Zhāng Sān", "ZHANG San", "zhang1san1" or "zhangsan" → "zhang san", cut into as many
// syllables as the name has characters. Empty when there is no letter in it.
std::string plain_pinyin(std::string_view written, std::string_view name);

// Fifty thousand names, found in well under 5 ms. Made once, in the background: about a third of a second.
class NameIndex {
public:
    struct Entry {
        std::uint32_t who;     // the caller's number
        std::string pinyin;    // as pinyin_of_name, or plain_pinyin of the roster's own
        std::string name;      // for characters with several readings
    };
    explicit NameIndex(std::vector<Entry> entries);
    NameIndex() = default;
    // Whose initials or spelling begin with these letters ("zs", "zhangs", "zsan"); best first: exact initials, then shorter
    // names, then alphabetically. `total` is how many there are beyond the limit, too. Capitals are small letters, ü is v, and
    // everything else but a–z is passed over; without a letter nobody is found.
    struct Found {
        std::vector<std::uint32_t> who;
        std::size_t total = 0;
    };
    [[nodiscard]] Found find(std::string_view letters, std::size_t limit) const;
    // The letters after `letters` that find anybody: the other keys may be dimmed. In the order of the alphabet.
    [[nodiscard]] std::string next_letters(std::string_view letters) const;
    [[nodiscard]] std::size_t size() const { return who_.size(); }

private:
    // A way to type a name: a piece of letters_. An entry has several; sorted by their letters.
    struct Key {
        std::uint32_t first, size;
        std::uint32_t entry;    // a place in who_: the lower the better
    };
    using Keys = std::vector<Key>;
    [[nodiscard]] std::string_view letters_of(const Key& key) const { return std::string_view(letters_).substr(key.first, key.size); }
    [[nodiscard]] std::pair<Keys::const_iterator, Keys::const_iterator> beginning_with(const Keys& keys, std::string_view letters) const;

    std::vector<std::uint32_t> who_;  // shorter names first, then alphabetically
    std::string letters_;
    Keys by_initials_, by_spelling_;  // whole initials; mixtures of whole syllables and initials, the last syllable whole
};

}  // namespace xinghuo
