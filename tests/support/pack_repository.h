// A repository of packs in memory: signed metadata (trust_repository.h), manifests, blobs. It gives pieces, counts what it gives, and is
// pulled out after as many bytes as a test says. write_to() makes the folder of it that a stick carries.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "content/base/json.h"
#include "content/pack/installer.h"
#include "content/quiz/shuffle.h"
#include "tests/support/trust_repository.h"

namespace xinghuo {

using PackFiles = std::map<std::string, std::string>;  // path → contents

inline std::string chance_bytes(std::uint64_t seed, std::size_t size) {
    Chance chance(seed);
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(chance.next() >> 56);
    return bytes;
}

class PackRepository final : public Transport {
public:
    TrustRepository trust;
    std::map<std::string, std::string> blobs;        // by hash; a test may put others in their place
    std::uint64_t given = 0, blobs_given = 0;        // bytes
    std::optional<std::uint64_t> pulled_after;       // bytes in all
    std::size_t piece_bytes = 1'000;
    std::function<void()> between_pieces;

    std::string manifest_of(const std::string& id, std::int64_t version, const PackFiles& files, const std::string& least = "") {
        JsonWriter w;
        w.object().key("schema_version").value(1).key("id").value(id).key("version").value(version).key("title").object();
        w.key("zh").value("包 " + id).key("en").value("Pack " + id).end();
        if (!least.empty()) w.key("minimum_application").value(least);
        w.key("sections").array().end().key("items").array().end().key("files").array();
        for (const auto& [path, bytes] : files)
            w.object().key("path").value(path).key("sha256").value(add_blob(bytes)).key("length").value(bytes.size()).end();
        return w.end().end().text();
    }
    std::string add_blob(const std::string& bytes) {
        std::string sha256 = sha256_hex(bytes.data(), bytes.size());
        blobs[sha256] = bytes;
        return sha256;
    }
    void add_pack(const std::string& id, std::int64_t version, const PackFiles& files, const std::string& organisation = "xinghuo") {
        trust.add_artifact("targets", "packs/" + organisation + "/" + id + ".json", manifest_of(id, version, files));
    }
    void add_recall(const std::string& name, const std::string& pack, const std::string& versions) {
        trust.add_artifact("targets", "recalls/" + name + ".json",
                           fmt::format(R"({{"schema_version":1,"pack":"{}",{}"reason":{{"zh":"有误","en":"wrong"}},"at":"2026-07-01T08:00:00Z"}})", pack,
                                       versions.empty() ? "" : "\"versions\":[" + versions + "],"));
    }
    void release() { trust.publish({"targets", "snapshot", "timestamp"}); }

    Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit, const Take& take, const std::function<void()>& restart) override {
        std::string bytes;
        const bool blob = path.starts_with("blobs/");
        if (blob) {
            const auto found = blobs.find(std::string(path.substr(9)));
            if (found == blobs.end()) return Error{ErrorKind::missing, "no such blob"};
            if (from > found->second.size()) {
                restart();
                from = 0;
            }
            bytes = found->second.substr(from);
            if (bytes.size() > limit) return Error{ErrorKind::too_large, "longer than asked"};
        } else {
            const auto keep = [&](std::span<const std::uint8_t> piece) {
                bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
                return Result<void>();
            };
            if (auto got = trust.get(path, from, limit, keep, restart); !got) return got;
        }
        for (std::size_t at = 0; at < bytes.size();) {
            std::size_t size = std::min(piece_bytes, bytes.size() - at);
            if (pulled_after) size = std::min<std::size_t>(size, *pulled_after - std::min(*pulled_after, given));
            if (size == 0) return Error{ErrorKind::io, "pulled out"};
            given += size;
            if (blob) blobs_given += size;
            if (auto taken = take({reinterpret_cast<const std::uint8_t*>(bytes.data()) + at, size}); !taken) return taken;
            at += size;
            if (between_pieces) between_pieces();
        }
        return {};
    }
    [[nodiscard]] std::string name() const override { return "the stick TEST"; }

