// Who may write to a SQLite file, within this process: one at a time, in the order they asked, without SQLite's own polling; and work that waits for it at the
// same time is written together, in one transaction (a group commit), on a connection kept for that, whose cache nobody else's writing makes stale.
// Other processes are kept apart by SQLite's locks. Any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "content/base/clock.h"
#include "sync/server/sql.h"

namespace xinghuo {

class SharedWrites {
public:
    // A connection for the group; it does not keep the group alive.
    using Open = std::function<Result<std::unique_ptr<Sql>>(SharedWrites&)>;
    // The one of this file in this process; lives as long as somebody has it.
    static std::shared_ptr<SharedWrites> of(const Path& file, Open open);
    explicit SharedWrites(Open open);

    // Nobody else writes until give(). False: it was not our turn within that time.
    bool take(Milliseconds patience);
    void give();
    // Done in a transaction, perhaps with others' work, and answered after the commit. Work that fails or throws is undone alone; work may be done more than once.
    // `only`: the one connection there is to this file, which then serves; null: there are several.
    Result<void> write(const Sql::Work& work, Sql* only);
    // Sql::preparing(). As many at a time as there are cores, one less while somebody writes: a writer among sixteen that prepare would get a ninth of two cores.
    void begin_preparing();
    void end_preparing();

private:
    struct Waiting {
        const Sql::Work* work;
        std::optional<Result<void>> result;
        bool done = false;
    };
    void write_all(std::span<Waiting* const> together, Sql* only);
    [[nodiscard]] bool may_prepare() const { return preparing_ + (writing_ ? 1 : 0) < cores_ || preparing_ == 0; }

    Open open_;
    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<const void*> turns_;         // who is first has it
    std::deque<Waiting*> waiting_;
    bool writing_ = false;                  // one of those who wait writes for all
    std::size_t preparing_ = 0, cores_;
    std::condition_variable may_prepare_;
    std::unique_ptr<Sql> sql_;              // of whoever writes
};

}  // namespace xinghuo
