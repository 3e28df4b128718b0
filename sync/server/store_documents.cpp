#include <fmt/format.h>

#include <algorithm>

#include "content/base/json.h"
#include "content/base/json_tree.h"
#include "content/trust/key.h"
#include "sync/server/record_store.h"

namespace xinghuo {
namespace {

Bytes hashed(const std::vector<std::string_view>& parts) {
    std::string text;
    for (const std::string_view part : parts) text += fmt::format("{}:{}", part.size(), part);
    const Digest digest = sha256(text);
    return {digest.begin(), digest.end()};
}
Bytes folder_of(const DocumentPlace& place) { return hashed({fmt::format("{}", static_cast<int>(place.kind)), place.activity, place.agent}); }
Bytes leaf_of(const DocumentPlace& place) { return hashed({place.registration, place.id}); }

std::string etag_of(std::string_view bytes) { return digest_hex(DigestKind::sha1, bytes); }

Result<std::optional<KeptDocument>> read_document(Sql& sql, Organisation organisation, const DocumentPlace& place) {
    const auto rows = sql.query("SELECT content_type, bytes, etag, updated FROM document WHERE organisation = $1 AND folder = $2 AND leaf = $3",
                                {organisation, folder_of(place), leaf_of(place)});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<KeptDocument>();
    const SqlRow& row = rows->front();
    const Bytes& bytes = row.blob(1);
    return std::optional<KeptDocument>(KeptDocument{row.text(0), std::string(bytes.begin(), bytes.end()), row.text(2), row.integer(3)});
}

// PostgreSQL: two that write the same document come one after the other, also when it is not there yet. SQLite has one writer anyway.
Result<void> alone_with(Sql& sql, Organisation organisation, const DocumentPlace& place) {
    if (sql.dialect() != Sql::Dialect::postgres) return {};
    const Bytes folder = folder_of(place);
    const std::string text = fmt::format("{}|{}", organisation, to_hex(folder));
    return sql.run("SELECT pg_advisory_xact_lock($1)", {statement_key(StatementKey::agent, text)});
}

// RFC 9110 §13.1: If-Match before If-None-Match.
DocumentOutcome judged(const Precondition& precondition, const std::optional<KeptDocument>& here, bool replaces) {
    const auto stands_in = [&](const std::vector<std::string>& tags) {
        return here && std::any_of(tags.begin(), tags.end(), [&](const std::string& tag) { return tag == "*" || tag == here->etag; });
    };
    if (!precondition.if_match.empty() && !stands_in(precondition.if_match)) return DocumentOutcome::failed_precondition;
    if (!precondition.if_none_match.empty() && stands_in(precondition.if_none_match)) return DocumentOutcome::failed_precondition;
    if (replaces && precondition.demanded && here && precondition.if_match.empty() && precondition.if_none_match.empty()) return DocumentOutcome::conflict;
    return DocumentOutcome::done;
}

bool is_json(std::string_view content_type) {
    std::string kind(content_type.substr(0, content_type.find(';')));
    while (!kind.empty() && kind.back() == ' ') kind.pop_back();
    std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return kind == "application/json";
}

// Top-level members of the newer one replace those of the older; nothing: one of them is no JSON object.
std::optional<std::string> merged_json(const std::string& older, const std::string& newer) {
    const auto before = JsonTree::parse(older);
    const auto after = JsonTree::parse(newer);
    if (!before || !after || !before->root().is_object() || !after->root().is_object()) return std::nullopt;
    std::string out;
    const auto put = [&](JsonValue member, JsonValue value) {
        out += (out.empty() ? "{" : ",") + JsonWriter().value(member.key()).text() + ":" + std::string(value.text());
    };
    for (const JsonValue member : before->root().items()) {
        const JsonValue newer_one = after->root()[member.key()];
        put(member, newer_one.exists() ? newer_one : member);
    }
    for (const JsonValue member : after->root().items())
        if (!before->root()[member.key()].exists()) put(member, member);
    return out.empty() ? "{}" : out + "}";
}

Result<void> write_document(Sql& sql, Organisation organisation, const DocumentPlace& place, const KeptDocument& document) {
    return sql.run("INSERT INTO document (organisation, folder, leaf, registration, id, content_type, bytes, etag, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
                   "ON CONFLICT (organisation, folder, leaf) DO UPDATE SET content_type = excluded.content_type, bytes = excluded.bytes, etag = excluded.etag, updated = excluded.updated",
                   {organisation, folder_of(place), leaf_of(place), place.registration, place.id, document.content_type,
                    Bytes(document.bytes.begin(), document.bytes.end()), document.etag, document.updated_ms});
}

}  // namespace

Result<std::optional<KeptDocument>> RecordStore::document(Organisation organisation, const DocumentPlace& place) { return read_document(*sql_, organisation, place); }

Result<DocumentOutcome> RecordStore::put_document(Organisation organisation, const DocumentPlace& place, const KeptDocument& document, const Precondition& precondition, bool merge) {
    DocumentOutcome outcome = DocumentOutcome::done;
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        if (auto alone = alone_with(*sql_, organisation, place); !alone) return alone;
        const auto here = read_document(*sql_, organisation, place);
        if (!here) return here.error();
        outcome = judged(precondition, *here, !merge);
        if (outcome != DocumentOutcome::done) return {};
        KeptDocument written = document;
        if (merge && *here) {
            auto both = is_json(document.content_type) && is_json((*here)->content_type) ? merged_json((*here)->bytes, document.bytes) : std::nullopt;
            if (!both) {
                outcome = DocumentOutcome::not_json;
                return {};
            }
            written.bytes = std::move(*both);
        }
        written.etag = etag_of(written.bytes);
        return write_document(*sql_, organisation, place, written);
    });
    if (!done) return done.error().within("writing a document");
    return outcome;
}