    // metadata/, targets/, blobs/ below `folder`; root.json beside it.
    void write_to(const Path& folder) {
        const auto put = [&](const std::string& path, const std::string& bytes) { REQUIRE(write_file(folder / path, bytes)); };
        for (const auto& [role, versions] : trust.published)
            for (std::size_t i = 0; i < versions.size(); ++i)
                put(role == "timestamp" ? "metadata/timestamp.json" : fmt::format("metadata/{}.{}.json", i + 1, file_name_of_role(role)), versions[i]);
        for (const auto& [name, bytes] : trust.artifacts) {
            const std::size_t slash = name.rfind('/') + 1;
            put("targets/" + name.substr(0, slash) + sha256_hex(bytes.data(), bytes.size()) + "." + name.substr(slash), bytes);
        }
        for (const auto& [sha256, bytes] : blobs) put("blobs/" + sha256.substr(0, 2) + "/" + sha256, bytes);
        REQUIRE(write_file(folder.parent_path() / "root.json", root()));
    }
    [[nodiscard]] std::string root() const { return trust.published.at("root").front(); }
};

// A terminal's folder of packs, opened and opened again.
class PackTerminal {
public:
    explicit PackTerminal(const std::string& root) {
        std::filesystem::remove_all(folder);
        REQUIRE(write_file(folder / "root-given.json", root));
        places.folder = folder / "packs";
        places.root = folder / "root-given.json";
    }
    ~PackTerminal() {
        store.reset();
        std::filesystem::remove_all(folder);
    }
    PackTerminal(const PackTerminal&) = delete;
    PackTerminal& operator=(const PackTerminal&) = delete;

    static Moment day(int number, bool trusted = true) { return {{}, trust_day(number), trusted, 0}; }

    void open(int number = 1) {
        store.reset();
        auto opened = PackStore::open(places, day(number));
        INFO((opened ? std::string() : opened.error().what));
        REQUIRE(opened);
        store = std::move(*opened);
    }
    Result<Offer> look(Transport& from, int number = 1) { return Installer(*store, stop, clock).look(from, day(number)); }
    // Looks, and installs what is offered.
    Result<void> take(Transport& from, int number = 1) {
        Installer installer(*store, stop, clock);
        const auto offer = installer.look(from, day(number));
        if (!offer) return offer.error();
        return installer.install(*offer, from, day(number), {});
    }
    [[nodiscard]] std::int64_t shown(const std::string& id) const {
        for (const InstalledPack& pack : store->packs())
            if (pack.id == id && pack.shown) return pack.shown->version;
        return 0;
    }
    // Of what is shown; why not, where there is none.
    [[nodiscard]] std::string text(const std::string& path) const {
        const auto catalogue = store->catalogue();
        const auto text = catalogue ? (*catalogue)->read_text(path) : Result<std::string>(catalogue.error());
        return text ? *text : text.error().what;
    }
    // Every file below packs/, but what the update client keeps.
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(places.folder)) {
            const std::string path = std::filesystem::relative(entry.path(), places.folder).string();
            if (entry.is_regular_file() && !path.starts_with("trust/")) all.push_back(path);
        }
        std::sort(all.begin(), all.end());
        return all;
    }

    std::atomic<bool> stop{false};
    FakeClock clock{trust_day(1)};
    Path folder = (::access("/dev/shm", W_OK) == 0 ? Path("/dev/shm") : std::filesystem::temp_directory_path()) /
                  fmt::format("xinghuo-packs-{}-{}", ::getpid(), static_cast<const void*>(this));
    PackStore::Places places;
    std::unique_ptr<PackStore> store;
};

inline PackFiles first_files() { return {{"a.txt", chance_bytes(1, 5'000)}, {"b.bin", chance_bytes(2, 40'000)}, {"empty", ""}}; }

// A repository with one pack, "first", and a terminal that has not seen it yet.
struct FirstPack {
    PackRepository repository;
    PackTerminal terminal;
    explicit FirstPack(const PackFiles& files = first_files(), std::int64_t version = 1) : repository(made(files, version)), terminal(repository.root()) { terminal.open(); }

private:
    static PackRepository made(const PackFiles& files, std::int64_t version) {
        PackRepository repository;
        repository.add_pack("first", version, files);
        repository.release();
        return repository;
    }
};

}  // namespace xinghuo
