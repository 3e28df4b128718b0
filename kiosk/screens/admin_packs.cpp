// 展陈内容: what is shown, what a stick or the network offers, installing it, and going back. What it says comes from the pack room's
// state, frame by frame; of its own it has only the question it asks and what it is waiting for.
#include <fmt/format.h>

#include <algorithm>

#include "content/study/study.h"
#include "kiosk/screens/admin_packs.h"
#include "kiosk/screens/admin_words.h"
#include "kiosk/stick.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds look_every = std::chrono::milliseconds(500), look_at_work = std::chrono::milliseconds(100);

using Source = PackRoom::Source;
using Doing = PackRoom::Doing;

// One of the two large things to do: a sign, words, a sentence below them.
struct Large {
    std::string_view id, icon;
    std::string title, text;
    bool enabled = true;
};

class PacksPage final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-packs"; }

    // What was found before is of another time. What goes on is shown, and what came of an installation while nobody looked.
    void shown(Frame& frame) override {
        asked_.clear();
        if (frame.packs == nullptr) return;
        const PackRoom::State& state = frame.packs->state();
        const bool came_of_it = state.installed || (state.problem && state.problem->during == Doing::installing);
        if (state.doing == Doing::nothing && !came_of_it) frame.packs->forget();
    }

    void frame(Frame& frame, AdminDesk& desk) override {
        if (frame.packs == nullptr) return fixed(frame, desk);
        PackRoom& room = *frame.packs;
        const PackRoom::State& state = room.state();
        frame.wake_at(frame.now + (state.doing == Doing::nothing ? look_every : look_at_work));
        if (state.doing == Doing::nothing) arrived(frame, state);
        // From an offer, a result or a question the way back leads to what is shown.
        StepDesk here(desk, [&] { return step_back(room); });
        const Rect place = admin_head(frame, here, frame.words("packs.title"));
        switch (stage(state)) {
            case Stage::looking: return looking(frame, place, room);
            case Stage::undoing: return at_work(frame, place, frame.words("packs.undoing"));
            case Stage::installing:
                if (packs_installing(frame, place, state, speed_)) {
                    keep_action(frame, "packs_cancel", "");  // stopped even when that cannot be written
                    room.cancel();
                }
                return;
            case Stage::question: return question(frame, place, room);
            case Stage::refused: return refused(frame, place, room);
            case Stage::installed:
                if (packs_installed(frame, place, taken_, scroll_)) room.forget();
                return;
            case Stage::offer: return offer(frame, place, room);
            case Stage::shown: return all(frame, place, room, desk);
        }
    }

