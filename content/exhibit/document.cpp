#include "content/exhibit/document.h"

#include <array>
#include <utility>

#include "content/base/assert.h"
#include "content/base/json.h"

namespace xinghuo {
namespace {

using Kind = DocumentBlock::Kind;

constexpr std::array<std::pair<Kind, std::string_view>, 6> kinds{{{Kind::heading, "heading"},
                                                                  {Kind::paragraph, "paragraph"},
                                                                  {Kind::quote, "quote"},
                                                                  {Kind::item, "item"},
                                                                  {Kind::picture, "picture"},
                                                                  {Kind::rule, "rule"}}};

DocumentRuns read_runs(const JsonNode& node, std::size_t notes) {
    DocumentRuns runs;
    for (const JsonNode& run : node.items(document_run_limit)) {
        if (run.is_string()) {
            runs.push_back({run.string()});
            continue;
        }
        DocumentRun made;
        made.note = static_cast<int>(run["note"].integer_or(0));
        if (made.note < 0 || static_cast<std::size_t>(made.note) > notes) run["note"].refuse("there is no such note");
        if (made.note == 0) made.text = run["text"].string();
        made.strong = run["strong"].boolean_or(false);
        made.emphasis = run["emphasis"].boolean_or(false);
        runs.push_back(std::move(made));
    }
    return runs;
}

DocumentBlock read_block(const JsonNode& node, std::size_t notes) {
    DocumentBlock block;
    const std::string name = node["kind"].string();
    bool known = false;
    for (const auto& [kind, written] : kinds) {
        if (name != written) continue;
        block.kind = kind;
        known = true;
    }
    if (!known) node["kind"].refuse("no kind of block that is known");
    block.level = static_cast<int>(node["level"].integer_or(0));
    if (block.level < 0 || block.level > 6) node["level"].refuse("must be 0 to 6");
    block.mark = node["mark"].string_or("");
    if (block.kind == Kind::picture) {
        block.picture = node["picture"].string();
        block.alt = node["alt"].string();
        block.w = static_cast<int>(node["w"].integer());
        block.h = static_cast<int>(node["h"].integer());
        if (block.w < 1 || block.h < 1 || block.w > 100'000 || block.h > 100'000) node["w"].refuse("no size of a picture");
    }
    if (node["runs"].exists()) block.runs = read_runs(node["runs"], notes);
    return block;
}

void write_runs(JsonWriter& json, const DocumentRuns& runs) {
    json.array();
    for (const DocumentRun& run : runs) {
        if (run.note == 0 && !run.strong && !run.emphasis) {
            json.value(run.text);
            continue;
        }
        json.object();
        if (run.note > 0) json.key("note").value(run.note);
        else json.key("text").value(run.text);
        if (run.strong) json.key("strong").value(true);
        if (run.emphasis) json.key("emphasis").value(true);
        json.end();
    }
    json.end();
}

void write_block(JsonWriter& json, const DocumentBlock& block) {
    json.object();
    for (const auto& [kind, name] : kinds)
        if (kind == block.kind) json.key("kind").value(name);
    if (block.level > 0) json.key("level").value(block.level);
    if (!block.mark.empty()) json.key("mark").value(block.mark);
    if (block.kind == Kind::picture)
        json.key("picture").value(block.picture).key("alt").value(block.alt).key("w").value(block.w).key("h").value(block.h);
    if (!block.runs.empty()) {
        json.key("runs");
        write_runs(json, block.runs);
    }
    json.end();
}

}  // namespace

const DocumentText& Document::in(Lang lang) const {
    insist(!texts.empty(), "a document without a text");
    const auto found = texts.find(lang);
    return found != texts.end() ? found->second : texts.begin()->second;
}

Result<Document> read_document(std::string_view json) {
    JsonDocument read;
    if (auto parsed = read.parse(json); !parsed) return parsed.error();
    const JsonNode root = read.root();
    Document document;
    document.date = root["date"].string_or("");
    document.picture = root["picture"].string_or("");
    for (const auto& [lang, node] : root["texts"].members()) {
        if (lang != "zh" && lang != "en") {
            node.refuse("texts are in zh or en");
            continue;
        }
        DocumentText text;
        text.title = node["title"].string();
        text.author = node["author"].string_or("");
        text.summary = node["summary"].string_or("");
        text.source = node["source"].string();
        const std::vector<JsonNode> notes = node["notes"].exists() ? node["notes"].items(document_note_limit) : std::vector<JsonNode>{};
        for (const JsonNode& note : notes) text.notes.push_back(read_runs(note, 0));
        for (const JsonNode& block : node["blocks"].items(document_block_limit)) text.blocks.push_back(read_block(block, notes.size()));
        document.texts.emplace(lang == "en" ? Lang::en : Lang::zh, std::move(text));
    }
    if (read.good() && document.texts.empty()) root["texts"].refuse("there is no text");
    if (!read.good()) return read.error();
    return document;
}

std::string write_document(const Document& document) {
    JsonWriter json;
    json.object();
    if (!document.date.empty()) json.key("date").value(document.date);
    if (!document.picture.empty()) json.key("picture").value(document.picture);
    json.key("texts").object();
    for (const auto& [lang, text] : document.texts) {
        json.key(code(lang)).object().key("title").value(text.title);
        if (!text.author.empty()) json.key("author").value(text.author);
        json.key("summary").value(text.summary).key("source").value(text.source).key("blocks").array();
        for (const DocumentBlock& block : text.blocks) write_block(json, block);
        json.end();
        if (!text.notes.empty()) {
            json.key("notes").array();
            for (const DocumentRuns& note : text.notes) write_runs(json, note);
            json.end();
        }
        json.end();
    }
    return json.end().end().text();
}

}  // namespace xinghuo
