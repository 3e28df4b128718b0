// PostgreSQL, through libpq in pipeline mode: BEGIN, and inserts that answer nothing, travel with what comes next, so a batch costs few round trips.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstring>
#include <exception>
#include <unordered_map>

#include "sync/server/sql.h"

namespace xinghuo {
namespace {

constexpr Oid oid_bool = 16, oid_bytea = 17, oid_bigint = 20, oid_smallint = 21, oid_integer = 23, oid_text = 25, oid_oid = 26, oid_float4 = 700, oid_float8 = 701, oid_bytea_array = 1001,
              oid_text_array = 1009, oid_bigint_array = 1016, oid_float8_array = 1022, oid_numeric = 1700;
constexpr std::size_t most_statements = 512;
constexpr std::size_t most_queued = 64;  // answers that wait unread

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, ClearResult>;
struct CloseConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};

void put_int32(std::string& out, std::int64_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
}
void put_int64(std::string& out, std::int64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
}
void put_double(std::string& out, double value) {
    std::int64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    put_int64(out, bits);
}
// The binary form of an array of one dimension (PostgreSQL source, array_recv): dimensions, nulls, type, length, first index; then each with its length.
void put_array_head(std::string& out, bool nulls, Oid type, std::size_t length) {
    put_int32(out, length == 0 ? 0 : 1);
    put_int32(out, nulls ? 1 : 0);
    put_int32(out, type);
    if (length == 0) return;
    put_int32(out, static_cast<std::int64_t>(length));
    put_int32(out, 1);
}

// One value as it travels: always binary.
struct Travelling {
    Oid type = 0;
    bool null = false;
    std::string bytes;
};

Travelling travelling(const SqlValue& value) {
    Travelling out;
    switch (value.index()) {
        case 0: out.null = true; break;  // its type is PostgreSQL's to find
        case 1: out.type = oid_bigint; put_int64(out.bytes, std::get<std::int64_t>(value)); break;
        case 2: out.type = oid_float8; put_double(out.bytes, std::get<double>(value)); break;
        case 3: out.type = oid_text; out.bytes = std::get<std::string>(value); break;
        case 4: out.type = oid_bytea; out.bytes.assign(std::get<Bytes>(value).begin(), std::get<Bytes>(value).end()); break;
        default: {
            const auto& numbers = std::get<std::vector<std::int64_t>>(value);
            out.type = oid_bigint_array;
            put_array_head(out.bytes, false, oid_bigint, numbers.size());
            for (const std::int64_t number : numbers) {
                put_int32(out.bytes, 8);
                put_int64(out.bytes, number);
            }
        }
    }
    return out;
}

Travelling travelling_column(const SqlRowsToInsert::Column& column) {
    struct Types { Oid array, element; };
    const Types types = column.type == SqlType::bigint ? Types{oid_bigint_array, oid_bigint}
                        : column.type == SqlType::real ? Types{oid_float8_array, oid_float8}
                        : column.type == SqlType::blob ? Types{oid_bytea_array, oid_bytea}
                                                       : Types{oid_text_array, oid_text};
    Travelling out;
    out.type = types.array;
    bool nulls = false;
    std::size_t size = 20;
    for (const SqlValue& value : column.values) {
        nulls = nulls || value.index() == 0;
        size += 12 + (value.index() == 3 ? std::get<std::string>(value).size() : value.index() == 4 ? std::get<Bytes>(value).size() : 0);
    }
    out.bytes.reserve(size);
    put_array_head(out.bytes, nulls, types.element, column.values.size());
    for (const SqlValue& value : column.values) {
        if (value.index() == 0) {
            put_int32(out.bytes, -1);
        } else if (column.type == SqlType::bigint) {
            put_int32(out.bytes, 8);
            put_int64(out.bytes, std::get<std::int64_t>(value));
        } else if (column.type == SqlType::real) {
            put_int32(out.bytes, 8);
            put_double(out.bytes, value.index() == 1 ? static_cast<double>(std::get<std::int64_t>(value)) : std::get<double>(value));
        } else if (column.type == SqlType::text) {
            const auto& text = std::get<std::string>(value);
            put_int32(out.bytes, static_cast<std::int64_t>(text.size()));
            out.bytes += text;
        } else if (column.type == SqlType::blob) {
            const auto& bytes = std::get<Bytes>(value);
            put_int32(out.bytes, static_cast<std::int64_t>(bytes.size()));
            out.bytes.append(bytes.begin(), bytes.end());
        } else {
            const std::string text = fmt::format("{{{}}}", fmt::join(std::get<std::vector<std::int64_t>>(value), ","));
            put_int32(out.bytes, static_cast<std::int64_t>(text.size()));
            out.bytes += text;
        }
    }
    return out;
}

template <class Number>
Number read_number(std::string_view text) {
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Bytes read_bytea(std::string_view text) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 2; i + 1 < text.size(); i += 2) bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) * 16 + digit(text[i + 1])));
    return bytes;
}

