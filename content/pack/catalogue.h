// An immutable snapshot of the packs that may be shown. Opening reads and checks the manifests; contents are
// read when asked for, and each is checked against its length and hash before anyone sees it.
// Safe to read from any thread once open.
//
// Paths are those of one pack, as its files name them: "posters/12.png". With several packs a path may say whose it is:
// "xinghuo-demo:posters/12.png". Without, it is a path of the pack id() names; within(item) makes that the item's own pack, so
// that what an item's files name is found beside them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "content/base/file.h"
#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

struct PackFile {
    std::string sha256;
    std::uint64_t length = 0;
};

struct Section {
    std::string id;
    Bilingual title;
    std::string poster;  // a picture's path, qualified when there are several packs; may be empty
};

struct Item {
    std::string id, kind;        // id: "<pack>:<id>" where an earlier pack has an item of that id
    std::string section;         // may be empty: the item is reached in another way
    Bilingual title, summary;
    std::string file;            // the item's own description, of its kind
    std::string picture;         // for cards; may be empty. Both qualified when there are several packs
    std::string pack = {};       // whose item it is
    std::int64_t pack_version = 0;
};

// A pack as a store keeps it: its manifest, and folders with its blobs as FOLDER/ab/ab12…, looked into in this order.
struct ShelvedPack {
    std::string manifest;
    std::vector<Path> blob_folders;
};

struct Manifest;

class Catalogue : public std::enable_shared_from_this<Catalogue> {
public:
    // A folder with manifest.json and blobs/. Checks: every named path is safe and listed, ids are unique, hashes
    // and lengths have their form, every blob is there with its length. A blob that is not closes what needs it, not the
    // pack: it is named in damaged(), and reading it fails. A pack with no whole blob at all is not opened.
    static Result<std::shared_ptr<const Catalogue>> open(const Path& folder);
    // Several packs, in order of their ids. Sections of the same id are one: the first pack that has it gives title and poster. A pack
    // that cannot be opened, stands twice or needs a newer application is left out and named in damaged(); the others are shown. The
    // first of their errors when none is left, `missing` when there was none.
    static Result<std::shared_ptr<const Catalogue>> of(const std::vector<ShelvedPack>& packs);

    // Of the pack whose paths are meant: the first one, or the item's within(item).
    [[nodiscard]] const std::string& id() const { return own().id; }
    [[nodiscard]] std::int64_t version() const { return own().version; }
    [[nodiscard]] const Bilingual& title() const { return own().title; }
    // The same sections and items, from the place of this item's pack. Keeps the whole snapshot alive.
    [[nodiscard]] std::shared_ptr<const Catalogue> within(const Item& item) const;
    // The snapshot all of them are views of.
    [[nodiscard]] std::shared_ptr<const Catalogue> whole() const { return whole_ ? whole_ : shared_from_this(); }

    // Every pack that is shown, with its version, in order.
    [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> packs() const;
    [[nodiscard]] const std::vector<Section>& sections() const { return shelf_->sections; }
    [[nodiscard]] const std::vector<Item>& items() const { return shelf_->items; }
    [[nodiscard]] std::vector<const Item*> items_of_kind(std::string_view kind) const;
    // Null: there is none. Within an item, an id of its own pack comes first.
    [[nodiscard]] const Item* find(std::string_view item_id) const;

    // One sentence for each pack that was left out, and for each file that was missing, of the wrong length or not a plain file.
    [[nodiscard]] const std::vector<std::string>& damaged() const { return shelf_->damaged; }
    [[nodiscard]] bool has(std::string_view path) const { return find_file(path).file != nullptr; }
    // The checked content of a path. `missing`, `too_large`, or `invalid` when it does not match its hash.
    [[nodiscard]] Result<Bytes> read(std::string_view path, std::size_t limit_bytes = 64u << 20) const;
    [[nodiscard]] Result<std::string> read_text(std::string_view path, std::size_t limit_bytes = 16u << 20) const;
    // For media too long to hold in memory: checks the hash of the whole file once, streaming, then names the blob.
    [[nodiscard]] Result<Path> checked_file(std::string_view path) const;

    // A path's name among all snapshots there ever are: "xinghuo-demo@3~1f0c9a2b:posters/12.png" (pack, version, beginning of the
    // manifest's hash). What was read under one name never changes.
    [[nodiscard]] std::string lasting_name(std::string_view path) const;
    // The path behind such a name, qualified; nothing: not of this snapshot.
    [[nodiscard]] std::optional<std::string> path_of(std::string_view lasting_name) const;

private:
    struct Pack {
        std::string id, edition;     // edition: "xinghuo-demo@3~1f0c9a2b"
        std::int64_t version = 0;
        Bilingual title, summary;
        std::vector<Path> blob_folders;
        std::unordered_map<std::string, PackFile> files;
    };
    struct Shelf {
        std::vector<Pack> packs;     // never empty
        std::vector<Section> sections;
        std::vector<Item> items;
        std::vector<std::string> damaged;
    };
    struct Found {
        const Pack* pack = nullptr;
        const PackFile* file = nullptr;  // null: there is no such file
    };
    static Result<Pack> shelve(Manifest& manifest, const ShelvedPack& shelved, std::vector<std::string>& damaged);
    static void merge(Shelf& shelf, const Manifest& manifest, bool several);
    [[nodiscard]] const Pack& own() const { return shelf_->packs[own_]; }
    // Whose path it is (null: no such pack), and the path inside.
    [[nodiscard]] std::pair<const Pack*, std::string_view> split(std::string_view path) const;
    [[nodiscard]] Found find_file(std::string_view path) const;

    std::shared_ptr<const Shelf> shelf_;
    std::size_t own_ = 0;
    std::shared_ptr<const Catalogue> whole_;  // null: this is the whole
};

}  // namespace xinghuo
