// What the answers of a Learning Record Store mean for the records that wait.
#include "sync/push.h"

#include <catch2/catch.hpp>

#include "content/base/gzip.h"
#include "content/base/json_tree.h"
#include "content/study/records.h"

using namespace xinghuo;

namespace {

const SigningKey push_device = SigningKey::from_seed(sha256("a terminal of the tests"));

std::vector<Outbox::Waiting> waiting_records(std::int64_t from, std::size_t count) {
    std::vector<Outbox::Waiting> all;
    for (std::size_t i = 0; i < count; ++i) {
        Record r;
        r.seq = from + static_cast<std::int64_t>(i);
        r.id = "01931d2e-7a00-7000-8000-" + std::string(12 - std::to_string(r.seq).size(), '0') + std::to_string(r.seq);
        r.kiosk = {"k-0123456789abcdef"};
        r.kind = RecordKind::guest_visit;
        r.body = "{}";
        r.hash = sha256(hashed_part(r));
        all.push_back({std::move(r), std::nullopt});
    }
    return all;
}

HttpReply store_says(int status, std::string body) { return {status, {{"x-experience-api-version", "1.0.3"}, {"content-type", "application/json"}}, std::move(body)}; }

std::string ids_of(const std::vector<Outbox::Waiting>& records) {
    std::string ids = "[";
    for (const auto& one : records) ids += (ids.size() > 1 ? ",\"" : "\"") + one.record.id + "\"";
    return ids + "]";
}

struct PushDesk {
    explicit PushDesk(std::size_t count, bool gzip = false) : records(waiting_records(1, count)), push({"/xapi", "Bearer t", gzip, {}}, push_device, 7) { push.begin(records); }
    std::vector<Outbox::Waiting> records;
    Push push;
    // How many statements the request has.
    std::size_t asked() {
        const auto request = push.request();
        REQUIRE(request);
        std::size_t n = 0;
        for (std::size_t at = 0; (at = request->body.find("\"timestamp\":", at)) != std::string::npos; ++at) ++n;
        return n;
    }
};

}  // namespace

TEST_CASE("push: a batch is one request, its newest record is signed, and 200 with its ids is the end of it", "[push]") {
    PushDesk desk(3);
    const auto request = desk.push.request();
    REQUIRE(request);
    CHECK(request->method == "POST");
    CHECK(request->target == "/xapi/statements");
    CHECK(*find_header(request->headers, "authorization") == "Bearer t");
    CHECK(*find_header(request->headers, "x-experience-api-version") == "1.0.3");
    CHECK(find_header(request->headers, "content-encoding") == nullptr);
    const auto tree = JsonTree::parse(request->body);
    REQUIRE(tree);
    std::string newest;
    for (const JsonValue statement : tree->root().items()) newest = statement.text();
    const auto last = carried_record(newest);
    REQUIRE(last);
    REQUIRE((*last)->signature);
    CHECK(signature_holds(push_device.public_key(), {reinterpret_cast<const char*>((*last)->record.hash.data()), 32}, *(*last)->signature));
    const PushOutcome outcome = desk.push.take(store_says(200, ids_of(desk.records)));
    CHECK(outcome.sent == std::vector<std::int64_t>{1, 2, 3});
    CHECK(outcome.wait.count() == 0);
    CHECK_FALSE(outcome.trouble);
    CHECK_FALSE(desk.push.busy());

    PushDesk packed(3, true);
    CHECK(*find_header(packed.push.request()->headers, "content-encoding") == "gzip");
    CHECK(*gunzipped(packed.push.request()->body, 1 << 20) == request->body);
}

