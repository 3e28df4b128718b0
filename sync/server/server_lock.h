// Whether servers run over a database. Each holds this as long as it runs; a command that needs them stopped holds it alone. Whoever ends gives it back,
// however they end: it is the kernel's (flock on server.lock beside the embedded database) or belongs to a connection (an advisory lock of PostgreSQL).
#pragma once

#include <memory>
#include <string>

#include "content/base/descriptor.h"
#include "sync/server/sql.h"

namespace xinghuo {

enum class RunningAs { server, alone };

class ServerLock {
public:
    // `folder`: where centre.db is. `older`: somebody holds it who does not go with that; what() says who. Waits two seconds for one who is just going.
    static Result<ServerLock> of_folder(const Path& folder, RunningAs how);
    static Result<ServerLock> of_postgres(const std::string& connection, RunningAs how);
    // Every minute of a server: a connection that went with its primary is made anew, and the lock asked for again.
    Result<void> renew();

private:
    explicit ServerLock(RunningAs how) : how_(how) {}
    RunningAs how_;
    Descriptor file_;
    std::unique_ptr<Sql> sql_;
};

}  // namespace xinghuo
