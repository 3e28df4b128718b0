#include <charconv>

#include "tools/record_book/commands.h"

namespace xinghuo::record_book {

Result<std::unique_ptr<Database>> open_to_read(const Context& context) {
    if (context.files.data.empty()) return Error{ErrorKind::invalid, "which data folder? --data DIR"};
    std::error_code failed;
    if (!std::filesystem::exists(context.files.database(), failed))
        return Error{ErrorKind::missing, context.files.data.string() + ": there is no study record in this folder"};
    return Database::open(context.files.database(), {true, 5000});
}

std::optional<std::int64_t> record_number(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

}  // namespace xinghuo::record_book
