// Commands from outside, line by line, and the answers to them. Straight from the descriptors, without a stream's own buffer,
// so that poll() tells the truth.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace xinghuo {

class Lines {
public:
    // Of what is longer only the beginning is kept, enough to answer that there is no such command.
    static constexpr std::size_t longest_line = 64u << 10;

    explicit Lines(int descriptor) : descriptor_(descriptor) {}
    // Waits for more; false at the end of the input. A last line without its end counts.
    bool read_more();
    // The next whole line without its end; nothing when there is none yet.
    std::optional<std::string> next();

private:
    void take(std::string_view block);

    int descriptor_;
    std::string whole_;      // lines with their ends
    std::size_t taken_ = 0;  // of whole_
    std::string begun_;      // the beginning of a line
};

// The answer and a line end to standard output; false when nobody can hear it any more.
bool answer_line(std::string_view answer);

}  // namespace xinghuo
