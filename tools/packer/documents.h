// documents/ID.zh.md and documents/ID.en.md: what is to be read, from Markdown to document.json.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "content/exhibit/document.h"
#include "tools/packer/problems.h"
#include "tools/packer/step.h"

namespace xinghuo {

struct Source;

struct SourceDocument {
    std::string id, section;
    Document document;                  // pictures are paths in the source
    std::vector<std::string> pictures;  // all of them, each once; the n-th lies in documents/ID/pN in the pack
};

// Everything that can be known without drawing is checked: front matter, Markdown, pictures that are there, both languages.
void read_documents(Source& source, Problems& problems);

Result<void> add_document_steps(const Source& source, std::vector<Step>& steps);
// The document as the kiosk reads it; `note` gives a note of a step by its path.
Result<Document> finished_document(const SourceDocument& document, const std::function<Result<std::string>(const std::string&)>& note);
// A picture for cards; empty: it has none.
std::string document_card(const SourceDocument& document);

}  // namespace xinghuo
