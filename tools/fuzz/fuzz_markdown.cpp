// An author's document: front matter and Markdown.
#include "tools/fuzz/target.h"
#include "tools/packer/front_matter.h"
#include "tools/packer/markdown.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text(data, size);
    Problems problems;
    const FrontMatter front = read_front_matter(text, "a.zh.md", problems);
    if (front.body <= text.size()) (void)read_markdown(text.substr(front.body), front.body_line, "a.zh.md", problems);
    return 0;
}
