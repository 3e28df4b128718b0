// What xinghuo-records can do, one file each. A command answers on standard output, complains on standard error, and returns
// the program's exit code: 0 good, 1 not so (what was checked is wrong, what was given is refused), 2 asked wrongly or not able to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content/study/study.h"

namespace xinghuo::record_book {

struct Context {
    StudyFiles files;
    const Clock& clock;

    // Beside a running kiosk, or alone; makes the data folder where there is none.
    [[nodiscard]] Result<std::unique_ptr<Study>> open() const { return Study::open_beside({files.data, clock.boot_id(), "", {}, false}, clock.moment()); }
};

using Arguments = std::vector<std::string>;  // behind the command's name

int list(const Context& context, const Arguments& arguments);
int verify(const Context& context, const Arguments& arguments);
int export_to_file(const Context& context, const Arguments& arguments);
int import_roster(const Context& context, const Arguments& arguments);
int set_admin_pin(const Context& context, const Arguments& arguments);

// Beside whoever writes, changing nothing. `missing` when the folder holds no study record.
Result<std::unique_ptr<Database>> open_to_read(const Context& context);
// "17"; nothing when it is no number from 0.
std::optional<std::int64_t> record_number(const std::string& text);

// "xinghuo-records: …", one line on standard error. Returns `code`.
int complain(const std::string& sentence, int code = 2);

struct Command {
    const char* name;
    const char* usage;  // arguments and what it does
    int (*run)(const Context&, const Arguments&);
};
// The table, in commands.cpp: a new command adds its line there, and its function above.
const std::vector<Command>& commands();

}  // namespace xinghuo::record_book
