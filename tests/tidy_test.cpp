// The architecture as a failing test: who may include whom, one door per outside thing, and what a file may not say.
// The same table stands in the README.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Line {
    std::string file;  // from the root of the source
    std::size_t number;
    std::string text;
};

const fs::path root = XINGHUO_SOURCE_DIR;

std::vector<std::string> sources(const std::vector<std::string>& folders) {
    std::vector<std::string> found;
    for (const std::string& folder : folders)
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            const std::string ending = entry.path().extension();
            if (entry.is_regular_file() && (ending == ".h" || ending == ".cpp" || ending == ".inc"))
                found.push_back(fs::relative(entry.path(), root).generic_string());
        }
    REQUIRE(found.size() > 0);
    return found;
}

std::vector<Line> lines_of(const std::string& file) {
    std::ifstream in(root / file);
    std::vector<Line> lines;
    std::string text;
    while (std::getline(in, text)) lines.push_back({file, lines.size() + 1, text});
    return lines;
}

// The longest prefix that matches a file decides.
struct Layer {
    std::string folder;
    std::vector<std::string> may_include;  // prefixes, besides itself
};

// README.md, "The map", prints this table.
const std::vector<Layer> layers = {
    {"content/base", {}},
    {"content/store", {"content/base"}},
    {"content/study", {"content/base", "content/store", "content/quiz/review.h"}},
    {"content/pack", {"content/base", "content/store", "content/trust"}},
    {"content/trust", {"content/base"}},
    {"content/quiz", {"content/base"}},
    {"content/figure", {"content/base"}},
    {"content/exhibit", {"content/base"}},
    {"sync", {"content"}},
    {"sync/server", {"content/base", "content/store", "content/trust", "content/pack", "content/study", "sync/own_statement.h", "sync/protocol.h", "sync/told.h", "sync/courier_forms.h", "sync/http.h", "tools/packer/publish", "tools/packer/keys"}},
    {"media", {"content/base"}},
    {"kiosk/gfx", {"content/base", "media/image.h", "media/player.h", "media/audio_out.h", "kiosk/input"}},
    {"kiosk/input", {"content/base", "kiosk/gfx"}},
    {"kiosk/exhibits", {"content/base", "content/pack", "content/quiz", "content/figure", "content/exhibit", "media", "kiosk/gfx", "kiosk/input", "kiosk/frame.h", "kiosk/widgets.h"}},
    {"kiosk/screens", {"content", "media", "kiosk/gfx", "kiosk/input", "kiosk/exhibits", "kiosk/frame.h", "kiosk/widgets.h", "kiosk/screen.h", "kiosk/reception.h", "kiosk/notice_look.h", "kiosk/keyboard.h", "kiosk/stick.h", "kiosk/pack_room.h", "kiosk/sync_room.h", "kiosk/charts.h", "kiosk/in_force.h", "kiosk/config.h"}},
    {"kiosk/frame.h", {"content", "media", "kiosk/gfx", "kiosk/input", "kiosk/strings.h"}},
    {"kiosk/strings", {"content/base"}},
    {"kiosk/config", {"content/base"}},
    {"kiosk/in_force", {"content/base", "content/study", "kiosk/config.h"}},
    {"kiosk/idle.h", {"content/base"}},
    {"kiosk/worker", {"content/base"}},
    {"kiosk/reception", {"content/base", "content/study"}},
    {"kiosk/notice_look", {"kiosk/gfx", "kiosk/reception.h"}},
    {"kiosk/upkeep", {"content/base", "content/store", "content/study"}},
    {"kiosk/stick", {"content/base"}},
    {"kiosk/pack_keeper", {"content", "sync", "kiosk"}},
    {"kiosk/sync_room", {"content", "sync", "kiosk"}},
    {"kiosk/keyboard", {"content/base", "kiosk/gfx", "kiosk/input", "kiosk/frame.h", "kiosk/widgets.h"}},
    {"kiosk/charts", {"content/base", "kiosk/gfx", "kiosk/frame.h", "kiosk/widgets.h"}},
    {"kiosk/widgets", {"content/base", "kiosk/gfx", "kiosk/frame.h"}},
    {"kiosk", {"content", "media", "kiosk"}},
    {"tools", {"content", "sync", "media", "kiosk", "tools"}},
    {"tests", {"content", "sync", "media", "kiosk", "tools", "tests"}},
};

const Layer* layer_of(const std::string& file) {
    const Layer* best = nullptr;
    for (const Layer& layer : layers)
        if (file.starts_with(layer.folder) && (best == nullptr || layer.folder.size() > best->folder.size())) best = &layer;
    return best;
}

