// Many connections to one server on this machine, kept open: whole requests go out, whole replies come in. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/descriptor.h"

namespace xinghuo {

// How many descriptors this process, and those it starts, may have: raised as far as it may be.
std::size_t raise_descriptor_limit();

class HeldConnections {
public:
    explicit HeldConnections(int port);
    // So many more; how many came about.
    std::size_t open(std::size_t count);
    [[nodiscard]] std::size_t size() const { return held_.size(); }
    // Not while an answer is awaited there. False: the connection is gone.
    bool ask(std::size_t which, std::string_view request);
    struct Answer {
        std::size_t which = 0;
        int status = 0;  // 0: the connection went
    };
    // Those that are there; waits so long for the first.
    std::vector<Answer> answers(Milliseconds limit);
    // One question on each, a few hundred at a time; how many were answered 200.
    std::size_t ask_all(std::string_view request);

private:
    struct Held {
        Descriptor socket;
        std::string came;
    };
    int port_;
    Descriptor poll_;
    std::vector<Held> held_;
};

}  // namespace xinghuo
