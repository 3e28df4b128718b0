#include "kiosk/pack_room.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "kiosk/app.h"
#include "kiosk/pack_keeper.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_jobs = 32, most_reports = 1'024;
constexpr Nanoseconds quiet_before_upkeep = std::chrono::seconds(60);  // nobody was there for so long
constexpr std::uint64_t check_bytes = 2u << 20;                        // at a time; with the pause 20 MB a second at most
constexpr Nanoseconds between_checks = Milliseconds(100);
constexpr Nanoseconds after_all_checked = std::chrono::hours(24);
constexpr Nanoseconds first_retry = std::chrono::minutes(10), longest_retry = std::chrono::hours(4), after_success = std::chrono::hours(20);
constexpr Nanoseconds between_repairs = std::chrono::minutes(30);
constexpr int minutes_of_day = 24 * 60;

// "https://packs.example.edu/xinghuo" → "packs.example.edu".
std::string host_of(const std::string& url) {
    const std::size_t scheme = url.find("://");
    const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
    return url.substr(begin, url.find('/', begin) - begin);
}

int minute_of_day(WallTime when) {
    const std::int64_t minutes = when.unix_ms / 60'000 + 8 * 60;  // China's one time
    return static_cast<int>((minutes % minutes_of_day + minutes_of_day) % minutes_of_day);
}

bool same_stick(const std::optional<Stick>& a, const std::optional<Stick>& b) {
    if (a.has_value() != b.has_value()) return false;
    return !a || (a->root == b->root && a->device == b->device && a->name == b->name);
}

// What was recalled or refused says more than that nothing is there.
std::string why_nothing(const PackRoom::State& state, const Error& error) {
    for (const InstalledPack& pack : state.packs) {
        if (pack.shown) continue;
        const auto recall = std::find_if(state.recalls.begin(), state.recalls.end(), [&](const Recall& one) { return one.pack == pack.id; });
        if (recall != state.recalls.end()) return fmt::format("the pack {} was recalled: {}", pack.id, recall->reason.en.empty() ? recall->reason.zh : recall->reason.en);
    }
    // The first of what went wrong at the same moment is the cause of the others.
    std::string why = error.what;
    for (const PackEvent& event : state.history) {
        if (event.what != PackEvent::What::failed || event.at.unix_ms != state.history.front().at.unix_ms) break;
        if (!event.why.empty()) why = event.why;
    }
    return why;
}

class Room final : public PackRoom {
public:
    explicit Room(Parts parts);
    ~Room() override;

    [[nodiscard]] std::shared_ptr<const Catalogue> catalogue() const override {
        await_opening();
        return catalogue_;
    }
    [[nodiscard]] const std::string& why() const override {
        await_opening();
        return why_;
    }
    void look(App& app, Sticks* sticks, const Moment& moment) override;
    [[nodiscard]] Instant due() const override { return due_; }
    [[nodiscard]] const State& state() const override {
        await_opening();
        return state_;
    }
    void look_for_updates(Source source, const Moment& moment) override;
    void install(const Moment& moment) override;
    void cancel() override;
    void forget() override;
    void undo(std::string_view pack, const Moment& moment) override;
    void set_quiet_hours(int from, int to) override { quiet_from_ = from, quiet_to_ = to; }

private:
    using Work = std::function<void(PackKeeper&, std::uint64_t job)>;
    struct Job {
        std::uint64_t id = 0;
        Source source = Source::stick;
        Doing during = Doing::nothing;  // nothing: in the background
        Work work;
    };

    bool open_or_say_why(const Moment& moment);
    Result<void> open(const Moment& moment);
    // Nothing is shown that was not read and checked: whoever asks for it waits for that.
    void await_opening() const { static_cast<void>(opened_.wait()); }
    std::uint64_t begin(Source source, Doing doing, Work work);
    void run(const Job& job);
    void take_reports();
    void take(PackReport& report);
    void give(App& app);
    void watch_stick(Sticks* sticks);
    void search(Source source, bool automatic, const Moment& moment);
    void put_in(bool automatic, const Moment& moment);
    void quiet_hours(const App& app, const Moment& moment);
    void upkeep(const App& app, const Moment& moment);
    void interrupt_repair();
    [[nodiscard]] bool refused(Source source, Doing during);

    Parts parts_;
    int quiet_from_, quiet_to_;                   // the main thread's
    bool private_folder_ = false;
    State state_;
    std::shared_ptr<const Catalogue> catalogue_;
    std::string why_;
    bool changed_ = false;                        // the application is to be given the catalogue
    std::vector<std::weak_ptr<const Catalogue>> before_;
    Instant due_;

