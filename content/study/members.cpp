#include "content/study/members.h"

#include <algorithm>
#include <map>
#include <utility>

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t plausible_ms = 1'577'836'800'000;  // 2020-01-01: no terminal of ours is older

// The columns in the order member_of() reads them.
constexpr std::string_view by_card_sql =
    "SELECT m.id, b.name, m.sealed, m.pin IS NOT NULL, m.host, m.gone_ms FROM member m JOIN branch b ON b.id = m.branch "
    "WHERE m.card_hash = ?1 AND m.gone_ms IS NULL";
constexpr std::string_view by_number_sql =
    "SELECT m.id, b.name, m.sealed, m.pin IS NOT NULL, m.host, m.gone_ms FROM member m JOIN branch b ON b.id = m.branch "
    "WHERE m.number_hash = ?1 AND m.gone_ms IS NULL";
constexpr std::string_view by_id_sql =
    "SELECT m.id, b.name, m.sealed, m.pin IS NOT NULL, m.host, m.gone_ms FROM member m JOIN branch b ON b.id = m.branch WHERE m.id = ?1";

Result<Member> member_of(const Rows& row, const SecretKey& key) {
    auto fields = unseal_fields(key, row.blob(2));
    if (!fields) return fields.error().within("member " + row.text(0));
    Member member;
    member.id = {row.text(0)};
    member.number = std::move(fields->number);
    member.name = std::move(fields->name);
    member.branch = row.text(1);
    member.card = std::move(fields->card);
    member.pinyin = std::move(fields->pinyin);
    member.has_pin = row.integer(3) != 0;
    member.host = row.integer(4) != 0;
    member.gone = !row.null(5);
    return member;
}

template <class Value>
Result<std::optional<Member>> one_member(Database& db, const SecretKey& key, std::string_view sql, const Value& value) {
    auto rows = db.query(sql, value);
    if (!rows) return rows.error();
    std::optional<Member> found;
    if (rows->next()) {
        auto member = member_of(*rows, key);
        if (!member) return member.error();
        found = std::move(*member);
    }
    if (auto read = rows->end(); !read) return read.error();
    return found;
}

Draft admin_action(std::string_view action, const MemberId& target) {
    JsonWriter body;
    body.object().key("action").value(action).key("target").value(target.text).end();
    return {RecordKind::admin_action, {}, body.text()};
}

Error no_such_member() { return {ErrorKind::missing, "there is no such member on the roster"}; }

// The sealed fields of somebody on the roster, to be changed.
Result<PersonalFields> fields_of(Database& db, const SecretKey& key, const MemberId& id) {
    auto rows = db.query("SELECT sealed FROM member WHERE id = ?1 AND gone_ms IS NULL", id.text);
    if (!rows) return rows.error();
    if (!rows->next()) {
        if (auto read = rows->end(); !read) return read.error();
        return no_such_member();
    }
    return unseal_fields(key, rows->blob(0));
}

// One row changed, or there is no such member.
Result<void> changed_one(Database& db, const Result<void>& done) {
    if (!done) return done.error();
    if (db.changes() != 1) return no_such_member();
    return mark_members_changed(db);
}

bool is_space(std::string_view text, std::size_t at) { return std::string_view(" \t\r\n\v\f").find(text[at]) != std::string_view::npos; }

}  // namespace

