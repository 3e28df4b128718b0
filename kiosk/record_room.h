// Where the study record of this terminal is kept: opens it, looks after it, and opens it anew when it had to be mended.
// Main thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "content/study/study.h"
#include "kiosk/health.h"
#include "kiosk/upkeep.h"

namespace xinghuo {

class App;

class RecordRoom {
public:
    struct Parts {
        Path data;                    // empty: a private folder that goes with this object (a tour, a picture, driving without --data)
        const Clock& clock;
        std::string version;
        bool threads = true;          // false: everything on the caller's thread (fake clock)
        std::function<void()> wake;   // called from other threads when look() has something to do
    };
    explicit RecordRoom(Parts parts);
    ~RecordRoom();
    RecordRoom(const RecordRoom&) = delete;
    RecordRoom& operator=(const RecordRoom&) = delete;

    // Null when it could not be opened; why() is the sentence.
    [[nodiscard]] Study* study() { return study_.get(); }
    [[nodiscard]] const std::string& why() const { return why_; }
    // Once per turn of the loop: if the check found damage, mends, and gives the application the mended record. Once a day: the
    // policy of that day, and retention; and this terminal's health (health.h).
    void look(App& app);

private:
    void open(bool mend);
    void begin_day();
    Parts parts_;
    bool private_folder_ = false;
    std::unique_ptr<Upkeep> upkeep_;
    std::unique_ptr<Study> study_;    // goes before upkeep: its last journal is written by it
    std::string why_;
    HealthTeller health_;
    std::int64_t day_ = -1;           // that begin_day() was done for
};

}  // namespace xinghuo