    std::uint64_t last_job_ = 0;
    std::uint64_t doing_job_ = 0, background_job_ = 0;  // 0: none
    bool automatic_ = false;                      // nobody asked for what is being done
    bool go_on_ = false;                          // what was found in the quiet hours is to be installed
    std::optional<Stick> stick_;
    StickPacks on_stick_ = StickPacks::none;
    bool stick_to_look_at_ = false, weighed_ = false, collect_ = false, repairing_ = false;
    std::size_t wanted_ = 0;
    std::optional<Instant> alone_since_;
    Instant next_check_, next_try_, next_repair_, now_;
    Nanoseconds retry_ = first_retry;

    std::atomic<bool> stop_{false};               // what is under way
    std::atomic<std::uint64_t> cancelled_{0};     // and every job up to this one
    mutable Mailbox<bool> opened_{1};             // self-synchronised; closed when all of the above may be touched by the main thread
    Mailbox<Job> jobs_{most_jobs};                // self-synchronised
    Mailbox<PackReport> reports_{most_reports};   // self-synchronised
    std::unique_ptr<PackKeeper> keeper_;          // the thread's, once it runs
    std::thread thread_;
};

Room::Room(Parts parts) : parts_(std::move(parts)), quiet_from_(parts_.network.quiet_from), quiet_to_(parts_.network.quiet_to) {
    state_.network_name = host_of(parts_.network.url);
    state_.automatic = !parts_.network.url.empty() && parts_.network.automatic;
    const Moment moment = parts_.clock.moment();
    if (!parts_.threads) {
        open_or_say_why(moment);
        return;
    }
    // Reading what is installed takes its time; meanwhile the window opens.
    thread_ = std::thread([this, moment] {
        if (!open_or_say_why(moment)) return;
        while (auto job = jobs_.wait()) run(*job);
    });
}

bool Room::open_or_say_why(const Moment& moment) {
    const auto opened = open(moment);
    if (!opened) {
        why_ = opened.error().what;
        log_warning(opened.error().within("opening the packs").what);
    }
    constexpr std::size_t most_named = 20;
    for (std::size_t i = 0; catalogue_ && i < catalogue_->damaged().size() && i < most_named; ++i) log_warning(catalogue_->damaged()[i]);
    opened_.close();
    return opened.has_value();
}

Room::~Room() {
    await_opening();
    cancelled_ = std::numeric_limits<std::uint64_t>::max();
    stop_ = true;
    jobs_.close();
    static_cast<void>(jobs_.take_all());
    if (thread_.joinable()) thread_.join();
    keeper_.reset();
    std::error_code ignored;
    if (private_folder_) std::filesystem::remove_all(parts_.data, ignored);
}

