#include "tools/record_book/commands.h"

namespace xinghuo::record_book {

const std::vector<Command>& commands() {
    static const std::vector<Command> all = {
        {"list", "[--json | --lines] [--since SEQ]    the records, oldest first", list},
    };
    return all;
}

}  // namespace xinghuo::record_book
