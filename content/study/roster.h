// The roster: read from a table, compared with what is there, shown, and taken over, all or nothing; and taken back.
//
// Columns by their header, in any order, Chinese or English: member_no/学号/工号/编号, name/姓名, branch/支部/党支部, card/卡号,
// pinyin/拼音, host/主持人 (是/yes/1/y/true). The first two and branch are needed.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "content/base/spreadsheet.h"
#include "content/study/members.h"

namespace xinghuo {

struct RosterRow {
    std::size_t row = 0;         // in the file, from 1, as the person sees it
    std::string number, name, branch, card, pinyin;
    bool host = false;
    MemberId id = {};            // the centre's; empty: the terminal's own
};

// A sentence key for the screen (words "roster.error.KEY") and the same in English for logs and the program xinghuo-records.
// None of it is personal: rows, columns and lengths only.
struct RosterProblem {
    std::size_t row = 0;         // 0: the whole file
    std::string key;             // see roster_problem_keys
    std::string what;            // "row 17: the name is missing"
    std::string value, other;    // for the words: {value} (a length, a column, the headings found), {other} (the other row, a limit)
};
// no_rows: nothing, or only a heading. no_column: {value} is missing, {other} was found. no_branch_merged: empty below a filled
// one. lost_digits: 1.1E+17. more_problems: {value} of them.
inline constexpr std::array roster_problem_keys = {
    "no_rows", "too_many_rows", "no_column", "column_twice", "no_number", "no_name", "no_branch", "no_branch_merged", "number_twice", "card_twice",
    "name_long", "cell_long", "bad_characters", "formula_error", "lost_digits", "bad_pinyin", "bad_host", "more_problems"};

struct RosterFile {
    std::vector<RosterRow> rows;
    std::vector<RosterProblem> problems;   // with any, nothing is taken over; the first 1,000, then "more_problems"
    std::vector<std::string> unknown;      // columns nobody reads, as the heading names them
    // Whether the file has the column. What it does not have stays as it is on the terminal.
    bool has_card = false, has_pinyin = false, has_host = false;
};
// At most 100,000 rows. Cells are trimmed; full-width digits and letters become plain; 40 characters a name at most. Blanks
// between Chinese characters ("张 三") go; every other character stays as it is.
Result<RosterFile> read_roster(const Table& table);

// What taking it over would do.
struct RosterPreview {
    struct Change {
        RosterRow now;
        Member before;                     // of changed and gone, and of added who were here before (before.gone)
    };
    std::vector<Change> added, changed, gone;
    std::size_t same = 0;
    std::vector<RosterProblem> problems;
    [[nodiscard]] bool may_apply() const { return problems.empty(); }
};

class Roster {
public:
    Roster(Database& db, const SecretKey& key, Records& records) : db_(&db), key_(&key), records_(&records) {}

    // Members are the same by their number. Who is on the terminal and not in the file is gone (kept, marked), and comes back
    // with a later one. A card in the file is its row's, whoever had it here; an empty cell leaves the card that was bound here.
    // A row with the centre's id is that member first, whatever number they had here; else who has the number here gets the id, with an
    // admin_action record {"action":"member_same","was":…,"is":…}: sums, attendances and what was bound here are theirs then (tally.h).
    Result<RosterPreview> preview(const RosterFile& file) const;
    // One transaction, with its admin_action record {"action":"roster_import","added":…,"changed":…,"gone":…}.
    // `invalid` when the file has problems.
    // A file that changes nothing is recorded and stands in no history. `also` runs inside it, before the commit.
    Result<void> apply(const RosterFile& file, const Moment& moment, const std::function<Result<void>()>& also = {});
    struct Import {
        std::int64_t id = 0;
        WallTime at;
        std::size_t added = 0, changed = 0, gone = 0;
        bool undone = false;
    };
    Result<std::vector<Import>> history(std::size_t limit) const;  // newest first; those that changed anything
    // Takes back the latest import that is not undone, then, asked again, the one before. Whoever it added is no longer there, or
    // only marked as gone if records speak of them. What was done here since stays: PINs, cards, hosts. `missing`: there is none,
    // or it is so old that retention has wiped what was before.
    Result<void> undo_last(const Moment& moment);

private:
    Database* db_;
    const SecretKey* key_;
    Records* records_;
};

}  // namespace xinghuo
