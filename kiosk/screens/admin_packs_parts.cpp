// What is shown, what is offered, how far an installation is, what came of it, and why it did not.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kiosk/charts.h"
#include "kiosk/screens/admin_packs.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

constexpr double speed_after_s = 2, waits_after_s = 4;  // of copying: until something is said, until it is said that nothing comes
constexpr float card_gap = space::m;

TextStyle fact_style(const Frame& frame) { return {Face::sans_bold, 32, frame.theme.cinnabar_deep, Align::left, 1.35f, 0}; }
TextStyle verdict_style(const Frame& frame) { return {Face::serif_bold, type::title, frame.theme.ink, Align::left, 1.25f, 0}; }

std::string size_words(const Frame& frame, int files, std::uint64_t bytes) {
    return frame.words("packs.size", {{"files", std::to_string(files)}, {"size", admin_size(bytes)}});
}

std::string reason_words(const Frame& frame, const Recall& recall) {
    const std::string reason = recall.reason.in(frame.lang);
    return reason.empty() ? std::string() : frame.words("packs.recalled.why", {{"reason", reason}});
}

// A pack as it stands here.
struct PackCard {
    std::vector<Said> said;
    std::optional<std::int64_t> undo;   // the version that may come back
    bool shown = true;
};

PackCard card_of(const Frame& frame, const PackRoom::State& state, const InstalledPack& pack) {
    PackCard made;
    const TextStyle quiet = admin_quiet(frame), strong{Face::sans_bold, 32, frame.theme.cinnabar_deep, Align::left, 1.35f, 0};
    made.said.push_back({pack_title(frame, state, pack.id), pack_title_style(frame), 4});
    made.shown = pack.shown.has_value();
    if (pack.shown) {
        const PackVersion& v = *pack.shown;
        made.said.push_back({version_words(frame, v.version) + " · " + size_words(frame, v.files, v.bytes), fact_style(frame), space::xs});
        made.said.push_back({frame.words("packs.who.from", {{"who", pack_organisation(pack.target, v.role)}, {"from", pack_source(frame, v.from)}}), quiet});
        made.said.push_back({pack_installed(frame, v.at, v.clock_trusted), quiet});
    } else {
        made.said.push_back({frame.words("packs.recalled"), strong, space::xs});
        made.said.push_back({frame.words("packs.who", {{"who", pack_organisation(pack.target, "")}}), quiet});
    }
    // A recall of what was newest here: gone, or an older version plays in its place.
    if (const Recall* recall = recall_of(state, pack.id, pack.highest)) {
        if (pack.shown) made.said.push_back({frame.words("packs.recalled.version", {{"version", std::to_string(pack.highest)}}), strong});
        made.said.push_back({reason_words(frame, *recall), quiet});
    }
    if (pack.previous && recall_of(state, pack.id, pack.previous->version) == nullptr) made.undo = pack.previous->version;
    return made;
}

std::vector<Action> undo_action(const Frame& frame, const PackCard& made, std::string_view id) {
    if (!made.undo) return {};
    return {{id, frame.words("packs.undo", {{"version", std::to_string(*made.undo)}}), Tone::plain, "icons/undo.png"}};
}

std::string offer_kind(const Frame& frame, const PackOffer& pack) {
    switch (pack.kind) {
        case PackOffer::Kind::recalled: return frame.words("packs.kind.recalled");
        case PackOffer::Kind::older: return frame.words("packs.kind.older");
        case PackOffer::Kind::same: return frame.words("packs.kind.same");
        case PackOffer::Kind::update: return frame.words("packs.kind.update", {{"before", std::to_string(pack.before)}, {"version", std::to_string(pack.version)}});
        case PackOffer::Kind::fresh: break;
    }
    return frame.words("packs.kind.fresh");
}

bool installable(const PackOffer& pack) { return pack.refused.empty() && (pack.kind == PackOffer::Kind::fresh || pack.kind == PackOffer::Kind::update); }

std::string refused_words(const Frame& frame, const PackOffer& pack) {
    return frame.words(pack.refused_kind == ErrorKind::unsupported ? "packs.refused.unsupported"
                       : pack.refused_kind == ErrorKind::full      ? "packs.refused.full"
                                                                   : "packs.refused.other");
}

