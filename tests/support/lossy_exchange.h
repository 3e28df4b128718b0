// A small model of the centre, a wire that loses, repeats, delays, cuts and lies by seed, and a terminal that sends through it.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "content/base/gzip.h"
#include "content/base/json.h"
#include "content/base/json_tree.h"
#include "content/store/schema.h"
#include "sync/agent.h"

namespace xinghuo {

// Keeps statements as a Learning Record Store does: by id, once, whole batches or nothing.
struct ModelCentre {
    std::map<std::string, std::string> statements;
    std::vector<std::string> arrived;        // ids in the order they were kept
    std::vector<std::int64_t> order;         // and their seqs
    std::set<std::int64_t> poison;           // seqs that are refused with 400
    std::size_t most_statements = 1'000'000; // more in a batch is 413
    std::string token = "t";
    std::string code = "7K3M-9QXT";
    std::function<std::optional<HttpReply>(const HttpRequest&)> instead;  // another answer
    std::vector<HttpRequest> requests;
    std::optional<CentreState> state;        // what /api/kiosk/state says; none: worked out
    SigningKey key = SigningKey::from_seed(sha256("a centre of the tests"));

    static HttpReply plain(int status, std::string body = "") {
        return {status, {{"content-type", "application/json"}, {"x-experience-api-version", "1.0.3"}}, std::move(body)};
    }
    static HttpReply refusal(int status, const std::string& why) { return plain(status, JsonWriter().object().key("error").value(why).end().text()); }

    HttpReply answer(HttpRequest request) {
        requests.push_back(request);
        if (instead)
            if (auto other = instead(request)) return *other;
        if (const std::string* packed = find_header(request.headers, "content-encoding"); packed != nullptr && *packed == "gzip") {
            auto body = gunzipped(request.body, 64u << 20);
            REQUIRE(body);
            request.body = std::move(*body);
        }
        if (request.path() == enrol_path) return enrol(request);
        const std::string* said = find_header(request.headers, "authorization");
        if (said == nullptr || (*said != "Bearer " + token && !said->starts_with("Basic "))) return refusal(401, "who are you?");
        if (request.path() == state_path) return plain(200, centre_state_json(state ? *state : worked_out()));
        if (request.path() != "/xapi/statements") return refusal(404, "nothing here");
        if (request.method == "GET") {
            const auto found = statements.find(request.target.substr(request.target.find('=') + 1));
            return found == statements.end() ? refusal(404, "no such statement") : plain(200, found->second);
        }
        return keep(request);
    }

