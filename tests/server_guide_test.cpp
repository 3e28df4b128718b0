// The operator's guide (sync/server/README.md) is followed: every block of commands, in its order, on one machine. Needs nginx, PostgreSQL, etcd and Patroni.
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "content/base/file.h"

namespace {

using namespace xinghuo;

std::vector<std::string> blocks_of(const std::string& guide) {
    std::vector<std::string> blocks;
    const std::string opens = "\n```sh\n", closes = "\n```\n";
    for (std::size_t at = guide.find(opens); at != std::string::npos; at = guide.find(opens, at)) {
        at += opens.size();
        const std::size_t end = guide.find(closes, at);
        blocks.push_back(guide.substr(at, end - at + 1));
    }
    return blocks;
}

std::vector<int> free_ports(std::size_t count) {
    std::vector<int> ports, sockets;
    for (std::size_t i = 0; i < count; ++i) {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        ports.push_back(ntohs(address.sin_port));
        sockets.push_back(fd);
    }
    for (const int fd : sockets) ::close(fd);
    return ports;
}

bool installed(const char* program) { return std::system(fmt::format("PATH=$PATH:/usr/sbin command -v {} >/dev/null", program).c_str()) == 0; }

}  // namespace

TEST_CASE("the centre's guide, followed to its end", "[guide][centre][slow]") {
    for (const char* program : {"nginx", "etcd", "patroni", "curl", "/usr/lib/postgresql/15/bin/postgres"})
        if (!installed(program)) {
            WARN(std::string(program) + " is not installed: the guide is not followed");
            return;
        }
    const auto guide = read_text(Path(XINGHUO_SOURCE_DIR) / "sync/server/README.md");
    REQUIRE(guide);
    std::vector<std::string> blocks = blocks_of(*guide);
    REQUIRE(blocks.size() > 10);
    REQUIRE(blocks.front().find("export CENTRE=") != std::string::npos);

    const Path folder = std::filesystem::temp_directory_path() / fmt::format("xinghuo-guide-{}", ::getpid());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
    const std::vector<int> ports = free_ports(12);
    const Path programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    std::string script = fmt::format(
        "set -euo pipefail\n"
        "export PATH=\"{}:/usr/sbin:/usr/bin:/bin:$PATH\" CENTRE={}/centre PG=/usr/lib/postgresql/15/bin CLUSTERS={}/postgresql\n"
        "export HTTP={} HTTP2={} HTTP3={} FRONT={} DB1={} DB2={} DB3={} DB4={} ETCD={} ETCD_PEER={} REST1={} REST2={}\n",
        programs.string(), folder.string(), folder.string(), ports[0], ports[1], ports[2], ports[3], ports[4], ports[5], ports[6], ports[7], ports[8], ports[9], ports[10], ports[11]);
    // The guide's own first block says where things are; its function is as it stands there.
    script += blocks.front().substr(blocks.front().find("as_postgres()"));
    script +=
        "cleaned() {\n"
        "    for name in three four; do pkill -9 -f \"$CLUSTERS/$name.yml\" || true; done\n"
        "    for name in one two three four; do [ ! -d \"$CLUSTERS/$name\" ] || as_postgres \"$PG/pg_ctl\" stop --mode=immediate --pgdata=\"$CLUSTERS/$name\" >/dev/null 2>&1 || true; done\n"
        "    for pid in \"$CENTRE\"*.pid; do [ ! -f \"$pid\" ] || kill -9 \"$(cat \"$pid\")\" 2>/dev/null || true; done\n"
        "}\n"
        "trap cleaned EXIT\n"
        "cd " + folder.string() + "\n";
    for (std::size_t i = 1; i < blocks.size(); ++i) script += fmt::format("echo '== block {}' >&2\n", i) + blocks[i];
    script += "echo FOLLOWED >&2\n";
    REQUIRE(write_file(folder / "guide.sh", script));
    const int status = std::system(fmt::format("timeout 400 bash {}/guide.sh >{}/said 2>&1", folder.string(), folder.string()).c_str());
    const auto said = read_text(folder / "said");
    const std::string text = said ? *said : std::string();
    INFO(text.substr(text.size() > 4'000 ? text.size() - 4'000 : 0));
    CHECK(status == 0);
    CHECK(text.find("FOLLOWED\n") != std::string::npos);
    std::filesystem::remove_all(folder);
}
