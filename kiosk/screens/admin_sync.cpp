// 中心: what has been sent and what waits, what is wrong in a sentence, what the centre refused; enrolling this terminal. What it says comes from the
// sync room's status, frame by frame.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "content/study/study.h"
#include "kiosk/keyboard.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_sync_cards.h"
#include "kiosk/screens/admin_told.h"
#include "kiosk/screens/admin_words.h"
#include "kiosk/stick.h"
#include "kiosk/sync_room.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds look_every = std::chrono::milliseconds(500);
constexpr std::size_t code_most = 24, name_most = 60;
constexpr std::size_t refused_limit_bytes = 64u << 20;

// As codes are printed: large letters and digits, four and four with a dash, whether it was typed or not.
std::string as_code(std::string_view typed) {
    std::string code;
    for (const char c : typed) {
        if (c >= 'a' && c <= 'z') code += static_cast<char>(c - 'a' + 'A');
        else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-') code += c;
    }
    if (code.size() == 8 && code.find('-') == std::string::npos) code.insert(4, "-");
    return code;
}

class SyncPage final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-sync"; }
    void shown(Frame&) override {
        stage_ = Stage::status;
        asked_to_sync_ = false;
    }

    void frame(Frame& frame, AdminDesk& desk) override {
        StepDesk here(desk, [this] { return std::exchange(stage_, Stage::status) != Stage::status; });
        const Rect place = admin_head(frame, here, frame.words("sync.title"));
        if (frame.sync == nullptr) return none(frame, place);
        SyncRoom& room = *frame.sync;
        frame.wake_at(frame.now + look_every);
        collect(frame, room);
        if (exporting_) return at_work(frame, place, frame.words("admin.export.writing"));
        if (room.status().enrolling) return at_work(frame, place, frame.words("sync.enrolling"));
        if (std::exchange(asked_to_enrol_, false) && !room.status().enrol_trouble) {
            if (by_stick_ && room.status().asked) frame.reception.say(Notice::Tone::good, "sync.stick.asked", "sync.stick.asked.text", frame.moment);
            else if (!by_stick_ && room.status().enrolled) frame.reception.say(Notice::Tone::good, "sync.enrolled", "sync.enrolled.text", frame.moment, {{"name", room.status().organisation}});
        }
        follow(frame, room);
        switch (stage_) {
            case Stage::status: return room.status().set ? status(frame, place, room) : unset(frame, place, room);
            case Stage::offer: return offer(frame, place, room);
            case Stage::code: return write(frame, place, room, frame.words("sync.code"), frame.words("sync.code.hint"), code_, code_most);
            case Stage::name: return write(frame, place, room, frame.words("sync.name"), frame.words("sync.name.hint"), name_, name_most);
        }
    }