std::string normal_card(std::string_view card) {
    while (!card.empty() && is_space(card, 0)) card.remove_prefix(1);
    while (!card.empty() && is_space(card, card.size() - 1)) card.remove_suffix(1);
    std::string out(card);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

Bytes seal_fields(const SecretKey& key, const PersonalFields& fields) {
    JsonWriter out;
    out.object().key("no").value(fields.number).key("name").value(fields.name).key("card").value(fields.card);
    out.key("pinyin").value(fields.pinyin).key("spelling").value(fields.spelling).end();
    return key.seal(out.text());
}

Result<PersonalFields> unseal_fields(const SecretKey& key, std::span<const std::uint8_t> sealed) {
    auto text = key.unseal(sealed);
    if (!text) return text.error();
    JsonDocument document;
    // What the parser says could quote the text, which is personal.
    if (!document.parse(*text)) return Error{ErrorKind::invalid, "the sealed fields are no JSON"};
    const JsonNode root = document.root();
    PersonalFields fields = {root["no"].string(), root["name"].string(), root["card"].string(), root["pinyin"].string(), root["spelling"].string()};
    if (!document.good()) return document.error();
    return fields;
}

Digest number_hash(const SecretKey& key, std::string_view number) { return key.keyed_hash("number", normal_card(number)); }
Digest card_hash(const SecretKey& key, std::string_view card) { return key.keyed_hash("card", normal_card(card)); }

Result<void> mark_members_changed(Database& db) {
    return db.run("INSERT INTO setting (name, value) VALUES ('members_revision', '1') "
                  "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)");
}

Result<std::optional<Member>> Members::by_card(std::string_view card) const {
    if (normal_card(card).empty()) return std::optional<Member>();
    return one_member(*db_, *key_, by_card_sql, card_hash(*key_, card));
}

Result<std::optional<Member>> Members::by_number(std::string_view number) const {
    if (normal_card(number).empty()) return std::optional<Member>();
    return one_member(*db_, *key_, by_number_sql, number_hash(*key_, number));
}

Result<std::optional<Member>> Members::by_id(const MemberId& id) const { return one_member(*db_, *key_, by_id_sql, id.text); }

Result<std::size_t> Members::count() const {
    auto count = db_->integer_or(0, "SELECT COUNT(*) FROM member WHERE gone_ms IS NULL");
    if (!count) return count.error();
    return static_cast<std::size_t>(*count);
}

Result<void> Members::bind_card(const MemberId& id, std::string_view card, const Moment& moment) {
    const std::string normal = normal_card(card);
    if (normal.empty()) return Error{ErrorKind::invalid, "a card without an id"};
    if (normal.size() > 64) return Error{ErrorKind::too_large, "a card id of more than 64 characters"};
    const Digest hash = card_hash(*key_, normal);
    const auto bind = [&](const std::vector<Record>&) -> Result<void> {
        auto holder = db_->query("SELECT id, gone_ms, sealed FROM member WHERE card_hash = ?1", hash);
        if (!holder) return holder.error();
        std::string gone_holder;
        Bytes gone_sealed;
        if (holder->next() && holder->text(0) != id.text) {
            if (holder->null(1)) return Error{ErrorKind::invalid, "another member has this card"};
            gone_holder = holder->text(0);
            gone_sealed = holder->blob(2);
        }
        if (auto read = holder->end(); !read) return read.error();
        if (!gone_holder.empty()) {
            auto fields = unseal_fields(*key_, gone_sealed);
            if (!fields) return fields.error();
            fields->card.clear();
            auto taken = db_->run("UPDATE member SET card_hash = NULL, sealed = ?2 WHERE id = ?1", gone_holder, seal_fields(*key_, *fields));
            if (!taken) return taken;
        }
        auto fields = fields_of(*db_, *key_, id);
        if (!fields) return fields.error();
        fields->card = normal;
        return changed_one(*db_, db_->run("UPDATE member SET card_hash = ?2, sealed = ?3 WHERE id = ?1", id.text, hash, seal_fields(*key_, *fields)));
    };
    const Draft draft = admin_action("bind_card", id);
    if (auto kept = records_->keep({&draft, 1}, moment, bind); !kept) return kept.error().within("binding a card");
    return {};
}

Result<void> Members::unbind_card(const MemberId& id, const Moment& moment) {
    const auto unbind = [&](const std::vector<Record>&) -> Result<void> {
        auto fields = fields_of(*db_, *key_, id);
        if (!fields) return fields.error();
        fields->card.clear();
        return changed_one(*db_, db_->run("UPDATE member SET card_hash = NULL, sealed = ?2 WHERE id = ?1", id.text, seal_fields(*key_, *fields)));
    };
    const Draft draft = admin_action("unbind_card", id);
    if (auto kept = records_->keep({&draft, 1}, moment, unbind); !kept) return kept.error().within("unbinding a card");
    return {};
}

Result<void> Members::set_host(const MemberId& id, bool host, const Moment& moment) {
    const auto set = [&](const std::vector<Record>&) {
        return changed_one(*db_, db_->run("UPDATE member SET host = ?2 WHERE id = ?1 AND gone_ms IS NULL", id.text, host));
    };
    const Draft draft = admin_action(host ? "make_host" : "unmake_host", id);
    if (auto kept = records_->keep({&draft, 1}, moment, set); !kept) return kept.error().within("setting the host");
    return {};
}

Result<void> Members::set_pin(const MemberId& id, std::string_view pin, const Moment& moment) {
    const bool digits = std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || pin.size() < 4 || pin.size() > 8) return Error{ErrorKind::invalid, "a PIN has 4 to 8 digits"};
    // The hash is sealed, too: four digits are soon tried, whatever the hash.
    const Bytes sealed = key_->seal(hash_pin(pin));
    const auto set = [&](const std::vector<Record>&) {
        return changed_one(*db_, db_->run("UPDATE member SET pin = ?2 WHERE id = ?1 AND gone_ms IS NULL", id.text, sealed));
    };
    const Draft draft = admin_action("set_pin", id);
    if (auto kept = records_->keep({&draft, 1}, moment, set); !kept) return kept.error().within("setting a PIN");
    return {};
}

