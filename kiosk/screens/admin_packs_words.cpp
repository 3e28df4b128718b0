#include <fmt/format.h>

#include <algorithm>

#include "kiosk/screens/admin_packs.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

// The days that a sentence names, "2026-07-23", in order of the calendar.
std::vector<std::string> days_in(std::string_view what) {
    std::vector<std::string> found;
    const auto digit = [&](std::size_t i) { return what[i] >= '0' && what[i] <= '9'; };
    for (std::size_t i = 0; i + 10 <= what.size(); ++i) {
        bool day = i == 0 || !digit(i - 1);
        for (std::size_t k = 0; k < 10 && day; ++k) day = k == 4 || k == 7 ? what[i + k] == '-' : digit(i + k);
        if (day) found.emplace_back(what.substr(i, 10));
    }
    std::sort(found.begin(), found.end());
    return found;
}

Refusal expired(const Frame& frame, const PackRoom::Problem& problem, bool stick) {
    Refusal said{frame.words(stick ? "packs.no.expired.stick" : "packs.no.expired.network"), frame.words("packs.no.expired.text.plain")};
    // What has expired did so before today.
    if (const auto days = days_in(problem.what); days.size() >= 2)
        said.text = frame.words("packs.no.expired.text", {{"until", days.front()}, {"today", days.back()}});
    if (!frame.moment.wall_trusted) said.text += " " + frame.words("packs.no.expired.clock");
    else if (!stick) said.text += " " + frame.words("packs.no.expired.network.do");
    return said;
}

Refusal full(const Frame& frame, const PackRoom::State& state) {
    const std::uint64_t free = state.offer ? state.offer->free_bytes : state.free_bytes;
    const std::string words = state.offer && !state.offer->fits()
                                  ? frame.words("packs.no.full.text", {{"need", admin_size(state.offer->to_store)}, {"free", admin_size(free)}})
                                  : frame.words("packs.no.full.text.plain", {{"free", admin_size(free)}});
    return {frame.words("packs.no.full"), words};
}

}  // namespace

std::string pack_organisation(std::string_view target, std::string_view role) {
    constexpr std::string_view folder = "packs/";
    if (target.starts_with(folder)) {
        const std::string_view rest = target.substr(folder.size());
        if (const std::size_t end = rest.find('/'); end != std::string_view::npos && end > 0) return std::string(rest.substr(0, end));
    }
    return std::string(role);
}

std::string pack_source(const Frame& frame, std::string_view from) {
    constexpr std::string_view stick = "the stick ";
    if (from == "shipped") return frame.words("packs.from.shipped");
    for (const std::string_view scheme : {"https://", "http://"})
        if (from.starts_with(scheme)) return std::string(from.substr(scheme.size(), from.find('/', scheme.size()) - scheme.size()));
    // Everything else is a stick by its name.
    if (from.starts_with(stick)) from.remove_prefix(stick.size());
    return from.empty() ? frame.words("packs.from.stick.unnamed") : frame.words("packs.from.stick", {{"name", std::string(from)}});
}

std::string pack_installed(const Frame& frame, WallTime at, bool trusted) {
    const std::string time = admin_time(frame, at, trusted);
    return time == frame.words("admin.time.none") ? frame.words("packs.installed.unknown") : frame.words("packs.installed.at", {{"time", time}});
}

std::string version_words(const Frame& frame, std::int64_t version) { return frame.words("packs.version", {{"version", std::to_string(version)}}); }

const Recall* recall_of(const PackRoom::State& state, std::string_view pack, std::int64_t version) {
    for (const Recall& recall : state.recalls)
        if (recall.pack == pack && (recall.versions.empty() || std::find(recall.versions.begin(), recall.versions.end(), version) != recall.versions.end())) return &recall;
    return nullptr;
}

std::string pack_title(const Frame& frame, const PackRoom::State& state, std::string_view pack) {
    const auto named = [&](const Bilingual& title) { return title.in(frame.lang); };
    for (const InstalledPack& one : state.packs) {
        if (one.id != pack) continue;
        if (one.shown) return named(one.shown->title);
        if (one.previous) return named(one.previous->title);
    }
    for (const PackEvent& event : state.history)
        if (event.pack == pack && !named(event.title).empty()) return named(event.title);
    return std::string(pack);
}

std::string packs_tile(const Frame& frame) {
    if (frame.packs == nullptr) return frame.words("packs.tile.fixed");
    const PackRoom::State& state = frame.packs->state();
    if (state.doing == PackRoom::Doing::looking) return frame.words("packs.tile.looking");
    if (state.doing == PackRoom::Doing::installing) {
        const InstallProgress& p = state.progress;
        const std::uint64_t percent = p.of_bytes == 0 ? 0 : std::min<std::uint64_t>(100, static_cast<std::uint64_t>(100.0 * static_cast<double>(p.bytes) / static_cast<double>(p.of_bytes)));
        return frame.words("packs.tile.installing", {{"percent", std::to_string(percent)}});
    }
    const auto recalled = std::count_if(state.packs.begin(), state.packs.end(), [](const InstalledPack& pack) { return !pack.shown; });
    if (!state.checking.empty()) return frame.words("packs.tile.damaged");
    if (state.stick_here) return frame.words("packs.tile.stick", {{"name", state.stick_name}});
    if (recalled > 0) return frame.words("packs.tile.recalled", {{"n", std::to_string(recalled)}});
    return state.packs.empty() ? frame.words("packs.tile.none") : frame.words("packs.tile.shown", {{"n", std::to_string(state.packs.size())}});
}

Refusal refusal_words(const Frame& frame, const PackRoom::State& state) {
    const PackRoom::Problem& problem = *state.problem;
    const bool stick = problem.source == PackRoom::Source::stick;
    const auto said = [&](const char* key, bool calm = false) { return Refusal{frame.words(key), frame.words(std::string(key) + ".text"), calm}; };
    const auto of_source = [&](const std::string& key) {
        const std::string whole = key + (stick ? ".stick" : ".network");
        return Refusal{frame.words(whole), frame.words(whole + ".text")};
    };
    if (problem.during == PackRoom::Doing::undoing) return said("packs.no.undo");
    switch (problem.kind) {
        case ErrorKind::untrusted: return said("packs.no.untrusted");
        case ErrorKind::expired: return expired(frame, problem, stick);
        case ErrorKind::older: return {frame.words("packs.no.older"), frame.words(stick ? "packs.no.older.stick" : "packs.no.older.network"), true};
        case ErrorKind::full: return full(frame, state);
        case ErrorKind::missing: return of_source("packs.no.missing");
        case ErrorKind::io: return of_source("packs.no.io");
        case ErrorKind::too_large: return said("packs.no.too_large");
        case ErrorKind::unsupported: return said("packs.no.unsupported");
        case ErrorKind::cancelled: return said("packs.no.cancelled", true);
        case ErrorKind::invalid: break;
    }
    return of_source("packs.no.invalid");
}

float height_of(Frame& frame, const std::vector<Said>& all, float width) {
    float h = 0;
    for (const Said& one : all)
        if (!one.words.empty()) h += frame.canvas.measure(one.words, one.style, width).y + 2 + one.after;
    return h;
}

void say_all(Frame& frame, Rect& rest, const std::vector<Said>& all) {
    for (const Said& one : all) paragraph(frame, rest, one.words, one.style, one.after);
}

TextStyle pack_title_style(const Frame& frame) { return {Face::serif_bold, 42, frame.theme.ink, Align::left, 1.28f, 0}; }

}  // namespace xinghuo