private:
    enum class Stage { status, offer, code, name };

    static void none(Frame& frame, Rect place) {
        Rect rest = admin_column(frame, place);
        rest.cut_top(space::xl);
        told(frame, rest, frame.words("sync.none.title"), frame.words("sync.none.text"));
    }

    // No centre is named in the settings: one can still be met over its stick.
    void unset(Frame& frame, Rect place, SyncRoom& room) {
        const bool open = offered(frame, room);
        if (open && foot_actions(frame, place, {{"sync.enrol.stick", frame.words("sync.stick.enrol"), Tone::primary, "icons/usb.png"}}) == 0) show_offer(frame);
        scrolled(frame, place, [&](Rect& rest) {
            sync_cards(frame, rest, room, stick_here(frame, room));
            if (open) paragraph(frame, rest, frame.words("sync.stick.here", {{"name", room.carried()->of->name}}), admin_body(frame), space::s);
            else if (!stick_here(frame, room)) told(frame, rest, frame.words("sync.none.title"), frame.words("sync.none.text"));
        });
    }

    // A column that may be longer than the page.
    void scrolled(Frame& frame, Rect place, const std::function<void(Rect& rest)>& draw) {
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            const Rect column = admin_column(frame, place);
            Rect rest{column.x, content.y + space::s, column.w, 1e6f};
            draw(rest);
            return rest.y - content.y + space::l;
        });
    }

    [[nodiscard]] static bool stick_here(const Frame& frame, const SyncRoom& room) {
        return frame.sticks != nullptr && frame.sticks->stick() && room.carried() && room.carried()->of;
    }

    // A stick that this terminal can be enrolled with.
    [[nodiscard]] static bool offered(const Frame& frame, const SyncRoom& room) { return stick_here(frame, room) && !room.carried()->mistrusted && !room.to_store(); }

    void show_offer(Frame& frame) {
        stage_ = Stage::offer;
        swapped_ = false;
        frame.animate();
    }

    // Somebody is writing for the stick that was compared: it is in, and the same.
    void follow(Frame& frame, const SyncRoom& room) {
        if (stage_ == Stage::status || stage_ == Stage::offer) swapped_ = swapped_ && stage_ == Stage::offer;
        else if (!by_stick_) return;
        else if (!offered(frame, room)) {
            stage_ = Stage::status;
            frame.reception.say(Notice::Tone::bad, "sync.stick.gone", "sync.stick.gone.text", frame.moment);
        } else if (room.carried()->of->centre_key != compared_) {
            stage_ = Stage::offer;
            swapped_ = true;
        }
    }

    // Whose stick it is, before anything is believed: by its own word, and by what people can compare.
    void offer(Frame& frame, Rect place, SyncRoom& room) {
        if (!offered(frame, room)) {
            stage_ = Stage::status;
            return frame.animate();
        }
        const CourierStick& of = *room.carried()->of;
        const bool moves = room.status().enrolled && !room.carried()->wrong.empty();
        const int touched = foot_actions(frame, place, {{"sync.stick.same", frame.words("sync.stick.same"), Tone::primary, "icons/shield.png"},
                                                        {"sync.stick.differs", frame.words("sync.stick.differs"), Tone::plain}});
        scrolled(frame, place, [&](Rect& rest) {
            if (swapped_) told(frame, rest, frame.words("sync.stick.swapped"), frame.words("sync.stick.swapped.text"), Notice::Tone::bad);
            paragraph(frame, rest, frame.words("sync.stick.of"), admin_quiet(frame), space::xs);
            paragraph(frame, rest, of.name, {Face::serif_bold, type::lead, frame.theme.ink, Align::left, 1.3f, 0}, space::m);
            paragraph(frame, rest, frame.words("sync.stick.fingerprint"), admin_quiet(frame), space::xs);
            paragraph(frame, rest, key_fingerprint(of.centre_key), {Face::sans_bold, text_growth(frame) > 1 ? type::lead : type::title, frame.theme.ink, Align::left, 1.3f, 0}, space::l);
            if (moves)
                told(frame, rest, frame.words("sync.stick.moves"), frame.words("sync.stick.moves.text", {{"now", room.status().organisation}, {"name", of.name}}), Notice::Tone::bad);
            told(frame, rest, frame.words("sync.stick.compare"), frame.words("sync.stick.compare.text"));
        });
        if (touched == 0) {
            compared_ = of.centre_key;
            begin_enrolling(frame, true);
        }
        if (touched == 1) {
            room.mistrust_stick();
            stage_ = Stage::status;
            frame.animate();
        }
    }

    void status(Frame& frame, Rect place, SyncRoom& room) {
        const SyncStatus& now = room.status();
        std::vector<Action> all;
        if (!now.name.empty()) all.push_back({"sync.now", frame.words("sync.now"), now.enrolled ? Tone::primary : Tone::plain, "icons/sync.png", !room.syncing()});
        if (!now.name.empty() && !room.to_store())
            all.push_back({"sync.enrol", frame.words(now.enrolled ? "sync.enrol.again" : "sync.enrol"), now.enrolled ? Tone::plain : Tone::primary, "icons/shield.png"});
        if (offered(frame, room))
            all.push_back({"sync.enrol.stick", frame.words(now.enrolled ? "sync.stick.enrol.again" : "sync.stick.enrol"), now.enrolled || now.asked ? Tone::plain : Tone::primary, "icons/usb.png"});
        if (!now.quarantined.empty()) {
            all.push_back({"sync.release", frame.words("sync.release"), Tone::plain, "icons/replay.png", !room.syncing()});
            all.push_back({"sync.export", frame.words("admin.export.stick"), Tone::plain, "icons/usb.png", frame.sticks != nullptr && frame.sticks->stick().has_value()});
        }
        const int touched = all.empty() ? -1 : foot_actions(frame, place, all);
        do_action(frame, room, touched < 0 ? std::string_view() : all[static_cast<std::size_t>(touched)].id);
        scrolled(frame, place, [&](Rect& rest) {
            synced(frame, rest, room);
            sync_cards(frame, rest, room, stick_here(frame, room));
            refused_of_centre(frame, rest, now);
            heading(frame, rest, frame.words("sync.records"));
            facts(frame, rest, {{frame.words("sync.waiting"), now.outbox.waiting == 0 ? frame.words("sync.waiting.none") : frame.words("sync.waiting.some", {{"n", std::to_string(now.outbox.waiting)}})},
                                {frame.words("sync.sent"), frame.words("sync.sent.of", {{"n", std::to_string(now.outbox.last_seq - now.outbox.waiting - now.outbox.quarantined)}, {"all", std::to_string(now.outbox.last_seq)}})},
                                {frame.words("sync.contact"), now.last_contact ? admin_time(frame, *now.last_contact) : frame.words("sync.contact.never")}});
            sync_refused(frame, rest, now);
            heading(frame, rest, frame.words(room.to_store() ? "sync.store" : "sync.centre"));
            if (room.to_store()) paragraph(frame, rest, frame.words("sync.store.text"), admin_quiet(frame), space::s);
            std::vector<Fact> whose{{frame.words("sync.address"), now.name.empty() ? frame.words("sync.address.none") : now.name}};
            if (!room.to_store()) whose.push_back({frame.words("sync.organisation"), now.organisation.empty() ? frame.words("sync.organisation.none") : now.organisation});
            whose.push_back({frame.words("admin.storage.kiosk"), frame.study->records().kiosk().text});
            facts(frame, rest, whose);
            by_centre_.draw(frame, rest);
            sync_courier(frame, rest, room, stick_here(frame, room));
        });
    }

    void do_action(Frame& frame, SyncRoom& room, std::string_view id) {
        if (id == "sync.now" && keep_action(frame, "sync_now", "")) {
            room.sync_now();
            asked_to_sync_ = true;
        }
        if (id == "sync.enrol") begin_enrolling(frame, false);
        if (id == "sync.enrol.stick") show_offer(frame);
        if (id == "sync.release" && keep_action(frame, "sync_release", std::to_string(room.status().quarantined.size()))) {
            room.release(std::nullopt);
            asked_to_sync_ = true;
        }
        if (id == "sync.export" && keep_action(frame, "export", "refused")) {
            exporting_ = true;
            room.export_quarantined(frame.study->files().data / "refused.part");
        }
    }

    // What was asked for here: that it goes on, and how it ended. Why it did not work stands below.
    void synced(Frame& frame, Rect& rest, const SyncRoom& room) const {
        if (!asked_to_sync_) return;
        const SyncStatus& now = room.status();
        if (room.syncing()) return told(frame, rest, frame.words("sync.syncing"), "");
        const std::string n = std::to_string(now.outbox.waiting);
        paragraph(frame, rest, frame.words(now.trouble ? "sync.synced.failed" : now.outbox.waiting > 0 ? "sync.synced.some" : "sync.synced", {{"n", n}}), admin_body(frame), space::s);
    }

    void begin_enrolling(Frame& frame, bool by_stick) {
        by_stick_ = by_stick;
        asked_to_sync_ = false;
        stage_ = Stage::code;
        code_.clear();
        keyboard_.emplace(nullptr);
        frame.animate();
    }

    // One line and the keys below it.
    void write(Frame& frame, Rect place, SyncRoom& room, const std::string& title, const std::string& hint, std::string& text, std::size_t most) {
        Rect rest = admin_column(frame, place);
        rest.cut_top(space::m);
        // What there is no room for goes first: the words about it, then the title's own line. The keys stay.
        TextStyle head{Face::serif_bold, type::lead, frame.theme.ink, Align::left, 1.3f, 0};
        const std::string more = frame.words(stage_ == Stage::code ? "sync.code.text" : "sync.name.text");
        const float field_h = 88 * text_growth(frame), head_h = frame.canvas.measure(title, head, rest.w).y + 2 + space::xs;
        const float more_h = frame.canvas.measure(more, admin_quiet(frame), rest.w).y + 2 + space::s;
        const float spare = rest.h - field_h - space::m - TextKeyboard::least.y;
        if (spare >= head_h) paragraph(frame, rest, title, head, space::xs);
        if (spare >= head_h + more_h) paragraph(frame, rest, more, admin_quiet(frame), space::s);
        Rect field = rest.cut_top(field_h);
        if (spare < head_h) {
            head = {Face::serif_bold, 38, frame.theme.ink, Align::left, 1.15f, 2, true, 28};
            frame.canvas.text(title, field.cut_left(field.w * 0.36f), head);
            field.cut_left(space::m);
        }
        keyboard_->field(frame, field, text, hint);
        rest.cut_top(space::m);
        const float keys_h = std::max(TextKeyboard::least.y, std::min(rest.h, 760.0f));
        const Rect keys{rest.x, rest.y + std::max(0.0f, (rest.h - keys_h) / 2), rest.w, keys_h};
        const TextKeyboard::Happened happened = keyboard_->draw(frame, keys, text, most);
        if (happened.changed) frame.animate();
        if (!happened.confirm || text.empty()) return;
        frame.animate();
        if (stage_ == Stage::code) {
            stage_ = Stage::name;
            keyboard_.emplace(frame.pinyin());
            return;
        }
        stage_ = Stage::status;
        if (!keep_action(frame, "sync_enrol", by_stick_ ? room.carried()->of->name : room.status().name)) return;
        asked_to_enrol_ = true;
        if (by_stick_) room.enrol_by_stick(compared_, as_code(code_), name_);
        else room.enrol(as_code(code_), name_);
    }

    // Written here first, then to the stick as everything goes there.
    void collect(Frame& frame, SyncRoom& room) {
        if (auto done = room.exported()) {
            const auto& stick = frame.sticks != nullptr ? frame.sticks->stick() : no_stick_;
            const Path beside = frame.study->files().data / "refused.part";
            const std::string name = fmt::format("{}-refused.jsonl", frame.study->records().kiosk().text);
            const bool posted = *done && stick && frame.post([stick = *stick, beside, name, box = box_] {
                auto text = read_text(beside, refused_limit_bytes);
                std::error_code ignored;
                std::filesystem::remove(beside, ignored);
                Result<std::string> there = text ? put(stick, "xinghuo", name, *text) : Result<std::string>(text.error());
                if (!box->post(std::move(there))) log_warning("an export has no place to be told");
            });
            if (!posted) failed(frame, *done ? Error{ErrorKind::missing, "no stick"} : done->error());
        }
        for (Result<std::string>& there : box_->take_all()) {
            exporting_ = false;
            frame.animate();
            if (there) frame.reception.say(Notice::Tone::good, "admin.export.done", "admin.export.done.text", frame.moment, {{"file", *there}});
            else failed(frame, there.error());
        }
    }

    void failed(Frame& frame, const Error& error) {
        exporting_ = false;
        log_warning(error.within("exporting what was refused").what);
        frame.reception.say(Notice::Tone::bad, "admin.export.failed", "admin.export.failed.text", frame.moment);
    }

    Stage stage_ = Stage::status;
    std::string code_, name_;
    std::optional<TextKeyboard> keyboard_;
    bool by_stick_ = false, asked_to_enrol_ = false, asked_to_sync_ = false, exporting_ = false;
    bool swapped_ = false;           // another stick came while somebody wrote for the one before
    PublicKey compared_{};           // of the stick whose fingerprint somebody compared
    const std::optional<Stick> no_stick_;
    std::shared_ptr<Mailbox<Result<std::string>>> box_ = std::make_shared<Mailbox<Result<std::string>>>(4);
    Scroll scroll_;
    ToldByCentre by_centre_;
};

}  // namespace

AdminPagePtr make_admin_sync() { return std::make_unique<SyncPage>(); }

}  // namespace xinghuo
