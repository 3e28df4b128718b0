// The two programs and a folder for a stick, as an operator and an administrator use them: a terminal without a network is enrolled, and its records arrive.
#include <catch2/catch.hpp>

#include "content/base/file.h"
#include "tests/support/server_program.h"

using namespace xinghuo;

namespace {

struct CourierFolder {
    CourierFolder() { std::filesystem::create_directories(path / "stick"); }
    ~CourierFolder() { std::filesystem::remove_all(path); }
    CourierFolder(const CourierFolder&) = delete;
    CourierFolder& operator=(const CourierFolder&) = delete;
    const Path path = std::filesystem::temp_directory_path() / fmt::format("xinghuo-courier-programs-{}", ::getpid());
};

// What the terminal answers to the driver's commands.
std::string driven(const Path& folder, const std::string& commands) {
    REQUIRE(write_file(folder / "commands", commands));
    const int ended = std::system(fmt::format("'{}' --drive --headless --clock fake --wall 2026-07-01T09:00:00+08:00 --window 640x360 --data '{}' <'{}' >'{}' 2>/dev/null",
                                              program_beside_tests("xinghuo-kiosk"), (folder / "kiosk").string(), (folder / "commands").string(), (folder / "said").string())
                                      .c_str());
    CHECK(ended == 0);
    const auto said = read_text(folder / "said");
    REQUIRE(said);
    return *said;
}

std::string word_behind(const std::string& text, const std::string& before) {
    const std::size_t at = text.find(before);
    INFO(text);
    REQUIRE(at != std::string::npos);
    return text.substr(at + before.size(), text.find('\n', at) - at - before.size());
}

}  // namespace

TEST_CASE("a terminal without a network is enrolled by the programs and a stick", "[server_program][courier]") {
    const CourierFolder folder;
    const ServerProgram server(folder.path / "centre", {"--organisation", "示范大学"});
    const std::string stick = (folder.path / "stick").string();
    const std::string code = word_behind(server.command("enrol-code --hours 720"), "code: ");
    const std::string fingerprint = word_behind(server.command("courier prepare '" + stick + "'"), "this centre's fingerprint: ");
    CHECK(fingerprint.size() == 24);

    const std::string first = driven(folder.path, "stick " + stick + "\nwait 1\nsync status\nsync enrol-stick " + code + " 山里的活动室\nwait 1\nsync status\nquit\n");
    INFO(first);
    CHECK(first.find("\"fingerprint\":\"" + fingerprint + "\"") != std::string::npos);
    CHECK(first.find("\"asked\":\"示范大学\"") != std::string::npos);

    const std::string taken = server.command("courier take '" + stick + "'");
    INFO(taken);
    CHECK(taken.find("enrolled: k-") != std::string::npos);
    CHECK(taken.find("1 chunks with ") != std::string::npos);
    CHECK(server.command("kiosk list").find("山里的活动室") != std::string::npos);

    const std::string second = driven(folder.path, "stick " + stick + "\nwait 1\nsync status\nquit\n");
    INFO(second);
    CHECK(second.find("\"enrolled\":true") != std::string::npos);
    CHECK(second.find("\"organisation\":\"示范大学\"") != std::string::npos);
    CHECK(second.find("\"asked\"") == std::string::npos);
    CHECK(second.find("\"received_through\":0") == std::string::npos);
    CHECK(second.find("\"wrong\":[]") != std::string::npos);
}
