// What a terminal and the centre say to each other.
#include "sync/protocol.h"

#include <catch2/catch.hpp>

#include "content/base/json_tree.h"
#include "content/study/records.h"
#include "sync/server/statement.h"

using namespace xinghuo;

namespace {

const StatementTerms our_terms{"https://history.example.edu/"};

struct KindSample {
    RecordKind kind;
    std::string member, body, verb, object;
};

const std::string some_session = "01931d2e-7a00-7000-8000-000000000001";

// Every kind, with bodies as the program writes them.
std::vector<KindSample> kind_samples() {
    const std::string study = R"({"session":"01931d2e-7a00-7000-8000-000000000001","label":"media","item":"long march","title":{"zh":"长征","en":"The Long March"},)"
                              R"("pack":"changzheng","pack_version":"3.1.0","ms":12500})";
    std::string touch = study;
    touch.replace(touch.find("media"), 5, "touch");
    const std::string adl = "http://adlnet.gov/expapi/verbs/", as1 = "http://activitystrea.ms/schema/1.0/", home = our_terms.home_page;
    return {
        {RecordKind::boot, "", R"({"version":"1.2","unclean":true})", adl + "initialized", home + "kiosks/k-0123456789abcdef"},
        {RecordKind::signed_in, "m-1", R"({"session":"s1","way":"card"})", "https://w3id.org/xapi/adl/verbs/logged-in", home + "kiosks/k-0123456789abcdef"},
        {RecordKind::signed_out, "m-1", R"({"session":"s1","why":"button","ms":60000})", "https://w3id.org/xapi/adl/verbs/logged-out", home + "kiosks/k-0123456789abcdef"},
        {RecordKind::study_interval, "m-1", study, "https://w3id.org/xapi/video/verbs/played", home + "items/long%20march"},
        {RecordKind::study_interval, "m-1", touch, adl + "experienced", home + "items/long%20march"},
        {RecordKind::abandoned, "m-1", study, "https://w3id.org/xapi/adl/verbs/abandoned", home + "items/long%20march"},
        {RecordKind::quiz_answered, "", R"({"question":"q7","theme":"t","right":false,"score":0.25,"item":"quiz-t","pack":"p","pack_version":"1"})", adl + "answered", home + "questions/q7"},
        {RecordKind::quiz_finished, "m-1", R"({"theme":"t","item":"quiz-t","asked":10,"right":9,"percent":90,"paper":false})", adl + "completed", home + "quizzes/t"},
        {RecordKind::quiz_finished, "m-1", R"({"theme":"t","item":"quiz-paper","asked":10,"right":9,"percent":90,"paper":true,"passed":true})", adl + "passed", home + "quizzes/t"},
        {RecordKind::quiz_finished, "m-1", R"({"theme":"","item":"quiz-paper","asked":10,"right":1,"percent":10,"paper":true,"passed":false})", adl + "failed", home + "quizzes/unknown"},
        {RecordKind::activity_opened, "m-1", R"({"activity":"a-1","name":"主题党日","type":"party_day","branch":"一支部","late_after_min":10})", as1 + "open", home + "activities/a-1"},
        {RecordKind::activity_closed, "", R"({"activity":"a-1","name":"主题党日","expected":12,"attended":11,"late":1,"guests":3})", as1 + "close", home + "activities/a-1"},
        {RecordKind::attended, "m-1", R"({"activity":"a-1","name":"主题党日","as":"late","way":"card"})", adl + "attended", home + "activities/a-1"},
        {RecordKind::attended, "m-1", R"({"activity":"a-1","name":"主题党日","as":"left_early","way":"card"})", adl + "exited", home + "activities/a-1"},
        {RecordKind::reflection, "m-1", R"({"item":"i","text":"难忘"})", adl + "commented", home + "items/i"},
        {RecordKind::sign_up, "m-1", R"({"activity":"a-2"})", adl + "registered", home + "activities/a-2"},
        {RecordKind::guest_visit, "", R"({"activity":"a-1","by":-1})", as1 + "host", home + "activities/a-1"},
        {RecordKind::guest_visit, "", "{}", as1 + "host", home + "kiosks/k-0123456789abcdef"},
        {RecordKind::pack_installed, "", R"({"pack":"changzheng","pack_version":"3.1.0"})", as1 + "install", home + "packs/changzheng"},
        {RecordKind::pack_removed, "", R"({"pack":"changzheng"})", as1 + "remove", home + "packs/changzheng"},
        {RecordKind::pack_refused, "", R"({"pack":"changzheng","why":"not signed"})", as1 + "reject", home + "packs/changzheng"},
        {RecordKind::admin_action, "", R"({"action":"policy_set","from_day":20000})", as1 + "update", home + "actions/policy_set"},
        {RecordKind::health, "", R"({"what":"database_mended","lost":0})", as1 + "submit", home + "actions/database_mended"},
    };
}

Record record_of(RecordKind kind, const std::string& member, const std::string& body) {
    Record r;
    r.id = "01931d2e-7a00-7000-8000-0000000000aa";
    r.kiosk = {"k-0123456789abcdef"};
    r.seq = 4711;
    r.boot = 7;
    r.kind = kind;
    r.member = {member};
    r.at = {1'795'251'600'123};
    r.clock_trusted = true;
    r.mono_ms = 5;
    r.body = body;
    r.prev_hash.fill(9);
    r.hash = sha256(hashed_part(r));
    return r;
}

JsonTree tree_of(const std::string& json) {
    auto tree = JsonTree::parse(json);
    REQUIRE(tree);
    return std::move(*tree);
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("protocol: every kind of record has its statement, and comes out of it again", "[protocol]") {
    const SigningKey key = SigningKey::from_seed(Digest{1});
    for (const KindSample& sample : kind_samples()) {
        CAPTURE(name_of(sample.kind), sample.body);
        const Record record = record_of(sample.kind, sample.member, sample.body);
        const Signature signature = key.sign("x");
        const std::string json = statement_of(record, signature, our_terms);
        CHECK(json == statement_of(record, signature, our_terms));
        CHECK(json.find('\n') == std::string::npos);
        const JsonTree tree = tree_of(json);
        CHECK(tree.root()["id"].string() == record.id);
        CHECK(tree.root()["verb"]["id"].string() == sample.verb);
        CHECK(tree.root()["object"]["id"].string() == sample.object);
        CHECK(tree.root()["actor"]["account"]["name"].string() == (sample.member.empty() ? "k-0123456789abcdef" : sample.member));
        CHECK(tree.root()["timestamp"].string() == iso_from_wall_time(record.at));
        for (const XapiVersion version : {XapiVersion::v1_0_3, XapiVersion::v2_0_0}) {
            const auto checked = check_statement(tree.root(), version);
            INFO((checked ? std::string() : checked.error().what));
            CHECK(checked);
        }
        auto carried = carried_record(json);
        REQUIRE(carried);
        REQUIRE(carried->has_value());
        CHECK(to_json((*carried)->record) == to_json(record));
        CHECK((*carried)->signature == signature);
    }
    // No kind is missing above.
    for (int kind = 0; kind <= static_cast<int>(RecordKind::health); ++kind) {
        bool there = false;
        for (const KindSample& sample : kind_samples()) there = there || sample.kind == static_cast<RecordKind>(kind);
        CHECK(there);
    }
}

TEST_CASE("protocol: results, titles and the visit are told as xAPI has them", "[protocol]") {
    const auto statement = [](RecordKind kind, const std::string& body) { return tree_of(statement_of(record_of(kind, "m-1", body), std::nullopt, our_terms)); };
    const JsonTree played = statement(RecordKind::study_interval, kind_samples()[3].body);
    CHECK(played.root()["result"]["duration"].string() == "PT12.5S");
    CHECK(played.root()["object"]["definition"]["name"]["zh-CN"].string() == "长征");
    CHECK(played.root()["object"]["definition"]["name"]["en"].string() == "The Long March");
    CHECK(played.root()["context"]["registration"].string() == some_session);
    CHECK(played.root()["context"]["revision"].string() == "3.1.0");
    CHECK((*played.root()["context"]["contextActivities"]["grouping"].items().begin())["id"].string() == our_terms.home_page + "packs/changzheng");

    const JsonTree answered = statement(RecordKind::quiz_answered, R"({"question":"q","right":true,"score":0.5,"response":"a[,]c"})");
    const JsonValue result = answered.root()["result"];
    CHECK(result["success"].boolean());
    CHECK(result["score"]["scaled"].number() == 0.5);
    CHECK(result["score"]["max"].number() == 1);
    CHECK(result["response"].string() == "a[,]c");
    CHECK(answered.root()["object"]["definition"]["interactionType"].string() == "other");
    const JsonTree finished = statement(RecordKind::quiz_finished, R"({"theme":"t","percent":90,"passed":true})");
    CHECK(finished.root()["result"]["score"]["scaled"].number() == Approx(0.9));
    CHECK(finished.root()["result"]["score"]["raw"].number() == 90);

    // A session that is no UUID is one by its name, the same each time and another for another.
    const auto registration = [&](const std::string& session) {
        const JsonTree tree = statement(RecordKind::signed_in, R"({"session":")" + session + R"("})");
        return std::string(tree.root()["context"]["registration"].string());
    };
    CHECK(registration("7").size() == 36);
    CHECK(registration("7") == registration("7"));
    CHECK(registration("7") != registration("8"));

    // What makes no sense is not told; the record carries it all the same.
    for (const std::string body : {R"({"ms":-5,"percent":101,"score":7,"title":4,"session":9,"pack":{}})", R"({"percent":"90","ms":1e99})"}) {
        for (const RecordKind kind : {RecordKind::quiz_finished, RecordKind::quiz_answered, RecordKind::study_interval}) {
            const std::string json = statement_of(record_of(kind, "m-1", body), std::nullopt, our_terms);
            CHECK(json.find("\"duration\"") == std::string::npos);
            CHECK(json.find("\"scaled\"") == std::string::npos);
            CHECK(carried_record(json));
        }
    }
    // Clocks without a battery, and beyond what RFC 3339 can write.
    for (const std::int64_t at : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{400'000'000'000'000}}) {
        Record record = record_of(RecordKind::boot, "", "{}");
        record.at = {at};
        record.hash = sha256(hashed_part(record));
        const auto carried = carried_record(statement_of(record, std::nullopt, our_terms));
        REQUIRE(carried);
        CHECK((*carried)->record.at.unix_ms == at);
    }
}

TEST_CASE("protocol: a record whose numbers could not be added to others is refused", "[protocol]") {
    const auto carried = [](const auto& change) {
        Record record = record_of(RecordKind::boot, "", "{}");
        change(record);
        record.hash = sha256(hashed_part(record));
        return carried_record(statement_of(record, std::nullopt, our_terms)).has_value();
    };
    CHECK(carried([](Record&) {}));
    for (const std::int64_t number : {INT64_MAX, INT64_MIN, (std::int64_t{1} << 53) + 1, std::int64_t{-1}}) {
        CHECK(!carried([&](Record& r) { r.seq = number; }));
        CHECK(!carried([&](Record& r) { r.boot = number; }));
        CHECK(!carried([&](Record& r) { r.mono_ms = number; }));
    }
    CHECK(!carried([](Record& r) { r.seq = 0; }));
    CHECK(!carried([](Record& r) { r.at = {INT64_MAX}; }));
    CHECK(!carried([](Record& r) { r.at = {INT64_MIN}; }));
}

TEST_CASE("protocol: a statement that says something else than its record is refused", "[protocol]") {
    const Record record = record_of(RecordKind::study_interval, "m-1", kind_samples()[3].body);
    const std::string json = statement_of(record, std::nullopt, our_terms);
    const auto refused = [](const std::string& text) {
        const auto carried = carried_record(text);
        return !carried && carried.error().kind == ErrorKind::invalid;
    };
    CHECK(refused(replaced(json, "PT12.5S", "PT99S")));
    CHECK(refused(replaced(json, "\"name\":\"m-1\"", "\"name\":\"m-2\"")));
    CHECK(refused(replaced(json, "video/verbs/played", "adl/verbs/logged-in")));
    CHECK(refused(replaced(json, "items/long", "items/short")));
    CHECK(refused(replaced(json, "\"id\":\"01931d2e-7a00-7000-8000-0000000000aa\"", "\"id\":\"01931d2e-7a00-7000-8000-0000000000ab\"")));
    CHECK(refused(replaced(json, "\\\"seq\\\":4711", "\\\"seq\\\":4712")));
    CHECK(refused(replaced(json, "\"result\":", "\"attachments\":[],\"result\":")));
    CHECK(refused(replaced(json, "\"urn:x-xinghuo:record\":\"{", "\"urn:x-xinghuo:record\":\"")));
    CHECK(refused(replaced(json, "\"platform\"", "\"instructor\":{},\"platform\"")));

    // A store adds these, and may write the rest in another order.
    std::string stored = json;
    stored.pop_back();
    stored += R"(,"stored":"2026-11-21T09:00:00.000Z","version":"1.0.3","authority":{"objectType":"Agent","account":{"homePage":"https://x/","name":"k"}}})";
    CHECK(carried_record(stored));
    const std::string other_order = "{\"timestamp\":\"" + iso_from_wall_time(record.at) + "\"," + replaced(json, ",\"timestamp\":\"" + iso_from_wall_time(record.at) + "\"", "").substr(1);
    CHECK(carried_record(other_order));
    const std::string scored = statement_of(record_of(RecordKind::quiz_finished, "m-1", R"({"theme":"t","percent":90})"), std::nullopt, our_terms);
    CHECK(carried_record(replaced(scored, "\"raw\":90,", "\"raw\":9e1,")));
    CHECK(refused(replaced(scored, "\"raw\":90,", "\"raw\":90.5,")));

    const auto none = carried_record(R"({"actor":{"mbox":"mailto:a@example.edu"}})");
    REQUIRE(none);
    CHECK_FALSE(none->has_value());
}

TEST_CASE("protocol: enrolment is signed by the terminal that asks", "[protocol]") {
    const SigningKey device = SigningKey::from_seed(Digest{2});
    const EnrolRequest request{"7K3M-9QXT", kiosk_id(device.public_key()), device.public_key(), "一楼大厅"};
    const std::string json = enrol_json(request, device);
    const auto read = read_enrol(json);
    REQUIRE(read);
    CHECK(read->code == request.code);
    CHECK(read->kiosk == request.kiosk);
    CHECK(read->name == request.name);
    CHECK(read_enrol(replaced(json, "7K3M", "7K3N")).error().kind == ErrorKind::untrusted);
    CHECK(read_enrol(replaced(json, request.kiosk.text, "k-0000000000000000")).error().kind == ErrorKind::untrusted);
    CHECK(read_enrol(enrol_json(request, SigningKey::from_seed(Digest{3}))).error().kind == ErrorKind::untrusted);
    CHECK(read_enrol(replaced(json, "一楼大厅", "")).error().kind == ErrorKind::invalid);
    CHECK(read_enrol("{}").error().kind == ErrorKind::invalid);

    Enrolled enrolled;
    enrolled.organisation = "某大学";
    enrolled.home_page = "https://history.example.edu/";
    enrolled.token = "t0k3n";
    enrolled.centre_key = device.public_key();
    enrolled.root = "{\"signed\":{}}";
    const auto again = read_enrolled(enrolled_json(enrolled));
    REQUIRE(again);
    CHECK(enrolled_json(*again) == enrolled_json(enrolled));
    CHECK_FALSE(read_enrolled(replaced(enrolled_json(enrolled), "t0k3n", "t0\\r\\nk")));
    CHECK_FALSE(read_enrolled(replaced(enrolled_json(enrolled), "/xapi", "//evil.example/ xapi")));
}

TEST_CASE("protocol: receipts and states come back as they were, and receipts are the centre's", "[protocol]") {
    const SigningKey centre = SigningKey::from_seed(Digest{4});
    const CentreReceipt receipt{{"k-0123456789abcdef"}, 4711, std::string(64, 'a'), {1'795'251'600'123}};
    const std::string line = centre_receipt_json(receipt, centre);
    const auto read = read_centre_receipt(line, centre.public_key());
    REQUIRE(read);
    CHECK(read->through == 4711);
    CHECK(read->at.unix_ms == receipt.at.unix_ms);
    CHECK(read->hash == receipt.hash);
    CHECK(read_centre_receipt(replaced(line, "4711", "4712"), centre.public_key()).error().kind == ErrorKind::untrusted);
    CHECK(read_centre_receipt(line, SigningKey::from_seed(Digest{5}).public_key()).error().kind == ErrorKind::untrusted);
    CHECK(read_centre_receipt(replaced(line, ",\"at\"", ", \"at\""), centre.public_key()).error().kind == ErrorKind::invalid);
    for (std::size_t cut = 0; cut < line.size(); ++cut) CHECK_FALSE(read_centre_receipt(line.substr(0, cut), centre.public_key()));
    CentreReceipt gaps = receipt;
    gaps.also = {{4'713, 4'800, std::string(64, 'b')}, {4'802, 4'802, std::string(64, 'c')}};
    const auto read_gaps = read_centre_receipt(centre_receipt_json(gaps, centre), centre.public_key());
    REQUIRE(read_gaps);
    CHECK(centre_receipt_json(*read_gaps, centre) == centre_receipt_json(gaps, centre));
    for (const std::int64_t from : {4'711, 4'801}) {  // not behind the one before it; behind its own end
        gaps.also[0].from = from;
        CHECK(read_centre_receipt(centre_receipt_json(gaps, centre), centre.public_key()).error().kind == ErrorKind::invalid);
    }

    CentreState state;
    state.through = 10;
    state.missing = {{12, 14}, {20, 20}};
    state.time = {1'795'251'600'007};
    state.hash = std::string(64, 'b');
    state.revoked = true;
    const auto told = read_centre_state(centre_state_json(state));
    REQUIRE(told);
    CHECK(centre_state_json(*told) == centre_state_json(state));
    CHECK_FALSE(read_centre_state(R"({"through":1,"missing":[[5,4]],"time":"2026-11-21T09:00:00.000Z"})"));
    CHECK_FALSE(read_centre_state("<html>"));
}
