#include "content/pack/installer.h"

#include <catch2/catch.hpp>

#include "tests/support/pack_repository.h"

using namespace xinghuo;

namespace {

PackFiles first_files() { return {{"a.txt", chance_bytes(1, 5'000)}, {"b.bin", chance_bytes(2, 40'000)}, {"empty", ""}}; }

std::string content_of(const PackTerminal& terminal, const std::string& path) {
    const auto catalogue = terminal.store->catalogue();
    if (!catalogue) return "no catalogue: " + catalogue.error().what;
    const auto text = (*catalogue)->read_text(path);
    return text ? *text : "no text: " + text.error().what;
}

}  // namespace

TEST_CASE("a pack comes from a repository to the hall", "[packs]") {
    PackRepository repository;
    repository.add_pack("first", 1, first_files());
    repository.release();
    PackTerminal terminal(repository.root());
    terminal.open();
    CHECK_FALSE(terminal.store->catalogue());
    const auto offer = terminal.look(repository);
    INFO((offer ? std::string() : offer.error().what));
    REQUIRE(offer);
    REQUIRE(offer->packs.size() == 1);
    CHECK(offer->packs[0].refused.empty());
    CHECK(offer->packs[0].kind == PackOffer::Kind::fresh);
    CHECK(offer->packs[0].bytes == 45'000);
    CHECK(offer->to_fetch == 45'000);
    CHECK(offer->to_store >= 8'192 + 40'960);
    CHECK(offer->fits());
    const auto done = terminal.take(repository);
    INFO((done ? std::string() : done.error().what));
    REQUIRE(done);
    CHECK(terminal.shown("first") == 1);
    CHECK(content_of(terminal, "a.txt") == first_files()["a.txt"]);
    CHECK(content_of(terminal, "empty").empty());
    terminal.open();
    CHECK(terminal.shown("first") == 1);
    CHECK(content_of(terminal, "b.bin") == first_files()["b.bin"]);
    CHECK(terminal.look(repository)->empty());
    CHECK(terminal.store->history().front().what == PackEvent::What::installed);
}
