// 更新历史: what happened to the packs, newest first; what failed, with its sentence.
#include <algorithm>

#include "kiosk/screens/admin_packs.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_shown = 100;

struct Look {
    std::string_view key, icon;
};

Look look_of(PackEvent::What what) {
    switch (what) {
        case PackEvent::What::installed: return {"packs.event.installed", "icons/download.png"};
        case PackEvent::What::updated: return {"packs.event.updated", "icons/download.png"};
        case PackEvent::What::undone: return {"packs.event.undone", "icons/undo.png"};
        case PackEvent::What::recalled: return {"packs.event.recalled", "icons/notice.png"};
        case PackEvent::What::repaired: return {"packs.event.repaired", "icons/health.png"};
        case PackEvent::What::damaged: return {"packs.event.damaged", "icons/warning.png"};
        case PackEvent::What::collected: return {"packs.event.collected", "icons/trash.png"};
        case PackEvent::What::failed: break;
    }
    return {"packs.event.failed", "icons/warning.png"};
}

class HistoryPage final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-packs-history"; }

    void frame(Frame& frame, AdminDesk& desk) override {
        const Rect place = admin_head(frame, desk, frame.words("packs.history"));
        if (frame.packs == nullptr) return;
        const PackRoom::State& state = frame.packs->state();
        scroll_area(frame, "packs.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            const Rect column = admin_column(frame, place, 1500);
            Rect rest{column.x, content.y + space::s, column.w, 1e6f};
            const float top = content.y;
            if (state.history.empty()) paragraph(frame, rest, frame.words("packs.history.none"), admin_body(frame));
            for (std::size_t i = 0; i < std::min(most_shown, state.history.size()); ++i) line(frame, rest, state, state.history[i]);
            return rest.y - top + space::l;
        });
    }

private:
    static void line(Frame& frame, Rect& rest, const PackRoom::State& state, const PackEvent& event) {
        const Theme& theme = frame.theme;
        const Look look = look_of(event.what);
        const std::string title = !event.title.in(frame.lang).empty() ? event.title.in(frame.lang) : event.pack.empty() ? std::string() : pack_title(frame, state, event.pack);
        std::string head = frame.words(look.key);
        if (!title.empty()) head += " · " + title;
        const std::string version = std::to_string(event.version), before = std::to_string(event.before);
        std::string versions;
        if (event.version > 0 && event.before > 0 && event.before != event.version) versions = frame.words("packs.event.versions", {{"before", before}, {"version", version}});
        else if (event.version > 0 || event.before > 0) versions = frame.words("packs.event.version", {{"version", event.version > 0 ? version : before}});
        if (!versions.empty() && !event.from.empty()) versions += " · ";
        if (!event.from.empty()) versions += frame.words("packs.event.from", {{"from", pack_source(frame, event.from)}});
        std::string time = admin_time(frame, event.at, event.clock_trusted);
        if (time == frame.words("admin.time.none")) time = frame.words("packs.event.no_date");
        const bool bad = event.what == PackEvent::What::failed || event.what == PackEvent::What::damaged;
        const std::vector<Said> said{{head, {Face::sans_bold, type::body, theme.ink, Align::left, 1.3f, 0}, 2},
                                     {versions, admin_body(frame), 2},
                                     {time, admin_quiet(frame)},
                                     {event.why, {Face::sans, type::caption, bad ? theme.cinnabar_deep : theme.ink_2, Align::left, 1.4f, 0}}};
        const float w = rest.w - 2 * space::m - 48 - space::m;
        const Rect box = rest.cut_top(height_of(frame, said, w) + 2 * space::s);
        rest.cut_top(space::xs);
        if (box.intersected(frame.canvas.clip()).empty()) return;
        frame.canvas.fill(box, theme.paper_raised, 16);
        frame.canvas.stroke(box, theme.line, 2, 16);
        Rect inside = box.inset(space::m, space::s);
        const Rect sign = inside.cut_left(48);
        inside.cut_left(space::m);
        icon(frame, look.icon, {sign.x, sign.y, 48, 48}, bad ? theme.cinnabar : theme.ink_2);
        say_all(frame, inside, said);
    }

    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_packs_history() { return std::make_unique<HistoryPage>(); }

}  // namespace xinghuo
