// What of a visit is not in the database yet, in a small file of its own: what is proven of the running interval, and records
// that could not be written. Read once, at the next start. No name, number or card is in it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "content/study/record.h"
#include "content/study/session.h"

namespace xinghuo {

// Records of one moment, for one transaction.
struct Batch {
    std::vector<Draft> drafts;      // each with its id
    Moment moment;
    std::string session = {};       // whose intervals are among them
    Milliseconds ms{0};             // their sum
};

struct RunningJournal {
    struct Running {
        std::string id;             // the record will have it
        Subject subject;
        Milliseconds ms{0};         // proven
        std::int64_t began_mono_ms = 0;
    };
    KioskId kiosk;
    std::int64_t boot = 0;
    MemberId member;                // whose interval runs; empty: nobody's
    std::string session;
    std::optional<Running> running;
    std::vector<Batch> waiting;
};
std::string to_json(const RunningJournal& journal);
Result<RunningJournal> running_journal_from_json(std::string_view text);

// {"session", "label", "item", "title", "pack", "pack_version", "ms"}: of study_interval and abandoned.
std::string interval_body(const std::string& session, const Subject& subject, Milliseconds ms);

// The file. Main thread; `later` may run the writing on one other thread. Numbered, so that a late write is left out when there
// is a newer one: it neither overwrites it nor brings back what was removed.
class RunningJournalFile {
public:
    RunningJournalFile(Path file, std::function<void(std::function<void()>)> later);
    // Nothing: there is no file, or it says nothing. A file that cannot be understood is set aside as FILE.damaged (….2, ….3), which is logged.
    [[nodiscard]] std::optional<RunningJournal> read() const;
    void set_aside() const;
    // Durable once it is written; an empty text removes the file. What fails is logged once, until one succeeds.
    void put(std::string text);

private:
    struct Shared {
        Path file;                              // constant
        std::atomic<std::uint64_t> newest{0};   // self-synchronised
        std::atomic<bool> failing{false};
    };
    static void write(Shared& shared, std::uint64_t number, const std::string& text);
    std::shared_ptr<Shared> shared_;            // of jobs too, which may outlive this
    std::function<void(std::function<void()>)> later_;
};

}  // namespace xinghuo
