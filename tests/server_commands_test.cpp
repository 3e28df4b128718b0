// What the commands of xinghuo-server refuse, beside servers that run and beside folders that are not what they seem.
#include "content/base/file.h"
#include "sync/server/accounts.h"
#include "sync/server/people.h"
#include "sync/server/people_key.h"
#include "tests/support/postgres.h"
#include "tests/support/server_program.h"

using namespace xinghuo;

namespace {

struct CommandRoom {
    CommandRoom() { std::filesystem::create_directories(path); }
    ~CommandRoom() { std::filesystem::remove_all(path); }
    CommandRoom(const CommandRoom&) = delete;
    CommandRoom& operator=(const CommandRoom&) = delete;
    const Path path = std::filesystem::temp_directory_path() / ("xinghuo-commands-" + to_hex(random_bytes(8)));
    const Path data = path / "centre";
    [[nodiscard]] std::string in(const Path& folder) const { return " --data '" + folder.string() + "'"; }
    [[nodiscard]] Path file(const std::string& name, const std::string& text) const {
        REQUIRE(write_file(path / name, text));
        return path / name;
    }
};

struct Said {
    int code = -1;
    std::string text;  // both ways
    [[nodiscard]] bool has(const std::string& words) const { return text.find(words) != std::string::npos; }
};

Said asked_of_program(const std::string& words) {
    Said said;
    std::FILE* out = ::popen(fmt::format("'{}' {} 2>&1 </dev/null", program_beside_tests("xinghuo-server"), words).c_str(), "r");
    REQUIRE(out != nullptr);
    std::array<char, 4096> piece{};
    while (std::fgets(piece.data(), static_cast<int>(piece.size()), out) != nullptr) said.text += piece.data();
    const int status = ::pclose(out);
    said.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    UNSCOPED_INFO(words << "\n" << said.text);
    return said;
}

void begun(const CommandRoom& room, const std::vector<std::string>& options = {}) {
    ServerProgram server(room.data, options);
    CHECK(server.end(SIGTERM) == 0);
}

const char* const two_people = "学号,姓名,支部\n1001,张三,一支部\n1002,李四,二支部\n";

}  // namespace

TEST_CASE("the commands that need the servers stopped ask whether one runs", "[server_program]") {
    const CommandRoom room;
    std::string where = room.in(room.data);
    std::vector<std::string> options;
    const bool postgres = GENERATE(false, true);
    if (postgres) {
        const auto database = testing::fresh_postgres_database();
        if (!database) return;
        options = {"--database", *database};
        where += " --database '" + *database + "'";
    }
    const std::string from = postgres ? options.back() : room.data.string();
    ServerProgram first(room.data, options), second(room.data, options);
    CHECK(first.end(SIGTERM) == 0);
    // One is left.
    for (const std::string& words : {std::string("people rekey") + where, "migrate --from '" + from + "' --to '" + (room.path / "other").string() + "'"}) {
        const Said refused = asked_of_program(words);
        CHECK(refused.code == 1);
        CHECK(refused.has("a server is running on this database; stop it first"));
    }
    CHECK(second.end(SIGKILL) == -1);
    CHECK(asked_of_program("people rekey" + where).code == 0);
    first.start();
}

TEST_CASE("a lost key of people: nothing starts beside them, and beginning anew takes back whoever was told", "[server_program]") {
    const CommandRoom room;
    begun(room);
    const std::string where = room.in(room.data);
    REQUIRE(asked_of_program("publish roster '" + room.file("r.csv", two_people).string() + "'" + where).code == 0);
    const Said early = asked_of_program("people begin-anew --yes" + where);
    CHECK(early.code == 1);
    CHECK(early.has("nothing to begin anew"));
    std::filesystem::rename(room.data / "keys" / "people.key", room.path / "people.key");
    for (const char* words : {"--listen 127.0.0.1:0", "publish roster r.csv", "people rekey"}) {
        const Said refused = asked_of_program(fmt::format("{}{}", words == std::string("publish roster r.csv") ? "publish roster '" + (room.path / "r.csv").string() + "'" : words, where));
        CHECK(refused.code == 1);
        CHECK(refused.has("put keys/people.key back"));
        CHECK_FALSE(std::filesystem::exists(room.data / "keys" / "people.key"));
    }
    CHECK(asked_of_program("people begin-anew" + where).code == 2);
    const Said anew = asked_of_program("people begin-anew --yes" + where);
    CHECK(anew.code == 0);
    CHECK(anew.has("2 people forgotten\n2 of the roster that was told last are back\n"));
    begun(room);
}