Result<void> Room::open(const Moment& moment) {
    if (parts_.data.empty()) {
        std::string name = (std::filesystem::temp_directory_path() / "xinghuo-packs-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) return Error{ErrorKind::io, "there is no folder for the packs"};
        parts_.data = name;
        private_folder_ = true;
    }
    const Path folder = parts_.data / "packs";
    auto store = PackStore::open({.folder = folder, .shipped = parts_.shipped, .root = parts_.root}, moment);
    if (!store) return store.error();
    state_.packs = (*store)->packs();
    state_.history = (*store)->history();
    state_.recalls = (*store)->recalls();
    auto catalogue = (*store)->catalogue();
    if (catalogue) {
        catalogue_ = std::move(*catalogue);
    } else {
        why_ = why_nothing(state_, catalogue.error());
        log_warning("there is no pack to show: " + why_);
    }
    PackKeeper::Parts with{.store = std::move(*store), .clock = parts_.clock, .network = parts_.network, .scratch = folder / "scratch", .tell = {}};
    with.tell = [this](PackReport report) {
        // Steps may be lost where nobody looks; ends never are, for one job is under way at a time.
        if (!reports_.post(std::move(report))) return;
        if (parts_.threads && parts_.wake) parts_.wake();
    };
    keeper_ = std::make_unique<PackKeeper>(std::move(with), stop_);
    return {};
}

std::uint64_t Room::begin(Source source, Doing doing, Work work) {
    Job job{++last_job_, source, doing, std::move(work)};
    const std::uint64_t id = job.id;
    if (doing == Doing::nothing) {
        background_job_ = id;
        repairing_ = false;
    } else {
        doing_job_ = id;
        state_.doing = doing;
        state_.source = source;
        state_.since = now_;
        state_.progress = {};
        state_.problem.reset();
        state_.installed = false;
    }
    if (!parts_.threads) {
        run(job);
        take_reports();
    } else if (!jobs_.post(std::move(job))) {
        log_warning("too much to do for the packs");
        (doing == Doing::nothing ? background_job_ : doing_job_) = 0;
        if (doing != Doing::nothing) state_.doing = Doing::nothing;
    }
    return id;
}

// On the thread.
void Room::run(const Job& job) {
    stop_ = false;
    if (cancelled_ >= job.id) return keeper_->skipped(job.id, job.source, job.during);
    job.work(*keeper_, job.id);
}

void Room::take_reports() {
    for (PackReport& report : reports_.take_all()) take(report);
}

void Room::take(PackReport& report) {
    if (report.progress) state_.progress = *report.progress;
    if (report.stick) {
        on_stick_ = *report.stick;
        state_.stick_here = on_stick_ != StickPacks::none;
        stick_to_look_at_ = on_stick_ == StickPacks::repository;
        next_repair_ = now_;
    }
    if (report.contents) {
        auto& now = *report.contents;
        state_.packs = std::move(now.packs);
        state_.history = std::move(now.history);
        state_.recalls = std::move(now.recalls);
        state_.blobs_bytes = now.blobs_bytes;
        state_.free_bytes = now.free_bytes;
        wanted_ = now.wanted;
        if (wanted_ == 0) state_.checking.clear();
        else if (state_.checking.empty()) state_.checking = fmt::format("{} files of the packs are damaged and wait for a stick or the network", wanted_);
    }
    if (!report.damaged.empty()) {
        state_.checking = report.damaged.front();
        next_repair_ = now_;
    }
    if (report.catalogue) {
        if (catalogue_) before_.push_back(catalogue_);
        catalogue_ = *report.catalogue ? **report.catalogue : nullptr;
        why_ = catalogue_ ? "" : why_nothing(state_, report.catalogue->error());
        if (!catalogue_) log_warning("there is no pack to show any more: " + why_);
        changed_ = collect_ = true;
    }
    if (report.contact) state_.last_contact = report.contact;
    if (!report.done) return;
    if (report.checked_all) next_check_ = now_ + after_all_checked;
    if (report.job == background_job_) background_job_ = 0;
    if (report.job != doing_job_) return;

    const Doing was = state_.doing;
    doing_job_ = 0;
    state_.doing = Doing::nothing;
    const bool nobody_asked = std::exchange(automatic_, false);
    const bool by_night = nobody_asked && state_.source == Source::network;
    if (by_night) {
        if (report.problem) {
            next_try_ = now_ + retry_;
            retry_ = std::min(retry_ * 2, longest_retry);
        } else {
            next_try_ = now_ + after_success;
            retry_ = first_retry;
        }
    }
    state_.offer = std::move(report.offer);
    state_.installed = report.installed && !by_night;
    go_on_ = by_night && was == Doing::looking && state_.offer && !state_.offer->empty() && state_.offer->fits();
    if (!report.problem) return;
    // No network is normal, and so is a server that has nothing newer.
    const ErrorKind kind = report.problem->kind;
    if (by_night && (kind == ErrorKind::io || kind == ErrorKind::missing || kind == ErrorKind::cancelled || kind == ErrorKind::older)) return;
    log_info("packs: " + report.problem->what);
    state_.problem = std::move(report.problem);
}

void Room::give(App& app) {
    if (!std::exchange(changed_, false)) return;
    app.show_catalogue(catalogue_, why_, state_.recalls);
}

void Room::watch_stick(Sticks* sticks) {
    const std::optional<Stick> now = sticks != nullptr ? sticks->stick() : std::nullopt;
    if (same_stick(now, stick_)) return;
    stick_ = now;
    on_stick_ = StickPacks::none;
    state_.stick_here = stick_to_look_at_ = false;
    state_.stick_name = stick_ ? stick_->name : "";
    if (state_.doing == Doing::nothing && state_.source == Source::stick) state_.offer.reset();
    interrupt_repair();
    begin(Source::stick, Doing::nothing, [stick = stick_](PackKeeper& keeper, std::uint64_t job) { keeper.probe(job, stick); });
}

// The one thing in the background that may take long.
void Room::interrupt_repair() {
    if (background_job_ == 0 || !repairing_) return;
    cancelled_ = background_job_;
    stop_ = true;
}

bool Room::refused(Source source, Doing during) {
    await_opening();
    if (state_.doing != Doing::nothing) return true;
    if (keeper_) return false;
    state_.problem = Problem{ErrorKind::io, why_, source, during};
    return true;
}

void Room::search(Source source, bool automatic, const Moment& moment) {
    automatic_ = automatic;
    state_.offer.reset();
    // What comes out is looked at in the morning, or when somebody asks: then it is opened again.
    begin(source, Doing::looking, [source, stick = stick_, automatic, moment](PackKeeper& keeper, std::uint64_t job) {
        keeper.look(job, source, stick, !automatic, moment);
    });
}

void Room::put_in(bool automatic, const Moment& moment) {
    automatic_ = automatic;
    begin(state_.source, Doing::installing, [source = state_.source, stick = stick_, offer = *state_.offer, moment](PackKeeper& keeper, std::uint64_t job) {
        keeper.install(job, offer, source, stick, moment);
    });
}

void Room::look_for_updates(Source source, const Moment& moment) {
    now_ = moment.now;
    if (refused(source, Doing::looking)) return;
    interrupt_repair();
    search(source, false, moment);
}

void Room::install(const Moment& moment) {
    await_opening();
    now_ = moment.now;
    if (!state_.offer || refused(state_.source, Doing::installing)) return;
    interrupt_repair();
    put_in(false, moment);
}

void Room::undo(std::string_view pack, const Moment& moment) {
    now_ = moment.now;
    if (refused(Source::stick, Doing::undoing)) return;
    interrupt_repair();
    automatic_ = false;
    state_.offer.reset();
    begin(Source::stick, Doing::undoing, [id = std::string(pack), moment](PackKeeper& keeper, std::uint64_t job) { keeper.undo(job, id, moment); });
}

void Room::cancel() {
    await_opening();
    if (state_.doing == Doing::nothing) return;
    cancelled_ = doing_job_;
    stop_ = true;
}

void Room::forget() {
    await_opening();
    state_.problem.reset();
    state_.installed = false;
    if (state_.doing != Doing::nothing) return;
    state_.offer.reset();
    if (keeper_ && background_job_ == 0)
        begin(Source::stick, Doing::nothing, [](PackKeeper& keeper, std::uint64_t job) {
            keeper.let_go();
            keeper.weigh(job);
        });
}

void Room::quiet_hours(const App& app, const Moment& moment) {
    if (!state_.automatic || state_.doing != Doing::nothing) return;
    if (std::exchange(go_on_, false)) return put_in(true, moment);
    const int minute = minute_of_day(moment.wall), from = quiet_from_, to = quiet_to_;
    const bool quiet = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
    if (quiet && app.nobody_here() && moment.now >= next_try_) search(Source::network, true, moment);
}

// While nobody is there: reads everything again from time to time, mends, and throws away what nobody needs.
void Room::upkeep(const App& app, const Moment& moment) {
    if (!app.nobody_here() || state_.doing != Doing::nothing) return alone_since_.reset();
    if (!alone_since_) alone_since_ = moment.now;
    if (moment.now - *alone_since_ < quiet_before_upkeep) {
        due_ = std::min(due_, *alone_since_ + quiet_before_upkeep);
        return;
    }
    if (background_job_ != 0) return;
    std::erase_if(before_, [](const auto& one) { return one.expired(); });
    const bool from_stick = on_stick_ == StickPacks::repository, from_network = state_.automatic;
    if (wanted_ > 0 && moment.now >= next_repair_ && (from_stick || from_network)) {
        next_repair_ = moment.now + between_repairs;
        begin(Source::stick, Doing::nothing, [source = from_stick ? Source::stick : Source::network, stick = stick_, moment](PackKeeper& keeper, std::uint64_t job) {
            keeper.repair(job, source, stick, moment);
        });
        repairing_ = background_job_ != 0;
    } else if (collect_ && before_.empty()) {
        collect_ = false;
        begin(Source::stick, Doing::nothing, [moment](PackKeeper& keeper, std::uint64_t job) { keeper.collect(job, moment); });
    } else if (moment.now >= next_check_) {
        next_check_ = moment.now + between_checks;
        begin(Source::stick, Doing::nothing, [moment](PackKeeper& keeper, std::uint64_t job) { keeper.check(job, check_bytes, moment); });
    }
    if (background_job_ == 0) due_ = std::min(due_, next_check_);
}

void Room::look(App& app, Sticks* sticks, const Moment& moment) {
    await_opening();
    now_ = moment.now;
    due_ = moment.now + std::chrono::minutes(1);
    take_reports();
    give(app);
    if (!keeper_) return;
    watch_stick(sticks);
    if (!std::exchange(weighed_, true)) begin(Source::stick, Doing::nothing, [](PackKeeper& keeper, std::uint64_t job) { keeper.weigh(job); });
    // Cheap, and recalls on it apply at once; what it offers waits for the administrator.
    if (stick_to_look_at_ && state_.doing == Doing::nothing) {
        stick_to_look_at_ = false;
        search(Source::stick, true, moment);
    }
    quiet_hours(app, moment);
    upkeep(app, moment);
    give(app);
}

}  // namespace

std::unique_ptr<PackRoom> open_pack_room(PackRoom::Parts parts) { return std::make_unique<Room>(std::move(parts)); }

}  // namespace xinghuo
