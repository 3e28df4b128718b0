#include "content/exhibit/film.h"

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::size_t chapter_limit = 200;

}  // namespace

std::size_t Film::chapter_at(Milliseconds position) const {
    std::size_t at = chapters.size();
    for (std::size_t i = 0; i < chapters.size() && chapters[i].start <= position; ++i) at = i;
    return at;
}

Result<Film> read_film(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    const JsonNode root = document.root();
    Film film;
    film.title = root["title"].bilingual();
    if (root["summary"].exists()) film.summary = root["summary"].bilingual();
    film.film = root["film"].string();
    film.poster = root["poster"].string_or("");
    film.duration = Milliseconds(root["duration_ms"].integer());
    if (film.duration.count() <= 0) root["duration_ms"].refuse("must be more than 0");
    film.voice = root["voice"].string_or("zh") == "en" ? Lang::en : Lang::zh;
    film.synthetic_voice = root["synthetic"].boolean_or(false);
    if (root["captions"].exists()) {
        for (const auto& [lang, path] : root["captions"].members()) {
            if (lang != "zh" && lang != "en") path.refuse("captions are in zh or en");
            film.captions.emplace(lang == "en" ? Lang::en : Lang::zh, path.string());
        }
    }
    if (root["chapters"].exists()) {
        for (const JsonNode& node : root["chapters"].items(chapter_limit)) {
            film.chapters.push_back({Milliseconds(node["start_ms"].integer()), node["title"].bilingual()});
            const bool rising = film.chapters.size() < 2 || film.chapters[film.chapters.size() - 2].start < film.chapters.back().start;
            if (!rising || film.chapters.back().start.count() < 0) node["start_ms"].refuse("chapters must ascend");
        }
    }
    if (!document.good()) return document.error();
    return film;
}

}  // namespace xinghuo