std::string offer_detail(const Frame& frame, const PackOffer& pack) {
    const std::string version = std::to_string(pack.version), before = std::to_string(pack.before);
    switch (pack.kind) {
        case PackOffer::Kind::recalled: return frame.words("packs.detail.recalled", {{"version", version}});
        case PackOffer::Kind::older: return frame.words("packs.detail.older", {{"version", version}, {"before", before}});
        case PackOffer::Kind::same:
        case PackOffer::Kind::fresh:
        case PackOffer::Kind::update: break;
    }
    const std::string all = frame.words("packs.detail.version", {{"version", version}, {"size", admin_size(pack.bytes)}});
    if (pack.kind == PackOffer::Kind::same) return all;
    if (pack.to_fetch == 0) return all + " · " + frame.words("packs.detail.shared");
    return all + " · " + frame.words("packs.detail.fetch", {{"fetch", admin_size(pack.to_fetch)}, {"files", std::to_string(pack.files_to_fetch)}});
}

// One pack of an offer: what it is in words and by a sign, then whose, then what it would take.
void offered(Frame& frame, Rect& rest, const PackOffer& pack) {
    const Theme& theme = frame.theme;
    const bool refused = !pack.refused.empty(), takes = installable(pack);
    const std::string kind = refused ? frame.words("packs.kind.refused") : offer_kind(frame, pack);
    const TextStyle chip{Face::sans_bold, 32, takes ? theme.on_cinnabar : theme.ink_2, Align::centre, 1.25f, 1, true, type::caption};
    const float chip_w = frame.canvas.measure(kind, chip).x + 2 * space::m + 4, chip_h = 40 * text_growth(frame) + space::s;
    const bool below = frame.portrait || chip_w > rest.w * 0.4f;
    const float w = rest.w - 2 * space::m - 56 - space::m - (below ? 0 : chip_w + space::m);
    std::vector<Said> said{{pack.title.in(frame.lang), pack_title_style(frame), 4}, {pack.summary.in(frame.lang), admin_quiet(frame), 4},
                           {frame.words("packs.who", {{"who", pack_organisation(pack.target, pack.role)}}), admin_quiet(frame)},
                           {offer_detail(frame, pack), admin_quiet(frame)}};
    if (refused) {
        said.push_back({refused_words(frame, pack), {Face::sans_bold, 32, theme.cinnabar_deep, Align::left, 1.35f, 0}});
        said.push_back({frame.words("packs.technical", {{"what", pack.refused}}), admin_quiet(frame)});
    }
    const Rect box = rest.cut_top(height_of(frame, said, w) + 2 * space::m + (below ? chip_h + space::xs : 0));
    rest.cut_top(space::s);
    if (box.intersected(frame.canvas.clip()).empty()) return;
    frame.canvas.fill(box, theme.paper_raised, 16);
    frame.canvas.stroke(box, theme.line, 2, 16);
    if (takes) frame.canvas.fill({box.x + 2, box.y + 14, 8, box.h - 28}, theme.cinnabar, 4);
    Rect inside = box.inset(space::m);
    const Rect sign = inside.cut_left(56);
    inside.cut_left(space::m);
    icon(frame, refused || pack.kind == PackOffer::Kind::recalled ? "icons/warning.png" : "icons/pack.png", {sign.x, sign.y, 52, 52}, takes ? theme.cinnabar : theme.ink_2);
    const auto draw_chip = [&](Rect at) {
        if (takes) frame.canvas.fill(at, theme.cinnabar, chip_h / 2);
        else frame.canvas.stroke(at, theme.line, 2, chip_h / 2);
        frame.canvas.text(kind, at, chip);
    };
    if (below) {
        draw_chip({inside.x, inside.y, std::min(chip_w, inside.w), chip_h});
        inside.cut_top(chip_h + space::xs);
    } else {
        draw_chip({inside.right() - chip_w, inside.y, chip_w, chip_h});
        inside.cut_right(chip_w + space::m);
    }
    say_all(frame, inside, said);
}

