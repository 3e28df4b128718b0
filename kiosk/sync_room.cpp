#include "kiosk/sync_room.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "content/base/log.h"
#include "sync/curl_exchange.h"
#include "sync/curl_transport.h"

namespace xinghuo {
namespace {

constexpr auto between_attempts = std::chrono::minutes(1);   // to open the database anew
constexpr auto between_tellings = std::chrono::milliseconds(200);
constexpr std::size_t most_steps_at_once = 100'000;          // without a thread
constexpr int lower_priority = 10;                           // of the thread: pictures come first

// What the thread last told.
struct SyncNews {
    std::optional<SyncStatus> status;
    std::optional<Result<std::size_t>> exported;
    std::optional<SyncRoom::Carried> carried;
    Path carried_root;
    bool pulled = false;
    int enrols_done = 0, syncs_done = 0;
};

class Room final : public SyncRoom {
public:
    explicit Room(Parts parts);
    ~Room() override;

    void look(const Study* study, bool hall_is_free, const Moment& moment) override;
    [[nodiscard]] Instant due() const override { return due_; }
    [[nodiscard]] const SyncStatus& status() const override { return status_; }
    void enrol(std::string code, std::string name) override;
    void enrol_by_stick(const PublicKey& centre, std::string code, std::string name) override;
    void sync_now() override;
    [[nodiscard]] bool syncing() const override { return syncs_asked_ > syncs_done_seen_; }
    [[nodiscard]] bool to_store() const override { return !parts_.targets.store.empty(); }
    void release(std::optional<std::int64_t> seq) override;
    void export_quarantined(Path file) override;
    void stick_came(Path root) override;
    void mistrust_stick() override {
        if (carried_) carried_->mistrusted = true;
    }
    [[nodiscard]] const std::optional<Carried>& carried() const override { return carried_; }
    [[nodiscard]] bool take_served() override { return std::exchange(served_, false); }
    [[nodiscard]] std::optional<Result<std::size_t>> exported() override { return std::exchange(exported_, std::nullopt); }
    [[nodiscard]] bool take_pulled() override { return std::exchange(pulled_, false); }

private:
    using Job = std::function<void(Agent&)>;
    void post(Job job);
    void serve_stick(Agent& agent, const Path& root);
    void run();
    Instant turn();
    void open_agent();
    void tell(bool at_once);
    [[nodiscard]] Result<std::unique_ptr<Exchange>> exchange_with(const std::string& address) const;

    const Parts parts_;
    SyncStatus status_;
    std::optional<Result<std::size_t>> exported_;
    std::optional<Carried> carried_;
    Path carried_root_;
    bool pulled_ = false, served_ = false;
    Instant due_ = Instant::never();
    bool begun_ = false;
    int enrols_asked_ = 0, syncs_asked_ = 0, syncs_done_seen_ = 0;

    std::atomic<bool> stop_{false}, free_{false}, pulled_now_{false};

    // The thread's, once it runs; without one the main thread's.
    std::unique_ptr<Agent> agent_;
    Instant agent_due_, told_at_;
    std::optional<std::uint64_t> told_steps_;
    bool told_idle_ = false, told_trouble_ = false;
    int enrols_done_ = 0, syncs_done_ = 0, syncs_begun_ = 0;
    std::optional<Carried> carried_now_;  // told together with the status it led to
    Path carried_root_now_;
    std::optional<SyncTrouble> cannot_open_;

    std::condition_variable asked_;  // self-synchronised
    // under mutex_:
    std::mutex mutex_;
    std::deque<Job> jobs_;
    std::optional<StudyFiles> files_;
    std::optional<SyncNews> news_;
    bool ends_ = false;

