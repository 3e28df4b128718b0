#include "tools/power_cut/packs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/pack/pack_store.h"
#include "content/quiz/shuffle.h"
#include "tools/benchmark/child.h"
#include "tools/benchmark/made_repository.h"

namespace xinghuo {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t file_count = 40;
constexpr std::uint64_t pack_bytes = 24'000'000;

struct Figures {
    int kills = 0, while_installing = 0, old_version = 0, new_version = 0;
    std::vector<std::string> wrong;
};

class Cut {
public:
    Cut(Path programs, Path folder, std::uint64_t seed)
        : programs_(std::move(programs)), folder_(std::move(folder)), chance_(seed), repository_(folder_ / "stick/xinghuo"),
          lengths_(spread_lengths(pack_bytes, file_count)) {}

    // A third of the files is new in each version.
    Result<void> publish(std::int64_t version) {
        for (std::size_t i = 0; i < file_count; ++i)
            if (version == 1 || chance_.below(3) == 0)
                if (auto added = repository_.add_file(i, chance_bytes(chance_.next(), lengths_[i])); !added) return added;
        return repository_.publish(version);
    }

    Result<void> kill_once(Figures& figures) {
        const std::int64_t next = shown_ + 1;
        if (published_ < next) {
            if (auto made = publish(next); !made) return made;
            published_ = next;
        }
        bool installing = false;
        if (auto lived = live(installing); !lived) return lived;
        ++figures.kills;
        figures.while_installing += installing ? 1 : 0;
        return look(figures);
    }

    // Left alone, the kiosk installs what is left and shows it.
    Result<void> end(Figures& figures) {
        auto kiosk = start();
        if (!kiosk) return kiosk.error();
        for (const char* command : {"stick", "packs look stick", "packs wait 60", "packs install", "packs wait 60", "quit"}) {
            kiosk->say(command == std::string_view("stick") ? "stick " + (folder_ / "stick").string() : command);
            if (command != std::string_view("quit") && !kiosk->line(90s)) return Error{ErrorKind::io, "the kiosk does not answer"};
        }
        if (kiosk->ended() != 0) figures.wrong.push_back("the last start did not end well");
        if (auto looked = look(figures); !looked) return looked;
        if (shown_ != published_) figures.wrong.push_back(fmt::format("at last version {} is shown, not {}", shown_, published_));
        return {};
    }

private:
    Result<Child> start() const {
        return Child::start({(programs_ / "xinghuo-kiosk").string(), "--drive", "--headless", "--clock", "real", "--window", "640x360", "--data",
                             (folder_ / "data").string(), "--root", repository_.root().string()});
    }

