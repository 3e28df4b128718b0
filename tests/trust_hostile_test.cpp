// Metadata and sticks made to do harm: each refused with a sentence that names what is wrong, and nothing that was trusted is lost.
#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "content/base/file.h"
#include "content/trust/directory_transport.h"
#include "tests/support/trust_repository.h"

namespace xinghuo {
namespace {

namespace fs = std::filesystem;

std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

struct Folder {
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    fs::path path = fs::temp_directory_path() / fmt::format("xinghuo-stick-{}-{}", ::getpid(), static_cast<const void*>(this));
};

}  // namespace

TEST_CASE("targets metadata that breaks a rule is refused by name, signed or not", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.add_artifact("targets", "packs/x.json", "{}");
    repository.add_delegation("targets", "role", {"packs/*"});
    ++repository.targets().version;
    const std::string good = repository.text_of("targets");
    const std::string hash = sha256_hex("{}", 2);
    const auto [from, to, why] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"\"version\": 2", "\"version\": 2, \"version\": 3", "stands twice"},
        {"\"version\": 2", "\"version\": 2.0", "version: must be a whole number"},
        {"\"version\": 2", "\"version\": 0", "version: must be at least 1"},
        {"\"version\": 2", "\"version\": -1", "version: must be at least 1"},
        {"\"version\": 2", "\"version\": \"2\"", "version: must be a whole number"},
        {"\"version\": 2", "\"version\": 9223372036854775808", "version: must be a whole number"},
        {"\"version\": 2", "\"x\": 1.5, \"version\": 2", "x: is no whole number"},
        {"\"targets\",", "\"snapshot\",", "_type: is \"snapshot\", not \"targets\""},
        {"\"1.0.31\"", "\"2.0.0\"", "spec_version"},
        {"\"1.0.31\"", "\"1.\"", "spec_version"},
        {"2026-07-31T00:00:00Z", "2026-07-31", "no date"},
        {"2026-07-31T00:00:00Z", "2026-02-30T00:00:00Z", "no date"},
        {"2026-07-31T00:00:00Z", "2026-07-31T00:00:00+08:00", "no date"},
        {"2026-07-31T00:00:00Z", "9999999-07-31T00:00:00Z", "no date"},
        {"\"length\": 2", "\"length\": -2", "length: must be at least 0"},
        {"\"length\": 2", "\"size\": 2", "length: missing"},
        {"\"sha256\"", "\"md5\"", "neither sha256 nor sha512"},
        {hash, "zz", "64 hex digits"},
        {hash, std::string(64, 'g'), "64 hex digits"},
        {"packs/x.json", "../x.json", "no name for a file"},
        {"packs/x.json", "packs/../../x.json", "no name for a file"},
        {"packs/x.json", "/etc/passwd", "no name for a file"},
        {"packs/x.json", "packs//x.json", "no name for a file"},
        {"packs/x.json", "packs/./x.json", "no name for a file"},
        {"packs/x.json", "packs\\\\x.json", "no name for a file"},
        {"packs/x.json", "packs/x\\u0000.json", "no name for a file"},
        {"packs/x.json", "packs/%2E%2e/x.json", "no name for a file"},
        {"packs/x.json", "packs/a%2fx.json", "no name for a file"},
        {"packs/x.json", std::string(2000, 'x'), "no name for a file"},
        {"\"name\": \"role\"", "\"name\": \"\"", "without a name"},
        {"\"name\": \"role\"", "\"name\": \"snapshot\"", "cannot be delegated"},
        {"\"name\": \"role\"", "\"name\": \"" + std::string(201, 'r') + "\"", "too long"},
        {"\"threshold\": 1", "\"threshold\": 0", "threshold: must be at least 1"},
        {"\"threshold\": 1", "\"threshold\": 9000000000", "threshold"},
        {"\"paths\"", "\"path_hash_prefixes\": [\"00\"], \"paths\"", "one of them"},
        {"\"paths\"", "\"places\"", "one of them"},
        {"\"paths\": [", "\"paths\": [7,", "must be text"},
        {"\"targets\": {", "\"targets\": [{", "not JSON"},
        {"\"delegations\": {", "\"delegations\": [], \"x\": {", "missing"},
        {"\"signed\"", "// x\n\"signed\"", "not JSON"},
    }));
    CAPTURE(to);
    repository.published["targets"].push_back(changed(good, from, to));
    repository.snapshot.meta["targets.json"].version = 2;
    repository.snapshot.meta["role.json"].version = 1;
    repository.publish({"snapshot", "timestamp"});
    const auto refused = terminal.refresh();
    CHECK(outcome(refused) == "invalid");
    REQUIRE(!refused);
    CHECK_THAT(refused.error().what, Catch::Contains(why));
    CHECK_THAT(refused.error().what, Catch::Contains("targets"));
    CHECK(terminal.version("targets") == 0);
}

