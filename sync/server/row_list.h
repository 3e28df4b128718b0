// Rows for Sql::insert, told one by one.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "sync/server/sql.h"

namespace xinghuo {

class RowList {
public:
    RowList(std::string table, std::initializer_list<std::pair<const char*, SqlType>> columns, std::string on_conflict) {
        rows_.table = std::move(table);
        for (const auto& [name, type] : columns) rows_.columns.push_back({name, type, {}});
        rows_.on_conflict = std::move(on_conflict);
    }
    // As many as there are columns.
    void add(std::initializer_list<SqlValue> values) {
        insist(values.size() == rows_.columns.size(), "a row has a value for each column");
        std::size_t at = 0;
        for (const SqlValue& value : values) rows_.columns[at++].values.push_back(value);
    }
    // Nothing to do: no statement.
    Result<void> insert(Sql& sql) const {
        if (rows_.columns.front().values.empty()) return {};
        auto done = sql.insert(rows_);
        if (!done) return done.error();
        return {};
    }

private:
    SqlRowsToInsert rows_;
};

}  // namespace xinghuo
