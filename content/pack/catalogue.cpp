#include "content/pack/catalogue.h"

#include "content/base/crypto.h"
#include "content/pack/manifest.h"

namespace xinghuo {
namespace {

Path blob_of(const Path& folder, const PackFile& file) {
    return folder / "blobs" / file.sha256.substr(0, 2) / file.sha256;
}

// A plain file of the right length; a link is refused, whatever it points to.
Result<void> check_blob(const Path& blob, std::uint64_t length) {
    std::error_code failed;
    const auto status = std::filesystem::symlink_status(blob, failed);
    if (status.type() == std::filesystem::file_type::not_found) return Error{ErrorKind::missing, "not in the pack's folder"};
    if (failed || !std::filesystem::is_regular_file(status)) return Error{ErrorKind::invalid, "not a plain file"};
    const auto size = std::filesystem::file_size(blob, failed);
    if (failed) return Error{ErrorKind::io, failed.message()};
    if (size != length)
        return Error{ErrorKind::invalid, std::to_string(size) + " bytes long, should be " + std::to_string(length)};
    return {};
}

Error no_such(std::string_view path) { return {ErrorKind::missing, std::string(path) + ": no such file in the pack"}; }

constexpr const char* wrong_hash = "the content does not match its hash";

}  // namespace

Result<std::shared_ptr<const Catalogue>> Catalogue::open(const Path& folder) {
    const auto text = xinghuo::read_text(folder / "manifest.json", manifest_limit_bytes);
    if (!text) return text.error().within("opening a pack");
    auto manifest = read_manifest(*text);
    if (!manifest) return manifest.error().within("reading " + (folder / "manifest.json").string());
    auto catalogue = std::make_shared<Catalogue>();
    catalogue->folder_ = folder;
    catalogue->id_ = std::move(manifest->id);
    catalogue->version_ = manifest->version;
    catalogue->title_ = std::move(manifest->title);
    catalogue->summary_ = std::move(manifest->summary);
    catalogue->sections_ = std::move(manifest->sections);
    catalogue->items_ = std::move(manifest->items);
    for (auto& [path, file] : manifest->files) {
        if (auto good = check_blob(blob_of(folder, file), file.length); !good) {
            catalogue->damaged_.push_back(good.error().within("pack " + catalogue->id_ + ": " + path).what);
            if (catalogue->damaged_.size() == manifest->files.size()) return Error{good.error().kind, catalogue->damaged_.front()};
        }
        catalogue->files_.emplace(std::move(path), std::move(file));
    }
    return std::shared_ptr<const Catalogue>(std::move(catalogue));
}

std::vector<const Item*> Catalogue::items_of_kind(std::string_view kind) const {
    std::vector<const Item*> found;
    for (const Item& item : items_)
        if (item.kind == kind) found.push_back(&item);
    return found;
}

const Item* Catalogue::find(std::string_view item_id) const {
    for (const Item& item : items_)
        if (item.id == item_id) return &item;
    return nullptr;
}

bool Catalogue::has(std::string_view path) const { return files_.contains(std::string(path)); }

Result<Bytes> Catalogue::read(std::string_view path, std::size_t limit_bytes) const {
    const auto found = files_.find(std::string(path));
    if (found == files_.end()) return no_such(path);
    const Path blob = blob_of(folder_, found->second);
    if (found->second.length > limit_bytes)
        return Error{ErrorKind::too_large, std::string(path) + ": over the limit of " + std::to_string(limit_bytes) + " bytes"};
    if (auto good = check_blob(blob, found->second.length); !good) return good.error().within(path);
    auto bytes = read_bytes(blob, limit_bytes);
    if (!bytes) return bytes.error().within(path);
    if (sha256_hex(bytes->data(), bytes->size()) != found->second.sha256)
        return Error{ErrorKind::invalid, wrong_hash}.within(path);
    return bytes;
}

Result<std::string> Catalogue::read_text(std::string_view path, std::size_t limit_bytes) const {
    const auto bytes = read(path, limit_bytes);
    if (!bytes) return bytes.error();
    return std::string(bytes->begin(), bytes->end());
}

Result<Path> Catalogue::checked_file(std::string_view path) const {
    const auto found = files_.find(std::string(path));
    if (found == files_.end()) return no_such(path);
    Path blob = blob_of(folder_, found->second);
    if (auto good = check_blob(blob, found->second.length); !good) return good.error().within(path);
    const auto hash = sha256_hex_of_file(blob);
    if (!hash) return hash.error().within(path);
    if (*hash != found->second.sha256) return Error{ErrorKind::invalid, wrong_hash}.within(path);
    return blob;
}

}  // namespace xinghuo
