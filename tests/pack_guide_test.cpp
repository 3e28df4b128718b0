// The guide of content/pack/README.md, followed to the letter: from an empty folder to the new pack on a terminal.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <sstream>

#include "content/base/crypto.h"
#include "content/base/file.h"
#include "tests/support/record_book.h"

using namespace xinghuo;

namespace {

struct Block {
    std::string kind;  // "sh", "edit", "drive"
    std::vector<std::string> lines;
};

std::vector<Block> blocks_of_guide() {
    const auto readme = read_text(Path(XINGHUO_SOURCE_DIR) / "content/pack/README.md");
    REQUIRE(readme);
    const std::size_t begin = readme->find("## From nothing to a pack in ten minutes");
    REQUIRE(begin != std::string::npos);
    std::istringstream in(readme->substr(begin, readme->find("\n## ", begin + 4) - begin));
    std::vector<Block> blocks;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("```")) {
            inside = !inside;
            if (inside) blocks.push_back({line.substr(3), {}});
        } else if (inside) {
            blocks.back().lines.push_back(line);
        }
    }
    return blocks;
}

// The programs as the build puts them, beside the tests' own.
std::string program(const char* name) {
    std::error_code failed;
    const Path found = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path() / name;
    INFO(found.string());
    REQUIRE(std::filesystem::exists(found));
    return found.string();
}

std::string run(const Path& folder, const std::string& command) {
    const std::string all = "cd '" + folder.string() + "' && XDG_CACHE_HOME='" + (folder / "cache").string() + "' " + command + " 2>&1";
    std::FILE* out = popen(all.c_str(), "r");
    REQUIRE(out != nullptr);
    std::string said;
    char part[4096];
    for (std::size_t n; (n = std::fread(part, 1, sizeof part, out)) > 0;) said.append(part, n);
    const int status = pclose(out);
    INFO(command << "\n" << said);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    return said;
}

void edit(const Path& folder, const std::string& line) {
    const std::size_t colon = line.find(": "), arrow = line.find(" → ");
    INFO(line);
    REQUIRE(colon != std::string::npos);
    REQUIRE(arrow != std::string::npos);
    const Path file = folder / line.substr(0, colon);
    const std::string from = line.substr(colon + 2, arrow - colon - 2), to = line.substr(arrow + std::string(" → ").size());
    auto text = read_text(file);
    REQUIRE(text);
    const std::size_t at = text->find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(write_file(file, text->replace(at, from.size(), to)));
}

constexpr const char* kiosk_words = " --drive --headless --clock fake --wall 2026-07-02T09:00:00+08:00 --window 1920x1080 --lang zh --data terminal";

}  // namespace

TEST_CASE("the guide leads from an empty folder to the new pack on a terminal", "[pack][guide][slow]") {
    const TemporaryFolder place;
    const std::string pack = program("xinghuo-pack"), kiosk = program("xinghuo-kiosk");
    std::filesystem::create_directories(place.path / "STICK");
    std::string seen;
    int commands = 0;
    for (const Block& block : blocks_of_guide()) {
        if (block.kind == "edit")
            for (const std::string& line : block.lines) edit(place.path, line);
        if (block.kind == "drive") {
            std::string typed;
            for (const std::string& line : block.lines) typed += line + "\n";
            typed.replace(typed.find("STICK"), 5, (place.path / "STICK").string());
            REQUIRE(write_file(place.path / "typed", typed + "quit\n"));
            seen = run(place.path, kiosk + kiosk_words + " --root drafts/1.root.json < typed");
        }
        if (block.kind != "sh") continue;
        for (std::string line : block.lines) {
            ++commands;
            REQUIRE(line.starts_with("tools/pack "));
            const std::string words = line.substr(11);
            if (words.starts_with("preview ")) {
                // Somebody looks, and closes the window.
                REQUIRE(write_file(place.path / "looked", std::string_view("open item/welcome\nscreen\nquit\n")));
                const std::string shown = run(place.path, pack + " " + words + " --" + kiosk_words + " < looked");
                INFO(shown);
                CHECK(shown.find("我们的第一篇文章") != std::string::npos);
                continue;
            }
            const bool dated = words.starts_with("keys ") || words.starts_with("sign ") || words.starts_with("publish ");
            (void)run(place.path, pack + " " + words + (dated ? " --now 2026-07-01T00:00:00Z" : ""));
        }
    }
    CHECK(commands >= 14);
    INFO(seen);
    CHECK(seen.find("\"ok\":false") == std::string::npos);
    CHECK(seen.find("我们的第一篇文章") != std::string::npos);
    // The report has pictures and what it needs, and asks nothing of a network.
    const auto report = read_text(place.path / "report/index.html");
    REQUIRE(report);
    CHECK(std::filesystem::exists(place.path / "report/pictures/welcome.portrait.en.png"));
    for (const char* part : {"我们的第一篇文章", "<img src=\"pictures/welcome.landscape.zh.png\"", "class=right", "《中国共产党简史》（2021）", "宣传部内容审核", "没有发现问题。"}) {
        INFO(part);
        CHECK(report->find(part) != std::string::npos);
    }
    // What is signed is what was looked at.
    const auto manifest = sha256_hex_of_file(place.path / "built/manifest.json");
    REQUIRE(manifest);
    CHECK(report->find(*manifest) != std::string::npos);
    for (const char* outside : {"http:", "https:", "//", "<script"}) CHECK(report->find(outside) == std::string::npos);
}
