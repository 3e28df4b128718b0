#include "tools/packer/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

#include "content/base/spreadsheet.h"
#include "content/base/text.h"
#include "media/image.h"
#include "media/reader.h"
#include "media/subtitles.h"
#include "tools/packer/glyphs.h"
#include "tools/packer/schemas.h"
#include "tools/packer/sound.h"
#include "tools/packer/source_file.h"

namespace xinghuo {
namespace {

// A picture fills up to the whole of a screen 1,920 px wide.
constexpr int least_picture_px = 1'200;
// A recording far below the −18 LUFS it will be set to brings its noise along.
constexpr double quiet_lufs = -38;
constexpr std::uint64_t megabyte = 1'000'000;

enum class Kind { text, table, drawing, picture, sound, film, captions, other };

Kind kind_of(std::string ending) {
    std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    static const std::map<std::string, Kind> kinds{
        {".json", Kind::text}, {".geojson", Kind::text}, {".csv", Kind::text}, {".gift", Kind::text}, {".md", Kind::text}, {".txt", Kind::text},
        {".xlsx", Kind::table}, {".svg", Kind::drawing}, {".png", Kind::picture}, {".jpg", Kind::picture}, {".jpeg", Kind::picture},
        {".webp", Kind::picture}, {".wav", Kind::sound}, {".flac", Kind::sound}, {".ogg", Kind::sound}, {".opus", Kind::sound},
        {".mp4", Kind::film}, {".webm", Kind::film}, {".vtt", Kind::captions}};
    const auto found = kinds.find(ending);
    return found == kinds.end() ? Kind::other : found->second;
}

std::uint64_t limit_mb(Kind kind) {
    switch (kind) {
        case Kind::text: case Kind::captions: return 16;
        case Kind::table: return 64;
        case Kind::drawing: return 32;
        case Kind::picture: return 200;
        case Kind::sound: return 600;
        case Kind::film: return 4'000;
        case Kind::other: return 1'000;
    }
    return 0;
}

// Characters no font has, each told once, where it stands first.
class Letters {
public:
    void take(std::string_view text, const std::string& file, int first_line) {
        int line = first_line;
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            std::set<char32_t> here;
            collect_characters(text.substr(0, end), here);
            for (const char32_t c : here) places_.try_emplace(c, file, line);
            if (end == std::string_view::npos) break;
            text.remove_prefix(end + 1);
            ++line;
        }
    }
    void tell(Problems& problems) const {
        std::set<char32_t> all;
        for (const auto& [c, place] : places_) all.insert(c);
        const auto missing = characters_without_font(all);
        if (!missing) return problems.warn("glyphs", 0, missing.error().what);
        for (const char32_t c : *missing) {
            const auto& [file, line] = places_.at(c);
            problems.add(file, line, fmt::format("no font has U+{:04X} {}", static_cast<unsigned>(c), to_utf8(std::u32string(1, c))));
        }
    }

private:
    std::map<char32_t, std::pair<std::string, int>> places_;
};

void check_picture(const Path& place, const std::string& file, Problems& problems) {
    const auto bytes = read_bytes(place, 200u << 20);
    if (!bytes) return problems.add(file, 0, bytes.error().what);
    const auto size = image_size(*bytes);
    // More than the screens can hold is made smaller when the pack is built.
    if (!size && size.error().kind == ErrorKind::too_large) return;
    if (!size) return problems.add(file, 0, "not a picture that can be read: " + size.error().what);
    if (std::max(size->w, size->h) < least_picture_px)
        problems.warn(file, 0, fmt::format("{} × {} px: too small, it will look blurred; at least {} px on its longer side", size->w, size->h, least_picture_px));
}

void check_sound(const Path& place, const std::string& file, Problems& problems) {
    const auto sound = read_sound(place);
    if (!sound) return problems.add(file, 0, "not a sound that can be read: " + sound.error().what);
    const double lufs = loudness_lufs(*sound);
    if (lufs < quiet_lufs) problems.warn(file, 0, fmt::format("{:.0f} LUFS: too quiet; it is made louder, and its noise with it", lufs));
}

void check_film(const Source& source, const Path& place, const std::string& file, Problems& problems) {
    const std::atomic<bool> stop{false};
    if (const auto film = Reader::open(place, true, stop); !film) problems.add(file, 0, "the terminal cannot play this: " + film.error().what);
    const Path beside = place.parent_path() / place.stem();
    for (const std::string& lang : source.languages) {
        const Path captions = beside.string() + "." + lang + ".vtt";
        std::error_code failed;
        if (!std::filesystem::exists(captions, failed))
            problems.add(file, 0, fmt::format("no captions in {}: {} is not there", lang, captions.filename().string()));
    }
}

void check_table(const Path& place, const std::string& file, Letters& letters, Problems& problems) {
    const auto bytes = read_bytes(place, table_limit_bytes);
    const auto table = bytes ? read_table(*bytes) : Result<Table>(bytes.error());
    if (!table) return problems.add(file, 0, table.error().what);
    for (const Table::Row& row : table->rows)
        for (std::string cell : row.cells) {
            std::replace(cell.begin(), cell.end(), '\n', ' ');  // a row is one place
            letters.take(cell, file, static_cast<int>(row.number));
            check_personal(cell, file, static_cast<int>(row.number), problems);
        }
}

}  // namespace

