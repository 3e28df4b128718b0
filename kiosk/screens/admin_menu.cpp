// The first page behind the PIN: one large tile a page, with how things stand.
#include <algorithm>

#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/screens/admin_packs.h"
#include "kiosk/screens/admin_words.h"
#include "kiosk/sync_room.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds look_every = std::chrono::seconds(5);

struct Tile {
    std::string_view id, icon;
    std::string title, state;
};

class Menu final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin"; }
    void shown(Frame& frame) override { look(frame); }

    void frame(Frame& frame, AdminDesk& desk) override {
        if (frame.now - looked_ >= look_every) look(frame);
        frame.wake_at(looked_ + look_every);
        Rect place = admin_head(frame, desk, frame.words("admin.title"));
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            Rect rest{place.x, content.y + space::s, place.w, 1e6f};
            const float top = content.y;
            troubles(frame, rest);
            tiles(frame, rest, place.bottom(), desk);
            return rest.y - top + space::s;
        });
    }

private:
    void look(const Frame& frame) {
        looked_ = frame.now;
        Study& study = *frame.study;
        const auto noted = [](const char* what, const auto& result) {
            if (!result) log_warning(result.error().within(what).what);
            return result.has_value();
        };
        if (const auto count = study.members().count(); noted("counting members", count)) members_ = *count;
        if (const auto branches = study.database().integer_or(0, "SELECT COUNT(DISTINCT branch) FROM member WHERE gone_ms IS NULL"); noted("counting branches", branches))
            branches_ = *branches;
        if (const auto last = study.records().last_seq(); noted("counting records", last)) records_ = *last;
        if (const auto policy = study.policies().on(frame.day); noted("reading the policy", policy)) policy_ = *policy;
        if (auto history = study.activities().history(1); noted("reading the activities", history)) {
            last_.reset();
            if (!history->empty()) last_ = std::move(history->front());
        }
        if (auto imports = study.roster().history(1); noted("reading the imports", imports)) {
            import_.reset();
            if (!imports->empty()) import_ = imports->front().at;
        }
        Records::Filter audit;
        audit.kind = RecordKind::admin_action;
        if (auto actions = study.records().find(audit, 1); noted("reading the audit trail", actions)) {
            action_.clear();
            if (!actions->empty()) action_ = admin_time(frame, actions->front().at, actions->front().clock_trusted);
        }
        std::error_code failed;
        const auto disk = std::filesystem::space(study.files().data, failed);
        free_ = failed ? 0 : disk.available;
    }

    static void troubles(Frame& frame, Rect& rest) {
        Study& study = *frame.study;
        const Mended& mended = study.mended();
        if (!mended.set_aside.empty())
            told(frame, rest, frame.words("admin.mended.title"),
                 frame.words(mended.from_backup.empty() ? "admin.mended.anew" : "admin.mended.backup",
                             {{"n", std::to_string(mended.records_recovered)}, {"lost", std::to_string(mended.records_lost)}}), Notice::Tone::bad);
        if (const std::size_t waiting = study.visit().waiting(); waiting > 0 || !study.visit().trouble().empty())
            told(frame, rest, frame.words("admin.waiting.title", {{"n", std::to_string(waiting)}}), frame.words("admin.waiting.text"), Notice::Tone::bad);
        if (!frame.moment.wall_trusted)
            told(frame, rest, frame.words("admin.clock.title"), frame.words("admin.clock.text", {{"day", admin_day(frame.day)}}), Notice::Tone::bad);
    }

    void tiles(Frame& frame, Rect& rest, float bottom, AdminDesk& desk) const {
        const std::string goal = plain_number(policy_.goal_hours), per_hour = plain_number(policy_.minutes_per_hour);
        const auto& open = frame.study->activities().current();
        const std::string activity = open    ? frame.words("admin.tile.activities.open", {{"name", open->plan.name}, {"n", std::to_string(open->came)}})
                                     : last_ ? frame.words("admin.tile.activities.last", {{"name", last_->plan.name}, {"day", admin_day(last_->day)}})
                                             : frame.words("admin.tile.activities.none");
        const std::size_t waiting = frame.study->visit().waiting();
        const Tile all[] = {
            {"admin.members", "icons/member.png", frame.words("admin.members.title"),
             frame.words("admin.tile.members", {{"n", std::to_string(members_)}, {"branches", std::to_string(branches_)}})},
            {"admin.roster", "icons/group.png", frame.words("admin.roster.title"),
             import_ ? frame.words("admin.tile.roster", {{"day", admin_time(frame, *import_)}}) : frame.words("admin.tile.roster.none")},
            {"admin.activities", "icons/calendar.png", frame.words("admin.activities.title"), activity},
            {"admin.policy", "icons/hours.png", frame.words("admin.policy.title"), frame.words("admin.tile.policy", {{"goal", goal}, {"minutes", per_hour}})},
            {"admin.records", "icons/document.png", frame.words("admin.records.title"),
             waiting > 0 ? frame.words("admin.tile.records.waiting", {{"n", std::to_string(records_)}, {"waiting", std::to_string(waiting)}})
                         : frame.words("admin.tile.records", {{"n", std::to_string(records_)}})},
            {"admin.audit", "icons/search.png", frame.words("admin.audit.title"),
             action_.empty() ? frame.words("admin.tile.audit.none") : frame.words("admin.tile.audit", {{"time", action_}})},
            {"admin.packs", "icons/pack.png", frame.words("packs.title"), packs_tile(frame)},
            {"admin.sync", "icons/sync.png", frame.words("sync.title"), sync_tile(frame)},
            {"admin.storage", "icons/health.png", frame.words("admin.storage.title"),
             frame.words(frame.study->mended().set_aside.empty() ? "admin.tile.storage" : "admin.tile.storage.mended", {{"free", admin_size(free_)}})},
            {"admin.pin", "icons/lock.png", frame.words("admin.pin.change"), frame.words("admin.tile.pin")},
        };
        const std::size_t columns = frame.portrait ? 2 : 3, rows = (std::size(all) + columns - 1) / columns;
        const float gap = frame.portrait ? space::m : space::l, w = (rest.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
        const auto needed = [&](bool compact) {
            float least = 0;
            for (const Tile& tile : all) least = std::max(least, tile_height(frame, tile, w, compact));
            return least;
        };
        float least = needed(false);
        // Where they would not all be seen, the sign stands beside the title.
        const bool compact = !frame.portrait && static_cast<float>(rows) * (least + gap) - gap > bottom - rest.y - space::m;
        if (compact) least = needed(true);
        const float room = (bottom - rest.y - space::m - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows);
        const float h = std::max(least, std::min(room, 420.0f));
        for (std::size_t i = 0; i < std::size(all); ++i) {
            const auto column = static_cast<float>(i % columns), row = static_cast<float>(i / columns);
            if (draw(frame, all[i], compact, {rest.x + column * (w + gap), rest.y + row * (h + gap), w, h})) go(all[i].id, desk);
        }
        rest.cut_top(static_cast<float>(rows) * (h + gap) - gap);
    }

    static std::string sync_tile(const Frame& frame) {
        if (frame.sync == nullptr || !frame.sync->status().set) return frame.words("sync.tile.none");
        const SyncStatus& now = frame.sync->status();
        if (now.trouble || !now.not_taken.empty()) return frame.words(now.enrolled ? "sync.tile.trouble" : "sync.tile.not_enrolled");
        if (now.outbox.quarantined > 0) return frame.words("sync.tile.refused", {{"n", std::to_string(now.outbox.quarantined)}});
        return now.outbox.waiting > 0 ? frame.words("sync.tile.waiting", {{"n", std::to_string(now.outbox.waiting)}}) : frame.words("sync.tile.well");
    }

    static TextStyle title_style(const Frame& frame) { return {Face::serif_bold, 42, frame.theme.ink, Align::left, 1.25f, 0}; }
    static TextStyle state_style(const Frame& frame) { return {Face::sans, 29, frame.theme.ink_2, Align::left, 1.4f, 0}; }

    static float tile_height(Frame& frame, const Tile& tile, float w, bool compact) {
        const float inner = w - 2 * space::m;
        const float state = frame.canvas.measure(tile.state, state_style(frame), inner).y;
        if (!compact) return 72 + space::m + frame.canvas.measure(tile.title, title_style(frame), inner).y + space::xs + state + 2 * space::m + 8;
        return 2 * space::m + std::max(64.0f, frame.canvas.measure(tile.title, title_style(frame), inner - 64 - space::s).y + 2) + space::xs + state + 4;
    }

    static bool draw(Frame& frame, const Tile& tile, bool compact, Rect box) {
        const Press press = pressable(frame, tile.id, tile.title, box);
        const Rect drawn = press.held ? box.inset(4) : box;
        card(frame, drawn);
        frame.canvas.fill({drawn.x + space::m, drawn.y, 64, 6}, frame.theme.cinnabar);
        Rect inside = drawn.inset(space::m);
        if (compact) {
            const float title_w = inside.w - 64 - space::s;
            Rect head = inside.cut_top(std::max(64.0f, frame.canvas.measure(tile.title, title_style(frame), title_w).y + 2));
            const Rect sign = head.cut_left(64);
            head.cut_left(space::s);
            icon(frame, tile.icon, {sign.x, sign.centre().y - 32, 64, 64}, frame.theme.cinnabar);
            TextStyle title = title_style(frame);
            title.middle = true;
            frame.canvas.text(tile.title, head, title);
            inside.cut_top(space::xs);
        } else {
            inside.cut_top(space::xs);
            const Rect sign = inside.cut_top(64);
            icon(frame, tile.icon, {sign.x, sign.y, 64, 64}, frame.theme.cinnabar);
            inside.cut_top(space::m);
            paragraph(frame, inside, tile.title, title_style(frame), space::xs);
        }
        paragraph(frame, inside, tile.state, state_style(frame));
        ripple(frame, tile.id, drawn, frame.theme.cinnabar);
        return press.clicked;
    }

    static void go(std::string_view id, AdminDesk& desk) {
        if (id == "admin.members") desk.open(make_admin_members());
        else if (id == "admin.roster") desk.open(make_admin_roster());
        else if (id == "admin.activities") desk.open(make_admin_activities());
        else if (id == "admin.policy") desk.open(make_admin_policy());
        else if (id == "admin.records") desk.open(make_admin_records(false));
        else if (id == "admin.audit") desk.open(make_admin_records(true));
        else if (id == "admin.packs") desk.open(make_admin_packs());
        else if (id == "admin.sync") desk.open(make_admin_sync());
        else if (id == "admin.storage") desk.open(make_admin_storage());
        else if (id == "admin.pin") desk.open(make_admin_new_pin());
    }

    Instant looked_;
    std::size_t members_ = 0;
    std::int64_t branches_ = 0, records_ = 0;
    std::uintmax_t free_ = 0;
    Policy policy_;
    std::optional<Activity> last_;
    std::optional<WallTime> import_;
    std::string action_;
    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_menu() { return std::make_unique<Menu>(); }

}  // namespace xinghuo
