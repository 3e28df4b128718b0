// What is read from packs by names that last (Catalogue::lasting_name): the hall may be of a new snapshot already while an open exhibit
// goes on with an old one. Pictures and whole files are found in whichever snapshot is still alive. Main thread, but for what runs in
// the jobs it posts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "content/base/mailbox.h"
#include "content/pack/catalogue.h"
#include "kiosk/frame.h"

namespace xinghuo {

class LivePacks final : public Files {
public:
    explicit LivePacks(Textures::Post post) : post_(std::move(post)), arrived_(std::make_shared<Box>(64)) {}

    // From now on there is this one, too; nobody holds it here. What could not be read before is tried again.
    void add(const std::shared_ptr<const Catalogue>& catalogue);
    // For Textures: "pack:NAME", and "art:PATH" under this folder. Of the snapshots there are now: ask again after add().
    [[nodiscard]] Textures::Source pictures(const Path& art) const;
    // Checks a whole file against its hash, on the worker, once.
    std::optional<Result<Path>> checked(const std::string& lasting_name) override;

private:
    struct Letter {
        std::string name;
        Result<Path> file;
    };
    using Box = Mailbox<Letter>;
    void collect();

    Textures::Post post_;
    std::vector<std::weak_ptr<const Catalogue>> alive_;
    std::shared_ptr<Box> arrived_;
    std::unordered_map<std::string, std::optional<Result<Path>>> known_;
};

}  // namespace xinghuo