Result<DocumentOutcome> RecordStore::delete_document(Organisation organisation, const DocumentPlace& place, const Precondition& precondition) {
    DocumentOutcome outcome = DocumentOutcome::done;
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        if (auto alone = alone_with(*sql_, organisation, place); !alone) return alone;
        const auto here = read_document(*sql_, organisation, place);
        if (!here) return here.error();
        outcome = judged(precondition, *here, false);
        if (outcome != DocumentOutcome::done || !*here) return {};
        return sql_->run("DELETE FROM document WHERE organisation = $1 AND folder = $2 AND leaf = $3", {organisation, folder_of(place), leaf_of(place)});
    });
    if (!done) return done.error().within("deleting a document");
    return outcome;
}

Result<void> RecordStore::delete_documents(Organisation organisation, const DocumentPlace& place) {
    return in_transaction(*sql_, [&]() -> Result<void> {
        if (auto alone = alone_with(*sql_, organisation, place); !alone) return alone;
        return sql_->run("DELETE FROM document WHERE organisation = $1 AND folder = $2 AND ($3 = '' OR registration = $3)", {organisation, folder_of(place), place.registration});
    });
}

Result<DocumentIds> RecordStore::document_ids(Organisation organisation, const DocumentPlace& place, std::optional<std::int64_t> since_ms) {
    const auto rows = sql_->query("SELECT id, MAX(updated) FROM document WHERE organisation = $1 AND folder = $2 AND ($3 = '' OR registration = $3) AND updated > $4 GROUP BY id ORDER BY id",
                                  {organisation, folder_of(place), place.registration, since_ms.value_or(std::numeric_limits<std::int64_t>::min())});
    if (!rows) return rows.error();
    DocumentIds found;
    for (const SqlRow& row : *rows) {
        found.ids.push_back(row.text(0));
        found.updated_ms = std::max(found.updated_ms, row.integer(1));
    }
    return found;
}

}  // namespace xinghuo
