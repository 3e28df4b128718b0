#include "content/study/member_pins.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace xinghuo {
namespace {

constexpr int free_tries = 3, longest_after = 9, most_counted = 1'000'000;

std::string setting_name(const MemberId& id) { return "pin.wrong." + id.text; }

}  // namespace

Nanoseconds member_delay_after(int wrong_in_a_row) {
    if (wrong_in_a_row < free_tries) return Nanoseconds(0);
    return std::chrono::seconds(30) * (1LL << (std::min(wrong_in_a_row, longest_after) - free_tries));
}

Result<MemberPins::Tries*> MemberPins::tries(const MemberId& id, Instant now) {
    if (const auto known = tries_.find(id); known != tries_.end()) return &known->second;
    auto rows = db_->query("SELECT value FROM setting WHERE name = ?1", setting_name(id));
    if (!rows) return rows.error();
    std::string value;
    if (rows->next()) value = rows->text(0);
    if (auto end = rows->end(); !end) return end.error();
    Tries read;
    std::from_chars(value.data(), value.data() + value.size(), read.wrong);
    read.wrong = std::clamp(read.wrong, 0, most_counted);
    read.until = now + member_delay_after(read.wrong);
    return &tries_.emplace(id, read).first->second;
}

Result<void> MemberPins::keep(const MemberId& id, int wrong) {
    if (wrong == 0) return db_->run("DELETE FROM setting WHERE name = ?1", setting_name(id));
    return db_->run("INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", setting_name(id),
                    std::to_string(wrong));
}

Result<Nanoseconds> MemberPins::wait_left(const MemberId& id, Instant now) {
    auto known = tries(id, now);
    if (!known) return known.error();
    return std::max(Nanoseconds(0), (*known)->until - now);
}

Result<MemberPins::Answer> MemberPins::try_pin(const MemberId& id, std::string_view pin, const Moment& moment) {
    auto found = tries(id, moment.now);
    if (!found) return found.error().within("reading a member's tries");
    Tries& known = **found;
    if (known.until > moment.now) return Answer::wait;
    auto right = members_->pin_right(id, pin);
    if (!right) return right.error();
    const int wrong = *right ? 0 : std::min(known.wrong + 1, most_counted);
    if (wrong != known.wrong) {
        if (auto kept = keep(id, wrong); !kept) {
            known.wrong = std::min(known.wrong + 1, most_counted);
            known.until = moment.now + member_delay_after(known.wrong);
            return kept.error().within("counting a member's try");
        }
    }
    known.wrong = wrong;
    known.until = moment.now + member_delay_after(wrong);
    return *right ? Answer::right : Answer::wrong;
}

Result<void> MemberPins::set_pin(const MemberId& id, std::string_view pin, const Moment& moment) {
    if (auto done = members_->set_pin(id, pin, moment); !done) return done;
    tries_.erase(id);
    return keep(id, 0);
}

}  // namespace xinghuo
