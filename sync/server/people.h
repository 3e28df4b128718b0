// Who an opaque member id is: the only place at the centre where that stands. Names, numbers and cards are sealed (SecretKey of the server), numbers are found
// by a keyed hash. Statements, records and sums know only the id; when a person is erased, nothing leads back from it.
//
// Everything here concerns people: who calls it sees to roles (a branch secretary gives their branch as `within`) and to the audit log.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "content/study/roster.h"
#include "sync/server/record_store.h"

namespace xinghuo {

struct Person {
    MemberId id;
    std::string number, name, card, pinyin, branch;
    bool host = false;
    std::int64_t gone_ms = 0;             // when they left the roster; 0: they are on it
};

// What taking a roster over would do.
struct PeoplePreview {
    struct Change {
        RosterRow now;                    // of `gone`: empty
        Person before;                    // of `added`: empty, or as they were when they left
    };
    std::vector<Change> added, changed, gone;
    std::size_t same = 0;
    std::vector<RosterProblem> problems;  // with rows; with any, nothing is taken over
};

// What makes a number the same: NFKC, blanks at the ends and capitals make nobody another person. "ａ1001 " is "A1001".
std::string normal_number(std::string_view number);

// A person with a number has one id in an organisation, whichever way they came: over HTTP, by command, or told before there were people here (join()).
class People {
public:
    // `key` outlives this.
    People(Sql& sql, const SecretKey& key, Organisation organisation) : sql_(&sql), key_(&key), organisation_(organisation) {}

    // People are the same by their number: who was here before keeps the id, for ever. Who is not in the file is gone (kept, marked). An empty card cell leaves
    // the card that is known; a card in the file is its row's. Columns the file does not have stay as they are.
    Result<PeoplePreview> preview(const RosterFile& file);
    // One transaction. `invalid` when the file has problems or no rows. The caller audits it: counts, never names. A row with an id of its own (a told roster's)
    // is that person when they are new; `invalid` when the number has another id here, or the id another number.
    Result<PeoplePreview> apply(const RosterFile& file, WallTime now);

    // Everybody who is on the roster now, as terminals are told it. A column nobody has anything in is left out, so that it stays as it is on the terminal.
    Result<RosterFile> roster();
    // Once, for a centre that told rosters before it knew people: whoever was told and is nobody here becomes somebody with the told id; who is here with another
    // id gets the told one, because records were written under it, and their sums move. Does nothing when it was done before.
    Result<void> join(const std::optional<RosterFile>& told);
    [[nodiscard]] Result<bool> joined();

    Result<std::optional<Person>> by_id(const MemberId& id);
    Result<std::optional<Person>> by_number(std::string_view number);
    // By id; `after`: the last id of the page before. within: only of this branch (empty: all). Also who is gone.
    Result<std::vector<Person>> list(const std::string& within, const MemberId& after, std::size_t limit);
    // Of these ids; who is erased or unknown is not in it.
    Result<std::map<std::string, Person>> of(const std::set<std::string>& ids);
    Result<std::vector<std::string>> branches();                         // names, in the order they were made
    Result<std::optional<std::int64_t>> branch_id(const std::string& name);
    Result<std::size_t> count(const std::string& within);                // on the roster now

    // Destroys what leads from the id to the person: the row, its sealed fields and its keyed hash; SQLite overwrites the bytes (secure_delete), backups are the
    // operator's. Statements and sums stay, of somebody nobody can name any more. If they come back with a later roster, they are somebody new. `missing`.
    // Notes that the roster which was told still names them.
    Result<void> erase(const MemberId& id);
    // Not empty: the told roster may name somebody erased. Asked before the people are read for telling, both while nobody else publishes (Publisher::tell), and
    // handed back when they were told: an erasure meanwhile stays noted.
    [[nodiscard]] Result<std::string> told_too_much();
    Result<void> told_again(const std::string& too_much);

    // With another key from now on (people_key.h); this object has the old one still. How many.
    Result<std::size_t> seal_anew(const SecretKey& next);
    // Everybody, sealed with whatever key; this object's seals from now on. join() takes back whoever was told last. How many.
    Result<std::size_t> forget_all();

private:
    struct Plan;
    Result<Plan> plan(const RosterFile& file);
    Result<std::int64_t> make_branch(const std::string& name);
    Result<Person> person_of(const SqlRow& row);
    Result<void> alone();
    Result<void> overwrite_what_goes();
    Result<void> note(const char* option, const std::string& value);
    Result<std::string> noted(const char* option);
    Result<void> hash_anew();
    Result<void> join_rows(const RosterFile& told);
    Result<void> write(const Person& person, std::map<std::string, std::int64_t>& branches);

    Sql* sql_;
    const SecretKey* key_;
    Organisation organisation_;
};

}  // namespace xinghuo
