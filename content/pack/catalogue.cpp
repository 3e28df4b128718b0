#include "content/pack/catalogue.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "content/base/crypto.h"
#include "content/pack/manifest.h"

namespace xinghuo {
namespace {

Path blob_in(const Path& folder, const PackFile& file) { return folder / file.sha256.substr(0, 2) / file.sha256; }

// A plain file of the right length; a link is refused, whatever it points to.
Result<void> check_blob(const Path& blob, std::uint64_t length) {
    struct stat about {};  // one question for each of thousands
    if (::lstat(blob.c_str(), &about) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return Error{ErrorKind::missing, "not in the pack's folder"};
        return Error{ErrorKind::io, std::strerror(errno)};
    }
    if (!S_ISREG(about.st_mode)) return Error{ErrorKind::invalid, "not a plain file"};
    if (static_cast<std::uint64_t>(about.st_size) != length)
        return Error{ErrorKind::invalid, std::to_string(about.st_size) + " bytes long, should be " + std::to_string(length)};
    return {};
}

// Tries every folder until one of them has what `use` accepts. What was wrong with a blob that is there says more than that it is
// missing elsewhere.
template <class T, class Use>
Result<T> from_folders(const std::vector<Path>& folders, const PackFile& file, const Use& use) {
    Error why{ErrorKind::missing, "not in the pack's folder"};
    for (const Path& folder : folders) {
        Path blob = blob_in(folder, file);
        auto good = check_blob(blob, file.length);
        Result<T> used = good ? use(std::move(blob)) : Result<T>(good.error());
        if (used) return used;
        if (used.error().kind != ErrorKind::missing) why = used.error();
    }
    return why;
}

Error no_such(std::string_view path) { return {ErrorKind::missing, std::string(path) + ": no such file in the pack"}; }

constexpr const char* wrong_hash = "the content does not match its hash";

std::string qualified(const std::string& pack, const std::string& path) { return path.empty() ? path : pack + ":" + path; }

}  // namespace

Result<Catalogue::Pack> Catalogue::shelve(Manifest& manifest, const ShelvedPack& shelved, std::vector<std::string>& damaged) {
    if (auto able = check_application(manifest.minimum_application); !able) return able.error().within("pack " + manifest.id);
    Pack pack;
    pack.id = manifest.id;
    pack.version = manifest.version;
    pack.edition = fmt::format("{}@{}~{}", pack.id, pack.version, sha256_hex(shelved.manifest.data(), shelved.manifest.size()).substr(0, 8));
    pack.title = manifest.title;
    pack.summary = manifest.summary;
    pack.blob_folders = shelved.blob_folders;
    std::vector<std::string> wrong;
    for (auto& [path, file] : manifest.files) {
        const auto good = from_folders<Path>(pack.blob_folders, file, [](Path blob) { return Result<Path>(std::move(blob)); });
        if (!good) {
            wrong.push_back(good.error().within("pack " + pack.id + ": " + path).what);
            if (wrong.size() == manifest.files.size()) return Error{good.error().kind, wrong.front()};
        }
        pack.files.emplace(std::move(path), std::move(file));
    }
    damaged.insert(damaged.end(), wrong.begin(), wrong.end());
    return pack;
}

void Catalogue::merge(Shelf& shelf, const Manifest& manifest, bool several) {
    const auto path = [&](const std::string& inside) { return several ? qualified(manifest.id, inside) : inside; };
    for (const Section& section : manifest.sections) {
        const auto known = std::find_if(shelf.sections.begin(), shelf.sections.end(), [&](const Section& one) { return one.id == section.id; });
        if (known == shelf.sections.end()) shelf.sections.push_back({section.id, section.title, path(section.poster)});
        else if (known->poster.empty()) known->poster = path(section.poster);
    }
    const std::size_t before = shelf.items.size();
    for (Item item : manifest.items) {
        const auto end = shelf.items.begin() + static_cast<std::ptrdiff_t>(before);
        if (std::any_of(shelf.items.begin(), end, [&](const Item& one) { return one.id == item.id; })) item.id = manifest.id + ":" + item.id;
        item.file = path(item.file);
        item.picture = path(item.picture);
        item.pack = manifest.id;
        item.pack_version = manifest.version;
        shelf.items.push_back(std::move(item));
    }
}

Result<std::shared_ptr<const Catalogue>> Catalogue::of(const std::vector<ShelvedPack>& packs) {
    auto shelf = std::make_shared<Shelf>();
    Error why{ErrorKind::missing, "there is no pack"};
    const auto leave_out = [&](const Error& error) {
        if (shelf->damaged.empty()) why = error;
        shelf->damaged.push_back(error.what);
    };
    std::map<std::string, std::pair<Manifest, const ShelvedPack*>> by_id;
    for (const ShelvedPack& shelved : packs) {
        auto manifest = read_manifest(shelved.manifest);
        if (!manifest) {
            leave_out(manifest.error().within("reading a pack's manifest"));
            continue;
        }
        std::string id = manifest->id;
        if (by_id.contains(id)) leave_out({ErrorKind::invalid, "pack " + id + ": stands twice"});
        else by_id.emplace(std::move(id), std::pair(std::move(*manifest), &shelved));
    }
    std::vector<const Manifest*> shown;
    for (auto& [id, one] : by_id) {
        auto pack = shelve(one.first, *one.second, shelf->damaged);
        if (!pack) {
            leave_out(pack.error());
            continue;
        }
        shelf->packs.push_back(std::move(*pack));
        shown.push_back(&one.first);
    }
    if (shown.empty()) return why;
    for (const Manifest* manifest : shown) merge(*shelf, *manifest, shown.size() > 1);
    auto catalogue = std::make_shared<Catalogue>();
    catalogue->shelf_ = std::move(shelf);
    return std::shared_ptr<const Catalogue>(std::move(catalogue));
}

Result<std::shared_ptr<const Catalogue>> Catalogue::open(const Path& folder) {
    auto text = xinghuo::read_text(folder / "manifest.json", manifest_limit_bytes);
    if (!text) return text.error().within("opening a pack");
    // Named here, where the folder is known.
    if (auto manifest = read_manifest(*text); !manifest) return manifest.error().within("reading " + (folder / "manifest.json").string());
    return of({{std::move(*text), {folder / "blobs"}}});
}

std::shared_ptr<const Catalogue> Catalogue::within(const Item& item) const {
    const auto found = std::find_if(shelf_->packs.begin(), shelf_->packs.end(), [&](const Pack& pack) { return pack.id == item.pack; });
    if (found == shelf_->packs.end()) return shared_from_this();
    auto view = std::make_shared<Catalogue>();
    view->shelf_ = shelf_;
    view->own_ = static_cast<std::size_t>(found - shelf_->packs.begin());
    view->whole_ = whole();
    return view;
}

std::vector<std::pair<std::string, std::int64_t>> Catalogue::packs() const {
    std::vector<std::pair<std::string, std::int64_t>> all;
    for (const Pack& pack : shelf_->packs) all.emplace_back(pack.id, pack.version);
    return all;
}

std::vector<const Item*> Catalogue::items_of_kind(std::string_view kind) const {
    std::vector<const Item*> found;
    for (const Item& item : items())
        if (item.kind == kind) found.push_back(&item);
    return found;
}

const Item* Catalogue::find(std::string_view item_id) const {
    const std::string renamed = own().id + ":" + std::string(item_id);
    const Item* found = nullptr;
    for (const Item& item : items()) {
        if (item.id == renamed) return &item;
        if (item.id == item_id) found = &item;
    }
    return found;
}

std::pair<const Catalogue::Pack*, std::string_view> Catalogue::split(std::string_view path) const {
    const std::size_t colon = path.find(':');
    if (colon == std::string_view::npos) return {&own(), path};
    const std::string_view id = path.substr(0, colon);
    const auto named = std::find_if(shelf_->packs.begin(), shelf_->packs.end(), [&](const Pack& one) { return one.id == id; });
    return {named == shelf_->packs.end() ? nullptr : &*named, path.substr(colon + 1)};
}

Catalogue::Found Catalogue::find_file(std::string_view path) const {
    const auto [pack, inside] = split(path);
    if (pack == nullptr) return {};
    const auto file = pack->files.find(std::string(inside));
    return {pack, file == pack->files.end() ? nullptr : &file->second};
}

Result<Bytes> Catalogue::read(std::string_view path, std::size_t limit_bytes) const {
    const Found found = find_file(path);
    if (found.file == nullptr) return no_such(path);
    if (found.file->length > limit_bytes)
        return Error{ErrorKind::too_large, std::string(path) + ": over the limit of " + std::to_string(limit_bytes) + " bytes"};
    auto bytes = from_folders<Bytes>(found.pack->blob_folders, *found.file, [&](const Path& blob) -> Result<Bytes> {
        auto content = read_bytes(blob, limit_bytes);
        if (content && sha256_hex(content->data(), content->size()) != found.file->sha256) return Error{ErrorKind::invalid, wrong_hash};
        return content;
    });
    if (!bytes) return bytes.error().within(path);
    return bytes;
}

Result<std::string> Catalogue::read_text(std::string_view path, std::size_t limit_bytes) const {
    const auto bytes = read(path, limit_bytes);
    if (!bytes) return bytes.error();
    return std::string(bytes->begin(), bytes->end());
}

Result<Path> Catalogue::checked_file(std::string_view path) const {
    const Found found = find_file(path);
    if (found.file == nullptr) return no_such(path);
    auto blob = from_folders<Path>(found.pack->blob_folders, *found.file, [&](Path file) -> Result<Path> {
        const auto hash = sha256_hex_of_file(file);
        if (!hash) return hash.error();
        if (*hash != found.file->sha256) return Error{ErrorKind::invalid, wrong_hash};
        return file;
    });
    if (!blob) return blob.error().within(path);
    return blob;
}

std::string Catalogue::lasting_name(std::string_view path) const {
    const auto [pack, inside] = split(path);
    return (pack != nullptr ? pack : &own())->edition + ":" + std::string(inside);
}

std::optional<std::string> Catalogue::path_of(std::string_view lasting_name) const {
    const std::size_t colon = lasting_name.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    for (const Pack& pack : shelf_->packs)
        if (pack.edition == lasting_name.substr(0, colon)) return pack.id + std::string(lasting_name.substr(colon));
    return std::nullopt;
}

}  // namespace xinghuo