    std::thread thread_;
};

Room::Room(Parts parts) : parts_(std::move(parts)) {
    status_.set = !parts_.targets.none();
    status_.idle = !status_.set;
}

Room::~Room() {
    stop_ = true;
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    asked_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<Exchange>> Room::exchange_with(const std::string& address) const {
    if (parts_.open_exchange) return parts_.open_exchange(address);
    auto opened = CurlExchange::open({.base_url = address, .plain_http = parts_.plain_http, .ca_file = parts_.ca_file, .proxy = parts_.proxy, .stop = &stop_});
    if (!opened) return opened.error();
    return std::unique_ptr<Exchange>(std::move(*opened));
}

void Room::open_agent() {
    std::optional<StudyFiles> files;
    {
        const std::lock_guard lock(mutex_);
        files = files_;
    }
    agent_due_ = parts_.clock.now() + between_attempts;
    if (!files) return;
    AgentParts with{.files = *files, .clock = parts_.clock, .targets = parts_.targets, .open_exchange = {}};
    with.open_exchange = [this](const std::string& address) { return exchange_with(address); };
    if (!parts_.open_exchange)
        with.open_transport = [this](const std::string& address) -> Result<std::unique_ptr<Transport>> {
            auto opened = CurlTransport::open({.base_url = address, .plain_http = parts_.plain_http, .ca_file = parts_.ca_file, .proxy = parts_.proxy, .stop = &stop_});
            if (!opened) return opened.error();
            return std::unique_ptr<Transport>(std::move(*opened));
        };
    with.hall_is_free = [this] { return free_.load(); };
    with.pulled = [this] { pulled_now_ = true; };
    const Bytes chance = random_bytes(8);
    for (const std::uint8_t byte : chance) with.seed = with.seed << 8 | byte;
    auto opened = Agent::open(std::move(with));
    if (!opened) {
        cannot_open_ = SyncTrouble{"sync.wrong.here", opened.error().what};
        return;
    }
    cannot_open_.reset();
    agent_ = std::move(*opened);
    agent_due_ = {};
}

// What the main thread is to know, not more often than it looks.
void Room::tell(bool at_once) {
    const Instant now = parts_.clock.now();
    SyncStatus status;
    if (agent_) status = agent_->status();
    else status.trouble = cannot_open_, status.set = !parts_.targets.none();
    const bool turned = status.idle != told_idle_ || status.trouble.has_value() != told_trouble_;
    const bool pulled = pulled_now_.exchange(false);
    if (!at_once && !turned && !pulled && told_steps_ == status.steps) return;
    if (!at_once && !turned && !pulled && now - told_at_ < between_tellings) return;
    told_at_ = now;
    told_steps_ = status.steps;
    told_idle_ = status.idle;
    told_trouble_ = status.trouble.has_value();
    {
        const std::lock_guard lock(mutex_);
        if (!news_) news_.emplace();
        news_->status = std::move(status);
        news_->enrols_done = enrols_done_;
        news_->syncs_done = syncs_done_;
        if (carried_now_) {
            news_->carried = std::exchange(carried_now_, std::nullopt);
            news_->carried_root = carried_root_now_;
        }
        news_->pulled = news_->pulled || pulled;
    }
    if (parts_.threads && parts_.wake) parts_.wake();
}

// One job, or one step, and when the next is due.
Instant Room::turn() {
    if (agent_ && agent_->outdated()) agent_.reset();
    if (!agent_ && parts_.clock.now() >= agent_due_) open_agent();
    Job job;
    if (agent_) {
        const std::lock_guard lock(mutex_);
        if (!jobs_.empty()) {
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
    }
    if (job) {
        job(*agent_);
        agent_due_ = parts_.clock.now();
    } else if (agent_ && parts_.clock.now() >= agent_due_) {
        agent_due_ = agent_->step();
    }
    // Nothing more can be done now: all is there, or something stops it.
    const bool synced = !job && agent_ && agent_due_ > parts_.clock.now() && std::exchange(syncs_done_, syncs_begun_) != syncs_begun_;
    tell(static_cast<bool>(job) || synced || !agent_);
    return agent_due_;
}

void Room::run() {
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), lower_priority);
    for (;;) {
        const Instant next = turn();
        std::unique_lock lock(mutex_);
        if (ends_) break;
        if (!jobs_.empty() && agent_) continue;
        const Nanoseconds wait = next == Instant::never() ? Nanoseconds(between_attempts) : std::min<Nanoseconds>(next - parts_.clock.now(), between_attempts);
        if (wait.count() > 0) asked_.wait_for(lock, wait, [this] { return ends_ || (!jobs_.empty() && agent_ != nullptr); });
        if (ends_) break;
    }
    agent_.reset();
}

void Room::post(Job job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    asked_.notify_all();
    due_ = {};
}

void Room::look(const Study* study, bool hall_is_free, const Moment& moment) {
    free_ = hall_is_free;
    due_ = Instant::never();
    if (study != nullptr && !std::exchange(begun_, true)) {
        const std::lock_guard lock(mutex_);
        files_ = study->files();
        if (parts_.threads) thread_ = std::thread([this] { run(); });
    }
    if (!begun_) return;
    if (!parts_.threads) {
        for (std::size_t i = 0; i < most_steps_at_once; ++i) {
            const Instant next = turn();
            const std::lock_guard lock(mutex_);
            if (jobs_.empty() && next > moment.now) break;
        }
        if (agent_due_ != Instant::never()) due_ = std::max(agent_due_, moment.now);
    }
    std::optional<SyncNews> news;
    {
        const std::lock_guard lock(mutex_);
        news.swap(news_);
    }
    if (!news) return;
    if (news->status) {
        status_ = std::move(*news->status);
        status_.enrolling = enrols_asked_ > news->enrols_done;
        syncs_done_seen_ = news->syncs_done;
    }
    pulled_ = pulled_ || news->pulled;
    if (news->carried) {
        carried_ = std::move(news->carried);
        carried_root_ = std::move(news->carried_root);
        served_ = true;
    }
    if (news->exported) exported_ = std::move(news->exported);
}

void Room::enrol(std::string code, std::string name) {
    ++enrols_asked_;
    status_.enrolling = true;
    status_.enrol_trouble.reset();
    post([this, code = std::move(code), name = std::move(name)](Agent& agent) {
        if (auto done = agent.enrol(code, name); !done) log_info(done.error().within("enrolling").what);
        ++enrols_done_;
    });
}

void Room::enrol_by_stick(const PublicKey& centre, std::string code, std::string name) {
    if (!carried_ || !carried_->of) return;
    ++enrols_asked_;
    status_.enrolling = true;
    status_.enrol_trouble.reset();
    post([this, root = carried_root_, centre, code = std::move(code), name = std::move(name)](Agent& agent) {
        if (auto done = agent.enrol_by_stick(root, centre, code, name); !done) log_info(done.error().within("enrolling by stick").what);
        else serve_stick(agent, root);
        ++enrols_done_;
    });
}

void Room::sync_now() {
    status_.idle = false;
    ++syncs_asked_;
    post([this](Agent& agent) {
        agent.nudge();
        ++syncs_begun_;
    });
}

void Room::release(std::optional<std::int64_t> seq) {
    ++syncs_asked_;
    post([this, seq](Agent& agent) {
        if (auto done = agent.release(seq); !done) log_warning(done.error().what);
        ++syncs_begun_;
    });
}

void Room::export_quarantined(Path file) {
    post([this, file = std::move(file)](Agent& agent) {
        auto done = agent.export_quarantined(file);
        const std::lock_guard lock(mutex_);
        if (!news_) news_.emplace();
        news_->exported.emplace(std::move(done));
    });
}

void Room::stick_came(Path root) {
    post([this, root = std::move(root)](Agent& agent) { serve_stick(agent, root); });
}

// Of sticks with films, a roster or packs nothing is said.
void Room::serve_stick(Agent& agent, const Path& root) {
    auto of = registration_on(root);
    if (!of && of.error().kind == ErrorKind::missing) return;
    const bool asked = agent.status().asked.has_value();
    auto served = agent.carry(root, &stop_);
    Carried carried;
    if (asked && !agent.status().asked) carried.answer = agent.status().enrol_trouble ? Carried::Answer::refused : Carried::Answer::accepted;
    if (of) carried.of = std::move(*of);
    if (served) carried.served = std::move(*served);
    else carried.wrong = served.error().what, carried.kind = served.error().kind;
    if (!served) log_warning(served.error().within("the courier stick").what);
    carried_now_ = std::move(carried);
    carried_root_now_ = root;
}

}  // namespace

std::unique_ptr<SyncRoom> open_sync_room(SyncRoom::Parts parts) { return std::make_unique<Room>(std::move(parts)); }

}  // namespace xinghuo
