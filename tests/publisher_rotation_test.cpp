// The centre's keys replaced while terminals read: they follow, the old key signs nothing any more, and a power cut anywhere only delays.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include "content/trust/client.h"
#include "content/trust/directory_transport.h"
#include "content/trust/repository.h"
#include "sync/server/publisher.h"
#include "tools/packer/keys_roles.h"

using namespace xinghuo;

namespace {

constexpr std::int64_t one_hour = 3'600'000, a_day = 24 * one_hour;
const std::string a_notice = R"({"schema_version":1,"notices":[{"id":"n-1","title":{"zh":"闭馆","en":"Closed"},"text":{"zh":"周一闭馆","en":"Closed on Monday"},
 "from":"2026-07-01T00:00:00Z","until":"2026-07-08T00:00:00Z"}]})";

struct CentreWithTerminal {
    CentreWithTerminal() {
        std::filesystem::create_directories(data);
        const Publisher publisher = open();
        const auto root = publisher.first_root();
        REQUIRE(root);
        REQUIRE(TrustClient::init(trust(), *root));
    }
    ~CentreWithTerminal() { std::filesystem::remove_all(data); }
    CentreWithTerminal(const CentreWithTerminal&) = delete;
    CentreWithTerminal& operator=(const CentreWithTerminal&) = delete;

    [[nodiscard]] Path trust() const { return data / "a-terminal"; }
    [[nodiscard]] Path key(const char* name) const { return data / "keys" / name; }
    [[nodiscard]] Publisher open() const {
        auto publisher = Publisher::open(data, now);
        INFO((publisher ? "" : publisher.error().what));
        REQUIRE(publisher);
        return std::move(*publisher);
    }
    void rotate(RepositoryKey which) {
        now.unix_ms += one_hour;
        const auto done = Publisher::rotate(data, which, now);
        INFO((done ? "" : done.error().what));
        REQUIRE(done);
    }
    // Empty: the terminal followed and knows the newest timestamp.
    [[nodiscard]] std::string follows() const {
        auto client = TrustClient::open(trust());
        const auto folder = DirectoryTransport::open(data / "repository", "the centre");
        REQUIRE(client);
        REQUIRE(folder);
        const auto done = client->refresh(**folder, now);
        return done ? "" : done.error().what;
    }
    void tell() {
        now.unix_ms += one_hour;
        const auto told = open().tell(1, ToldKind::notices, a_notice, {}, now);
        INFO((told ? "" : told.error().what));
        REQUIRE(told);
    }

    const Path data = std::filesystem::temp_directory_path() / ("xinghuo-rotation-" + to_hex(random_bytes(8)));
    WallTime now = wall_time_from_iso("2026-07-01T08:00:00Z");
};

std::string private_text(const Path& pem) { return read_text(pem).value(); }

std::vector<std::string> all_keys(const RepositoryState& state) {
    std::vector<std::string> ids;
    for (const char* role : top_roles)
        for (const std::string& id : state.root.roles.at(role).keyids) ids.push_back(id);
    for (const Delegation& one : state.roles.at("targets").delegations) ids.insert(ids.end(), one.keys.keyids.begin(), one.keys.keyids.end());
    return ids;
}

}  // namespace

TEST_CASE("every key of the centre is replaced, and a terminal follows", "[sync][publisher]") {
    CentreWithTerminal centre;
    centre.tell();
    REQUIRE(centre.follows() == "");
    const auto before = read_repository(centre.data / "repository");
    REQUIRE(before);
    for (const char* name : {"online", "targets", "root"}) {
        INFO(name);
        const Path pem = centre.key((std::string(name) + ".pem").c_str());
        const std::string old = private_text(pem);
        centre.rotate(repository_key(name).value());
        CHECK(private_text(pem) != old);
        CHECK(!std::filesystem::exists(centre.key((std::string(name) + "-next.pem").c_str())));
        CHECK((std::filesystem::status(pem).permissions() & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) == std::filesystem::perms::none);
        CHECK(centre.follows() == "");
        centre.tell();  // with the new one
        CHECK(centre.follows() == "");
    }
    const auto after = read_repository(centre.data / "repository");
    REQUIRE(after);
    CHECK(after->root.version == before->root.version + 3);
    const auto old_ids = all_keys(*before);
    for (const std::string& id : all_keys(*after)) CHECK(std::count(old_ids.begin(), old_ids.end(), id) == 0);
    CHECK(*repository_key("online") == RepositoryKey::online);
    CHECK(!repository_key("people"));
}

TEST_CASE("whoever has the centre's old online key signs nothing that a terminal believes", "[sync][publisher]") {
    CentreWithTerminal centre;
    centre.tell();
    const auto thief = PrivateKey::read(private_text(centre.key("online.pem")), "");
    REQUIRE(thief);
    centre.rotate(RepositoryKey::online);
    REQUIRE(centre.follows() == "");
    const auto state = read_repository(centre.data / "repository");
    REQUIRE(state);
    TimestampMeta forged = *state->timestamp;
    forged.version += 1;
    forged.expires = {centre.now.unix_ms + 300 * a_day};
    forged.signatures.clear();
    REQUIRE(write_file(centre.data / "repository/metadata/timestamp.json", *with_signature(timestamp_json(forged), *thief)));
    CHECK(centre.follows() != "");
}

