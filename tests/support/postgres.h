// A PostgreSQL of the tests' own: made with initdb in a temporary folder, listening on a socket there and nowhere else, started when first asked for and stopped
// when the program ends. Its standby never comes: whoever sets synchronous_commit=on waits for it. Several test programs at a time do not meet. Where the package
// is not installed there is none.
#pragma once

#include <optional>
#include <string>

namespace xinghuo::testing {

// Whether there is one: it is started by this question.
bool postgres_here();
// A connection string to an empty database; another one each time. Nothing: no PostgreSQL here, and why is printed once.
std::optional<std::string> fresh_postgres_database();
// One with what stands in that one, to which nobody is connected now.
std::optional<std::string> copied_postgres_database(const std::string& connection);

// A second life for what has to survive a crash: kill -9 of all of it (as the power cut does), and started again.
void crash_postgres();

}  // namespace xinghuo::testing
