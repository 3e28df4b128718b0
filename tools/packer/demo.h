// The demonstration: keys of its own, and a repository signed with them, that ships with the program. Whoever runs an exhibition replaces
// its root (README.md, "The root of trust").
#pragma once

#include <vector>

#include "tools/packer/publish.h"

namespace xinghuo {

inline constexpr int demo_days = 3'652;  // it ships, and nobody signs it again

struct DemoRequest {
    std::vector<Path> packs;             // built
    Path repository;                     // its first root stands beside it, too: root.json
    Path keys;                           // made when there are none: mode 0600, no passphrase; never to be kept in a repository of sources
    bool if_changed = false;
};
struct DemoMade {
    bool unchanged = false;
    std::vector<std::string> changes;
};
// A repository there that other keys signed is begun anew.
Result<DemoMade> make_demo(const DemoRequest& request, WallTime now);

}  // namespace xinghuo
