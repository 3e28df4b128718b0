// The centre as operators run it: a process of its own, on its embedded database, on this machine's loopback; and terminals that are enrolled there.
#pragma once

#include <string>
#include <vector>

#include "content/base/file.h"
#include "sync/protocol.h"
#include "tools/benchmark/child.h"

namespace xinghuo {

class RealServer {
public:
    // `more`: options besides --data and --listen. `gives_way`: with the lowest priority, as if it were another machine's.
    static Result<RealServer> start(const Path& bin, const Path& data, const std::vector<std::string>& more = {}, bool gives_way = false);
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string url() const;
    [[nodiscard]] const Child& process() const { return child_; }

private:
    RealServer(Child child, int port) : child_(std::move(child)), port_(port) {}
    Child child_;
    int port_;
};

// Makes the database in `data` where there is none. Not while a server runs there.
Result<std::vector<std::string>> make_enrol_codes(const Path& data, std::size_t count, WallTime now);
// Enrols terminals with these keys; their tokens.
Result<std::vector<std::string>> enrol_at_once(const Path& data, const std::vector<PublicKey>& keys, WallTime now);

}  // namespace xinghuo