    Result<void> live(bool& installing) {
        auto kiosk = start();
        if (!kiosk) return kiosk.error();
        if (chance_.below(12) == 0) {  // in the middle of its start, or of looking
            kiosk->say("stick " + (folder_ / "stick").string());
            kiosk->say("packs look stick");
            const Instant until = clock_.now() + Milliseconds(chance_.below(1'500));
            while (clock_.now() < until && kiosk->line(until - clock_.now())) {}
            (void)kiosk->cut();
            return {};
        }
        for (const std::string& command : {"stick " + (folder_ / "stick").string(), std::string("packs look stick"), std::string("packs wait 60")}) {
            kiosk->say(command);
            if (!kiosk->line(90s)) return Error{ErrorKind::io, "the kiosk does not answer"};
        }
        kiosk->say("packs install");
        kiosk->say("packs wait 60");
        const Instant began = clock_.now();
        (void)kiosk->line(90s);  // it has begun
        const auto span = Nanoseconds(static_cast<std::int64_t>(chance_.below(static_cast<std::size_t>(usual_.count() * 9 / 8))));
        const auto done = kiosk->line(first_ ? 90s : std::max<Nanoseconds>(span, 1ms));
        installing = !done;
        if (done) usual_ = clock_.now() - began;
        else usual_ = usual_ * 21 / 20;
        first_ = false;
        (void)kiosk->cut();
        return {};
    }

    // What the next start makes of it.
    Result<void> look(Figures& figures) {
        auto store = PackStore::open({.folder = folder_ / "data/packs", .shipped = {}, .root = repository_.root(), .capacity = 0}, clock_.moment());
        if (!store) return store.error().within("opening what is left");
        std::int64_t version = 0;
        std::set<std::string> expected{"installed.json", "installed.json.1", "root.json"};
        for (const InstalledPack& pack : (*store)->packs()) {
            version = pack.shown ? pack.shown->version : -1;
            for (const auto* each : {&pack.shown, &pack.previous})
                if (*each) take_files(**each, **store, expected);
        }
        if (version < shown_ || version > published_) figures.wrong.push_back(fmt::format("kill {}: version {} is shown, after {}", figures.kills, version, shown_));
        if (!(*store)->wanted().empty()) figures.wrong.push_back(fmt::format("kill {}: {} files are missing", figures.kills, (*store)->wanted().size()));
        if (version > 0) {
            const auto catalogue = (*store)->catalogue();
            if (!catalogue) return catalogue.error();
            for (std::size_t i = 0; i < file_count; ++i)
                if (auto bytes = (*catalogue)->read(MadeRepository::path_of(i)); !bytes) figures.wrong.push_back(fmt::format("kill {}: {}", figures.kills, bytes.error().what));
        }
        ++(version > shown_ ? figures.new_version : figures.old_version);
        shown_ = version;
        if (chance_.below(3) != 0) return {};  // else what was begun is gone on with
        if (auto collected = (*store)->collect(clock_.moment()); !collected) return collected.error();
        for (const auto& entry : std::filesystem::recursive_directory_iterator((*store)->trust_folder().parent_path())) {
            const std::string path = std::filesystem::relative(entry.path(), folder_ / "data/packs").string();
            if (entry.is_regular_file() && !path.starts_with("trust/") && !expected.contains(path)) figures.wrong.push_back(fmt::format("kill {}: {} is left over", figures.kills, path));
        }
        return {};
    }

    static void take_files(const PackVersion& version, const PackStore& store, std::set<std::string>& expected) {
        expected.insert("manifests/" + version.manifest + ".json");
        const auto text = store.manifest(version.manifest);
        JsonDocument document;
        if (!text || !document.parse(*text)) return;
        for (const JsonNode& file : document.root()["files"].items()) {
            const std::string sha256 = file["sha256"].string();
            expected.insert("blobs/" + sha256.substr(0, 2) + "/" + sha256);
        }
    }

    const Path programs_, folder_;
    const SystemClock clock_;
    Chance chance_;
    MadeRepository repository_;
    const std::vector<std::uint64_t> lengths_;
    std::int64_t shown_ = 0, published_ = 0;
    Nanoseconds usual_ = 1s;
    bool first_ = true;
};

}  // namespace

int cut_installs(const Path& programs, long kills, std::uint64_t seed) {
    const Path folder = std::filesystem::temp_directory_path() / ("xinghuo-power-cut-" + to_hex(random_bytes(6)));
    Cut cut(programs, folder, seed);
    Figures figures;
    Result<void> done;
    for (long i = 0; done && i < kills; ++i) {
        done = cut.kill_once(figures);
        if ((i + 1) % 50 == 0) fmt::print(stderr, "{} of {}\n", i + 1, kills);
    }
    if (done) done = cut.end(figures);
    if (!done) figures.wrong.push_back(done.error().what);
    for (const std::string& wrong : figures.wrong) fmt::print("{}\n", wrong);
    fmt::print("{} kills, {} of them while installing: {} times the old version, {} the new one, {} wrong\n", figures.kills, figures.while_installing,
               figures.old_version, figures.new_version, figures.wrong.size());
    if (figures.wrong.empty()) std::filesystem::remove_all(folder);
    else fmt::print(stderr, "what is left lies in {}\n", folder.string());
    return figures.wrong.empty() ? 0 : 1;
}

}  // namespace xinghuo
