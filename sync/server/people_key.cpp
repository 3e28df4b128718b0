#include "sync/server/people_key.h"

#include "sync/server/accounts.h"
#include "sync/server/people.h"

namespace xinghuo {
namespace {

constexpr const char *name_now = "people.key", *name_next = "people-next.key";

// Whether a key is the one that people are sealed with. Somebody who is kept decides, else the mark; without both every key is.
struct SealedPeople {
    bool any = false;
    Bytes one;
    std::string mark;
    [[nodiscard]] bool are_of(const SecretKey& key) const { return any ? key.unseal(one).has_value() : mark.empty() || mark == people_key_mark(key); }
};

Result<SealedPeople> sealed_people(Sql& sql, Organisation organisation) {
    SealedPeople sealed;
    const auto rows = sql.query("SELECT sealed FROM person WHERE organisation = $1 LIMIT 1", {organisation});
    if (!rows) return rows.error();
    sealed.any = !rows->empty();
    if (sealed.any) sealed.one = rows->front().blob(0);
    auto mark = Accounts(sql, organisation).option(people_key_option, "");
    if (!mark) return mark.error();
    sealed.mark = std::move(*mark);
    return sealed;
}

Result<void> take_place(const Path& keys) {
    std::error_code failed;
    std::filesystem::rename(keys / name_next, keys / name_now, failed);
    if (failed) return Error{ErrorKind::io, "the new key cannot take the old one's place: " + failed.message()};
    return {};
}

}  // namespace

std::string people_key_mark(const SecretKey& key) { return to_hex(key.keyed_hash("centre.people", "mark")); }

Result<SecretKey> open_people_key(const Path& keys, Sql& sql, Organisation organisation) {
    const auto sealed = sealed_people(sql, organisation);
    if (!sealed) return sealed.error();
    const auto marked = [&](SecretKey key) -> Result<SecretKey> {
        if (const std::string mark = people_key_mark(key); mark != sealed->mark)
            if (auto done = Accounts(sql, organisation).set_option(people_key_option, mark); !done) return done.error();
        return key;
    };
    std::error_code failed;
    const bool here = std::filesystem::exists(keys / name_now, failed), next_here = std::filesystem::exists(keys / name_next, failed);
    if (here) {
        auto now = SecretKey::load_or_make(keys / name_now);
        if (!now) return now.error().within("the key of people");
        if (sealed->are_of(*now)) return marked(std::move(*now));
    }
    if (next_here) {
        // Stopped between the people and the file.
        auto next = SecretKey::load_or_make(keys / name_next);
        if (!next) return next.error().within("the next key of people");
        if (sealed->are_of(*next)) {
            if (auto moved = take_place(keys); !moved) return moved.error();
            return marked(std::move(*next));
        }
    }
    if (sealed->any || !sealed->mark.empty())
        return Error{ErrorKind::untrusted, "the people kept here are sealed with another key; put keys/people.key back, or, when it is lost, begin anew with people begin-anew"};
    auto made = SecretKey::load_or_make(keys / name_now);
    if (!made) return made.error().within("the key of people");
    return marked(std::move(*made));
}

Result<std::size_t> begin_people_anew(const Path& keys, Sql& sql, Organisation organisation) {
    const auto there = open_people_key(keys, sql, organisation);
    if (there) return Error{ErrorKind::invalid, "the key in keys/people.key opens the people who are kept here: there is nothing to begin anew"};
    if (there.error().kind != ErrorKind::untrusted) return there.error();
    const auto key = SecretKey::load_or_make(keys / name_now);
    if (!key) return key.error().within("the key of people");
    const auto count = People(sql, *key, organisation).forget_all();
    if (!count) return count.error();
    return *count;
}

Result<std::size_t> replace_people_key(const Path& keys, Sql& sql, Organisation organisation) {
    const auto now = open_people_key(keys, sql, organisation);
    if (!now) return now.error();
    // One that a stopped attempt left is as good as a fresh one: nothing was sealed with it.
    const auto next = SecretKey::load_or_make(keys / name_next);
    if (!next) return next.error().within("the next key of people");
    const auto count = People(sql, *now, organisation).seal_anew(*next);
    if (!count) return count.error();
    if (auto moved = take_place(keys); !moved) return moved.error();
    return *count;
}

}  // namespace xinghuo