void check_files(const Source& source, Problems& problems) {
    Letters letters;
    std::vector<Path> all;
    std::error_code failed;
    for (auto at = std::filesystem::recursive_directory_iterator(source.folder, failed); !failed && at != std::filesystem::recursive_directory_iterator();
         at.increment(failed)) {
        const std::string name = at->path().filename().string();
        if (name.starts_with('.') || name == "schemas") {  // what editors and version control keep; ours
            if (at->is_directory()) at.disable_recursion_pending();
            continue;
        }
        if (at->is_symlink()) problems.add(at->path().lexically_relative(source.folder).generic_string(), 0, "a link, not a file");
        else if (at->is_regular_file()) all.push_back(at->path());
    }
    std::sort(all.begin(), all.end());
    for (const Path& place : all) {
        const std::string file = place.lexically_relative(source.folder).generic_string();
        const Kind kind = kind_of(place.extension().string());
        const std::uint64_t bytes = std::filesystem::file_size(place, failed), most = limit_mb(kind) * megabyte;
        if (bytes > most) {
            problems.add(file, 0, fmt::format("{} MB: larger than the {} MB that such a file may have", bytes / megabyte, limit_mb(kind)));
            continue;
        }
        switch (kind) {
            case Kind::text: case Kind::captions: {
                const auto text = read_text(place);
                if (!text) break;  // whoever needs it has said so
                letters.take(*text, file, 1);
                check_personal(*text, file, 1, problems);
                if (kind != Kind::captions) break;
                if (const auto read = read_vtt(*text); !read) problems.add(file, 0, "not captions that can be read: " + read.error().what);
                break;
            }
            case Kind::table: check_table(place, file, letters, problems); break;
            case Kind::picture: check_picture(place, file, problems); break;
            case Kind::sound: check_sound(place, file, problems); break;
            case Kind::film: check_film(source, place, file, problems); break;
            case Kind::drawing: break;
            case Kind::other: problems.warn(file, 0, "this kind of file is not used"); break;
        }
    }
    letters.tell(problems);
}

void check_pack(const Source& source, Problems& problems) {
    Problems unread;  // what is wrong with the file as such is told already
    const auto file = SourceFile::read(source.folder, "pack.json", unread);
    if (!file) return;
    const JsonNode approvals = file->root()["approvals"];
    if (!approvals.is_array() || approvals.items().empty())
        return problems.warn("pack.json", file->line(approvals), "approvals: nobody has approved this yet");
    for (const JsonNode& node : approvals.items()) {
        const std::string role = node["role"].is_string() ? node["role"].string() : "", at = node["at"].is_string() ? node["at"].string() : "";
        if (role.empty()) problems.add("pack.json", file->line(node), node.path() + ": say which office approved, not only a name");
        if (at.size() != 10 || !is_iso_date(at)) problems.add("pack.json", file->line(node), node.path() + ".at: not a date (1921, 1921-07 or 1921-07-23): " + at);
    }
}

Source check_source(const Path& folder, Problems& problems, const Path& schemas) {
    Source source = read_source(folder, problems);
    check_schemas(folder, schemas, problems);
    check_pack(source, problems);
    check_files(source, problems);
    return source;
}

std::string told_problems(const Problems& problems, const PackWords& words, Lang lang) {
    if (problems.none() && problems.warnings() == 0) return words(lang, "check.good") + "\n";
    std::string out;
    for (const bool warning : {false, true}) {
        const std::size_t count = warning ? problems.warnings() : problems.total();
        if (count == 0) continue;
        if (!out.empty()) out += "\n";
        out += words(lang, warning ? "check.warnings" : "check.errors", {{"n", std::to_string(count)}}) + "\n";
        std::string file;
        std::size_t told = 0;
        for (const Problem& p : problems.sorted()) {
            if (p.warning != warning) continue;
            ++told;
            if (p.file != file) out += "\n" + (file = p.file) + "\n";
            const Told said = words.tell(p, lang);
            const std::string place = p.line > 0 ? words(lang, p.file.ends_with(".xlsx") ? "check.row" : "check.line", {{"n", std::to_string(p.line)}}) + (lang == Lang::zh ? "：" : ": ") : "";
            out += fmt::format("  {}{}  [{}]\n", place, said.sentence, said.code);
            if (!said.hint.empty()) out += fmt::format("      {}\n", said.hint);
        }
        if (count > told) out += "  " + words(lang, "check.more", {{"n", std::to_string(count - told)}}) + "\n";
    }
    return out;
}

}  // namespace xinghuo
