// What a terminal says of itself, for whoever looks after many (the centre's fleet report): a record of kind health,
//     {"what":"state","version":"0.3","free_bytes":31457280000,"waiting":12,"refused":0,"packs":[{"id":"demo","version":3}],"clock_trusted":true}
// ("what":"disk_unknown" without free_bytes, when the disk does not say),
// when it has run for a minute, then once a day, and at once when the disk has become short of room. Main thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "content/base/clock.h"

namespace xinghuo {

class App;

struct HealthFacts {
    std::string version;
    std::optional<std::uint64_t> free_bytes;   // of the disk the record lies on; nothing: it could not be asked
    struct Sending {
        std::int64_t waiting = 0, refused = 0;
    };
    std::optional<Sending> sending;            // nothing: nothing is sent
    struct Pack {
        std::string id;
        std::int64_t version = 0;
    };
    std::vector<Pack> packs;
    bool clock_trusted = false;
};
std::string health_body(const HealthFacts& facts);

class HealthTeller {
public:
    // Below this the disk is short of room: product rule 5, told early.
    static constexpr std::uint64_t short_of_room_bytes = 1'000'000'000;
    // Once per turn of the loop; nearly always nothing.
    void look(App& app, const std::string& version, const Moment& moment);
    // Now. False: there is no record, or it cannot be written.
    static bool tell(App& app, const std::string& version, const Moment& moment);

private:
    std::optional<Instant> since_;
    Instant due_;
    std::int64_t day_ = -1;
    bool short_of_room_ = false;
};

}  // namespace xinghuo
