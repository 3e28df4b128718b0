#include <fmt/format.h>

#include "tools/record_book/commands.h"

namespace xinghuo::record_book {

int export_to_file(const Context& context, const Arguments& arguments) {
    Path file;
    std::int64_t since = 0;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--since" && i + 1 < arguments.size()) {
            const auto number = record_number(arguments[++i]);
            if (!number) return complain("--since wants the number of a record, not \"" + arguments[i] + "\"");
            since = *number;
        } else if (file.empty() && !arguments[i].starts_with("--")) {
            file = arguments[i];
        } else {
            return complain("export does not know \"" + arguments[i] + "\"");
        }
    }
    if (file.empty()) return complain("export to which file?");
    auto db = open_to_read(context);
    if (!db) return complain(db.error().what);
    auto key = device_public_key(**db);
    if (!key) return complain(key.error().what);
    auto count = export_records(**db, *key, file, since);
    if (!count) return complain(count.error().what);
    fmt::print("{} records of kiosk {} in {}\n", *count, kiosk_id(*key).text, file.string());
    return 0;
}

}  // namespace xinghuo::record_book
