#include "tools/packer/items.h"

#include <fmt/format.h>

#include <fstream>
#include <set>

#include "content/base/json.h"

namespace xinghuo {
namespace {

void both(JsonWriter& json, const char* key, const Bilingual& text) {
    json.key(key).object().key("zh").value(text.zh).key("en").value(text.en).end();
}

void numbers(JsonWriter& json, const char* key, const std::vector<double>& values) {
    json.key(key).array();
    for (const double v : values) json.value(v);
    json.end();
}

struct PngSize { int w = 0, h = 0; };

std::optional<PngSize> png_size(const Path& file) {
    std::ifstream in(file, std::ios::binary);
    unsigned char head[24] = {};
    if (!in.read(reinterpret_cast<char*>(head), sizeof head) || head[1] != 'P' || head[2] != 'N') return std::nullopt;
    const auto number = [&](std::size_t at) { return head[at] << 24 | head[at + 1] << 16 | head[at + 2] << 8 | head[at + 3]; };
    return PngSize{number(16), number(20)};
}

}  // namespace

std::string stage_name(const SourceFigure& figure) { return Path(figure.stage).stem().string(); }

std::string figure_json(const SourceFigure& figure, const SourceStage& stage, std::string_view narration) {
    const std::string folder = "figures/" + figure.id + "/", scene = "stages/" + stage_name(figure) + "/";
    JsonWriter json;
    json.object().key("id").value(figure.id);
    both(json, "name", figure.name);
    both(json, "epithet", figure.epithet);
    both(json, "bio", figure.bio);
    json.key("born").value(figure.born).key("died").value(figure.died).key("life").array();
    for (const SourceLifeEvent& event : figure.life) {
        json.object().key("date").value(event.date);
        both(json, "place", event.place);
        both(json, "text", event.text);
        json.end();
    }
    json.end().key("quotations").array();
    for (const SourceQuotation& quotation : figure.quotations) {
        json.object();
        both(json, "text", quotation.text);
        both(json, "source", quotation.source);
        json.key("year").value(quotation.year).end();
    }
    json.end();
    both(json, "source", figure.source);
    both(json, "disclaimer", figure.disclaimer);
    json.key("questions").array();
    for (const std::string& question : figure.questions) json.value(question);
    json.end().key("stage").object().key("far").value(scene + "far.png").key("mid").value(scene + "mid.png");
    json.key("near").value(scene + "near.png").key("width").value(2200).key("height").value(1080);
    numbers(json, "parallax", stage.parallax);
    numbers(json, "figure_box", stage.figure_box);
    json.end().key("puppet").object().key("rig").value(folder + "rig.json").key("parts").value(folder + "parts.json").end();
    json.key("card").value(folder + "card.png").key("full").value(folder + "full.png");
    json.key("captions").object().key("zh").value(folder + "narration.zh.vtt").key("en").value(folder + "narration.en.vtt").end();
    // The narration is JSON already: it takes the place of the empty object.
    std::string text = json.key("narration").object().end().end().text();
    text.replace(text.rfind("{}"), 2, narration);
    return text;
}

std::string quiz_json(const Source& source) {
    JsonWriter json(1);
    json.object().key("banks").object().key("zh").value("quiz/zh.gift").key("en").value("quiz/en.gift").end();
    json.key("sources").value("quiz/sources.csv").key("themes").array();
    for (const SourceTheme& theme : source.themes) {
        json.object().key("id").value(theme.id);
        both(json, "title", theme.title);
        json.key("years").value(theme.years).key("category").value(theme.category);
        json.key("poster").value("posters/" + theme.poster + ".png").end();
    }
    return json.end().end().text();
}

std::string timeline_json(const Source& source) {
    JsonWriter json;
    json.object().key("events").array();
    for (const SourceEvent& event : source.events) {
        json.object().key("id").value(event.id).key("date").value(event.date);
        both(json, "title", event.title);
        both(json, "text", event.text);
        both(json, "place", event.place);
        json.key("theme").value(event.theme);
        both(json, "source", event.source);
        json.end();
    }
    return json.end().end().text();
}

Result<std::string> pictures_json(const std::vector<Made>& files, const StepCache& cache) {
    std::set<std::string> paths;
    for (const Made& file : files) paths.insert(file.path);
    JsonWriter json(1);
    json.object();
    for (const Made& file : files) {
        if (!file.path.ends_with(".png") || file.path.ends_with("@2x.png")) continue;
        const auto size = png_size(cache.blob(file));
        if (!size) return Error{ErrorKind::invalid, file.path + ": not a PNG picture"};
        const bool twice = paths.contains(file.path.substr(0, file.path.size() - 4) + "@2x.png");
        json.key(file.path).object().key("w").value(size->w).key("h").value(size->h).key("2x").value(twice).end();
    }
    return json.end().text();
}

}  // namespace xinghuo
