// Settings that this terminal cannot take, signed by its own centre (of another version, say): refused with a sentence, and what held before holds on.
#include <catch2/catch.hpp>

#include "content/study/from_centre.h"
#include "content/trust/directory_transport.h"
#include "content/trust/repository.h"
#include "sync/server/publisher.h"
#include "sync/server/publisher_keys.h"
#include "sync/told.h"
#include "tests/support/lossy_exchange.h"
#include "tools/packer/publish.h"
#include "tools/packer/publish_state.h"

using namespace xinghuo;

namespace {

std::string settings_of(const std::string& members) { return R"({"schema_version":1,"settings":{)" + members + "}}"; }

// Past the publisher's own check, with its keys.
void sign_anyway(const Path& data, const std::string& document, WallTime now) {
    const auto state = read_repository(data / "repository");
    const auto online = signer_from(data, "online");
    REQUIRE(state);
    REQUIRE(online);
    const auto role = role_of_centre(*state, *online);
    REQUIRE(role);
    TargetsMeta next = state->roles.at(*role);
    next.version += 1;
    next.signatures.clear();
    const std::string name = told_target(ToldKind::settings, 1);
    JsonDocument custom;
    REQUIRE(custom.parse(next.targets.at(name).custom));
    const std::string key = custom.root()["key"].string();
    const std::int64_t version = custom.root()["version"].integer() + 1;
    const auto seed = reading_seed(data, 1, key);
    REQUIRE(seed);
    const std::string bytes = sealed_told(ToldKind::settings, 1, version, document, SigningKey::from_seed(*seed));
    const Target target = target_of(name, bytes, JsonWriter().object().key("organisation").value(1).key("version").value(version).key("key").value(key).end().text());
    for (const std::string& file : target_files(target)) REQUIRE(write_file(data / "repository" / file, bytes));
    next.targets.insert_or_assign(name, target);
    auto signed_role = online->signed_with(targets_json(next));
    REQUIRE(signed_role);
    Release release;
    release.roles.emplace_back(*role, std::move(*signed_role));
    release.snapshot_keys.push_back(*online);
    release.timestamp_keys.push_back(*online);
    REQUIRE(publish(*state, release, now));
}

}  // namespace

TEST_CASE("settings that cannot be taken are refused with a sentence, and what held before holds on", "[sync][told]") {
    ModelCentre centre;
    ModelExchange exchange(centre);
    SyncTerminal terminal(exchange);
    const Path data = terminal.files.data / "centre";
    std::filesystem::create_directories(data);
    WallTime now = terminal.clock.wall();
    auto publisher = Publisher::open(data, now);
    REQUIRE(publisher);
    const std::vector<KioskReader> readers = {{kiosk_id(terminal.device->public_key()), terminal.device->public_key()}};
    REQUIRE(publisher->tell(1, ToldKind::settings, settings_of(R"("idle_seconds":90,"volume":0.25)"), readers, now));
    Enrolled enrolled;
    enrolled.organisation = "某大学";
    enrolled.home_page = "https://history.example.edu/";
    enrolled.token = "t";
    enrolled.centre_key = centre.key.public_key();
    enrolled.root = *publisher->first_root();
    REQUIRE(write_file(terminal.targets.token_file, enrolled_json(enrolled)));
    AgentParts parts{.files = terminal.files, .clock = terminal.clock, .targets = terminal.targets, .open_exchange = {}};
    parts.open_exchange = [&exchange](const std::string&) -> Result<std::unique_ptr<Exchange>> { return std::unique_ptr<Exchange>(std::make_unique<LentExchange>(exchange)); };
    parts.open_transport = [&data](const std::string&) -> Result<std::unique_ptr<Transport>> {
        auto folder = DirectoryTransport::open(data / "repository", "the centre");
        if (!folder) return folder.error();
        return std::unique_ptr<Transport>(std::move(*folder));
    };
    auto opened = Agent::open(std::move(parts));
    REQUIRE(opened);
    terminal.agent = std::move(*opened);
    const auto pull_now = [&] {
        terminal.agent->nudge();
        REQUIRE(terminal.drain());
    };
    const auto held = [&] { return *FromCentre(*terminal.db).settings(); };
    const std::map<std::string, std::string> good = {{"idle_seconds", "90"}, {"volume", "0.25"}};
    pull_now();
    CHECK(terminal.agent->status().not_taken.empty());
    REQUIRE(held() == good);
    for (const auto& [bad, said] : std::vector<std::pair<std::string, std::string>>{{R"("idle_seconds":5,"volume":0.5)", "idle_seconds cannot be 5; it must be"},
                                                                                    {R"("idle_seconds":60,"volume":"loud")", "volume cannot be \"loud\"; it must be"},
                                                                                    {R"("idle_seconds":60,"colour":"red")", "\"colour\" is no setting a centre may make"}}) {
        CAPTURE(bad);
        now.unix_ms += 60'000;
        CHECK_FALSE(publisher->tell(1, ToldKind::settings, settings_of(bad), readers, now));
        sign_anyway(data, settings_of(bad), now);
        pull_now();
        REQUIRE(terminal.agent->status().not_taken.size() == 1);
        CHECK(terminal.agent->status().not_taken.front().find(said) != std::string::npos);
        CHECK(held() == good);
    }
    now.unix_ms += 3'600'000;
    REQUIRE(publisher->tell(1, ToldKind::settings, settings_of(R"("idle_seconds":120)"), readers, now));
    pull_now();
    CHECK(terminal.agent->status().not_taken.empty());
    CHECK(held() == std::map<std::string, std::string>{{"idle_seconds", "120"}});
}
