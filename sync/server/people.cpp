#include "sync/server/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "content/base/json.h"
#include "content/base/json_tree.h"
#include "content/base/text.h"
#include "content/study/members.h"
#include "sync/server/people_key.h"
#include "sync/server/report_alias.h"

namespace xinghuo {
namespace {

#define PERSON_COLUMNS "p.id, p.sealed, b.name, p.host, p.gone_ms"
#define PERSON_FROM "FROM person p JOIN branch b ON b.organisation = p.organisation AND b.id = p.branch "

constexpr const char* joined_option = "people_joined";
constexpr const char* too_much_option = "roster_names_erased";

std::string hash_of(const SecretKey& key, const std::string& number) { return to_hex(key.keyed_hash("centre.number", normal_number(number))); }

Bytes sealed_fields(const SecretKey& key, const Person& person) {
    JsonWriter out;
    out.object().key("no").value(person.number).key("name").value(person.name).key("card").value(person.card).key("pinyin").value(person.pinyin).end();
    return key.seal(out.text());
}

// Nobody who asked can mend that: 500.
Error another_key() { return {ErrorKind::expired, "people are sealed with another key than this program has; start it anew, with keys/people.key in its place"}; }

}  // namespace

std::string normal_number(std::string_view number) {
    // Letters at both ends keep what stands between them: punctuation of a number is a part of it.
    const std::string text = folded("x" + std::string(number) + "x");
    return normal_card(std::string_view(text).substr(1, text.size() - 2));
}

struct People::Plan {
    struct Step {
        Person now;
        RosterRow row;
        std::optional<std::size_t> was;   // place in `here`
    };
    std::vector<Person> here;
    std::vector<Step> added, changed;
    std::vector<std::size_t> gone, stripped;  // stripped: their card is another's now
    std::size_t same = 0;
};

Result<Person> People::person_of(const SqlRow& row) {
    auto text = key_->unseal(row.blob(1));
    if (!text) return another_key();
    auto tree = JsonTree::parse(std::move(*text));
    if (!tree) return tree.error().within("reading a person");
    const auto field = [&](const char* name) { return std::string(tree->root()[name].string()); };
    Person person;
    person.id = {row.text(0)};
    person.number = field("no");
    person.name = field("name");
    person.card = field("card");
    person.pinyin = field("pinyin");
    person.branch = row.text(2);
    person.host = row.integer(3) != 0;
    person.gone_ms = row.integer(4);
    return person;
}

Result<People::Plan> People::plan(const RosterFile& file) {
    Plan plan;
    auto rows = sql_->query("SELECT " PERSON_COLUMNS " " PERSON_FROM "WHERE p.organisation = $1", {organisation_});
    if (!rows) return rows.error();
    std::unordered_map<std::string, std::size_t> places;
    std::set<std::string> ids, numbers;
    for (const SqlRow& row : *rows) {
        auto person = person_of(row);
        if (!person) return person.error();
        places.emplace(normal_number(person->number), plan.here.size());
        ids.insert(person->id.text);
        plan.here.push_back(std::move(*person));
    }
    std::vector<bool> met(plan.here.size());
    std::set<std::string> claimed;
    for (const RosterRow& row : file.rows) {
        Plan::Step step;
        step.row = row;
        step.now.number = row.number;
        step.now.name = row.name;
        step.now.branch = row.branch;
        step.now.card = row.card;
        step.now.pinyin = row.pinyin;
        step.now.host = row.host;
        if (!row.card.empty()) claimed.insert(normal_card(row.card));
        const std::string number = normal_number(row.number);
        if (!numbers.insert(number).second && file.problems.empty()) return Error{ErrorKind::invalid, fmt::format("row {}: the number stands twice", row.row)};
        const auto found = places.find(number);
        if (!row.id.empty() && (found == places.end() ? !ids.insert(row.id.text).second : plan.here[found->second].id != row.id))
            return Error{ErrorKind::invalid, fmt::format("row {}: {}", row.row, found == places.end() ? "the id is another person's" : "the number has another id here")};
        if (found == places.end()) {
            step.now.id = row.id;
            plan.added.push_back(std::move(step));
            continue;
        }
        const Person& was = plan.here[found->second];
        met[found->second] = true;
        step.was = found->second;
        step.now.id = was.id;
        if (row.card.empty()) step.now.card = was.card;
        if (!file.has_pinyin && row.name == was.name) step.now.pinyin = was.pinyin;
        if (!file.has_host) step.now.host = was.host;
        if (was.gone_ms != 0) plan.added.push_back(std::move(step));
        else if (step.now.number == was.number && step.now.name == was.name && step.now.branch == was.branch && normal_card(step.now.card) == normal_card(was.card) &&
                 step.now.pinyin == was.pinyin && step.now.host == was.host)
            ++plan.same;
        else plan.changed.push_back(std::move(step));
    }
    for (std::size_t i = 0; i < plan.here.size(); ++i)
        if (!met[i] && plan.here[i].gone_ms == 0) plan.gone.push_back(i);
    // A card that a row names is nobody else's any more.
    for (std::size_t i = 0; i < plan.here.size(); ++i)
        if (!met[i] && !plan.here[i].card.empty() && claimed.contains(normal_card(plan.here[i].card))) plan.stripped.push_back(i);
    for (auto* steps : {&plan.added, &plan.changed})
        for (Plan::Step& step : *steps)
            if (step.row.card.empty() && claimed.contains(normal_card(step.now.card))) step.now.card.clear();
    return plan;
}

Result<PeoplePreview> People::preview(const RosterFile& file) {
    PeoplePreview preview;
    preview.problems = file.problems;
    auto made = plan(file);
    if (!made) return made.error().within("comparing the roster");
    const auto change = [&](const Plan::Step& step) { return PeoplePreview::Change{step.row, step.was ? made->here[*step.was] : Person{}}; };
    for (const Plan::Step& step : made->added) preview.added.push_back(change(step));
    for (const Plan::Step& step : made->changed) preview.changed.push_back(change(step));
    // With problems, rows are missing from the file's list, and nobody can tell who is gone.
    if (file.problems.empty())
        for (const std::size_t i : made->gone) preview.gone.push_back({{}, made->here[i]});
    preview.same = made->same;
    return preview;
}

Result<std::int64_t> People::make_branch(const std::string& name) {
    auto id = branch_id(name);
    if (!id) return id.error();
    if (*id) return **id;
    auto made = sql_->query("INSERT INTO branch (organisation, id, name) SELECT $1, COALESCE(MAX(id), 0) + 1, $2 FROM branch WHERE organisation = $1 RETURNING id", {organisation_, name});
    if (!made) return made.error();
    return made->front().integer(0);
}

Result<void> People::write(const Person& person, std::map<std::string, std::int64_t>& branches) {
    auto branch = branches.find(person.branch);
    if (branch == branches.end()) {
        auto made = make_branch(person.branch);
        if (!made) return made.error();
        branch = branches.emplace(person.branch, *made).first;
    }
    return sql_->run("INSERT INTO person (organisation, id, branch, number_hash, sealed, host, gone_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                     "ON CONFLICT (organisation, id) DO UPDATE SET branch = excluded.branch, number_hash = excluded.number_hash, sealed = excluded.sealed, host = excluded.host, "
                     "gone_ms = excluded.gone_ms",
                     {organisation_, person.id.text, branch->second, hash_of(*key_, person.number), sealed_fields(*key_, person), std::int64_t{person.host ? 1 : 0}, person.gone_ms});
}

Result<PeoplePreview> People::apply(const RosterFile& file, WallTime now) {
    if (!file.problems.empty()) return Error{ErrorKind::invalid, "the roster has problems: " + file.problems.front().what};
    if (file.rows.empty()) return Error{ErrorKind::invalid, "the roster has no rows"};
    PeoplePreview done;
    auto kept = in_transaction(*sql_, [&]() -> Result<void> {
        done = {};
        if (auto locked = alone(); !locked) return locked;
        auto made = plan(file);
        if (!made) return made.error();
        std::map<std::string, std::int64_t> branches;
        for (const std::size_t i : made->stripped) {
            Person person = made->here[i];
            person.card.clear();
            made->here[i].card.clear();
            if (auto written = write(person, branches); !written) return written;
        }
        for (const std::size_t i : made->gone) {
            done.gone.push_back({{}, made->here[i]});
            Person person = made->here[i];
            person.gone_ms = std::max<std::int64_t>(1, now.unix_ms);
            if (auto written = write(person, branches); !written) return written;
        }
        for (auto* steps : {&made->added, &made->changed})
            for (Plan::Step& step : *steps) {
                (steps == &made->added ? done.added : done.changed).push_back({step.row, step.was ? made->here[*step.was] : Person{}});
                if (step.now.id.empty()) step.now.id.text = "m-" + to_hex(random_bytes(16));
                if (auto written = write(step.now, branches); !written) return written.error().within("row " + std::to_string(step.row.row));
            }
        done.same = made->same;
        return {};
    });
    if (!kept) return kept.error().within("taking the roster over");
    return done;
}

Result<std::optional<Person>> People::by_id(const MemberId& id) {
    auto rows = sql_->query("SELECT " PERSON_COLUMNS " " PERSON_FROM "WHERE p.organisation = $1 AND p.id = $2", {organisation_, id.text});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Person>();
    auto person = person_of(rows->front());
    if (!person) return person.error();
    return std::optional<Person>(std::move(*person));
}

Result<std::optional<Person>> People::by_number(std::string_view number) {
    auto rows = sql_->query("SELECT " PERSON_COLUMNS " " PERSON_FROM "WHERE p.organisation = $1 AND p.number_hash = $2", {organisation_, hash_of(*key_, std::string(number))});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Person>();
    auto person = person_of(rows->front());
    if (!person) return person.error();
    return std::optional<Person>(std::move(*person));
}

Result<std::vector<Person>> People::list(const std::string& within, const MemberId& after, std::size_t limit) {
    auto rows = sql_->query("SELECT " PERSON_COLUMNS " " PERSON_FROM "WHERE p.organisation = $1 AND ($2 = '' OR b.name = $2) AND p.id > $3 ORDER BY p.id LIMIT $4",
                            {organisation_, within, after.text, static_cast<std::int64_t>(limit)});
    if (!rows) return rows.error();
    std::vector<Person> people;
    for (const SqlRow& row : *rows) {
        auto person = person_of(row);
        if (!person) return person.error();
        people.push_back(std::move(*person));
    }
    return people;
}

Result<std::map<std::string, Person>> People::of(const std::set<std::string>& ids) {
    std::map<std::string, Person> people;
    constexpr std::size_t at_once = 500, many = 5'000;
    if (ids.size() >= many) {
        // Nearly everybody: one walk.
        auto rows = sql_->query("SELECT " PERSON_COLUMNS " " PERSON_FROM "WHERE p.organisation = $1 AND p.id >= $2 AND p.id <= $3 ORDER BY p.id", {organisation_, *ids.begin(), *ids.rbegin()});
        if (!rows) return rows.error();
        for (const SqlRow& row : *rows) {
            if (!ids.contains(row.text(0))) continue;
            auto person = person_of(row);
            if (!person) return person.error();
            people.emplace_hint(people.end(), row.text(0), std::move(*person));
        }
        return people;
    }
    for (auto it = ids.begin(); it != ids.end();) {
        std::string places;
        std::vector<SqlValue> values{organisation_};
        for (std::size_t n = 0; n < at_once && it != ids.end(); ++n, ++it) {
            values.emplace_back(*it);
            places += (places.empty() ? "$" : ", $") + std::to_string(values.size());
        }
        auto rows = sql_->query("SELECT " PERSON_COLUMNS " " PERSON_FROM "WHERE p.organisation = $1 AND p.id IN (" + places + ")", values);
        if (!rows) return rows.error();
        for (const SqlRow& row : *rows) {
            auto person = person_of(row);
            if (!person) return person.error();
            people.emplace(row.text(0), std::move(*person));
        }
    }
    return people;
}

Result<std::vector<std::string>> People::branches() {
    auto rows = sql_->query("SELECT name FROM branch WHERE organisation = $1 ORDER BY id", {organisation_});
    if (!rows) return rows.error();
    std::vector<std::string> names;
    for (const SqlRow& row : *rows) names.push_back(row.text(0));
    return names;
}

Result<std::optional<std::int64_t>> People::branch_id(const std::string& name) {
    auto rows = sql_->query("SELECT id FROM branch WHERE organisation = $1 AND name = $2", {organisation_, name});
    if (!rows) return rows.error();
    return rows->empty() ? std::optional<std::int64_t>() : std::optional<std::int64_t>(rows->front().integer(0));
}

Result<std::size_t> People::count(const std::string& within) {
    auto count = sql_->integer_or(0, "SELECT COUNT(*) " PERSON_FROM "WHERE p.organisation = $1 AND p.gone_ms = 0 AND ($2 = '' OR b.name = $2)", {organisation_, within});
    if (!count) return count.error();
    return static_cast<std::size_t>(*count);
}

// Outside a transaction, where SQLite takes it: what is deleted is overwritten.
Result<void> People::overwrite_what_goes() {
    return sql_->dialect() == Sql::Dialect::sqlite ? sql_->run_script("PRAGMA secure_delete = ON") : Result<void>();
}

Result<std::size_t> People::seal_anew(const SecretKey& next) {
    std::size_t count = 0;
    if (auto set = overwrite_what_goes(); !set) return set.error();
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        count = 0;
        if (auto locked = alone(); !locked) return locked;
        auto rows = sql_->query("SELECT " PERSON_COLUMNS " " PERSON_FROM "WHERE p.organisation = $1 ORDER BY p.gone_ms, p.id", {organisation_});
        if (!rows) return rows.error();
        std::set<std::string> taken;
        for (const SqlRow& row : *rows) {
            auto person = person_of(row);
            if (!person) return person.error();
            std::string hash = hash_of(next, person->number);
            // Two who are one by today's rule (hash_anew): the first stays to be found.
            if (!taken.insert(hash).second) hash = to_hex(next.keyed_hash("centre.number twice", person->id.text));
            if (auto set = sql_->run("UPDATE person SET number_hash = $3, sealed = $4 WHERE organisation = $1 AND id = $2",
                                     {organisation_, person->id.text, hash, sealed_fields(next, *person)}); !set) return set;
            ++count;
        }
        return note(people_key_option, people_key_mark(next));
    });
    if (!done) return done.error().within("sealing people anew");
    return count;
}

