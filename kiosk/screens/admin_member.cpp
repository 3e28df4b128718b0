// One member: their card, their PIN, whether they may open activities.
#include "content/base/log.h"
#include "content/study/study.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_pin.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

class MemberPage final : public AdminPage {
public:
    explicit MemberPage(MemberId who) : who_(std::move(who)) {}
    [[nodiscard]] std::string id() const override { return "admin-members"; }
    void shown(Frame& frame) override { look(frame); }

    void frame(Frame& frame, AdminDesk& desk) override {
        StepDesk here(desk, [this] { return std::exchange(stage_, Stage::shown) != Stage::shown; });
        Rect place = admin_head(frame, here, frame.words("admin.member.title"));
        if (!member_) return paragraph(frame, place, frame.words("admin.member.not_there"), admin_body(frame));
        switch (stage_) {
            case Stage::shown: return page(frame, place, desk);
            case Stage::card: return card_page(frame, place);
            case Stage::unbind: return unbind(frame, place);
            case Stage::pin: return pin(frame, place);
        }
    }

private:
    enum class Stage { shown, card, unbind, pin };

    void look(Frame& frame) {
        auto member = frame.study->members().by_id(who_);
        if (!member) log_warning(member.error().within("reading a member").what);
        member_ = member ? *member : std::nullopt;
    }

    [[nodiscard]] std::string name() const { return names_ ? member_->name : masked_name(member_->name); }