TEST_CASE("push: what only looks like success is none", "[push]") {
    PushDesk desk(2);
    const std::string body = desk.push.request()->body;
    const auto not_counted = [&](const HttpReply& reply) {
        const PushOutcome outcome = desk.push.take(reply);
        return outcome.sent.empty() && outcome.quarantined.empty() && outcome.trouble && outcome.trouble->key == "sync.wrong.something_else" && outcome.wait.count() > 0 &&
               desk.push.request()->body == body;
    };
    CHECK(not_counted({200, {{"content-type", "text/html"}}, "<html>log in</html>"}));
    CHECK(not_counted({200, {}, ids_of(desk.records)}));                                     // who is that?
    CHECK(not_counted(store_says(200, "[]")));
    CHECK(not_counted(store_says(200, ids_of(waiting_records(1, 1)))));
    CHECK(not_counted(store_says(200, ids_of(waiting_records(2, 2)))));
    CHECK(not_counted(store_says(200, "{}")));
    CHECK(not_counted(store_says(200, ids_of(desk.records).substr(0, 30))));
    CHECK(not_counted({302, {{"location", "http://portal/"}}, ""}));
    CHECK(not_counted({404, {}, "nothing"}));
    CHECK(not_counted({400, {{"content-type", "text/html"}}, "<html>bad request</html>"}));  // a proxy's, nothing about our records
    CHECK(not_counted(store_says(204, "")));
}

TEST_CASE("push: the poison statement is found, named and left behind, and the others arrive", "[push]") {
    PushDesk desk(200);
    std::vector<std::int64_t> sent, held;
    std::size_t requests = 0;
    while (desk.push.busy()) {
        ++requests;
        if (desk.push.request()->method == "GET") {  // is it there, after all?
            const PushOutcome outcome = desk.push.take(store_says(404, "{}"));
            CHECK(outcome.wait.count() == 0);
            for (const auto& [seq, why] : outcome.quarantined) {
                held.push_back(seq);
                CHECK(why == "actor.mbox: not a mailto IRI");
            }
            continue;
        }
        const std::string body = desk.push.request()->body;
        const bool bad = body.find("000000000077\"") != std::string::npos || body.find("000000000078\"") != std::string::npos;
        std::vector<Outbox::Waiting> in;
        for (const auto& one : desk.records)
            if (body.find(one.record.id) != std::string::npos) in.push_back(one);
        const PushOutcome outcome = desk.push.take(bad ? store_says(400, R"({"error":"actor.mbox: not a mailto IRI"})") : store_says(200, ids_of(in)));
        CHECK(outcome.wait.count() == 0);
        sent.insert(sent.end(), outcome.sent.begin(), outcome.sent.end());
        CHECK(outcome.quarantined.empty());
    }
    CHECK(held == std::vector<std::int64_t>{77, 78});
    CHECK(sent.size() == 198);
    CHECK(requests < 40);
}

TEST_CASE("push: a side that refuses everything does not get the whole queue to refuse", "[push]") {
    PushDesk desk(200);
    std::size_t held = 0;
    PushOutcome outcome;
    while (outcome.wait.count() == 0) {
        outcome = desk.push.take(desk.push.request()->method == "GET" ? store_says(404, "{}") : store_says(400, "no"));
        held += outcome.quarantined.size();
    }
    CHECK(held == 32);
    CHECK(outcome.trouble->key == "sync.wrong.refuses_all");
    CHECK(desk.push.busy());
}

TEST_CASE("push: after a conflict what is there decides", "[push]") {
    for (const bool same : {true, false}) {
        PushDesk desk(1);
        CHECK(desk.push.take(store_says(409, R"({"error":"another"})")).quarantined.empty());
        const auto request = desk.push.request();
        CHECK(request->method == "GET");
        CHECK(request->target == "/xapi/statements?statementId=" + desk.records[0].record.id);
        CHECK(request->body.empty());
        // Nothing is decided while nobody answers.
        CHECK(desk.push.take(Error{ErrorKind::io, "slow"}).sent.empty());
        // Nor by an answer to another question.
        CHECK(desk.push.take(store_says(200, statement_of(waiting_records(5, 1)[0].record, std::nullopt, {}))).quarantined.empty());
        // The same record without our signature is the same record.
        Record record = desk.records[0].record;
        if (!same) record.seq = 99, record.hash = sha256(hashed_part(record));
        const PushOutcome outcome = desk.push.take(store_says(200, statement_of(record, std::nullopt, {})));
        CHECK(outcome.sent.size() == (same ? 1 : 0));
        CHECK(outcome.quarantined.size() == (same ? 0 : 1));
        if (!same) CHECK(outcome.quarantined[0].second == "another");
        CHECK_FALSE(desk.push.busy());
    }
}

