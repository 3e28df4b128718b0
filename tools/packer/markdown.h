// Markdown as documents use it (read by md4c): headings, paragraphs, emphasis, quotations, lists, pictures, notes, rules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/exhibit/document.h"
#include "tools/packer/problems.h"

namespace xinghuo {

struct Markdown {
    std::vector<DocumentBlock> blocks;   // of a picture: `picture` is the path as it was written
    std::vector<int> lines;              // of each block, in the file
    std::vector<DocumentRuns> notes;
};

// A note: [^1] in the text, and a line "[^1]: what it says" anywhere. A picture stands in a paragraph of its own,
// ![what is seen](pictures/name.jpg "caption"). Told as problems, with their line: HTML, links, code, a picture without a description,
// a note without a text or the other way round, marks of emphasis that were not understood.
Markdown read_markdown(std::string_view body, int first_line, const std::string& file, Problems& problems);

}  // namespace xinghuo
