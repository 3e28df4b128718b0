// Moodle's GIFT format, all that its documentation describes (docs.moodle.org, "GIFT format").
// One language, as the file says it; bank.h makes questions of it. Pure: text in, questions and errors out.
//
// Read: comments from // at a line's start, also inside a question, with [id:…] and [tag:…] (\] is a bracket);
// $CATEGORY: lines; ::titles::; the formats [html] [moodle] [plain] [markdown] before any text; blank lines between
// questions; \~ \= \# \{ \} \: \\ and \n; feedback after # and general feedback after ####;
//   single       {~wrong =right ~%50%half right}
//   multiple     {~%50%a ~%50%b ~%-100%c}        no = stands among the answers
//   true/false   {T} {FALSE#said to the wrong#said to the right}
//   short        {=one =%80%another}
//   matching     {=left -> right = -> right side without a left}
//   numeric      {#3:2} {#1..5} {#=1822:0 =%50%1822:2 ~#said to the wrong}
//   missing word Grant is {…} in the tomb.       the stem gets _____ where the braces stood
//   essay {} and description (no braces).
//
// Stricter than Moodle's own importer, because nobody corrects a question on a wall: a single-choice question has
// exactly one right answer; the positive weights of a multiple one sum to 100 (±0.1); a short or numeric one has an
// answer worth 100; ids (or else titles) are not given twice; no answer is empty, no two options read the same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "content/quiz/question.h"

namespace xinghuo {

enum class TextFormat { moodle, html, plain, markdown };

struct GiftText {
    std::string text;
    TextFormat format = TextFormat::moodle;
};

// The text without its mark-up, as a label can show it: tags and entities of html and moodle, emphasis, code and
// heading marks of markdown. <br> and the ends of paragraphs become '\n'.
std::string plain_text(const GiftText& text);

struct GiftAnswer {
    GiftText text;
    double percent = 0;  // −100 … 100
    GiftText feedback;
};

struct GiftPair {
    GiftText left;  // empty: this right side belongs to nothing
    GiftText right;
};

struct GiftNumber {
    double low = 0, high = 0;
    double percent = 0;
    bool any = false;   // the feedback for every other number
    std::string shown;  // "3±2", "1–5", "1822"
    GiftText feedback;
};

struct GiftQuestion {
    int line = 0;  // of its first line, from 1
    QuestionType type = QuestionType::description;
    std::string id;  // [id:…], else the title, else empty
    std::string title, category;
    std::vector<std::string> tags;
    GiftText stem;
    bool missing_word = false;
    GiftText general_feedback;
    std::vector<GiftAnswer> answers;  // single, multiple, short
    bool truth = false;               // true_false
    GiftText wrong_feedback, right_feedback;
    std::vector<GiftPair> pairs;
    std::vector<GiftNumber> numbers;
};

struct GiftError {
    int line = 0;
    std::string what;
};

struct GiftFile {
    std::vector<GiftQuestion> questions;  // the good ones, in file order
    std::vector<GiftError> errors;        // the first 200, by line
    std::size_t errors_total = 0;
};

// Takes any bytes and never fails as a whole; after an error reading goes on with the next question. Broken UTF-8 and
// control characters are errors of their line and are replaced.
// Limits: 8 MB, 20,000 questions, 64 answers and 32 tags a question, 64 KB a question, 500 bytes an id or title.
GiftFile read_gift(std::string_view bytes);

}  // namespace xinghuo
