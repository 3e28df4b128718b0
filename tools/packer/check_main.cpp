// check: what is wrong with a source, in words; with a report for those who approve.
#include <fmt/format.h>

#include "tools/packer/check.h"
#include "tools/packer/commands.h"
#include "tools/packer/options.h"
#include "tools/packer/preview.h"
#include "tools/packer/process.h"
#include "tools/packer/report.h"

namespace xinghuo {

const char* const check_usage =
    "check SOURCE [--lang zh|en] [--report DIR] [--quick]\n"
    "    everything that is wrong with SOURCE, with file and line and what to do; the pack is built and looked at as the terminal shows it\n"
    "    --report DIR   DIR/index.html: pictures of every item, texts with sources, questions, approvals, hashes; for those who approve\n"
    "    --quick        does not build and look\n";

namespace {

// Builds and looks; what does not fit becomes a warning. Nothing: it could not be looked at, which was said.
std::vector<Look> look(const Source& source, const Path& report, Path& pack, Problems& problems, const std::function<void(const std::string&)>& say,
                       const PackWords& words, Lang lang) {
    say(words(lang, "check.looking"));
    const auto sorry = [&](const Error& error) {
        say(words(lang, "check.not_looked", {{"why", error.what}}));
        return std::vector<Look>{};
    };
    Problems again;  // what the source says is told already; what only building finds is not
    const auto built = build_for_preview(source.folder, again, [](const std::string&) {});
    for (const Problem& p : again.sorted())
        if (!p.warning) problems.add(p.file, p.line, p.what);
    if (!built) return sorry(built.error());
    pack = *built;
    std::error_code failed;
    const Path pictures = report.empty() ? Path() : report / "pictures";
    if (!pictures.empty()) std::filesystem::create_directories(pictures, failed);
    auto looks = look_at_pack(program_beside("xinghuo-kiosk"), *built, pictures, source.languages);
    if (!looks) return sorry(looks.error());
    for (const Look& one : *looks) {
        const std::string item = one.item.empty() ? "hall" : one.item, place = one.shape + ", " + one.lang;
        for (const std::string& text : one.cut) problems.warn("layout", 0, fmt::format("{} ({}): does not fit: {}", item, place, text));
        if (!one.problem.empty()) problems.add("layout", 0, fmt::format("{} ({}): cannot be shown: {}", item, place, one.problem));
    }
    return *std::move(looks);
}

}  // namespace

int check_command(const Words& words, const Commander& from) {
    const auto options = CommandOptions::read(words, 1, {"--lang", "--report"}, {"--quick"});
    if (!options) return say_error(from, options.error());
    if (options->places().size() != 1) return say_usage(from, check_usage);
    const auto tongue = PackWords::open(packer_share() / "strings");
    if (!tongue) return say_error(from, tongue.error());
    const Lang lang = lang_asked(options->one("--lang"));
    const Path report = options->one("--report").value_or("");
    Problems problems;
    const Source source = check_source(options->places()[0], problems);
    Path pack;
    std::vector<Look> looks;
    if (problems.none() && !options->has("--quick")) looks = look(source, report, pack, problems, from.complain, *tongue, lang);
    std::string told = told_problems(problems, *tongue, lang);
    told.pop_back();
    from.say(told);
    if (!report.empty()) {
        const auto page = write_report(report, {source, problems, std::move(looks), pack}, *tongue);
        if (!page) return say_error(from, page.error().within("the report"));
        from.say((*tongue)(lang, "check.report", {{"file", page->string()}}));
    }
    return problems.none() ? 0 : 1;
}

}  // namespace xinghuo
