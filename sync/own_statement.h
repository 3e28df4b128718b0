// The statements of our own terminals, read the short way: where the bytes are those that statement_of() writes for the record they carry, all that has to be
// known of them is known from the record, and no tree of the statement is needed. Everything else is read the general way (JsonTree, check_statement,
// carried_record). What is read here would be taken there with the same result: tests/own_statement_test.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "content/base/json_tree.h"
#include "sync/protocol.h"

namespace xinghuo {

// A piece of a statement's text, from the statement's first byte.
struct TextPart {
    std::size_t at = 0, size = 0;
    [[nodiscard]] std::string_view in(std::string_view statement) const { return statement.substr(at, size); }
};
struct ActivityPart {
    TextPart id, definition;                 // the IRI without its quotes; the definition's JSON
};
struct StatementParts {
    TextPart verb, registration;             // IRI and UUID without their quotes; registration: empty when there is none
    ActivityPart object, pack, terminal;     // pack: empty when the record names none
};
// The two ends of statement_of(): up to the record, which stands there as a string, and from behind it.
StatementParts write_statement_head(std::string& out, const Record& record, JsonValue body, const StatementTerms& terms);
void write_statement_tail(std::string& out, const Record& record, const std::optional<Signature>& signature);

struct OwnStatement {
    CarriedRecord carried;                   // with its body
    std::string_view text;                   // all of the statement
    std::string_view home_page;
    StatementParts parts;
};
// Reads one after another; keeps its memory. One thread.
class OwnStatements {
public:
    // The statement that `text` begins with; more may follow. Nothing: not one of ours to the byte, or the record's hash is not its own.
    // The home page is not looked at: whether it makes good IRIs is for the caller to know.
    std::optional<OwnStatement> read(std::string_view text);

private:
    std::string line_, written_;
};

}  // namespace xinghuo
