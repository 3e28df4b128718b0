// tests/scenarios/NAME/script holds commands of the driver, tests/scenarios/NAME/expect what each must answer, line by line:
//     -                         any good answer
//     screen=hall lang=en       these things hold after the command
//     label=人物  no-label=Back   something with exactly these words is (not) on the screen; spaces are written as _
//     error=nothing here        the answer is an error with these words
//     here=张*                   who is signed in; "here=": nobody
//     record.signed-in=2        so many records of this kind are there (in names of kinds and in `answer`, "_" is written as "-")
// tests/scenarios/NAME/options, where it is there, has words: members (the roster of tests/rosters is on the terminal).
// A folder is a test: send one with what you did and what you expected.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "content/base/file.h"
#include "content/study/study.h"
#include "tests/support/effort.h"
#include "tests/support/hall.h"

using namespace xinghuo;

namespace {

std::vector<std::string> lines_of(const Path& file) {
    auto text = read_text(file);
    if (!text) FAIL(text.error().what);
    std::vector<std::string> lines;
    std::istringstream in(*text);
    for (std::string line; std::getline(in, line);)
        if (!line.empty() && line.front() != '#') lines.push_back(line);
    return lines;
}

std::string spaced(std::string words) {
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

// "signed-out" → "signed_out"; in an answer, too, where it stands in a word.
std::string underscored(std::string words) {
    std::replace(words.begin(), words.end(), '-', '_');
    return words;
}

std::string count_of(const Hall& hall, const std::string& kind) {
    const auto known = record_kind(underscored(kind));
    if (!known) return known.error().what;
    auto found = hall.room->study()->records().find({.kind = *known, .member = {}, .from_day = {}, .to_day = {}}, 1000);
    return found ? std::to_string(found->size()) : found.error().what;
}

std::string who_is_here(const Hall& hall) {
    const auto& member = hall.room->study()->visit().member();
    return member ? masked_name(member->name) : "";
}

std::string check(const Hall& hall, const std::string& answer, const std::string& expectation) {
    const bool good = answer.find("\"ok\":false") == std::string::npos;
    std::istringstream in(expectation);
    std::string fact;
    while (in >> fact) {
        const std::size_t equals = fact.find('=');
        const std::string key = fact.substr(0, equals), value = equals == std::string::npos ? "" : spaced(fact.substr(equals + 1));
        const auto shown = [&] {
            return std::any_of(hall.app->labels().begin(), hall.app->labels().end(), [&](const Label& l) { return l.text == value; });
        };
        if (key == "error") {
            if (good || answer.find(value) == std::string::npos) return "expected an error with \"" + value + "\"";
            continue;
        }
        if (!good) return "an error";
        if (key == "screen" && hall.app->screen_id() != value) return "expected screen " + value + ", this is " + hall.app->screen_id();
        if (key == "lang" && code(hall.app->lang()) != value) return "expected language " + value;
        if (key == "label" && !shown()) return "expected to see \"" + value + "\"";
        if (key == "no-label" && shown()) return "expected not to see \"" + value + "\"";
        if (key == "answer" && answer.find(value) == std::string::npos && answer.find(underscored(value)) == std::string::npos)
            return "expected the answer to have " + value;
        if (key == "here" && who_is_here(hall) != value) return "expected \"" + value + "\" to be here, it is \"" + who_is_here(hall) + "\"";
        if (key.starts_with("record.") && count_of(hall, key.substr(7)) != value) return "expected " + value + " of " + key + ", there are " + count_of(hall, key.substr(7));
    }
    return "";
}

}  // namespace

TEST_CASE("scenarios", "[scenario]") {
    std::vector<Path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(Path(XINGHUO_SOURCE_DIR) / "tests/scenarios"))
        if (entry.is_directory()) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    REQUIRE(folders.size() >= 4);
    if (under_a_sanitizer) folders.resize(folders.size() / 3);
    for (const Path& folder : folders) {
        const auto script = lines_of(folder / "script"), expect = lines_of(folder / "expect");
        INFO(folder.filename().string());
        REQUIRE(script.size() == expect.size());
        const bool portrait = folder.filename().string().find("portrait") != std::string::npos;
        const auto options = std::filesystem::exists(folder / "options") ? lines_of(folder / "options") : std::vector<std::string>{};
        const bool members = std::find(options.begin(), options.end(), "members") != options.end();
        Hall hall = open_hall({.w = portrait ? 1080 : 1920, .h = portrait ? 1920 : 1080, .members = members});
        for (std::size_t i = 0; i < script.size(); ++i) {
            const std::string answer = hall.drive->run(script[i]);
            const std::string wrong = check(hall, answer, expect[i]);
            INFO(fmt::format("line {}: {}\nanswer: {}\nexpected: {}", i + 1, script[i], answer.substr(0, 600), expect[i]));
            REQUIRE(wrong == "");
        }
    }
}