private:
    enum class Stage { shown, looking, offer, installing, installed, question, undoing, refused };

    [[nodiscard]] Stage stage(const PackRoom::State& state) const {
        if (state.doing == Doing::looking) return Stage::looking;
        if (state.doing == Doing::installing) return Stage::installing;
        if (state.doing == Doing::undoing) return Stage::undoing;
        if (state.problem) return Stage::refused;
        if (state.installed) return Stage::installed;
        if (!asked_.empty()) return Stage::question;
        return state.offer ? Stage::offer : Stage::shown;
    }

    bool step_back(PackRoom& room) {
        const Stage now = stage(room.state());
        // What is under way goes on by itself.
        if (now == Stage::shown || now == Stage::looking || now == Stage::installing || now == Stage::undoing) return false;
        if (!std::exchange(asked_, {}).empty()) return true;
        room.forget();
        scroll_ = {};
        return true;
    }

    // Something that was begun here has ended.
    void arrived(Frame& frame, const PackRoom::State& state) {
        if (!std::exchange(undoing_, false) || state.problem) return;
        frame.reception.say(Notice::Tone::good, "packs.undone", "packs.undone.text", frame.moment);
        frame.animate();
    }

    static void fixed(Frame& frame, AdminDesk& desk) {
        Rect place = admin_column(frame, admin_head(frame, desk, frame.words("packs.title")));
        place.cut_top(space::xl);
        told(frame, place, frame.words("packs.fixed.title"), frame.words("packs.fixed.text"));
    }

    void all(Frame& frame, Rect place, PackRoom& room, AdminDesk& desk) {
        const PackRoom::State& state = room.state();
        if (foot_actions(frame, place, {{"packs.history", frame.words("packs.history"), Tone::plain, "icons/clock.png"}}) == 0) desk.open(make_admin_packs_history());
        scroll_area(frame, "packs.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            Rect rest{place.x, content.y + space::s, place.w, 1e6f};
            const float top = content.y;
            if (!state.checking.empty()) {
                told(frame, rest, frame.words("packs.damaged.title"), frame.words("packs.damaged.text"), Notice::Tone::bad);
                paragraph(frame, rest, frame.words("packs.technical", {{"what", state.checking}}), admin_quiet(frame), space::s);
            }
            ways(frame, rest, room);
            heading(frame, rest, frame.words("packs.shown", {{"n", std::to_string(std::count_if(state.packs.begin(), state.packs.end(), [](const InstalledPack& p) { return p.shown.has_value(); }))}}));
            if (state.packs.empty()) told(frame, rest, frame.words("packs.none.title"), frame.words("packs.none.text"));
            if (const int touched = packs_shown(frame, rest, state); touched >= 0) {
                asked_ = state.packs[static_cast<std::size_t>(touched)].id;
                frame.animate();
            }
            paragraph(frame, rest, frame.words("packs.space", {{"used", admin_size(state.blobs_bytes)}, {"free", admin_size(state.free_bytes)}}), admin_quiet(frame));
            return rest.y - top + space::s;
        });
    }

    // From a stick, and from the network.
    void ways(Frame& frame, Rect& rest, PackRoom& room) {
        const PackRoom::State& state = room.state();
        const auto named = [&](const char* key) { return frame.words(key, {{"name", state.stick_name}}); };
        // A stick that has no packs has a name all the same.
        const std::string plugged = frame.sticks != nullptr && frame.sticks->stick() ? frame.sticks->stick()->name : std::string();
        Large stick{"packs.stick", "icons/usb.png", frame.words("packs.stick"), frame.words("packs.stick.plug"), state.stick_here};
        if (state.stick_here) {
            stick.text = frame.words("packs.stick.text");
            if (!state.stick_name.empty()) stick.title = named("packs.stick.named");
        } else if (!plugged.empty()) {
            stick.text = frame.words("packs.stick.other", {{"name", plugged}});
        }
        Large network{"packs.network", "icons/network.png", frame.words("packs.network"), frame.words("packs.network.none"), !state.network_name.empty()};
        if (network.enabled) {
            const std::string time = state.last_contact ? admin_time(frame, *state.last_contact) : std::string();
            network.text = time.empty() || time == frame.words("admin.time.none") ? frame.words("packs.network.never", {{"name", state.network_name}})
                                                                                  : frame.words("packs.network.at", {{"name", state.network_name}, {"time", time}});
            if (state.automatic) network.text += "\n" + frame.words("packs.network.automatic");
        }
        const bool beside = !frame.portrait && text_growth(frame) < 1.4f;
        const float w = beside ? (rest.w - space::m) / 2 : rest.w;
        const float h = std::max(large_height(frame, stick, w), large_height(frame, network, w));
        const Rect first = rest.cut_top(h);
        if (!beside) rest.cut_top(space::s);
        const Rect second = beside ? Rect{first.x + w + space::m, first.y, w, h} : rest.cut_top(h);
        rest.cut_top(space::s);
        if (large(frame, stick, {first.x, first.y, w, h})) look(frame, room, Source::stick);
        if (large(frame, network, second)) look(frame, room, Source::network);
    }

    static std::vector<Said> large_words(const Frame& frame, const Large& what) {
        TextStyle title = pack_title_style(frame);
        if (!what.enabled) title.colour = frame.theme.ink_2;
        return {{what.title, title, space::xs}, {what.text, admin_quiet(frame)}};
    }

    static float large_height(Frame& frame, const Large& what, float w) {
        return std::max(96.0f, height_of(frame, large_words(frame, what), w - 2 * space::l - 80 - space::m)) + 2 * space::l;
    }

    static bool large(Frame& frame, const Large& what, Rect box) {
        const Theme& theme = frame.theme;
        const Press press = what.enabled ? pressable(frame, what.id, what.title, box) : Press{};
        const Rect drawn = press.held ? box.inset(4) : box;
        if (what.enabled) {
            card(frame, drawn);
            frame.canvas.stroke(drawn, theme.cinnabar, 3, space::radius);
        } else {
            // It lies flat: there is nothing to press.
            frame.canvas.stroke(drawn, theme.line, 3, space::radius);
        }
        Rect inside = drawn.inset(space::l);
        const Rect sign = inside.cut_left(80);
        inside.cut_left(space::m);
        icon(frame, what.icon, {sign.x, sign.centre().y - 40, 80, 80}, what.enabled ? theme.cinnabar : theme.ink_2);
        const auto words = large_words(frame, what);
        inside.cut_top(std::max(0.0f, (inside.h - height_of(frame, words, inside.w)) / 2));
        say_all(frame, inside, words);
        if (what.enabled) ripple(frame, what.id, drawn, theme.cinnabar);
        return press.clicked;
    }

    void look(Frame& frame, PackRoom& room, Source from) {
        const PackRoom::State& state = room.state();
        if (!keep_action(frame, "packs_look", from == Source::stick ? state.stick_name : state.network_name)) return;
        scroll_ = {};
        room.look_for_updates(from, frame.moment);
        frame.animate();
    }

    static void looking(Frame& frame, Rect place, PackRoom& room) {
        const PackRoom::State& state = room.state();
        if (foot_actions(frame, place, {{"packs.cancel", frame.words("packs.cancel"), Tone::plain, "icons/close.png"}}) == 0) room.cancel();
        const bool stick = state.source == Source::stick;
        const std::string words = frame.words(stick ? "packs.looking.stick" : "packs.looking.network", {{"name", stick ? state.stick_name : state.network_name}});
        at_work(frame, place, words);
        // Below its words and its ring.
        Rect below = admin_column(frame, place, 1080);
        below.cut_top(below.h * 0.3f + space::xl + frame.canvas.measure(words, {Face::serif_bold, type::lead, {}, Align::centre, 1.4f, 0}, below.w).y + space::m + 68 + space::xl);
        paragraph(frame, below, frame.words("packs.looking.text"), {Face::sans, type::body, frame.theme.ink_2, Align::centre, 1.4f, 0});
    }

    void offer(Frame& frame, Rect place, PackRoom& room) {
        const PackRoom::State& state = room.state();
        const OfferAnswer answer = packs_offer(frame, place, state, scroll_);
        if (answer == OfferAnswer::nothing) return;
        frame.animate();
        scroll_ = {};
        if (answer == OfferAnswer::back) return room.forget();
        std::string what;
        taken_.clear();
        for (const PackOffer& pack : state.offer->packs) {
            const bool update = pack.kind == PackOffer::Kind::update;
            if (!pack.refused.empty() || (!update && pack.kind != PackOffer::Kind::fresh)) continue;
            const std::string before = std::to_string(pack.before), version = std::to_string(pack.version);
            what += fmt::format("{}{} {} → {}", what.empty() ? "" : ", ", pack.id, before, version);
            taken_.push_back({pack.title.in(frame.lang), frame.words(update ? "packs.done.update" : "packs.done.fresh", {{"before", before}, {"version", version}})});
        }
        if (!keep_action(frame, "packs_install", what)) return;
        speed_ = {};
        room.install(frame.moment);
    }

    void refused(Frame& frame, Rect place, PackRoom& room) {
        const Source source = room.state().problem->source;
        switch (packs_refused(frame, place, room.state(), scroll_)) {
            case RefusalAnswer::nothing: return;
            case RefusalAnswer::back: room.forget(); break;
            case RefusalAnswer::again:
                room.forget();
                look(frame, room, source);
                break;
        }
        scroll_ = {};
        frame.animate();
    }

    void question(Frame& frame, Rect place, PackRoom& room) {
        const PackRoom::State& state = room.state();
        const auto pack = std::find_if(state.packs.begin(), state.packs.end(), [&](const InstalledPack& one) { return one.id == asked_; });
        // It was changed while the question stood.
        if (pack == state.packs.end() || !pack->previous) return asked_.clear();
        const std::string version = std::to_string(pack->previous->version), before = pack->shown ? std::to_string(pack->shown->version) : "0";
        const auto answer = ask(frame, place, {frame.words("packs.undo.sure", {{"title", pack_title(frame, state, pack->id)}, {"version", version}}),
                                               frame.words(pack->shown ? "packs.undo.text" : "packs.undo.text.none", {{"before", before}, {"version", version}}),
                                               frame.words("packs.undo", {{"version", version}}), frame.words("admin.cancel")});
        if (!answer) return;
        frame.animate();
        const std::string id = std::exchange(asked_, {});
        if (!*answer || !keep_action(frame, "packs_undo", fmt::format("{} {} → {}", id, before, version))) return;
        undoing_ = true;
        room.undo(id, frame.moment);
    }

    std::string asked_;              // the pack that is to go back: the question stands
    bool undoing_ = false;           // it was begun here, and its end is to be told
    std::vector<Fact> taken_;        // what is being installed, for when it is
    PackSpeed speed_;
    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_packs() { return std::make_unique<PacksPage>(); }

}  // namespace xinghuo
