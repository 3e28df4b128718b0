// Running another program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"

namespace xinghuo {

// Runs a program with words, gives it `input` (at most 60,000 bytes), waits, and returns what it printed (at most
// 16 MB). An exit other than 0 is an error with the first 500 bytes of its standard error.
Result<std::string> run_program(const Path& program, const std::vector<std::string>& words, std::string_view input);

// A program that was built with this one: beside the running program.
Path program_beside(std::string_view name);

}  // namespace xinghuo
