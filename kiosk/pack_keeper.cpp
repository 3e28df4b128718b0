#include "kiosk/pack_keeper.h"

#include <fmt/format.h>

#include "content/base/log.h"
#include "content/pack/manifest.h"
#include "sync/curl_transport.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_names = 5'000;                        // of a stick, before it is taken for one without packs
constexpr std::int64_t check_rests_ms = 7ll * 24 * 60 * 60'000;  // a week between two readings of everything

PackRoom::Problem problem_of(const Error& error, PackRoom::Source source, PackRoom::Doing during) { return {error.kind, error.what, source, during}; }

}  // namespace

PackKeeper::PackKeeper(Parts parts, const std::atomic<bool>& stop)
    : parts_(std::move(parts)), stop_(stop), installer_(*parts_.store, stop, parts_.clock, std::string(application_version())), shown_(shown()) {}

std::vector<std::string> PackKeeper::shown() const {
    std::vector<std::string> manifests;
    for (const InstalledPack& pack : parts_.store->packs())
        if (pack.shown) manifests.push_back(pack.shown->manifest);
    return manifests;
}

// Every job ends here: what the store holds now, and the catalogue where it is another.
void PackKeeper::finish(PackReport report, bool catalogue_anew) {
    PackStore& store = *parts_.store;
    report.done = true;
    report.contents = PackReport::Contents{store.packs(), store.history(), store.recalls(), store.blobs_bytes(), store.free_bytes(), store.wanted().size()};
    if (auto now = shown(); now != shown_ || catalogue_anew) {
        shown_ = std::move(now);
        report.catalogue = store.catalogue();
    }
    parts_.tell(std::move(report));
}

void PackKeeper::let_go() {
    server_ = nullptr;
    from_.reset();
    from_source_.reset();
}

Result<Transport*> PackKeeper::source_of(PackRoom::Source source, const std::optional<Stick>& stick) {
    if (from_ && from_source_ == source) return from_.get();
    let_go();
    if (source == PackRoom::Source::stick && !stick) return Error{ErrorKind::missing, "there is no stick"};
    if (source == PackRoom::Source::network) return open_server();
    auto opened = open_stick(stick->root, stick->name, parts_.scratch, &stop_);
    if (!opened) return opened.error();
    from_ = std::move(*opened);
    from_source_ = source;
    return from_.get();
}

Result<Transport*> PackKeeper::open_server() {
    if (parts_.network.url.empty()) return Error{ErrorKind::unsupported, "no server for packs is set"};
    auto opened = CurlTransport::open({.base_url = parts_.network.url, .ca_file = parts_.network.ca_file, .proxy = parts_.network.proxy, .stop = &stop_});
    if (!opened) return opened.error();
    server_ = opened->get();
    from_ = std::move(*opened);
    from_source_ = PackRoom::Source::network;
    return from_.get();
}

// A server whose certificate was verified knows what time it is at least (packs-and-trust.md, rule 6).
void PackKeeper::take_date() {
    if (server_ == nullptr) return;
    const auto date = server_->server_date();
    if (!date) return;
    if (auto raised = parts_.store->raise_floor(*date); !raised) log_warning(raised.error().within("keeping the time of the server").what);
}

void PackKeeper::look(std::uint64_t job, PackRoom::Source source, const std::optional<Stick>& stick, bool keep_open, const Moment& moment) {
    let_go();
    PackReport report;
    report.job = job;
    auto from = source_of(source, stick);
    auto offer = from ? installer_.look(**from, moment) : Result<Offer>(from.error());
    if (offer) report.offer = std::move(*offer);
    else report.problem = problem_of(offer.error(), source, PackRoom::Doing::looking);
    const bool answered = offer || (offer.error().kind != ErrorKind::io && offer.error().kind != ErrorKind::cancelled);
    if (source == PackRoom::Source::network && from && answered) report.contact = moment.wall;
    take_date();
    // Nothing of a stick stays open that nobody asked for: it can be pulled out cleanly.
    if (!keep_open) let_go();
    finish(std::move(report));
}

