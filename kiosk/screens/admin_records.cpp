// 记录: what this terminal wrote down, newest first, by kind, member and day; one of them in full; all of them for the stick; and whether
// the chain holds. The audit trail is the same with one kind.
#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "content/study/study.h"
#include "kiosk/keyboard.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_words.h"
#include "kiosk/stick.h"

namespace xinghuo {
namespace {

constexpr std::size_t page_size = 50, most_letters = 24, most_names = 60;
constexpr std::size_t export_limit_bytes = 512u << 20;

struct Exported {
    std::size_t records = 0;
    std::string file;
};
using Letter = std::variant<Result<Exported>, Result<Verdict>>;
using Box = std::shared_ptr<Mailbox<Letter>>;

// On the worker. Written here first, checked and whole; then to the stick as everything goes there.
Result<Exported> export_to(const Stick& stick, const StudyFiles& files, const PublicKey& key, const std::string& name) {
    auto db = Database::open(files.database());
    if (!db) return db.error();
    const Path beside = files.data / "export.part";
    Exported done;
    auto count = export_records(**db, key, beside);
    if (!count) return count.error();
    done.records = *count;
    auto text = read_text(beside, export_limit_bytes);
    std::error_code ignored;
    std::filesystem::remove(beside, ignored);
    if (!text) return text.error();
    auto put_there = put(stick, "xinghuo", name, *text);
    if (!put_there) return put_there.error();
    done.file = *put_there;
    return done;
}

Result<Verdict> verify(const StudyFiles& files, const PublicKey& key) {
    auto db = Database::open(files.database());
    if (!db) return db.error();
    return verify_database(**db, key);
}

class RecordsPage final : public AdminPage {
public:
    RecordsPage(bool audit, MemberId member) : audit_(audit) {
        if (audit) filter_.kind = RecordKind::admin_action;
        filter_.member = std::move(member);
    }
    [[nodiscard]] std::string id() const override { return "admin-records"; }

    void shown(Frame& frame) override {
        if (all_.empty()) read(frame);
    }

    void frame(Frame& frame, AdminDesk& desk) override {
        collect(frame);
        StepDesk here(desk, [&] {
            if (stage_ == Stage::list) return false;
            back_to_list(frame);
            return true;
        });
        Rect place = admin_head(frame, here, frame.words(audit_ ? "admin.audit.title" : "admin.records.title"));
        if (working_ != Working::no) return at_work(frame, place, frame.words(working_ == Working::exporting ? "admin.export.writing" : "admin.records.verifying"));
        switch (stage_) {
            case Stage::list: return list(frame, place, desk);
            case Stage::kind: return choose_kind(frame, place);
            case Stage::member: return choose_member(frame, place);
            case Stage::days: return choose_days(frame, place);
            case Stage::verdict: return verdict(frame, place);
        }
    }

private:
    enum class Stage { list, kind, member, days, verdict };
    enum class Working { no, exporting, verifying };

    void read(const Frame& frame) {
        all_.clear();
        ended_ = false;
        scroll_ = {};
        filter_.before = INT64_MAX;
        more(frame);
    }

    void more(const Frame& frame) {
        auto found = frame.study->records().find(filter_, page_size);
        if (!found) {
            log_warning(found.error().within("reading the records").what);
            ended_ = true;
            return;
        }
        ended_ = found->size() < page_size;
        for (Record& record : *found) all_.push_back(std::move(record));
        if (!all_.empty()) filter_.before = all_.back().seq;
    }

    void list(Frame& frame, Rect place, AdminDesk& desk) {
        const bool stick = frame.sticks != nullptr && frame.sticks->stick();
        const int pressed = foot_actions(frame, place, {{"admin.export", frame.words(stick ? "admin.records.export" : "admin.stick.plug.short"), Tone::plain, "icons/usb.png", stick},
                                                        {"admin.verify", frame.words("admin.records.verify"), Tone::plain, "icons/certificate.png"}});
        filters(frame, place);
        if (all_.empty()) paragraph(frame, place, frame.words("admin.records.none"), admin_body(frame));
        else rows(frame, place, desk);
        if (pressed == 0) start_export(frame);
        if (pressed == 1 && keep_action(frame, "verify", "")) {
            const bool posted = frame.post([files = frame.study->files(), key = frame.study->device_key().public_key(), box = box_] {
                if (!box->post(verify(files, key))) log_warning("a verdict has no place to arrive");
            });
            if (posted) working_ = Working::verifying;
            frame.animate();
        }
    }

