#include "sync/server/people_key.h"

#include "sync/server/people.h"

namespace xinghuo {
namespace {

constexpr const char *name_now = "people.key", *name_next = "people-next.key";

// Whether a key opens what is kept; nobody is kept: every key does.
Result<bool> opens(const SecretKey& key, Sql& sql, Organisation organisation) {
    const auto rows = sql.query("SELECT sealed FROM person WHERE organisation = $1 LIMIT 1", {organisation});
    if (!rows) return rows.error();
    return rows->empty() || key.unseal(rows->front().blob(0)).has_value();
}

Result<void> take_place(const Path& keys) {
    std::error_code failed;
    std::filesystem::rename(keys / name_next, keys / name_now, failed);
    if (failed) return Error{ErrorKind::io, "the new key cannot take the old one's place: " + failed.message()};
    return {};
}

}  // namespace

Result<SecretKey> open_people_key(const Path& keys, Sql& sql, Organisation organisation) {
    auto now = SecretKey::load_or_make(keys / name_now);
    if (!now) return now.error().within("the key of people");
    std::error_code failed;
    if (!std::filesystem::exists(keys / name_next, failed)) return now;
    const auto fits = opens(*now, sql, organisation);
    if (!fits) return fits.error();
    if (*fits) return now;
    // Stopped between the people and the file.
    auto next = SecretKey::load_or_make(keys / name_next);
    if (!next) return next.error().within("the next key of people");
    const auto next_fits = opens(*next, sql, organisation);
    if (!next_fits) return next_fits.error();
    if (!*next_fits) return now;
    if (auto moved = take_place(keys); !moved) return moved.error();
    return next;
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
