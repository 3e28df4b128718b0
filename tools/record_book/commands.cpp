#include "tools/record_book/commands.h"

namespace xinghuo::record_book {

const std::vector<Command>& commands() {
    static const std::vector<Command> all = {
        {"list", "[--json | --lines] [--since SEQ]    the records, oldest first", list},
        {"set-admin-pin", "a new PIN for the administrator, asked for, or the line on standard input", set_admin_pin},
    };
    return all;
}

}  // namespace xinghuo::record_book