    void filters(Frame& frame, Rect& place) {
        const std::string all = frame.words("admin.records.all");
        const std::string kind = filter_.kind ? kind_words(frame, *filter_.kind) : all, who = filter_.member.empty() ? all : names_.of(frame, filter_.member);
        const std::string from = filter_.from_day ? admin_day(*filter_.from_day) : "", to = filter_.to_day ? admin_day(*filter_.to_day) : "";
        const std::string days = from.empty() && to.empty() ? all : from + " — " + to;
        std::vector<Action> chips;
        if (!audit_) chips.push_back({"filter.kind", frame.words("admin.records.kind", {{"what", kind}}), Tone::plain});
        chips.push_back({"filter.member", frame.words("admin.records.member", {{"what", who}}), Tone::plain});
        chips.push_back({"filter.days", frame.words("admin.records.days", {{"what", days}}), Tone::plain});
        const int touched = actions(frame, place, chips);
        place.y -= space::xs;
        place.h += space::xs;
        if (touched < 0) return;
        const int which = touched + (audit_ ? 1 : 0);
        stage_ = which == 0 ? Stage::kind : which == 1 ? Stage::member : Stage::days;
        typed_.clear();
        chooser_ = {};
        frame.animate();
    }

    void rows(Frame& frame, Rect place, AdminDesk& desk) {
        std::size_t last = 0;
        long_list(frame, "admin.list", place, scroll_, all_.size(), list_line_height(frame, frame.portrait ? 2 : 1), [&](std::size_t i, Rect box) {
            last = i;
            const Record& r = all_[i];
            const std::string who = r.member.empty() ? "" : names_.of(frame, r.member);
            const std::string said = record_words(frame, r, names_);
            const std::string title = audit_ && !said.empty() ? said : fmt::format("{}{}{}", kind_words(frame, r.kind), who.empty() ? "" : " · ", who);
            const std::string when = admin_time(frame, r.at, r.clock_trusted), number = fmt::format("#{}", r.seq);
            std::string detail = frame.portrait ? number + " · " + when : said;
            if (frame.portrait && !audit_ && !said.empty()) detail += "\n" + said;
            if (!frame.portrait && audit_) detail = number;
            if (detail.empty()) detail = "—";
            const std::string right = frame.portrait ? "" : audit_ ? when : when + "  " + number;
            if (list_line(frame, fmt::format("admin.record.{}", r.seq), box, {title, detail, right})) desk.open(make_admin_record(r.seq));
        });
        if (!ended_ && last + 12 >= all_.size()) {
            more(frame);
            frame.animate();
        }
    }

    void back_to_list(Frame& frame) {
        stage_ = Stage::list;
        read(frame);
        frame.animate();
    }

    void choose_kind(Frame& frame, Rect place) {
        const auto& kinds = admin_kinds();
        long_list(frame, "admin.kinds", place, chooser_, kinds.size() + 1, list_line_height(frame, 0), [&](std::size_t i, Rect box) {
            const bool chosen = i == 0 ? !filter_.kind : filter_.kind == kinds[i - 1];
            const std::string words = i == 0 ? frame.words("admin.records.all") : kind_words(frame, kinds[i - 1]);
            const std::string id = i == 0 ? "kind.all" : "kind." + std::string(name_of(kinds[i - 1]));
            if (!list_line(frame, id, box, {words, "", "", {}, true, chosen})) return;
            filter_.kind = i == 0 ? std::nullopt : std::optional(kinds[i - 1]);
            back_to_list(frame);
        });
    }

