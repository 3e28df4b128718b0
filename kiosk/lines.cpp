#include "kiosk/lines.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace xinghuo {

void Lines::take(std::string_view block) {
    while (!block.empty()) {
        const std::size_t end = block.find('\n');
        const std::string_view part = block.substr(0, end);
        begun_.append(part.substr(0, longest_line - begun_.size()));
        if (end == std::string_view::npos) return;
        whole_.append(begun_).push_back('\n');
        begun_.clear();
        block.remove_prefix(end + 1);
    }
}

bool Lines::read_more() {
    char block[4096];
    ssize_t n = 0;
    do n = ::read(descriptor_, block, sizeof block);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        take({block, static_cast<std::size_t>(n)});
        return true;
    }
    if (!begun_.empty()) take("\n");
    return false;
}

std::optional<std::string> Lines::next() {
    if (taken_ == whole_.size()) {
        whole_.clear();
        taken_ = 0;
        return std::nullopt;
    }
    const std::size_t end = whole_.find('\n', taken_);
    std::string line = whole_.substr(taken_, end - taken_);
    taken_ = end + 1;
    return line;
}

bool answer_line(std::string_view answer) {
    std::string text(answer);
    text.push_back('\n');
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

}  // namespace xinghuo
