#include "tests/support/postgres.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

namespace xinghuo::testing {
namespace {

namespace fs = std::filesystem;

fs::path programs() {
    std::error_code ignored;
    fs::path newest;
    for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored))
        if (fs::exists(version.path() / "bin/initdb") && fs::exists(version.path() / "bin/postgres")) newest = std::max(newest, version.path() / "bin");
    return newest;
}

// PostgreSQL does not run as root.
struct Somebody {
    uid_t user = ::geteuid();
    gid_t group = ::getegid();
};
std::optional<Somebody> somebody() {
    if (::geteuid() != 0) return Somebody{};
    const passwd* found = ::getpwnam("postgres");
    if (found == nullptr) return std::nullopt;
    return Somebody{found->pw_uid, found->pw_gid};
}

pid_t start(const Somebody& as, const std::vector<std::string>& words, const fs::path& log) {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (::geteuid() == 0 && (::setgid(as.group) != 0 || ::setuid(as.user) != 0)) ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // an immediate end, should the test program be killed
    if (::getppid() != parent || ::chdir("/") != 0) ::_exit(126);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::setenv("LC_ALL", "C.UTF-8", 1);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
}

int end_of(pid_t child) {
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
}

class Cluster {
public:
    static std::unique_ptr<Cluster> make() {
        const fs::path bin = programs();
        const auto as = somebody();
        if (bin.empty() || !as) {
            std::fprintf(stderr, "PostgreSQL is not installed here: its cases are skipped\n");
            return nullptr;
        }
        std::string name = (fs::temp_directory_path() / "xinghuo-pg-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr || (::geteuid() == 0 && ::chown(name.c_str(), as->user, as->group) != 0)) return nullptr;
        std::unique_ptr<Cluster> cluster(new Cluster(bin, *as, name));
        if (end_of(start(*as, {(bin / "initdb").string(), "-D", (cluster->folder_ / "data").string(), "-U", "xinghuo", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"},
                         cluster->folder_ / "log")) != 0 ||
            !cluster->run()) {
            std::fprintf(stderr, "PostgreSQL does not start here: its cases are skipped\n");
            return nullptr;
        }
        return cluster;
    }

    ~Cluster() {
        if (server_ > 0) {
            ::kill(server_, SIGINT);  // fast: breaks connections off
            end_of(server_);
        }
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    std::optional<std::string> database(const std::string& like) {
        const std::string name = fmt::format("d{}", ++databases_);
        std::vector<std::string> words = {(bin_ / "createdb").string(), "-h", folder_.string(), "-U", "xinghuo", name};
        if (!like.empty()) words.insert(words.end() - 1, {"-T", like});
        const pid_t child = start(as_, words, folder_ / "log");
        if (end_of(child) != 0) return std::nullopt;
        return fmt::format("postgresql://xinghuo@/{}?host={}", name, folder_.string());
    }

    void crash() {
        ::kill(server_, SIGKILL);
        end_of(server_);
        // Its children notice and end; the new one waits for that.
        for (int attempt = 0; attempt < 50 && !run(); ++attempt) {}
    }

private:
    Cluster(fs::path bin, Somebody as, fs::path folder) : bin_(std::move(bin)), as_(as), folder_(std::move(folder)) {}

    bool run() {
        server_ = start(as_, {(bin_ / "postgres").string(), "-D", (folder_ / "data").string(), "-k", folder_.string(), "-c", "listen_addresses=", "-c", "max_connections=80", "-c",
                              "shared_buffers=64MB", "-c", "logging_collector=off", "-c", "deadlock_timeout=100ms", "-c", "fsync=off", "-c",
                              "synchronous_standby_names=nobody", "-c", "synchronous_commit=local"},
                        folder_ / "log");
        for (int tries = 0; tries < 400; ++tries) {
            int status = 0;
            if (::waitpid(server_, &status, WNOHANG) != 0) return false;
            if (end_of(start(as_, {(bin_ / "pg_isready").string(), "-q", "-h", folder_.string(), "-U", "xinghuo"}, folder_ / "log")) == 0) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));  // another program's start, not ours
        }
        return false;
    }

    fs::path bin_;
    Somebody as_;
    fs::path folder_;
    pid_t server_ = -1;
    int databases_ = 0;
};

Cluster* cluster() {
    static const std::unique_ptr<Cluster> one = Cluster::make();
    return one.get();
}

}  // namespace

bool postgres_here() { return cluster() != nullptr; }
std::optional<std::string> fresh_postgres_database() { return cluster() == nullptr ? std::nullopt : cluster()->database({}); }
std::optional<std::string> copied_postgres_database(const std::string& connection) {
    const std::size_t begin = connection.rfind('/', connection.find('?')) + 1;
    return cluster() == nullptr ? std::nullopt : cluster()->database(connection.substr(begin, connection.find('?') - begin));
}
void crash_postgres() {
    if (cluster() != nullptr) cluster()->crash();
}

}  // namespace xinghuo::testing