void recalls(Frame& frame, Rect& rest, const PackRoom::State& state) {
    if (state.offer->recalls.empty()) return;
    std::string all;
    for (const Recall& recall : state.offer->recalls) {
        std::string versions;
        for (const std::int64_t v : recall.versions)
            versions += (versions.empty() ? "" : frame.words("packs.between")) + frame.words("packs.event.version", {{"version", std::to_string(v)}});
        if (!all.empty()) all += "\n";
        std::string title = pack_title(frame, state, recall.pack);
        for (const PackOffer& pack : state.offer->packs)
            if (pack.id == recall.pack) title = pack.title.in(frame.lang);
        all += recall.versions.empty() ? frame.words("packs.recalls.line.all", {{"title", title}, {"reason", recall.reason.in(frame.lang)}})
                                       : frame.words("packs.recalls.line", {{"title", title}, {"versions", versions}, {"reason", recall.reason.in(frame.lang)}});
    }
    told(frame, rest, frame.words("packs.recalls.title"), all, Notice::Tone::bad);
}

// "2 updated · 1 new", or why there is nothing to do.
std::pair<std::string, std::string> verdict(const Frame& frame, const Offer& offer) {
    int fresh = 0, update = 0, refused = 0;
    for (const PackOffer& pack : offer.packs) {
        if (!pack.refused.empty()) ++refused;
        else if (pack.kind == PackOffer::Kind::fresh) ++fresh;
        else if (pack.kind == PackOffer::Kind::update) ++update;
    }
    if (fresh + update > 0) {
        std::string all = update > 0 ? frame.words("packs.offer.update", {{"n", std::to_string(update)}}) : std::string();
        if (fresh > 0) all += (all.empty() ? "" : " · ") + frame.words("packs.offer.new", {{"n", std::to_string(fresh)}});
        return {all, ""};
    }
    if (refused > 0) return {frame.words("packs.offer.can_not"), frame.words("packs.nothing_changed")};
    return {frame.words("packs.offer.nothing"), frame.words(offer.packs.empty() ? "packs.offer.empty.text" : "packs.offer.nothing.text")};
}

// Copying, checking, finishing: which is done, which goes on.
void steps(Frame& frame, Rect& rest, InstallProgress::Step now) {
    const Theme& theme = frame.theme;
    static constexpr std::pair<InstallProgress::Step, const char*> all[] = {{InstallProgress::Step::fetching, "packs.step.fetching"},
                                                                            {InstallProgress::Step::checking, "packs.step.checking"},
                                                                            {InstallProgress::Step::finishing, "packs.step.finishing"}};
    const TextStyle style{Face::sans_bold, 32, theme.ink, Align::left, 1.25f, 1, true, type::caption};
    const float h = 44 * text_growth(frame), mark = 40;
    for (const auto& [step, key] : all) {
        Rect line = rest.cut_top(h);
        rest.cut_top(space::xs);
        const Rect sign = line.cut_left(mark);
        line.cut_left(space::s);
        const bool done = step < now, here = step == now;
        const Vec2 c = sign.centre();
        if (done) icon(frame, "icons/check.png", {c.x - 18, c.y - 18, 36, 36}, theme.cinnabar);
        else if (here) frame.canvas.circle(c, 11, theme.cinnabar);
        else frame.canvas.ring(c, 10, 0, 1, theme.line, 4);
        TextStyle words = style;
        if (!here) words.face = Face::sans;
        if (!here) words.colour = theme.ink_2;
        frame.canvas.text(frame.words(key), line, words);
    }
}

std::string left_words(const Frame& frame, const InstallProgress& progress, std::optional<double> left) {
    if (progress.step == InstallProgress::Step::finishing) return frame.words("packs.progress.soon");
    if (progress.step == InstallProgress::Step::looking) return frame.words("packs.step.looking");
    if (!left) return frame.words("packs.progress.start");
    if (std::isinf(*left)) return frame.words("packs.progress.waiting");
    if (*left < 4) return frame.words("packs.progress.soon");
    if (*left < 95) return frame.words("packs.progress.seconds", {{"n", std::to_string(5 * static_cast<int>(std::ceil(*left / 5)))}});
    if (*left < 5400) return frame.words("packs.progress.minutes", {{"n", std::to_string(static_cast<int>(std::ceil(*left / 60)))}});
    return frame.words("packs.progress.hours", {{"n", plain_number(std::ceil(*left / 1800) / 2)}});
}

// The ring on the left or on top, what belongs to it beside or below.
std::pair<Rect, Rect> ring_place(const Frame& frame, Rect place) {
    if (frame.portrait) {
        place.cut_top(place.h * 0.06f);
        const Rect ring = place.cut_top(std::min(place.h * 0.42f, 640.0f));
        place.cut_top(space::xl);
        return {ring, place};
    }
    const Rect ring = place.cut_left(place.w * 0.42f);
    place.cut_left(space::xl);
    return {ring, place};
}

}  // namespace