    void page(Frame& frame, Rect place, AdminDesk& desk) {
        const Member& m = *member_;
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            const float top = content.y, gap = space::xxl;
            const bool beside = !frame.portrait && !m.gone;
            Rect rest{place.x, top + space::m, beside ? (place.w - gap) / 2 : place.w, 1e6f};
            Rect right{rest.right() + gap, rest.y - space::m, rest.w, 1e6f};
            paragraph(frame, rest, name(), {Face::serif_bold, type::title, frame.theme.ink, Align::left, 1.3f, 0}, space::s);
            facts(frame, rest, {{frame.words("admin.field.number"), names_ ? m.number : number_end(m.number)},
                                {frame.words("admin.field.branch"), m.branch},
                                {frame.words("admin.field.card"), m.card.empty() ? frame.words("admin.member.no_card") : names_ ? m.card : number_end(m.card)},
                                {frame.words("admin.field.pin"), frame.words(m.has_pin ? "admin.member.has_pin" : "admin.member.no_pin")}});
            if (m.gone) told(frame, rest, frame.words("admin.member.gone"), frame.words("admin.member.gone.text"));
            rest.cut_top(space::s);
            switch (actions(frame, rest, {{"admin.names", frame.words(names_ ? "admin.names.hide" : "admin.names.show"), Tone::plain, "icons/search.png"},
                                      {"admin.member.records", frame.words("admin.member.records"), Tone::plain, "icons/document.png"}})) {
                case 0: names_ = !names_; break;
                case 1: desk.open(make_admin_records_of(who_)); break;
                default: break;
            }
            if (!m.gone) changes(frame, beside ? right : rest);
            return std::max(rest.y, beside ? right.y : top) - top + space::l;
        });
    }

    void changes(Frame& frame, Rect& rest) {
        const Member& m = *member_;
        heading(frame, rest, frame.words("admin.field.card"));
        std::vector<Action> card{{"admin.bind", frame.words(m.card.empty() ? "admin.member.bind" : "admin.member.rebind"), Tone::plain, "icons/card.png"}};
        if (!m.card.empty()) card.push_back({"admin.unbind", frame.words("admin.member.unbind")});
        switch (actions(frame, rest, card)) {
            case 0: to(frame, Stage::card); break;
            case 1: to(frame, Stage::unbind); break;
            default: break;
        }
        heading(frame, rest, frame.words("admin.field.pin"));
        std::vector<Action> pins{{"admin.set_pin", frame.words("admin.member.set_pin"), Tone::plain, "icons/lock.png"}};
        if (m.has_pin) pins.push_back({"admin.reset_pin", frame.words("admin.member.reset_pin")});
        switch (actions(frame, rest, pins)) {
            case 0: to(frame, Stage::pin); break;
            case 1: done(frame, frame.study->members().reset_pin(who_, frame.moment), "admin.member.pin_reset"); break;
            default: break;
        }
        heading(frame, rest, frame.words("admin.member.rights"));
        if (toggle_line(frame, "admin.host", rest, frame.words("admin.member.host.may"), m.host))
            done(frame, frame.study->members().set_host(who_, !m.host, frame.moment), m.host ? "admin.member.host.no" : "admin.member.host.yes");
    }

    void to(Frame& frame, Stage stage) {
        stage_ = stage;
        fault_.clear();
        pin_ = NewPin(NewPin::Whose::member);
        frame.animate();
    }

    // What was done is said, and read again.
    void done(Frame& frame, const Result<void>& result, const char* said) {
        if (result) {
            frame.reception.say(Notice::Tone::good, said, "", frame.moment, {{"name", masked_name(member_->name)}});
        } else {
            log_warning(result.error().what);
            frame.reception.say(Notice::Tone::bad, "admin.not_done.title", "admin.not_done.text", frame.moment);
        }
        look(frame);
        to(frame, Stage::shown);
    }

    void card_page(Frame& frame, Rect place) {
        Rect column = admin_column(frame, place, 1080);
        column.cut_top(column.h * 0.14f);
        icon(frame, "icons/card.png", {column.centre().x - 80, column.y, 160, 160}, frame.theme.cinnabar);
        column.cut_top(160 + space::l);
        paragraph(frame, column, frame.words("admin.member.tap"), {Face::serif_bold, type::title, frame.theme.ink, Align::centre, 1.3f, 0}, space::s);
        paragraph(frame, column, frame.words("admin.member.tap.text", {{"name", name()}}), {Face::sans, type::body, frame.theme.ink_2, Align::centre, 1.5f, 0}, space::m);
        paragraph(frame, column, fault_, {Face::sans_bold, type::body, frame.theme.cinnabar_deep, Align::centre, 1.45f, 0}, space::m);
        const float w = frame.canvas.measure(frame.words("admin.cancel"), {Face::sans_bold, 34, {}, Align::left, 1.25f, 1}).x + 3 * space::xl;
        if (button(frame, "admin.cancel", frame.words("admin.cancel"), {column.centre().x - w / 2, column.y, w, std::max(80.0f, line_height(frame))})) return to(frame, Stage::shown);
        // The first card counts: a card left on the reader, or a second one, binds nothing more.
        const auto codes = std::exchange(frame.codes, {});
        if (codes.empty()) return;
        const std::string& code = codes.front();
        const auto holder = frame.study->members().by_card(code);
        if (holder && *holder && (*holder)->id == who_) {
            fault_ = frame.words("admin.member.same_card");
        } else if (holder && *holder) {
            fault_ = frame.words("admin.member.others_card", {{"name", masked_name((*holder)->name)}});
        } else {
            done(frame, holder ? frame.study->members().bind_card(who_, code, frame.moment) : Result<void>(holder.error()), "admin.member.bound");
        }
        frame.animate();
    }

    void unbind(Frame& frame, Rect place) {
        const auto answer = ask(frame, place, {frame.words("admin.member.unbind.sure", {{"name", name()}}), frame.words("admin.member.unbind.text"),
                                               frame.words("admin.member.unbind"), frame.words("admin.cancel")});
        if (!answer) return;
        if (*answer) done(frame, frame.study->members().unbind_card(who_, frame.moment), "admin.member.unbound");
        else to(frame, Stage::shown);
    }

    void pin(Frame& frame, Rect place) {
        if (actions_row(frame, place)) return to(frame, Stage::shown);
        const auto given = pin_.frame(frame, place, frame.words("admin.member.new_pin", {{"name", name()}}), frame.words("admin.member.new_pin.text"));
        if (given) done(frame, frame.study->members().set_pin(who_, *given, frame.moment), "admin.member.pin_set");
    }

    static bool actions_row(Frame& frame, Rect& place) { return foot_actions(frame, place, {{"admin.cancel", frame.words("admin.cancel")}}) == 0; }

    const MemberId who_;
    std::optional<Member> member_;
    Stage stage_ = Stage::shown;
    bool names_ = false;
    std::string fault_;
    NewPin pin_{NewPin::Whose::member};
    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_member(MemberId member) { return std::make_unique<MemberPage>(std::move(member)); }

}  // namespace xinghuo
