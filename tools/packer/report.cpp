#include "tools/packer/report.h"

#include <fmt/format.h>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/pack/manifest.h"
#include "content/quiz/bank.h"
#include "tools/packer/tables.h"

namespace xinghuo {
namespace {

constexpr const char* style = R"(
body{font:16px/1.55 "Noto Serif CJK SC","Songti SC",SimSun,serif;color:#231f1b;background:#f7f1e3;margin:0 auto;max-width:1180px;padding:32px}
h1{font-size:34px;border-bottom:4px solid #b5301f;padding-bottom:12px}h2{font-size:25px;margin-top:48px;color:#8e2416}h3{font-size:20px;margin-top:36px}
table{border-collapse:collapse;width:100%;margin:12px 0}td,th{border:1px solid #cdbf9f;padding:6px 10px;text-align:left;vertical-align:top}th{background:#eadfc6}
.en{color:#5a5247;font-family:"Noto Sans",Arial,sans-serif;font-size:.92em}.pictures{display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start}
figure{margin:0}figcaption{font-size:13px;color:#5a5247}figure img{display:block;border:1px solid #cdbf9f}.landscape img{width:440px}.portrait img{width:190px}
.error{color:#b5301f;font-weight:bold}.right{color:#1f6b3a;font-weight:bold}.none{color:#b5301f}code{font-size:13px;word-break:break-all}.sign{margin:56px 0 24px}
@media print{body{background:#fff;padding:0;max-width:none}h2,h3{break-after:avoid}tr,figure{break-inside:avoid}details{display:block}}
)";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\n': out += "<br>"; break;
            default: out += c;
        }
    }
    return out;
}

std::string both(const Bilingual& text) {
    std::string out = escaped(text.zh);
    if (!text.en.empty() && text.en != text.zh) out += (out.empty() ? "" : "<br>") + fmt::format("<span class=en lang=en>{}</span>", escaped(text.en));
    return out;
}

struct Row {
    Bilingual text, source;
};

std::string runs_text(const DocumentRuns& runs) {
    std::string text;
    for (const DocumentRun& run : runs) text += run.note > 0 ? fmt::format("[{}]", run.note) : run.text;
    return text;
}

class Page {
public:
    Page(const ReportParts& parts, const PackWords& words) : parts_(parts), words_(words) {}

    Result<std::string> make() {
        const Source& s = parts_.source;
        out_ = fmt::format("<!doctype html>\n<html lang=zh><head><meta charset=utf-8><title>{}</title><style>{}</style></head><body>\n", escaped(s.title.zh), style);
        out_ += fmt::format("<h1>{}<br>{}</h1>\n<p><code>{}</code> · {}</p>\n<p>{}</p>\n", said("report.heading"), both(s.title), escaped(s.id),
                            said("report.version", {{"n", std::to_string(s.version)}}), both(s.summary));
        if (auto done = signed_part(); !done) return done.error();
        problems();
        items();
        questions();
        out_ += fmt::format("<p class=sign>{}<br>{}</p>\n", escaped(words_(Lang::zh, "report.sign_here")), escaped(words_(Lang::en, "report.sign_here")));
        if (!files_.empty()) out_ += fmt::format("<h2>{}</h2>\n<table><tr><th>{}<th>SHA-256{}</table>\n", said("report.hashes"), said("report.file"), files_);
        return out_ + "</body></html>\n";
    }

private:
    std::string said(const std::string& key, const std::map<std::string, std::string>& holes = {}) const {
        return fmt::format("{} <span class=en>{}</span>", escaped(words_(Lang::zh, key, holes)), escaped(words_(Lang::en, key, holes)));
    }

    Result<void> signed_part() {
        out_ += fmt::format("<h2>{}</h2>\n<p>{}</p>\n<h2>{}</h2>\n", said("report.licence"), both(parts_.source.licence), said("report.approvals"));
        const std::string approvals = approvals_of(parts_.source.folder);
        out_ += approvals.empty() ? fmt::format("<p class=none>{}</p>\n", said("report.none"))
                             : fmt::format("<table><tr><th>{}<th>{}{}</table>\n", said("report.role"), said("report.at"), approvals);
        if (parts_.pack.empty()) return {};
        const auto text = read_text(parts_.pack / "manifest.json", manifest_limit_bytes);
        if (!text) return text.error();
        const auto manifest = read_manifest(*text);
        if (!manifest) return manifest.error();
        std::uint64_t bytes = 0;
        for (const auto& [path, one] : manifest->files) {
            bytes += one.length;
            files_ += fmt::format("<tr><td><code>{}</code><td><code>{}</code>\n", escaped(path), one.sha256);
        }
        out_ += fmt::format("<p>{}<br><code>{}</code><br>{}</p>\n", said("report.manifest"), sha256_hex(text->data(), text->size()),
                            said("report.files", {{"n", std::to_string(manifest->files.size())}, {"mb", fmt::format("{:.1f}", static_cast<double>(bytes) / 1e6)}}));
        for (const Item& item : manifest->items) items_.push_back(item);
        return {};
    }

    static std::string approvals_of(const Path& folder) {
        const auto text = read_text(folder / "pack.json");
        JsonDocument document;
        if (!text || !document.parse(*text) || !document.root()["approvals"].is_array()) return {};
        std::string rows;
        for (const JsonNode& node : document.root()["approvals"].items())
            rows += fmt::format("<tr><td>{}<td>{}\n", escaped(node["role"].string_or("")), escaped(node["at"].string_or("")));
        return rows;
    }

    void problems() {
        out_ += fmt::format("<h2>{}</h2>\n", said("report.problems"));
        if (parts_.problems.none() && parts_.problems.warnings() == 0) {
            out_ += fmt::format("<p>{}</p>\n", said("check.good"));
            return;
        }
        out_ += fmt::format("<table><tr><th>{}<th>{}<th>{}\n", said("report.where"), said("report.what"), said("report.do"));
        for (const Problem& p : parts_.problems.sorted()) {
            const Told zh = words_.tell(p, Lang::zh), en = words_.tell(p, Lang::en);
            const std::string where = p.line > 0 ? fmt::format("{}:{}", p.file, p.line) : p.file;
            out_ += fmt::format("<tr><td><code>{}</code><td>{}{}<td>{}\n", escaped(where),
                                p.warning ? "" : fmt::format("<span class=error>{}</span> ", said("check.error")), both({zh.sentence, en.sentence}), both({zh.hint, en.hint}));
        }
        out_ += "</table>\n";
    }

    void items() {
        out_ += fmt::format("<h2>{}</h2>\n", said("report.items"));
        pictures("");
        for (const Item& item : items_) {
            out_ += fmt::format("<h3>{}</h3>\n<p>{}</p>\n", both(item.title), both(item.summary));
            pictures(item.id);
        }
        const Source& s = parts_.source;
        out_ += fmt::format("<h2>{}</h2>\n", said("report.texts"));
        for (const SourceDocument& one : s.documents) document(one);
        for (const SourceGallery& gallery : s.galleries) {
            std::vector<Row> rows;
            for (const SourcePicture& p : gallery.pictures) rows.push_back({{p.title.zh + "\n" + p.alt.zh, p.title.en + "\n" + p.alt.en}, p.source});
            table(gallery.title, rows);
        }
        std::vector<Row> events;
        for (const SourceEvent& e : s.events) events.push_back({{e.date + " " + e.title.zh + "\n" + e.text.zh, e.date + " " + e.title.en + "\n" + e.text.en}, e.source});
        if (!events.empty()) table({words_(Lang::zh, "report.timeline"), words_(Lang::en, "report.timeline")}, events);
        for (const SourceFigure& figure : s.figures) {
            std::vector<Row> rows{{figure.bio, figure.source}};
            for (const SourceLifeEvent& e : figure.life) rows.push_back({{e.date + " " + e.text.zh, e.date + " " + e.text.en}, figure.source});
            for (const SourceSegment& segment : figure.segments) rows.push_back({segment.text, segment.source});
            for (const SourceQuotation& q : figure.quotations) rows.push_back({q.text, q.source});
            table(figure.name, rows);
        }
        for (const SourceLecture& lecture : s.lectures) {
            if (!lecture.film) continue;
            std::vector<Row> rows;
            for (const SourceSlide& slide : lecture.slides) rows.push_back({{slide.heading.zh + "\n" + slide.speaker_text.zh, slide.heading.en + "\n" + slide.speaker_text.en}, slide.source});
            table(lecture.title, rows);
        }
    }

    void document(const SourceDocument& one) {
        for (const auto& [lang, text] : one.document.texts) {
            std::vector<Row> rows;
            const auto in = [lang = lang](std::string words) { return lang == Lang::zh ? Bilingual{std::move(words), ""} : Bilingual{"", std::move(words)}; };
            for (const DocumentBlock& block : text.blocks) rows.push_back({in((block.mark.empty() ? "" : block.mark + " ") + runs_text(block.runs) + (block.alt.empty() ? "" : "\n[" + block.alt + "]")), {}});
            for (std::size_t i = 0; i < text.notes.size(); ++i) rows.push_back({in(fmt::format("[{}] {}", i + 1, runs_text(text.notes[i]))), {}});
            if (!rows.empty()) rows.front().source = in(text.source);
            table(in(text.title), rows);
        }
    }

    void table(const Bilingual& title, const std::vector<Row>& rows) {
        out_ += fmt::format("<h3>{}</h3>\n<table><tr><th>{}<th>{}\n", both(title), said("report.text"), said("report.source"));
        for (const Row& row : rows) out_ += fmt::format("<tr><td>{}<td>{}\n", both(row.text), both(row.source));
        out_ += "</table>\n";
    }

    void pictures(const std::string& item) {
        out_ += "<div class=pictures>\n";
        for (const Look& look : parts_.looks) {
            if (look.item != item || look.picture.empty()) continue;
            const std::string caption = said("report." + look.shape) + " · " + (look.lang == "zh" ? "中文" : "English");
            if (!look.problem.empty()) out_ += fmt::format("<p class=error>{}: {}</p>\n", caption, escaped(look.problem));
            else out_ += fmt::format("<figure class={}><img src=\"pictures/{}\" alt=\"{}\"><figcaption>{}</figcaption></figure>\n", look.shape, escaped(look.picture), escaped(item), caption);
        }
        out_ += "</div>\n";
    }

    void questions() {
        if (!parts_.source.has_quiz) return;
        const auto text_of = [&](const char* name) { return read_text(parts_.source.folder / name); };
        const auto zh = text_of("quiz.gift"), en = text_of("quiz.en.gift"), sources = csv_text(parts_.source.folder, "quiz_sources.csv");
        const QuestionBank bank = QuestionBank::read(zh ? *zh : "", en ? *en : "", sources ? *sources : "");
        out_ += fmt::format("<h2>{}</h2>\n<table><tr><th>{}<th>{}\n", said("report.quiz"), said("report.text"), said("report.source"));
        for (const auto& question : bank.questions()) {
            out_ += fmt::format("<tr><td><b>{}</b> {}<ul>\n", escaped(question->id), both(question->stem));
            for (std::size_t i = 0; i < question->choices.size(); ++i) {
                Choice choice = question->choices[i];
                if (question->type == QuestionType::true_false) choice.text = i == 0 ? Bilingual{"正确", "True"} : Bilingual{"错误", "False"};
                out_ += fmt::format("<li{}>{}{}\n", choice.right() ? " class=right" : "", choice.right() ? "✓ " : "", both(choice.text));
            }
            for (const Pair& pair : question->pairs) out_ += fmt::format("<li class=right>{} → {}\n", both(pair.left), both(pair.right));
            for (const NumberRange& range : question->numbers)
                if (!range.any) out_ += fmt::format("<li{}>{}\n", range.weight > 0 ? " class=right" : "", escaped(range.shown));
            out_ += fmt::format("</ul>{}<td>{}\n", both(question->explanation), both(question->source));
        }
        out_ += "</table>\n";
    }

    const ReportParts& parts_;
    const PackWords& words_;
    std::string out_, files_;
    std::vector<Item> items_;
};

}  // namespace

Result<Path> write_report(const Path& folder, const ReportParts& parts, const PackWords& words) {
    auto html = Page(parts, words).make();
    if (!html) return html.error();
    if (auto written = write_file(folder / "index.html", *html); !written) return written.error();
    return folder / "index.html";
}

}  // namespace xinghuo
