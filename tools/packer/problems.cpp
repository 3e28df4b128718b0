#include "tools/packer/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace xinghuo {
namespace {

constexpr std::size_t problem_limit = 500;

}  // namespace

void Problems::keep(Problem problem) {
    const bool said = std::any_of(problems_.begin(), problems_.end(), [&](const Problem& p) {
        return p.line == problem.line && p.file == problem.file && p.what == problem.what;
    });
    if (said) return;
    std::size_t& count = problem.warning ? warnings_ : errors_;
    if (++count <= problem_limit) problems_.push_back(std::move(problem));
}

std::vector<Problem> Problems::sorted() const {
    std::vector<Problem> all = problems_;
    std::stable_sort(all.begin(), all.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.warning, a.file, a.line) < std::tie(b.warning, b.file, b.line);
    });
    return all;
}

std::string Problems::text() const {
    std::string out;
    for (const Problem& p : sorted()) {
        if (p.warning) continue;
        out += p.line > 0 ? fmt::format("{}:{}: {}\n", p.file, p.line, p.what) : fmt::format("{}: {}\n", p.file, p.what);
    }
    if (errors_ > problem_limit) out += fmt::format("and {} more\n", errors_ - problem_limit);
    return out;
}

}  // namespace xinghuo
