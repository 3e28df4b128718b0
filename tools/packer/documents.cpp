#include "tools/packer/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "content/base/crypto.h"
#include "tools/packer/front_matter.h"
#include "tools/packer/markdown.h"
#include "tools/packer/source.h"
#include "tools/packer/source_file.h"
#include "tools/packer/tiles.h"

namespace xinghuo {
namespace {

constexpr std::size_t text_limit_bytes = 2u << 20;

bool there(const Path& file) {
    std::error_code failed;
    return std::filesystem::is_regular_file(file, failed);
}

// A picture's path in the source; as Markdown editors show it, it may begin with "../".
std::string picture_path(const Source& source, std::string path, const std::string& file, int line, Problems& problems) {
    if (path.starts_with("../")) path.erase(0, 3);
    if (path.find("://") != std::string::npos || !is_safe_relative_path(path)) {
        problems.add(file, line, "a picture is a file of the source, like pictures/name.jpg: " + path);
        return {};
    }
    const std::string ending = Path(path).extension().string();
    if (ending != ".jpg" && ending != ".jpeg" && ending != ".png" && ending != ".webp" && ending != ".svg") {
        problems.add(file, line, "a picture is a .jpg, .png, .webp or .svg: " + path);
        return {};
    }
    if (!there(source.folder / path)) {
        problems.add(file, line, "no such file: " + path);
        return {};
    }
    return path;
}

void remember(SourceDocument& document, const std::string& picture) {
    if (!picture.empty() && std::find(document.pictures.begin(), document.pictures.end(), picture) == document.pictures.end())
        document.pictures.push_back(picture);
}

void read_language(const Source& source, SourceDocument& document, Lang lang, const std::string& file, Problems& problems) {
    const auto markdown = read_text(source.folder / file, text_limit_bytes);
    if (!markdown) return problems.add(file, 0, markdown.error().what);
    const FrontMatter front = read_front_matter(*markdown, file, problems);
    DocumentText text;
    const auto needed = [&](const char* name) {
        std::string value = front.text(name);
        if (value.empty()) problems.add(file, front.line(name), fmt::format("{}: missing", name));
        return value;
    };
    text.title = needed("title");
    text.summary = needed("summary");
    text.source = needed("source");
    text.author = front.text("author");
    if (const std::string translator = front.text("translator"); !translator.empty()) text.source += (lang == Lang::zh ? "；" : "; ") + translator;
    if (const std::string date = front.text("date"); !date.empty()) {
        if (!is_iso_date(date)) problems.add(file, front.line("date"), "date: not a date (1921, 1921-07 or 1921-07-23): " + date);
        if (document.document.date.empty()) document.document.date = date;
        else if (document.document.date != date) problems.add(file, front.line("date"), "date: not the same in both languages");
    }
    if (const std::string section = front.text("section"); !section.empty()) {
        const bool known = std::any_of(source.sections.begin(), source.sections.end(), [&](const SourceSection& s) { return s.id == section; });
        if (!known) problems.add(file, front.line("section"), "section: not in pack.json: " + section);
        document.section = section;
    }
    if (const std::string picture = front.text("picture"); !picture.empty() && document.document.picture.empty()) {
        document.document.picture = picture_path(source, picture, file, front.line("picture"), problems);
        remember(document, document.document.picture);
    }
    Markdown body = read_markdown(std::string_view(*markdown).substr(front.body), front.body_line, file, problems);
    for (std::size_t i = 0; i < body.blocks.size(); ++i) {
        DocumentBlock& block = body.blocks[i];
        if (block.kind != DocumentBlock::Kind::picture) continue;
        block.picture = picture_path(source, block.picture, file, body.lines[i], problems);
        remember(document, block.picture);
    }
    if (body.blocks.empty()) problems.add(file, front.body_line, "there is no text after the second line ---");
    if (body.blocks.size() > document_block_limit || body.notes.size() > document_note_limit)
        problems.add(file, 0, fmt::format("more than {} paragraphs or {} notes: divide it", document_block_limit, document_note_limit));
    text.blocks = std::move(body.blocks);
    text.notes = std::move(body.notes);
    document.document.texts.emplace(lang, std::move(text));
}

std::string folder_of(const SourceDocument& document, const std::string& picture) {
    const auto at = std::find(document.pictures.begin(), document.pictures.end(), picture);
    return fmt::format("documents/{}/p{}", document.id, at - document.pictures.begin() + 1);
}

}  // namespace

void read_documents(Source& source, Problems& problems) {
    std::error_code failed;
    std::map<std::string, std::map<Lang, std::string>> files;  // id → language → file, in the order of the ids
    for (const auto& entry : std::filesystem::directory_iterator(source.folder / "documents", failed)) {
        const std::string name = entry.path().filename().string(), file = "documents/" + name;
        if (!entry.is_regular_file() || !name.ends_with(".md") || name == "README.md") continue;
        const std::string rest = name.substr(0, name.size() - 3);
        const bool zh = rest.ends_with(".zh"), en = rest.ends_with(".en");
        const std::string id = rest.substr(0, rest.size() - (zh || en ? 3 : 0));
        if (!is_id(id)) problems.add(file, 0, "the name must be lower-case letters, digits and hyphens, then .zh.md or .en.md");
        else if (!files[id].emplace(en ? Lang::en : Lang::zh, file).second) problems.add(file, 0, "there is the same document a second time");
    }
    const bool wants_english = std::find(source.languages.begin(), source.languages.end(), "en") != source.languages.end();
    const bool has_section = std::any_of(source.sections.begin(), source.sections.end(), [](const SourceSection& s) { return s.id == "documents"; });
    for (const auto& [id, languages] : files) {
        SourceDocument document;
        document.id = id;
        if (has_section) document.section = "documents";
        for (const auto& [lang, file] : languages) read_language(source, document, lang, file, problems);
        if (!languages.contains(Lang::zh)) problems.add(languages.begin()->second, 0, fmt::format("documents/{}.zh.md is missing", id));
        else if (wants_english && !languages.contains(Lang::en))
            problems.add(languages.at(Lang::zh), 0, fmt::format("documents/{}.en.md is missing (the pack's languages name en)", id));
        source.documents.push_back(std::move(document));
    }
}

Result<void> add_document_steps(const Source& source, std::vector<Step>& steps) {
    for (const SourceDocument& document : source.documents) {
        for (const std::string& picture : document.pictures) {
            const Path file = source.folder / picture;
            const auto hash = sha256_hex_of_file(file);
            if (!hash) return hash.error().within(picture);
            std::error_code failed;
            const std::string folder = folder_of(document, picture);
            steps.push_back({"picture " + picture, "picture 2|document|" + folder + "|" + *hash,
                             [file, folder](Outlet& outlet) { return make_pictures(file, folder, document_sizes(), outlet); },
                             std::filesystem::file_size(file, failed)});
        }
    }
    return {};
}

Result<Document> finished_document(const SourceDocument& document, const std::function<Result<std::string>(const std::string&)>& note) {
    Document made = document.document;
    if (!made.picture.empty()) made.picture = folder_of(document, made.picture) + "/text.jpg";
    for (auto& [lang, text] : made.texts) {
        for (DocumentBlock& block : text.blocks) {
            if (block.kind != DocumentBlock::Kind::picture) continue;
            const std::string folder = folder_of(document, block.picture);
            const auto written = note("@" + folder + "/picture.json");
            if (!written) return written.error();
            const auto size = read_picture_note(*written);
            if (!size) return size.error();
            block.picture = folder + "/text.jpg";
            block.w = size->w;
            block.h = size->h;
        }
    }
    return made;
}

std::string document_card(const SourceDocument& document) {
    const std::string& picture = document.document.picture;
    return picture.empty() ? std::string() : folder_of(document, picture) + "/card.jpg";
}

}  // namespace xinghuo
