#include "tools/fleet/terminal.h"

#include <fmt/format.h>

#include "content/store/schema.h"
#include "sync/curl_exchange.h"

namespace xinghuo {
namespace {

constexpr std::size_t written_at_once = 500;  // records

// Asks as another exchange does, and notes how long batches take.
class TimedExchange final : public Exchange {
public:
    TimedExchange(std::unique_ptr<Exchange> other, const Clock& clock, FleetTimes& times) : other_(std::move(other)), clock_(clock), times_(times) {}
    Result<HttpReply> ask(const HttpRequest& request, std::size_t reply_limit_bytes) override {
        const Instant start = clock_.now();
        auto reply = other_->ask(request, reply_limit_bytes);
        ++times_.requests;
        const bool batch = request.method == "POST" && request.path().ends_with("/statements");
        if (!reply || reply->status >= 500) ++times_.failed;
        else if (batch) times_.batch_ms.push_back(seconds(clock_.now() - start) * 1e3);
        return reply;
    }
    [[nodiscard]] std::string name() const override { return other_->name(); }
    [[nodiscard]] std::optional<WallTime> server_date() const override { return other_->server_date(); }

private:
    std::unique_ptr<Exchange> other_;
    const Clock& clock_;
    FleetTimes& times_;
};

}  // namespace

struct FleetTerminal::State {
    State(SigningKey device, TerminalDays life) : key(std::move(device)), days(std::move(life)) {}
    SigningKey key;
    TerminalDays days;
    FleetTimes times;
    std::unique_ptr<Database> db;
    std::optional<Records> records;
    std::unique_ptr<Agent> agent;
    std::int64_t last_seq = 0;
    std::string boot_seed;
    int boots = 0;
};

FleetTerminal::FleetTerminal(std::unique_ptr<State> state) : state_(std::move(state)) {}
FleetTerminal::~FleetTerminal() = default;

Result<std::unique_ptr<FleetTerminal>> FleetTerminal::open(Parts parts) {
    const StudyFiles files{parts.folder};
    std::error_code failed;
    std::filesystem::create_directories(files.store_key().parent_path(), failed);
    if (failed) return Error{ErrorKind::io, "making a terminal's folder: " + failed.message()};
    if (auto made = SecretKey::load_or_make(files.store_key()); !made) return made.error();
    auto key = SigningKey::load_or_make(files.device_key());
    if (!key) return key.error();
    constexpr WallTime first_day{1'767'225'600'000};  // 2026-01-01
    auto state = std::make_unique<State>(std::move(*key), TerminalDays(parts.seed, parts.members, first_day));
    auto db = Database::open(files.database());
    if (!db) return db.error();
    state->db = std::move(*db);
    if (auto done = migrate(*state->db); !done) return done.error();
    // What is simulated need not survive a power cut of this machine.
    if (auto done = state->db->run("PRAGMA synchronous = OFF"); !done) return done.error();
    state->boot_seed = fmt::format("fleet-{}", parts.seed);
    auto records = Records::open(*state->db, state->key, state->boot_seed);
    if (!records) return records.error();
    state->records = std::move(*records);
    auto last = state->records->last_seq();
    if (!last) return last.error();
    state->last_seq = *last;

    AgentParts agent{.files = files, .clock = parts.clock, .targets = {}, .open_exchange = {}};
    agent.targets.centre = parts.centre;
    agent.seed = mixed(parts.seed, 0xa6e17);
    agent.open_exchange = [times = &state->times, &clock = parts.clock](const std::string& address) -> Result<std::unique_ptr<Exchange>> {
        WebOptions web;
        web.base_url = address;
        auto exchange = CurlExchange::open(std::move(web), std::chrono::seconds(20));
        if (!exchange) return exchange.error();
        return std::make_unique<TimedExchange>(std::move(*exchange), clock, *times);
    };
    auto opened = Agent::open(std::move(agent));
    if (!opened) return opened.error();
    state->agent = std::move(*opened);
    return std::unique_ptr<FleetTerminal>(new FleetTerminal(std::move(state)));
}

Result<void> FleetTerminal::live_until(std::size_t records) {
    State& s = *state_;
    std::optional<Transaction> some;  // of a day: each by itself takes most of its time to begin and end
    std::size_t in_it = 0;
    while (s.last_seq < static_cast<std::int64_t>(records)) {
        TerminalDays::Happening happening = s.days.next();
        if (some && (happening.switched_on || in_it >= written_at_once)) {
            if (auto done = some->commit(); !done) return done;
            some.reset();
        }
        if (happening.switched_on) {
            auto opened = Records::open(*s.db, s.key, fmt::format("{}-{}", s.boot_seed, ++s.boots));
            if (!opened) return opened.error();
            s.records = std::move(*opened);
        }
        if (!some) {
            auto begun = Transaction::begin(*s.db);
            if (!begun) return begun.error();
            some.emplace(std::move(*begun));
            in_it = 0;
        }
        happening.drafts.resize(std::min(happening.drafts.size(), records - static_cast<std::size_t>(s.last_seq)), Draft{RecordKind::boot, {}});
        auto kept = s.records->append(happening.drafts, happening.moment);
        if (!kept) return kept.error();
        s.last_seq += static_cast<std::int64_t>(kept->size());
        in_it += kept->size();
    }
    return some ? some->commit() : Result<void>();
}

Agent& FleetTerminal::agent() { return *state_->agent; }
KioskId FleetTerminal::kiosk() const { return kiosk_id(state_->key.public_key()); }
std::int64_t FleetTerminal::last_seq() const { return state_->last_seq; }
const FleetTimes& FleetTerminal::times() const { return state_->times; }

}  // namespace xinghuo
