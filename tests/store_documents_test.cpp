// Documents of the centre: looked at and written in one transaction, on both databases.
#include <algorithm>
#include <thread>

#include "sync/server/record_store.h"
#include "tests/support/centre_database.h"

using namespace xinghuo;
using xinghuo::testing::CentreDatabase;

namespace {

Sql::Dialect either() { return GENERATE(Sql::Dialect::sqlite, Sql::Dialect::postgres); }

DocumentPlace state_at(std::string id, std::string registration = "") {
    DocumentPlace place;
    place.kind = DocumentKind::state;
    place.activity = "https://a.example/1";
    place.agent = "mailto:a@b.example";
    place.registration = std::move(registration);
    place.id = std::move(id);
    return place;
}
KeptDocument document_of(std::string bytes, std::int64_t updated = 1000, std::string type = "application/json") {
    KeptDocument document;
    document.bytes = std::move(bytes);
    document.content_type = std::move(type);
    document.updated_ms = updated;
    return document;
}
Precondition matching_tag(std::string tag) {
    Precondition precondition;
    precondition.if_match.push_back(std::move(tag));
    return precondition;
}
Precondition none_matching(std::string tag) {
    Precondition precondition;
    precondition.if_none_match.push_back(std::move(tag));
    return precondition;
}

}  // namespace

TEST_CASE("A document is written under its preconditions, or not at all", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    RecordStore store(database.sql());
    const DocumentPlace place = state_at("s");
    const auto put = [&](std::string bytes, const Precondition& precondition) { return store.put_document(1, place, document_of(std::move(bytes)), precondition, false).value(); };
    CHECK(put("x", matching_tag("*")) == DocumentOutcome::failed_precondition);
    CHECK_FALSE(store.document(1, place).value());
    CHECK(put("abc", none_matching("*")) == DocumentOutcome::done);
    const auto first = store.document(1, place).value();
    REQUIRE(first);
    CHECK(first->bytes == "abc");
    CHECK(first->content_type == "application/json");
    CHECK(first->updated_ms == 1000);
    CHECK(first->etag == "a9993e364706816aba3e25717850c26c9cd0d89d");  // FIPS 180-4's own example
    CHECK(put("x", none_matching("*")) == DocumentOutcome::failed_precondition);
    CHECK(put("x", none_matching(first->etag)) == DocumentOutcome::failed_precondition);
    CHECK(put("x", matching_tag("0000")) == DocumentOutcome::failed_precondition);
    Precondition demanded;
    demanded.demanded = true;
    CHECK(put("x", demanded) == DocumentOutcome::conflict);
    CHECK(store.document(1, place).value()->bytes == "abc");
    CHECK(put("def", matching_tag(first->etag)) == DocumentOutcome::done);
    CHECK(put("ghi", none_matching("0000")) == DocumentOutcome::done);
    CHECK(put("jkl", {}) == DocumentOutcome::done);
    CHECK(store.delete_document(1, place, matching_tag(first->etag)).value() == DocumentOutcome::failed_precondition);
    CHECK(store.delete_document(1, place, {}).value() == DocumentOutcome::done);
    CHECK(store.delete_document(1, place, {}).value() == DocumentOutcome::done);
    CHECK_FALSE(store.document(1, place).value());
    CHECK(put("x", demanded) == DocumentOutcome::done);
    CHECK_FALSE(store.document(2, place).value());
}

TEST_CASE("Posting JSON replaces members at the top, and nothing else may be merged", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    RecordStore store(database.sql());
    const DocumentPlace place = state_at("s");
    const auto post = [&](std::string bytes, std::string type = "application/json; charset=utf-8") {
        return store.put_document(1, place, document_of(std::move(bytes), 2000, std::move(type)), {}, true).value();
    };
    CHECK(post(R"({"a":95.0,"b":{"c":1},"\"":0})") == DocumentOutcome::done);
    CHECK(post(R"({"b":{"d":2},"e":[1]})", "Application/JSON") == DocumentOutcome::done);
    CHECK(store.document(1, place).value()->bytes == R"({"a":95.0,"b":{"d":2},"\"":0,"e":[1]})");
    CHECK(post("[1]") == DocumentOutcome::not_json);
    CHECK(post("{") == DocumentOutcome::not_json);
    CHECK(post("{}", "text/plain") == DocumentOutcome::not_json);
    CHECK(store.document(1, place).value()->bytes == R"({"a":95.0,"b":{"d":2},"\"":0,"e":[1]})");
    const std::string picture("\0\x89PNG", 5);
    CHECK(store.put_document(1, place, document_of(picture, 1, "image/png"), {}, false).value() == DocumentOutcome::done);
    CHECK(store.document(1, place).value()->bytes == picture);
    CHECK(post("{}") == DocumentOutcome::not_json);
    const DocumentPlace other = state_at("t");
    CHECK(store.put_document(1, other, document_of("[", 1, "text/plain"), {}, true).value() == DocumentOutcome::done);
}

TEST_CASE("Documents are listed and deleted by what holds them", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    RecordStore store(database.sql());
    const auto put = [&](const DocumentPlace& place, std::int64_t updated) { REQUIRE(store.put_document(1, place, document_of("{}", updated), {}, false)); };
    put(state_at("b"), 100);
    put(state_at("a"), 200);
    put(state_at("a", "r1"), 300);
    put(state_at("c", "r1"), 400);
    DocumentPlace profile;
    profile.kind = DocumentKind::activity_profile;
    profile.activity = state_at("").activity;
    profile.id = "p";
    put(profile, 1);
    using Names = std::vector<std::string>;
    CHECK(store.document_ids(1, state_at(""), std::nullopt).value().ids == Names{"a", "b", "c"});
    CHECK(store.document_ids(1, state_at("", "r1"), std::nullopt).value().ids == Names{"a", "c"});
    CHECK(store.document_ids(1, state_at(""), 200).value().ids == Names{"a", "c"});
    CHECK(store.document_ids(2, state_at(""), std::nullopt).value().ids.empty());
    REQUIRE(store.delete_documents(1, state_at("", "r1")));
    CHECK(store.document_ids(1, state_at(""), std::nullopt).value().ids == Names{"a", "b"});
    REQUIRE(store.delete_documents(1, state_at("")));
    CHECK(store.document_ids(1, state_at(""), std::nullopt).value().ids.empty());
    CHECK(store.document_ids(1, profile, std::nullopt).value().ids == Names{"p"});
}

TEST_CASE("Of many who would be the first to write a document, one is", "[centre]") {
    CentreDatabase database(either());
    if (!database.here()) return;
    std::vector<std::unique_ptr<Sql>> connections;
    for (int i = 0; i < 6; ++i) connections.push_back(database.connect());
    std::vector<int> good(6, 0);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 6; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < 10; ++round) {
                const auto done = RecordStore(*connections[i]).put_document(1, state_at(fmt::format("s{}", round)), document_of(fmt::format("{}", i)), none_matching("*"), false);
                if (done && *done == DocumentOutcome::done) ++good[i];
            }
        });
    for (std::thread& thread : threads) thread.join();
    int all = 0;
    for (const int one : good) all += one;
    CHECK(all == 10);
}
