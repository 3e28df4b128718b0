#include "content/study/admin_lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace xinghuo {
namespace {

constexpr int most_counted = 1'000'000;  // of wrong PINs in a row

Result<std::string> setting(Database& db, std::string_view name) {
    auto rows = db.query("SELECT value FROM setting WHERE name = ?1", name);
    if (!rows) return rows.error();
    std::string value;
    if (rows->next()) value = rows->text(0);
    if (auto end = rows->end(); !end) return end.error();
    return value;
}

Result<void> set_setting(Database& db, std::string_view name, std::string_view value) {
    return db.run("INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}

// Every digit so far from the one before it, round the clock: 1 for 789012.
bool steps_by(std::string_view pin, int step) {
    for (std::size_t i = 1; i < pin.size(); ++i)
        if ((pin[i] - pin[i - 1] - step) % 10 != 0) return false;
    return true;
}

bool repeats(std::string_view pin) {
    for (std::size_t period = 2; period * 2 <= pin.size(); ++period)
        if (pin.size() % period == 0 && pin.substr(period) == pin.substr(0, pin.size() - period)) return true;
    return false;
}

std::string_view sentence(PinFault fault) {
    switch (fault) {
        case PinFault::none: return "";
        case PinFault::not_digits: return "a PIN consists of digits";
        case PinFault::length: return "a PIN has 6 to 12 digits";
        case PinFault::same: return "this PIN is too simple: all its digits are the same";
        case PinFault::run: return "this PIN is too simple: its digits follow each other";
        case PinFault::repeated: return "this PIN is too simple: it repeats itself";
    }
    return "";
}

}  // namespace

Nanoseconds delay_after(int wrong_in_a_row) {
    using namespace std::chrono_literals;
    constexpr std::array<Nanoseconds, 8> delays = {0s, 0s, 0s, 5s, 15s, 60s, 5min, 30min};
    return delays[static_cast<std::size_t>(std::clamp(wrong_in_a_row, 0, static_cast<int>(delays.size()) - 1))];
}

PinFault pin_fault(std::string_view pin) {
    if (std::any_of(pin.begin(), pin.end(), [](char c) { return c < '0' || c > '9'; })) return PinFault::not_digits;
    if (pin.size() < 6 || pin.size() > 12) return PinFault::length;
    if (steps_by(pin, 0)) return PinFault::same;
    if (steps_by(pin, 1) || steps_by(pin, -1)) return PinFault::run;
    if (repeats(pin)) return PinFault::repeated;
    return PinFault::none;
}

Result<AdminLock> AdminLock::open(Database& db, Records& records, Instant now) {
    AdminLock lock(db, records);
    if (auto read = lock.reread(); !read) return read.error();
    lock.until_ = now + delay_after(lock.wrong_);
    return lock;
}

Result<void> AdminLock::reread() {
    auto hash = setting(*db_, "admin.pin");
    if (!hash) return hash.error().within("reading the administrator's PIN");
    auto wrong = setting(*db_, "admin.wrong");
    if (!wrong) return wrong.error().within("reading the administrator's PIN");
    int count = 0;
    std::from_chars(wrong->data(), wrong->data() + wrong->size(), count);
    count = std::clamp(count, 0, most_counted);
    if (*hash != hash_) {
        hash_ = std::move(*hash);
        wrong_ = count;
        until_ = {};
    } else {
        wrong_ = std::max(wrong_, count);  // a try that could not be written counts here
    }
    return {};
}

Result<void> AdminLock::set_pin(std::string_view pin, const Moment& moment) {
    if (const PinFault fault = pin_fault(pin); fault != PinFault::none) return Error{ErrorKind::invalid, std::string(sentence(fault))};
    const std::string hash = hash_pin(pin);
    const Draft drafts[] = {{RecordKind::admin_action, {}, R"({"action":"admin_pin_set"})"}};
    auto kept = records_->keep(drafts, moment, [&](const std::vector<Record>&) -> Result<void> {
        if (auto done = set_setting(*db_, "admin.pin", hash); !done) return done;
        return set_setting(*db_, "admin.wrong", "0");
    });
    if (!kept) return kept.error().within("setting the administrator's PIN");
    hash_ = hash;
    wrong_ = 0;
    until_ = {};
    return {};
}

Result<AdminLock::Answer> AdminLock::try_pin(std::string_view pin, const Moment& moment) {
    if (auto read = reread(); !read) return read.error();
    if (!has_pin()) return Error{ErrorKind::invalid, "no administrator's PIN is set"};
    if (wait_left(moment.now) > Nanoseconds(0)) return Answer::wait;
    const bool right = !pin.empty() && pin_matches(hash_, pin);
    const int wrong = right ? 0 : std::min(wrong_ + 1, most_counted);
    const Draft drafts[] = {{RecordKind::admin_action, {},
                             right ? R"({"action":"admin_in"})" : fmt::format(R"({{"action":"admin_refused","wrong":{}}})", wrong)}};
    auto kept = records_->keep(drafts, moment,
                               [&](const std::vector<Record>&) { return set_setting(*db_, "admin.wrong", std::to_string(wrong)); });
    if (!kept) {
        wrong_ = std::min(wrong_ + 1, most_counted);
        until_ = moment.now + delay_after(wrong_);
        return kept.error().within("recording a try of the administrator's PIN");
    }
    wrong_ = wrong;
    until_ = moment.now + delay_after(wrong_);
    return right ? Answer::open : Answer::wrong;
}

Nanoseconds AdminLock::wait_left(Instant now) const { return std::max(Nanoseconds(0), until_ - now); }

}  // namespace xinghuo