// One door per outside thing: this pattern, only in these files.
struct Door {
    std::string pattern;
    std::vector<std::string> files;  // prefixes
    std::string why;
};

const std::vector<Door> doors = {
    {R"(\b(steady_clock|system_clock|high_resolution_clock)::now|\bclock_gettime\s*\(|\bgettimeofday\s*\(|\bSDL_GetTicks|\bstd::time\s*\()",
     {"content/base/clock.cpp"},
     "time is a parameter; the clock is read in clock.cpp"},
    {R"(#include <(thread|mutex|condition_variable|shared_mutex|future)>|\bstd::async\b|\bpthread_create)",
     {"content/base/mailbox.h", "kiosk/worker.cpp", "kiosk/upkeep.cpp", "kiosk/pack_room.cpp", "kiosk/sync_room.cpp", "kiosk/input/card_device.cpp", "sync/agent.cpp", "sync/server/http_server", "sync/server/rate_limits.cpp", "sync/server/shared_writes", "sync/server/sql.cpp", "sync/server/main.cpp", "tools/fleet", "media/player.cpp", "media/silent_audio.cpp", "media/audio_out.cpp", "media/sound_device", "media/av.cpp", "tools/packer", "tools/benchmark/packs", "tools/benchmark/centre", "tests"},
     "threads and locks live in a handful of files"},
    {R"(#include <(SDL|SDL2/))",
     {"kiosk/gfx/renderer", "kiosk/gfx/window", "kiosk/gfx/gpu_probe", "kiosk/input/sdl_events", "kiosk/main.cpp", "kiosk/window_loop", "media/audio_out.cpp", "tools/benchmark", "tests"},
     "SDL has its files"},
    {R"(#include <(libav|libsw))", {"media/", "tools/packer", "tests/support"}, "libav is behind media"},
    {R"(#include <nlohmann)", {"content/base/json.cpp", "tools/packer", "tools/benchmark"}, "JSON is read through content/base/json.h"},
    {R"(#include <rapidjson)", {"content/base/json_tree.cpp"}, "JSON as it was written is content/base/json_tree.h"},
    {R"(#include <zlib)", {"content/base/gzip.cpp"}, "gzip is content/base/gzip.h"},
    {R"(#include <boost/)", {"sync/server/http_server"}, "the server's network is sync/server/http_server.h"},
    {R"(#include <(libpq|postgresql/libpq))", {"sync/server/postgres_sql.cpp"}, "PostgreSQL is sync/server/sql.h"},
    {R"(#include <sodium)", {"content/base/crypto.cpp"}, "cryptography is content/base/crypto.h"},
    {R"(#include <archive)", {"content/pack/archive.cpp", "tools/packer"}, "archives are read through content/pack/archive.h"},
    {R"(#include <openssl/)", {"content/trust/key.cpp", "content/base/crypto.cpp"}, "keys and signatures are content/trust/key.h"},
    {R"(#include <curl/)", {"sync/curl_transport.cpp"}, "the network is sync/curl_transport.h"},
    {R"(#include <unicode/)", {"content/base/text.cpp", "content/study/names.cpp", "tools/packer"}, "Unicode is content/base/text.h"},
    {R"(#include <(orcus|xlsxwriter))", {"content/base/spreadsheet"}, "spreadsheets are content/base/spreadsheet.h"},
    {R"(#include <(qrencode))", {"kiosk/gfx/qr_code"}, "QR codes are kiosk/gfx/qr_code.h"},
    {R"(#include <(libevdev|linux/input))", {"kiosk/input/card_device.cpp", "tests"}, "input devices are kiosk/input/card_device.h"},
    {R"(#include <(rime_api|zinnia))", {"kiosk/input/ime.cpp"}, "writing is kiosk/input/ime.h"},
    {R"(#include <(hb|ft2build|harfbuzz/))", {"kiosk/gfx/text", "tools/packer"}, "fonts are kiosk/gfx/text.h"},
    {R"(#include <md4c)", {"tools/packer/markdown.cpp"}, "Markdown is tools/packer/markdown.h"},
    {R"(#include <yaml-cpp)", {"tools/packer/front_matter.cpp"}, "front matter is tools/packer/front_matter.h"},
    {R"(#include <imgui)", {"kiosk/gfx/", "kiosk/app.cpp", "kiosk/last_words.cpp", "tests", "tools/benchmark"}, "screens draw on a Canvas"},
    {R"(\bthrow\b\s+[A-Za-z(])", {}, "nothing is thrown; return a Result or assert"},
    {R"(\b(sqlite3_|curl_easy)\w*\s*\()", {"content/store", "sync/curl_transport.cpp", "tools/benchmark/bare_transaction"}, "one door each"},
    {R"(\b(TODO|FIXME|XXX|HACK)\b)", {}, "what is not done is not promised in a comment"},
    {R"(/home/[a-z]|/root/|/work/)", {}, "no path of a machine"},
};

