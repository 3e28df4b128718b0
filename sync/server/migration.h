// All that one database of a centre holds, carried to another: from the embedded SQLite to PostgreSQL, or back.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/server/sql.h"

namespace xinghuo {

struct CarriedTable {
    std::string name;
    std::int64_t rows = 0;
    std::uint64_t checksum = 0;  // the sum of a hash of each row, so it does not depend on their order
};

// All or nothing: one transaction of `to`, committed once every table has been read back and has as many rows and the same checksum. Reads a page at a time, so
// memory does not grow with the data. Both get the newest schema first. No server may be writing to either: SQLite is locked for that time, and in PostgreSQL
// a table that changed meanwhile is found by counting it again. `invalid`: `to` holds statements already (whatever else it holds is replaced), or something did
// not arrive as it was. `progress` is called after each page.
Result<std::vector<CarriedTable>> carry_over(Sql& from, Sql& to, const std::function<void(std::string_view table, std::int64_t rows)>& progress = {});

}  // namespace xinghuo