TEST_CASE("a key's replacement that is stopped goes on where it was", "[sync][publisher]") {
    const std::string which = GENERATE("online", "targets", "root");
    const int written = GENERATE(0, 1, 2, 3);
    INFO(which << ", stopped after step " << written);
    CentreWithTerminal centre;
    centre.tell();
    const Path before = centre.data / "before";
    std::filesystem::copy(centre.data / "repository", before, std::filesystem::copy_options::recursive);
    const std::string old_key = private_text(centre.key((which + ".pem").c_str()));
    centre.rotate(repository_key(which).value());
    const std::string new_key = private_text(centre.key((which + ".pem").c_str()));
    // Time back: the key beside is there; of the repository's files so much as was written.
    REQUIRE(write_file(centre.key((which + "-next.pem").c_str()), new_key));
    REQUIRE(write_file(centre.key((which + ".pem").c_str()), old_key));
    for (const char* name : {"-next.pem", ".pem"}) std::filesystem::permissions(centre.key((which + name).c_str()), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const Path metadata = centre.data / "repository/metadata";
    const auto is_of = [](const Path& file, const char* role) { return file.filename().string().find(std::string(".") + role + ".json") != std::string::npos; };
    std::vector<Path> fresh;
    for (const auto& entry : std::filesystem::directory_iterator(metadata))
        if (!std::filesystem::exists(before / "metadata" / entry.path().filename())) fresh.push_back(entry.path());
    for (const Path& file : fresh) {
        const bool root = is_of(file, "root"), snapshot = is_of(file, "snapshot");
        if (written < (root ? 3 : snapshot ? 2 : 1)) std::filesystem::remove(file);  // roles, snapshot, root, timestamp.json
    }
    std::filesystem::copy(before / "metadata/timestamp.json", metadata / "timestamp.json", std::filesystem::copy_options::overwrite_existing);

    centre.now.unix_ms += one_hour;
    (void)centre.open();
    CHECK(private_text(centre.key((which + ".pem").c_str())) == new_key);
    CHECK(!std::filesystem::exists(centre.key((which + "-next.pem").c_str())));
    CHECK(centre.follows() == "");
    centre.tell();
    CHECK(centre.follows() == "");
}

TEST_CASE("an offline root's owners put another online key in the old one's place", "[sync][publisher]") {
    CentreWithTerminal centre;
    centre.tell();
    REQUIRE(centre.follows() == "");
    // The root's and the targets' keys are carried away.
    const auto root_key = PrivateKey::read(private_text(centre.key("root.pem")), ""), targets_key = PrivateKey::read(private_text(centre.key("targets.pem")), "");
    REQUIRE(root_key);
    REQUIRE(targets_key);
    std::filesystem::remove(centre.key("root.pem"));
    std::filesystem::remove(centre.key("targets.pem"));
    CHECK(!Publisher::rotate(centre.data, RepositoryKey::root, centre.now));
    centre.rotate(RepositoryKey::online);
    centre.tell();  // still with the old one
    CHECK(centre.follows() == "");
    const auto next = PrivateKey::read(private_text(centre.key("online-next.pem")), "");
    REQUIRE(next);
    CHECK(read_text(centre.key("online-next.pub.json")).value().find(next->public_text().public_text) != std::string::npos);

    const auto state = read_repository(centre.data / "repository");
    REQUIRE(state);
    std::vector<RoleEdit> edits;
    for (const char* role : {"snapshot", "timestamp"}) {
        RoleEdit edit;
        edit.role = role;
        edit.remove = state->root.roles.at(role).keyids;
        edit.add.push_back(next->public_text());
        edits.push_back(edit);
    }
    const auto root = next_root(state->root, edits, {centre.now.unix_ms + 1'000 * a_day});
    REQUIRE(root);
    TargetsMeta targets = next_targets(*state, {centre.now.unix_ms + 700 * a_day});
    const Delegation as_before = targets.delegations.front();
    std::vector<KeyText> keys;
    keys.push_back(next->public_text());
    REQUIRE(delegate(targets, as_before, keys));
    const Path drafts = centre.data / "drafts";
    const std::string root_name = std::to_string(root->version) + ".root.json", targets_name = std::to_string(targets.version) + ".targets.json";
    REQUIRE(write_file(drafts / root_name, *with_signature(root_json(*root), *root_key)));
    REQUIRE(write_file(drafts / targets_name, *with_signature(targets_json(targets), *targets_key)));
    // The root without the delegation that belongs to it would leave the centre without a voice.
    std::vector<Path> half{drafts / root_name};
    CHECK(!Publisher::adopt(centre.data, half, centre.now));
    CHECK(centre.follows() == "");
    std::vector<Path> both{drafts / root_name, drafts / targets_name};
    centre.now.unix_ms += one_hour;
    const auto adopted = Publisher::adopt(centre.data, both, centre.now);
    INFO((adopted ? "" : adopted.error().what));
    REQUIRE(adopted);
    CHECK(!std::filesystem::exists(centre.key("online-next.pem")));
    CHECK(!std::filesystem::exists(centre.key("online-next.pub.json")));
    CHECK(centre.follows() == "");
    centre.tell();
    CHECK(centre.follows() == "");
}