TEST_CASE("a role delegated twice is refused, whatever the keys", "[trust]") {
    TrustRepository repository;
    repository.add_delegation("targets", "role", {"a/*"});
    repository.add_delegation("targets", "role", {"b/*"});
    repository.publish({"role", "targets", "snapshot", "timestamp"});
    TrustTerminal terminal(repository);
    const auto refused = terminal.refresh();
    CHECK(outcome(refused) == "invalid");
    CHECK_THAT(refused.error().what, Catch::Contains("\"role\" is delegated twice"));
}

TEST_CASE("text that is no metadata at all", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    REQUIRE(terminal.refresh());
    const std::string before = terminal.trusted();
    const auto [text, kind] = GENERATE(table<std::string, std::string>({
        {"", "invalid"}, {"null", "invalid"}, {"[]", "invalid"}, {"{}", "invalid"}, {"<html>Sign in</html>", "invalid"}, {"{\"signed\": {}}", "invalid"},
        {"{\"signed\": [], \"signatures\": {}}", "invalid"}, {"\xff\xfe", "invalid"}, {std::string(200, '\0'), "invalid"},
        {std::string(15'000, '['), "invalid"}, {std::string(17'000, ' '), "too large"}}));
    const char* which = GENERATE("timestamp", "root");
    if (which == std::string("root") && kind == "too large") return;  // a root may be that long
    repository.published[which].push_back(text);
    CHECK(outcome(terminal.refresh()) == kind);
    CHECK(terminal.trusted() == before);
}

TEST_CASE("depth is refused before it is felt", "[trust]") {
    std::string deep = "{\"signed\":";
    for (int i = 0; i < 200'000; ++i) deep += "{\"a\":";
    const TrustLimits wide{10'000'000, 10'000'000, 10'000'000, 10'000'000};
    const auto refused = read_targets(deep, wide);
    REQUIRE(outcome(refused) == "invalid");
    CHECK_THAT(refused.error().what, Catch::Contains("deeper than 64"));
    CHECK(outcome(read_targets(std::string(200'000, '['), wide)) == "invalid");
    CHECK(outcome(read_targets(std::string(5'000'001, ' '))) == "too large");
    CHECK(outcome(read_root(std::string(512'001, ' '))) == "too large");
    CHECK(outcome(read_snapshot(std::string(2'000'001, ' '))) == "too large");
    CHECK(outcome(read_timestamp(std::string(16'385, ' '))) == "too large");
}

TEST_CASE("truncated metadata, at every byte", "[trust]") {
    TrustRepository repository;
    const std::string whole = repository.published["root"].front();
    for (std::size_t i = 0; i + 2 < whole.size(); ++i) REQUIRE(!read_root(std::string_view(whole).substr(0, i)));
    CHECK(read_root(whole));
}

TEST_CASE("a changed byte of what is signed breaks the signature or the form", "[trust]") {
    TrustRepository repository;
    const std::string whole = repository.published["timestamp"].front();
    const RoleKeys& keys = repository.root.roles["timestamp"];
    const std::string before = read_timestamp(whole)->canonical;
    int harmless = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string other = whole;
        other[i] = static_cast<char>(other[i] ^ 1);
        const auto read = read_timestamp(other);
        if (!read || !verify(*read, "timestamp", keys, repository.root.keys)) continue;
        // White space, and names of the envelope nobody asks for.
        REQUIRE(read->canonical == before);
        ++harmless;
    }
    CHECK(harmless < 100);
}

TEST_CASE("mixed versions: each file signed, not together", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.publish({"targets", "snapshot", "timestamp"});
    repository.publish({"targets", "snapshot", "timestamp"});
    SECTION("an old snapshot at the new one's address") { repository.published["snapshot"][2] = repository.published["snapshot"][1]; }
    SECTION("old targets at the new ones' address") { repository.published["targets"][2] = repository.published["targets"][0]; }
    const auto refused = terminal.refresh();
    CHECK(outcome(refused) == "untrusted");
    CHECK_THAT(refused.error().what, Catch::Contains("3"));
}

TEST_CASE("metadata that a revoked key signed is refused", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    REQUIRE(terminal.refresh());
    const auto stolen = repository.signers["targets"];
    repository.rotate("targets");
    repository.publish({"root"});
    repository.signers["targets"] = stolen;
    repository.publish({"targets", "snapshot", "timestamp"});
    CHECK(outcome(terminal.refresh()) == "untrusted");
    CHECK(terminal.version("targets") == 1);
}

TEST_CASE("metadata dated far in the future, and a clock in 1970", "[trust]") {
    TrustRepository repository;
    repository.timestamp.expires = wall_time_from_iso("9999-12-31T23:59:59Z");
    repository.publish({"timestamp"});
    TrustTerminal terminal(repository);
    auto client = TrustClient::open(terminal.folder);
    REQUIRE(client);
    // Nothing is expired in 1970: that is why `now` is the later of the clock and the floor.
    CHECK(outcome(client->refresh(repository, WallTime{0})) == "good");
    CHECK(client->versions().timestamp_expires.unix_ms == wall_time_from_iso("9999-12-31T23:59:59Z").unix_ms);
}

TEST_CASE("roots without end are followed for a while", "[trust]") {
    TrustRepository repository;
    for (int i = 0; i < 20; ++i) repository.publish({"root"});
    TrustTerminal terminal(repository);
    TrustLimits limits;
    CHECK(limits.root_rotations == 256);
    limits.root_rotations = 12;
    auto client = TrustClient::open(terminal.folder, limits);
    REQUIRE(client);
    CHECK(outcome(client->refresh(repository, trust_day(0))) == "good");
    CHECK(terminal.version("root") == 13);
    CHECK(repository.requests.size() == 12 + 3);
    CHECK(outcome(client->refresh(repository, trust_day(0))) == "good");
    CHECK(terminal.version("root") == 21);
}

TEST_CASE("a chain of delegations without end is walked for a while", "[trust]") {
    TrustRepository repository;
    std::vector<std::string> roles;
    std::string from = "targets";
    for (int i = 0; i < 40; ++i) {
        roles.push_back(fmt::format("r{}", i));
        repository.add_delegation(from, roles.back(), {"*"});
        from = roles.back();
    }
    repository.add_artifact("r31", "near", "x");
    repository.add_artifact("r32", "far", "x");
    roles.insert(roles.end(), {"targets", "snapshot", "timestamp"});
    repository.publish(roles);
    TrustTerminal terminal(repository);
    CHECK(outcome(terminal.download("near")) == "good");
    CHECK(outcome(terminal.download("far")) == "missing");
    CHECK(terminal.file("r32").empty());
}

TEST_CASE("by the hash of their names: prefixes and bins", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    const std::string name = "packs/x.json", hash = sha256_hex(name.data(), name.size());
    SECTION("prefixes") {
        repository.add_delegation("targets", "yes", {});
        repository.add_delegation("targets", "no", {});
        repository.targets().delegations[0].path_hash_prefixes = {"ffff", hash.substr(0, 3)};
        repository.targets().delegations[1].path_hash_prefixes = {hash.substr(1, 5)};
        repository.add_artifact("yes", name, "good");
        repository.publish({"no", "yes", "targets", "snapshot", "timestamp"});
        CHECK(outcome(terminal.download(name)) == "good");
        CHECK(terminal.file("no").empty());
    }
    SECTION("bins") {
        HashedBins bins;
        bins.bits = 5;
        bins.name_prefix = "bin";
        const PrivateKey key = *PrivateKey::make(KeyScheme::ed25519);
        const std::string id = key_id(key.public_text()), bin = bins.role_of(name);
        // 5 bits of the hash, as two hex digits.
        CHECK(bin == fmt::format("bin-{:02x}", std::stoi(hash.substr(0, 2), nullptr, 16) >> 3));
        repository.signers[bin].insert_or_assign(id, key);
        TrustRepository::fresh(repository.roles[bin]);
        repository.add_artifact(bin, name, "good");
        repository.publish({bin});
        ++repository.targets().version;
        std::string text = repository.text_of("targets");
        const std::string body = "\"_type\": \"targets\"";
        text = changed(text, body, body + fmt::format(", \"delegations\": {{\"keys\": {{\"{0}\": {{\"keytype\": \"ed25519\", \"scheme\": \"ed25519\", \"keyval\": {{\"public\": \"{1}\"}}}}}}, "
                       "\"succinct_roles\": {{\"keyids\": [\"{0}\"], \"threshold\": 1, \"bit_length\": 5, \"name_prefix\": \"bin\"}}}}", id, key.public_text().public_text));
        repository.published["targets"].push_back(repository.signed_by("targets", text));
        repository.snapshot.meta["targets.json"].version = 2;
        repository.publish({"snapshot", "timestamp"});
        CHECK(outcome(terminal.download(name)) == "good");
    }
}

TEST_CASE("what is stored is read again with care", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.publish({"targets", "snapshot", "timestamp"});
    REQUIRE(terminal.refresh());
    const std::string role = GENERATE("timestamp", "snapshot", "targets", "root");
    const int way = GENERATE(0, 1, 2, 3);
    const fs::path file = terminal.folder / (role + ".json");
    if (way == 0) fs::resize_file(file, fs::file_size(file) / 2);
    if (way == 1) fs::remove(file);
    if (way == 2) fs::resize_file(file, 0);
    if (way == 3) REQUIRE(write_file(file, changed(terminal.file(role), "\"expires\": \"2026", "\"expires\": \"2027")));
    repository.requests.clear();
    if (role == "root") {
        CHECK(!terminal.refresh());
        CHECK(repository.requests.empty());
        return;
    }
    CHECK(outcome(terminal.refresh()) == "good");
    CHECK(repository.requests.size() == (role == "timestamp" ? 2u : 3u));
    CHECK(terminal.file(role) == repository.published[role].back());
}

TEST_CASE("a refresh cut off after any request leaves what the next one completes", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    REQUIRE(terminal.refresh());
    repository.publish({"root", "targets", "snapshot", "timestamp"});
    const std::string at = GENERATE("metadata/2.root.json", "metadata/3.root.json", "metadata/timestamp.json", "metadata/2.snapshot.json", "metadata/2.targets.json");
    repository.failing.emplace(at, Error{ErrorKind::io, "the stick is gone"});
    CHECK(outcome(terminal.refresh()) == "io");
    // What is here still answers, whatever the date.
    auto client = TrustClient::open(terminal.folder);
    REQUIRE(client);
    CHECK(outcome(client->load_stored()) == "good");
    CHECK(client->versions().targets == 1);
    repository.failing.clear();
    CHECK(outcome(terminal.refresh()) == "good");
    CHECK(terminal.trusted() == "root 2, snapshot 2, targets 2, timestamp 2");
}

TEST_CASE("what is installed outlives its date, and one publisher's trouble is not the others'", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.add_delegation("targets", "good", {"packs/good/*"});
    repository.add_delegation("targets", "late", {"packs/late/*"});
    repository.add_delegation("targets", "rosters", {"rosters/*"});
    repository.add_artifact("good", "packs/good/a.json", "a");
    repository.add_artifact("good", "packs/late/theirs.json", "b");  // not for good to say
    repository.add_artifact("late", "packs/late/c.json", "c");
    repository.roles["late"].expires = trust_day(1);
    repository.publish({"good", "late", "rosters", "targets", "snapshot", "timestamp"});
    auto client = TrustClient::open(terminal.folder);
    REQUIRE(client);
    CHECK(outcome(client->find("packs/good/a.json", repository, trust_day(2))) == "missing");
    REQUIRE(client->refresh(repository, trust_day(2)));
    const auto listed = client->list("packs/", repository, trust_day(2));
    REQUIRE(listed);
    REQUIRE(listed->size() == 1);
    CHECK(listed->front().name == "packs/good/a.json");
    CHECK(listed->front().role == "good");
    CHECK(terminal.file("rosters").empty());  // nobody asked
    CHECK(outcome(client->list("packs/late/", repository, trust_day(2))) == "expired");
    // Without a network, years later.
    REQUIRE(client->load_stored());
    repository.published.clear();
    const auto later = client->find("packs/good/a.json", repository, trust_day(4000));
    REQUIRE(later);
    REQUIRE(*later);
    CHECK((*later)->length == 1);
}

TEST_CASE("another first root takes nothing over", "[trust]") {
    TrustRepository repository, other;
    TrustTerminal terminal(repository);
    repository.publish({"root"});
    REQUIRE(terminal.refresh());
    // The same again is no news, though a newer root has followed it.
    REQUIRE(TrustClient::init(terminal.folder, repository.published["root"].front()));
    CHECK(terminal.trusted() == "root 2, snapshot 1, targets 1, timestamp 1");
    REQUIRE(TrustClient::init(terminal.folder, other.published["root"].front()));
    CHECK(terminal.trusted() == "root 1");
    CHECK(outcome(terminal.refresh()) == "untrusted");
}

TEST_CASE("a stick that tries to lead elsewhere", "[trust]") {
    Folder stick, secret;
    REQUIRE(write_file(secret.path / "key", std::string_view("secret")));
    REQUIRE(write_file(stick.path / "a/b", std::string(300'000, 'x')));
    fs::create_symlink(secret.path / "key", stick.path / "link");
    fs::create_symlink(secret.path, stick.path / "folder");
    fs::create_symlink("a", stick.path / "inside");
    REQUIRE(::mkfifo((stick.path / "pipe").c_str(), 0600) == 0);
    std::atomic<bool> stop = false;
    const auto opened = DirectoryTransport::open(stick.path, "the stick", &stop);
    REQUIRE(opened);
    DirectoryTransport& transport = **opened;
    const auto read = [&transport](std::string_view path) { return outcome(transport.read(path, 400'000)); };
    CHECK(read("a/b") == "good");
    CHECK(read("a/c") == "missing");
    CHECK(read("a/b/c") == "missing");
    CHECK(read("a") == "invalid");
    CHECK(read("link") == "invalid");
    CHECK(read("folder/key") == "invalid");
    CHECK(read("inside/b") == "invalid");
    CHECK(read("pipe") == "invalid");
    for (const std::string_view path : {std::string_view("../x"), std::string_view("/etc/passwd"), std::string_view("a/../../x"), std::string_view(""), std::string_view("a//b"), std::string_view("a/b\0c", 5)})
        CHECK(read(path) == "invalid");
    CHECK(outcome(transport.read("a/b", 299'999)) == "too large");
    CHECK(outcome(DirectoryTransport::open(stick.path / "nowhere", "the stick")) == "missing");
    CHECK(outcome(DirectoryTransport::open(stick.path / "a/b", "the stick")) == "missing");

    std::string rest;
    int restarts = 0;
    const auto take = [&rest](std::span<const std::uint8_t> piece) -> Result<void> {
        rest.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return {};
    };
    REQUIRE(transport.get("a/b", 299'990, 10, take, [&restarts] { ++restarts; }));
    CHECK(rest.size() == 10);
    REQUIRE(transport.get("a/b", 300'001, 300'000, take, [&restarts, &rest] { ++restarts; rest.clear(); }));
    CHECK(restarts == 1);
    CHECK(rest.size() == 300'000);

    // It grows under the reader's hands, and is stopped between two pieces.
    std::size_t came = 0;
    const auto grow = [&](std::span<const std::uint8_t> piece) -> Result<void> {
        came += piece.size();
        fs::resize_file(stick.path / "a/b", 300'000 + came);
        return {};
    };
    CHECK(outcome(transport.get("a/b", 0, 600'000, grow, {})) == "too large");
    CHECK(came <= 600'000);
    const auto stops = [&stop](std::span<const std::uint8_t>) -> Result<void> {
        stop = true;
        return {};
    };
    CHECK(outcome(transport.get("a/b", 0, 10'000'000, stops, {})) == "cancelled");
}

TEST_CASE("a stick is a repository like any other", "[trust]") {
    TrustRepository repository;
    repository.add_delegation("targets", "../odd role", {"packs/*"});
    repository.add_artifact("../odd role", "packs/长征.json", "{}");
    repository.publish({"../odd role", "targets", "snapshot", "timestamp"});
    TrustTerminal terminal(repository);
    REQUIRE(terminal.download("packs/长征.json"));
    Folder stick;
    for (const std::string& path : repository.requests)
        if (const std::string* bytes = repository.served(path)) REQUIRE(write_file(stick.path / path, *bytes));
    TrustTerminal another(repository);
    const auto from = DirectoryTransport::open(stick.path, "the stick");
    REQUIRE(from);
    auto client = TrustClient::open(another.folder);
    REQUIRE(client);
    REQUIRE(client->refresh(**from, trust_day(0)));
    const auto found = client->find("packs/长征.json", **from, trust_day(0));
    REQUIRE(found);
    REQUIRE(*found);
    CHECK(outcome(client->fetch(**found, **from, 100)) == "good");
    CHECK(outcome(client->fetch(**found, **from, 1)) == "too large");
}

}  // namespace xinghuo