    [[nodiscard]] std::set<std::int64_t> seqs() const {
        std::set<std::int64_t> all;
        for (const auto& [id, json] : statements) {
            const auto carried = carried_record(json);
            REQUIRE(carried);
            REQUIRE(carried->has_value());
            all.insert((*carried)->record.seq);
        }
        return all;
    }

private:
    [[nodiscard]] CentreState worked_out() const {
        CentreState now;
        const std::set<std::int64_t> all = seqs();
        while (all.contains(now.through + 1)) ++now.through;
        std::int64_t expected = now.through + 1;
        for (auto seq = all.upper_bound(now.through); seq != all.end(); ++seq) {
            if (*seq > expected) now.missing.emplace_back(expected, *seq - 1);
            expected = *seq + 1;
        }
        if (now.missing.size() > 100) now.missing.resize(100);
        for (const auto& [id, json] : statements)
            if (auto carried = carried_record(json); (*carried)->record.seq == now.through) now.hash = to_hex((*carried)->record.hash);
        now.newest = all.empty() ? 0 : *all.rbegin();
        return now;
    }
    HttpReply enrol(const HttpRequest& request) const {
        const auto asked = read_enrol(request.body);
        if (!asked) return refusal(400, asked.error().what);
        if (asked->code != code) return refusal(403, "no such code");
        Enrolled enrolled;
        enrolled.organisation = "某大学";
        enrolled.home_page = "https://history.example.edu/";
        enrolled.token = token;
        enrolled.centre_key = key.public_key();
        return plain(200, enrolled_json(enrolled));
    }
    HttpReply keep(const HttpRequest& request) {
        const auto tree = JsonTree::parse(request.body);
        if (!tree || !tree->root().is_array()) return refusal(400, "no list of statements");
        if (tree->root().size() > most_statements) return {413, {}, ""};
        std::vector<std::pair<std::string, std::string>> fresh;
        std::vector<std::int64_t> fresh_seqs;
        std::string ids = "[";
        for (const JsonValue statement : tree->root().items()) {
            const std::string id(statement["id"].string()), json(statement.text());
            const auto carried = carried_record(json);
            if (!carried || !carried->has_value()) return refusal(400, "no record");
            if (poison.contains((*carried)->record.seq)) return refusal(400, "poison");
            const auto there = statements.find(id);
            if (there == statements.end()) {
                fresh.emplace_back(id, json);
                fresh_seqs.push_back((*carried)->record.seq);
            } else if (there->second != json) return refusal(409, "another statement has this id");
            ids += (ids.size() > 1 ? ",\"" : "\"") + id + "\"";
        }
        for (auto& [id, json] : fresh) {
            arrived.push_back(id);
            statements.emplace(id, std::move(json));
        }
        order.insert(order.end(), fresh_seqs.begin(), fresh_seqs.end());
        return plain(200, ids + "]");
    }
};

class ModelExchange final : public Exchange {
public:
    explicit ModelExchange(ModelCentre& centre) : centre_(centre) {}
    Result<HttpReply> ask(const HttpRequest& request, std::size_t) override { return centre_.answer(request); }
    [[nodiscard]] std::string name() const override { return "https://centre.example.edu"; }
    [[nodiscard]] std::optional<WallTime> server_date() const override { return std::nullopt; }

private:
    ModelCentre& centre_;
};

// Between a terminal and the other side. Every kind of harm has the same chance; `harm_percent` of requests suffer one.
class LossyExchange final : public Exchange {
public:
    LossyExchange(Exchange& inner, std::uint64_t seed, int harm_percent) : inner_(inner), chance_(seed), harm_percent_(harm_percent) {}

    Result<HttpReply> ask(const HttpRequest& request, std::size_t limit) override {
        const Error lost{ErrorKind::io, "the server is too slow"};
        if (static_cast<int>(chance_() % 100) >= harm_percent_) return ask_and_late(request, limit);
        switch (chance_() % 10) {
            case 0: return lost;                                                    // the request is lost
            case 1: (void)inner_.ask(request, limit); return lost;                  // the answer is lost
            case 2: (void)inner_.ask(request, limit); return ask_and_late(request, limit);  // it comes twice
            case 3: late_.push_back(request); return lost;                          // it comes later, after others
            case 4: {                                                               // the answer is cut off, and nobody notices
                auto reply = inner_.ask(request, limit);
                if (reply && !reply->body.empty()) reply->body.resize(chance_() % reply->body.size());
                return reply;
            }
            case 5: return HttpReply{200, {{"content-type", "text/html"}}, "<html>Welcome to the campus network! Please log in.</html>"};
            case 6: return HttpReply{302, {{"location", "http://portal.example/"}}, ""};
            case 7: return HttpReply{503, {{"retry-after", "7"}}, ""};
            case 8: return HttpReply{502, {}, "bad gateway"};
            default: {                                                              // another's answer
                const Result<HttpReply> other = last_ ? *last_ : Result<HttpReply>(lost);
                return other;
            }
        }
    }
    [[nodiscard]] std::string name() const override { return inner_.name(); }
    [[nodiscard]] std::optional<WallTime> server_date() const override { return std::nullopt; }
    void heal() { harm_percent_ = 0; }

private:
    Result<HttpReply> ask_and_late(const HttpRequest& request, std::size_t limit) {
        auto reply = inner_.ask(request, limit);
        last_ = reply;
        for (const HttpRequest& late : std::exchange(late_, {})) (void)inner_.ask(late, limit);
        return reply;
    }
    Exchange& inner_;
    std::mt19937_64 chance_;
    int harm_percent_;
    std::vector<HttpRequest> late_;
    std::optional<Result<HttpReply>> last_;
};

// An exchange that belongs to the test, lent to an agent.
class LentExchange final : public Exchange {
public:
    explicit LentExchange(Exchange& to) : to_(to) {}
    Result<HttpReply> ask(const HttpRequest& request, std::size_t limit) override { return to_.ask(request, limit); }
    [[nodiscard]] std::string name() const override { return to_.name(); }
    [[nodiscard]] std::optional<WallTime> server_date() const override { return to_.server_date(); }

private:
    Exchange& to_;
};

// A terminal with a record and an agent, in a folder of its own.
struct SyncTerminal {
    explicit SyncTerminal(Exchange& to) : exchange(to) {
        std::filesystem::create_directories(files.data / "keys");
        auto key = SigningKey::load_or_make(files.device_key());
        REQUIRE(key);
        device.emplace(std::move(*key));
        auto opened = Database::open(files.database());
        REQUIRE(opened);
        db = std::move(*opened);
        REQUIRE(migrate(*db));
        // What is tested is what is said, not the disk: power cuts have tests of their own.
        REQUIRE(db->run_script("PRAGMA synchronous=OFF"));
        auto chain = Records::open(*db, *device, "boot-1");
        REQUIRE(chain);
        records.emplace(std::move(*chain));
        REQUIRE(write_file(files.data / "token", "t\n"));
        targets.centre = "https://centre.example.edu";
        targets.token_file = files.data / "token";
    }
    ~SyncTerminal() {
        agent.reset();
        records.reset();
        db.reset();
        std::filesystem::remove_all(files.data);
    }
    SyncTerminal(const SyncTerminal&) = delete;
    SyncTerminal& operator=(const SyncTerminal&) = delete;

