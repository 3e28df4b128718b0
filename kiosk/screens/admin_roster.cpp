// 名册: choose a table from the stick, see what it would change, take it over, all or nothing; and take it back.
#include <fmt/format.h>

#include <algorithm>

#include "content/base/log.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_roster_work.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

constexpr double many_gone = 0.3;  // of those on the terminal: then it is asked once more

class RosterPage final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-roster"; }
    void shown(Frame& frame) override { look(frame); }

    void frame(Frame& frame, AdminDesk& desk) override {
        open_letters(frame);
        const std::optional<Stick> stick = frame.sticks != nullptr ? frame.sticks->stick() : std::nullopt;
        if (stick != stick_ && stage_ == Stage::choose) look(frame);
        // The way back leads through the stages.
        StepDesk here(desk, [this] { return step_back(); });
        const Rect place = admin_head(frame, here, frame.words("admin.roster.title"));
        switch (stage_) {
            case Stage::choose: return choose(frame, place);
            case Stage::reading: return at_work(frame, place, frame.words("admin.roster.reading"));
            case Stage::preview: return preview(frame, place);
            case Stage::sure: return sure(frame, place);
            case Stage::sure_back: return sure_back(frame, place);
            case Stage::taking: return at_work(frame, place, frame.words("admin.roster.taking"));
        }
    }

