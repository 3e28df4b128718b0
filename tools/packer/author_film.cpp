#include "tools/packer/author_film.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "media/subtitles.h"
#include "tools/packer/film_copy.h"
#include "tools/packer/narration.h"
#include "tools/packer/source.h"
#include "tools/packer/source_file.h"
#include "tools/packer/tables.h"
#include "tools/packer/tiles.h"

namespace xinghuo {
namespace {

const std::vector<SourceTable::Column>& columns() {
    static const std::vector<SourceTable::Column> all = {
        {"file", {"文件", "文件名", "影片"}},
        {"id", {"编号"}},
        {"title_zh", {"标题", "片名", "title"}},
        {"title_en", {"英文标题", "英文片名"}},
        {"summary_zh", {"简介", "摘要", "summary"}},
        {"summary_en", {"英文简介", "英文摘要"}},
        {"source_zh", {"出处", "来源", "source"}},
        {"source_en", {"英文出处", "英文来源"}},
        {"voice", {"配音", "语言"}},
    };
    return all;
}

bool there(const Path& file) {
    std::error_code failed;
    return std::filesystem::is_regular_file(file, failed);
}

void check_film_file(const Source& source, const SourceFilm& film, const SourceTable& table, int line, Problems& problems) {
    const auto about = film_about(source.folder / film.file);
    if (!about) return problems.add(film.file, 0, about.error().what);
    if (auto playable = can_be_played(*about); !playable) problems.add(film.file, 0, playable.error().what);
    for (const auto& [lang, file] : film.captions) {
        const auto text = read_text(source.folder / file);
        const auto captions = text ? read_vtt(*text) : Result<Subtitles>(text.error());
        if (!captions) problems.add(file, 0, captions.error().what);
    }
    for (const std::string& language : source.languages)
        if ((language == "zh" || language == "en") && !film.captions.contains(language == "en" ? Lang::en : Lang::zh))
            problems.add(table.file(), line, fmt::format("{}: has no captions: {}.{}.vtt is missing", film.file, Path(film.file).replace_extension().string(), language));
}

std::string film_json(const SourceFilm& film, const FilmCopied& copied, const std::string& folder) {
    const auto both = [](JsonWriter& json, const char* key, const Bilingual& text) {
        json.key(key).object().key("zh").value(text.zh).key("en").value(text.en).end();
    };
    JsonWriter json(1);
    json.object().key("id").value(film.id);
    both(json, "title", film.title);
    both(json, "summary", film.summary);
    json.key("film").value(folder + copied.name).key("poster").value(folder + "poster.jpg").key("captions").object();
    for (const auto& [lang, file] : film.captions) json.key(code(lang)).value(folder + "film." + std::string(code(lang)) + ".vtt");
    json.end().key("voice").value(code(film.voice)).key("synthetic").value(false);
    json.key("duration_ms").value(std::int64_t{copied.duration.count()}).key("sources").array().object();
    json.key("zh").value(film.source.zh).key("en").value(film.source.en).end();
    return json.end().end().text();
}

Result<void> make_author_film(const Source& source, const SourceFilm& film, Outlet& outlet) {
    const std::string folder = "films/" + film.id + "/";
    const auto scratch = outlet.scratch();
    if (!scratch) return scratch.error();
    const auto copied = copy_film(source.folder / film.file, *scratch, narration_lufs);
    if (!copied) return copied.error().within(film.file);
    if (auto put = outlet.put_file(folder + copied->name, *scratch / copied->name); !put) return put;
    const auto still = film_still(source.folder / film.file);
    if (!still) return still.error().within(film.file);
    for (const int factor : {1, 2}) {
        const ImageSize size = fitted({still->w, still->h}, 960 * factor);
        const auto jpeg = encode_jpeg(scaled_down(*still, size.w, size.h), false);
        if (!jpeg) return jpeg.error();
        if (auto put = outlet.put(folder + (factor == 1 ? "poster.jpg" : "poster@2x.jpg"), *jpeg); !put) return put;
    }
    for (const auto& [lang, file] : film.captions) {
        const auto text = read_text(source.folder / file);
        if (!text) return text.error();
        if (auto put = outlet.put(folder + "film." + std::string(code(lang)) + ".vtt", as_bytes(*text)); !put) return put;
    }
    return outlet.put(folder + "film.json", as_bytes(film_json(film, *copied, folder)));
}

}  // namespace

std::string author_film_poster(const SourceFilm& film) { return "films/" + film.id + "/poster.jpg"; }

void read_films(Source& source, Problems& problems) {
    const auto table = SourceTable::read(source.folder, "films", columns(), problems);
    if (!table) return;
    for (const char* column : {"file", "title_zh", "summary_zh", "source_zh"})
        if (!table->has(column)) problems.add(table->file(), 1, fmt::format("the column {} is missing", column));
    const bool wants_english = std::find(source.languages.begin(), source.languages.end(), "en") != source.languages.end();
    std::set<std::string> ids;
    for (const SourceLecture& lecture : source.lectures) ids.insert(lecture.id);
    for (const SourceTable::Row& row : table->rows()) {
        const auto both = [&](const std::string& name) {
            Bilingual text{table->cell(row, name + "_zh"), table->cell(row, name + "_en")};
            if (text.zh.empty() && table->has(name + "_zh")) problems.add(table->file(), row.line, name + "_zh: is empty");
            if (wants_english && text.en.empty() && !text.zh.empty()) problems.add(table->file(), row.line, name + "_en: is empty");
            return text;
        };
        SourceFilm film;
        for (const SourceSection& section : source.sections)
            if (section.id == "lectures" || (section.id == "films" && film.section.empty())) film.section = section.id;
        const std::string written = table->cell(row, "file");
        film.file = written.find('/') == std::string::npos ? "films/" + written : written;
        const std::string ending = Path(film.file).extension().string();
        film.id = table->cell(row, "id");
        if (film.id.empty()) film.id = Path(film.file).stem().string();
        if (!is_id(film.id)) problems.add(table->file(), row.line, "id: must be lower-case letters, digits and hyphens: " + film.id);
        else if (!ids.insert(film.id).second) problems.add(table->file(), row.line, "id: stands twice: " + film.id);
        film.title = both("title");
        film.summary = both("summary");
        film.source = both("source");
        const std::string voice = table->cell(row, "voice");
        if (!voice.empty() && voice != "zh" && voice != "en") problems.add(table->file(), row.line, "voice: must be zh or en: " + voice);
        if (voice == "en") film.voice = Lang::en;
        for (const Lang lang : {Lang::zh, Lang::en}) {
            const std::string captions = Path(film.file).replace_extension().string() + "." + std::string(code(lang)) + ".vtt";
            if (there(source.folder / captions)) film.captions[lang] = captions;
        }
        if (written.empty() || !is_safe_relative_path(film.file)) problems.add(table->file(), row.line, "file: not a path inside the source: " + written);
        else if (ending != ".mp4" && ending != ".webm") problems.add(table->file(), row.line, "file: a film is an .mp4 or a .webm: " + written);
        else if (!there(source.folder / film.file)) problems.add(table->file(), row.line, "file: no such file: " + film.file);
        else check_film_file(source, film, *table, row.line, problems);
        source.films.push_back(std::move(film));
    }
}

Result<void> add_author_film_steps(const Source& source, std::vector<Step>& steps) {
    for (const SourceFilm& film : source.films) {
        std::string inputs = fmt::format("author film 2|{}|{}|{}|{}|{}|{}|{}|{}|{}|", narration_lufs, film.id, code(film.voice), film.title.zh, film.title.en,
                                         film.summary.zh, film.summary.en, film.source.zh, film.source.en);
        const auto hash = sha256_hex_of_file(source.folder / film.file);
        if (!hash) return hash.error().within(film.file);
        inputs += *hash;
        for (const auto& [lang, file] : film.captions) {
            const auto captions = sha256_hex_of_file(source.folder / file);
            if (!captions) return captions.error().within(file);
            inputs += fmt::format("|{} {}", code(lang), *captions);
        }
        std::error_code failed;
        steps.push_back({"film " + film.file, std::move(inputs), [&source, &film](Outlet& outlet) { return make_author_film(source, film, outlet); },
                         std::filesystem::file_size(source.folder / film.file, failed)});
    }
    return {};
}

}  // namespace xinghuo
