// All that a terminal keeps of its members and their study, opened together. Main thread; other threads open their own
// Database on `database_file`.
//
//     data/records.db  data/running.json  data/keys/store.key  data/keys/device.key  data/backups/  data/damaged/
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "content/store/upkeep.h"
#include "content/study/activities.h"
#include "content/study/admin_lock.h"
#include "content/study/ledger.h"
#include "content/study/members.h"
#include "content/study/policy.h"
#include "content/study/records.h"
#include "content/study/roster.h"
#include "content/study/visit.h"

namespace xinghuo {

struct StudyFiles {
    Path data;
    [[nodiscard]] Path database() const { return data / "records.db"; }
    [[nodiscard]] Path running() const { return data / "running.json"; }
    [[nodiscard]] Path store_key() const { return data / "keys" / "store.key"; }
    [[nodiscard]] Path device_key() const { return data / "keys" / "device.key"; }
    [[nodiscard]] Path backups() const { return data / "backups"; }
    [[nodiscard]] Path damaged() const { return data / "damaged"; }
};

class Study {
public:
    struct Parts {
        Path data;
        std::string boot_id;
        std::string version;                                       // of the program, for the boot record
        std::function<void(std::function<void()>)> later;          // see Visit
        bool mend = false;                                         // a full check found damage: open_or_mend(force)
    };
    // Opens or makes everything, mends what is damaged, records the boot and what an earlier start left open.
    static Result<std::unique_ptr<Study>> open(Parts parts, const Moment& moment);
    // For programs that work beside a running kiosk: no boot record, no Visit.
    static Result<std::unique_ptr<Study>> open_beside(Parts parts, const Moment& moment);
    ~Study();
    Study(const Study&) = delete;
    Study& operator=(const Study&) = delete;

    [[nodiscard]] const StudyFiles& files() const;
    [[nodiscard]] Database& database();
    [[nodiscard]] const SecretKey& store_key() const;
    [[nodiscard]] const SigningKey& device_key() const;
    [[nodiscard]] Records& records();
    [[nodiscard]] Members& members();
    [[nodiscard]] Roster& roster();
    [[nodiscard]] Visit& visit();            // not with open_beside
    [[nodiscard]] Activities& activities();
    [[nodiscard]] Policies& policies();
    [[nodiscard]] Ledger& ledger();
    [[nodiscard]] AdminLock& admin();
    [[nodiscard]] const Mended& mended() const;  // what the start had to mend; shown to the administrator until seen

    // The day things are counted for now (day.h), knowing the newest trusted day of the records.
    [[nodiscard]] std::int64_t today(const Moment& moment);

private:
    struct State;
    explicit Study(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace xinghuo
