#include "tools/packer/report_look.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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

}  // namespace

Result<std::vector<Look>> look_at_pack(const Path& kiosk, const Path& pack, const Path& pictures, const std::vector<std::string>& languages) {
    const auto catalogue = Catalogue::open(pack);
    if (!catalogue) return catalogue.error();
    auto scratch = Scratch::make();
    if (!scratch) return scratch.error();
    const Path settings = scratch->folder() / "large.json";
    if (auto written = write_file(settings, std::string_view(large_text)); !written) return written.error();
    const OwnWords own(kiosk.parent_path().parent_path() / "share" / "xinghuo" / "strings");
    std::vector<Look> looks;
    for (const Shape& shape : shapes) {
        for (const std::string& lang : languages) {
            std::vector<Asked> asked{{"hall", "", "hall"}};
            for (const Item& item : (*catalogue)->items())
                if (item.kind != "timeline") asked.push_back({item.kind == "quiz" ? "quiz" : "item/" + item.id, item.id, item.id});
            std::string commands;
            for (Asked& one : asked) {
                one.picture = shape.pictures && !pictures.empty() ? fmt::format("{}.{}.{}.png", one.picture, shape.name, lang) : "";
                commands += fmt::format("open {}\nwait 2\nscreen\n", one.place);
                if (!one.picture.empty()) commands += fmt::format("shot {}\n", (pictures / one.picture).string());
            }
            commands += "quit\n";
            std::vector<std::string> words{"--preview", pack.string(), "--drive", "--headless", "--clock", "fake", "--window", shape.window,
                                           "--lang", lang, "--data", (scratch->folder() / "data").string()};
            if (shape.large_text) words.insert(words.end(), {"--config", settings.string()});
            const auto said = run_program(kiosk, words, commands);
            if (!said) return said.error();
            const auto lines = lines_of(*said);
            std::size_t at = 0;
            for (const Asked& one : asked) {
                Look look{one.item, shape.name, lang, one.picture, {}, ""};
                for (int answer = 0; answer < (one.picture.empty() ? 3 : 4) && at < lines.size(); ++answer) read_answer(lines[at++], own, look);
                looks.push_back(std::move(look));
            }
        }
    }
    return looks;
}

}  // namespace xinghuo
