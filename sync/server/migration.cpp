#include "sync/server/migration.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

#include "content/base/crypto.h"
#include "sync/server/place.h"
#include "sync/server/store_parts.h"

namespace xinghuo {
namespace {

struct CarriedColumn {
    std::string name;
    SqlType type = SqlType::text;
    std::int64_t key = 0;  // its place in the primary key, from 1; 0: not in it
};
struct TableShape {
    std::string name;
    std::vector<CarriedColumn> columns;
    std::vector<std::size_t> key;  // places of the primary key's columns, in its order
    std::size_t page = 500;        // rows at a time
};

// Each database has its own of these.
bool stays(std::string_view table) { return table == "server_schema" || table == "block_number"; }

Result<SqlType> type_of(std::string_view text) {
    static const std::map<std::string, SqlType, std::less<>> types = {{"INTEGER", SqlType::bigint}, {"bigint", SqlType::bigint}, {"integer", SqlType::bigint},
                                                                      {"REAL", SqlType::real}, {"real", SqlType::real}, {"double precision", SqlType::real},
                                                                      {"TEXT", SqlType::text}, {"text", SqlType::text}, {"BLOB", SqlType::blob},
                                                                      {"blob", SqlType::blob}, {"bytea", SqlType::blob}};
    const auto found = types.find(text);
    if (found == types.end()) return Error{ErrorKind::unsupported, fmt::format("a column of type {}", text)};
    return found->second;
}

Result<TableShape> shape_of(Sql& sql, const std::string& table) {
    const auto rows = sql.dialect() == Sql::Dialect::sqlite
                          ? sql.query("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid", {table})
                          : sql.query("SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), COALESCE(array_position(i.indkey::smallint[], a.attnum) + 1, 0) FROM pg_attribute a "
                                      "LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped "
                                      "ORDER BY a.attnum",
                                      {table});
    if (!rows) return rows.error();
    TableShape shape;
    shape.name = table;
    for (const SqlRow& row : *rows) {
        const auto type = type_of(row.text(1));
        if (!type) return type.error().within(fmt::format("table {}, column {}", table, row.text(0)));
        shape.columns.push_back({row.text(0), *type, row.integer(2)});
        if (row.text(0) == "bytes") shape.page = 4;  // attachments and documents may be large
    }
    for (std::size_t i = 0; i < shape.columns.size(); ++i)
        if (shape.columns[i].key > 0) shape.key.push_back(i);
    std::sort(shape.key.begin(), shape.key.end(), [&](std::size_t a, std::size_t b) { return shape.columns[a].key < shape.columns[b].key; });
    if (shape.key.empty()) return Error{ErrorKind::unsupported, fmt::format("table {} has no primary key", table)};
    return shape;
}

Result<std::vector<TableShape>> shapes_of(Sql& sql) {
    const auto names = sql.query(sql.dialect() == Sql::Dialect::sqlite ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
                                                                       : "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() "
                                                                         "AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname COLLATE \"C\"");
    if (!names) return names.error();
    std::vector<TableShape> shapes;
    for (const SqlRow& row : *names) {
        if (stays(row.text(0))) continue;
        auto shape = shape_of(sql, row.text(0));
        if (!shape) return shape.error();
        shapes.push_back(std::move(*shape));
    }
    std::sort(shapes.begin(), shapes.end(), [](const TableShape& a, const TableShape& b) { return a.name < b.name; });
    return shapes;
}

// Of the values alone, whichever database they come from.
std::uint64_t hash_of(const SqlRow& row, std::size_t columns) {
    std::string text;
    for (std::size_t i = 0; i < columns; ++i) {
        const SqlValue& value = row.value(i);
        switch (value.index()) {
            case 0: text += "n;"; break;
            case 1: text += fmt::format("i{};", std::get<std::int64_t>(value)); break;
            case 2: text += fmt::format("r{:016x};", std::bit_cast<std::uint64_t>(std::get<double>(value))); break;
            case 3: text += fmt::format("t{};", std::get<std::string>(value).size()) + std::get<std::string>(value); break;
            case 4: {
                const Bytes& bytes = std::get<Bytes>(value);
                text += fmt::format("b{};", bytes.size());
                text.append(bytes.begin(), bytes.end());
                break;
            }
            default: break;
        }
    }
    const Digest digest = sha256(text);
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < 8; ++i) hash = hash << 8 | digest[i];
    return hash;
}

// Reads a table in the order of its own key, a page at a time; columns in the order of `columns`, which the other database may have otherwise.
class TablePages {
public:
    TablePages(Sql& sql, TableShape shape, const std::vector<CarriedColumn>& columns) : sql_(&sql), shape_(std::move(shape)) {
        std::string names, keys, places;
        for (const CarriedColumn& column : columns) names += (names.empty() ? "" : ", ") + column.name;
        for (const std::size_t i : shape_.key) {
            const std::string& name = shape_.columns[i].name;
            keys += (keys.empty() ? "" : ", ") + name;
            const auto at = std::find_if(columns.begin(), columns.end(), [&](const CarriedColumn& column) { return column.name == name; });
            insist(at != columns.end(), "a key's column is not among the columns");
            key_places_.push_back(static_cast<std::size_t>(at - columns.begin()));
            places += fmt::format("{}${}", places.empty() ? "" : ", ", key_places_.size());
        }
        first_ = fmt::format("SELECT {} FROM {} ORDER BY {} LIMIT {}", names, shape_.name, keys, shape_.page);
        after_ = fmt::format("SELECT {} FROM {} WHERE ({}) > ({}) ORDER BY {} LIMIT {}", names, shape_.name, keys, places, keys, shape_.page);
    }
    // Empty: that was all.
    Result<std::vector<SqlRow>> next() {
        if (done_) return std::vector<SqlRow>();
        auto rows = last_.empty() ? sql_->query(first_) : sql_->query(after_, last_);
        if (!rows) return rows.error().within("table " + shape_.name);
        done_ = rows->size() < shape_.page;
        if (!rows->empty()) {
            last_.clear();
            for (const std::size_t place : key_places_) last_.push_back(rows->back().value(place));
        }
        return rows;
    }

private:
    Sql* sql_;
    TableShape shape_;
    std::vector<std::size_t> key_places_;
    std::string first_, after_;
    std::vector<SqlValue> last_;
    bool done_ = false;
};

Result<CarriedTable> counted(Sql& sql, const TableShape& shape, const std::vector<CarriedColumn>& columns) {
    CarriedTable table;
    table.name = shape.name;
    TablePages pages(sql, shape, columns);
    for (;;) {
        const auto rows = pages.next();
        if (!rows) return rows.error();
        if (rows->empty()) return table;
        for (const SqlRow& row : *rows) table.checksum += hash_of(row, columns.size());
        table.rows += static_cast<std::int64_t>(rows->size());
    }
}

Result<CarriedTable> copied(Sql& from, Sql& to, const TableShape& shape, const std::function<void(std::string_view, std::int64_t)>& progress) {
    CarriedTable table;
    table.name = shape.name;
    TablePages pages(from, shape, shape.columns);
    for (;;) {
        const auto rows = pages.next();
        if (!rows) return rows.error();
        if (rows->empty()) return table;
        SqlRowsToInsert insert;
        insert.table = shape.name;
        for (const CarriedColumn& column : shape.columns) insert.columns.push_back({column.name, column.type, {}});
        for (const SqlRow& row : *rows) {
            for (std::size_t i = 0; i < shape.columns.size(); ++i) insert.columns[i].values.push_back(row.value(i));
            table.checksum += hash_of(row, shape.columns.size());
        }
        if (auto done = to.insert(insert); !done) return done.error();
        table.rows += static_cast<std::int64_t>(rows->size());
        if (progress) progress(shape.name, table.rows);
    }
}

Result<void> carry_block_number(Sql& from, Sql& to) {
    const auto number = from.integer_or(0, from.dialect() == Sql::Dialect::sqlite ? "SELECT number FROM block_number WHERE one = 1" : "SELECT last_value FROM block_number");
    if (!number) return number.error();
    if (to.dialect() == Sql::Dialect::sqlite) return to.run("UPDATE block_number SET number = $1 WHERE one = 1", {*number});
    return to.run("SELECT setval('block_number', $1)", {std::max<std::int64_t>(*number, 1)});
}

// So that old statements, too, come to stand in a partition of their month.
Result<void> make_all_months(Sql& from, Sql& to) {
    if (to.dialect() != Sql::Dialect::postgres) return {};
    const auto ends = from.query("SELECT min(place), max(place) FROM statement_id");
    if (!ends) return ends.error();
    if (ends->front().null(0)) return {};
    constexpr std::int64_t month_ms = std::int64_t{28} * 24 * 3600 * 1000;
    const std::int64_t last = stored_at(ends->front().integer(1)), first = std::max(stored_at(ends->front().integer(0)), last - 240 * month_ms);
    for (std::int64_t ms = first; ms < last + month_ms; ms += month_ms)
        if (auto made = make_months(to, {std::min(ms, last)}); !made) return made;
    return {};
}

Result<std::vector<CarriedTable>> carry_tables(Sql& from, Sql& to, const std::function<void(std::string_view, std::int64_t)>& progress) {
    const auto shapes = shapes_of(from), others = shapes_of(to);
    if (!shapes) return shapes.error();
    if (!others) return others.error();
    const auto statements = to.integer_or(0, "SELECT count(*) FROM (SELECT 1 FROM statement_id LIMIT 1) AS any_row");
    if (!statements) return statements.error();
    if (*statements != 0) return Error{ErrorKind::invalid, "the database to carry to holds statements already"};
    const auto same_name = [](const TableShape& a, const TableShape& b) { return a.name == b.name; };
    if (!std::equal(shapes->begin(), shapes->end(), others->begin(), others->end(), same_name)) return Error{ErrorKind::unsupported, "the two databases have different tables"};
    std::vector<CarriedTable> carried;
    for (std::size_t i = 0; i < shapes->size(); ++i) {
        const TableShape& shape = (*shapes)[i];
        if (auto emptied = to.run("DELETE FROM " + shape.name); !emptied) return emptied.error();
        const auto table = copied(from, to, shape, progress);
        if (!table) return table.error();
        const auto arrived = counted(to, (*others)[i], shape.columns);
        if (!arrived) return arrived.error();
        if (arrived->rows != table->rows || arrived->checksum != table->checksum)
            return Error{ErrorKind::invalid, fmt::format("table {} did not arrive as it was: {} rows of {}", shape.name, arrived->rows, table->rows)};
        carried.push_back(*table);
    }
    // SQLite let nobody write meanwhile.
    if (from.dialect() == Sql::Dialect::postgres)
        for (std::size_t i = 0; i < shapes->size(); ++i) {
            const auto now = from.integer_or(0, "SELECT count(*) FROM " + (*shapes)[i].name);
            if (!now) return now.error();
            if (*now != carried[i].rows) return Error{ErrorKind::invalid, fmt::format("somebody wrote to table {} meanwhile: stop the servers first", carried[i].name)};
        }
    if (auto number = carry_block_number(from, to); !number) return number.error();
    return carried;
}

}  // namespace

Result<std::vector<CarriedTable>> carry_over(Sql& from, Sql& to, const std::function<void(std::string_view table, std::int64_t rows)>& progress) {
    if (auto migrated = migrate_server(from); !migrated) return migrated.error().within("the database to carry from");
    if (auto migrated = migrate_server(to); !migrated) return migrated.error().within("the database to carry to");
    if (auto made = make_all_months(from, to); !made) return made.error();
    if (auto begun = from.begin(); !begun) return begun.error().within("the database to carry from");
    if (auto begun = to.begin(); !begun) {
        from.roll_back();
        return begun.error().within("the database to carry to");
    }
    auto carried = carry_tables(from, to, progress);
    from.roll_back();
    if (!carried) {
        to.roll_back();
        return carried.error();
    }
    if (auto done = to.commit(); !done) return done.error();
    return carried;
}

}  // namespace xinghuo
