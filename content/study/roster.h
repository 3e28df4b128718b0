// The roster: read from a table, compared with what is there, shown, and taken over, all or nothing; and taken back.
//
// Columns by their header, in any order, Chinese or English: member_no/学号/工号/编号, name/姓名, branch/支部/党支部, card/卡号,
// pinyin/拼音, host/主持人 (是/yes/1/y/true). The first two and branch are needed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "content/base/spreadsheet.h"
#include "content/study/members.h"

namespace xinghuo {

struct RosterRow {
    std::size_t row = 0;         // in the file, from 1, as the person sees it
    std::string number, name, branch, card, pinyin;
    bool host = false;
};

// A sentence key for the screen (words "roster.error.KEY") and the same in English for logs and the program xinghuo-records.
struct RosterProblem {
    std::size_t row = 0;         // 0: the whole file
    std::string key;             // "no_name", "no_number", "number_twice", "card_twice", "name_long", "bad_characters", "formula_error", …
    std::string what;            // "row 17: the name is missing"
    std::string value, other;    // for the words: {value}, {other}: e.g. the other row
};

struct RosterFile {
    std::vector<RosterRow> rows;
    std::vector<RosterProblem> problems;   // with any, nothing is taken over
};
// At most 100,000 rows. Cells are trimmed; full-width digits and letters become plain; 40 characters a name at most.
Result<RosterFile> read_roster(const Table& table);

// What taking it over would do.
struct RosterPreview {
    struct Change {
        RosterRow now;
        Member before;                     // of changed and gone
    };
    std::vector<Change> added, changed, gone;
    std::size_t same = 0;
    std::vector<RosterProblem> problems;
    [[nodiscard]] bool may_apply() const { return problems.empty(); }
};

class Roster {
public:
    Roster(Database& db, const SecretKey& key, Records& records) : db_(&db), key_(&key), records_(&records) {}

    // Members are the same by their number. Who is on the terminal and not in the file is gone (kept, marked).
    Result<RosterPreview> preview(const RosterFile& file) const;
    // One transaction, with its admin_action record {"action":"roster_import","added":…,"changed":…,"gone":…}.
    // `invalid` when the file has problems.
    Result<void> apply(const RosterFile& file, const Moment& moment);
    // The latest import that is not undone, if nothing but imports changed its members since.
    struct Import {
        std::int64_t id = 0;
        WallTime at;
        std::size_t added = 0, changed = 0, gone = 0;
        bool undone = false;
    };
    Result<std::vector<Import>> history(std::size_t limit) const;  // newest first
    Result<void> undo_last(const Moment& moment);                  // PINs and cards bound since then stay

private:
    Database* db_;
    const SecretKey* key_;
    Records* records_;
};

}  // namespace xinghuo