Result<std::size_t> People::forget_all() {
    std::size_t count = 0;
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        const auto gone = sql_->query("DELETE FROM person WHERE organisation = $1 RETURNING id", {organisation_});
        if (!gone) return gone.error();
        count = gone->size();
        // Somebody who was erased may stand on the roster that was told last: then nobody is taken back from it.
        const auto too_much = told_too_much();
        if (!too_much) return too_much.error();
        if (too_much->empty())
            if (auto noted = note(joined_option, "0"); !noted) return noted;
        return note(people_key_option, people_key_mark(*key_));
    });
    if (!done) return done.error().within("forgetting the people");
    return count;
}

Result<void> People::erase(const MemberId& id) {
    if (auto set = overwrite_what_goes(); !set) return set.error().within("erasing a person");
    return in_transaction(*sql_, [&]() -> Result<void> {
        auto gone = sql_->query("DELETE FROM person WHERE organisation = $1 AND id = $2 RETURNING id", {organisation_, id.text});
        if (!gone) return gone.error().within("erasing a person");
        if (gone->empty()) return Error{ErrorKind::missing, "no such person"};
        return note(too_much_option, to_hex(random_bytes(8)));
    });
}

// One import at a time, so that nobody gets two ids. Nobody is sealed with a key that another one took the place of since it was read.
Result<void> People::alone() {
    if (sql_->dialect() == Sql::Dialect::postgres)
        if (auto locked = sql_->run("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE"); !locked) return locked;
    const auto mark = noted(people_key_option);
    if (!mark) return mark.error();
    if (!mark->empty() && *mark != people_key_mark(*key_)) return another_key();
    return {};
}
Result<void> People::note(const char* option, const std::string& value) {
    return sql_->run("INSERT INTO centre_option (organisation, name, value) VALUES ($1, $2, $3) ON CONFLICT (organisation, name) DO UPDATE SET value = excluded.value",
                     {organisation_, std::string(option), value});
}
Result<std::string> People::noted(const char* option) {
    auto rows = sql_->query("SELECT value FROM centre_option WHERE organisation = $1 AND name = $2", {organisation_, std::string(option)});
    if (!rows) return rows.error();
    return rows->empty() ? std::string() : rows->front().text(0);
}
Result<bool> People::joined() {
    auto value = noted(joined_option);
    if (!value) return value.error();
    return *value == "1";
}
Result<std::string> People::told_too_much() { return noted(too_much_option); }
Result<void> People::told_again(const std::string& too_much) {
    return sql_->run("UPDATE centre_option SET value = '' WHERE organisation = $1 AND name = $2 AND value = $3", {organisation_, std::string(too_much_option), too_much});
}

