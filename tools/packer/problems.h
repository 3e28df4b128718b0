// What is wrong with a source, all of it, each with its file and line. A sentence is English and follows a pattern of
// strings/en.json, by which words.h knows its code, says it in Chinese, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xinghuo {

struct Problem {
    std::string file;  // relative to the source's folder
    int line = 0;      // from 1; 0 where a file has no lines or is not there
    std::string what;
    bool warning = false;  // the pack can be built; a person should look
};

class Problems {
public:
    // Keeps the first 500 of each and counts the rest. The same thing said twice of one place is kept once.
    void add(std::string_view file, int line, std::string what) { keep({std::string(file), line, std::move(what), false}); }
    void warn(std::string_view file, int line, std::string what) { keep({std::string(file), line, std::move(what), true}); }
    // Errors; warnings hinder nothing.
    [[nodiscard]] bool none() const { return errors_ == 0; }
    [[nodiscard]] std::size_t total() const { return errors_; }
    [[nodiscard]] std::size_t warnings() const { return warnings_; }
    [[nodiscard]] std::size_t left_out() const { return errors_ + warnings_ - problems_.size(); }
    // Errors first, by file and line.
    [[nodiscard]] std::vector<Problem> sorted() const;
    // The errors: "figures.json:12: narration.segments[0].source: missing"
    [[nodiscard]] std::string text() const;

private:
    void keep(Problem problem);
    std::vector<Problem> problems_;
    std::size_t errors_ = 0, warnings_ = 0;
};

}  // namespace xinghuo