TEST_CASE("the database that was carried elsewhere is used by no command and no server", "[server_program]") {
    const CommandRoom room;
    begun(room);
    const auto database = testing::fresh_postgres_database();
    const std::string to = database ? *database + (database->find('?') == std::string::npos ? "?" : "&") + "password=geheim" : (room.path / "other").string();
    const Said nowhere = asked_of_program("migrate --from '" + (room.path / "nowhere").string() + "' --to '" + to + "'");
    CHECK(nowhere.code == 1);
    CHECK_FALSE(std::filesystem::exists(room.path / "nowhere"));
    REQUIRE(asked_of_program("migrate --from '" + room.data.string() + "' --to '" + to + "'").code == 0);
    const auto mark = read_text(room.data / "moved-to");
    REQUIRE(mark);
    CHECK(mark->find("geheim") == std::string::npos);
    const std::string where = room.in(room.data);
    for (const std::string& words : {std::string("--listen 127.0.0.1:0"), std::string("account list"), std::string("enrol-code"), std::string("publish refresh"), std::string("people rekey"),
                                     "backup --to '" + (room.path / "backup").string() + "'"}) {
        const Said refused = asked_of_program(words + where);
        CHECK(refused.code == 1);
        CHECK(refused.has("--database"));
    }
    // Carried back it is in use again.
    if (!database) return;
    CHECK(asked_of_program("account list" + where + " --database '" + to + "'").code == 0);
    std::filesystem::remove(room.data / "centre.db");
    REQUIRE(asked_of_program("migrate --from '" + to + "' --to '" + room.data.string() + "'").code == 0);
    CHECK(asked_of_program("account list" + where).has("admin"));
}

TEST_CASE("a folder that holds no centre is begun by a server, by no command", "[server_program]") {
    const CommandRoom room;
    for (const std::string& words : {std::string("account list"), std::string("credential add lms"), std::string("enrol-code"), std::string("kiosk list"), std::string("publish refresh"),
                                     std::string("publish key"), std::string("people rekey"), std::string("courier prepare /nowhere"), "backup --to '" + (room.path / "backup").string() + "'"}) {
        const Said refused = asked_of_program(words + room.in(room.path / "mistyped"));
        CHECK(refused.code == 1);
        CHECK(refused.has("there is no centre in this folder"));
        CHECK_FALSE(std::filesystem::exists(room.path / "mistyped"));
        CHECK_FALSE(std::filesystem::exists(room.path / "backup"));
    }
}

TEST_CASE("a word too many is a misunderstanding", "[server_program]") {
    const CommandRoom room;
    begun(room);
    for (const char* words : {"enrol-code extra junk", "kiosk list extra", "kiosk revoke k-1 k-2", "account list extra", "account close admin now", "account add a b --role viewer",
                              "credential list extra", "credential add a b", "people rekey now", "backup now --to x", "migrate now --from x --to y", "publish refresh now", "courier take a b"}) {
        const Said refused = asked_of_program(words + room.in(room.data));
        CHECK(refused.code == 2);
    }
    CHECK(asked_of_program("credential list" + room.in(room.data)).text.empty());
}

TEST_CASE("a recall of what the repository does not know is a mistake, unless it is meant", "[server_program]") {
    const CommandRoom room;
    begun(room);
    const std::string order = "publish recall '" + room.file("recall.json", R"({"pack":"changzhen","version":3,"reason":{"zh":"日期有误"}})").string() + "'" + room.in(room.data);
    const Said refused = asked_of_program(order);
    CHECK(refused.code == 1);
    CHECK(refused.has("no pack \"changzhen\""));
    const Said meant = asked_of_program(order + " --yes");
    CHECK(meant.code == 0);
    CHECK(meant.has("recalls/changzhen-3.json"));
}

TEST_CASE("publish roster says how many come and go, and asks when most would", "[server_program]") {
    const CommandRoom room;
    begun(room);
    const std::string where = "'" + room.in(room.data);
    std::string csv = "学号,姓名,支部,备注\n";
    for (int i = 0; i < 12; ++i) csv += fmt::format("{},某人,一支部,\n", 4000 + i);
    const Said first = asked_of_program("publish roster '" + room.file("all.csv", csv).string() + where);
    CHECK(first.has("12 people added, 0 changed, 0 gone, 0 as before\ncolumns nobody reads: 备注\n"));
    const std::string other = "publish roster '" + room.file("other.csv", two_people).string() + where;
    const Said refused = asked_of_program(other);
    CHECK(refused.code == 1);
    CHECK(refused.has("12 of 12 people"));
    CHECK(asked_of_program(other + " --yes").has("2 people added, 0 changed, 12 gone, 0 as before\n"));
    const Said empty = asked_of_program("publish roster '" + room.file("empty.csv", "").string() + where + " --yes");
    CHECK(empty.code == 1);
    CHECK(empty.has("the file is empty"));
}
