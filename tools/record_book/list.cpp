#include <fmt/format.h>

#include <charconv>
#include <cstdio>

#include "tools/record_book/commands.h"

namespace xinghuo::record_book {

int list(const Context& context, const Arguments& arguments) {
    enum { table, json, lines } form = table;
    std::int64_t since = 0;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& a = arguments[i];
        if (a == "--json") form = json;
        else if (a == "--lines") form = lines;
        else if (a == "--since" && i + 1 < arguments.size()) {
            const std::string& n = arguments[++i];
            if (const auto [end, code] = std::from_chars(n.data(), n.data() + n.size(), since); code != std::errc() || end != n.data() + n.size())
                return complain("--since wants a number, not \"" + n + "\"");
        } else {
            return complain("list does not know \"" + a + "\"");
        }
    }
    auto db = Database::open(context.files.database(), {true, 5000});
    if (!db) return complain(db.error().what);
    auto reader = Records::open_to_read(**db);
    if (!reader) return complain(reader.error().what);
    if (form == json) std::fputs("[", stdout);
    if (form == table) fmt::print("{:>8}  {:>5}  {:24}  {:3}  {:16}  {:34}  {}\n", "seq", "boot", "at (UTC)", "ok", "kind", "member", "body");
    bool first = true;
    // A page at a time: neither the memory nor a writer of the log waits for a long list.
    for (std::int64_t from = since;;) {
        auto page = reader->read(from, 1000);
        if (!page) return complain(page.error().what);
        if (page->empty()) break;
        for (const Record& r : *page) {
            if (form == table) fmt::print("{:>8}  {:>5}  {:24}  {:3}  {:16}  {:34}  {}\n", r.seq, r.boot, iso_from_wall_time(r.at), r.clock_trusted ? "yes" : "no", name_of(r.kind), r.member.empty() ? "-" : r.member.text, r.body);
            else fmt::print("{}{}", form == lines || first ? "" : ",\n ", to_json(r) + (form == lines ? "\n" : ""));
            first = false;
        }
        from = page->back().seq;
    }
    if (form == json) std::fputs("]\n", stdout);
    return 0;
}

}  // namespace xinghuo::record_book
