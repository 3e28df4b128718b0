// An immutable snapshot of the packs that may be shown. Opening reads and checks the manifests; contents are
// read when asked for, and each is checked against its length and hash before anyone sees it.
// Safe to read from any thread once open.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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
    std::string poster;  // a picture's path; may be empty
};

struct Item {
    std::string id, kind;
    std::string section;  // may be empty: the item is reached in another way
    Bilingual title, summary;
    std::string file;     // the item's own description, of its kind
    std::string picture;  // for cards; may be empty
};

class Catalogue {
public:
    // A folder with manifest.json and blobs/. Checks: every named path is safe and listed, ids are unique, hashes
    // and lengths have their form, every blob is there with its length. A blob that is not closes what needs it, not the
    // pack: it is named in damaged(), and reading it fails. A pack with no whole blob at all is not opened.
    static Result<std::shared_ptr<const Catalogue>> open(const Path& folder);

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] std::int64_t version() const { return version_; }
    [[nodiscard]] const Bilingual& title() const { return title_; }
    [[nodiscard]] const std::vector<Section>& sections() const { return sections_; }
    [[nodiscard]] const std::vector<Item>& items() const { return items_; }
    [[nodiscard]] std::vector<const Item*> items_of_kind(std::string_view kind) const;
    [[nodiscard]] const Item* find(std::string_view item_id) const;  // null: there is none

    // One sentence for each file of the pack that was missing, of the wrong length or not a plain file.
    [[nodiscard]] const std::vector<std::string>& damaged() const { return damaged_; }
    [[nodiscard]] bool has(std::string_view path) const;
    // The checked content of a path of the pack. `missing`, `too_large`, or `invalid` when it does not match its hash.
    [[nodiscard]] Result<Bytes> read(std::string_view path, std::size_t limit_bytes = 64u << 20) const;
    [[nodiscard]] Result<std::string> read_text(std::string_view path, std::size_t limit_bytes = 16u << 20) const;
    // For media too long to hold in memory: checks the hash of the whole file once, streaming, then names the blob.
    [[nodiscard]] Result<Path> checked_file(std::string_view path) const;

private:
    Path folder_;
    std::string id_;
    std::int64_t version_ = 0;
    Bilingual title_, summary_;
    std::vector<Section> sections_;
    std::vector<Item> items_;
    std::unordered_map<std::string, PackFile> files_;
    std::vector<std::string> damaged_;
};

}  // namespace xinghuo
