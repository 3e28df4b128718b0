#include "tools/packer/pack_writer.h"

#include <fcntl.h>
#include <stdio.h>  // renameat2 of glibc

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "content/base/json.h"
#include "content/pack/catalogue.h"

namespace xinghuo {
namespace {

void write_both(JsonWriter& json, const char* key, const Bilingual& text) {
    json.key(key).object().key("zh").value(text.zh).key("en").value(text.en).end();
}

std::string manifest(const Source& source, const std::vector<PackItem>& items, const std::vector<Made>& files) {
    JsonWriter json(1);
    json.object().key("schema_version").value(1).key("id").value(source.id).key("version").value(source.version);
    write_both(json, "title", source.title);
    write_both(json, "summary", source.summary);
    json.key("languages").array();
    for (const std::string& language : source.languages) json.value(language);
    json.end().key("minimum_application").value(source.minimum_application);
    write_both(json, "licence", source.licence);
    json.key("approvals").array();
    for (const SourceApproval& approval : source.approvals) json.object().key("role").value(approval.role).key("at").value(approval.at).end();
    json.end().key("sections").array();
    for (const SourceSection& section : source.sections) {
        json.object().key("id").value(section.id);
        write_both(json, "title", section.title);
        json.key("poster").value("posters/" + section.poster + ".png").end();
    }
    json.end().key("items").array();
    for (const PackItem& item : items) {
        json.object().key("id").value(item.id).key("kind").value(item.kind);
        if (!item.section.empty()) json.key("section").value(item.section);
        write_both(json, "title", item.title);
        write_both(json, "summary", item.summary);
        json.key("file").value(item.file);
        if (!item.picture.empty()) json.key("picture").value(item.picture);
        json.end();
    }
    json.end().key("files").array();
    for (const Made& file : files)
        json.object().key("path").value(file.path).key("sha256").value(file.sha256)
            .key("length").value(static_cast<std::int64_t>(file.length)).end();
    return json.end().key("glyphs").value("glyphs.txt").end().text();
}

// A second name for the same bytes where the disk allows it, else a copy. The cache never writes into a file it has.
Result<void> place(const Path& from, const Path& to) {
    std::error_code failed;
    std::filesystem::create_directories(to.parent_path(), failed);
    if (std::filesystem::exists(to, failed)) return {};
    std::filesystem::create_hard_link(from, to, failed);
    if (!failed) return {};
    std::filesystem::copy_file(from, to, failed);
    if (failed) return Error{ErrorKind::io, to.string() + ": " + failed.message()};
    return {};
}

Result<void> exchange(const Path& fresh, const Path& out) {
    std::error_code failed;
    if (!std::filesystem::exists(out, failed)) {
        std::filesystem::rename(fresh, out, failed);
        if (failed) return Error{ErrorKind::io, out.string() + ": " + failed.message()};
        return {};
    }
    if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, out.c_str(), RENAME_EXCHANGE) != 0) {
        // A disk that cannot exchange two names: there is a moment without a pack.
        Path old = out;
        old += ".old";
        std::filesystem::remove_all(old, failed);
        std::filesystem::rename(out, old, failed);
        if (!failed) std::filesystem::rename(fresh, out, failed);
        if (failed) return Error{ErrorKind::io, out.string() + ": " + failed.message()};
        std::filesystem::remove_all(old, failed);
        return {};
    }
    std::filesystem::remove_all(fresh, failed);  // it is the old pack now
    return {};
}

}  // namespace

Result<void> write_pack(const Source& source, const std::vector<PackItem>& items, std::vector<Made> files,
                        const StepCache& cache, const Path& out) {
    std::erase_if(files, [](const Made& file) { return file.path.starts_with('@'); });
    std::sort(files.begin(), files.end(), [](const Made& a, const Made& b) { return a.path < b.path; });
    Path fresh = out;
    fresh += ".new";
    std::error_code failed;
    std::filesystem::remove_all(fresh, failed);
    for (const Made& file : files)
        if (auto placed = place(cache.blob(file), fresh / "blobs" / file.sha256.substr(0, 2) / file.sha256); !placed)
            return placed;
    if (auto written = write_file(fresh / "manifest.json", manifest(source, items, files)); !written) return written;
    const auto opened = Catalogue::open(fresh);
    if (!opened) return opened.error().within("the pack that was built");
    if (!(*opened)->damaged().empty()) return Error{ErrorKind::io, (*opened)->damaged().front()}.within("the pack that was built");
    return exchange(fresh, out);
}

}  // namespace xinghuo
