// What a Learning Record Store keeps: statements, documents, attachments, activities; and with each statement of a terminal its record, the chain, and the
// roll-ups the reports are made of, in one transaction. Portable over Sql; one suite for both databases (tests/record_store_test.cpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/study/record.h"
#include "sync/protocol.h"
#include "sync/server/sql.h"

namespace xinghuo {

using Organisation = std::int64_t;  // 1: the first; every key begins with it

struct AttachmentBytes {
    std::string sha2;               // hex
    std::string content_type;
    std::string bytes;
};

// A statement ready to be kept. All of it is made by statement.h.
struct NewStatement {
    std::string id;                 // lower-case UUID
    std::string json;               // as received, with id, stored, timestamp, authority and version set
    // Hex: the same for statements the specification calls the same (Data 2.2, "Statement immutability"). Or a shorter one, of statements that only our own
    // terminals write (xapi_own.cpp): one that meets a longer one is compared by what both statements say.
    std::string fingerprint;
    std::vector<std::int64_t> keys; // what filters look for: statement_key()
    std::string voids;              // id of the statement this one voids; empty: none
    std::string refers_to;          // id of its StatementRef; empty: none
    std::vector<std::pair<std::string, std::string>> activities;  // IRI, definition as JSON: merged into /activities
    std::vector<std::string> attachments;                         // sha2 of those with bytes
};
enum class StatementKey { agent, related_agent, verb, activity, related_activity, registration };
// 63 bits of a hash: what is compared again in the statement itself is the caller's business when it must be exact (64-bit collisions are not met in practice).
std::int64_t statement_key(StatementKey kind, std::string_view text);

// That this process is about to keep something: made before `stored` is read, gone once keep() has answered. consistent_through() never passes one.
//     const Storing storing(clock);
//     batch.stored = storing.stored();
// CentreApi makes one for whoever brings statements. keep() makes another of the same time, for those who did not; it would be too late for what they did since
// they read the clock. Between several servers the database's own locks say it, from keep() on.
class Storing {
public:
    explicit Storing(const Clock& clock);
    explicit Storing(WallTime stored);
    ~Storing();
    Storing(const Storing&) = delete;
    Storing& operator=(const Storing&) = delete;
    [[nodiscard]] WallTime stored() const { return stored_; }
    static std::int64_t oldest_ms();  // of all that are; INT64_MAX: none

private:
    std::size_t slot_;
    WallTime stored_;
};

inline constexpr std::size_t short_fingerprint_bytes = 24;

struct NewBatch {
    Organisation organisation = 1;
    std::vector<NewStatement> statements;
    std::vector<AttachmentBytes> attachments;
    WallTime stored;                // what their JSON says
    // Of a terminal: the records its statements carry, by the statement's place; none of another sender's statement is believed.
    KioskId kiosk;
    PublicKey kiosk_key{};
    std::vector<std::optional<CarriedRecord>> records;
};
struct KeptBatch {
    std::vector<std::string> ids;           // in order, also of those that were here
    std::size_t added = 0;
    std::vector<std::string> conflicting;   // here already, and different: then nothing of the batch is kept (409)
};

struct KeptStatement {
    std::string id, json;
    std::int64_t stored_ms = 0, place = 0;  // place: the order of all that is kept, and nobody else's business
    bool voided = false;
    std::vector<std::string> attachments;
};
struct StatementQuery {
    std::vector<std::int64_t> keys;         // all of them among a statement's, or among those of one it refers to (Communication 2.1.3, "Filter conditions for StatementRefs")
    std::optional<std::int64_t> since_ms, until_ms;  // stored; exclusive, inclusive
    bool ascending = false;
    std::size_t limit = 100;
    std::string cursor;                     // of an earlier page's `more`; `invalid` when it is none
    std::size_t json_bytes = 16u << 20;     // a page ends before it has more of it, but never without a statement
};
struct StatementPage {
    std::vector<KeptStatement> statements;  // voided ones never; what refers to a voided one, yes
    std::string more;                       // empty: that was all
};
// For whoever takes only the first statements of a page: what follows this one, by the same question.
std::string cursor_behind(const KeptStatement& statement);

// Documents: state, activity profile, agent profile.
enum class DocumentKind { state, activity_profile, agent_profile };
struct DocumentPlace {
    DocumentKind kind = DocumentKind::state;
    std::string activity, agent, registration, id;  // as far as the kind has them; agent: its canonical key (statement.h)
};
struct KeptDocument {
    std::string content_type, bytes, etag;  // etag: hex SHA-1 of the bytes, without quotes; put_document() makes it
    std::int64_t updated_ms = 0;
};
struct DocumentIds {
    std::vector<std::string> ids;   // in order
    std::int64_t updated_ms = 0;    // of the one changed last
};
// What is asked of the document before it is written (RFC 9110 §13): checked and written in one transaction.
struct Precondition {
    std::vector<std::string> if_match, if_none_match;  // etags without quotes; "*"
    bool demanded = false;                             // a PUT on an existing document without either is `conflict`
};
enum class DocumentOutcome { done, failed_precondition, conflict, not_json };

class RecordStore {
public:
    explicit RecordStore(Sql& sql) : sql_(&sql) {}

    // One transaction; answered after the commit. `io`: nothing is known to be kept. `preparing`: what preparing() gave before the batch was made.
    Result<KeptBatch> keep(NewBatch batch, Sql::Preparing preparing = nullptr);
    Sql::Preparing preparing() { return sql_->preparing(); }
    Result<std::optional<KeptStatement>> find(Organisation organisation, std::string_view id);
    Result<StatementPage> select(Organisation organisation, const StatementQuery& query);
    // Everything stored up to here is visible to every reader; never past a transaction that is still running. Ask before select(), not after.
    Result<WallTime> consistent_through(Organisation organisation, WallTime now);
    Result<std::optional<AttachmentBytes>> attachment(Organisation organisation, std::string_view sha2);
    Result<std::optional<std::string>> activity_definition(Organisation organisation, std::string_view iri);  // merged, JSON; nothing: never heard of it

    Result<std::optional<KeptDocument>> document(Organisation organisation, const DocumentPlace& place);
    // merge: POST of JSON onto JSON replaces top-level members (`not_json` when either is none).
    Result<DocumentOutcome> put_document(Organisation organisation, const DocumentPlace& place, const KeptDocument& document, const Precondition& precondition, bool merge);
    Result<DocumentOutcome> delete_document(Organisation organisation, const DocumentPlace& place, const Precondition& precondition);
    // Both: whatever their id, and of every registration when the place has none.
    Result<void> delete_documents(Organisation organisation, const DocumentPlace& place);
    Result<DocumentIds> document_ids(Organisation organisation, const DocumentPlace& place, std::optional<std::int64_t> since_ms);

    // How far a terminal's chain is here.
    Result<CentreState> chain(Organisation organisation, const KioskId& kiosk);

private:
    Sql* sql_;
};

// Called by keep(), inside its transaction, for the records of statements that were not here before, in the order of seq (chain.cpp, roll_ups.cpp).
Result<void> follow_chain(Sql& sql, Organisation organisation, const KioskId& kiosk, const PublicKey& key, std::span<const CarriedRecord> fresh, WallTime stored);
Result<void> roll_up(Sql& sql, Organisation organisation, const KioskId& kiosk, std::span<const CarriedRecord> fresh);

}  // namespace xinghuo
