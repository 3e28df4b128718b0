// The administrator's PIN: made at the first start, 6–12 digits, argon2id, growing delay. Nothing bypasses it. Main thread.
#pragma once

#include <string>
#include <string_view>

#include "content/store/database.h"
#include "content/study/records.h"

namespace xinghuo {

// How long one must wait after so many wrong PINs in a row, from none: 0, 0, 0, 5 s, 15 s, 60 s, 5 min, then 30 min each.
// So the third wrong one in a row is the first that costs time. Pure.
Nanoseconds delay_after(int wrong_in_a_row);

// Why a PIN is not taken, for the screen to say; `none`: it is. Pure.
enum class PinFault {
    none,
    not_digits,  // something else than 0–9
    length,      // fewer than 6 or more than 12; so an empty one
    same,        // 000000
    run,         // 123456, 987654, 789012
    repeated,    // 121212, 123123
};
PinFault pin_fault(std::string_view pin);

class AdminLock {
public:
    // The count of wrong PINs is on disk: a restart does not reset it, and starts the current delay anew.
    static Result<AdminLock> open(Database& db, Records& records, Instant now);

    [[nodiscard]] bool has_pin() const { return !hash_.empty(); }
    // First start, or change by an administrator who is in. `invalid`: pin_fault() says why. Recorded as {"action":"admin_pin_set"};
    // ends a delay.
    Result<void> set_pin(std::string_view pin, const Moment& moment);
    enum class Answer { open, wrong, wait };
    // wait: a delay runs; the PIN is not even looked at, nothing is recorded. The count is on disk before the answer is given: when
    // the disk refuses, nobody learns whether the PIN was right, and the try counts all the same. Records {"action":"admin_in"} and
    // {"action":"admin_refused","wrong":3}. `invalid` when no PIN is set yet.
    Result<Answer> try_pin(std::string_view pin, const Moment& moment);
    [[nodiscard]] int wrong_in_a_row() const { return wrong_; }
    [[nodiscard]] Nanoseconds wait_left(Instant now) const;
    // The program xinghuo-records may have set another one meanwhile: then its count holds, and no delay. try_pin() does it, too.
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
