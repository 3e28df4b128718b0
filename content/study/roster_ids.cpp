#include "content/study/roster_ids.h"

#include <optional>
#include <unordered_set>

#include "content/base/json.h"

namespace xinghuo {
namespace {

struct SameMember {
    std::string was, is;
};

// The row of `was`, who is `is`, in the row of `is` that is here already: what `is` lacks of cards and PINs comes along.
Result<void> merge_rows(Database& db, const SecretKey& key, const SameMember& same, const std::string& number) {
    const auto fields_of = [&](const std::string& id) -> Result<PersonalFields> {
        auto rows = db.query("SELECT sealed FROM member WHERE id = ?1", id);
        if (!rows) return rows.error();
        if (!rows->next()) return Error{ErrorKind::missing, "a member is not there"};
        return unseal_fields(key, rows->blob(0));
    };
    auto now = fields_of(same.is), other = fields_of(same.was);
    if (!now) return now.error();
    if (!other) return other.error();
    if (now->card.empty()) now->card = other->card;
    now->number = number;
    if (auto done = db.run("UPDATE member SET pin = (SELECT o.pin FROM member o WHERE o.id = ?2) WHERE id = ?1 AND pin IS NULL", same.is, same.was); !done) return done;
    if (auto done = db.run("DELETE FROM member WHERE id = ?1", same.was); !done) return done;
    std::optional<Digest> card;
    if (!now->card.empty()) card = card_hash(key, now->card);
    return db.run("UPDATE member SET number_hash = ?2, card_hash = ?3, sealed = ?4 WHERE id = ?1", same.is, number_hash(key, number), card, seal_fields(key, *now));
}

Result<void> record_same(Records& records, const std::vector<SameMember>& all, const Moment& moment) {
    std::vector<Draft> drafts;
    for (const SameMember& same : all) {
        JsonWriter body;
        body.object().key("action").value("member_same").key("was").value(same.was).key("is").value(same.is).end();
        drafts.push_back({RecordKind::admin_action, {}, body.text()});
    }
    if (auto kept = records.append(drafts, moment); !kept) return kept.error();
    return {};
}

}  // namespace

Digest no_number(const SecretKey& key, const std::string& id) { return number_hash(key, "\x01" + id); }

Result<std::size_t> take_ids(Database& db, const SecretKey& key, const RosterFile& file, Records& records, const Moment& moment) {
    std::vector<SameMember> same;
    std::unordered_set<std::string> ids;
    for (const RosterRow& row : file.rows)
        if (!row.id.empty()) ids.insert(row.id.text);
    for (const RosterRow& row : file.rows) {
        if (row.id.empty()) continue;
        // Forgotten, and back: nothing of them is left in the row.
        if (auto done = db.run("DELETE FROM member WHERE id = ?1 AND number_hash IS NULL", row.id.text); !done) return done.error();
        std::string was;
        bool from_centre = false;
        {
            auto rows = db.query("SELECT id, from_centre FROM member WHERE number_hash = ?1", number_hash(key, row.number));
            if (!rows) return rows.error();
            if (rows->next()) {
                was = rows->text(0);
                from_centre = rows->integer(1) != 0;
            }
            if (auto read = rows->end(); !read) return read.error();
        }
        if (was.empty() || was == row.id.text) continue;
        if (from_centre || ids.contains(was)) {
            // A number that was given to somebody new, or changes hands in this file.
            if (auto done = db.run("UPDATE member SET number_hash = ?2 WHERE id = ?1", was, no_number(key, was)); !done) return done.error();
            continue;
        }
        auto there = db.integer_or(0, "SELECT EXISTS (SELECT 1 FROM member WHERE id = ?1)", row.id.text);
        if (!there) return there.error();
        auto done = *there != 0 ? merge_rows(db, key, {was, row.id.text}, row.number) : db.run("UPDATE member SET id = ?2 WHERE id = ?1", was, row.id.text);
        if (!done) return done.error();
        same.push_back({was, row.id.text});
    }
    if (auto recorded = record_same(records, same, moment); !recorded) return recorded.error();
    return same.size();
}

}  // namespace xinghuo
