#include "tools/packer/report_look.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <set>
#include <thread>

#include "content/base/json.h"
#include "tools/packer/process.h"
#include "tools/packer/scratch.h"

namespace xinghuo {
namespace {

struct Shape {
    const char* name;
    const char* window;
    bool pictures, large_text;
};
constexpr Shape shapes[] = {{"landscape", "1280x720", true, false},
                            {"portrait", "720x1280", true, false},
                            {"small", "1280x1024", false, false},
                            {"large-text", "1920x1080", false, true}};
// A small panel seen from a metre away: the text is drawn as large as it gets.
constexpr const char* large_text = R"({"panel": {"diagonal_inches": 21.5}, "viewing_distance_mm": 1000})";

struct Asked {
    std::string place, item, picture;
};

// The application's own words are not the author's matter.
class OwnWords {
public:
    explicit OwnWords(const Path& strings) {
        for (const char* file : {"zh.json", "en.json"}) {
            const auto text = read_text(strings / file);
            JsonDocument document;
            if (!text || !document.parse(*text)) continue;
            for (const auto& [key, node] : document.root().members()) {
                if (node.is_string() && key == "exhibit.broken.title") broken_.push_back(node.string());
                if (node.is_string()) all_.insert(node.string());
            }
        }
    }
    [[nodiscard]] bool has(const std::string& text) const { return all_.contains(text); }
    [[nodiscard]] bool broken(const std::string& text) const { return std::find(broken_.begin(), broken_.end(), text) != broken_.end(); }

private:
    std::set<std::string> all_;
    std::vector<std::string> broken_;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

// "ok", or what was wrong; and the words that are cut.
void read_answer(const std::string& line, const OwnWords& own, Look& look) {
    JsonDocument document;
    if (!document.parse(line)) return;
    const JsonNode root = document.root();
    if (!root["ok"].boolean_or(false)) look.problem = root["error"].string_or("");
    if (!root["labels"].is_array()) return;
    for (const JsonNode& label : root["labels"].items()) {
        if (!label.is_object()) continue;
        const std::string text = label["text"].string_or("");
        if (own.broken(text)) look.problem = "the kiosk cannot open it";
        if (label["cut"].boolean_or(false) && !own.has(text)) look.cut.push_back(text);
    }
}

// One visit: everything there is, in one shape and language.
struct Visit {
    const Shape* shape = nullptr;
    std::string lang;
    Result<std::vector<Look>> looks = std::vector<Look>{};
};

class Looking {
public:
    Looking(const Path& kiosk, const Path& pack, const Path& pictures, const Catalogue& catalogue, const Path& scratch)
        : kiosk_(kiosk), pack_(pack), pictures_(pictures), catalogue_(catalogue), scratch_(scratch), own_(kiosk.parent_path().parent_path() / "share" / "xinghuo" / "strings") {}

    [[nodiscard]] Path settings() const { return scratch_ / "large.json"; }

    [[nodiscard]] Result<std::vector<Look>> visit(const Shape& shape, const std::string& lang) const {
        std::vector<Asked> asked{{"hall", "", "hall"}};
        for (const Item& item : catalogue_.items())
            if (item.kind != "timeline") asked.push_back({item.kind == "quiz" ? "quiz" : "item/" + item.id, item.id, item.id});
        std::string commands;
        for (Asked& one : asked) {
            one.picture = shape.pictures && !pictures_.empty() ? fmt::format("{}.{}.{}.png", one.picture, shape.name, lang) : "";
            commands += fmt::format("open {}\nwait 2\nscreen\n", one.place);
            if (!one.picture.empty()) commands += fmt::format("shot {}\n", (pictures_ / one.picture).string());
        }
        commands += "quit\n";
        const std::string data = (scratch_ / fmt::format("{}.{}", shape.name, lang)).string();
        std::vector<std::string> words{"--preview", pack_.string(), "--drive", "--headless", "--clock", "fake", "--window", shape.window, "--lang", lang, "--data", data};
        if (shape.large_text) words.insert(words.end(), {"--config", settings().string()});
        const auto said = run_program(kiosk_, words, commands);
        if (!said) return said.error();
        const auto lines = lines_of(*said);
        std::vector<Look> looks;
        std::size_t at = 0;
        for (const Asked& one : asked) {
            Look look{one.item, shape.name, lang, one.picture, {}, ""};
            for (int answer = 0; answer < (one.picture.empty() ? 3 : 4) && at < lines.size(); ++answer) read_answer(lines[at++], own_, look);
            looks.push_back(std::move(look));
        }
        return looks;
    }

private:
    const Path &kiosk_, &pack_, &pictures_;
    const Catalogue& catalogue_;
    const Path scratch_;
    const OwnWords own_;
};

}  // namespace

Result<std::vector<Look>> look_at_pack(const Path& kiosk, const Path& pack, const Path& pictures, const std::vector<std::string>& languages) {
    constexpr unsigned most_kiosks = 4;  // each takes a core, and a few hundred MB
    const auto catalogue = Catalogue::open(pack);
    if (!catalogue) return catalogue.error();
    auto scratch = Scratch::make();
    if (!scratch) return scratch.error();
    const Looking looking(kiosk, pack, pictures, **catalogue, scratch->folder());
    if (auto written = write_file(looking.settings(), std::string_view(large_text)); !written) return written.error();
    std::vector<Visit> visits;
    for (const Shape& shape : shapes)
        for (const std::string& lang : languages) visits.push_back({&shape, lang, std::vector<Look>{}});
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i; (i = next++) < visits.size();) visits[i].looks = looking.visit(*visits[i].shape, visits[i].lang);
    };
    std::vector<std::thread> others;
    for (unsigned i = 1; i < std::min(most_kiosks, std::thread::hardware_concurrency()); ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    std::vector<Look> looks;
    for (Visit& visit : visits) {
        if (!visit.looks) return visit.looks.error();
        std::move(visit.looks->begin(), visit.looks->end(), std::back_inserter(looks));
    }
    return looks;
}

}  // namespace xinghuo
