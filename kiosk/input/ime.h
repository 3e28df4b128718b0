// Writing Chinese by pinyin, through librime, in this process. It learns nothing from anybody and writes nothing: the tables are
// Debian's ready-made ones. Opening takes about 30 ms, a letter up to 5 ms. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "content/base/file.h"

namespace xinghuo {

class InputMethod {
public:
    // `folder`: the application's own, with xinghuo_pinyin.schema.yaml and phrases.txt. All in one process use the same folder.
    // `missing` when that or rime-data-pinyin-simp is not there.
    static Result<std::unique_ptr<InputMethod>> open(const Path& folder);
    virtual ~InputMethod() = default;

    struct Writing {
        std::string shown;                    // "zhu ti dang ri", with what was chosen already in its place; empty: nothing is being written
        std::vector<std::string> candidates;  // of this page, at most 9
        bool has_before = false, has_after = false;  // other pages
    };
    [[nodiscard]] virtual Writing writing() const = 0;

    static constexpr std::size_t most_letters = 30;  // further ones are not taken
    // a–z, or an apostrophe between syllables.
    virtual void letter(char letter) = 0;
    virtual void erase() = 0;   // the last letter
    virtual void clear() = 0;
    virtual void turn_page(bool forward) = 0;
    // A candidate of this page. What is finished by it, to go into the text; empty while letters are left.
    virtual std::string choose(std::size_t candidate) = 0;
    // The letters as they were typed, which ends the writing: for a word that is not Chinese.
    virtual std::string take_letters() = 0;
};

}  // namespace xinghuo
