#include <fmt/format.h>

#include <fstream>

#include "tools/record_book/commands.h"

namespace xinghuo::record_book {
namespace {

bool is_database(const Path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string begin(15, '\0');
    in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    return begin == "SQLite format 3";
}

int tell(const Verdict& verdict, const std::string& of) {
    for (const std::string& wrong : verdict.wrong) fmt::print("{}\n", wrong);
    fmt::print("{}: {} records, {} signatures, signed through seq {}: {}\n", of, verdict.records, verdict.signatures, verdict.signed_through,
               verdict.good() ? "good" : "NOT GOOD");
    return verdict.good() ? 0 : 1;
}

int verify_open(Database& db) {
    // The file says whose it is. That it is the kiosk it says is for the reader to compare.
    auto key = device_public_key(db);
    if (!key) return complain(key.error().what, 1);
    auto verdict = verify_database(db, *key);
    if (!verdict) return complain(verdict.error().what, 1);
    return tell(*verdict, "kiosk " + kiosk_id(*key).text);
}

}  // namespace

int verify(const Context& context, const Arguments& arguments) {
    if (arguments.size() > 1) return complain("verify takes one file");
    if (arguments.empty()) {
        auto db = open_to_read(context);
        return db ? verify_open(**db) : complain(db.error().what);
    }
    const Path file = arguments.front();
    std::error_code failed;
    if (!std::filesystem::is_regular_file(file, failed)) return complain(file.string() + ": there is no such file");
    if (is_database(file)) {
        auto db = Database::open(file, {true, 5000});
        return db ? verify_open(**db) : complain(db.error().what, 1);
    }
    auto verdict = verify_export(file);
    if (!verdict) return complain(verdict.error().what, 1);
    return tell(*verdict, file.filename().string());
}

}  // namespace xinghuo::record_book
