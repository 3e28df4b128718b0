// A terminal and the centre over a wire that drops, delays, repeats, reorders, truncates and lies: both sides hold the same records, once.
#include <catch2/catch.hpp>

#include "sync/server/xapi.h"
#include "tests/support/lossy_exchange.h"

using namespace xinghuo;

namespace {

// The centre itself, with its store, as the terminal's token is known to it.
class CentreExchange final : public Exchange {
public:
    explicit CentreExchange(Sql& sql) : sql_(sql) { caller.kind = Caller::Kind::kiosk; }
    Result<HttpReply> ask(const HttpRequest& asked, std::size_t) override {
        HttpRequest request = asked;
        if (find_header(request.headers, "content-encoding") != nullptr) {
            auto body = gunzipped(request.body, 64u << 20);
            REQUIRE(body);
            request.body = std::move(*body);
            std::erase_if(request.headers, [](const auto& h) { return h.first == "content-encoding"; });
        }
        now.unix_ms += 1000;
        RecordStore store(sql_);
        if (request.path() == state_path) {
            const auto state = store.chain(caller.organisation, caller.kiosk);
            if (!state) return HttpReply{503, {}, ""};
            return ModelCentre::plain(200, centre_state_json(*state));
        }
        return answer_xapi({request, request.path().substr(5), "/xapi", &caller, &store, now});
    }
    [[nodiscard]] std::string name() const override { return "https://centre.example.edu"; }
    [[nodiscard]] std::optional<WallTime> server_date() const override { return std::nullopt; }
    Caller caller;
    WallTime now{1'795'000'000'000};

private:
    Sql& sql_;
};

// As below, against the real thing: what it keeps is counted in its own database.
void sync_with_the_centre(std::uint64_t seed) {
    CAPTURE(seed);
    std::mt19937_64 chance(seed);
    const Path folder = SyncTerminal::scratch() / ("xinghuo-centre-" + to_hex(random_bytes(8)));
    std::filesystem::create_directories(folder);
    {
        auto sql = open_sqlite(folder / "centre.db");
        REQUIRE(sql);
        REQUIRE(migrate_server(**sql));
        CentreExchange centre(**sql);
        LossyExchange wire(centre, chance(), 10 + static_cast<int>(chance() % 50));
        SyncTerminal terminal(wire);
        terminal.seed = seed;
        centre.caller.kiosk = terminal.records->kiosk();
        centre.caller.kiosk_key = terminal.device->public_key();
        centre.caller.name = centre.caller.kiosk.text;
        centre.caller.authority_json = R"({"objectType":"Agent","account":{"homePage":"https://xinghuo.invalid/","name":"k"}})";
        terminal.add(1 + chance() % 40);
        terminal.open_agent();
        for (int i = 0; i < 10; ++i) {
            for (std::uint64_t steps = chance() % 12; steps > 0; --steps) {
                const Instant next = terminal.agent->step();
                if (next > terminal.clock.now() && next != Instant::never()) terminal.clock.advance(next - terminal.clock.now());
            }
            if (chance() % 2 == 0) terminal.add(1 + chance() % 10);
            if (chance() % 3 == 0) terminal.open_agent();
        }
        wire.heal();
        terminal.agent->nudge();
        REQUIRE(terminal.drain());
        const SyncStatus& status = terminal.agent->status();
        CHECK(status.outbox.quarantined == 0);
        INFO((status.trouble ? status.trouble->key + " " + status.trouble->detail : std::string()));
        CHECK_FALSE(status.trouble);
        RecordStore store(**sql);
        const auto chain = store.chain(centre.caller.organisation, centre.caller.kiosk);
        REQUIRE(chain);
        CHECK(chain->through == status.outbox.last_seq);
        const auto all = terminal.records->read(0, 1'000'000);
        REQUIRE(all);
        std::size_t wrong = 0;
        for (const Record& record : *all) {
            const auto kept = store.find(centre.caller.organisation, record.id);
            const auto carried = kept && kept->has_value() ? carried_record((*kept)->json) : Result<std::optional<CarriedRecord>>(std::optional<CarriedRecord>());
            if (!carried || !carried->has_value() || to_json((*carried)->record) != to_json(record)) ++wrong;
        }
        CHECK(wrong == 0);
        const auto page = store.select(centre.caller.organisation, {.keys = {}, .since_ms = {}, .until_ms = {}, .ascending = true, .limit = 10'000, .cursor = {}});
        REQUIRE(page);
        CHECK(page->statements.size() == all->size());
    }
    std::filesystem::remove_all(folder);
}

void sync_over_a_lossy_wire(std::uint64_t seed) {
    CAPTURE(seed);
    std::mt19937_64 chance(seed);
    ModelCentre centre;
    if (chance() % 2 == 0) centre.most_statements = 1 + chance() % 20;
    ModelExchange honest(centre);
    LossyExchange wire(honest, chance(), 10 + static_cast<int>(chance() % 60));
    SyncTerminal terminal(wire);
    terminal.seed = seed;
    terminal.add(1 + chance() % 60);
    terminal.open_agent();
    // Records come, the program ends and starts, time passes.
    for (int i = 0; i < 12; ++i) {
        for (std::uint64_t steps = chance() % 12; steps > 0; --steps) {
            const Instant next = terminal.agent->step();
            if (next > terminal.clock.now() && next != Instant::never()) terminal.clock.advance(next - terminal.clock.now());
        }
        switch (chance() % 4) {
            case 0: terminal.add(1 + chance() % 10); break;
            case 1: terminal.open_agent(); break;
            case 2: terminal.agent->nudge(); break;
            default: break;
        }
    }
    wire.heal();
    terminal.agent->nudge();
    REQUIRE(terminal.drain());
    terminal.check_all_there(centre);
    CHECK(terminal.agent->status().outbox.quarantined == 0);
    CHECK_FALSE(terminal.agent->status().trouble);
}

}  // namespace

TEST_CASE("sync: over a lossy wire both sides hold the same records once (200 seeds)", "[agent][lossy][slow]") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) sync_over_a_lossy_wire(seed);
}

TEST_CASE("sync: a terminal and the centre itself, over a lossy wire", "[agent][lossy][slow]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) sync_with_the_centre(seed);
}

TEST_CASE("sync: a terminal and the centre itself, over a lossy wire (1,000 seeds)", "[.nightly][lossy]") {
    for (std::uint64_t seed = 1; seed <= 1'000; ++seed) sync_with_the_centre(seed);
}

TEST_CASE("sync: over a lossy wire both sides hold the same records once (10,000 seeds)", "[.nightly][lossy]") {
    for (std::uint64_t seed = 1; seed <= 10'000; ++seed) sync_over_a_lossy_wire(seed);
}
