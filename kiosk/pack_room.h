// The packs of this terminal, kept on a thread of their own: what is shown, what a stick or the network offers, installing, undoing,
// re-hashing at night. Made before the application, which it gives a new catalogue between frames. Main thread, but for what it says
// it does elsewhere; nothing here waits.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/pack/installer.h"
#include "content/pack/pack_store.h"

namespace xinghuo {

class App;
class Sticks;

// What it does stands here; the real one is made by open_pack_room(), tests have their own.
class PackRoom {
public:
    struct Network {
        std::string url;                  // "https://packs.example.edu/xinghuo"; empty: none
        std::string ca_file, proxy;
        int quiet_from = 2 * 60, quiet_to = 5 * 60;  // minutes of the day at the terminal's place
        bool automatic = true;            // looks and installs in the quiet hours
    };
    struct Parts {
        Path data;                        // DATA; empty: a private folder that goes with this object
        Path shipped;                     // the repository beside the program
        Path root;                        // --root; empty: the one that ships
        const Clock& clock;
        Network network;
        bool threads = true;              // false: everything at once, on the caller's thread (fake clock)
        std::function<void()> wake;       // called from the other thread when look() has something to do
    };
    PackRoom() = default;
    virtual ~PackRoom() = default;
    PackRoom(const PackRoom&) = delete;
    PackRoom& operator=(const PackRoom&) = delete;

    // What may be shown; null: nothing, and why() is the sentence.
    [[nodiscard]] virtual std::shared_ptr<const Catalogue> catalogue() const = 0;
    [[nodiscard]] virtual const std::string& why() const = 0;

    // Once per turn of the loop: takes results in, gives the application a new catalogue, starts what is due (a stick that came, the quiet
    // hours, the re-hash when nobody is there).
    virtual void look(App& app, Sticks* sticks, const Moment& moment) = 0;
    [[nodiscard]] virtual Instant due() const = 0;  // when it wants its next look at the latest

    // For the administrator's page.
    enum class Source { stick, network };
    enum class Doing { nothing, looking, installing, undoing };
    struct Problem {
        ErrorKind kind = ErrorKind::invalid;
        std::string what;                 // a technical sentence, English, no path of this machine
        Source source = Source::stick;
        Doing during = Doing::looking;    // what was tried
    };
    struct State {
        Doing doing = Doing::nothing;
        Source source = Source::stick;
        InstallProgress progress;
        Instant since;                    // when it began
        std::optional<Offer> offer;       // what was found last; until something else is done
        std::optional<Problem> problem;   // why the last attempt did not do it; old content plays on
        bool installed = false;           // the last attempt installed something
        std::vector<InstalledPack> packs; // as of now
        std::vector<PackEvent> history;   // newest first
        std::vector<Recall> recalls;
        bool stick_here = false;          // a stick with a repository or an .xhpack is plugged in
        std::string stick_name;
        std::string network_name;         // "packs.example.edu"; empty: none is set
        bool automatic = false;           // the network is looked at in the quiet hours
        std::optional<WallTime> last_contact;
        std::uint64_t blobs_bytes = 0, free_bytes = 0;
        std::string checking;             // what the re-hash found, a sentence; empty: all is well
    };
    [[nodiscard]] virtual const State& state() const = 0;

    virtual void look_for_updates(Source source, const Moment& moment) = 0;
    virtual void install(const Moment& moment) = 0;   // what state().offer says
    virtual void cancel() = 0;
    virtual void forget() = 0;                        // the offer, the problem and `installed`: the page was left
    virtual void undo(std::string_view pack, const Moment& moment) = 0;
    // Other ones than at the start, minutes of the day: the centre says when.
    virtual void set_quiet_hours(int from, int to) { static_cast<void>(from), static_cast<void>(to); }
};

// Never null: what cannot be opened shows nothing, and says why().
std::unique_ptr<PackRoom> open_pack_room(PackRoom::Parts parts);

}  // namespace xinghuo
