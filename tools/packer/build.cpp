#include "tools/packer/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "content/base/crypto.h"
#include "content/base/text.h"
#include "content/exhibit/film.h"
#include "content/exhibit/timeline.h"
#include "content/figure/figure.h"
#include "content/figure/rig.h"
#include "tools/packer/film.h"
#include "tools/packer/glyphs.h"
#include "tools/packer/items.h"
#include "tools/packer/narration.h"
#include "tools/packer/pack_writer.h"
#include "tools/packer/process.h"
#include "tools/packer/puppet.h"
#include "tools/packer/search_rows.h"
#include "tools/packer/step.h"
#include "tools/packer/tables.h"

namespace xinghuo {
namespace {

// Of all names, sizes and times of change in the source, and of the tools.
std::string fingerprint(const Path& source, const Path& out) {
    std::vector<std::string> lines;
    std::error_code failed;
    const auto add = [&](const Path& file, const std::string& name) {
        const auto size = std::filesystem::file_size(file, failed);
        const auto changed = std::filesystem::last_write_time(file, failed).time_since_epoch().count();
        lines.push_back(fmt::format("{} {} {}\n", name, size, changed));
    };
    for (const auto& entry : std::filesystem::recursive_directory_iterator(source, failed))
        if (entry.is_regular_file()) add(entry.path(), entry.path().lexically_relative(source).generic_string());
    std::sort(lines.begin(), lines.end());
    add(program_beside("xinghuo-pack"), "xinghuo-pack");
    add(program_beside("xinghuo-voice"), "xinghuo-voice");
    std::string all = std::filesystem::absolute(out, failed).string();
    for (const std::string& line : lines) all += line;
    return sha256_hex(all.data(), all.size());
}

Result<std::string> drawing_text(const Source& source, const std::string& path) {
    return read_text(source.folder / path, 32u << 20);
}

Result<void> add_picture_steps(const Source& source, std::vector<Step>& steps) {
    for (const SourceFigure& figure : source.figures) {
        const auto svg = drawing_text(source, "figures/" + figure.id + "/figure.svg");
        const auto rig = drawing_text(source, "figures/" + figure.id + "/rig.json");
        if (!svg) return svg.error();
        if (!rig) return rig.error();
        steps.push_back({"figure " + figure.id, "puppet 2|" + figure.id + "|" + *svg + "|" + *rig,
                         in_memory([id = figure.id, svg = *svg, rig = *rig] { return make_puppet(id, svg, rig); })});
    }
    std::map<std::string, std::string> stages;  // name → drawing
    for (const SourceFigure& figure : source.figures) stages[stage_name(figure)] = figure.stage;
    for (const auto& [name, path] : stages) {
        const auto svg = drawing_text(source, path);
        if (!svg) return svg.error();
        steps.push_back({"stage " + name, "stage 1|" + name + "|" + *svg, in_memory([n = name, svg = *svg] { return make_stage(n, svg); })});
    }
    for (const auto& [id, path] : source.posters) {
        const auto svg = drawing_text(source, path);
        if (!svg) return svg.error();
        steps.push_back({"poster " + id, "poster 1|" + id + "|" + *svg, in_memory([n = id, svg = *svg] { return make_poster(n, svg); })});
    }
    return {};
}

Result<void> add_sound_steps(const Source& source, std::vector<Step>& steps) {
    for (const SourceLecture& lecture : source.lectures) {
        if (!lecture.film) continue;
        auto inputs = film_inputs(source, lecture);
        if (!inputs) return inputs.error();
        steps.push_back({"film " + lecture.id, *std::move(inputs), in_memory([&] { return make_film(source, lecture); })});
    }
    for (const SourceFigure& figure : source.figures) {
        auto inputs = narration_inputs(figure, source.pronouncer);
        if (!inputs) return inputs.error();
        steps.push_back({"narration " + figure.id, *std::move(inputs), in_memory([&] { return make_narration(figure, source.pronouncer); })});
    }
    return {};
}

void run(std::vector<Step>& steps, StepCache& cache, int jobs, const std::function<void(const std::string&)>& say) {
    std::atomic<std::size_t> next{0}, done{0};
    std::atomic<std::uint64_t> bytes{0};
    std::uint64_t all_bytes = 0;
    for (const Step& step : steps) all_bytes += step.bytes;
    const auto megabytes = [](std::uint64_t n) { return static_cast<double>(n) / 1e6; };
    const auto work = [&] {
        for (std::size_t k = next++; k < steps.size(); k = next++) {
            const int before = cache.made_anew();
            steps[k].made = cache.get(steps[k].inputs, steps[k].make);
            const std::size_t count = ++done;
            const std::uint64_t read = bytes += steps[k].bytes;
            if (steps[k].made && cache.made_anew() == before) continue;
            if (all_bytes == 0) say(fmt::format("[{}/{}] {}", count, steps.size(), steps[k].name));
            else say(fmt::format("[{}/{}, {:.1f} of {:.1f} MB] {}", count, steps.size(), megabytes(read), megabytes(all_bytes), steps[k].name));
        }
    };
    std::vector<std::thread> threads;
    for (int i = 1; i < jobs; ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
}

const Made* find(const std::vector<Made>& files, const std::string& path) {
    for (const Made& file : files)
        if (file.path == path) return &file;
    return nullptr;
}

std::string section_for(const Source& source, std::string_view id) {
    for (const SourceSection& section : source.sections)
        if (section.id == id) return section.id;
    return {};
}

// What was written must be what the kiosk reads.
Result<void> check_readable(const std::string& path, const std::string& text) {
    if (path.ends_with("figure.json")) {
        if (auto read = read_figure(text); !read) return read.error().within(path);
    } else if (path.ends_with("film.json")) {
        if (auto read = read_film(text); !read) return read.error().within(path);
    } else if (path.ends_with("timeline.json")) {
        if (auto read = read_timeline(text); !read) return read.error().within(path);
    } else if (path.ends_with("document.json")) {
        if (auto read = read_document(text); !read) return read.error().within(path);
    } else if (path.ends_with("gallery.json")) {
        if (auto read = read_gallery(text); !read) return read.error().within(path);
    } else if (path == "search.json") {
        if (auto read = SearchIndex::read(text); !read) return read.error().within(path);
    }
    return {};
}

class Assembly {
public:
    Assembly(const Source& source, StepCache& cache, std::vector<Made> files)
        : source_(source), cache_(cache), files_(std::move(files)) {}

    Result<void> add_all() {
        for (const SourceFigure& figure : source_.figures)
            if (auto added = add_figure(figure); !added) return added;
        for (const SourceLecture& lecture : source_.lectures)
            if (auto added = add_film(lecture); !added) return added;
        for (const SourceFilm& film : source_.films)
            if (auto added = add_author_film(film); !added) return added;
        if (source_.has_quiz)
            if (auto added = add_quiz(); !added) return added;
        if (!source_.events.empty()) {
            if (auto added = add("timeline/timeline.json", timeline_json(source_)); !added) return added;
            items_.push_back({"timeline", "timeline", section_for(source_, "timeline"), "timeline/timeline.json", "",
                              source_.title, source_.summary});
        }
        for (const SourceDocument& document : source_.documents)
            if (auto added = add_document(document); !added) return added;
        for (const SourceGallery& gallery : source_.galleries)
            if (auto added = add_gallery(gallery); !added) return added;
        if (auto added = add("search.json", write_search(search_rows(source_))); !added) return added;
        const auto pictures = pictures_json(files_, cache_);
        if (!pictures) return pictures.error();
        return add("pictures.json", *pictures);
    }

    // Every character of every text; those that no font has are problems.
    Result<void> add_glyphs(Problems& problems) {
        std::set<char32_t> characters;
        for (const Bilingual* text : {&source_.title, &source_.summary, &source_.licence}) collect_both(*text, characters);
        for (const SourceSection& section : source_.sections) collect_both(section.title, characters);
        for (const PackItem& item : items_) collect_both(item.title, characters), collect_both(item.summary, characters);
        for (const Made& file : files_) {
            const bool text = file.path.ends_with(".json") || file.path.ends_with(".gift") || file.path.ends_with(".vtt") ||
                              file.path.ends_with(".csv");
            if (!text || file.path.starts_with('@')) continue;
            const auto bytes = cache_.read(file);
            if (!bytes) return bytes.error();
            collect_characters(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()), characters);
        }
        const auto missing = characters_without_font(characters);
        if (!missing) return missing.error();
        for (const char32_t c : *missing)
            problems.add("glyphs", 0, fmt::format("no font has U+{:04X} {}", static_cast<unsigned>(c), to_utf8(std::u32string(1, c))));
        return add("glyphs.txt", to_utf8(std::u32string(characters.begin(), characters.end())) + "\n");
    }

    [[nodiscard]] const std::vector<PackItem>& items() const { return items_; }
    [[nodiscard]] const std::vector<Made>& files() const { return files_; }

private:
    static void collect_both(const Bilingual& text, std::set<char32_t>& into) {
        collect_characters(text.zh, into);
        collect_characters(text.en, into);
    }

    Result<void> add(const std::string& path, const std::string& text) {
        if (auto readable = check_readable(path, text); !readable) return readable;
        const auto made = cache_.get("text|" + path + "|" + text, [&]() -> Result<Files> { return Files{{path, as_bytes(text)}}; });
        if (!made) return made.error();
        files_.insert(files_.end(), made->begin(), made->end());
        return {};
    }

    Result<std::string> note(const std::string& path) {
        const Made* made = find(files_, path);
        if (made == nullptr) return Error{ErrorKind::missing, path};
        const auto bytes = cache_.read(*made);
        if (!bytes) return bytes.error();
        return std::string(bytes->begin(), bytes->end());
    }

    Result<void> add_figure(const SourceFigure& figure) {
        const auto narration = note("@" + figure.id + "/narration.json");
        if (!narration) return narration.error();
        const std::string folder = "figures/" + figure.id + "/";
        const auto stage = source_.stages.find(figure.stage);
        const auto text = figure_json(figure, stage == source_.stages.end() ? SourceStage{} : stage->second, *narration);
        if (auto added = add(folder + "figure.json", text); !added) return added;
        items_.push_back({figure.id, "figure", section_for(source_, "figures"), folder + "figure.json", folder + "card.png",
                          figure.name, figure.epithet});
        return {};
    }

    Result<void> add_film(const SourceLecture& lecture) {
        if (!lecture.film) return {};
        const std::string path = "films/" + lecture.id + "/film.json";
        const auto text = note(path);
        if (!text) return text.error();
        if (auto readable = check_readable(path, *text); !readable) return readable;
        items_.push_back({lecture.id, "film", section_for(source_, "lectures"), path,
                          "posters/" + lecture.slides.front().poster + ".png", lecture.title, lecture.summary});
        return {};
    }

    Result<void> add_author_film(const SourceFilm& film) {
        const std::string path = "films/" + film.id + "/film.json";
        const auto text = note(path);
        if (!text) return text.error();
        if (auto readable = check_readable(path, *text); !readable) return readable;
        items_.push_back({film.id, "film", film.section, path, author_film_poster(film), film.title, film.summary});
        return {};
    }

    Result<void> add_document(const SourceDocument& document) {
        const auto made = finished_document(document, [this](const std::string& path) { return note(path); });
        if (!made) return made.error();
        const std::string path = "documents/" + document.id + "/document.json";
        if (auto added = add(path, write_document(*made)); !added) return added;
        const DocumentText &zh = made->in(Lang::zh), &en = made->in(Lang::en);
        items_.push_back({document.id, "document", document.section, path, document_card(document), {zh.title, en.title}, {zh.summary, en.summary}});
        return {};
    }

    Result<void> add_gallery(const SourceGallery& gallery) {
        const auto made = finished_gallery(gallery, [this](const std::string& path) { return note(path); });
        if (!made) return made.error();
        const std::string path = "galleries/" + gallery.id + "/gallery.json";
        if (auto added = add(path, write_gallery(*made)); !added) return added;
        items_.push_back({gallery.id, "gallery", gallery.section, path, made->pictures.front().card, made->title, made->summary});
        return {};
    }

    Result<void> add_quiz() {
        for (const auto& [from, to] : {std::pair{"quiz.gift", "quiz/zh.gift"}, {"quiz.en.gift", "quiz/en.gift"},
                                       {"quiz_sources.csv", "quiz/sources.csv"}}) {
            const auto text = std::string_view(from).ends_with(".csv") ? csv_text(source_.folder, from) : read_text(source_.folder / from);
            if (!text) return text.error();
            if (auto added = add(to, *text); !added) return added;
        }
        if (auto added = add("quiz/quiz.json", quiz_json(source_)); !added) return added;
        const std::string section = section_for(source_, "quiz");
        Bilingual title = source_.title;
        std::string picture;
        for (const SourceSection& s : source_.sections) {
            if (s.id != section) continue;
            title = s.title;
            picture = "posters/" + s.poster + ".png";
        }
        items_.push_back({"quiz", "quiz", section, "quiz/quiz.json", picture, title, source_.summary});
        return {};
    }

    const Source& source_;
    StepCache& cache_;
    std::vector<Made> files_;
    std::vector<PackItem> items_;
};

Error refused(const Problems& problems) {
    return {ErrorKind::invalid, fmt::format("{} problem{} in the source", problems.total(), problems.total() == 1 ? "" : "s")};
}

}  // namespace

Result<Built> build_pack(const Path& folder, const Path& out, const BuildOptions& options, Problems& problems) {
    Path cache_folder = options.cache;
    if (cache_folder.empty()) {
        cache_folder = out;
        cache_folder += ".cache";
    }
    const Path stamp = cache_folder / "stamp";
    const std::string now = fingerprint(folder, out);
    std::error_code failed;
    Built built;
    if (options.if_changed && std::filesystem::exists(out / "manifest.json", failed)) {
        const auto last = read_text(stamp, 1000);
        if (last && *last == now) {
            built.unchanged = true;
            return built;
        }
    }
    options.say("checking the source");
    const Source source = read_source(folder, problems);
    if (!problems.none()) return refused(problems);

    StepCache cache(cache_folder);
    std::vector<Step> steps;
    if (auto added = add_sound_steps(source, steps); !added) return added.error();
    if (auto added = add_picture_steps(source, steps); !added) return added.error();
    if (auto added = add_document_steps(source, steps); !added) return added.error();
    if (auto added = add_gallery_steps(source, steps); !added) return added.error();
    if (auto added = add_author_film_steps(source, steps); !added) return added.error();
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    run(steps, cache, options.jobs > 0 ? options.jobs : static_cast<int>(std::min(cores, 8u)), options.say);
    std::vector<Made> files;
    for (const Step& step : steps) {
        if (!step.made) {
            problems.add(step.name, 0, step.made.error().what);
            continue;
        }
        files.insert(files.end(), step.made->begin(), step.made->end());
    }
    if (!problems.none()) return refused(problems);

    Assembly assembly(source, cache, std::move(files));
    if (auto added = assembly.add_all(); !added) return added.error();
    if (auto added = assembly.add_glyphs(problems); !added) return added.error();
    if (!problems.none()) return refused(problems);
    options.say("writing the pack");
    if (auto written = write_pack(source, assembly.items(), assembly.files(), cache, out); !written) return written.error();
    cache.forget_unused();
    if (auto written = write_file(stamp, now); !written) return written.error();
    built.steps = static_cast<int>(steps.size());
    built.steps_made = cache.made_anew();
    for (const Made& file : assembly.files()) {
        if (file.path.starts_with('@')) continue;
        ++built.files;
        built.bytes += file.length;
    }
    return built;
}

}  // namespace xinghuo
