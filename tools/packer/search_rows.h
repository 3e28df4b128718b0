// What of a source can be searched for, item by item, with the pinyin its own word lists give.
#pragma once

#include <vector>

#include "content/exhibit/search_index.h"
#include "tools/packer/source.h"

namespace xinghuo {

std::vector<SearchRow> search_rows(const Source& source);
// "li da zhao": as it is read aloud, without tones.
std::string search_pinyin(const Pronouncer& pronouncer, std::string_view text);

}  // namespace xinghuo
