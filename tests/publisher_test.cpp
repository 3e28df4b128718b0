// The centre's repository: begun, told, revoked, renewed; and read by the terminals' own client.
#include "sync/server/publisher.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <set>

#include "content/trust/client.h"
#include "content/trust/directory_transport.h"
#include "content/trust/repository.h"
#include "sync/pull.h"
#include "tests/support/terminal_room.h"
#include "tools/packer/keys_roles.h"

using namespace xinghuo;

namespace {

constexpr std::int64_t one_day = 86'400'000;

struct CentreFolder {
    CentreFolder() { std::filesystem::create_directories(data); }
    ~CentreFolder() { std::filesystem::remove_all(data); }
    CentreFolder(const CentreFolder&) = delete;
    CentreFolder& operator=(const CentreFolder&) = delete;

    [[nodiscard]] Publisher open(WallTime at) const {
        auto publisher = Publisher::open(data, at);
        INFO((publisher ? "" : publisher.error().what));
        REQUIRE(publisher);
        return std::move(*publisher);
    }
    // As a web server would hand it out.
    [[nodiscard]] std::unique_ptr<DirectoryTransport> transport() const {
        auto folder = DirectoryTransport::open(data / "repository", "the centre");
        REQUIRE(folder);
        return std::move(*folder);
    }
    const Path data = std::filesystem::temp_directory_path() / ("xinghuo-centre-folder-" + to_hex(random_bytes(8)));
};

KioskReader reader(const SigningKey& key) { return {kiosk_id(key.public_key()), key.public_key()}; }
SigningKey terminal_key(int number) { return SigningKey::from_seed(sha256("terminal " + std::to_string(number))); }

const std::string two_members = R"({"schema_version":1,"members":[
 {"id":"m-1","number":"20230001","name":"张三","branch":"一支部","card":"AA01","host":true},
 {"id":"m-2","number":"20230002","name":"李四","branch":"二支部"}]})";
const std::string one_notice = R"({"schema_version":1,"notices":[{"id":"n-1","title":{"zh":"闭馆","en":"Closed"},"text":{"zh":"周一闭馆","en":"Closed on Monday"},
 "from":"2026-07-01T00:00:00Z","until":"2026-07-08T00:00:00Z"}]})";

bool told_somewhere(const Path& folder, std::string_view words) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().string().find(words) != std::string::npos) return true;
        if (entry.is_regular_file() && read_text(entry.path(), 64u << 20)->find(words) != std::string::npos) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a centre begins its own repository, and a client accepts it", "[sync][publisher]") {
    const WallTime now = wall_time_from_iso("2026-07-01T08:00:00Z");
    CentreFolder centre;
    const Publisher publisher = centre.open(now);
    for (const char* key : {"root.pem", "targets.pem", "online.pem"}) {
        const auto mode = std::filesystem::status(centre.data / "keys" / key).permissions();
        CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) == std::filesystem::perms::none);
    }
    const auto root = publisher.first_root();
    REQUIRE(root);
    const Path trust = centre.data / "client";
    REQUIRE(TrustClient::init(trust, *root));
    auto client = TrustClient::open(trust);
    REQUIRE(client);
    const auto folder = centre.transport();
    CHECK(client->refresh(*folder, now));
    // Again: nothing is made anew.
    (void)centre.open(now);
    CHECK(*publisher.first_root() == *root);
    // A week and a day without anybody renewing: nobody believes it any more; renewed, they do.
    const WallTime late{now.unix_ms + 8 * one_day};
    const auto refused = client->refresh(*folder, late);
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::expired);
    Publisher again = centre.open(late);
    CHECK(*again.keep_fresh(late));
    CHECK(!*again.keep_fresh({late.unix_ms + 3'600'000}));
    CHECK(*again.keep_fresh({late.unix_ms + one_day + 1}));
    CHECK(client->refresh(*folder, late));
    // Two years later: targets and the centre's role are signed again by themselves.
    for (int month = 1; month <= 70; ++month) REQUIRE(again.keep_fresh({late.unix_ms + month * 30 * one_day}));
    CHECK(client->refresh(*folder, {late.unix_ms + 70 * 30 * one_day}));
}

