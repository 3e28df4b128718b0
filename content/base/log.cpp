#include "content/base/log.h"

#include <unistd.h>

#include <string>

namespace xinghuo {
namespace {

// One write per line, so lines of several threads do not mix.
void line(std::string_view level, std::string_view sentence) {
    std::string text;
    text.append(level).append(sentence).append("\n");
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void log_info(std::string_view sentence) { line("xinghuo: ", sentence); }
void log_warning(std::string_view sentence) { line("xinghuo: warning: ", sentence); }

}  // namespace xinghuo
