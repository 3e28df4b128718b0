// This terminal and the centre: the agent (sync/agent.h) on a thread of its own, told about and asked from the main thread; nothing here waits.
// Made before the application, beside the record room. Without a centre in the settings it does nothing, until a courier stick makes one known.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sync/agent.h"

namespace xinghuo {

class App;

// What it does stands here; the real one is made by open_sync_room(), tests have their own (tests/support/fake_sync_room.h).
class SyncRoom {
public:
    struct Parts {
        SyncTargets targets;
        Path ca_file;                     // PEM; empty: the system's
        std::string proxy;                // empty: none
        bool plain_http = false;          // http to other machines than this one, too
        const Clock& clock;
        bool threads = true;              // false: everything at once, in look(), and nothing waits (fake clock)
        std::function<void()> wake;       // called from the other thread when look() has something to do
        // Instead of the network. Called on the thread.
        std::function<Result<std::unique_ptr<Exchange>>(const std::string& address)> open_exchange = {};
    };
    SyncRoom() = default;
    virtual ~SyncRoom() = default;
    SyncRoom(const SyncRoom&) = delete;
    SyncRoom& operator=(const SyncRoom&) = delete;

    // Once per turn of the loop: takes the newest status in, and gives the agent the record when it is there. `study` may be null.
    // `hall_is_free`: nobody is in front of it, so that what the centre tells may change who is who.
    virtual void look(const Study* study, bool hall_is_free, const Moment& moment) = 0;
    [[nodiscard]] virtual Instant due() const = 0;       // when it wants its next look at the latest

    // For the administrator's page. As of the last look().
    [[nodiscard]] virtual const SyncStatus& status() const = 0;
    virtual void enrol(std::string code, std::string name) = 0;   // status().enrolling until it is done, then enrolled or enrol_trouble
    // The same over the courier stick that carried() told of: the request is written to it, and status().asked until the answer comes. `centre`: whose
    // fingerprint somebody compared here; a stick of any other is refused.
    virtual void enrol_by_stick(const PublicKey& centre, std::string code, std::string name) = 0;
    virtual void sync_now() = 0;
    // sync_now() or release() was asked, and has come neither to its end nor to what stops it.
    [[nodiscard]] virtual bool syncing() const { return false; }
    // To another Learning Record Store: there is nothing to enrol at.
    [[nodiscard]] virtual bool to_store() const { return false; }
    virtual void release(std::optional<std::int64_t> seq) = 0;    // out of quarantine: one, or all
    // A stick was plugged in: when it is a courier's, it is served at once, and carried() tells what came of it; of others nothing is said.
    virtual void stick_came(Path root) = 0;
    // Of the courier stick that was served last; nothing: none was.
    struct Carried {
        CourierServed served;
        std::string wrong;                // it could not be served: why
        ErrorKind kind = ErrorKind::invalid;  // of that
        std::optional<CourierStick> of;   // whose it is, by its own word
        enum class Answer { none, accepted, refused } answer = Answer::none;  // what it brought to the request for enrolment
        bool mistrusted = false;
    };
    // Somebody compared the fingerprint of the stick that carried() told of, and it is not the centre's. Holds until a stick is plugged in again.
    virtual void mistrust_stick() = 0;
    [[nodiscard]] virtual const std::optional<Carried>& carried() const = 0;
    [[nodiscard]] virtual bool take_served() = 0;   // true once after carried() became another
    virtual void export_quarantined(Path file) = 0;
    // How the last export ended, once: how many records, or why not.
    [[nodiscard]] virtual std::optional<Result<std::size_t>> exported() = 0;
    // True once after the centre's word changed members, activities, notices or settings.
    [[nodiscard]] virtual bool take_pulled() = 0;
};

std::unique_ptr<SyncRoom> open_sync_room(SyncRoom::Parts parts);

}  // namespace xinghuo