TEST_CASE("what is told is sealed: to those enrolled, and to nobody else", "[sync][publisher]") {
    const WallTime now = wall_time_from_iso("2026-07-01T08:00:00Z");
    CentreFolder centre;
    Publisher publisher = centre.open(now);
    const SigningKey one = terminal_key(1), two = terminal_key(2);
    std::vector<KioskReader> readers;
    readers.push_back(reader(one));
    readers.push_back(reader(two));
    const auto told = publisher.tell(1, ToldKind::roster, two_members, readers, now);
    INFO((told ? "" : told.error().what));
    REQUIRE(told);
    REQUIRE(publisher.tell(1, ToldKind::notices, one_notice, readers, now));
    for (const char* words : {"张三", "20230001", "m-1", "AA01", "一支部", "闭馆", "Closed"}) {
        INFO(words);
        CHECK(!told_somewhere(centre.data / "repository", words));
    }
    for (const SigningKey* key : {&one, &two}) CHECK(!told_somewhere(centre.data / "repository", kiosk_id(key->public_key()).text));
    const auto read = publisher.told(1, ToldKind::roster);
    REQUIRE(read);
    REQUIRE(*read);
    CHECK((*read)->document == two_members);
    CHECK((*read)->head.version == told->version);

    // One is revoked: nothing for it any more, the key is another, the versions are the same.
    readers.pop_back();
    REQUIRE(publisher.tell_readers(1, readers, now));
    const auto state = read_repository(publisher.repository());
    REQUIRE(state);
    CHECK(state->find(keys_target(readers[0].kiosk)) != nullptr);
    CHECK(state->find(keys_target(kiosk_id(two.public_key()))) == nullptr);
    CHECK(version_of(*state->find("rosters/1.json")) == told->version);
    CHECK((*publisher.told(1, ToldKind::roster))->document == two_members);
    CHECK(publisher.tell_readers(1, readers, now)->timestamp == 0);  // nothing to do

    // The broken is refused at the desk, with the place.
    const auto broken = publisher.tell(1, ToldKind::activities, R"({"schema_version":1,"activities":[{"id":"a","name":"","type":"study","planned":"2026-07-01T08:00:00Z"}]})", readers, now);
    REQUIRE(!broken);
    CHECK(broken.error().what.find("activities[0].name") != std::string::npos);
    CHECK(!publisher.tell(1, ToldKind::settings, R"({"schema_version":1,"settings":{"admin_pin":"1234"}})", readers, now));
    CHECK(publisher.tell(1, ToldKind::settings, R"({"schema_version":1,"settings":{"volume":0.5,"idle_seconds":90,"quiet_hours":"02:00-05:00"}})", readers, now));
}