    void add(std::size_t count) {
        const std::vector<Draft> drafts(count, Draft{RecordKind::study_interval, {"m-1"},
            R"({"session":"01931d2e-7a00-7000-8000-000000000001","label":"touch","item":"i","title":{"zh":"长征"},"pack":"p","pack_version":"1","ms":1500})"});
        REQUIRE(records->keep(drafts, clock.moment()));
    }
    void open_agent() {
        agent.reset();
        AgentParts parts{.files = files, .clock = clock, .targets = targets, .open_exchange = {}};
        parts.open_exchange = [this](const std::string&) -> Result<std::unique_ptr<Exchange>> { return std::unique_ptr<Exchange>(std::make_unique<LentExchange>(exchange)); };
        parts.seed = ++seed;
        auto opened = Agent::open(std::move(parts));
        INFO((opened ? "" : opened.error().what));
        REQUIRE(opened);
        agent = std::move(*opened);
    }
    // Time passes as the agent wants it to, until it has nothing to do; false: it was not done in so many steps.
    bool drain(std::size_t most_steps = 20'000) {
        for (std::size_t i = 0; i < most_steps; ++i) {
            const Instant next = agent->step();
            if (agent->status().idle && agent->status().outbox.waiting == 0) return true;
            if (next == Instant::never()) return false;
            if (next > clock.now()) clock.advance(next - clock.now());
        }
        return false;
    }
    // Every record, once, and as it was written.
    void check_all_there(const ModelCentre& centre) {
        const auto all = records->read(0, 1'000'000);
        REQUIRE(all);
        std::size_t wrong = 0;
        for (const Record& record : *all) {
            const auto there = centre.statements.find(record.id);
            if (there == centre.statements.end()) {
                ++wrong;
                continue;
            }
            const auto carried = carried_record(there->second);
            if (!carried || !carried->has_value() || to_json((*carried)->record) != to_json(record)) ++wrong;
        }
        CHECK(wrong == 0);
        CHECK(centre.statements.size() == all->size());
        CHECK(centre.arrived.size() == all->size());
    }

    Exchange& exchange;
    // In memory where there is a place for it: the agent syncs to disk after each batch.
    static Path scratch() { return std::filesystem::is_directory("/dev/shm") ? Path("/dev/shm") : std::filesystem::temp_directory_path(); }
    StudyFiles files{scratch() / ("xinghuo-sync-" + to_hex(random_bytes(8)))};
    FakeClock clock{wall_time_from_iso("2026-07-01T08:00:00Z"), "boot-1"};
    SyncTargets targets;
    std::optional<SigningKey> device;
    std::unique_ptr<Database> db;
    std::optional<Records> records;
    std::unique_ptr<Agent> agent;
    std::uint64_t seed = 0;
};

}  // namespace xinghuo
