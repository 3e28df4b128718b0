#include <fmt/format.h>

#include <cstdio>

#include "tools/record_book/commands.h"

namespace xinghuo::record_book {
namespace {

constexpr const char* table_row = "{:>8}  {:>4}  {:24}  {:7}  {:15}  {:34}  {}\n";

void print_row(const Record& r) {
    fmt::print(table_row, r.seq, r.boot, iso_from_wall_time(r.at), r.clock_trusted ? "" : "unsure", name_of(r.kind),
               r.member.empty() ? "-" : r.member.text, r.body);
}

}  // namespace

int list(const Context& context, const Arguments& arguments) {
    enum { table, json, lines } form = table;
    std::int64_t since = 0;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--json" && form != lines) {
            form = json;
        } else if (arguments[i] == "--lines") {
            form = lines;
        } else if (arguments[i] == "--since" && i + 1 < arguments.size()) {
            const auto number = record_number(arguments[++i]);
            if (!number) return complain("--since wants the number of a record, not \"" + arguments[i] + "\"");
            since = *number;
        } else if (arguments[i] != "--json") {
            return complain("list does not know \"" + arguments[i] + "\"");
        }
    }
    auto db = open_to_read(context);
    if (!db) return complain(db.error().what);
    auto records = Records::open_to_read(**db);
    if (!records) return complain(records.error().what);
    if (form == table) fmt::print(table_row, "seq", "boot", "at (UTC)", "clock", "kind", "member", "body");
    if (form == json) std::fputs("[", stdout);
    const char* before = form == json ? "\n" : "";
    // A page at a time: neither memory nor a writer waits for a long list.
    for (;;) {
        auto page = records->read(since, 1000);
        if (!page) return complain(page.error().what);
        if (page->empty()) break;
        for (const Record& r : *page) {
            if (form == table) print_row(r);
            else fmt::print("{}{}{}", before, to_json(r), form == lines ? "\n" : "");
            if (form == json) before = ",\n";
        }
        since = page->back().seq;
    }
    if (form == json) std::fputs("\n]\n", stdout);
    return std::fflush(stdout) == 0 ? 0 : complain("the list cannot be written");
}

}  // namespace xinghuo::record_book
