// A Content-Type in the first line, and behind it the body it is of. What was read is written and read again: nothing may have changed.
#include <algorithm>

#include "sync/server/multipart.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_text(data, size);
    const std::size_t line = std::min(text.find('\n'), text.size());
    const auto type = read_media_type(text.substr(0, line));
    if (!type) return 0;
    const std::string_view boundary = type->parameter("boundary");
    const auto parts = read_multipart(boundary, text.substr(std::min(line + 1, text.size())));
    if (!parts) return 0;
    const std::string written = multipart_body(boundary, *parts);
    const auto again = read_multipart(boundary, written);
    insist(again && again->size() == parts->size(), "a multipart that cannot be read again");
    for (std::size_t i = 0; i < parts->size(); ++i)
        insist((*again)[i].bytes == (*parts)[i].bytes && (*again)[i].headers == (*parts)[i].headers, "a part that changed");
    return 0;
}
