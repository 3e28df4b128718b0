#include "sync/server/centre_keys.h"

#include <algorithm>

#include "tools/packer/publish_copy.h"

namespace xinghuo {
namespace {

constexpr const char *present = "centre.key", *next = "centre-next.key";
constexpr std::string_view earlier = "centre-before-";
constexpr std::size_t id_digits = 16;

}  // namespace

std::string centre_key_id(const PublicKey& key) { return to_hex(key).substr(0, id_digits); }

Result<CentreKeys> open_centre_keys(const Path& keys) {
    auto now = SigningKey::load_or_make(keys / present);
    if (!now) return now.error().within("the centre's key");
    CentreKeys opened{std::move(*now), {}};
    std::vector<Path> files;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(keys, failed), end; !failed && at != end; at.increment(failed))
        if (at->path().filename().string().starts_with(earlier)) files.push_back(at->path());
    if (failed) return Error{ErrorKind::io, "the centre's keys: " + failed.message()};
    std::sort(files.begin(), files.end());
    for (const Path& file : files) {
        auto one = SigningKey::load_or_make(file);
        if (!one) return one.error().within("an earlier key of the centre");
        if (one->public_key() != opened.now.public_key()) opened.before.push_back(std::move(*one));
    }
    return opened;
}

Result<std::optional<PublicKey>> centre_key_in(const Path& keys) {
    std::error_code failed;
    if (!std::filesystem::exists(keys / present, failed)) return std::optional<PublicKey>();
    const auto key = SigningKey::load_or_make(keys / present);
    if (!key) return key.error().within("the centre's key");
    return std::optional(key->public_key());
}

Result<PublicKey> replace_centre_key(const Path& keys) {
    const auto fresh = SigningKey::load_or_make(keys / next);  // or the one that was to be, when this was stopped
    if (!fresh) return fresh.error().within("the centre's next key");
    const auto old = centre_key_in(keys);
    if (!old) return old.error();
    std::error_code failed;
    if (*old) {
        // A second name first: at no moment is there none.
        const Path aside = keys / (std::string(earlier) + centre_key_id(**old) + ".key");
        std::filesystem::create_hard_link(keys / present, aside, failed);
        if (failed && !std::filesystem::equivalent(keys / present, aside, failed)) return Error{ErrorKind::io, "the centre's key cannot be put aside: " + failed.message()};
    }
    std::filesystem::rename(keys / next, keys / present, failed);
    if (failed) return Error{ErrorKind::io, "the centre's key cannot be replaced: " + failed.message()};
    if (auto flushed = flush_disk(keys); !flushed) return flushed.error();
    return fresh->public_key();
}

}  // namespace xinghuo