int packs_shown(Frame& frame, Rect& rest, const PackRoom::State& state) {
    const std::size_t columns = !frame.portrait && text_growth(frame) < 1.35f && state.packs.size() > 1 ? 2 : 1;
    const float w = (rest.w - card_gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
    const float words_w = w - 2 * space::l - 64 - space::m;
    int touched = -1;
    for (std::size_t i = 0; i < state.packs.size(); i += columns) {
        const std::size_t end = std::min(i + columns, state.packs.size());
        std::vector<PackCard> row;
        float h = 0;
        for (std::size_t k = i; k < end; ++k) {
            row.push_back(card_of(frame, state, state.packs[k]));
            const auto undo = undo_action(frame, row.back(), "");
            h = std::max(h, height_of(frame, row.back().said, words_w) + (undo.empty() ? 0 : space::m + actions_height(frame, words_w, undo)) + 2 * space::l);
        }
        for (std::size_t k = i; k < end; ++k) {
            const PackCard& made = row[k - i];
            const Rect box{rest.x + static_cast<float>(k - i) * (w + card_gap), rest.y, w, h};
            card(frame, box);
            frame.canvas.fill({box.x + space::l, box.y, 64, 6}, made.shown ? frame.theme.cinnabar : frame.theme.ink_2);
            Rect inside = box.inset(space::l);
            const Rect sign = inside.cut_left(64);
            inside.cut_left(space::m);
            icon(frame, made.shown ? "icons/pack.png" : "icons/warning.png", {sign.x, sign.y, 60, 60}, frame.theme.cinnabar);
            say_all(frame, inside, made.said);
            const std::string id = fmt::format("packs.undo.{}", k);
            const auto undo = undo_action(frame, made, id);
            if (undo.empty()) continue;
            // At the foot, so that neighbours' stand in a row.
            Rect foot = inside.cut_bottom(actions_height(frame, words_w, undo));
            if (actions(frame, foot, undo) == 0) touched = static_cast<int>(k);
        }
        rest.cut_top(h + card_gap);
    }
    return touched;
}

bool may_install(const PackRoom::State& state) {
    if (!state.offer || !state.offer->fits()) return false;
    if (state.source == PackRoom::Source::stick && !state.stick_here) return false;
    return std::any_of(state.offer->packs.begin(), state.offer->packs.end(), installable);
}

OfferAnswer packs_offer(Frame& frame, Rect place, const PackRoom::State& state, Scroll& scroll) {
    const Offer& offer = *state.offer;
    const bool some = std::any_of(offer.packs.begin(), offer.packs.end(), installable);
    const bool pulled = state.source == PackRoom::Source::stick && !state.stick_here;
    std::vector<Action> foot;
    if (some) foot.push_back({"packs.install", frame.words("packs.install"), Tone::primary, "icons/download.png", may_install(state)});
    foot.push_back({"packs.back", frame.words(some ? "packs.not_now" : "packs.back")});
    const int touched = foot_actions(frame, place, foot);
    scroll_area(frame, "packs.scroll", place.inset(-24, 0), scroll, [&](Rect content) {
        const Rect column = admin_column(frame, place);
        Rect rest{column.x, content.y + space::s, column.w, 1e6f};
        const float top = content.y;
        paragraph(frame, rest, frame.words("packs.offer.from", {{"from", pack_source(frame, offer.from)}}), admin_quiet(frame), 4);
        const auto [title, text] = verdict(frame, offer);
        paragraph(frame, rest, title, verdict_style(frame), space::xs);
        paragraph(frame, rest, text, admin_body(frame), space::s);
        if (some) {
            const auto need = [&](const char* key) {
                return frame.words(key, {{"fetch", admin_size(offer.to_fetch)}, {"need", admin_size(offer.to_store)}, {"free", admin_size(offer.free_bytes)}});
            };
            const TextStyle trouble{Face::sans_bold, type::body, frame.theme.cinnabar_deep, Align::left, 1.35f, 0};
            if (pulled) paragraph(frame, rest, frame.words("packs.gone"), trouble, space::xs);
            if (offer.fits()) paragraph(frame, rest, need("packs.need"), admin_body(frame), space::xs);
            else paragraph(frame, rest, need("packs.need.full"), trouble, space::xs);
            const double share = offer.free_bytes == 0 ? 1 : static_cast<double>(offer.to_store) / static_cast<double>(offer.free_bytes);
            share_bar(frame, rest.cut_top(20), std::min(1.0, share), {offer.fits() ? frame.theme.pine : frame.theme.cinnabar, offer.fits() ? Pattern::solid : Pattern::stripes});
            rest.cut_top(space::m);
        }
        recalls(frame, rest, state);
        for (const PackOffer& pack : offer.packs) offered(frame, rest, pack);
        return rest.y - top + space::l;
    });
    if (touched < 0) return OfferAnswer::nothing;
    return some && touched == 0 ? OfferAnswer::install : OfferAnswer::back;
}

std::optional<double> PackSpeed::left(const PackRoom::State& state, Instant now) {
    const InstallProgress& p = state.progress;
    // Each step runs at a speed of its own; what was here already is not counted as fast.
    if (!begun_ || p.step != step_ || p.bytes < last_) {
        begun_ = true;
        step_ = p.step;
        since_ = moved_ = now;
        first_ = last_ = p.bytes;
    }
    if (p.bytes > last_) {
        last_ = p.bytes;
        moved_ = now;
    }
    const double spent = seconds(now - since_);
    if (spent < speed_after_s || p.of_bytes == 0) return std::nullopt;
    if (p.bytes >= p.of_bytes) return 0.0;
    if (seconds(now - moved_) > waits_after_s || last_ == first_) return std::numeric_limits<double>::infinity();
    return static_cast<double>(p.of_bytes - p.bytes) * spent / static_cast<double>(last_ - first_);
}

bool packs_installing(Frame& frame, Rect place, const PackRoom::State& state, PackSpeed& speed) {
    frame.present = true;
    const Theme& theme = frame.theme;
    const InstallProgress& p = state.progress;
    const bool ending = p.step == InstallProgress::Step::finishing;
    const int touched = foot_actions(frame, place, {{"packs.cancel", frame.words("packs.cancel"), Tone::plain, "icons/close.png", !ending}});
    auto [ring, rest] = ring_place(frame, place);
    const double share = ending ? 1 : p.of_bytes == 0 ? 0 : std::clamp(static_cast<double>(p.bytes) / static_cast<double>(p.of_bytes), 0.0, 1.0);
    constexpr float width = 30;
    const float radius = std::clamp(std::min(ring.w, ring.h) / 2 - width, 100.0f, 290.0f), in = radius - width;
    const Vec2 c = ring.centre();
    goal_ring(frame, c, radius, width, std::min(share, 0.9999));
    frame.canvas.text(fmt::format("{}%", static_cast<int>(share * 100)), {c.x - in, c.y - radius * 0.46f, 2 * in, radius * 0.72f},
                      {Face::serif_bold, radius * 0.5f, theme.ink, Align::centre, 1.1f, 1, true, 40});
    const float small_h = 44 * text_growth(frame);
    frame.canvas.text(frame.words("packs.progress.bytes", {{"done", admin_size(p.bytes)}, {"of", admin_size(p.of_bytes)}}),
                      {c.x - in * 0.88f, c.y + radius * 0.26f, 1.76f * in, small_h}, {Face::sans, 30, theme.ink_2, Align::centre, 1.25f, 1, true, 28 / text_growth(frame)});

    const TextStyle body = admin_body(frame);
    const std::vector<Said> said{{frame.words("packs.installing"), verdict_style(frame), space::xs},
                                 {left_words(frame, p, speed.left(state, frame.now)), {Face::sans_bold, type::body, theme.cinnabar_deep, Align::left, 1.35f, 0}, 4},
                                 {p.of_files > 0 ? frame.words("packs.progress.files", {{"done", std::to_string(p.files)}, {"of", std::to_string(p.of_files)}}) : std::string(), body, space::m}};
    const std::vector<Said> calm{{frame.words(state.source == PackRoom::Source::stick ? "packs.installing.stick" : "packs.installing.text"), admin_quiet(frame)}};
    const float steps_h = 3 * (44 * text_growth(frame) + space::xs) + space::m;
    const float h = height_of(frame, said, rest.w) + steps_h + height_of(frame, calm, rest.w);
    if (!frame.portrait) rest.cut_top(std::max(0.0f, (rest.h - h) / 2));
    say_all(frame, rest, said);
    steps(frame, rest, p.step);
    rest.cut_top(space::m);
    say_all(frame, rest, calm);
    return touched == 0;
}

bool packs_installed(Frame& frame, Rect place, const std::vector<Fact>& what, Scroll& scroll) {
    const bool done = foot_actions(frame, place, {{"packs.finish", frame.words("packs.finish"), Tone::primary, "icons/check.png"}}) == 0;
    const auto [ring, beside] = ring_place(frame, place);
    constexpr float width = 30;
    const float radius = std::clamp(std::min(ring.w, ring.h) / 2 - width - 12, 100.0f, frame.portrait ? 200.0f : 270.0f);
    const Vec2 c = ring.centre();
    goal_ring(frame, c, radius, width, 1);
    const float sign = radius * 0.42f;
    icon(frame, "icons/check.png", {c.x - sign, c.y - sign, 2 * sign, 2 * sign}, frame.theme.cinnabar);
    std::vector<Said> said{{frame.words("packs.done"), verdict_style(frame), space::s}};
    for (const Fact& one : what) {
        said.push_back({one.label, pack_title_style(frame), 0});
        said.push_back({one.value, fact_style(frame), space::s});
    }
    said.push_back({frame.words("packs.done.text"), admin_body(frame), space::s});
    said.push_back({frame.words("packs.done.undo"), admin_quiet(frame)});
    const float h = height_of(frame, said, beside.w);
    scroll_area(frame, "packs.scroll", beside, scroll, [&, view = beside](Rect content) {
        Rect rest{view.x, content.y + (frame.portrait ? 0.0f : std::max(0.0f, (view.h - h) / 2)), view.w, 1e6f};
        say_all(frame, rest, said);
        return std::max(h, rest.y - content.y);
    });
    return done;
}

RefusalAnswer packs_refused(Frame& frame, Rect place, const PackRoom::State& state, Scroll& scroll) {
    const Refusal refusal = refusal_words(frame, state);
    const bool undoing = state.problem->during == PackRoom::Doing::undoing;
    const bool pulled = state.problem->source == PackRoom::Source::stick && !state.stick_here;
    std::vector<Action> foot{{"packs.back", frame.words("packs.back"), Tone::primary}};
    if (!undoing) foot.push_back({"packs.again", frame.words("packs.again"), Tone::plain, "icons/replay.png", !pulled});
    const int touched = foot_actions(frame, place, foot);
    const Theme& theme = frame.theme;
    const std::vector<Said> said{{refusal.title, verdict_style(frame), space::m},
                                 {refusal.text, {Face::sans, 36, theme.ink, Align::left, 1.5f, 0}, space::m},
                                 {frame.words("packs.nothing_changed"), {Face::sans_bold, 36, theme.ink, Align::left, 1.4f, 0}}};
    const std::vector<Said> small{{frame.words("packs.technical", {{"what", state.problem->what}}), admin_quiet(frame)}};
    scroll_area(frame, "packs.scroll", place.inset(-24, 0), scroll, [&](Rect content) {
        Rect rest = admin_column(frame, place, 1180);
        const float inner = rest.w - 2 * space::xl - 96 - space::l;
        const float h = height_of(frame, said, inner) + 2 * space::xl, small_h = height_of(frame, small, rest.w);
        const float whole = h + space::l + small_h;
        rest = {rest.x, content.y + space::s + std::max(0.0f, (place.h - whole - space::xl) * 0.36f), rest.w, 1e6f};
        const Rect box = rest.cut_top(std::max(h, 96 + 2 * space::xl));
        card(frame, box, 28);
        frame.canvas.fill({box.x + 3, box.y + 28, 8, box.h - 56}, refusal.calm ? theme.ink_2 : theme.cinnabar, 4);
        Rect inside = box.inset(space::xl);
        const Rect sign = inside.cut_left(96);
        inside.cut_left(space::l);
        icon(frame, refusal.calm ? "icons/info.png" : "icons/warning.png", {sign.x, sign.y, 88, 88}, refusal.calm ? theme.ink_2 : theme.cinnabar);
        say_all(frame, inside, said);
        rest.cut_top(space::l);
        say_all(frame, rest, small);
        return rest.y - content.y + space::m;
    });
    if (touched < 0) return RefusalAnswer::nothing;
    return touched == 0 ? RefusalAnswer::back : RefusalAnswer::again;
}

}  // namespace xinghuo
