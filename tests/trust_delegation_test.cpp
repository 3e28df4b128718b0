// Delegated roles, as the public conformance suite asks about them: in which order they are visited, and what lies in the folder afterwards.
#include <catch2/catch.hpp>

#include "tests/support/trust_repository.h"

namespace xinghuo {
namespace {

using Strings = std::vector<std::string>;

struct Edge {
    std::string from, to;
    bool terminating = false;
    Strings paths = {"*"};
};

void delegate(TrustRepository& repository, const std::vector<Edge>& edges) {
    Strings roles;
    for (const Edge& edge : edges) {
        repository.add_delegation(edge.from, edge.to, edge.paths, edge.terminating);
        if (std::find(roles.begin(), roles.end(), edge.to) == roles.end()) roles.push_back(edge.to);
    }
    roles.insert(roles.end(), {"targets", "snapshot", "timestamp"});
    repository.publish(roles);
}

Strings visited(const TrustRepository& repository) {
    const Strings all = repository.metadata_requests();
    Strings out;
    for (std::size_t i = 4; i < all.size(); ++i) out.push_back(all[i].substr(0, all[i].find(' ')));
    return out;
}

}  // namespace

TEST_CASE("delegated roles are visited in pre-order", "[trust]") {
    const auto [edges, order] = GENERATE(table<std::vector<Edge>, Strings>({
        {{{"targets", "A"}}, {"A"}},
        {{{"targets", "A"}, {"targets", "B"}}, {"A", "B"}},
        {{{"targets", "A"}, {"targets", "B"}, {"B", "C"}}, {"A", "B", "C"}},
        {{{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"A", "D"}}, {"A", "C", "D", "B"}},
        {{{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"C", "D"}}, {"A", "C", "D", "B"}},
        {{{"targets", "A"}, {"targets", "B"}, {"A", "C", true}, {"A", "D"}}, {"A", "C"}},
        {{{"targets", "A"}, {"targets", "B"}, {"A", "C", true}, {"C", "D"}}, {"A", "C", "D"}},
        {{{"targets", "A", false, {"*.py"}}, {"targets", "B"}, {"A", "C"}}, {"B"}},
        {{{"targets", "A"}, {"targets", "B"}, {"A", "C", false, {"*.py"}}, {"C", "D"}}, {"A", "B"}},
        {{{"targets", "A"}, {"targets", "B"}, {"B", "C"}, {"C", "D"}, {"D", "B"}}, {"A", "B", "C", "D"}},
        {{{"targets", "A"}, {"targets", "B"}, {"B", "C"}, {"A", "C"}}, {"A", "C", "B"}},
        {{{"targets", "A"}, {"targets", "B"}, {"B", "C"}, {"A", "C", false, {"*.py"}}}, {"A", "B", "C"}},
    }));
    CAPTURE(order);
    TrustRepository repository;
    TrustTerminal terminal(repository);
    // A role that two delegate to has a key from each, so both may.
    delegate(repository, edges);
    CHECK(outcome(terminal.download("missingpath")) == "missing");
    CHECK(visited(repository) == order);
}

TEST_CASE("a target is found through roles that all may name it", "[trust]") {
    const auto [target, found, order] = GENERATE(table<std::string, bool, Strings>({
        {"targetfile", true, {}},
        {"README.md", true, {"A"}},
        {"releases/x/x_v1", true, {"B", "C"}},
        {"releases/y/y_v1.zip", true, {"B", "D"}},
        {"releases/z/z_v1.zip", false, {"B"}},
    }));
    CAPTURE(target);
    TrustRepository repository;
    TrustTerminal terminal(repository);
    delegate(repository, {{"targets", "A", false, {"*.doc", "*.md"}},
                          {"targets", "B", false, {"releases/*/*"}},
                          {"B", "C", false, {"releases/x/*"}},
                          {"B", "D", false, {"releases/y/*.zip"}}});
    repository.published["A"].clear();
    repository.published["C"].clear();
    repository.published["D"].clear();
    for (const char* role : {"A", "C", "D"}) repository.roles[role].version = 0;
    repository.add_artifact("targets", "targetfile", "targetfile content");
    repository.add_artifact("A", "README.md", "README by A");
    repository.add_artifact("C", "releases/x/x_v1", "x release by C");
    repository.add_artifact("D", "releases/y/y_v1.zip", "y release by D");
    repository.add_artifact("D", "releases/z/z_v1.zip", "z release by D");
    repository.publish({"A", "C", "D", "targets", "snapshot", "timestamp"});
    const auto bytes = terminal.download(target);
    CHECK(outcome(bytes) == (found ? "good" : "missing"));
    if (bytes) CHECK(*bytes == repository.artifacts[target]);
    CHECK(visited(repository) == order);
}

TEST_CASE("a circle of roles does not use up the search", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.add_delegation("targets", "A", {"*"});
    repository.add_delegation("A", "B", {"*"});
    repository.add_delegation("B", "A", {"*"});
    repository.add_delegation("targets", "C", {"*"});
    repository.add_artifact("C", "x", "found");
    repository.publish({"A", "B", "C", "targets", "snapshot", "timestamp"});
    CHECK(outcome(terminal.download("x")) == "good");
    CHECK(visited(repository) == Strings{"A", "B", "C"});
}

TEST_CASE("strange names of roles stay in the folder and in their address", "[trust]") {
    const auto [role, quoted] = GENERATE(table<std::string, std::string>(
        {{"?", "%3F"}, {"#", "%23"}, {"/delegatedrole", "%2Fdelegatedrole"}, {"../delegatedrole", "..%2Fdelegatedrole"}, {"..", "%2E%2E"}, {"长征 %", "%E9%95%BF%E5%BE%81%20%25"}}));
    TrustRepository repository;
    TrustTerminal terminal(repository);
    delegate(repository, {{"targets", role}});
    CHECK(outcome(terminal.download("nonexistent target")) == "missing");
    CHECK(repository.requests.back() == "metadata/1." + quoted + ".json");
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(terminal.folder)) files += entry.path().extension() == ".json" ? 1 : 0;
    CHECK(files == 5);
    CHECK(!terminal.file(role).empty());
}

TEST_CASE("delegated roles expire, and are renewed", "[trust]") {
    TrustRepository repository;
    TrustTerminal terminal(repository);
    repository.add_delegation("targets", "delegated", {"delegatedpath/*"});
    repository.add_artifact("delegated", "delegatedpath/first", "first");
    SECTION("already when they come") {
        repository.roles["delegated"].expires = trust_day(-1);
        repository.publish({"delegated", "targets", "snapshot", "timestamp"});
        CHECK(outcome(terminal.refresh()) == "good");
        CHECK(outcome(terminal.download("delegatedpath/first")) == "expired");
        CHECK(terminal.trusted() == "root 1, snapshot 2, targets 2, timestamp 2");
    }
    SECTION("later, and then the new one") {
        repository.roles["delegated"].expires = trust_day(7);
        repository.publish({"delegated", "targets", "snapshot", "timestamp"});
        CHECK(outcome(terminal.download("delegatedpath/first")) == "good");
        CHECK(outcome(terminal.download("delegatedpath/first", 18)) == "expired");
        repository.roles["delegated"].expires = trust_day(21);
        repository.publish({"delegated", "snapshot", "timestamp"});
        CHECK(outcome(terminal.download("delegatedpath/first", 18)) == "good");
        CHECK(terminal.version("delegated") == 2);
    }
}

}  // namespace xinghuo
