#include "tools/packer/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "content/base/csv.h"
#include "content/base/text.h"
#include "content/figure/rig.h"
#include "content/quiz/bank.h"
#include "tools/packer/drawing.h"
#include "tools/packer/source_file.h"
#include "tools/packer/tables.h"

namespace xinghuo {
namespace {

bool there(const Path& file) {
    std::error_code failed;
    return std::filesystem::is_regular_file(file, failed);
}

void refuse_missing_file(const Source& source, SourceFile& file, const JsonNode& node, const std::string& path) {
    if (path.empty()) return;
    if (!is_safe_relative_path(path)) return file.problem(node, "not a path inside the source: " + path);
    if (!there(source.folder / path)) file.problem(node, "no such file: " + path);
}

void read_pack(Source& source, Problems& problems) {
    const auto file = SourceFile::read(source.folder, "pack.json", problems);
    if (!file) return;
    const JsonNode root = file->root();
    source.id = file->id(root["id"]);
    source.version = root["version"].integer_or(0);
    if (source.version < 1) file->problem(root["version"], "must be a whole number from 1");
    source.title = file->pair(root["title"]);
    source.summary = file->pair(root["summary"]);
    source.licence = file->pair(root["licence"]);
    source.minimum_application = file->text(root["minimum_application"]);
    for (const JsonNode& node : file->list(root["languages"], 1)) source.languages.push_back(file->text(node));
    if (root["approvals"].is_array())  // check.cpp says what is wrong with them
        for (const JsonNode& node : root["approvals"].items())
            if (node["role"].is_string() && node["at"].is_string()) source.approvals.push_back({node["role"].string(), node["at"].string()});
    std::set<std::string> ids;
    const auto poster = [&](const JsonNode& node) {
        std::string id = file->text(node);
        if (!id.empty() && !source.posters.contains(id)) file->problem(node, "no such poster in scenes/index.json: " + id);
        return id;
    };
    for (const JsonNode& node : file->list(root["sections"], 1)) {
        source.sections.push_back({file->id(node["id"]), poster(node["poster"]), file->pair(node["title"])});
        if (!ids.insert(source.sections.back().id).second) file->problem(node["id"], "stands twice");
    }
    ids.clear();
    for (const JsonNode& node : file->list(root["themes"], 0)) {
        source.themes.push_back({file->id(node["id"]), file->text(node["years"]), file->text(node["category"]),
                                 poster(node["poster"]), file->pair(node["title"])});
        if (!ids.insert(source.themes.back().id).second) file->problem(node["id"], "stands twice");
    }
}

// A table, or nothing and a problem; a file that is not there is none if it is optional.
std::optional<CsvTable> read_table(const Source& source, const std::string& name, bool optional, Problems& problems) {
    if (optional && !there(source.folder / table_file(source.folder, name))) return std::nullopt;
    const auto text = csv_text(source.folder, name);
    if (!text) {
        problems.add(table_file(source.folder, name), 0, text.error().what);
        return std::nullopt;
    }
    auto table = CsvTable::parse(*text);
    if (!table) {
        const std::string& what = table.error().what;
        problems.add(table_file(source.folder, name), what.starts_with("line ") ? std::atoi(what.c_str() + 5) : 1, what);
        return std::nullopt;
    }
    return *std::move(table);
}

VoiceSettings voice_for(const std::optional<CsvTable>& table, const std::string& figure, const std::string& speaker,
                        Problems& problems) {
    VoiceSettings voice;
    if (!table) return voice;
    for (const CsvRow& row : table->rows()) {
        if (table->cell(row, "figure") != figure && table->cell(row, "figure") != "*") continue;
        if (table->cell(row, "speaker") != speaker) continue;
        voice.voice = table->cell(row, "voice");
        voice.rate = std::atoi(std::string(table->cell(row, "rate")).c_str());
        voice.pitch = std::atoi(std::string(table->cell(row, "pitch")).c_str());
        if (voice.voice.empty()) problems.add("voices.csv", row.line, "voice: is empty");
        if (voice.rate < 80 || voice.rate > 300) problems.add("voices.csv", row.line, "rate: must be 80 to 300");
        if (voice.pitch < 0 || voice.pitch > 99) problems.add("voices.csv", row.line, "pitch: must be 0 to 99");
        break;  // the first row that fits; "*" fits every figure
    }
    return voice;
}

Path recording_of(const Source& source, const std::string& figure, const std::string& segment) {
    for (const char* ending : {".wav", ".flac", ".ogg"}) {
        const Path file = source.folder / "figures" / figure / "voice" / (segment + ending);
        if (there(file)) return file;
    }
    return {};
}

// Text that is to be spoken must have something to say.
void check_spoken(const Source& source, SourceFile& file, const JsonNode& node, const std::string& text) {
    if (text.empty()) return;
    if (source.pronouncer.read(text).empty()) file.problem(node, "nothing in it can be read aloud");
    if (text.size() > 3'000) file.problem(node, "longer than 1,000 characters: divide it");
}

SourceSegment read_segment(Source& source, SourceFile& file, const JsonNode& node, const std::string& figure) {
    SourceSegment segment{file.id(node["id"]), file.text(node["speaker"]), file.optional_text(node["gesture"]),
                          file.both(node, "text"), file.both(node, "source"), {}};
    if (!segment.speaker.empty() && segment.speaker != "figure" && segment.speaker != "narrator")
        file.problem(node["speaker"], "must be figure or narrator");
    check_spoken(source, file, node["text"], segment.text.zh);
    segment.recording = recording_of(source, figure, segment.id);
    return segment;
}

SourceFigure read_figure_source(Source& source, SourceFile& file, const JsonNode& node) {
    SourceFigure figure;
    figure.id = file.id(node["id"]);
    figure.born = file.date(node["born"]);
    figure.died = file.date(node["died"]);
    figure.name = file.both(node, "name");
    figure.epithet = file.both(node, "epithet");
    figure.bio = file.both(node, "bio");
    figure.source = file.both(node, "source");
    figure.disclaimer = file.both(node["narration"], "disclaimer");
    figure.stage = file.text(node["stage"]);
    refuse_missing_file(source, file, node["stage"], figure.stage);
    std::string last;
    for (const JsonNode& event : file.list(node["life_events"], 1)) {
        figure.life.push_back({file.date(event["date"]), file.both(event, "place"), file.both(event, "text")});
        if (figure.life.back().date < last) file.problem(event["date"], "before the event above it");
        last = figure.life.back().date;
    }
    for (const JsonNode& quotation : file.list(node["quotations"], 0)) {
        figure.quotations.push_back({file.both(quotation, "text"), file.both(quotation, "source"), 0});
        const std::int64_t year = quotation["year"].integer_or(0);
        if (year < 1800 || year > 2100) file.problem(quotation["year"], "a quotation needs its year");
        figure.quotations.back().year = static_cast<int>(year);
    }
    std::set<std::string> ids;
    for (const JsonNode& segment : file.list(node["narration"]["segments"], 1)) {
        figure.segments.push_back(read_segment(source, file, segment, figure.id));
        if (!ids.insert(figure.segments.back().id).second) file.problem(segment["id"], "stands twice");
    }
    for (const JsonNode& question : file.list(node["questions"], 0)) figure.questions.push_back(file.text(question));
    return figure;
}

}  // namespace

std::vector<std::string> sentences(const std::string& text, Lang lang) {
    std::vector<std::string> found;
    const std::u32string all = to_utf32(text);
    const auto closes = [](char32_t c) { return std::u32string_view(U"”’\"'）)」』》").find(c) != std::u32string_view::npos; };
    std::u32string current;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (current.empty() && (all[i] == U' ' || all[i] == U'\n')) continue;
        current += all[i];
        const bool ends = lang == Lang::zh ? std::u32string_view(U"。！？").find(all[i]) != std::u32string_view::npos
                                           : std::u32string_view(U".!?").find(all[i]) != std::u32string_view::npos;
        if (!ends) continue;
        std::size_t next = i + 1;
        while (next < all.size() && closes(all[next])) ++next;
        if (lang == Lang::en && next < all.size()) {
            const char32_t after = next + 1 < all.size() ? all[next + 1] : U'A';
            const bool starts = all[next] == U' ' && ((after >= U'A' && after <= U'Z') || (after >= U'0' && after <= U'9') || after == U'“');
            if (!starts) continue;
        }
        while (i + 1 < next) current += all[++i];
        found.push_back(to_utf8(current));
        current.clear();
    }
    if (!current.empty()) found.push_back(to_utf8(current));
    return found;
}

void read_scenes(Source& source, Problems& problems) {
    const auto file = SourceFile::read(source.folder, "scenes/index.json", problems);
    if (!file) return;
    const JsonNode root = file->root();
    for (const JsonNode& node : file->list(root["posters"], 0)) {
        const std::string id = file->id(node["id"]), path = "scenes/" + file->text(node["file"]);
        refuse_missing_file(source, *file, node["file"], path);
        if (!source.posters.emplace(id, path).second) file->problem(node["id"], "stands twice: " + id);
        if (node["focus"].exists()) source.poster_focus[id] = file->numbers(node["focus"], 2);
    }
    for (const JsonNode& node : file->list(root["stages"], 0)) {
        const std::string path = "scenes/" + file->text(node["file"]);
        refuse_missing_file(source, *file, node["file"], path);
        SourceStage stage;
        if (node["parallax"].exists()) stage.parallax = file->numbers(node["parallax"], 3);
        if (node["figure_box"].exists()) stage.figure_box = file->numbers(node["figure_box"], 4);
        source.stages[path] = stage;
    }
}

void read_pronunciations(Source& source, Problems& problems) {
    auto made = Pronouncer::create();
    if (!made) return problems.add("pronunciations.csv", 0, made.error().what);
    source.pronouncer = std::move(*made);
    // The second list is general; the first is of this pack and is laid over it.
    for (const char* name : {"pronunciations_more.csv", "pronunciations.csv"}) {
        const auto table = read_table(source, name, true, problems);
        if (!table) continue;
        for (const CsvRow& row : table->rows())
            if (auto added = source.pronouncer.add(table->cell(row, "word"), table->cell(row, "pinyin")); !added)
                problems.add(name, row.line, added.error().what);
    }
}

void check_drawing(const Source& source, const SourceFigure& figure, int line, Problems& problems) {
    const std::string folder = "figures/" + figure.id + "/";
    if (!there(source.folder / (folder + "figure.svg")) || !there(source.folder / (folder + "rig.json")))
        return problems.add("figures.json", line, figure.id + ": needs " + folder + "figure.svg and rig.json");
    const auto svg = read_text(source.folder / (folder + "figure.svg"), 32u << 20);
    if (!svg) return problems.add(folder + "figure.svg", 0, svg.error().what);
    const auto drawing = Drawing::parse(*svg);
    if (!drawing) problems.add(folder + "figure.svg", 0, drawing.error().what);
    const auto text = read_text(source.folder / (folder + "rig.json"));
    if (!text) return problems.add(folder + "rig.json", 0, text.error().what);
    const auto rig = read_rig(*text);
    if (!rig) {
        const std::string& what = rig.error().what;
        JsonDocument trial;
        const bool json = trial.parse(*text).has_value();
        const int at = json ? JsonLines(*text).line(what.substr(0, what.find(": ")))
                            : (what.starts_with("line ") ? std::atoi(what.c_str() + 5) : 1);
        return problems.add(folder + "rig.json", at, what);
    }
    if (!drawing) return;
    const JsonLines lines(*text);
    for (const RigPart& part : rig->parts)
        if (!drawing->has_group(part.id))
            problems.add(folder + "rig.json", lines.line("parts"), "the drawing has no group " + part.id);
    for (const SourceSegment& segment : figure.segments)
        if (!segment.gesture.empty() && segment.gesture != "rest" && rig->clip(segment.gesture) == no_index)
            problems.add("figures.json", line, segment.id + ": no clip named " + segment.gesture + " in " + folder + "rig.json");
}

void read_figures(Source& source, Problems& problems) {
    if (!there(source.folder / "figures.json")) return;
    const auto file = SourceFile::read(source.folder, "figures.json", problems);
    if (!file) return;
    const auto voices = read_table(source, "voices.csv", true, problems);
    std::set<std::string> ids;
    for (const JsonNode& node : file->list(file->root()["figures"], 1)) {
        SourceFigure figure = read_figure_source(source, *file, node);
        if (!ids.insert(figure.id).second) file->problem(node["id"], "stands twice: " + figure.id);
        figure.voice = voice_for(voices, figure.id, "figure", problems);
        figure.narrator = voice_for(voices, figure.id, "narrator", problems);
        if (!figure.stage.empty() && there(source.folder / figure.stage)) {
            const auto svg = read_text(source.folder / figure.stage, 32u << 20);
            const auto groups = svg ? top_level_groups(*svg) : std::vector<std::string>{};
            for (const char* layer : {"layer.far", "layer.mid", "layer.near"})
                if (std::find(groups.begin(), groups.end(), layer) == groups.end())
                    problems.add(figure.stage, 0, fmt::format("the drawing has no group {}", layer));
        }
        if (is_id(figure.id)) check_drawing(source, figure, file->line(node["id"]), problems);
        source.figures.push_back(std::move(figure));
    }
}

void read_lectures(Source& source, Problems& problems) {
    if (!there(source.folder / "lectures.json")) return;
    const auto file = SourceFile::read(source.folder, "lectures.json", problems);
    if (!file) return;
    std::set<std::string> ids;
    const auto voices = read_table(source, "voices.csv", true, problems);
    for (const JsonNode& node : file->list(file->root()["lectures"], 1)) {
        SourceLecture lecture;
        lecture.id = file->id(node["id"]);
        if (!ids.insert(lecture.id).second) file->problem(node["id"], "stands twice: " + lecture.id);
        lecture.film = node["film"].boolean_or(false);
        lecture.voice = voice_for(voices, lecture.id, "film", problems);
        lecture.title = file->both(node, "title");
        lecture.summary = file->both(node, "summary");
        for (const JsonNode& slide : file->list(node["slides"], 1)) {
            SourceSlide made{file->id(slide["id"]), file->text(slide["poster"]), file->both(slide, "heading"),
                             file->both(slide, "speaker_text"), file->both(slide, "source"), {}};
            if (!made.poster.empty() && !source.posters.contains(made.poster))
                file->problem(slide["poster"], "no such poster in scenes/index.json: " + made.poster);
            check_spoken(source, *file, slide["speaker_text"], made.speaker_text.zh);
            const auto zh = file->list(slide["bullets"], 1), en = file->list(slide["bullets_en"], 1);
            if (zh.size() != en.size()) file->problem(slide["bullets_en"], "not as many as bullets");
            const std::size_t said = sentences(made.speaker_text.zh, Lang::zh).size();
            const std::size_t translated = sentences(made.speaker_text.en, Lang::en).size();
            if (said != translated && !made.speaker_text.en.empty())
                file->problem(slide["speaker_text_en"], fmt::format("{} sentences for {} Chinese ones", translated, said));
            for (std::size_t i = 0; i < std::min(zh.size(), en.size()); ++i)
                made.bullets.push_back({file->text(zh[i]), file->text(en[i])});
            lecture.slides.push_back(std::move(made));
        }
        source.lectures.push_back(std::move(lecture));
    }
}

void read_events(Source& source, Problems& problems) {
    const auto table = read_table(source, "timeline.csv", true, problems);
    const std::string name = table_file(source.folder, "timeline.csv");
    if (!table) return;
    for (const char* column : {"id", "date", "title_zh", "text_zh", "place", "theme", "source"})
        if (!table->has(column)) problems.add(name, 1, fmt::format("the column {} is missing", column));
    std::set<std::string> ids;
    for (const CsvRow& row : table->rows()) {
        const auto cell = [&](const char* column, bool needed = true) {
            std::string value(table->cell(row, column));
            if (needed && value.empty() && table->has(column)) problems.add(name, row.line, fmt::format("{}: is empty", column));
            return value;
        };
        SourceEvent event{cell("id"), cell("date"), cell("theme"),
                          {cell("title_zh"), cell("title_en")}, {cell("text_zh"), cell("text_en")},
                          {cell("place"), cell("place_en", false)}, {cell("source"), cell("source_en", false)}};
        if (!event.id.empty() && !ids.insert(event.id).second) problems.add(name, row.line, "id: stands twice: " + event.id);
        if (!event.date.empty() && !is_iso_date(event.date)) problems.add(name, row.line, "date: not a date: " + event.date);
        const bool known = std::any_of(source.themes.begin(), source.themes.end(),
                                       [&](const SourceTheme& t) { return t.id == event.theme; });
        if (!event.theme.empty() && !known) problems.add(name, row.line, "theme: not in pack.json: " + event.theme);
        source.events.push_back(std::move(event));
    }
    std::stable_sort(source.events.begin(), source.events.end(),
                     [](const SourceEvent& a, const SourceEvent& b) { return a.date < b.date; });
}

void check_quiz(Source& source, Problems& problems) {
    source.has_quiz = there(source.folder / "quiz.gift");
    if (!source.has_quiz) {
        for (const SourceFigure& figure : source.figures)
            if (!figure.questions.empty()) problems.add("figures.json", 0, figure.id + ": has questions, but there is no quiz.gift");
        return;
    }
    const auto text_of = [&](const char* name) {
        const bool is_table = std::string_view(name).ends_with(".csv");
        const auto text = is_table ? csv_text(source.folder, name) : read_text(source.folder / name);
        if (!text) problems.add(name, 0, text.error().kind == ErrorKind::missing ? "missing" : text.error().what);
        return text ? *text : std::string();
    };
    const QuestionBank bank = QuestionBank::read(text_of("quiz.gift"), text_of("quiz.en.gift"), text_of("quiz_sources.csv"));
    for (const BankProblem& problem : bank.problems()) {
        const std::string file = problem.file == BankProblem::File::zh ? "quiz.gift"
                                 : problem.file == BankProblem::File::en ? "quiz.en.gift" : table_file(source.folder, "quiz_sources.csv");
        problems.add(file, problem.line, problem.what);
    }
    const auto figures = read_text(source.folder / "figures.json");
    const auto lines = figures ? std::optional<JsonLines>(*figures) : std::nullopt;
    for (std::size_t f = 0; f < source.figures.size(); ++f)
        for (std::size_t q = 0; q < source.figures[f].questions.size(); ++q)
            if (bank.find(source.figures[f].questions[q]) == nullptr)
                problems.add("figures.json", lines ? lines->line(fmt::format("figures[{}].questions[{}]", f, q)) : 0,
                             fmt::format("{}: no such question: {}", source.figures[f].id, source.figures[f].questions[q]));
    for (const SourceTheme& theme : source.themes)
        if (bank.of_theme(theme.id).empty()) problems.add("pack.json", 0, "the theme " + theme.id + " has no questions");
}

Source read_source(const Path& folder, Problems& problems) {
    Source source;
    source.folder = folder;
    read_scenes(source, problems);
    read_pack(source, problems);
    read_pronunciations(source, problems);
    read_figures(source, problems);
    read_lectures(source, problems);
    read_events(source, problems);
    check_quiz(source, problems);
    read_documents(source, problems);
    read_galleries(source, problems);
    read_films(source, problems);
    return source;
}

}  // namespace xinghuo