SqlValue value_at(const PGresult* result, int row, int column) {
    if (PQgetisnull(result, row, column) != 0) return nullptr;
    const std::string_view text(PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column)));
    switch (PQftype(result, column)) {
        case oid_bigint:
        case oid_smallint:
        case oid_integer:
        case oid_oid: return read_number<std::int64_t>(text);
        case oid_bool: return std::int64_t{text == "t"};
        case oid_float4:
        case oid_float8: return read_number<double>(text);
        case oid_numeric:  // what sum(bigint) answers
            if (text.find('.') == std::string_view::npos) return read_number<std::int64_t>(text);
            return read_number<double>(text);
        case oid_bytea: return read_bytea(text);
        default: return std::string(text);
    }
}

class PostgresSql final : public Sql {
public:
    explicit PostgresSql(std::string connection) : where_(std::move(connection)) {}
    [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }

    Result<std::vector<SqlRow>> query(std::string_view sql, const std::vector<SqlValue>& values) override {
        std::vector<Travelling> travellers;
        travellers.reserve(values.size());
        for (const SqlValue& value : values) travellers.push_back(travelling(value));
        const bool fresh = connection_ == nullptr;
        auto rows = asked(sql, travellers);
        // A connection that died while it was idle is nobody's failure, and a question may be asked twice.
        if (!rows && !in_transaction_ && !fresh && connection_ == nullptr && sql.starts_with("SELECT")) rows = asked(sql, travellers);
        return rows;
    }

    Result<std::vector<SqlRow>> insert(const SqlRowsToInsert& rows) override {
        if (rows.columns.empty() || rows.columns.front().values.empty()) return std::vector<SqlRow>();
        std::string names, shown, arrays, aliases;
        std::vector<Travelling> travellers;
        for (std::size_t i = 0; i < rows.columns.size(); ++i) {
            const auto& column = rows.columns[i];
            insist(column.values.size() == rows.columns.front().values.size(), "columns of different lengths");
            const char* comma = i == 0 ? "" : ", ";
            names += comma + column.name;
            shown += fmt::format("{}u.c{}{}", comma, i + 1, column.type == SqlType::bigints ? "::bigint[]" : "");
            arrays += fmt::format("{}${}", comma, i + 1);
            aliases += fmt::format("{}c{}", comma, i + 1);
            travellers.push_back(travelling_column(column));
        }
        const std::string sql =
            fmt::format("INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS u({}) {} {}", rows.table, names, shown, arrays, aliases, rows.on_conflict, rows.returning);
        if (in_transaction_ && rows.returning.empty() && queued_.size() < most_queued) {
            if (auto queued = queue(sql, travellers); !queued) return queued.error().within("table " + rows.table);
            return std::vector<SqlRow>();
        }
        auto answer = asked(sql, travellers);
        if (!answer) return answer.error().within("table " + rows.table);
        return answer;
    }

    Result<void> run_script(std::string_view sql) override {
        if (auto ready = connect(); !ready) return ready;
        if (begin_waits_ || !queued_.empty())
            if (auto sent = asked("SELECT 1", {}); !sent) return sent.error();
        doubtful_ = false;
        PQexitPipelineMode(connection_.get());
        const ResultPointer result(PQexec(connection_.get(), std::string(sql).c_str()));
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            const Error error = failure(result.get());
            if (connection_) PQenterPipelineMode(connection_.get());
            return error;
        }
        if (doubtful_ && !in_transaction_) return without_standby();
        PQenterPipelineMode(connection_.get());
        return {};
    }

    Result<void> begin() override {
        insist(!in_transaction_, "a transaction inside a transaction");
        asks_again_ = false;
        if (auto ready = connect(); !ready) return ready;
        in_transaction_ = begin_waits_ = true;
        return {};
    }

    Result<void> commit() override {
        insist(in_transaction_, "a commit without a transaction");
        if (begin_waits_ && connection_) {
            in_transaction_ = begin_waits_ = false;
            return {};
        }
        committing_ = true;
        auto done = asked("COMMIT", {});
        committing_ = false;
        if (done && last_command_ != "COMMIT") done = Error{ErrorKind::invalid, "the database undid the transaction instead of committing it"};
        if (done && doubtful_) {
            in_transaction_ = false;
            return without_standby();
        }
        if (!done) {
            roll_back();
            return done.error();
        }
        in_transaction_ = false;
        return {};
    }

    void roll_back() override {
        if (!in_transaction_) return;
        if (connection_ && !begin_waits_) {
            const bool again = asks_again_;
            try {
                if (!asked("ROLLBACK", {}) && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE && !asked("ROLLBACK", {})) disconnect();
            } catch (const std::exception&) {  // no memory: Unfinished has let the connection go, and with it the transaction
            }
            asks_again_ = again;
        }
        in_transaction_ = begin_waits_ = committing_ = false;
        queued_.clear();
    }
    [[nodiscard]] bool asks_again() const override { return asks_again_; }

