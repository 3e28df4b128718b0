// What is wrong with a source, all of it, each with its file and line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xinghuo {

struct Problem {
    std::string file;  // relative to the source's folder
    int line = 0;      // from 1; 0 where a file has no lines or is not there
    std::string what;
};

class Problems {
public:
    // Keeps the first 500 and counts the rest. The same thing said twice of one place is kept once.
    void add(std::string_view file, int line, std::string what);
    [[nodiscard]] bool none() const { return total_ == 0; }
    [[nodiscard]] std::size_t total() const { return total_; }
    // By file and line.
    [[nodiscard]] std::vector<Problem> sorted() const;
    // "figures.json:12: narration.segments[0].source: missing"
    [[nodiscard]] std::string text() const;

private:
    std::vector<Problem> problems_;
    std::size_t total_ = 0;
};

}  // namespace xinghuo
