// The short way of reading our own terminals' statements takes nothing that the general way would not take, and makes the same of it.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "content/base/json.h"
#include "sync/own_statement.h"
#include "sync/server/xapi.h"
#include "tests/support/centre_database.h"

using namespace xinghuo;
using xinghuo::testing::CentreDatabase;

namespace {

using Seeded = std::mt19937_64;

std::size_t below(Seeded& chance, std::size_t end) { return static_cast<std::size_t>(chance() % end); }

// Texts as people and machines write them, and worse.
std::string some_text(Seeded& chance) {
    static const std::vector<std::string> pieces = {"长征", "a", "Q1 ", "\"", "\\", "/", "\n", "\t", "\x01", "\x7f", "%20", "é", "𠀀", "{", "}", "[,]", ",", ":", "<b>", "record", "urn:x-xinghuo:record\":\"", "'"};
    std::string text;
    for (std::size_t n = below(chance, 4); n > 0; --n) text += pieces[below(chance, pieces.size())];
    return text;
}

std::string some_session(Seeded& chance) { return below(chance, 2) == 0 ? fmt::format("01931d2e-7a00-7000-8000-{:012x}", below(chance, 1000)) : some_text(chance); }

// A body of any kind with any of the members that any kind has; now and then of another type than they have.
std::string some_body(Seeded& chance) {
    static const std::vector<std::string> texts = {"item", "pack", "pack_version", "question", "theme", "activity", "name", "what", "action", "response", "text", "label", "as", "lang", "interaction", "way"};
    static const std::vector<std::string> known = {"media", "reading", "quiz", "touch", "left_early", "late", "zh", "en", "choice", "long-fill-in"};
    static const std::vector<std::string> numbers = {"ms", "score", "percent", "asked", "by"}, truths = {"right", "passed", "unclean"};
    JsonWriter out;
    out.object();
    for (const std::string& key : texts)
        if (below(chance, 3) == 0) out.key(key).value(below(chance, 2) == 0 ? known[below(chance, known.size())] : some_text(chance));
    if (below(chance, 2) == 0) out.key("session").value(some_session(chance));
    if (below(chance, 2) == 0) out.key("title").object().key("zh").value(some_text(chance)).key("en").value(some_text(chance)).end();
    for (const std::string& key : numbers) {
        const std::size_t how = below(chance, 6);
        if (how == 0) out.key(key).value(static_cast<double>(below(chance, 1000)) / 7);
        if (how == 1) out.key(key).value(static_cast<std::int64_t>(below(chance, 200'000)) - 50);
        if (how == 2) out.key(key).value(below(chance, 2) == 0 ? 1e-9 : 3e22);
    }
    for (const std::string& key : truths)
        if (below(chance, 3) == 0) out.key(key).value(below(chance, 2) == 0);
    if (below(chance, 8) == 0) out.key("deeper").array().object().key("x").null().end().end();
    return out.end().text();
}

struct SeededTerminal {
    explicit SeededTerminal(std::uint64_t seed) : chance(seed) {}
    CarriedRecord next() {
        CarriedRecord carried;
        Record& record = carried.record;
        record.seq = ++seq;
        record.id = fmt::format("01931d2e-7a00-7000-8000-{:012x}", seq);
        record.kiosk = KioskId{"k-0123456789abcdef"};
        record.boot = 1 + seq / 40;
        record.kind = static_cast<RecordKind>(below(chance, static_cast<std::size_t>(RecordKind::health) + 1));
        if (below(chance, 3) != 0) record.member = {below(chance, 40) == 0 ? "m\"é" : fmt::format("m-{}", below(chance, 9))};
        record.at = {1'790'000'000'000 + seq * 61'001};
        record.clock_trusted = below(chance, 4) != 0;
        record.mono_ms = seq * 61'001;
        record.body = some_body(chance);
        record.prev_hash = last;
        record.hash = last = sha256(hashed_part(record));
        if (below(chance, 4) == 0) carried.signature = key.sign({reinterpret_cast<const char*>(record.hash.data()), below(chance, 9) == 0 ? 31U : 32U});
        return carried;
    }
    Seeded chance;
    SigningKey key = SigningKey::from_seed(sha256("a seeded terminal"));
    std::int64_t seq = 0;
    Digest last{};
};

// The endpoint before a database of its own; a second passes with every request.
struct TerminalDesk {
    explicit TerminalDesk(const SigningKey& key, Sql::Dialect dialect = Sql::Dialect::sqlite) : database(dialect) {
        caller.kind = Caller::Kind::kiosk;
        caller.kiosk = KioskId{"k-0123456789abcdef"};
        caller.kiosk_key = key.public_key();
        caller.authority_json = R"({"objectType":"Agent","account":{"homePage":"https://xinghuo.invalid/","name":"centre"}})";
    }
    int post(const std::string& body) {
        HttpRequest request;
        request.method = "POST";
        request.target = "/xapi/statements";
        request.headers = {{"content-type", "application/json"}, {"x-experience-api-version", "1.0.3"}};
        request.body = body;
        now.unix_ms += 1'000;
        RecordStore store(database.sql());
        const HttpReply reply = answer_xapi({request, "/statements", "/xapi", &caller, &store, now});
        said = reply.body;
        return reply.status;
    }
    // Every row there is, but for what the short way makes otherwise.
    std::string everything() {
        std::string all;
        for (const std::string table : {"statement_id|id, place", "statement|place, id, json, keys, target, voiding, attachments", "posting|key, block, source, members, related",
                                        "activity|key, iri, definition", "chain_stretch|first_seq, last_seq, last_hash", "kiosk_alert|kind, from_seq, to_seq, sentence",
                                        "study_day|member, day, touch_ms, media_ms, reading_ms, quiz_ms", "quiz_theme|member, theme, asked, correct",
                                        "quiz_question|theme, question, asked, correct", "item_viewed|item, views, ms, title", "kiosk_health|last_seq, signed_seq, told_seq, starts, trouble"}) {
            const std::size_t bar = table.find('|');
            const auto columns = 1 + std::count(table.begin(), table.end(), ',');
            const auto rows = database.sql().query("SELECT " + table.substr(bar + 1) + " FROM " + table.substr(0, bar) + " ORDER BY 1, 2");
            INFO((rows ? std::string() : rows.error().what));
            REQUIRE(rows);
            for (const SqlRow& row : *rows) {
                all += table.substr(0, bar);
                for (std::size_t i = 0; i < static_cast<std::size_t>(columns); ++i) {
                    const SqlValue& value = row.value(i);
                    all += '|' + (value.index() == 1 ? std::to_string(row.integer(i)) : value.index() == 4 ? to_hex(row.blob(i)) : row.text(i));
                }
                all += '\n';
            }
        }
        return all;
    }
    CentreDatabase database;
    Caller caller;
    WallTime now{1'795'000'000'000};
    std::string said;
};

std::string list_of(const std::vector<std::string>& statements, std::string_view begin) {
    std::string list(begin);
    for (const std::string& one : statements) list += (list.size() > begin.size() ? "," : "") + one;
    return list + "]";
}

}  // namespace

TEST_CASE("own statements: what is read the short way is what the general way makes of it", "[protocol][xapi]") {
    const std::vector<std::string> homes = {"https://xinghuo.invalid/", "https://history.example.edu/a?b=c/", "nonsense", "https://大学.example/", "https://x/%"};
    std::size_t taken = 0, refused = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        SeededTerminal terminal(seed);
        TerminalDesk shortly(terminal.key), generally(terminal.key);
        for (int round = 0; round < 12; ++round) {
            const StatementTerms terms{homes[below(terminal.chance, 3) == 0 ? below(terminal.chance, homes.size()) : 0]};
            std::vector<std::string> statements;
            OwnStatements reader;
            for (int n = 0; n < 8; ++n) {
                const CarriedRecord carried = terminal.next();
                statements.push_back(statement_of(carried.record, carried.signature, terms));
                const std::string with_more = statements.back() + ",{";
                const auto own = reader.read(with_more);
                if (own) {
                    ++taken;
                    CHECK(own->text == statements.back());
                    CHECK(to_json(own->carried.record) == to_json(carried.record));
                    CHECK(own->carried.signature == carried.signature);
                }
            }
            const std::string batch = list_of(statements, "["), spaced = list_of(statements, "[ ");
            const int status = shortly.post(batch);
            INFO(shortly.said);
            REQUIRE(generally.post(spaced) == status);  // a space is enough for the general way
            CHECK(generally.said == shortly.said);
            refused += status == 200 ? 0 : 1;
            // Again by the other way: nothing is another statement.
            REQUIRE(generally.post(batch) == status);
            REQUIRE(shortly.post(spaced) == status);
        }
        CHECK(shortly.everything() == generally.everything());
    }
    CHECK(taken > 500);
    CHECK(refused > 3);
    CHECK(refused < 40);
}

TEST_CASE("own statements: a byte changed anywhere is judged as by the general way", "[protocol][xapi]") {
    SeededTerminal terminal(99);
    TerminalDesk shortly(terminal.key), generally(terminal.key);
    std::size_t kept = 0;
    for (int n = 0; n < 600; ++n) {
        const CarriedRecord carried = terminal.next();
        std::string statement = statement_of(carried.record, carried.signature, StatementTerms{});
        static const std::vector<std::string> bytes = {"\"", "\\", "{", "}", "[", "]", ",", ":", " ", "0", "1", "9", "-", "+", ".", "e", "a", "A", "f", "/", "#", "%", "\x80", "\xff", "\t", "é", "null", "\\u0041", "\\/", ""};
        const std::size_t at = below(terminal.chance, statement.size());
        statement.replace(at, below(terminal.chance, 3), bytes[below(terminal.chance, bytes.size())]);
        CAPTURE(n, at, statement);
        const int status = shortly.post("[" + statement + "]");
        INFO(shortly.said);
        REQUIRE(generally.post("[ " + statement + "]") == status);
        kept += status == 200 ? 1 : 0;
    }
    CHECK(shortly.everything() == generally.everything());
    CHECK(kept < 100);
}

TEST_CASE("own statements: another statement under the same id is a conflict by either way", "[protocol][xapi]") {
    const Sql::Dialect dialect = xinghuo::testing::either_database();
    SeededTerminal terminal(5), twin(6);
    const CarriedRecord one = terminal.next(), other = twin.next();
    REQUIRE(one.record.id == other.record.id);
    const std::string first = statement_of(one.record, one.signature, StatementTerms{}), second = statement_of(other.record, other.signature, StatementTerms{});
    CarriedRecord signed_again = one;
    signed_again.signature = terminal.key.sign("something else");
    const std::string third = statement_of(one.record, signed_again.signature, StatementTerms{}), fourth = statement_of(one.record, one.signature, StatementTerms{"https://elsewhere.example/"});
    for (const std::string begin : {"[", "[ "}) {
        TerminalDesk desk(terminal.key, dialect);
        if (!desk.database.here()) return;
        REQUIRE(desk.post(begin + first + "]") == 200);
        for (const std::string again : {"[", "[ "}) {
            CAPTURE(begin, again);
            CHECK(desk.post(again + second + "]") == 409);
            CHECK(desk.post(again + third + "]") == 409);
            CHECK(desk.post(again + fourth + "]") == 409);
            CHECK(desk.post(again + first + "]") == 200);
            CHECK(desk.post(again + first + "," + first + "]") == 400);  // twice in one batch
        }
    }
}
