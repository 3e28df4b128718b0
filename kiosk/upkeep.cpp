#include "kiosk/upkeep.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "content/base/log.h"
#include "content/store/upkeep.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_jobs = 1'000;
constexpr std::uintmax_t log_worth_moving = 512u << 10;  // bytes of the write-ahead log
constexpr std::chrono::seconds between_looks(5);

// Two threads: the journal must not wait for the check or the copy of a large file.
class TwoThreads final : public Upkeep {
public:
    explicit TwoThreads(Parts parts) : parts_(std::move(parts)), scribe_([this] { write(); }), keeper_([this] { keep(); }) {}
    ~TwoThreads() override {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
            if (db_ != nullptr) db_->interrupt();
        }
        changed_.notify_all();
        scribe_.join();
        keeper_.join();
    }

    void post(std::function<void()> job) override {
        {
            const std::lock_guard lock(mutex_);
            if (jobs_.size() < most_jobs) {
                jobs_.push_back(std::move(job));
                job = nullptr;
            }
        }
        if (job) job();
        else changed_.notify_all();
    }
    std::string take_damage() override {
        const std::lock_guard lock(mutex_);
        return std::exchange(damage_, {});
    }
    std::string trouble() override {
        const std::lock_guard lock(mutex_);
        return trouble_;
    }

private:
    void write() {
        while (true) {
            std::function<void()> job;
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [this] { return ended_ || !jobs_.empty(); });
                if (jobs_.empty()) return;
                job = std::move(jobs_.front());
                jobs_.pop_front();
            }
            job();
        }
    }

    void keep() {
        auto opened = Database::open(parts_.files.database());
        if (!opened) return complain(opened.error().within("looking after the study record"));
        Database& db = **opened;
        {
            std::unique_lock lock(mutex_);
            if (changed_.wait_for(lock, parts_.check_after, [this] { return ended_; })) return;
            db_ = &db;
        }
        check(db);
        while (true) {
            {
                std::unique_lock lock(mutex_);
                if (changed_.wait_for(lock, between_looks, [this] { return ended_; })) break;
            }
            look(db);
        }
        const std::lock_guard lock(mutex_);
        db_ = nullptr;
    }

    void check(Database& db) {
        auto said = db.check();
        const std::string what = said ? *said : said.error().what;
        {
            const std::lock_guard lock(mutex_);
            if (what == "ok" || ended_) return;
            damage_ = what;
        }
        log_warning("the study record is damaged: " + what);
        if (parts_.wake) parts_.wake();
    }

    void look(Database& db) {
        std::error_code none;
        const Path log = parts_.files.database().string() + "-wal";
        if (const auto size = std::filesystem::file_size(log, none); !none && size > log_worth_moving)
            if (auto done = db.checkpoint(); !done) complain(done.error());
        const Moment moment = parts_.clock.moment();
        if (auto done = back_up_if_due(db, parts_.files.backups(), moment.wall, moment.mono_ms); !done) complain(done.error());
    }

    void complain(const Error& error) {
        const std::lock_guard lock(mutex_);
        if (ended_ || trouble_ == error.what) return;
        log_warning(error.what);
        trouble_ = error.what;
    }

    const Parts parts_;                // constant
    std::condition_variable changed_;  // self-synchronised
    // under mutex_:
    std::mutex mutex_;
    std::deque<std::function<void()>> jobs_;
    std::string damage_, trouble_;
    Database* db_ = nullptr;           // the keeper's, to break off what takes long
    bool ended_ = false;

    std::thread scribe_, keeper_;
};

}  // namespace

std::unique_ptr<Upkeep> Upkeep::start(Parts parts) { return std::make_unique<TwoThreads>(std::move(parts)); }

}  // namespace xinghuo