private:
    enum class Stage { choose, reading, preview, sure, sure_back, taking };

    bool step_back() {
        switch (stage_) {
            case Stage::choose: return false;
            case Stage::sure: stage_ = Stage::preview; return true;
            case Stage::taking: return true;  // it is under way
            default: stage_ = Stage::choose; return true;
        }
    }

    void look(const Frame& frame) {
        stick_ = frame.sticks != nullptr ? frame.sticks->stick() : std::nullopt;
        if (auto history = frame.study->roster().history(50)) history_ = std::move(*history);
        else log_warning(history.error().within("reading the imports").what);
        looking_ = frame.post([stick = stick_, files = frame.study->files(), box = box_] { find_rosters(stick, files, box); });
    }

    void open_letters(Frame& frame) {
        for (RosterLetter& letter : box_->take_all()) {
            frame.animate();
            if (auto* found = std::get_if<Result<RosterTables>>(&letter)) {
                looking_ = false;
                tables_ = *found ? std::move((*found)->found) : std::vector<RosterTable>{};
                if (!*found) log_warning(found->error().within("looking for rosters").what);
            } else if (auto* read = std::get_if<Result<RosterRead>>(&letter)) {
                if (stage_ != Stage::reading) continue;
                if (!*read) {
                    fault_ = read->error();
                    stage_ = Stage::choose;
                    continue;
                }
                read_ = std::move(**read);
                stage_ = Stage::preview;
                names_ = false;
                part_ = first_part();
                list_ = {};
            } else if (auto& taken = std::get<Result<RosterTaken>>(letter); taken) {
                frame.reception.say(Notice::Tone::good, back_ ? "admin.roster.undone" : "admin.roster.taken", "", frame.moment);
                stage_ = Stage::choose;
                fault_.reset();
                look(frame);
            } else {
                log_warning(taken.error().within("taking a roster over").what);
                fault_ = taken.error();
                stage_ = Stage::choose;
            }
        }
    }

    void choose(Frame& frame, Rect place) {
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), page_, [&](Rect content) {
            const Rect column = admin_column(frame, place);
            Rect rest{column.x, content.y + space::s, column.w, 1e6f};
            const float top = content.y;
            if (fault_) told(frame, rest, frame.words("admin.roster.failed"), fault_words(frame), Notice::Tone::bad);
            paragraph(frame, rest, frame.words("admin.roster.text"), admin_quiet(frame), space::s);
            heading(frame, rest, frame.words("admin.roster.files"));
            files(frame, rest);
            heading(frame, rest, frame.words("admin.roster.history"));
            imports(frame, rest);
            return rest.y - top + space::l;
        });
    }

    [[nodiscard]] std::string fault_words(const Frame& frame) const {
        switch (fault_->kind) {
            case ErrorKind::missing: return frame.words(back_ ? "admin.roster.fault.nothing" : "admin.roster.fault.missing");
            case ErrorKind::too_large: return frame.words("admin.roster.fault.too_large");
            case ErrorKind::io: return frame.words("admin.roster.fault.io");
            default: return frame.words("admin.roster.fault.invalid");
        }
    }

    void files(Frame& frame, Rect& rest) {
        if (tables_.empty()) {
            const char* key = looking_ ? "admin.roster.looking" : stick_ ? "admin.roster.no_files" : "admin.stick.plug";
            return paragraph(frame, rest, frame.words(key), admin_body(frame), space::s);
        }
        const float h = list_line_height(frame, !frame.portrait ? 1 : text_growth(frame) > 1.15f ? 3 : 2);
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            const RosterTable& table = tables_[i];
            const std::string where = table.on_stick ? frame.words("admin.roster.on_stick", {{"name", stick_ ? stick_->name : ""}}) : frame.words("admin.roster.incoming");
            if (!list_line(frame, fmt::format("admin.file.{}", i), rest.cut_top(h), {table.path, where + " · " + admin_size(table.size_bytes), "", "icons/document.png"})) continue;
            fault_.reset();
            back_ = false;
            const bool taken = frame.post([stick = stick_, all = frame.study->files(), table, box = box_] { read_roster_table(stick, all, table, box); });
            if (taken) stage_ = Stage::reading;
            frame.animate();
        }
    }

    void imports(Frame& frame, Rect& rest) {
        if (history_.empty()) return paragraph(frame, rest, frame.words("admin.roster.history.none"), admin_body(frame), space::s);
        const float h = list_line_height(frame);
        const auto last = std::find_if(history_.begin(), history_.end(), [](const Roster::Import& i) { return !i.undone; });
        for (auto import = history_.begin(); import != history_.end(); ++import) {
            const std::string what = frame.words("admin.roster.import", {{"added", std::to_string(import->added)}, {"changed", std::to_string(import->changed)},
                                                                         {"gone", std::to_string(import->gone)}});
            list_line(frame, "", rest.cut_top(h), {admin_time(frame, import->at), what, import->undone ? frame.words("admin.roster.was_undone") : "", "", false, import == last});
        }
        rest.cut_top(space::s);
        if (last != history_.end() && actions(frame, rest, {{"admin.undo", frame.words("admin.roster.undo"), Tone::plain, "icons/undo.png"}}) == 0) stage_ = Stage::sure_back;
    }

    enum class Part { problems, added, changed, gone };

    [[nodiscard]] Part first_part() const {
        const RosterPreview& p = *read_.preview;
        return !p.problems.empty() ? Part::problems : !p.added.empty() ? Part::added : !p.changed.empty() ? Part::changed : Part::gone;
    }

    void preview(Frame& frame, Rect place) {
        const RosterPreview& p = *read_.preview;
        const bool changes = !p.added.empty() || !p.changed.empty() || !p.gone.empty();
        const int pressed = foot_actions(frame, place, {{"admin.take", frame.words("admin.roster.take"), Tone::primary, "icons/check.png", p.may_apply() && changes},
                                                        {"admin.names", frame.words(names_ ? "admin.names.hide" : "admin.names.show"), Tone::plain, "icons/search.png"},
                                                        {"admin.other", frame.words("admin.roster.other")}});
        const std::string counts = frame.words("admin.roster.counts", {{"file", read_.table.path}, {"rows", std::to_string(read_.file->rows.size())},
                                                                       {"same", std::to_string(p.same)}});
        paragraph(frame, place, counts, admin_quiet(frame), space::xs);
        const char* verdict = !p.may_apply() ? "admin.roster.has_problems" : changes ? "admin.roster.may" : "admin.roster.no_changes";
        paragraph(frame, place, frame.words(verdict), {Face::serif_bold, 38, p.may_apply() ? frame.theme.ink : frame.theme.cinnabar_deep, Align::left, 1.3f, 0}, space::s);
        if (!read_.file->unknown.empty()) paragraph(frame, place, frame.words("admin.roster.unknown", {{"columns", listed(read_.file->unknown)}}), admin_quiet(frame), space::s);
        std::vector<std::string> parts;
        std::vector<Part> of;
        const auto part = [&](Part which, const char* key, std::size_t n) {
            if (which == Part::problems && n == 0) return;
            parts.push_back(frame.words(key, {{"n", std::to_string(n)}}));
            of.push_back(which);
        };
        part(Part::problems, "admin.roster.problems", p.problems.size());
        part(Part::added, "admin.roster.added", p.added.size());
        part(Part::changed, "admin.roster.changed", p.changed.size());
        part(Part::gone, "admin.roster.gone", p.gone.size());
        const auto chosen = static_cast<int>(std::find(of.begin(), of.end(), part_) - of.begin());
        if (const int touched = choice_line(frame, "admin.part", place, "", parts, chosen); touched >= 0) {
            part_ = of[static_cast<std::size_t>(touched)];
            list_ = {};
            frame.animate();
        }
        list(frame, place);
        if (pressed == 0) {
            const std::size_t there = p.gone.size() + p.changed.size() + p.same;
            if (static_cast<double>(p.gone.size()) > many_gone * static_cast<double>(there)) stage_ = Stage::sure;
            else take(frame);
        }
        if (pressed == 1) names_ = !names_;
        if (pressed == 2) stage_ = Stage::choose;
        if (pressed >= 0) frame.animate();
    }

    static std::string listed(const std::vector<std::string>& words) {
        std::string all;
        for (std::size_t i = 0; i < words.size() && i < 8; ++i) all += (i == 0 ? "" : ", ") + words[i];
        return words.size() > 8 ? all + " …" : all;
    }

    void list(Frame& frame, Rect place) {
        const RosterPreview& p = *read_.preview;
        if (part_ == Part::problems) {
            return long_list(frame, "admin.list", place, list_, p.problems.size(), list_line_height(frame, 2), [&](std::size_t i, Rect box) {
                const RosterProblem& problem = p.problems[i];
                const std::string row = std::to_string(problem.row);
                const std::string where = problem.row > 0 ? frame.words("admin.roster.row", {{"n", row}}) : frame.words("admin.roster.whole_file");
                const std::string what = frame.words("roster.error." + problem.key, {{"row", row}, {"value", problem.value}, {"other", problem.other}});
                list_line(frame, "", box, {where, what, "", "icons/warning.png", false});
            });
        }
        const auto& changes = part_ == Part::added ? p.added : part_ == Part::changed ? p.changed : p.gone;
        if (changes.empty()) return paragraph(frame, place, frame.words("admin.roster.nobody"), admin_body(frame));
        long_list(frame, "admin.list", place, list_, changes.size(), list_line_height(frame, part_ == Part::changed ? 2 : 1), [&](std::size_t i, Rect box) {
            const RosterPreview::Change& change = changes[i];
            const bool gone = part_ == Part::gone;
            const std::string& name = gone ? change.before.name : change.now.name;
            const std::string& number = gone ? change.before.number : change.now.number;
            std::string detail = gone ? change.before.branch : change.now.branch;
            if (part_ == Part::changed) detail = differences(frame, change);
            if (part_ == Part::added && change.before.gone) detail += " · " + frame.words("admin.roster.comes_back");
            list_line(frame, "", box, {names_ ? name : masked_name(name), detail, names_ ? number : number_end(number), "", false});
        });
    }

    [[nodiscard]] std::string differences(const Frame& frame, const RosterPreview::Change& change) const {
        std::string all;
        const auto differs = [&](const char* key, const std::string& before, const std::string& now) {
            if (before == now) return;
            const std::string arrow = fmt::format("{} → {}", before.empty() ? "—" : before, now.empty() ? "—" : now);
            all += (all.empty() ? "" : " · ") + frame.words(key) + " " + arrow;
        };
        const auto card = [&](const std::string& c) { return names_ ? c : number_end(c); };
        const auto yes = [&](bool y) { return frame.words(y ? "admin.yes" : "admin.no"); };
        differs("admin.field.name", names_ ? change.before.name : masked_name(change.before.name), names_ ? change.now.name : masked_name(change.now.name));
        differs("admin.field.branch", change.before.branch, change.now.branch);
        if (read_.file->has_card && !change.now.card.empty()) differs("admin.field.card", card(change.before.card), card(change.now.card));
        if (read_.file->has_host) differs("admin.field.host", yes(change.before.host), yes(change.now.host));
        if (read_.file->has_pinyin) differs("admin.field.pinyin", names_ ? change.before.pinyin : "", names_ ? change.now.pinyin : "");
        return all.empty() ? frame.words("admin.roster.masked_change") : all;
    }

    void sure(Frame& frame, Rect place) {
        const RosterPreview& p = *read_.preview;
        const auto answer = ask(frame, place, {frame.words("admin.roster.sure", {{"n", std::to_string(p.gone.size())}}),
                                               frame.words("admin.roster.sure.text", {{"n", std::to_string(p.gone.size())}, {"of", std::to_string(p.gone.size() + p.changed.size() + p.same)}}),
                                               frame.words("admin.roster.take"), frame.words("admin.cancel")});
        if (!answer) return;
        frame.animate();
        if (*answer) take(frame);
        else stage_ = Stage::preview;
    }

    void take(Frame& frame) {
        back_ = false;
        const bool posted = frame.post([files = frame.study->files(), boot = frame.study->records().boot(), file = read_.file, moment = frame.moment, box = box_] {
            take_roster(files, boot, file, moment, box);
        });
        if (posted) stage_ = Stage::taking;
    }

    void sure_back(Frame& frame, Rect place) {
        const auto answer = ask(frame, place, {frame.words("admin.roster.undo.sure"), frame.words("admin.roster.undo.text"), frame.words("admin.roster.undo"), frame.words("admin.cancel")});
        if (!answer) return;
        frame.animate();
        stage_ = Stage::choose;
        if (!*answer) return;
        back_ = true;
        const bool posted = frame.post([files = frame.study->files(), boot = frame.study->records().boot(), moment = frame.moment, box = box_] {
            take_roster_back(files, boot, moment, box);
        });
        if (posted) stage_ = Stage::taking;
    }

    const RosterBox box_ = std::make_shared<Mailbox<RosterLetter>>(8);
    Stage stage_ = Stage::choose;
    std::optional<Stick> stick_;
    bool looking_ = false, back_ = false, names_ = false;
    std::vector<RosterTable> tables_;
    std::vector<Roster::Import> history_;
    std::optional<Error> fault_;
    RosterRead read_;
    Part part_ = Part::added;
    Scroll page_, list_;
};

}  // namespace

AdminPagePtr make_admin_roster() { return std::make_unique<RosterPage>(); }

}  // namespace xinghuo