TEST_CASE("who looked a moment ago still finds what they saw", "[sync][publisher]") {
    const WallTime now = wall_time_from_iso("2026-07-01T08:00:00Z");
    CentreFolder centre;
    Publisher publisher = centre.open(now);
    std::vector<KioskReader> readers;
    readers.push_back(reader(terminal_key(1)));
    REQUIRE(publisher.tell(1, ToldKind::roster, two_members, readers, now));
    const Path trust = centre.data / "client";
    REQUIRE(TrustClient::init(trust, *publisher.first_root()));
    auto client = TrustClient::open(trust);
    REQUIRE(client);
    const auto folder = centre.transport();
    REQUIRE(client->refresh(*folder, now));
    const auto roster = client->find("rosters/1.json", *folder, now), keys = client->find(keys_target(readers[0].kiosk), *folder, now);
    REQUIRE(roster);
    REQUIRE(*roster);
    REQUIRE(keys);
    REQUIRE(*keys);
    REQUIRE(publisher.tell(1, ToldKind::roster, two_members, readers, {now.unix_ms + 60'000}));
    const auto old_roster = client->fetch(**roster, *folder, told_limit_bytes), old_keys = client->fetch(**keys, *folder, keys_limit_bytes);
    REQUIRE(old_roster);
    REQUIRE(old_keys);
    const auto seed = unsealed_keys(*old_keys, readers[0].kiosk, terminal_key(1));
    REQUIRE(seed);
    CHECK(unsealed_told(*old_roster, ToldKind::roster, 1, SigningKey::from_seed(seed->reading_seed)));
    // What nobody can be reading any more goes: no pile of old rosters.
    for (int minute = 2; minute < 6; ++minute) REQUIRE(publisher.tell(1, ToldKind::roster, two_members, readers, {now.unix_ms + minute * 60'000}));
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(publisher.repository() / "targets/rosters")) files += entry.is_regular_file() ? 1 : 0;
    CHECK(files == 4);  // two versions, each by two hashes
    files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(centre.data / "keys")) files += entry.path().filename().string().starts_with("reading-1-") ? 1 : 0;
    CHECK(files == 2);
    // A power cut while the next was being written leaves pieces, and they do no harm.
    REQUIRE(write_file(publisher.repository() / "targets/rosters/half.json.part", std::string("half")));
    REQUIRE(write_file(centre.data / "keys/online.pem.part", std::string("half")));
    CHECK(centre.open(now).tell(1, ToldKind::notices, one_notice, readers, {now.unix_ms + 600'000}));
    CHECK(client->refresh(*folder, {now.unix_ms + 600'000}));
}

TEST_CASE("a centre that was brought back from a backup is believed at once, and its old metadata goes", "[sync][publisher]") {
    const WallTime now = wall_time_from_iso("2026-07-01T08:00:00Z");
    CentreFolder centre;
    std::vector<KioskReader> readers;
    readers.push_back(reader(terminal_key(1)));
    REQUIRE(centre.open(now).tell(1, ToldKind::notices, one_notice, readers, now));
    const Path backup = centre.data.string() + "-backup";
    std::filesystem::remove_all(backup);
    std::filesystem::copy(centre.data, backup, std::filesystem::copy_options::recursive);
    for (int hour = 1; hour <= 30; ++hour) REQUIRE(centre.open(now).tell(1, ToldKind::notices, one_notice, readers, {now.unix_ms + hour * 3'600'000}));
    std::map<std::string, int> kept;
    for (const auto& entry : std::filesystem::directory_iterator(centre.data / "repository/metadata")) {
        const std::string name = entry.path().filename().string();
        ++kept[name.substr(name.find('.') + 1)];
    }
    CHECK(kept["snapshot.json"] == 20);
    CHECK(kept["centre.json"] == 20);
    CHECK(kept["root.json"] == 1);
    const Path trust = centre.data.string() + "-client";
    std::filesystem::remove_all(trust);
    REQUIRE(TrustClient::init(trust, *centre.open(now).first_root()));
    auto client = TrustClient::open(trust);
    REQUIRE(client);
    const WallTime later{now.unix_ms + 31 * 3'600'000};
    REQUIRE(client->refresh(*centre.transport(), later));

    std::filesystem::remove_all(centre.data);
    std::filesystem::rename(backup, centre.data);
    CHECK(client->refresh(*centre.transport(), later).error().kind == ErrorKind::older);
    const auto told = centre.open(later).tell(1, ToldKind::notices, one_notice, readers, later);
    REQUIRE(told);
    REQUIRE(client->refresh(*centre.transport(), later));
    const auto notices = client->find("notices/1.json", *centre.transport(), later);
    REQUIRE(notices);
    REQUIRE(*notices);
    CHECK(version_of(**notices) == told->version);
    std::filesystem::remove_all(trust);
}

TEST_CASE("an offline root gives the centre its part", "[sync][publisher]") {
    const WallTime now = wall_time_from_iso("2026-07-01T08:00:00Z");
    CentreFolder centre;
    const auto online = Publisher::online_key(centre.data);
    REQUIRE(online);
    const auto root_key = PrivateKey::make(KeyScheme::ed25519), targets_key = PrivateKey::make(KeyScheme::p256);
    REQUIRE(root_key);
    REQUIRE(targets_key);
    std::map<std::string, RolePlan> plans;
    plans["root"].keys.push_back(root_key->public_text());
    plans["targets"].keys.push_back(targets_key->public_text());
    plans["snapshot"].keys.push_back(*online);
    plans["timestamp"].keys.push_back(*online);
    const auto root = first_root(plans, now, {now.unix_ms + 1'000 * one_day});
    REQUIRE(root);
    TargetsMeta targets;
    targets.version = 1;
    targets.expires = {now.unix_ms + 700 * one_day};
    Delegation to_centre;
    to_centre.name = "centre";
    to_centre.paths = {"rosters/*", "activities/*", "notices/*", "settings/*", "recalls/*", "kiosks/*/*"};
    std::vector<KeyText> keys;
    keys.push_back(*online);
    REQUIRE(delegate(targets, to_centre, keys));
    const Path drafts = centre.data / "drafts";
    REQUIRE(write_file(drafts / "1.root.json", *with_signature(root_json(*root), *root_key)));
    REQUIRE(write_file(drafts / "1.targets.json", *with_signature(targets_json(targets), *targets_key)));
    std::vector<Path> files{drafts / "1.targets.json", drafts / "1.root.json"};
    auto adopted = Publisher::adopt(centre.data, files, now);
    INFO((adopted ? "" : adopted.error().what));
    REQUIRE(adopted);
    CHECK(!std::filesystem::exists(centre.data / "keys/root.pem"));
    Publisher publisher = centre.open(now);
    CHECK(!std::filesystem::exists(centre.data / "keys/targets.pem"));
    std::vector<KioskReader> readers;
    readers.push_back(reader(terminal_key(1)));
    CHECK(publisher.tell(1, ToldKind::roster, two_members, readers, now));
    CHECK(publisher.recall(R"({"pack":"changzheng","version":3,"reason":{"zh":"日期有误"}})", now));
    CHECK(read_repository(publisher.repository())->find("recalls/changzheng-3.json") != nullptr);
    CHECK(publisher.keep_fresh({now.unix_ms + 2 * one_day}));

    // A root that knows nothing of this centre is not taken for its own.
    CentreFolder other;
    REQUIRE(Publisher::online_key(other.data));
    std::filesystem::copy(centre.data / "repository", other.data / "repository", std::filesystem::copy_options::recursive);
    const auto foreign = Publisher::open(other.data, now);
    REQUIRE(!foreign);
    CHECK(foreign.error().kind == ErrorKind::untrusted);
}

TEST_CASE("packs come in as their publishers signed them", "[sync][publisher]") {
    const WallTime now = wall_time_from_iso("2026-07-01T08:00:00Z");
    CentreFolder centre, maker;
    // A publisher's own repository; what a pack holds is not looked at here, so a small manifest would do, but the form is checked: an empty role.
    const Path theirs = maker.data / "theirs";
    const auto key = PrivateKey::make(KeyScheme::ed25519);
    REQUIRE(key);
    std::vector<Signer> signers;
    signers.push_back(Signer::from_key(*key, "maker.pem"));
    std::map<std::string, RolePlan> plans;
    for (const char* role : top_roles) plans[role].keys.push_back(key->public_text());
    TargetsMeta targets, packs;
    targets.version = packs.version = 1;
    targets.expires = packs.expires = {now.unix_ms + 300 * one_day};
    Delegation to_maker;
    to_maker.name = "packs-tsinghua";
    to_maker.paths = {"packs/tsinghua/*"};
    std::vector<KeyText> keys;
    keys.push_back(key->public_text());
    REQUIRE(delegate(targets, to_maker, keys));
    Release release;
    release.root = *with_signature(root_json(*first_root(plans, now, {now.unix_ms + 900 * one_day})), *key);
    release.roles.emplace_back("targets", *with_signature(targets_json(targets), *key));
    release.roles.emplace_back("packs-tsinghua", *with_signature(targets_json(packs), *key));
    release.snapshot_keys = release.timestamp_keys = signers;
    RepositoryState empty;
    empty.folder = theirs;
    REQUIRE(publish(empty, release, now));

    Publisher publisher = centre.open(now);
    const auto taken = publisher.take_packs(theirs, now);
    INFO((taken ? "" : taken.error().what));
    REQUIRE(taken);
    const auto ours = read_text(publisher.repository() / "metadata/1.packs-tsinghua.json");
    REQUIRE(ours);
    CHECK(*ours == release.roles[1].second);
    CHECK(publisher.take_packs(theirs, now)->timestamp == 0);
    // Others who call themselves the same are not.
    CentreFolder thief;
    const auto other = PrivateKey::make(KeyScheme::ed25519);
    std::map<std::string, RolePlan> others;
    for (const char* role : top_roles) others[role].keys.push_back(other->public_text());
    TargetsMeta stolen;
    stolen.version = 1;
    stolen.expires = targets.expires;
    std::vector<KeyText> other_keys;
    other_keys.push_back(other->public_text());
    REQUIRE(delegate(stolen, to_maker, other_keys));
    Release theft;
    theft.root = *with_signature(root_json(*first_root(others, now, {now.unix_ms + 900 * one_day})), *other);
    theft.roles.emplace_back("targets", *with_signature(targets_json(stolen), *other));
    packs.version = 2;
    theft.roles.emplace_back("packs-tsinghua", *with_signature(targets_json(packs), *other));
    theft.snapshot_keys.push_back(Signer::from_key(*other, "other.pem"));
    theft.timestamp_keys = theft.snapshot_keys;
    RepositoryState nothing;
    nothing.folder = thief.data / "theirs";
    REQUIRE(publish(nothing, theft, now));
    const auto refused = publisher.take_packs(thief.data / "theirs", now);
    REQUIRE(!refused);
    CHECK(refused.error().kind == ErrorKind::untrusted);
}

TEST_CASE("a thousand terminals cost a thousand small files and a large one", "[sync][publisher][slow]") {
    const WallTime now = wall_time_from_iso("2026-07-01T08:00:00Z");
    CentreFolder centre;
    Publisher publisher = centre.open(now);
    std::vector<KioskReader> readers;
    for (int i = 0; i < 1'000; ++i) readers.push_back(reader(terminal_key(i)));
    std::string members = R"({"schema_version":1,"members":[)";
    for (int i = 0; i < 2'000; ++i)
        members += (i > 0 ? "," : "") + std::string(R"({"id":"m-)") + std::to_string(i) + R"(","number":")" + std::to_string(20'230'000 + i) + R"(","name":"王伟","branch":"一支部"})";
    members += "]}";
    REQUIRE(publisher.tell(1, ToldKind::roster, members, readers, now));
    REQUIRE(publisher.tell(1, ToldKind::notices, one_notice, readers, now));
    REQUIRE(publisher.tell(1, ToldKind::roster, members, readers, {now.unix_ms + 60'000}));
    std::size_t small = 0, large = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(publisher.repository() / "targets"))
        if (entry.is_regular_file()) (entry.file_size() < 1'000 ? small : large) += 1;
    CHECK(small <= 2 * 2 * 1'002);  // by two hashes, and those of the version before
    CHECK(large <= 8);
    TerminalRoom terminal("terminal 77");
    const auto pulled = pull(terminal.pulling(*publisher.first_root()), *centre.transport(), now, terminal.moment());
    REQUIRE(pulled);
    CHECK(pulled->roster);
    CHECK(*terminal.members->count() == 2'000);
}