TEST_CASE("push: what is too large is halved, and larger again after a while", "[push]") {
    PushDesk desk(200);
    CHECK(desk.asked() == 200);
    CHECK(desk.push.take(HttpReply{413, {}, ""}).wait.count() == 0);
    CHECK(desk.asked() == 100);
    desk.push.take(HttpReply{413, {}, ""});
    CHECK(desk.asked() == 50);
    CHECK(desk.push.wants() == 50);
    std::int64_t seq = 1;
    while (desk.push.wants() == 50) {
        if (!desk.push.busy()) desk.push.begin(waiting_records(seq, 50));
        const std::size_t n = desk.asked();
        REQUIRE(desk.push.take(store_says(200, ids_of(waiting_records(seq, n)))).sent.size() == n);
        seq += static_cast<std::int64_t>(n);
        REQUIRE(seq < 5000);
    }
    CHECK(desk.push.wants() == 100);

    PushDesk one(1);
    for (const std::size_t held : {0u, 0u, 1u}) {  // once may be a stray answer, and so may twice
        CHECK(one.push.take(HttpReply{413, {}, ""}).quarantined.empty());
        CHECK(one.push.request()->method == "GET");
        CHECK(one.push.take(store_says(404, "{}")).quarantined.size() == held);
    }
}

TEST_CASE("push: a refusal is believed only with an honest answer between", "[push]") {
    PushDesk desk(1);
    // Somebody else's answer, again and again: nothing is there to compare with, and nothing is condemned.
    for (int i = 0; i < 5; ++i) {
        CHECK(desk.push.take(i == 0 ? store_says(400, "no") : HttpReply{413, {}, ""}).quarantined.empty());
        CHECK(desk.push.request()->method == "GET");
    }
    // It was there all the time: the answer to it was lost.
    CHECK(desk.push.take(store_says(200, statement_of(desk.records[0].record, std::nullopt, {}))).sent.size() == 1);
    CHECK_FALSE(desk.push.busy());
    // Who may write and not read is told nothing.
    PushDesk blind(1);
    for (const std::size_t held : {0u, 0u, 1u}) {
        CHECK(blind.push.take(store_says(400, "no")).quarantined.empty());
        CHECK(blind.push.take(store_says(403, "{}")).quarantined.size() == held);
    }
    CHECK_FALSE(blind.push.busy());
}

TEST_CASE("push: waits are the other side's where it says so, and grow by chance where it does not", "[push]") {
    PushDesk desk(1);
    CHECK(desk.push.take(HttpReply{503, {{"retry-after", "120"}}, ""}).wait == Milliseconds(120'000));
    CHECK(desk.push.take(HttpReply{429, {{"retry-after", "0"}}, ""}).wait == Milliseconds(1000));
    CHECK(desk.push.take(HttpReply{429, {{"retry-after", "999999999999999999999"}}, ""}).wait <= Milliseconds(15 * 60 * 1000));
    for (const int status : {401, 403}) {
        const PushOutcome outcome = desk.push.take(HttpReply{status, {}, ""});
        CHECK(outcome.wait == Milliseconds(15 * 60 * 1000));
        CHECK(outcome.trouble->key == "sync.wrong.not_allowed");
    }
    desk.push.nudged();
    Milliseconds most{1000};
    for (int i = 0; i < 30; ++i) {
        const PushOutcome outcome = i % 2 == 0 ? desk.push.take(Error{ErrorKind::io, "the server cannot be reached"}) : desk.push.take(HttpReply{500, {}, ""});
        CHECK(outcome.wait >= most / 2);
        CHECK(outcome.wait <= most);
        CHECK(outcome.trouble->key == (i % 2 == 0 ? "sync.wrong.no_network" : "sync.wrong.server"));
        most = std::min(most * 2, Milliseconds(15 * 60 * 1000));
    }
    desk.push.nudged();
    CHECK(desk.push.take(Error{ErrorKind::io, "slow"}).wait <= Milliseconds(1000));
    // Terminals do not come back all in the same second.
    Push other({"/xapi", "", false, {}}, push_device, 8), same({"/xapi", "", false, {}}, push_device, 7), again({"/xapi", "", false, {}}, push_device, 7);
    CHECK(same.back_off() == again.back_off());
    CHECK(same.back_off() != other.back_off());
}
