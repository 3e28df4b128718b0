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

class People {
public:
    // `key` outlives this.
    People(Sql& sql, const SecretKey& key, Organisation organisation) : sql_(&sql), key_(&key), organisation_(organisation) {}

    // People are the same by their number: who was here before keeps the id, for ever. Who is not in the file is gone (kept, marked). An empty card cell leaves
    // the card that is known; a card in the file is its row's. Columns the file does not have stay as they are.
    Result<PeoplePreview> preview(const RosterFile& file);
    // One transaction. `invalid` when the file has problems or no rows. The caller audits it: counts, never names.
    Result<PeoplePreview> apply(const RosterFile& file, WallTime now);

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
    Result<void> erase(const MemberId& id);

private:
    struct Plan;
    Result<Plan> plan(const RosterFile& file);
    Result<std::int64_t> make_branch(const std::string& name);
    Result<Person> person_of(const SqlRow& row);
    Result<void> write(const Person& person, std::map<std::string, std::int64_t>& branches);

    Sql* sql_;
    const SecretKey* key_;
    Organisation organisation_;
};

}  // namespace xinghuo
