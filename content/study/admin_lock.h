// The administrator's PIN: made at the first start, 6–12 digits, argon2id, growing delay. Nothing bypasses it.
#pragma once

#include <optional>
#include <string_view>

#include "content/store/database.h"
#include "content/study/records.h"

namespace xinghuo {

// How long one must wait after so many wrong PINs in a row: 0, 0, 0, 5 s, 15 s, 60 s, 5 min, then 30 min each. Pure.
Nanoseconds delay_after(int wrong_in_a_row);

class AdminLock {
public:
    // The count of wrong PINs is on disk: a restart does not reset it, and starts the current delay anew.
    static Result<AdminLock> open(Database& db, Records& records, Instant now);

    [[nodiscard]] bool has_pin() const { return !hash_.empty(); }
    // First start, or change by an administrator who is in. `invalid`: not 6–12 digits, or too simple (all the same, 123456…).
    Result<void> set_pin(std::string_view pin, const Moment& moment);
    enum class Answer { open, wrong, wait };
    // wait: a delay runs; the PIN is not even looked at. The count is on disk before the answer is given. Each success and each
    // wrong try is an admin_action record.
    Result<Answer> try_pin(std::string_view pin, const Moment& moment);
    [[nodiscard]] int wrong_in_a_row() const { return wrong_; }
    [[nodiscard]] Nanoseconds wait_left(Instant now) const;
    // The program xinghuo-records may have set another one meanwhile.
    Result<void> reread();

private:
    AdminLock(Database& db, Records& records) : db_(&db), records_(&records) {}
    Database* db_;
    Records* records_;
    std::string hash_;
    int wrong_ = 0;
    Instant until_;
};

}  // namespace xinghuo
