#include "tools/record_book/commands.h"

namespace xinghuo::record_book {

const std::vector<Command>& commands() {
    static const std::vector<Command> all = {
        {"list", "[--json | --lines] [--since SEQ]    the records, oldest first", list},
        {"verify", "[FILE]    what is wrong with the chain and its signatures; FILE: an export, or another records.db", verify},
        {"export", "FILE [--since SEQ]    records with their signatures, to be checked anywhere", export_to_file},
        {"import-roster", "FILE.csv|xlsx [--apply]    what a roster would change; with --apply it is taken over", import_roster},
        {"set-admin-pin", "a new PIN for the administrator, asked for, or the line on standard input", set_admin_pin},
    };
    return all;
}

}  // namespace xinghuo::record_book
