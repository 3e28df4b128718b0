// A member, as far as sign-in and hours need. (Product rule 14.)
#pragma once

#include <string>
#include <vector>

#include "content/base/ids.h"

namespace xinghuo {

struct Member {
    MemberId id;
    std::string number;    // 学号 / 工号, as the roster has it
    std::string name;
    std::string branch;
    std::string card;      // empty: none bound
    std::string pinyin;    // the roster's own reading; empty: made from the name
    bool host = false;     // may open activities
    bool has_pin = false;
    bool gone = false;     // no longer on the roster; the records keep their meaning
};

// 张小明 → 张*明, 张三 → 张*, 买买提·吐尔逊 → 买*逊, "Anna Schmidt" → A*t: the first and last characters a person sees.
std::string masked_name(std::string_view name);
// The last two characters of a number, to tell two of the same masked name apart: "…07".
std::string number_tail(std::string_view number);

}  // namespace xinghuo
