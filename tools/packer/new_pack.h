// A new source of a pack, from the template that comes with the program.
#pragma once

#include <string>

#include "content/base/file.h"

namespace xinghuo {

struct NewPack {
    std::string id;                                      // empty: made of the folder's name
    std::string title = "我的展包", title_en = "My pack";
};

// Writes the template into `folder`, which is made, or is there and empty (`invalid` otherwise), with the JSON Schemas beside it.
// {{id}}, {{title}}, {{title_en}} and {{folder}} of its texts are filled in. Returns the number of files.
Result<int> make_new_pack(const Path& share, const Path& folder, NewPack wishes);

// "Our Pack 2026" → "our-pack-2026"; "my-pack" where nothing is left.
std::string id_from(std::string_view name);

}  // namespace xinghuo
