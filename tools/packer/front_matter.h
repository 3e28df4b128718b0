// The lines between two "---" at the beginning of a Markdown file: a name, a colon, a text (YAML, read by yaml-cpp).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/packer/problems.h"

namespace xinghuo {

struct FrontMatter {
    struct Field {
        std::string text;
        int line = 0;                        // in the file, from 1
    };
    std::map<std::string, Field> fields;     // by their English names
    std::size_t body = 0;                    // where what follows begins, in bytes
    int body_line = 1;

    [[nodiscard]] std::string text(const std::string& name) const;
    [[nodiscard]] int line(const std::string& name) const;  // of the first line, where there is no such field
};

// Names may be Chinese (标题, 作者, 摘要, 出处, 日期, 栏目, 图片, 备注). Told as problems: no front matter, YAML that is broken, a name that
// is not known or stands twice, a value that is not one text, over 16 kB.
FrontMatter read_front_matter(std::string_view markdown, const std::string& file, Problems& problems);

}  // namespace xinghuo