Result<void> Members::reset_pin(const MemberId& id, const Moment& moment) {
    const auto reset = [&](const std::vector<Record>&) {
        return changed_one(*db_, db_->run("UPDATE member SET pin = NULL WHERE id = ?1 AND gone_ms IS NULL", id.text));
    };
    const Draft draft = admin_action("reset_pin", id);
    if (auto kept = records_->keep({&draft, 1}, moment, reset); !kept) return kept.error().within("resetting a PIN");
    return {};
}

Result<bool> Members::pin_right(const MemberId& id, std::string_view pin) const {
    auto rows = db_->query("SELECT pin FROM member WHERE id = ?1 AND gone_ms IS NULL AND pin IS NOT NULL", id.text);
    if (!rows) return rows.error();
    const bool there = rows->next();
    const Bytes sealed = there ? rows->blob(0) : Bytes();
    if (auto read = rows->end(); !read) return read.error();
    if (!there) return false;
    auto hash = key_->unseal(sealed);
    if (!hash) return hash.error();
    return pin_matches(*hash, pin);
}

Result<std::size_t> Members::forget_gone(int after_days, const Moment& moment) {
    if (after_days <= 0 || !moment.wall_trusted || moment.wall.unix_ms < plausible_ms) return std::size_t{0};
    const std::int64_t before = moment.wall.unix_ms - after_days * day_ms;
    auto change = Transaction::begin(*db_);
    if (!change) return change.error();
    // Who went while the clock was wrong is taken to go now.
    auto mended = db_->run("UPDATE member SET gone_ms = ?1 WHERE gone_ms < ?2 OR gone_ms > ?1", moment.wall.unix_ms, plausible_ms);
    if (!mended) return mended.error();
    auto mended_import = db_->run("UPDATE roster_import SET at_ms = ?1 WHERE at_ms < ?2 OR at_ms > ?1", moment.wall.unix_ms, plausible_ms);
    if (!mended_import) return mended_import.error();
    const Bytes nothing = seal_fields(*key_, {});
    auto wiped = db_->run("UPDATE member SET number_hash = NULL, card_hash = NULL, pin = NULL, host = 0, sealed = ?2 "
                          "WHERE gone_ms <= ?1 AND number_hash IS NOT NULL", before, nothing);
    if (!wiped) return wiped.error();
    const auto count = static_cast<std::size_t>(db_->changes());
    if (auto old = db_->run("UPDATE roster_import SET before = x'' WHERE at_ms <= ?1 AND before != x''", before); !old) return old.error();
    if (count > 0) {
        JsonWriter body;
        body.object().key("action").value("forget_gone").key("members").value(count).end();
        const Draft draft{RecordKind::admin_action, {}, body.text()};
        if (auto kept = records_->append({&draft, 1}, moment); !kept) return kept.error();
        if (auto marked = mark_members_changed(*db_); !marked) return marked.error();
    }
    if (auto done = change->commit(); !done) return done.error().within("forgetting who is gone");
    return count;
}

Result<std::int64_t> Members::revision() const {
    return db_->integer_or(0, "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'members_revision'");
}

Result<std::shared_ptr<const Directory>> Members::build_directory(Database& db, const SecretKey& key) {
    struct Found {
        Member member;
        std::int64_t branch;
        std::string spelling;
    };
    std::vector<Found> found;
    auto rows = db.query("SELECT m.id, m.branch, b.name, m.sealed, m.pin IS NOT NULL, m.host FROM member m JOIN branch b ON b.id = m.branch "
                         "WHERE m.gone_ms IS NULL");
    if (!rows) return rows.error();
    while (rows->next()) {
        auto fields = unseal_fields(key, rows->blob(3));
        if (!fields) return fields.error().within("member " + rows->text(0));
        Member member{{rows->text(0)},       std::move(fields->number),  std::move(fields->name),   rows->text(2), std::move(fields->card),
                      std::move(fields->pinyin), rows->integer(5) != 0, rows->integer(4) != 0, false};
        found.push_back({std::move(member), rows->integer(1), std::move(fields->spelling)});
    }
    if (auto read = rows->end(); !read) return read.error();
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        if (a.spelling != b.spelling) return a.spelling < b.spelling;
        return a.member.number < b.member.number;
    });
    auto directory = std::make_shared<Directory>();
    directory->members.reserve(found.size());
    std::vector<NameIndex::Entry> entries;
    entries.reserve(found.size());
    std::map<std::int64_t, Directory::Branch> branches;  // by id: in the order the roster named them
    for (Found& one : found) {
        const auto place = static_cast<std::uint32_t>(directory->members.size());
        entries.push_back({place, std::move(one.spelling), one.member.name});
        Directory::Branch& branch = branches[one.branch];
        branch.id = one.branch;
        branch.name = one.member.branch;
        branch.members.push_back(place);
        directory->members.push_back(std::move(one.member));
    }
    for (auto& [id, branch] : branches) directory->branches.push_back(std::move(branch));
    directory->names = NameIndex(std::move(entries));
    return std::shared_ptr<const Directory>(std::move(directory));
}

}  // namespace xinghuo
