// Inside the GIFT reader: the lines between two blank lines, and what becomes of them. See gift.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/quiz/gift.h"

namespace xinghuo::gift {

// Escaped characters stand as one control byte each while the structure is read; the reader has removed all control
// bytes from the file before, so these cannot be mistaken.
inline constexpr std::string_view kEscapable = ":#={}~n\\";

// The text of one block: comment lines emptied, escapes replaced, one '\n' a line.
struct Block {
    std::string text;
    int first_line = 0;
    std::string id;  // from comments
    std::vector<std::string> tags;

    // The line of the file in which a part of `text` begins.
    [[nodiscard]] int line_of(std::string_view part) const;
};
Block make_block(const std::vector<std::string_view>& lines, int first_line);

// Escapes undone, ends trimmed.
std::string unescaped(std::string_view part);
std::string_view trimmed(std::string_view part);

// A question of a block that is neither empty nor a category; nothing when it has errors, which are appended.
// `open_braces` tells that the block ended inside its answers.
struct Reading {
    std::vector<GiftQuestion> question;  // none or one
    bool open_braces = false;
};
Reading read_question(const Block& block, std::vector<GiftError>& errors);

// What GIFT allows and the hall does not: see gift.h. True when the question may be asked.
bool check_question(const GiftQuestion& question, std::vector<GiftError>& errors);

}  // namespace xinghuo::gift
