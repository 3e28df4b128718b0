// A terminal's records on their way to the centre, step by step.
#include "sync/agent.h"

#include <catch2/catch.hpp>

#include "tests/support/lossy_exchange.h"

using namespace xinghuo;

namespace {

struct AgentDesk {
    ModelCentre centre;
    ModelExchange exchange{centre};
    SyncTerminal terminal{exchange};
    [[nodiscard]] const SyncStatus& status() const { return terminal.agent->status(); }
    [[nodiscard]] std::string trouble() const { return status().trouble ? status().trouble->key : ""; }
};

}  // namespace

TEST_CASE("agent: everything that waits arrives in order, and what comes later follows", "[agent]") {
    AgentDesk desk;
    desk.terminal.add(450);
    desk.terminal.open_agent();
    CHECK(desk.status().enrolled);
    CHECK(desk.status().outbox.waiting == 450);
    REQUIRE(desk.terminal.drain());
    desk.terminal.check_all_there(desk.centre);
    CHECK(std::is_sorted(desk.centre.order.begin(), desk.centre.order.end()));
    CHECK(desk.status().outbox.sent_through == 450);
    CHECK(desk.status().last_contact);
    CHECK(desk.trouble().empty());
    // Packed, as our own centre takes it, and in three batches.
    std::size_t posts = 0;
    for (const HttpRequest& request : desk.centre.requests)
        if (request.method == "POST") {
            ++posts;
            CHECK(*find_header(request.headers, "content-encoding") == "gzip");
        }
    CHECK(posts == 3);
    desk.terminal.add(5);
    desk.terminal.agent->nudge();
    REQUIRE(desk.terminal.drain());
    desk.terminal.check_all_there(desk.centre);
    // Another program, nothing twice.
    const std::size_t before = desk.centre.requests.size();
    const auto contact = desk.status().last_contact;
    desk.terminal.clock.advance(std::chrono::hours(1));
    desk.terminal.open_agent();
    REQUIRE(desk.status().last_contact);
    CHECK(std::abs(desk.status().last_contact->unix_ms - contact->unix_ms) < 60'000);
    REQUIRE(desk.terminal.drain());
    for (std::size_t i = before; i < desk.centre.requests.size(); ++i) CHECK(desk.centre.requests[i].method == "GET");
}

TEST_CASE("agent: killed between the answer and its mark, it sends the same once more and nobody is doubled", "[agent]") {
    AgentDesk desk;
    desk.terminal.add(30);
    desk.terminal.open_agent();
    // The centre keeps the batch; the terminal never hears of it and starts anew, its newest record no longer the batch's last.
    desk.centre.instead = [&desk](const HttpRequest& request) -> std::optional<HttpReply> {
        if (request.method != "POST") return std::nullopt;
        desk.centre.instead = nullptr;
        (void)desk.centre.answer(request);
        return HttpReply{504, {}, ""};
    };
    for (int i = 0; i < 4; ++i) desk.terminal.agent->step();
    CHECK(desk.centre.statements.size() == 30);
    CHECK(desk.status().outbox.waiting == 30);
    desk.terminal.add(3);
    desk.terminal.open_agent();
    REQUIRE(desk.terminal.drain());
    desk.terminal.check_all_there(desk.centre);
    CHECK(desk.status().outbox.quarantined == 0);
}

TEST_CASE("agent: what the centre refuses is kept aside, shown, exported, and sent again when asked", "[agent]") {
    AgentDesk desk;
    desk.terminal.add(50);
    desk.centre.poison = {7, 50};
    desk.terminal.open_agent();
    REQUIRE(desk.terminal.drain());
    CHECK(desk.centre.statements.size() == 48);
    REQUIRE(desk.status().quarantined.size() == 2);
    CHECK(desk.status().quarantined[0].seq == 7);
    CHECK(desk.status().quarantined[0].why == "poison");
    const Path file = desk.terminal.files.data / "quarantined.jsonl";
    const auto exported = desk.terminal.agent->export_quarantined(file);
    REQUIRE(exported);
    CHECK(*exported == 2);
    const auto text = read_text(file);
    REQUIRE(text);
    CHECK(text->find("\"why\":\"poison\"") != std::string::npos);
    CHECK(text->find("\"record\":{\"id\":") != std::string::npos);
    // The centre's gap at 7 is no reason to send anything again, for hours.
    const std::size_t before = desk.centre.requests.size();
    for (int i = 0; i < 10; ++i) {
        desk.terminal.clock.advance(std::chrono::minutes(16));
        REQUIRE(desk.terminal.drain());
    }
    for (std::size_t i = before; i < desk.centre.requests.size(); ++i) CHECK(desk.centre.requests[i].method == "GET");
    desk.centre.poison.clear();
    REQUIRE(desk.terminal.agent->release(std::nullopt));
    REQUIRE(desk.terminal.drain());
    desk.terminal.check_all_there(desk.centre);
}

TEST_CASE("agent: a token that is refused stops nothing but the sending, until there is another", "[agent]") {
    AgentDesk desk;
    desk.terminal.add(10);
    desk.centre.token = "new";
    desk.terminal.open_agent();
    CHECK_FALSE(desk.terminal.drain(50));
    CHECK(desk.trouble() == "sync.wrong.not_allowed");
    CHECK(desk.centre.requests.size() < 60);
    desk.terminal.add(1);
    REQUIRE(write_file(desk.terminal.files.data / "token", "new\n"));
    desk.terminal.clock.advance(std::chrono::minutes(2));
    REQUIRE(desk.terminal.drain());
    CHECK(desk.trouble().empty());
    desk.terminal.check_all_there(desk.centre);
}

TEST_CASE("agent: enrolment with a code from the centre", "[agent]") {
    AgentDesk desk;
    desk.terminal.add(3);
    desk.terminal.targets.token_file.clear();
    desk.terminal.open_agent();
    desk.terminal.agent->step();
    CHECK_FALSE(desk.status().enrolled);
    CHECK(desk.trouble() == "sync.wrong.not_enrolled");
    CHECK(desk.centre.requests.empty());
    CHECK_FALSE(desk.terminal.agent->enrol("XXXX-XXXX", "一楼大厅"));
    CHECK(desk.status().enrol_trouble->key == "sync.wrong.code");
    desk.centre.instead = [](const HttpRequest&) -> std::optional<HttpReply> { return HttpReply{200, {{"content-type", "text/html"}}, "<html>"}; };
    CHECK_FALSE(desk.terminal.agent->enrol("7K3M-9QXT", "一楼大厅"));
    CHECK(desk.status().enrol_trouble->key == "sync.wrong.something_else");
    desk.centre.instead = nullptr;
    REQUIRE(desk.terminal.agent->enrol("7K3M-9QXT", "一楼大厅"));
    CHECK(desk.status().enrolled);
    CHECK(desk.status().organisation == "某大学");
    CHECK_FALSE(desk.status().enrol_trouble);
    REQUIRE(desk.terminal.drain());
    desk.terminal.check_all_there(desk.centre);
    CHECK(desk.centre.statements.begin()->second.find("https://history.example.edu/") != std::string::npos);
    // It knows it still after a restart, and the token does not lie open on the disk.
    desk.terminal.open_agent();
    CHECK(desk.status().enrolled);
    auto kept = Outbox(*desk.terminal.db).remembered("enrolled");
    REQUIRE(kept);
    CHECK((*kept)->find("token") == std::string::npos);
}

TEST_CASE("agent: a centre that came back from a backup gets what it lost, another centre gets everything", "[agent]") {
    AgentDesk desk;
    desk.terminal.add(300);
    desk.terminal.open_agent();
    REQUIRE(desk.terminal.drain());
    std::vector<std::string> lost(desk.centre.arrived.begin() + 120, desk.centre.arrived.end());
    lost.insert(lost.end(), desk.centre.arrived.begin() + 40, desk.centre.arrived.begin() + 45);
    for (const std::string& id : lost) {
        desk.centre.statements.erase(id);
        std::erase(desk.centre.arrived, id);
    }
    desk.terminal.clock.advance(std::chrono::minutes(16));
    REQUIRE(desk.terminal.drain());
    desk.terminal.check_all_there(desk.centre);

    ModelCentre other;
    ModelExchange to_other(other);
    desk.centre.instead = [&other](const HttpRequest& request) -> std::optional<HttpReply> { return other.answer(request); };
    desk.terminal.targets.centre = "https://another.example.edu";
    desk.terminal.open_agent();
    CHECK_FALSE(desk.status().last_contact);
    REQUIRE(desk.terminal.drain());
    desk.terminal.check_all_there(other);
}

TEST_CASE("agent: another Learning Record Store gets plain statements with its own credentials", "[agent]") {
    AgentDesk desk;
    desk.terminal.add(5);
    REQUIRE(write_file(desk.terminal.files.data / "password", "s3cret\n"));
    desk.terminal.targets = {.centre = {}, .token_file = {}, .store = "https://lrs.example.edu/xapi", .store_user = "hall", .store_password_file = desk.terminal.files.data / "password"};
    desk.centre.instead = [&desk](HttpRequest request) -> std::optional<HttpReply> {
        CHECK(request.target == "/statements");
        CHECK(*find_header(request.headers, "authorization") == "Basic aGFsbDpzM2NyZXQ=");
        CHECK(find_header(request.headers, "content-encoding") == nullptr);
        request.target = "/xapi" + request.target;
        const auto instead = std::exchange(desk.centre.instead, nullptr);
        auto reply = desk.centre.answer(request);
        desk.centre.instead = instead;
        return reply;
    };
    desk.terminal.open_agent();
    REQUIRE(desk.terminal.drain());
    desk.terminal.check_all_there(desk.centre);
}

TEST_CASE("agent: ten thousand records after a month drain in fifty batches", "[agent]") {
    AgentDesk desk;
    for (int i = 0; i < 10; ++i) desk.terminal.add(1000);
    desk.terminal.open_agent();
    REQUIRE(desk.terminal.drain());
    CHECK(desk.status().outbox.sent_through == 10'000);
    CHECK(desk.centre.statements.size() == 10'000);
    CHECK(std::is_sorted(desk.centre.order.begin(), desk.centre.order.end()));
    CHECK(desk.centre.requests.size() <= 52);
}