bool allowed(const std::string& file, const std::vector<std::string>& prefixes) {
    for (const std::string& prefix : prefixes)
        if (file.starts_with(prefix)) return true;
    return false;
}

}  // namespace

TEST_CASE("includes point only from the visitor towards the knowledge", "[tidy][slow]") {
    const std::regex include(R"rx(^\s*#\s*include\s+"([^"]+)")rx");
    std::string broken;
    for (const std::string& file : sources({"content", "sync", "media", "kiosk", "tools", "tests"})) {
        const Layer* layer = layer_of(file);
        REQUIRE(layer != nullptr);
        for (const Line& line : lines_of(file)) {
            std::smatch match;
            if (!std::regex_search(line.text, match, include)) continue;
            const std::string target = match[1];
            if (target.starts_with(layer->folder) || allowed(target, layer->may_include)) continue;
            broken += fmt::format("{}:{}: {} may not include \"{}\"\n", file, line.number, layer->folder, target);
        }
    }
    INFO(broken);
    CHECK(broken.empty());
}

TEST_CASE("every outside thing has one door", "[tidy][slow]") {
    std::string broken;
    const auto files = sources({"content", "sync", "media", "kiosk", "tools", "tests"});
    for (const Door& door : doors) {
        const std::regex pattern(door.pattern);
        for (const std::string& file : files) {
            if (file == "tests/tidy_test.cpp" || allowed(file, door.files)) continue;
            for (const Line& line : lines_of(file)) {
                const std::string code = door.pattern.find("TODO") == std::string::npos ? line.text.substr(0, line.text.find("//")) : line.text;
                if (std::regex_search(code, pattern)) broken += fmt::format("{}:{}: {}\n    {}\n", file, line.number, door.why, line.text);
            }
        }
    }
    INFO(broken);
    CHECK(broken.empty());
}

TEST_CASE("the content knows no threads, pixels or networks", "[tidy][slow]") {
    std::string broken;
    const std::regex outside(R"(#include <(SDL|imgui|libav|curl|thread|mutex))");
    for (const std::string& file : sources({"content"})) {
        if (file == "content/base/mailbox.h") continue;
        for (const Line& line : lines_of(file))
            if (std::regex_search(line.text, outside)) broken += fmt::format("{}:{}: {}\n", file, line.number, line.text);
    }
    INFO(broken);
    CHECK(broken.empty());
}

TEST_CASE("words for people stand in the string files, not in the code", "[tidy][slow]") {
    // A Chinese character inside a string literal of the kiosk.
    std::string broken;
    const std::regex literal("\"[^\"]*[\xE4-\xE9][\x80-\xBF][\x80-\xBF][^\"]*\"");
    for (const std::string& file : sources({"kiosk"}))
        for (const Line& line : lines_of(file)) {
            const std::string code = line.text.substr(0, line.text.find("//"));
            if (std::regex_search(code, literal)) broken += fmt::format("{}:{}: {}\n", file, line.number, line.text);
        }
    INFO(broken);
    CHECK(broken.empty());
}

TEST_CASE("no file is so long that a newcomer gets lost", "[tidy][slow]") {
    std::string broken;
    for (const std::string& file : sources({"content", "sync", "media", "kiosk", "tools"})) {
        const std::size_t n = lines_of(file).size();
        if (n > 520) broken += fmt::format("{}: {} lines\n", file, n);
    }
    INFO(broken);
    CHECK(broken.empty());
}

// One namespace holds everything, and the tests link everything: two types of one name would be one type with two shapes, and nothing
// but a crash would tell.
TEST_CASE("no two types have the same name", "[tidy][slow]") {
    const std::regex type(R"(^(?:struct|class) (\w+)(?: final)?(?: :[^;]*)? \{)");
    std::map<std::string, std::string> homes;
    std::string broken;
    for (const std::string& file : sources({"content", "sync", "media", "kiosk", "tools"})) {
        bool nameless = false;  // in an anonymous namespace
        for (const Line& line : lines_of(file)) {
            if (line.text.starts_with("namespace {")) nameless = true;
            if (line.text == "}  // namespace") nameless = false;
            std::smatch match;
            if (nameless || !std::regex_search(line.text, match, type)) continue;
            const auto [known, fresh] = homes.emplace(match[1], file);
            if (!fresh) broken += fmt::format("{}:{}: {} is also in {}\n", file, line.number, match[1].str(), known->second);
        }
    }
    INFO(broken);
    CHECK(homes.size() > 100);
    CHECK(broken.empty());
}
