// The program xinghuo-server: its options and its commands. A command works on the database beside a running server.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "sync/server/server_lock.h"
#include "sync/server/sql.h"

namespace xinghuo {

struct ServerOptions {
    std::vector<std::string> words;                 // "credential", "add", "NAME"
    std::map<std::string, std::string> values;      // "--data": "DIR"; a flag has an empty value; the last wins
    std::vector<std::string> proxies;               // of each --trust-proxy
    [[nodiscard]] const std::string* value(const std::string& name) const;
    [[nodiscard]] bool flag(const std::string& name) const { return values.contains(name); }
    [[nodiscard]] Path data() const;                // empty: not told
    [[nodiscard]] Path keys() const { return data() / "keys"; }
};
Result<ServerOptions> read_server_options(const std::vector<std::string>& arguments);
std::string server_usage();

// --database or the environment's XINGHUO_DATABASE, otherwise DATA/centre.db.
std::string database_of(const ServerOptions& options);  // empty: the embedded one
enum class CentreIs { there, made };  // made: by the first start of a server, and by nothing else
// `missing`: no centre is there. `older`: the embedded database was carried to another one, which is named in the sentence.
Result<std::unique_ptr<Sql>> open_database(const ServerOptions& options, CentreIs centre = CentreIs::there);
Result<ServerLock> lock_database(const ServerOptions& options, RunningAs how);  // of an open one

inline constexpr const char* default_organisation = "星火展厅";  // the name of one that was never told its own

struct ServerCommand {
    std::string_view name;                          // the first word
    std::string_view usage;                         // the words behind it, for --help
    int (*run)(const ServerOptions& options, const Clock& clock);  // the program's exit code
};
std::vector<ServerCommand> server_commands();
int complain(const std::string& sentence, int code = 2);  // to standard error

int serve(const ServerOptions& options, const Clock& clock);  // until SIGTERM or SIGINT

}  // namespace xinghuo
