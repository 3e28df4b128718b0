// 存储与健康: how large the record is, whether it is well, its backups, and who is to be forgotten.
#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "content/study/study.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct BackupSeen {
    std::string name;
    std::string hour;          // "2026-11-21 09:00", as its name says
    std::uintmax_t size = 0;
};
struct Checked {
    std::string said;          // "ok", or what is damaged
};
struct BackedUp {};
using Letter = std::variant<Result<BackedUp>, Result<Checked>>;
using Box = std::shared_ptr<Mailbox<Letter>>;

std::uintmax_t size_of(const Path& file) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    return failed ? 0 : size;
}

// records-000123-20261121T09.db, in UTC; newest first, by their numbers.
std::vector<BackupSeen> backups_in(const Frame& frame, const Path& folder) {
    std::vector<BackupSeen> all;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
        const std::string name = entry->path().filename();
        if (!name.starts_with("records-") || !name.ends_with(".db")) continue;
        const std::size_t dash = name.rfind('-');
        const std::string label = name.substr(dash + 1, name.size() - dash - 4);
        std::string hour = frame.words("admin.time.none");
        if (label.size() == 11)
            hour = admin_time(frame, wall_time_from_iso(fmt::format("{}-{}-{}T{}:00:00Z", label.substr(0, 4), label.substr(4, 2), label.substr(6, 2), label.substr(9, 2))));
        all.push_back({name, hour, size_of(entry->path())});
    }
    std::sort(all.begin(), all.end(), [](const BackupSeen& a, const BackupSeen& b) { return a.name > b.name; });
    return all;
}

// On the worker: a whole copy under the next number, as the hourly ones.
Result<BackedUp> back_up(const StudyFiles& files, WallTime wall, const std::string& next) {
    auto db = Database::open(files.database());
    if (!db) return db.error();
    std::error_code failed;
    std::filesystem::create_directories(files.backups(), failed);
    const std::string iso = iso_from_wall_time({std::clamp<std::int64_t>(wall.unix_ms, 0, 253'402'300'799'000)});
    const std::string label = iso.substr(0, 4) + iso.substr(5, 2) + iso.substr(8, 2) + "T" + iso.substr(11, 2);
    auto backup = (*db)->begin_backup(files.backups() / fmt::format("records-{}-{}.db", next, label));
    if (!backup) return backup.error();
    for (;;) {
        auto more = (*backup)->step();
        if (!more) return more.error();
        if (!*more) return BackedUp{};
    }
}

Result<Checked> look_through(const StudyFiles& files) {
    auto db = Database::open(files.database());
    if (!db) return db.error();
    auto said = (*db)->check(true);
    if (!said) return said.error();
    return Checked{*said};
}

class StoragePage final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-storage"; }
    void shown(Frame& frame) override { look(frame); }

    void frame(Frame& frame, AdminDesk& desk) override {
        collect(frame);
        StepDesk here(desk, [this] { return std::exchange(forgetting_, false); });
        Rect place = admin_head(frame, here, frame.words("admin.storage.title"));
        if (working_ != Working::no) return at_work(frame, place, frame.words(working_ == Working::backing_up ? "admin.storage.backing_up" : "admin.storage.checking"));
        if (forgetting_) return sure(frame, place);
        switch (foot_actions(frame, place, {{"admin.back_up", frame.words("admin.storage.back_up"), Tone::primary, "icons/download.png"},
                                            {"admin.check", frame.words("admin.storage.check"), Tone::plain, "icons/health.png"},
                                            {"admin.pin", frame.words("admin.pin.change"), Tone::plain, "icons/lock.png"}})) {
            case 0: start(frame, Working::backing_up); break;
            case 1: start(frame, Working::checking); break;
            case 2: desk.open(make_admin_new_pin()); break;
            default: break;
        }
        scroll_area(frame, "admin.scroll", place.inset(-24, 0), scroll_, [&](Rect content) {
            const Rect column = admin_column(frame, place);
            Rect rest{column.x, content.y + space::s, column.w, 1e6f};
            const float top = content.y;
            health(frame, rest);
            retention(frame, rest);
            identity(frame, rest);
            list(frame, rest);
            return rest.y - top + space::l;
        });
    }