Result<RosterFile> People::roster() {
    auto rows = sql_->query("SELECT " PERSON_COLUMNS " " PERSON_FROM "WHERE p.organisation = $1 AND p.gone_ms = 0 ORDER BY p.id", {organisation_});
    if (!rows) return rows.error();
    RosterFile file;
    for (const SqlRow& row : *rows) {
        auto person = person_of(row);
        if (!person) return person.error();
        file.has_card = file.has_card || !person->card.empty();
        file.has_pinyin = file.has_pinyin || !person->pinyin.empty();
        file.has_host = file.has_host || person->host;
        RosterRow one;
        one.row = file.rows.size() + 1;
        one.number = std::move(person->number);
        one.name = std::move(person->name);
        one.branch = std::move(person->branch);
        one.card = std::move(person->card);
        one.pinyin = std::move(person->pinyin);
        one.host = person->host;
        one.id = std::move(person->id);
        file.rows.push_back(std::move(one));
    }
    return file;
}

// Numbers were compared by capitals and blanks alone once.
Result<void> People::hash_anew() {
    auto rows = sql_->query("SELECT " PERSON_COLUMNS ", p.number_hash " PERSON_FROM "WHERE p.organisation = $1 ORDER BY p.gone_ms, p.id", {organisation_});
    if (!rows) return rows.error();
    std::set<std::string> taken;
    for (const SqlRow& row : *rows) taken.insert(row.text(5));
    for (const SqlRow& row : *rows) {
        auto person = person_of(row);
        if (!person) return person.error();
        const std::string hash = hash_of(*key_, person->number);
        // Two who are one now: whoever was found first stays to be found.
        if (hash == row.text(5) || !taken.insert(hash).second) continue;
        if (auto done = sql_->run("UPDATE person SET number_hash = $3 WHERE organisation = $1 AND id = $2", {organisation_, row.text(0), hash}); !done) return done;
    }
    return {};
}