void PackKeeper::install(std::uint64_t job, const Offer& offer, PackRoom::Source source, const std::optional<Stick>& stick, const Moment& moment) {
    PackReport report;
    report.job = job;
    auto from = source_of(source, stick);
    auto done = from ? installer_.install(offer, **from, moment, [&](const InstallProgress& progress) {
        PackReport step;
        step.job = job;
        step.progress = progress;
        parts_.tell(std::move(step));
    }) : Result<void>(from.error());
    report.installed = done.has_value();
    if (!done) report.problem = problem_of(done.error(), source, PackRoom::Doing::installing);
    let_go();
    finish(std::move(report));
}

void PackKeeper::undo(std::uint64_t job, const std::string& pack, const Moment& moment) {
    PackReport report;
    report.job = job;
    if (auto done = parts_.store->undo(pack, moment); !done) report.problem = problem_of(done.error(), PackRoom::Source::stick, PackRoom::Doing::undoing);
    finish(std::move(report));
}

void PackKeeper::probe(std::uint64_t job, const std::optional<Stick>& stick) {
    let_go();
    PackReport report;
    report.job = job;
    report.done = true;
    report.stick = stick ? packs_on(stick->root) : StickPacks::none;
    parts_.tell(std::move(report));
}

void PackKeeper::check(std::uint64_t job, std::uint64_t bytes, const Moment& moment) {
    PackStore& store = *parts_.store;
    PackReport report;
    report.job = job;
    report.done = true;
    const auto before = store.last_full_check();
    const std::int64_t age_ms = before ? store.believed(moment).unix_ms - before->unix_ms : check_rests_ms;
    if (age_ms >= 0 && age_ms < check_rests_ms) {
        report.checked_all = true;
        return parts_.tell(std::move(report));
    }
    auto found = store.check_some(bytes, moment);
    if (!found) {
        // A disk that cannot be read now is asked again tomorrow.
        log_warning(found.error().within("checking the packs").what);
        report.checked_all = true;
        return parts_.tell(std::move(report));
    }
    const auto after = store.last_full_check();
    report.checked_all = after && (!before || before->unix_ms != after->unix_ms);
    if (found->empty()) return parts_.tell(std::move(report));
    for (const std::string& one : *found) log_warning(one);
    report.damaged = std::move(*found);
    finish(std::move(report));
}

void PackKeeper::repair(std::uint64_t job, PackRoom::Source source, const std::optional<Stick>& stick, const Moment& moment) {
    let_go();
    PackReport report;
    report.job = job;
    auto from = source_of(source, stick);
    auto repaired = from ? installer_.repair(**from, moment) : Result<int>(from.error());
    if (repaired && *repaired > 0) log_info(fmt::format("repaired {} files of the packs", *repaired));
    let_go();
    finish(std::move(report), repaired && *repaired > 0);
}

void PackKeeper::collect(std::uint64_t job, const Moment& moment) {
    PackReport report;
    report.job = job;
    if (auto freed = parts_.store->collect(moment); !freed) log_warning(freed.error().within("collecting unused files of packs").what);
    finish(std::move(report));
}

void PackKeeper::weigh(std::uint64_t job) {
    PackReport report;
    report.job = job;
    finish(std::move(report));
}

void PackKeeper::skipped(std::uint64_t job, PackRoom::Source source, PackRoom::Doing during) {
    PackReport report;
    report.job = job;
    report.done = true;
    if (during != PackRoom::Doing::nothing) report.problem = problem_of({ErrorKind::cancelled, "cancelled"}, source, during);
    parts_.tell(std::move(report));
}

StickPacks packs_on(const Path& stick) {
    namespace fs = std::filesystem;
    std::error_code failed;
    const auto folder = [&](const Path& at) { return fs::is_directory(fs::symlink_status(at, failed)) && !failed; };
    if (folder(stick / "xinghuo") && folder(stick / "xinghuo" / "metadata")) return StickPacks::repository;
    fs::directory_iterator names(stick, failed);
    for (std::size_t seen = 0; !failed && names != fs::directory_iterator() && seen < most_names; names.increment(failed), ++seen) {
        const std::string name = names->path().filename().string();
        std::error_code gone;
        if (!name.starts_with('.') && name.ends_with(".xhpack") && fs::is_regular_file(names->symlink_status(gone)) && !gone) return StickPacks::archive;
    }
    return StickPacks::none;
}

}  // namespace xinghuo