private:
    enum class Working { no, backing_up, checking };

    void look(Frame& frame) {
        Study& study = *frame.study;
        backups_ = backups_in(frame, study.files().backups());
        std::error_code failed;
        const auto disk = std::filesystem::space(study.files().data, failed);
        free_ = failed ? 0 : disk.available;
        const std::string db = study.files().database().string();
        size_ = size_of(db) + size_of(db + "-wal");
        auto policy = study.policies().on(frame.day);
        after_days_ = policy ? policy->forget_gone_days : 0;
        auto gone = study.database().integer_or(0, "SELECT COUNT(*) FROM member WHERE gone_ms IS NOT NULL AND number_hash IS NOT NULL");
        gone_ = gone ? *gone : 0;
        // As Members::forget_gone counts them.
        auto due = study.database().integer_or(0, "SELECT COUNT(*) FROM member WHERE gone_ms <= ?1 AND number_hash IS NOT NULL", frame.moment.wall.unix_ms - after_days_ * day_ms);
        due_ = due && after_days_ > 0 && frame.moment.wall_trusted ? *due : 0;
    }

    void health(Frame& frame, Rect& rest) const {
        Study& study = *frame.study;
        const Mended& mended = study.mended();
        if (!mended.set_aside.empty()) {
            told(frame, rest, frame.words("admin.mended.title"), frame.words(mended.from_backup.empty() ? "admin.mended.anew" : "admin.mended.backup",
                                                                              {{"n", std::to_string(mended.records_recovered)}, {"lost", std::to_string(mended.records_lost)}}), Notice::Tone::bad);
            facts(frame, rest, {{frame.words("admin.mended.file"), mended.set_aside.filename()}});
            for (std::size_t i = 0; i < mended.lost.size() && i < 20; ++i) paragraph(frame, rest, mended.lost[i], admin_quiet(frame));
        }
        heading(frame, rest, frame.words("admin.storage.health"));
        const std::size_t waiting = study.visit().waiting();
        facts(frame, rest, {{frame.words("admin.storage.size"), admin_size(size_)},
                            {frame.words("admin.storage.free"), admin_size(free_)},
                            {frame.words("admin.storage.waiting"), waiting == 0 ? frame.words("admin.storage.waiting.none") : frame.words("admin.storage.waiting.some", {{"n", std::to_string(waiting)}})},
                            {frame.words("admin.storage.last_check"), check_words(frame)},
                            {frame.words("admin.storage.clock"), frame.words(frame.moment.wall_trusted ? "admin.storage.clock.good" : "admin.storage.clock.bad")}});
    }

    [[nodiscard]] std::string check_words(const Frame& frame) const {
        if (!checked_) return frame.words("admin.storage.check.start");
        if (!*checked_) return frame.words("admin.storage.check.failed");
        return (*checked_)->said == "ok" ? frame.words("admin.storage.check.ok") : frame.words("admin.storage.check.damaged");
    }

    void retention(Frame& frame, Rect& rest) {
        heading(frame, rest, frame.words("admin.storage.retention"));
        const std::string rule = after_days_ == 0 ? frame.words("admin.storage.forget.never") : frame.words("admin.storage.forget.rule", {{"days", std::to_string(after_days_)}});
        paragraph(frame, rest, rule, admin_quiet(frame), space::xs);
        paragraph(frame, rest, frame.words("admin.storage.forget.count", {{"n", std::to_string(gone_)}, {"due", std::to_string(due_)}}), admin_body(frame), space::s);
        if (due_ > 0 && actions(frame, rest, {{"admin.forget", frame.words("admin.storage.forget"), Tone::plain, "icons/trash.png"}}) == 0) {
            forgetting_ = true;
            frame.animate();
        }
    }

    static void identity(Frame& frame, Rect& rest) {
        heading(frame, rest, frame.words("admin.storage.identity"));
        const std::string hex = to_hex(frame.study->device_key().public_key());
        std::string grouped;
        for (std::size_t i = 0; i < hex.size(); i += 4) grouped += (i == 0 ? "" : " ") + hex.substr(i, 4);
        facts(frame, rest, {{frame.words("admin.storage.kiosk"), frame.study->records().kiosk().text},
                            {frame.words("admin.storage.key"), grouped},
                            {frame.words("admin.storage.boot"), std::to_string(frame.study->records().boot())}});
    }

    void list(Frame& frame, Rect& rest) const {
        heading(frame, rest, frame.words("admin.storage.backups", {{"n", std::to_string(backups_.size())}}));
        if (backups_.empty()) return paragraph(frame, rest, frame.words("admin.storage.backups.none"), admin_body(frame));
        for (const BackupSeen& backup : backups_) list_line(frame, "", rest.cut_top(list_line_height(frame)), {backup.hour, backup.name, admin_size(backup.size), {}, false});
    }

    void start(Frame& frame, Working what) {
        if (!keep_action(frame, what == Working::backing_up ? "backup" : "verify", "")) return;
        const StudyFiles files = frame.study->files();
        bool posted = false;
        if (what == Working::backing_up) {
            int number = 0;
            for (const BackupSeen& b : backups_)
                if (b.name.size() > 14) number = std::max(number, std::atoi(b.name.substr(8, 6).c_str()));
            posted = frame.post([files, wall = frame.moment.wall, next = fmt::format("{:06}", number + 1), box = box_] {
                if (!box->post(back_up(files, wall, next))) log_warning("a backup has no place to be told");
            });
        } else {
            posted = frame.post([files, box = box_] {
                if (!box->post(look_through(files))) log_warning("a check has no place to be told");
            });
        }
        if (posted) working_ = what;
        frame.animate();
    }

    void collect(Frame& frame) {
        for (Letter& letter : box_->take_all()) {
            working_ = Working::no;
            frame.animate();
            if (auto* done = std::get_if<Result<BackedUp>>(&letter)) {
                if (!*done) log_warning(done->error().within("backing up").what);
                if (*done) frame.reception.say(Notice::Tone::good, "admin.storage.backed_up", "", frame.moment);
                else frame.reception.say(Notice::Tone::bad, "admin.not_done.title", "admin.not_done.text", frame.moment);
            } else {
                checked_ = std::get<Result<Checked>>(std::move(letter));
                if (*checked_ && (*checked_)->said != "ok") log_warning("checking the record: " + (*checked_)->said);
            }
            look(frame);
        }
    }

    void sure(Frame& frame, Rect place) {
        const auto answer = ask(frame, place, {frame.words("admin.storage.forget.sure", {{"n", std::to_string(due_)}}), frame.words("admin.storage.forget.text"),
                                               frame.words("admin.storage.forget"), frame.words("admin.cancel")});
        if (!answer) return;
        forgetting_ = false;
        frame.animate();
        if (!*answer) return;
        auto done = frame.study->members().forget_gone(after_days_, frame.moment);
        if (!done) log_warning(done.error().what);
        if (done) frame.reception.say(Notice::Tone::good, "admin.storage.forgotten", "", frame.moment, {{"n", std::to_string(*done)}});
        else frame.reception.say(Notice::Tone::bad, "admin.not_done.title", "admin.not_done.text", frame.moment);
        look(frame);
    }

    const Box box_ = std::make_shared<Mailbox<Letter>>(4);
    Working working_ = Working::no;
    bool forgetting_ = false;
    std::vector<BackupSeen> backups_;
    std::uintmax_t free_ = 0, size_ = 0;
    int after_days_ = 0;
    std::int64_t gone_ = 0, due_ = 0;
    std::optional<Result<Checked>> checked_;
    Scroll scroll_;
};

}  // namespace

AdminPagePtr make_admin_storage() { return std::make_unique<StoragePage>(); }

}  // namespace xinghuo