Result<void> People::join_rows(const RosterFile& told) {
    std::map<std::string, std::int64_t> branches;
    HourMarks hours;
    for (const RosterRow& row : told.rows) {
        if (row.id.empty()) continue;
        auto with_id = by_id(row.id);
        if (!with_id) return with_id.error();
        if (*with_id) continue;  // they are here, whatever their number is now
        auto here = by_number(row.number);
        if (!here) return here.error();
        if (!*here) {
            Person person;
            person.id = row.id;
            person.number = row.number;
            person.name = row.name;
            person.branch = row.branch;
            person.card = row.card;
            person.pinyin = row.pinyin;
            person.host = row.host;
            if (auto written = write(person, branches); !written) return written;
            continue;
        }
        const std::string was = (*here)->id.text;
        if (auto moved = sql_->run("UPDATE person SET id = $3 WHERE organisation = $1 AND id = $2", {organisation_, was, row.id.text}); !moved) return moved;
        if (auto moved = move_sums(*sql_, organisation_, was, row.id.text, hours); !moved) return moved;
    }
    return hours.save(*sql_, organisation_, "join-" + to_hex(random_bytes(8)));
}

Result<void> People::join(const std::optional<RosterFile>& told) {
    auto before = joined();
    if (!before) return before.error();
    if (*before) return {};
    auto done = in_transaction(*sql_, [&]() -> Result<void> {
        if (auto locked = alone(); !locked) return locked;
        auto meanwhile = joined();
        if (!meanwhile) return meanwhile.error();
        if (*meanwhile) return {};
        if (auto hashed = hash_anew(); !hashed) return hashed;
        if (told)
            if (auto rows = join_rows(*told); !rows) return rows;
        return note(joined_option, "1");
    });
    if (!done) return done.error().within("joining the rosters that were told with the people here");
    return {};
}

}  // namespace xinghuo
