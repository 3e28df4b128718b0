// 中心: what has been sent and what waits, what is wrong in a sentence, what the centre refused; enrolling this terminal. What it says comes from the
// sync room's status, frame by frame.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "content/study/study.h"
#include "kiosk/keyboard.h"
#include "kiosk/screens/admin_parts.h"
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
    void shown(Frame&) override { stage_ = Stage::status; }

    void frame(Frame& frame, AdminDesk& desk) override {
        StepDesk here(desk, [this] { return std::exchange(stage_, Stage::status) != Stage::status; });
        const Rect place = admin_head(frame, here, frame.words("sync.title"));
        if (frame.sync == nullptr) return none(frame, place);
        SyncRoom& room = *frame.sync;
        frame.wake_at(frame.now + look_every);
        collect(frame, room);
        if (exporting_) return at_work(frame, place, frame.words("admin.export.writing"));
        if (room.status().enrolling) return at_work(frame, place, frame.words("sync.enrolling"));
        if (std::exchange(asked_to_enrol_, false)) {
            if (by_stick_ && room.status().asked) frame.reception.say(Notice::Tone::good, "sync.stick.asked", "sync.stick.asked.text", frame.moment);
            else if (!by_stick_ && room.status().enrolled) frame.reception.say(Notice::Tone::good, "sync.enrolled", "sync.enrolled.text", frame.moment, {{"name", room.status().organisation}});
        }
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
        if (stick_here(frame, room) && foot_actions(frame, place, {{"sync.enrol.stick", frame.words("sync.stick.enrol"), Tone::primary, "icons/usb.png"}}) == 0) {
            stage_ = Stage::offer;
            frame.animate();
        }
        scrolled(frame, place, [&](Rect& rest) {
            told(frame, rest, frame.words("sync.none.title"), frame.words("sync.none.text"));
            rest.cut_top(space::m);
            if (room.status().enrol_trouble) troubles(frame, rest, room.status());
            if (stick_here(frame, room)) paragraph(frame, rest, frame.words("sync.stick.here", {{"name", room.carried()->of->name}}), admin_body(frame), space::s);
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

    // Whose stick it is, before anything is believed: by its own word, and by what people can compare.
    void offer(Frame& frame, Rect place, SyncRoom& room) {
        if (!stick_here(frame, room)) {
            stage_ = Stage::status;
            return frame.animate();
        }
        const CourierStick& of = *room.carried()->of;
        const int touched = foot_actions(frame, place, {{"sync.stick.same", frame.words("sync.stick.same"), Tone::primary, "icons/shield.png"},
                                                        {"sync.stick.differs", frame.words("sync.stick.differs"), Tone::plain}});
        scrolled(frame, place, [&](Rect& rest) {
            paragraph(frame, rest, frame.words("sync.stick.of"), admin_quiet(frame), space::xs);
            paragraph(frame, rest, of.name, {Face::serif_bold, type::title, frame.theme.ink, Align::left, 1.3f, 0}, space::m);
            paragraph(frame, rest, frame.words("sync.stick.fingerprint"), admin_quiet(frame), space::xs);
            paragraph(frame, rest, key_fingerprint(of.centre_key), {Face::serif_bold, type::lead, frame.theme.ink, Align::left, 1.3f, 0}, space::l);
            told(frame, rest, frame.words("sync.stick.compare"), frame.words("sync.stick.compare.text"));
        });
        if (touched == 0) begin_enrolling(frame, true);
        if (touched == 1) {
            stage_ = Stage::status;
            frame.animate();
        }
    }

    void status(Frame& frame, Rect place, SyncRoom& room) {
        const SyncStatus& now = room.status();
        std::vector<Action> all;
        if (!now.name.empty()) {
            all.push_back({"sync.now", frame.words("sync.now"), Tone::primary, "icons/sync.png"});
            all.push_back({"sync.enrol", frame.words(now.enrolled ? "sync.enrol.again" : "sync.enrol"), now.enrolled ? Tone::plain : Tone::primary, "icons/shield.png"});
        }
        if (stick_here(frame, room)) all.push_back({"sync.enrol.stick", frame.words("sync.stick.enrol"), now.enrolled || now.asked ? Tone::plain : Tone::primary, "icons/usb.png"});
        if (!now.quarantined.empty()) {
            all.push_back({"sync.release", frame.words("sync.release"), Tone::plain, "icons/replay.png"});
            all.push_back({"sync.export", frame.words("admin.export.stick"), Tone::plain, "icons/usb.png", frame.sticks != nullptr && frame.sticks->stick().has_value()});
        }
        const int touched = all.empty() ? -1 : foot_actions(frame, place, all);
        do_action(frame, room, touched < 0 ? std::string_view() : all[static_cast<std::size_t>(touched)].id);
        scrolled(frame, place, [&](Rect& rest) {
            troubles(frame, rest, now);
            refused_of_centre(frame, rest, now);
            heading(frame, rest, frame.words("sync.records"));
            facts(frame, rest, {{frame.words("sync.waiting"), now.outbox.waiting == 0 ? frame.words("sync.waiting.none") : frame.words("sync.waiting.some", {{"n", std::to_string(now.outbox.waiting)}})},
                                {frame.words("sync.sent"), frame.words("sync.sent.of", {{"n", std::to_string(now.outbox.sent_through)}, {"all", std::to_string(now.outbox.last_seq)}})},
                                {frame.words("sync.contact"), now.last_contact ? admin_time(frame, *now.last_contact) : frame.words("sync.contact.never")}});
            refused(frame, rest, now);
            heading(frame, rest, frame.words("sync.centre"));
            facts(frame, rest, {{frame.words("sync.address"), now.name.empty() ? frame.words("sync.address.none") : now.name},
                                {frame.words("sync.organisation"), now.organisation.empty() ? frame.words("sync.organisation.none") : now.organisation},
                                {frame.words("admin.storage.kiosk"), frame.study->records().kiosk().text}});
            by_centre_.draw(frame, rest);
            courier(frame, rest, room);
        });
    }

    void do_action(Frame& frame, SyncRoom& room, std::string_view id) {
        if (id == "sync.now" && keep_action(frame, "sync_now", "")) room.sync_now();
        if (id == "sync.enrol") begin_enrolling(frame, false);
        if (id == "sync.enrol.stick") {
            stage_ = Stage::offer;
            frame.animate();
        }
        if (id == "sync.release" && keep_action(frame, "sync_release", std::to_string(room.status().quarantined.size()))) room.release(std::nullopt);
        if (id == "sync.export" && keep_action(frame, "export", "refused")) {
            exporting_ = true;
            room.export_quarantined(frame.study->files().data / "refused.part");
        }
    }

    static void troubles(Frame& frame, Rect& rest, const SyncStatus& now) {
        if (now.asked) {
            told(frame, rest, frame.words("sync.stick.waiting"), frame.words("sync.stick.waiting.text", {{"name", now.asked->organisation}, {"at", admin_time(frame, now.asked->at)}}));
            rest.cut_top(space::s);
        }
        for (const auto* trouble : {&now.trouble, &now.enrol_trouble}) {
            if (!trouble->has_value() || (now.asked && (*trouble)->key == "sync.wrong.not_enrolled")) continue;
            told(frame, rest, frame.words(trouble == &now.trouble ? "sync.trouble" : "sync.not_enrolled"), frame.words((*trouble)->key));
            if (!(*trouble)->detail.empty()) paragraph(frame, rest, frame.words("packs.technical", {{"what", (*trouble)->detail}}), admin_quiet(frame), space::s);
        }
        if (!now.trouble && !now.enrol_trouble && now.not_taken.empty() && now.outbox.waiting == 0 && now.last_contact) {
            paragraph(frame, rest, frame.words("sync.well"), admin_body(frame), space::s);
        }
    }

    // What the courier stick brought and took.
    static void courier(Frame& frame, Rect& rest, const SyncRoom& room) {
        heading(frame, rest, frame.words("sync.courier"));
        const auto& carried = room.carried();
        if (!carried) return paragraph(frame, rest, frame.words("sync.courier.none"), admin_quiet(frame), space::s);
        if (!carried->wrong.empty() && !room.status().enrolled && carried->of) return paragraph(frame, rest, frame.words("sync.stick.here", {{"name", carried->of->name}}), admin_quiet(frame), space::s);
        if (!carried->wrong.empty()) {
            told(frame, rest, frame.words("sync.courier.wrong"), frame.words("sync.courier.wrong.text"));
            return paragraph(frame, rest, frame.words("packs.technical", {{"what", carried->wrong}}), admin_quiet(frame), space::s);
        }
        const CourierServed& served = carried->served;
        facts(frame, rest, {{frame.words("sync.courier.on_stick"), frame.words("sync.waiting.some", {{"n", std::to_string(served.records_on_stick)}})},
                            {frame.words("sync.courier.received"), served.received_through == 0 ? frame.words("sync.courier.no_receipt")
                                                                                               : frame.words("sync.refused.one", {{"seq", std::to_string(served.received_through)}})}});
        for (const std::string& one : served.wrong) paragraph(frame, rest, frame.words("packs.technical", {{"what", one}}), admin_quiet(frame), space::xs);
    }

    static void refused(Frame& frame, Rect& rest, const SyncStatus& now) {
        if (now.quarantined.empty()) return;
        heading(frame, rest, frame.words("sync.refused", {{"n", std::to_string(now.outbox.quarantined)}}));
        paragraph(frame, rest, frame.words("sync.refused.text"), admin_quiet(frame), space::s);
        for (const Outbox::Quarantined& one : now.quarantined)
            list_line(frame, "", rest.cut_top(list_line_height(frame, 2)), {frame.words("sync.refused.one", {{"seq", std::to_string(one.seq)}}), one.why, admin_time(frame, one.at), {}, false});
    }

    void begin_enrolling(Frame& frame, bool by_stick) {
        by_stick_ = by_stick;
        stage_ = Stage::code;
        code_.clear();
        keyboard_.emplace(nullptr);
        frame.animate();
    }

    // One line and the keys below it.
    void write(Frame& frame, Rect place, SyncRoom& room, const std::string& title, const std::string& hint, std::string& text, std::size_t most) {
        Rect rest = admin_column(frame, place);
        rest.cut_top(space::m);
        paragraph(frame, rest, title, {Face::serif_bold, type::lead, frame.theme.ink, Align::left, 1.3f, 0}, space::xs);
        paragraph(frame, rest, frame.words(stage_ == Stage::code ? "sync.code.text" : "sync.name.text"), admin_quiet(frame), space::s);
        Rect field = rest.cut_top(88 * text_growth(frame));
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
        const bool here = !by_stick_ || stick_here(frame, room);
        if (!here) return frame.reception.say(Notice::Tone::bad, "sync.stick.gone", "sync.stick.gone.text", frame.moment);
        if (!keep_action(frame, "sync_enrol", by_stick_ ? room.carried()->of->name : room.status().name)) return;
        asked_to_enrol_ = true;
        if (by_stick_) room.enrol_by_stick(as_code(code_), name_);
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
    bool by_stick_ = false, asked_to_enrol_ = false, exporting_ = false;
    const std::optional<Stick> no_stick_;
    std::shared_ptr<Mailbox<Result<std::string>>> box_ = std::make_shared<Mailbox<Result<std::string>>>(4);
    Scroll scroll_;
    ToldByCentre by_centre_;
};

}  // namespace

AdminPagePtr make_admin_sync() { return std::make_unique<SyncPage>(); }

}  // namespace xinghuo
