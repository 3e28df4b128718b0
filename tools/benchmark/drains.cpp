#include "tools/benchmark/drains.h"

#include <algorithm>
#include <filesystem>

#include "tools/benchmark/shares.h"
#include "tools/benchmark/stage.h"
#include "tools/fleet/terminal.h"

namespace xinghuo {
namespace {

constexpr std::int64_t records_of_a_drain = 10'000;
constexpr int frame_rounds = 4, card_rounds = 2, frames_alone = 150;
constexpr int frames_between_cards = 6;

}  // namespace

DrainsBeside::DrainsBeside(const Path& bin, Path folder, int count, const Clock& clock) : folder_(std::move(folder)), clock_(clock) { why_not_ = make(bin, count); }

std::string DrainsBeside::make(const Path& bin, int count) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    const auto codes = make_enrol_codes(folder_ / "centre", 1, clock_.wall());
    if (!codes) return codes.error().what;
    auto server = RealServer::start(bin, folder_ / "centre", {}, true);
    if (!server) return server.error().what;
    server_.emplace(std::move(*server));
    {
        auto terminal = FleetTerminal::open({folder_ / "terminal", server_->url(), 11, 1'000, clock_});
        if (!terminal) return terminal.error().what;
        if (auto lived = (*terminal)->live_until(static_cast<std::size_t>(records_of_a_drain * (count + 2))); !lived) return lived.error().what;
        if (auto done = (*terminal)->agent().enrol(codes->front(), "bench"); !done) return done.error().what;
    }
    auto study = Study::open({.data = folder_ / "terminal", .boot_id = clock_.boot_id(), .version = "bench", .later = {}, .mend = false}, clock_.moment());
    if (!study) return study.error().what;
    study_ = std::move(*study);
    return {};
}

DrainsBeside::~DrainsBeside() {
    room_.reset();
    study_.reset();
    server_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void DrainsBeside::start() {
    SyncRoom::Parts parts{.targets = {}, .ca_file = {}, .proxy = {}, .clock = clock_, .threads = true, .wake = {}};
    parts.targets.centre = server_->url();
    room_ = open_sync_room(std::move(parts));
    before_ = sent_;
    began_ = clock_.now();
}

bool DrainsBeside::look() {
    room_->look(study_.get(), false, clock_.moment());
    sent_ = std::max(sent_, room_->status().outbox.sent_through);
    const bool late = clock_.now() - began_ > std::chrono::minutes(2);
    failed_ = failed_ || late;
    return sent_ - before_ < records_of_a_drain && !late;
}

void DrainsBeside::stop() {
    seconds_taken_ += seconds(clock_.now() - began_);
    room_.reset();
}

void bench_drains(const Path& bin, const Path& share, const Path& folder, const Clock& clock, const AddRow& add) {
    DrainsBeside beside(bin, folder, frame_rounds + card_rounds, clock);
    if (!beside.why_not().empty()) return add("stage beside a drain: " + beside.why_not(), -1, "", "is measured", false);
    const auto stage = StageFrames::open(share, &beside.study());
    if (!stage) return add("stage beside a drain: the stage cannot be opened", -1, "", "opens", false);
    std::vector<double> alone, draining;
    for (int round = 0; round < frame_rounds; ++round) {
        for (int i = 0; i < frames_alone; ++i) alone.push_back(stage->frame_ms(clock));
        beside.start();
        bool goes_on = true;
        while (goes_on) draining.push_back(stage->frame_ms(clock, [&] { goes_on = beside.look(); }));
        beside.stop();
    }
    // Somebody signs in and out: a commit on the frame's thread, with the agent's beside it.
    Member member;
    member.id = fleet_member(1);
    member.name = "张三";
    std::vector<double> cards_alone, cards_draining;
    bool good = true;
    const auto card = [&](std::vector<double>& times) {
        const Instant start = clock.now();
        good = beside.study().visit().sign_in(member, SignInWay::card, clock.moment()).has_value() && good;
        times.push_back(seconds(clock.now() - start) * 1e3);
        good = beside.study().visit().sign_out(SignOutWhy::button, clock.moment()).has_value() && good;
    };
    for (int round = 0; round < card_rounds; ++round) {
        for (int i = 0; i < frames_alone; ++i) {
            (void)stage->frame_ms(clock);
            if (i % frames_between_cards == 0) card(cards_alone);
        }
        beside.start();
        bool goes_on = true;
        for (int i = 0; goes_on; ++i) {
            (void)stage->frame_ms(clock, [&] { goes_on = beside.look(); });
            if (i % frames_between_cards == 0) card(cards_draining);
        }
        beside.stop();
    }
    if (beside.failed()) return add("stage beside a drain: the drain did not end", -1, "", "ends", false);
    if (!good) return add("stage beside a drain: a sign-in was refused", -1, "", "is taken", false);
    const auto slow = [](const std::vector<double>& times) {
        return 1000.0 * static_cast<double>(std::count_if(times.begin(), times.end(), [](double ms) { return ms > StageFrames::period_s * 1.5e3; })) / static_cast<double>(times.size());
    };
    const double ratio = at_share(draining, 0.99) / at_share(alone, 0.99);
    add("drain: records a second, the server giving way", static_cast<double>(beside.sent()) / beside.seconds_taken(), "records/s", "", true);
    add("stage, a frame without a drain, p50", at_share(alone, 0.5), "ms", "", true);
    add("stage, a frame without a drain, p99", at_share(alone, 0.99), "ms", "", true);
    add("stage, a frame beside a drain, p50", at_share(draining, 0.5), "ms", "", true);
    add("stage, a frame beside a drain, p99", at_share(draining, 0.99), "ms", "", true);
    add("stage, p99 beside a drain / without", ratio, "x", "<= 1.2", ratio <= 1.2);
    add("stage, of 1,000 frames over 1.5 periods, without", slow(alone), "frames", "", true);
    add("stage, of 1,000 frames over 1.5 periods, beside", slow(draining), "frames", "as without", slow(draining) <= slow(alone) + 1);
    add("sign-in without a drain, p50", at_share(cards_alone, 0.5), "ms", "", true);
    add("sign-in without a drain, p99", at_share(cards_alone, 0.99), "ms", "", true);
    add("sign-in beside a drain, p50", at_share(cards_draining, 0.5), "ms", "", true);
    add("sign-in beside a drain, p99", at_share(cards_draining, 0.99), "ms", "<= 100", at_share(cards_draining, 0.99) <= 100);
}

}  // namespace xinghuo
