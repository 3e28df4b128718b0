// Packs over TLS, with an authority of the institution's own: who is believed, and whose clock.
#include <catch2/catch.hpp>

#include "sync/curl_transport.h"
#include "tests/support/pack_hall.h"
#include "tests/support/tls_server.h"

using namespace xinghuo;

namespace {

struct Asked {
    Result<std::string> body = std::string();
    std::optional<WallTime> date;
};

Asked ask(const TlsServer& server, const Path& authority, const std::string& path = "a.json") {
    WebOptions options;
    options.base_url = server.url();
    options.ca_file = authority;
    const auto web = CurlTransport::open(std::move(options));
    REQUIRE(web);
    Asked asked;
    asked.body = (*web)->read(path, 1'000);
    asked.date = (*web)->server_date();
    return asked;
}

void check_refused(const Asked& asked) {
    REQUIRE_FALSE(asked.body);
    CHECK(asked.body.error().kind == ErrorKind::io);
    CHECK(asked.body.error().what.find("the server's certificate is not trusted") != std::string::npos);
    CHECK_FALSE(asked.date);  // whoever it was may say any day
}

}  // namespace

TEST_CASE("a server is believed when the authority that was named vouches for it, and so is its clock", "[trust][network]") {
    const TlsServer server;
    server.put("a.json", "{}");
    server.put("gone.json", "", "404 Not Found");
    const Asked good = ask(server, server.authority());
    INFO((good.body ? std::string() : good.body.error().what));
    REQUIRE(good.body);
    CHECK(*good.body == "{}");
    REQUIRE(good.date);
    CHECK(good.date->unix_ms == wall_time_from_iso("2026-09-01T00:00:00Z").unix_ms);
    // It says what time it is whatever else it says.
    const Asked gone = ask(server, server.authority(), "gone.json");
    REQUIRE_FALSE(gone.body);
    CHECK(gone.body.error().kind == ErrorKind::missing);
    CHECK(gone.date);

    SECTION("no authority is named: the system's do not know it") { check_refused(ask(server, {})); }
    SECTION("another authority of the same name") {
        const TlsServer other;
        check_refused(ask(server, other.authority()));
    }
    SECTION("a file that names nobody") {
        const TempFolder folder;
        REQUIRE(write_file(folder.file("ca.pem"), "no certificate"));
        const Asked asked = ask(server, folder.file("ca.pem"));
        REQUIRE_FALSE(asked.body);
        CHECK(asked.body.error().kind == ErrorKind::io);
        CHECK_FALSE(asked.date);
    }
}

TEST_CASE("a certificate for another server is none", "[trust][network]") {
    const TlsServer server("DNS:elsewhere.example");
    server.put("a.json", "{}");
    check_refused(ask(server, server.authority()));
}

TEST_CASE("packs: by TLS with the institution's own authority; the server's day counts from then on", "[packs][network]") {
    PackRepository repository;
    add_hall_pack(repository, "one", 1, "old");
    repository.release();
    PackHall hall("2026-07-02T09:00:00+08:00");
    hall.ships(repository);
    add_hall_pack(repository, "one", 2, "new");
    repository.release();
    const TlsServer server, other;
    const Path folder = hall.stick(repository, "served") / "xinghuo";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) server.put(std::filesystem::relative(entry.path(), folder).string(), *read_text(entry.path(), 1u << 20));
    server.put("metadata/2.root.json", "", "404 Not Found");
    hall.network.url = server.url();
    hall.network.automatic = false;
    SECTION("another authority: nothing comes, and no day is believed") {
        hall.network.ca_file = other.authority();
        hall.switch_on();
        hall.ask("packs look network");
        CHECK(hall.problem_kind() == ErrorKind::io);
        CHECK(hall.problem().find("certificate") != std::string::npos);
        hall.install_from(repository);
        CHECK(hall.shown("one") == 2);
    }
    SECTION("the right one") {
        hall.network.ca_file = server.authority();
        hall.switch_on();
        hall.ask("packs look network");
        INFO(hall.problem());
        hall.ask("packs install");
        REQUIRE(hall.shown("one") == 2);
        // This stick ended in July, and the server says that it is September, whatever the terminal's clock says.
        add_hall_pack(repository, "one", 3, "newer");
        repository.release();
        hall.plug(repository);
        CHECK(hall.problem_kind() == ErrorKind::expired);
        CHECK(hall.problem().find("2026-09-01") != std::string::npos);
        CHECK(hall.shown("one") == 2);
    }
}
