// import-roster: what a file would change, by its rows, and on request the change itself. It prints no name, number or card:
// what stands on a console is soon in a log.
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "content/base/spreadsheet.h"
#include "tools/record_book/commands.h"

namespace xinghuo::record_book {
namespace {

// "2 to 40, 43", at most 20 stretches.
std::string rows_of(const std::vector<RosterPreview::Change>& changes) {
    std::string out;
    std::size_t stretches = 0;
    for (std::size_t i = 0; i < changes.size();) {
        std::size_t last = i;
        while (last + 1 < changes.size() && changes[last + 1].now.row == changes[last].now.row + 1) ++last;
        if (++stretches > 20) return out + fmt::format(" and {} more", changes.size() - i);
        const std::size_t from = changes[i].now.row, to = changes[last].now.row;
        out += out.empty() ? "" : ", ";
        out += from == to ? fmt::format("{}", from) : fmt::format("{} to {}", from, to);
        i = last + 1;
    }
    return out;
}

void print_changes(const char* what, const std::vector<RosterPreview::Change>& changes) {
    fmt::print("{:10} {}", what, changes.size());
    if (!changes.empty()) fmt::print("   rows {}", rows_of(changes));
    fmt::print("\n");
}

}  // namespace

int import_roster(const Context& context, const Arguments& arguments) {
    Path file;
    bool apply = false;
    for (const std::string& argument : arguments) {
        if (argument == "--apply") apply = true;
        else if (argument.starts_with("--") || !file.empty()) return complain("import-roster takes one FILE, and --apply");
        else file = argument;
    }
    if (file.empty()) return complain("import-roster takes one FILE, and --apply");
    auto bytes = read_bytes(file, table_limit_bytes);
    if (!bytes) return complain(bytes.error().what);
    auto table = read_table(*bytes);
    if (!table) return complain(table.error().what, 1);
    auto roster = read_roster(*table);
    if (!roster) return complain(roster.error().what, 1);
    std::string unknown;
    for (const std::string& heading : roster->unknown) unknown += (unknown.empty() ? "" : ", ") + heading;
    if (!unknown.empty()) fmt::print("Columns nobody reads: {}\n", unknown);
    if (!roster->problems.empty()) {
        for (const RosterProblem& problem : roster->problems) fmt::print(stderr, "{}\n", problem.what);
        return complain("the roster has problems; nothing was changed", 1);
    }
    auto study = context.open();
    if (!study) return complain(study.error().what);
    auto preview = (*study)->roster().preview(*roster);
    if (!preview) return complain(preview.error().what);
    print_changes("new", preview->added);
    print_changes("changed", preview->changed);
    fmt::print("{:10} {}\n{:10} {}\n", "gone", preview->gone.size(), "the same", preview->same);
    if (!apply) {
        fmt::print("Nothing was changed; --apply takes it over.\n");
        return 0;
    }
    auto done = (*study)->roster().apply(*roster, context.clock.moment());
    if (!done) return complain(done.error().what, done.error().kind == ErrorKind::invalid ? 1 : 2);
    fmt::print("The roster is taken over.\n");
    return 0;
}

}  // namespace xinghuo::record_book