    void choose_member(Frame& frame, Rect place) {
        const int pressed = foot_actions(frame, place, {{"member.all", frame.words("admin.records.everybody")}, {"admin.cancel", frame.words("admin.cancel")}});
        if (pressed == 0) filter_.member = {};
        if (pressed >= 0) return back_to_list(frame);
        if (!frame.directory) return paragraph(frame, place, frame.words("admin.members.reading"), admin_body(frame));
        const NameIndex& names = frame.directory->names;
        const KeyPressed touched = letter_pad(frame, place.cut_bottom(std::max(letter_pad_least.y, 330.0f)), names.next_letters(typed_));
        place.cut_bottom(space::s);
        for (const KeyPressed& key : with_typing(frame, touched, Accepts::letters)) {
            if (key.clear) typed_.clear();
            else if (key.erase && !typed_.empty()) typed_.pop_back();
            else if (key.letter != 0 && typed_.size() < most_letters) typed_ += key.letter;
            chooser_ = {};
            frame.animate();
        }
        paragraph(frame, place, typed_.empty() ? frame.words("admin.records.letters") : typed_, {Face::sans_bold, 38, frame.theme.ink, Align::left, 1.3f, 0}, space::s);
        const auto found = names.find(typed_, most_names).who;
        long_list(frame, "admin.found", place, chooser_, found.size(), list_line_height(frame), [&](std::size_t i, Rect box) {
            const Member& m = frame.directory->members[found[i]];
            if (!list_line(frame, fmt::format("member.{}", i), box, {masked_name(m.name), m.branch, number_end(m.number)})) return;
            filter_.member = m.id;
            back_to_list(frame);
        });
    }

    void choose_days(Frame& frame, Rect place) {
        const int pressed = foot_actions(frame, place, {{"days.done", frame.words("admin.done"), Tone::primary}, {"days.all", frame.words("admin.records.all_days")}});
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), chooser_, [&](Rect content) {
            const Rect column = admin_column(frame, place, 1100);
            Rect rest{column.x, content.y + space::m, column.w, 1e6f};
            const float top = content.y;
            const int quick = choice_line(frame, "days.quick", rest, "", {frame.words("admin.records.today"), frame.words("admin.records.week"), frame.words("admin.records.month"), frame.words("admin.records.year")}, -1);
            if (quick >= 0) {
                static constexpr int back[] = {0, 6, 29, 364};
                filter_.from_day = frame.day - back[quick];
                filter_.to_day = frame.day;
                frame.animate();
            }
            const auto step = [&](const char* id, const char* label, std::optional<std::int64_t>& day) {
                const int s = step_line(frame, id, rest, frame.words(label), day ? admin_day(*day) : frame.words("admin.records.open_end"));
                if (s != 0) day = day.value_or(frame.day) + (day ? s : 0);
            };
            step("days.from", "admin.records.from", filter_.from_day);
            step("days.to", "admin.records.to", filter_.to_day);
            return rest.y - top + space::l;
        });
        if (pressed == 1) filter_.from_day = filter_.to_day = std::nullopt;
        if (pressed >= 0) back_to_list(frame);
    }

    void start_export(Frame& frame) {
        if (frame.sticks == nullptr || !frame.sticks->stick() || !keep_action(frame, "export", "records")) return;
        const std::string name = fmt::format("{}-{}.jsonl", frame.study->records().kiosk().text, admin_day(frame.day));
        const bool posted = frame.post([stick = *frame.sticks->stick(), files = frame.study->files(), key = frame.study->device_key().public_key(), name, box = box_] {
            if (!box->post(export_to(stick, files, key, name))) log_warning("an export has no place to arrive");
        });
        if (posted) working_ = Working::exporting;
        frame.animate();
    }

    void collect(Frame& frame) {
        for (Letter& letter : box_->take_all()) {
            working_ = Working::no;
            frame.animate();
            if (auto* done = std::get_if<Result<Exported>>(&letter)) {
                if (*done) frame.reception.say(Notice::Tone::good, "admin.export.done", "admin.export.done.text", frame.moment, {{"file", (*done)->file}});
                else log_warning(done->error().within("exporting the records").what);
                if (!*done) frame.reception.say(Notice::Tone::bad, "admin.export.failed", done->error().kind == ErrorKind::too_large ? "admin.export.full" : "admin.export.failed.text", frame.moment);
                read(frame);
            } else {
                verdict_ = std::get<Result<Verdict>>(std::move(letter));
                stage_ = Stage::verdict;
                chooser_ = {};
            }
        }
    }

