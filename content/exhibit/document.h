// A document to be read: a letter, an article, a regulation. Its blocks in each language, its notes and where it comes from. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

struct DocumentRun {
    std::string text;                    // '\n' ends a line; empty where a note is meant
    bool strong = false, emphasis = false;
    int note = 0;                        // the number of the note that is meant here, from 1
    bool operator==(const DocumentRun&) const = default;
};
using DocumentRuns = std::vector<DocumentRun>;

struct DocumentBlock {
    enum class Kind { heading, paragraph, quote, item, picture, rule } kind = Kind::paragraph;
    int level = 0;                       // of a heading 2 or 3; of a list's item how deep it lies, from 0
    std::string mark;                    // of an item: "•", "1."; empty where it goes on
    DocumentRuns runs;                   // of a picture: its caption
    std::string picture, alt;            // path in the pack, and what is seen on it
    int w = 0, h = 0;                    // px of the picture
};

struct DocumentText {
    std::string title, author, summary, source;
    std::vector<DocumentBlock> blocks;
    std::vector<DocumentRuns> notes;     // number 1 first
};

struct Document {
    std::string date;                    // ISO, partial allowed; may be empty
    std::string picture;                 // beside the title; may be empty
    std::map<Lang, DocumentText> texts;  // at least one
    // What is not translated is shown in the language there is.
    [[nodiscard]] const DocumentText& in(Lang lang) const;
};

inline constexpr std::size_t document_block_limit = 5'000, document_run_limit = 2'000, document_note_limit = 500;

// The text of document.json (content/pack/README.md).
Result<Document> read_document(std::string_view json);
std::string write_document(const Document& document);

}  // namespace xinghuo