private:
    // What was sent and not read yet.
    struct Sent {
        std::string prepares;  // the key of the statement it prepares; empty: it is no preparation
    };

    // Something thrown while sending or reading (no memory): nobody knows which answers are still to come, so the connection goes.
    struct Unfinished {
        PostgresSql& sql;
        int thrown = std::uncaught_exceptions();
        ~Unfinished() {
            if (std::uncaught_exceptions() > thrown) sql.disconnect();
        }
    };

    Result<void> connect() {
        if (connection_ && PQstatus(connection_.get()) == CONNECTION_OK) return {};
        if (in_transaction_) {
            asks_again_ = !committing_;
            return Error{ErrorKind::io, "the database went away in the middle of a transaction"};
        }
        disconnect();
        // Before dbname: defaults, which the connection string may set otherwise. A primary that is gone must be noticed in seconds.
        const char* names[] = {"fallback_application_name", "target_session_attrs", "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "options",
                               "dbname", "client_encoding", nullptr};
        const char* values[] = {"xinghuo-server", "read-write", "5", "10", "5", "3", "15000", "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000",
                                where_.c_str(), "UTF8", nullptr};
        connection_.reset(PQconnectdbParams(names, values, 1));
        if (PQstatus(connection_.get()) != CONNECTION_OK) {
            std::string words = PQerrorMessage(connection_.get());
            while (!words.empty() && words.back() == '\n') words.pop_back();
            connection_.reset();
            return Error{ErrorKind::io, "the database cannot be reached: " + words};
        }
        PQsetNoticeReceiver(connection_.get(), &PostgresSql::notice, this);
        insist(PQenterPipelineMode(connection_.get()) == 1, "libpq has no pipeline mode");
        return {};
    }

    void disconnect() {
        connection_.reset();
        statements_.clear();
        queued_.clear();
        remembered.clear();
    }

    // "The transaction has already committed locally, but might not have been replicated": a warning (01000) in the middle of a COMMIT, or of a statement that
    // is a transaction by itself.
    static void notice(void* self, const PGresult* result) {
        const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        auto& sql = *static_cast<PostgresSql*>(self);
        if ((sql.committing_ || !sql.in_transaction_) && state != nullptr && std::strcmp(state, "01000") == 0) sql.doubtful_ = true;
    }

    // Committed here, but the standby was not waited for: whoever is told "kept" could lose it in a failover.
    Error without_standby() {
        disconnect();
        return {ErrorKind::io, "the database committed without its standby"};
    }

    Error failure(const PGresult* result) {
        const char* code = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const std::string state = code == nullptr ? "" : code;
        const char* primary = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        const std::string words = fmt::format("the database: {} ({})", primary == nullptr ? "connection lost" : primary, state.empty() ? "-" : state);
        const bool gone = state.empty() || state.starts_with("08") || state == "57P01" || state == "57P02" || state == "57P03" || state == "25006" || PQstatus(connection_.get()) != CONNECTION_OK;
        if (gone) {
            // 25006: it answers, but as a standby. An answer is an answer: that one was not committed.
            asks_again_ = in_transaction_ && (!committing_ || state == "25006");
            disconnect();
            return {ErrorKind::io, committing_ && state != "25006" ? words + "; whether it was committed is not known" : words};
        }
        if (state == "40001" || state == "40P01") {
            asks_again_ = in_transaction_;
            return {ErrorKind::io, words};
        }
        const bool busy = state.starts_with("53") || state.starts_with("57") || state.starts_with("58") || state == "55P03";
        return {busy ? ErrorKind::io : ErrorKind::invalid, words};
    }

    // Sends without reading; BEGIN goes first when it waits.
    Result<void> queue(std::string_view sql, const std::vector<Travelling>& values) {
        const Unfinished guard{*this};
        if (auto ready = connect(); !ready) return ready;
        if (begin_waits_) {
            begin_waits_ = false;
            if (!send("BEGIN ISOLATION LEVEL READ COMMITTED", {})) return failure(nullptr);
        }
        if (!send(sql, values)) return failure(nullptr);
        return {};
    }

    bool send(std::string_view sql, const std::vector<Travelling>& values) {
        std::vector<Oid> types;
        std::vector<const char*> bytes;
        std::vector<int> lengths, formats(values.size(), 1);
        std::string key(sql);
        for (const Travelling& value : values) {
            types.push_back(value.type);
            bytes.push_back(value.null ? nullptr : value.bytes.data());
            lengths.push_back(static_cast<int>(value.bytes.size()));
            key += fmt::format(",{}", value.type);
        }
        const int count = static_cast<int>(values.size());
        auto known = statements_.find(key);
        if (known == statements_.end() && statements_.size() >= most_statements) {
            queued_.push_back({});
            return PQsendQueryParams(connection_.get(), std::string(sql).c_str(), count, types.data(), bytes.data(), lengths.data(), formats.data(), 0) == 1;
        }
        if (known == statements_.end()) {
            known = statements_.emplace(key, fmt::format("s{}", ++names_)).first;
            queued_.push_back({key});
            if (PQsendPrepare(connection_.get(), known->second.c_str(), std::string(sql).c_str(), count, types.data()) != 1) return false;
        }
        queued_.push_back({});
        return PQsendQueryPrepared(connection_.get(), known->second.c_str(), count, bytes.data(), lengths.data(), formats.data(), 0) == 1;
    }

    // Sends, and reads the answers to everything that was sent: those of the last one, or the first failure.
    Result<std::vector<SqlRow>> asked(std::string_view sql, const std::vector<Travelling>& values) {
        const Unfinished guard{*this};
        doubtful_ = false;
        if (auto queued = queue(sql, values); !queued) return queued.error();
        if (PQpipelineSync(connection_.get()) != 1) return failure(nullptr);
        std::vector<SqlRow> rows;
        ResultPointer failed;
        bool broken = false;
        const std::vector<Sent> sent = std::exchange(queued_, {});
        for (std::size_t i = 0; i < sent.size() && !broken; ++i) {
            bool good = false;
            for (ResultPointer result(PQgetResult(connection_.get())); result; result.reset(PQgetResult(connection_.get()))) {
                const auto status = PQresultStatus(result.get());
                if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
                    good = true;
                    if (i + 1 == sent.size()) read(result.get(), rows);
                } else if (status != PGRES_PIPELINE_ABORTED && !failed) {
                    failed = std::move(result);
                }
                if (PQstatus(connection_.get()) != CONNECTION_OK) {
                    broken = true;
                    break;
                }
            }
            if (!good && !sent[i].prepares.empty()) statements_.erase(sent[i].prepares);
        }
        if (!broken) {
            const ResultPointer end(PQgetResult(connection_.get()));
            broken = PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC;
        }
        if (failed) return failure(failed.get());
        if (broken) return failure(nullptr);
        if (doubtful_ && !in_transaction_ && !sql.starts_with("SELECT")) return without_standby();  // what asks may be warned of much else
        return rows;
    }

    void read(const PGresult* result, std::vector<SqlRow>& rows) {
        last_command_ = PQcmdStatus(const_cast<PGresult*>(result));
        const int count = PQntuples(result), columns = PQnfields(result);
        for (int row = 0; row < count; ++row) {
            std::vector<SqlValue> values;
            values.reserve(static_cast<std::size_t>(columns));
            for (int column = 0; column < columns; ++column) values.push_back(value_at(result, row, column));
            rows.emplace_back(std::move(values));
        }
    }

    std::string where_, last_command_;
    std::unique_ptr<PGconn, CloseConnection> connection_;
    std::unordered_map<std::string, std::string> statements_;  // by text and types: the name it was prepared under
    std::vector<Sent> queued_;
    std::int64_t names_ = 0;
    bool in_transaction_ = false, begin_waits_ = false, committing_ = false, doubtful_ = false, asks_again_ = false;
};

}  // namespace

Result<std::unique_ptr<Sql>> open_postgres(const std::string& connection) {
    char* words = nullptr;
    PQconninfoOption* options = PQconninfoParse(connection.c_str(), &words);
    if (options == nullptr) {
        PQfreemem(words);  // it may show the password
        return Error{ErrorKind::invalid, "no connection string of PostgreSQL"};
    }
    PQconninfoFree(options);
    return std::unique_ptr<Sql>(std::make_unique<PostgresSql>(connection));
}

}  // namespace xinghuo