    void verdict(Frame& frame, Rect place) {
        if (foot_actions(frame, place, {{"admin.done", frame.words("admin.done"), Tone::primary}}) == 0) return back_to_list(frame);
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), chooser_, [&](Rect content) {
            const Rect column = admin_column(frame, place);
            Rect rest{column.x, content.y + space::m, column.w, 1e6f};
            const float top = content.y;
            if (!*verdict_) {
                told(frame, rest, frame.words("admin.verify.failed"), verdict_->error().what, Notice::Tone::bad);
                return rest.y - top;
            }
            const Verdict& v = **verdict_;
            told(frame, rest, frame.words(v.good() ? "admin.verify.good" : "admin.verify.wrong"), frame.words(v.good() ? "admin.verify.good.text" : "admin.verify.wrong.text"),
                 v.good() ? Notice::Tone::good : Notice::Tone::bad);
            facts(frame, rest, {{frame.words("admin.verify.records"), std::to_string(v.records)},
                                {frame.words("admin.verify.signatures"), std::to_string(v.signatures)},
                                {frame.words("admin.verify.through"), fmt::format("#{}", v.signed_through)}});
            for (const std::string& sentence : v.wrong) paragraph(frame, rest, sentence, admin_body(frame), space::xs);
            return rest.y - top + space::l;
        });
    }

    const bool audit_;
    const Box box_ = std::make_shared<Mailbox<Letter>>(4);
    Records::Filter filter_;
    std::vector<Record> all_;
    bool ended_ = false;
    Stage stage_ = Stage::list;
    Working working_ = Working::no;
    std::string typed_;
    std::optional<Result<Verdict>> verdict_;
    MemberNames names_;
    Scroll scroll_, chooser_;
};

// One record, all of it.
class RecordPage final : public AdminPage {
public:
    explicit RecordPage(std::int64_t seq) : seq_(seq) {}
    [[nodiscard]] std::string id() const override { return "admin-records"; }

    void shown(Frame& frame) override {
        auto found = frame.study->records().read(seq_ - 1, 1);
        if (found && !found->empty() && found->front().seq == seq_) record_ = std::move(found->front());
    }

    void frame(Frame& frame, AdminDesk& desk) override {
        const Rect place = admin_head(frame, desk, frame.words("admin.record.title", {{"n", std::to_string(seq_)}}));
        if (!record_) return;
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            const Rect column = admin_column(frame, place);
            Rect rest{column.x, content.y + space::m, column.w, 1e6f};
            const float top = content.y;
            paragraph(frame, rest, kind_words(frame, record_->kind), {Face::serif_bold, type::lead, frame.theme.ink, Align::left, 1.3f, 0}, space::xs);
            const std::string who = names_.of(frame, record_->member), said = record_words(frame, *record_, names_);
            paragraph(frame, rest, said, admin_body(frame), space::s);
            std::vector<Fact> all{{frame.words("admin.record.at"), admin_time(frame, record_->at, record_->clock_trusted)}};
            if (!who.empty()) all.push_back({frame.words("admin.record.member"), who});
            all.push_back({frame.words("admin.record.boot"), std::to_string(record_->boot)});
            facts(frame, rest, all);
            heading(frame, rest, frame.words("admin.record.full"));
            const Rect paper{rest.x, rest.y + space::xs, rest.w, 0};
            Rect inside{paper.x + space::l, paper.y + space::m, paper.w - 2 * space::l, 1e6f};
            const TextStyle style{Face::sans, type::caption, frame.theme.ink, Align::left, 1.45f, 0};
            const std::string json = laid_out(to_json(*record_));
            const float h = frame.canvas.measure(json, style, inside.w).y;
            card(frame, {paper.x, paper.y, paper.w, h + 2 * space::m + 4});
            paragraph(frame, inside, json, style);
            return inside.y + space::xl - top;
        });
    }

private:
    const std::int64_t seq_;
    std::optional<Record> record_;
    MemberNames names_;
    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_records(bool audit) { return std::make_unique<RecordsPage>(audit, MemberId{}); }
AdminPagePtr make_admin_records_of(MemberId member) { return std::make_unique<RecordsPage>(false, std::move(member)); }
AdminPagePtr make_admin_record(std::int64_t seq) { return std::make_unique<RecordPage>(seq); }

}  // namespace xinghuo
