#include "tools/packer/new_pack.h"

#include <algorithm>
#include <map>
#include <vector>

#include "content/base/csv.h"
#include "content/base/spreadsheet.h"
#include "tools/packer/source_file.h"

namespace xinghuo {
namespace {

constexpr std::size_t template_limit_bytes = 4u << 20;

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
    for (const auto& [name, value] : values) {
        const std::string mark = "{{" + name + "}}";
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) text.replace(at, mark.size(), value);
    }
    return text;
}

bool is_text(const Path& file) {
    const std::string ending = file.extension().string();
    return ending == ".json" || ending == ".md" || ending == ".csv" || ending == ".gift";
}

// Inside a JSON string.
std::string json_text(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
    return out;
}

Result<std::vector<std::string>> files_below(const Path& folder) {
    std::error_code failed;
    std::vector<std::string> found;
    for (auto at = std::filesystem::recursive_directory_iterator(folder, failed); !failed && at != std::filesystem::recursive_directory_iterator();
         at.increment(failed))
        if (at->is_regular_file()) found.push_back(at->path().lexically_relative(folder).generic_string());
    if (failed || found.empty()) return Error{ErrorKind::missing, "the template is not beside the program"};
    std::sort(found.begin(), found.end());
    return found;
}

// A table that authors open in a spreadsheet program: no question of encodings and commas.
Result<Bytes> as_xlsx(const std::string& csv) {
    auto rows = csv_rows(csv, ',', {});
    if (!rows) return rows.error();
    Sheet sheet{"1", {}, {}, {}};
    for (CsvRow& row : *rows) {
        if (sheet.heading.empty()) sheet.heading = std::move(row.cells);
        else sheet.rows.push_back(std::move(row.cells));
    }
    return write_xlsx({sheet});
}

}  // namespace

std::string id_from(std::string_view name) {
    std::string id;
    for (char c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (good) id += c;
        else if (!id.empty() && id.back() != '-') id += '-';
    }
    while (!id.empty() && id.back() == '-') id.pop_back();
    if (id.size() > 60) id.resize(60);
    return id.empty() ? "my-pack" : id;
}

Result<int> make_new_pack(const Path& share, const Path& folder, NewPack wishes) {
    std::error_code failed;
    if (wishes.id.empty()) wishes.id = id_from(std::filesystem::absolute(folder, failed).lexically_normal().filename().string());
    if (!is_id(wishes.id)) return Error{ErrorKind::invalid, "--id: must be lower-case letters, digits and hyphens: " + wishes.id};
    if (std::filesystem::exists(folder, failed) && !std::filesystem::is_empty(folder, failed)) return Error{ErrorKind::invalid, "not empty"};
    const std::map<std::string, std::string> plain{{"id", wishes.id}, {"title", wishes.title}, {"title_en", wishes.title_en}, {"folder", folder.generic_string()}};
    std::map<std::string, std::string> in_json = plain;
    for (auto& [name, value] : in_json) value = json_text(value);
    int written = 0;
    for (const auto& [from, to] : {std::pair{share / "template", folder}, {share / "schemas", folder / "schemas"}}) {
        const auto files = files_below(from);
        if (!files) return files.error();
        for (const std::string& name : *files) {
            const auto bytes = read_bytes(from / name, template_limit_bytes);
            if (!bytes) return bytes.error().within(name);
            const bool schema = name.ends_with(".schema.json");
            Result<void> done;
            if (name == "timeline.csv") {
                auto sheet = as_xlsx(std::string(bytes->begin(), bytes->end()));
                if (!sheet) return sheet.error().within(name);
                done = write_file(to / "timeline.xlsx", *sheet);
            } else if (is_text(name) && !schema) {
                done = write_file(to / name, filled(std::string(bytes->begin(), bytes->end()), name.ends_with(".json") ? in_json : plain));
            } else {
                done = write_file(to / name, *bytes);
            }
            if (!done) return done.error().within(name);
            ++written;
        }
    }
    return written;
}

}  // namespace xinghuo
