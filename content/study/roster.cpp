#include "content/study/roster.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "content/base/json.h"
#include "content/study/roster_ids.h"

namespace xinghuo {
namespace {

// Somebody as the terminal has them.
struct Here {
    MemberId id;
    std::int64_t branch = 0;
    std::string branch_name;
    PersonalFields fields;
    bool has_pin = false, host = false, from_centre = false;
    std::optional<std::int64_t> gone_ms;

    [[nodiscard]] Member member() const {
        return {id, fields.number, fields.name, branch_name, fields.card, fields.pinyin, host, has_pin, gone_ms.has_value()};
    }
};

Here here_of(const Rows& row, PersonalFields fields) {
    Here one;
    one.id = {row.text(0)};
    one.branch = row.integer(1);
    one.branch_name = row.text(2);
    one.has_pin = row.integer(4) != 0;
    one.host = row.integer(5) != 0;
    if (!row.null(6)) one.gone_ms = row.integer(6);
    one.from_centre = row.integer(7) != 0;
    one.fields = std::move(fields);
    return one;
}

// Everybody whom retention has not wiped.
Result<std::vector<Here>> everybody(Database& db, const SecretKey& key) {
    auto rows = db.query("SELECT m.id, m.branch, b.name, m.sealed, m.pin IS NOT NULL, m.host, m.gone_ms, m.from_centre FROM member m JOIN branch b ON b.id = m.branch "
                         "WHERE m.number_hash IS NOT NULL");
    if (!rows) return rows.error();
    std::vector<Here> all;
    while (rows->next()) {
        auto fields = unseal_fields(key, rows->blob(3));
        if (!fields) return fields.error().within("member " + rows->text(0));
        all.push_back(here_of(*rows, std::move(*fields)));
    }
    if (auto read = rows->end(); !read) return read.error();
    return all;
}

Result<std::optional<Here>> somebody(Database& db, const SecretKey& key, const std::string& id) {
    auto rows = db.query("SELECT m.id, m.branch, b.name, m.sealed, m.pin IS NOT NULL, m.host, m.gone_ms, m.from_centre FROM member m JOIN branch b ON b.id = m.branch "
                         "WHERE m.id = ?1 AND m.number_hash IS NOT NULL", id);
    if (!rows) return rows.error();
    if (!rows->next()) {
        if (auto read = rows->end(); !read) return read.error();
        return std::optional<Here>();
    }
    auto fields = unseal_fields(key, rows->blob(3));
    if (!fields) return fields.error().within("member " + id);
    return std::optional<Here>(here_of(*rows, std::move(*fields)));
}

// What a file does to the terminal. Numbers are places in `here`.
struct Plan {
    struct Step {
        RosterRow now;                     // as it will be
        std::optional<std::size_t> was;
    };
    std::vector<Here> here;
    std::vector<Step> added, changed;      // added: with `was`, back again
    std::vector<std::size_t> gone;
    std::vector<std::size_t> stripped;     // no longer the holders of their card, besides those in `changed`
    std::size_t same = 0;
};

bool same_but_case(const std::string& a, const std::string& b) { return normal_card(a) == normal_card(b); }

Result<Plan> plan(Database& db, const SecretKey& key, const RosterFile& file) {
    Plan plan;
    auto here = everybody(db, key);
    if (!here) return here.error();
    plan.here = std::move(*here);
    std::unordered_map<std::string, std::size_t> by_number, by_id, claimed;  // claimed: card → row of the file
    std::unordered_set<std::string> ids;
    for (std::size_t i = 0; i < plan.here.size(); ++i) {
        // Somebody the centre dropped may have had a number that is another's now.
        const auto [at, first] = by_number.emplace(normal_card(plan.here[i].fields.number), i);
        if (!first && plan.here[at->second].gone_ms && !plan.here[i].gone_ms) at->second = i;
        by_id.emplace(plan.here[i].id.text, i);
    }
    for (const RosterRow& row : file.rows)
        if (!row.id.empty()) ids.insert(row.id.text);
    const auto known = [&](const RosterRow& row) -> std::optional<std::size_t> {
        if (const auto same = by_id.find(row.id.text); !row.id.empty() && same != by_id.end()) return same->second;
        const auto found = by_number.find(normal_card(row.number));
        if (found == by_number.end()) return std::nullopt;
        const Here& one = plan.here[found->second];
        if (!row.id.empty() && (one.from_centre || ids.contains(one.id.text))) return std::nullopt;  // another person of that number
        return found->second;
    };
    if (file.has_card) {
        for (std::size_t i = 0; i < file.rows.size(); ++i)
            if (!file.rows[i].card.empty()) claimed.emplace(normal_card(file.rows[i].card), i);
    }
    std::vector<bool> met(plan.here.size());
    for (std::size_t i = 0; i < file.rows.size(); ++i) {
        Plan::Step step{file.rows[i], std::nullopt};
        RosterRow& now = step.now;
        now.card = file.has_card ? normal_card(now.card) : "";
        if (!file.has_pinyin) now.pinyin.clear();
        if (!file.has_host) now.host = false;
        if (const auto found = known(now)) {
            const Here& was = plan.here[*found];
            met[*found] = true;
            step.was = found;
            if (now.card.empty() && !claimed.contains(normal_card(was.fields.card))) now.card = was.fields.card;
            if (!file.has_pinyin && now.name == was.fields.name) now.pinyin = was.fields.pinyin;
            if (!file.has_host) now.host = was.host;
            if (!was.gone_ms) {
                const bool same = now.number == was.fields.number && now.name == was.fields.name && now.branch == was.branch_name &&
                                  same_but_case(now.card, was.fields.card) && now.pinyin == was.fields.pinyin && now.host == was.host;
                if (same) ++plan.same;
                else plan.changed.push_back(std::move(step));
                continue;
            }
        }
        plan.added.push_back(std::move(step));
    }
    for (std::size_t i = 0; i < plan.here.size(); ++i) {
        if (met[i]) continue;
        if (!plan.here[i].gone_ms) plan.gone.push_back(i);
        if (!plan.here[i].fields.card.empty() && claimed.contains(normal_card(plan.here[i].fields.card))) plan.stripped.push_back(i);
    }
    return plan;
}

// A whole roster fits: with SQLite's 2 MB, 50,000 rows by random hashes write every page many times over.
class RoomyCache {
public:
    explicit RoomyCache(Database& db) : db_(db) { (void)db_.run("PRAGMA cache_size = -98304"); }
    ~RoomyCache() { (void)db_.run("PRAGMA cache_size = -2000"); }
    RoomyCache(const RoomyCache&) = delete;
    RoomyCache& operator=(const RoomyCache&) = delete;

private:
    Database& db_;
};

class Branches {
public:
    explicit Branches(Database& db) : db_(db) {}
    Result<std::int64_t> id_of(const std::string& name) {
        if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
        auto id = db_.integer_or(0, "SELECT id FROM branch WHERE name = ?1", name);
        if (!id) return id.error();
        if (*id == 0) {
            if (auto made = db_.run("INSERT INTO branch (name) VALUES (?1)", name); !made) return made.error();
            id = db_.last_rowid();
        }
        ids_.emplace(name, *id);
        return *id;
    }

private:
    Database& db_;
    std::unordered_map<std::string, std::int64_t> ids_;
};

// One row as it shall be. Its card must be free by now.
Result<void> write_row(Database& db, const SecretKey& key, const Here& one, bool fresh) {
    std::optional<Digest> card;
    if (!one.fields.card.empty()) card = card_hash(key, one.fields.card);
    const Bytes sealed = seal_fields(key, one.fields);
    if (fresh)
        return db.run("INSERT INTO member (id, branch, number_hash, card_hash, sealed, host, gone_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", one.id.text,
                      one.branch, number_hash(key, one.fields.number), card, sealed, one.host, one.gone_ms);
    return db.run("UPDATE member SET branch = ?2, card_hash = ?3, sealed = ?4, host = ?5, gone_ms = ?6 WHERE id = ?1", one.id.text, one.branch, card,
                  sealed, one.host, one.gone_ms);
}

// What an import found, sealed, so that it can be taken back: {"added":["m-…"],"were":[{…}]}; card_now and host_now are what the
// import made of them, to tell what was changed since.
struct Before {
    std::vector<std::pair<std::string, std::string>> added;  // id, card
    struct Was {
        Here here;
        std::string card_now;
        bool host_now = false;
    };
    std::vector<Was> were;
};

std::string to_json(const Before& before) {
    JsonWriter out;
    out.object().key("added").array();
    for (const auto& [id, card] : before.added) out.object().key("id").value(id).key("card").value(card).end();
    out.end().key("were").array();
    for (const Before::Was& was : before.were) {
        const PersonalFields& fields = was.here.fields;
        out.object().key("id").value(was.here.id.text).key("branch").value(was.here.branch_name).key("no").value(fields.number);
        out.key("name").value(fields.name).key("card").value(fields.card).key("pinyin").value(fields.pinyin).key("spelling").value(fields.spelling);
        out.key("host").value(was.here.host).key("card_now").value(was.card_now).key("host_now").value(was.host_now);
        if (was.here.gone_ms) out.key("gone_ms").value(*was.here.gone_ms);
        out.end();
    }
    return out.end().end().text();
}

Result<Before> before_from_json(std::string_view text) {
    const Error broken{ErrorKind::invalid, "what was before cannot be read"};
    JsonDocument document;
    if (!document.parse(text)) return broken;
    Before before;
    for (const JsonNode& one : document.root()["added"].items()) before.added.emplace_back(one["id"].string(), one["card"].string());
    for (const JsonNode& one : document.root()["were"].items()) {
        Before::Was was;
        was.here.id = {one["id"].string()};
        was.here.branch_name = one["branch"].string();
        was.here.fields = {one["no"].string(), one["name"].string(), one["card"].string(), one["pinyin"].string(), one["spelling"].string()};
        was.here.host = one["host"].boolean();
        if (one["gone_ms"].exists()) was.here.gone_ms = one["gone_ms"].integer();
        was.card_now = one["card_now"].string();
        was.host_now = one["host_now"].boolean();
        before.were.push_back(std::move(was));
    }
    if (!document.good()) return broken;
    return before;
}

// Inside the transaction.
Result<Before> carry_out(Database& db, const SecretKey& key, const Plan& plan, const Moment& moment) {
    Before before;
    Branches branches(db);
    // A card moves only once nobody holds it.
    const auto let_go = [&](const Here& was, const std::string& card_now) -> Result<void> {
        if (was.fields.card.empty() || same_but_case(was.fields.card, card_now)) return {};
        return db.run("UPDATE member SET card_hash = NULL WHERE id = ?1", was.id.text);
    };
    for (const auto* steps : {&plan.added, &plan.changed})
        for (const Plan::Step& step : *steps)
            if (step.was)
                if (auto done = let_go(plan.here[*step.was], step.now.card); !done) return done.error();
    for (const std::size_t i : plan.stripped)
        if (auto done = let_go(plan.here[i], ""); !done) return done.error();

    // So does a number.
    for (const auto* steps : {&plan.added, &plan.changed})
        for (const Plan::Step& step : *steps)
            if (step.was && normal_card(plan.here[*step.was].fields.number) != normal_card(step.now.number))
                if (auto done = db.run("UPDATE member SET number_hash = ?2 WHERE id = ?1", plan.here[*step.was].id.text, no_number(key, plan.here[*step.was].id.text)); !done)
                    return done.error();

    std::vector<bool> leaves(plan.here.size()), loses_card(plan.here.size());
    for (const std::size_t i : plan.gone) leaves[i] = true;
    for (const std::size_t i : plan.stripped) loses_card[i] = true;
    for (std::size_t i = 0; i < plan.here.size(); ++i) {
        if (!leaves[i] && !loses_card[i]) continue;
        Here now = plan.here[i];
        if (leaves[i]) now.gone_ms = moment.wall.unix_ms;
        if (loses_card[i]) now.fields.card.clear();
        if (auto done = write_row(db, key, now, false); !done) return done.error();
        before.were.push_back({plan.here[i], now.fields.card, now.host});
    }
    for (const auto* steps : {&plan.added, &plan.changed}) {
        for (const Plan::Step& step : *steps) {
            const RosterRow& row = step.now;
            auto branch = branches.id_of(row.branch);
            if (!branch) return branch.error();
            Here now;
            now.id = {step.was ? plan.here[*step.was].id.text : !row.id.empty() ? row.id.text : "m-" + to_hex(random_bytes(16))};
            now.branch = *branch;
            now.fields = {row.number, row.name, row.card, row.pinyin, {}};
            const PersonalFields* was = step.was ? &plan.here[*step.was].fields : nullptr;
            if (was != nullptr && was->name == row.name && was->pinyin == row.pinyin) now.fields.spelling = was->spelling;
            else now.fields.spelling = row.pinyin.empty() ? pinyin_of_name(row.name) : plain_pinyin(row.pinyin, row.name);
            now.host = row.host;
            if (auto done = write_row(db, key, now, !step.was); !done) return done.error().within("row " + std::to_string(row.row));
            if (step.was && (!row.id.empty() || normal_card(was->number) != normal_card(row.number)))
                if (auto done = db.run("UPDATE member SET number_hash = ?2 WHERE id = ?1", now.id.text, number_hash(key, row.number)); !done) return done.error();
            if (step.was) before.were.push_back({plan.here[*step.was], row.card, row.host});
            else before.added.emplace_back(now.id.text, row.card);
        }
    }
    return before;
}

// Who came with an import goes again; if anything was recorded of them, only from the roster.
Result<void> take_back_added(Database& db, const SecretKey& key, const std::string& id, const std::string& card, const Moment& moment) {
    auto now = somebody(db, key, id);
    if (!now) return now.error();
    if (!*now) return {};
    auto records = db.integer_or(0, "SELECT EXISTS (SELECT 1 FROM record WHERE member = ?1)", id);
    if (!records) return records.error();
    const bool used = *records != 0 || (*now)->has_pin || !same_but_case((*now)->fields.card, card);
    if (used) return db.run("UPDATE member SET gone_ms = ?2 WHERE id = ?1 AND gone_ms IS NULL", id, moment.wall.unix_ms);
    return db.run("DELETE FROM member WHERE id = ?1", id);
}

Result<void> take_back(Database& db, const SecretKey& key, const Before& before, const Moment& moment) {
    for (const auto& [id, card] : before.added)
        if (auto done = take_back_added(db, key, id, card, moment); !done) return done;
    Branches branches(db);
    std::vector<Here> restored;
    std::vector<std::string> renumbered;
    for (const Before::Was& was : before.were) {
        auto now = somebody(db, key, was.here.id.text);
        if (!now) return now.error();
        if (!*now) continue;
        Here one = was.here;
        if (!same_but_case((*now)->fields.card, was.card_now)) one.fields.card = (*now)->fields.card;
        if ((*now)->host != was.host_now) one.host = (*now)->host;
        auto branch = branches.id_of(one.branch_name);
        if (!branch) return branch.error();
        one.branch = *branch;
        if (auto freed = db.run("UPDATE member SET card_hash = NULL WHERE id = ?1", one.id.text); !freed) return freed;
        if (normal_card((*now)->fields.number) != normal_card(one.fields.number)) {
            renumbered.push_back(one.id.text);
            if (auto freed = db.run("UPDATE member SET number_hash = ?2 WHERE id = ?1", one.id.text, no_number(key, one.id.text)); !freed) return freed;
        }
        restored.push_back(std::move(one));
    }
    for (Here& one : restored) {
        if (!one.fields.card.empty()) {
            // Bound to somebody else since: it stays theirs.
            auto taken = db.integer_or(0, "SELECT EXISTS (SELECT 1 FROM member WHERE card_hash = ?1)", card_hash(key, one.fields.card));
            if (!taken) return taken.error();
            if (*taken != 0) one.fields.card.clear();
        }
        if (auto done = write_row(db, key, one, false); !done) return done;
        if (std::find(renumbered.begin(), renumbered.end(), one.id.text) == renumbered.end()) continue;
        if (auto done = db.run("UPDATE OR IGNORE member SET number_hash = ?2 WHERE id = ?1", one.id.text, number_hash(key, one.fields.number)); !done) return done;
    }
    return db.run("DELETE FROM branch WHERE id NOT IN (SELECT branch FROM member) AND id NOT IN (SELECT branch FROM activity WHERE branch IS NOT NULL)");
}

}  // namespace

Result<RosterPreview> Roster::preview(const RosterFile& file) const {
    RosterPreview preview;
    preview.problems = file.problems;
    auto made = plan(*db_, *key_, file);
    if (!made) return made.error().within("comparing the roster");
    const auto change = [&](const Plan::Step& step) { return RosterPreview::Change{step.now, step.was ? made->here[*step.was].member() : Member{}}; };
    for (const Plan::Step& step : made->added) preview.added.push_back(change(step));
    for (const Plan::Step& step : made->changed) preview.changed.push_back(change(step));
    // With problems, rows are missing from the file's list, and nobody can tell who is gone.
    if (file.problems.empty())
        for (const std::size_t i : made->gone) preview.gone.push_back({{}, made->here[i].member()});
    preview.same = made->same;
    return preview;
}

Result<void> Roster::apply(const RosterFile& file, const Moment& moment, const std::function<Result<void>()>& also) {
    if (!file.problems.empty()) return Error{ErrorKind::invalid, "the roster has problems: " + file.problems.front().what};
    if (file.rows.empty()) return Error{ErrorKind::invalid, "the roster has no rows"};
    const RoomyCache cache(*db_);
    auto change = Transaction::begin(*db_);
    if (!change) return change.error();
    const auto same = take_ids(*db_, *key_, file, *records_, moment);
    if (!same) return same.error().within("taking the centre's ids over");
    auto made = plan(*db_, *key_, file);
    if (!made) return made.error().within("comparing the roster");
    auto before = carry_out(*db_, *key_, *made, moment);
    if (!before) return before.error().within("taking the roster over");
    for (const RosterRow& row : file.rows)
        if (!row.id.empty())
            if (auto done = db_->run("UPDATE member SET from_centre = 1 WHERE id = ?1 AND from_centre = 0", row.id.text); !done) return done;
    const std::size_t added = made->added.size(), changed = made->changed.size(), gone = made->gone.size();
    JsonWriter body;
    body.object().key("action").value("roster_import").key("added").value(added).key("changed").value(changed).key("gone").value(gone).end();
    const Draft draft{RecordKind::admin_action, {}, body.text()};
    auto kept = records_->append({&draft, 1}, moment);
    if (!kept) return kept.error();
    if (added + changed + gone > 0) {
        const Bytes sealed = key_->seal(to_json(*before));
        auto noted = db_->run("INSERT INTO roster_import (seq, at_ms, added, changed, gone, before) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", kept->front().seq,
                              moment.wall.unix_ms, added, changed, gone, sealed);
        if (!noted) return noted;
    }
    if (added + changed + gone + *same > 0)
        if (auto marked = mark_members_changed(*db_); !marked) return marked;
    if (also)
        if (auto done = also(); !done) return done;
    return change->commit();
}

Result<std::vector<Roster::Import>> Roster::history(std::size_t limit) const {
    auto rows = db_->query("SELECT id, at_ms, added, changed, gone, undone FROM roster_import ORDER BY id DESC LIMIT ?1", limit);
    if (!rows) return rows.error();
    std::vector<Import> imports;
    while (rows->next()) {
        const auto count = [&](int column) { return static_cast<std::size_t>(rows->integer(column)); };
        imports.push_back({rows->integer(0), {rows->integer(1)}, count(2), count(3), count(4), rows->integer(5) != 0});
    }
    if (auto read = rows->end(); !read) return read.error();
    return imports;
}

Result<void> Roster::undo_last(const Moment& moment) {
    const RoomyCache cache(*db_);
    auto change = Transaction::begin(*db_);
    if (!change) return change.error();
    std::int64_t id = 0;
    Bytes sealed;
    {
        auto rows = db_->query("SELECT id, before FROM roster_import WHERE undone = 0 ORDER BY id DESC LIMIT 1");
        if (!rows) return rows.error();
        if (rows->next()) {
            id = rows->integer(0);
            sealed = rows->blob(1);
        }
        if (auto read = rows->end(); !read) return read;
    }
    if (id == 0) return Error{ErrorKind::missing, "there is no roster import to undo"};
    if (sealed.empty()) return Error{ErrorKind::missing, "the roster import is too old to be undone"};
    auto text = key_->unseal(sealed);
    if (!text) return text.error().within("undoing the roster import");
    auto before = before_from_json(*text);
    if (!before) return before.error().within("undoing the roster import");
    if (auto done = take_back(*db_, *key_, *before, moment); !done) return done.error().within("undoing the roster import");
    // The copy has served; what it says of people need not lie here any longer.
    if (auto done = db_->run("UPDATE roster_import SET undone = 1, before = x'' WHERE id = ?1", id); !done) return done;
    JsonWriter body;
    body.object().key("action").value("roster_undo").key("import").value(id).end();
    const Draft draft{RecordKind::admin_action, {}, body.text()};
    if (auto kept = records_->append({&draft, 1}, moment); !kept) return kept.error();
    if (auto marked = mark_members_changed(*db_); !marked) return marked;
    return change->commit();
}

}  // namespace xinghuo
