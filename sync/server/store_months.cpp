#include <fmt/format.h>

#include <chrono>

#include "sync/server/place.h"
#include "sync/server/store_parts.h"

namespace xinghuo {
namespace {

using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month;

std::int64_t first_ms(year_month month) { return std::chrono::duration_cast<Milliseconds>(sys_days(month / 1).time_since_epoch()).count(); }

Result<void> make_month(Sql& sql, year_month month) {
    const std::string name = fmt::format("statement_{}_{:02}", static_cast<int>(month.year()), static_cast<unsigned>(month.month()));
    const auto there = sql.integer_or(0, "SELECT count(*) FROM pg_class WHERE relname = $1 AND pg_table_is_visible(oid)", {name});
    if (!there) return there.error();
    if (*there != 0) return {};
    // Attached, not made in place: that would lock out every reader of the whole table.
    return sql.run_script(fmt::format("CREATE TABLE {0} (LIKE statement INCLUDING ALL); ALTER TABLE statement ATTACH PARTITION {0} FOR VALUES FROM ({1}) TO ({2});", name,
                                      first_place(first_ms(month)), first_place(first_ms(month + months(1)))));
}

}  // namespace

Result<void> make_months(Sql& sql, WallTime when) {
    if (sql.dialect() != Sql::Dialect::postgres) return {};
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Milliseconds>(Milliseconds(std::max<std::int64_t>(when.unix_ms, 0)))));
    const year_month month = day.year() / day.month();
    constexpr std::string_view note = "statement months";
    const std::int64_t number = std::int64_t{static_cast<int>(month.year())} * 12 + static_cast<unsigned>(month.month());
    if (const auto known = sql.remembered.find(note); known != sql.remembered.end() && known->second == number) return {};
    for (int ahead = 0; ahead < 3; ++ahead) {
        auto made = in_transaction(sql, [&]() -> Result<void> {
            if (auto alone = sql.run("SELECT pg_advisory_xact_lock(6003617)"); !alone) return alone;
            return make_month(sql, month + months(ahead));
        });
        // What stands in the table for all other times keeps a month from being made: then that table goes on taking its statements.
        if (!made && made.error().kind == ErrorKind::io) return made.error().within("making the months ahead");
    }
    sql.remembered[std::string(note)] = number;
    return {};
}

}  // namespace xinghuo
