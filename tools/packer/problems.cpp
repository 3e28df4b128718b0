#include "tools/packer/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace xinghuo {
namespace {

constexpr std::size_t problem_limit = 500;

}  // namespace

void Problems::add(std::string_view file, int line, std::string what) {
    const bool said = std::any_of(problems_.begin(), problems_.end(), [&](const Problem& p) {
        return p.line == line && p.file == file && p.what == what;
    });
    if (said) return;
    ++total_;
    if (problems_.size() < problem_limit) problems_.push_back({std::string(file), line, std::move(what)});
}

std::vector<Problem> Problems::sorted() const {
    std::vector<Problem> all = problems_;
    std::stable_sort(all.begin(), all.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.file, a.line) < std::tie(b.file, b.line);
    });
    return all;
}

std::string Problems::text() const {
    std::string out;
    for (const Problem& p : sorted())
        out += p.line > 0 ? fmt::format("{}:{}: {}\n", p.file, p.line, p.what) : fmt::format("{}: {}\n", p.file, p.what);
    if (total_ > problems_.size()) out += fmt::format("and {} more\n", total_ - problems_.size());
    return out;
}

}  // namespace xinghuo
