#include "kiosk/live_packs.h"

#include <algorithm>

#include "content/base/log.h"

namespace xinghuo {
namespace {

constexpr std::size_t picture_limit_bytes = 32u << 20;

Error no_such(const std::string& name) { return {ErrorKind::missing, name + ": no such file in what is shown"}; }

// The snapshot a name is of, and the path there; null: nobody shows it any more.
std::pair<std::shared_ptr<const Catalogue>, std::string> find(const std::vector<std::weak_ptr<const Catalogue>>& alive, const std::string& name) {
    for (const auto& one : alive) {
        auto catalogue = one.lock();
        if (!catalogue) continue;
        if (auto path = catalogue->path_of(name)) return {std::move(catalogue), std::move(*path)};
    }
    return {};
}

}  // namespace

void LivePacks::add(const std::shared_ptr<const Catalogue>& catalogue) {
    collect();
    std::erase_if(alive_, [](const auto& one) { return one.expired(); });
    std::erase_if(known_, [](const auto& one) { return one.second && !*one.second; });
    // The newest first: a damaged file of an edition may have been repaired.
    if (catalogue) alive_.insert(alive_.begin(), catalogue->whole());
}

Textures::Source LivePacks::pictures(const Path& art) const {
    return [alive = alive_, art](const std::string& name) -> Result<Bytes> {
        if (name.starts_with("art:")) return read_bytes(art / name.substr(4), picture_limit_bytes);
        if (!name.starts_with("pack:")) return no_such(name);
        const auto found = find(alive, name.substr(5));
        if (!found.first) return no_such(name);
        return found.first->read(found.second, picture_limit_bytes);
    };
}

std::optional<Result<Path>> LivePacks::checked(const std::string& lasting_name) {
    collect();
    if (const auto found = known_.find(lasting_name); found != known_.end()) return found->second;
    const bool taken = post_([alive = alive_, lasting_name, box = arrived_] {
        const auto found = find(alive, lasting_name);
        auto file = found.first ? found.first->checked_file(found.second) : Result<Path>(no_such(lasting_name));
        if (!box->post({lasting_name, std::move(file)})) log_warning("a checked file has no place to arrive");
    });
    if (!taken) return std::nullopt;
    known_.emplace(lasting_name, std::nullopt);
    collect();
    return known_.at(lasting_name);
}

void LivePacks::collect() {
    for (auto& letter : arrived_->take_all()) known_.insert_or_assign(letter.name, std::move(letter.file));
}

}  // namespace xinghuo
