// An XLSX is a ZIP of XML parts (ECMA-376). orcus inflates and tokenises; what we want of it is little, and of hostile files
// it must stay little, so the parts are read here and not by the library's filter: one sheet, values only, every size bounded.
#include "content/base/spreadsheet_xlsx.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include <orcus/sax_parser.hpp>
#include <orcus/zip_archive.hpp>
#include <orcus/zip_archive_stream.hpp>

#include "content/base/text.h"

namespace xinghuo {
namespace {

constexpr std::uint64_t inflated_limit = 256u << 20, text_limit = 256u << 20;
constexpr std::uint64_t most_ratio = 200;  // a sheet of 50,000 people has 10; the limit of the format is 1,032
constexpr std::size_t most_parts = 2'000, most_cells = 4'000'000, most_columns = 256, most_strings = 2'000'000;

Error damaged(std::string_view what) { return {ErrorKind::invalid, fmt::format("the XLSX is damaged ({})", what)}; }

struct Part {
    std::uint32_t method = 0, crc = 0;
    std::uint64_t packed = 0, inflated = 0, data = 0;  // data: where its bytes begin
};

// The ZIP's directory, read before anything is inflated (APPNOTE 4.3.12, 4.3.16).
class Package {
public:
    static Result<Package> open(const Bytes& file) {
        Package package(file);
        if (auto read = package.read_directory(); !read) return read.error();
        return package;
    }

    [[nodiscard]] bool has(const std::string& name) const { return parts_.contains(name); }

    Result<std::string> part(const std::string& name) const {
        const auto found = parts_.find(name);
        if (found == parts_.end()) return damaged("a part is missing");
        const Part& part = found->second;
        std::string text;
        if (part.method == 0) {
            text.assign(reinterpret_cast<const char*>(file_.data()) + part.data, part.packed);
        } else if (!inflate(name, part, text)) {
            return damaged("a part cannot be unpacked");
        }
        if (text.size() != part.inflated || crc32(text) != part.crc) return damaged("a part does not match its checksum");
        return text;
    }

private:
    explicit Package(const Bytes& file) : file_(file) {}

    [[nodiscard]] std::uint64_t number(std::uint64_t at, int bytes) const {
        std::uint64_t value = 0;
        for (int i = bytes - 1; i >= 0; --i) value = value << 8 | file_[at + static_cast<std::uint64_t>(i)];
        return value;
    }

    Result<void> read_directory() {
        const std::uint64_t size = file_.size();
        if (size < 22) return damaged("no directory");
        std::uint64_t end = size - 22;
        const std::uint64_t lowest = size > 22 + 65'535 ? size - 22 - 65'535 : 0;
        while (number(end, 4) != 0x06054b50) {
            if (end == lowest) return damaged("no directory");
            --end;
        }
        const std::uint64_t count = number(end + 10, 2), from = number(end + 16, 4);
        if (count == 0xffff || from == 0xffffffff) return Error{ErrorKind::too_large, "the XLSX is too large (ZIP64)"};
        if (count > most_parts) return Error{ErrorKind::too_large, fmt::format("the XLSX has more than {} parts", most_parts)};
        std::uint64_t at = from, total = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            if (at + 46 > end || number(at, 4) != 0x02014b50) return damaged("its directory");
            const std::uint64_t flags = number(at + 8, 2), name_size = number(at + 28, 2), after = name_size + number(at + 30, 2) + number(at + 32, 2);
            Part part{static_cast<std::uint32_t>(number(at + 10, 2)), static_cast<std::uint32_t>(number(at + 16, 4)), number(at + 20, 4), number(at + 24, 4), 0};
            const std::uint64_t local = number(at + 42, 4);
            if (at + 46 + after > end) return damaged("its directory");
            std::string name(reinterpret_cast<const char*>(file_.data()) + at + 46, name_size);
            at += 46 + after;
            if ((flags & 1) != 0) return Error{ErrorKind::unsupported, "the XLSX has a password: save it without"};
            if (part.method != 0 && part.method != 8) return Error{ErrorKind::unsupported, "the XLSX is packed in an unknown way"};
            if (part.method == 0 && part.packed != part.inflated) return damaged("its directory");
            total += part.inflated;
            if (total > inflated_limit || part.inflated > part.packed * most_ratio + (1u << 20))
                return Error{ErrorKind::too_large, "the XLSX unpacks to far more than a table would"};
            if (local + 30 > from || number(local, 4) != 0x04034b50) return damaged("its directory");
            part.data = local + 30 + number(local + 26, 2) + number(local + 28, 2);
            if (part.data + part.packed > from) return damaged("its directory");
            if (!parts_.emplace(std::move(name), part).second) return damaged("a part stands twice");
        }
        return {};
    }

    bool inflate(const std::string& name, const Part& part, std::string& out) const {
        try {
            orcus::zip_archive_stream_blob stream(file_.data(), file_.size());
            orcus::zip_archive archive(&stream);
            archive.load();
            std::vector<unsigned char> buffer;
            if (!archive.read_file_entry(name, buffer)) return false;
            // The library adds a NUL.
            if (buffer.size() < part.inflated) return false;
            out.assign(reinterpret_cast<const char*>(buffer.data()), part.inflated);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

    static std::uint32_t crc32(std::string_view text) {
        static constexpr auto table = [] {
            std::array<std::uint32_t, 256> made{};
            for (std::uint32_t i = 0; i < 256; ++i) {
                std::uint32_t c = i;
                for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0xedb88320u ^ (c >> 1) : c >> 1;
                made[i] = c;
            }
            return made;
        }();
        std::uint32_t crc = 0xffffffffu;
        for (const char c : text) crc = table[(crc ^ static_cast<std::uint8_t>(c)) & 0xff] ^ (crc >> 8);
        return ~crc;
    }

    const Bytes& file_;
    std::map<std::string, Part> parts_;
};

// What the handlers below have in common: the attributes of the element that begins.
class Handler : public orcus::sax_handler {
public:
    void attribute(const orcus::sax::parser_attribute& one) {
        if (attributes_.size() < 64) attributes_.emplace_back(one.name, std::string(one.value));
    }
    void end_declaration(std::string_view) { attributes_.clear(); }

protected:
    [[nodiscard]] std::string_view attribute(std::string_view name) const {
        for (const auto& [key, value] : attributes_)
            if (key == name) return value;
        return {};
    }
    std::vector<std::pair<std::string_view, std::string>> attributes_;  // names lie in the part's text
};

// &amp; &#24352; &#x5f20;: the tokeniser stops the program at any other, so it never sees one. No part of an XLSX has a DOCTYPE.
bool references_hold(std::string_view text) {
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
        const std::string_view name = text.substr(at + 1, std::min<std::size_t>(12, text.size() - at - 1));
        const std::size_t end = name.find(';');
        if (end == std::string_view::npos) return false;
        if (name[0] != '#') {
            static constexpr std::array<std::string_view, 5> known = {"amp", "lt", "gt", "quot", "apos"};
            if (std::find(known.begin(), known.end(), name.substr(0, end)) == known.end()) return false;
            continue;
        }
        const bool hex = name[1] == 'x';
        const std::string_view digits = name.substr(hex ? 2 : 1, end - (hex ? 2 : 1));
        std::uint32_t code = 0;
        const auto [stop, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
        if (wrong != std::errc() || stop != digits.data() + digits.size() || code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    }
    return text.find("<!DOCTYPE") == std::string_view::npos;
}

template <class Kind>
Result<void> parse(const std::string& text, Kind& handler, std::string_view what) {
    // The tokeniser looks one character ahead. That stays inside the text when it ends where a document ends.
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    if (last == std::string::npos || text[last] != '>' || !is_utf8(text) || !references_hold(text)) return damaged(what);
    try {
        orcus::sax_parser<Kind> parser(text.c_str(), last + 1, true, handler);
        parser.parse();
    } catch (const std::exception&) {
        return damaged(what);
    }
    return {};
}

class Relations : public Handler {
public:
    struct Relation {
        std::string id, type, target;
    };
    std::vector<Relation> found;
    void start_element(const orcus::sax::parser_element& element) {
        if (element.name == "Relationship" && found.size() < most_parts)
            found.push_back({std::string(attribute("Id")), std::string(attribute("Type")), std::string(attribute("Target"))});
        attributes_.clear();
    }
    void end_element(const orcus::sax::parser_element&) {}
    using Handler::attribute;

    [[nodiscard]] std::string target_of_type(std::string_view ending) const {
        for (const Relation& one : found)
            if (one.type.ends_with(ending)) return one.target;
        return {};
    }
    [[nodiscard]] std::string target_of_id(std::string_view id) const {
        for (const Relation& one : found)
            if (one.id == id) return one.target;
        return {};
    }
};

// The id of the first sheet that is not hidden.
class Workbook : public Handler {
public:
    std::string sheet;
    void start_element(const orcus::sax::parser_element& element) {
        if (element.name == "sheet" && sheet.empty() && !attribute("state").ends_with("idden")) sheet = attribute("id");
        attributes_.clear();
    }
    using Handler::attribute;
};

class Strings : public Handler {
public:
    std::vector<std::string> found;
    bool too_many = false;
    void start_element(const orcus::sax::parser_element& element) {
        attributes_.clear();
        if (element.name == "si") text_.clear();
        else if (element.name == "rPh") phonetic_ = true;
        else if (element.name == "t") in_text_ = true;
    }
    void end_element(const orcus::sax::parser_element& element) {
        if (element.name == "rPh") phonetic_ = false;
        else if (element.name == "t") in_text_ = false;
        else if (element.name == "si") {
            if (found.size() < most_strings) found.push_back(std::move(text_));
            else too_many = true;
            text_.clear();
        }
    }
    void characters(std::string_view text, bool) {
        if (in_text_ && !phonetic_) text_ += text;
    }
    using Handler::attribute;

private:
    std::string text_;
    bool in_text_ = false, phonetic_ = false;
};

// A number as a person sees it; more than 15 digits as Excel shows them, because the rest is lost.
std::string number_text(const std::string& raw) {
    double value = 0;
    const char* end = raw.data() + raw.size();
    const auto [stop, wrong] = std::from_chars(raw.data(), end, value);
    if (wrong != std::errc() || stop != end || !std::isfinite(value)) return raw;
    if (std::abs(value) >= 1e15) return fmt::format("{:.14E}", value);
    if (value == std::floor(value)) return fmt::format("{}", static_cast<std::int64_t>(value));
    return fmt::format("{:.15g}", value);
}

class SheetReader : public Handler {
public:
    explicit SheetReader(const std::vector<std::string>& strings) : strings_(strings) {}
    Table table;
    std::optional<Error> failed;

    void start_element(const orcus::sax::parser_element& element) {
        if (element.name == "row") start_row();
        else if (element.name == "c") start_cell();
        else if (element.name == "v" || element.name == "t") in_text_ = true;
        else if (element.name == "rPh") phonetic_ = true;
        attributes_.clear();
    }
    void end_element(const orcus::sax::parser_element& element) {
        if (element.name == "v" || element.name == "t") in_text_ = false;
        else if (element.name == "rPh") phonetic_ = false;
        else if (element.name == "c") end_cell();
        else if (element.name == "row") end_row();
    }
    void characters(std::string_view text, bool) {
        if (in_text_ && !phonetic_ && in_cell_) text_ += text;
    }
    using Handler::attribute;

private:
    void fail(Error error) {
        if (!failed) failed = std::move(error);
    }

    void start_row() {
        std::uint64_t number = row_.number + 1;
        if (const auto given = attribute("r"); !given.empty()) {
            const auto [stop, wrong] = std::from_chars(given.data(), given.data() + given.size(), number);
            if (wrong != std::errc() || stop != given.data() + given.size() || number <= row_.number || number > 1'048'576)
                return fail(damaged("the rows are out of order"));
        }
        row_.number = number;
        row_.cells.clear();
        column_ = 0;
    }

    void start_cell() {
        text_.clear();
        in_cell_ = true;
        type_ = attribute("t");
        if (const auto given = attribute("r"); !given.empty()) {
            std::size_t column = 0;
            for (const char c : given) {
                if (c < 'A' || c > 'Z' || column > 20'000) break;
                column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
            }
            if (column > 0) column_ = column - 1;
        }
    }

    void end_cell() {
        in_cell_ = false;
        const std::size_t column = column_++;
        if (failed || text_.empty()) return;
        std::string value;
        if (type_ == "s") {
            std::size_t index = 0;
            const auto [stop, wrong] = std::from_chars(text_.data(), text_.data() + text_.size(), index);
            if (wrong != std::errc() || stop != text_.data() + text_.size() || index >= strings_.size()) return fail(damaged("a text is missing"));
            value = strings_[index];
        } else if (type_ == "b") {
            value = text_ == "1" ? "TRUE" : "FALSE";
        } else if (type_.empty() || type_ == "n") {
            value = number_text(text_);
        } else {
            value = text_;  // inlineStr; str, a formula's text; e, an error value; d, a date
        }
        if (value.empty()) return;
        if (column >= most_columns) return fail({ErrorKind::too_large, fmt::format("row {}: more than {} columns", row_.number, most_columns)});
        cells_ += row_.cells.size() <= column ? column + 1 - row_.cells.size() : 0;
        bytes_ += value.size();
        if (cells_ > most_cells || bytes_ > text_limit) return fail({ErrorKind::too_large, "the sheet has too many cells"});
        if (row_.cells.size() <= column) row_.cells.resize(column + 1);
        row_.cells[column] = std::move(value);
    }

    void end_row() {
        if (failed || row_.cells.empty()) return;
        if (table.rows.size() == table_row_limit) return fail({ErrorKind::too_large, fmt::format("more than {} rows", table_row_limit - 1)});
        const bool blank = std::all_of(row_.cells.begin(), row_.cells.end(), [](const std::string& cell) { return cell.empty(); });
        if (!blank) table.rows.push_back({row_.number, std::move(row_.cells)});
        row_.cells.clear();
    }

    const std::vector<std::string>& strings_;
    Table::Row row_;
    std::size_t column_ = 0, cells_ = 0;
    std::uint64_t bytes_ = 0;
    std::string text_, type_;
    bool in_text_ = false, in_cell_ = false, phonetic_ = false;
};

// "worksheets/sheet1.xml", seen from xl/: "xl/worksheets/sheet1.xml". Absolute ones count from the package.
std::string resolved(const std::string& folder, std::string target) {
    if (target.starts_with('/')) return target.substr(1);
    std::string base = folder;
    while (target.starts_with("../")) {
        target.erase(0, 3);
        const std::size_t cut = base.empty() ? std::string::npos : base.find_last_of('/', base.size() - 2);
        base = cut == std::string::npos ? "" : base.substr(0, cut + 1);
    }
    return base + target;
}

Result<void> read_part(const Package& package, const std::string& name, auto& handler) {
    auto text = package.part(name);
    if (!text) return text.error();
    return parse(*text, handler, name.substr(name.find_last_of('/') + 1).substr(0, 40));
}

}  // namespace

Result<Table> read_xlsx(const Bytes& file) {
    auto package = Package::open(file);
    if (!package) return package.error();
    if (package->has("EncryptedPackage")) return Error{ErrorKind::unsupported, "the XLSX has a password: save it without"};
    Relations top;
    if (auto read = read_part(*package, "_rels/.rels", top); !read) return read.error();
    const std::string workbook_name = resolved("", top.target_of_type("/officeDocument"));
    if (!package->has(workbook_name)) return Error{ErrorKind::unsupported, "the file is a ZIP, but no XLSX"};
    const std::size_t slash = workbook_name.find_last_of('/');
    const std::string folder = slash == std::string::npos ? "" : workbook_name.substr(0, slash + 1);
    Workbook workbook;
    if (auto read = read_part(*package, workbook_name, workbook); !read) return read.error();
    Relations relations;
    if (auto read = read_part(*package, folder + "_rels/" + workbook_name.substr(folder.size()) + ".rels", relations); !read) return read.error();
    const std::string sheet = resolved(folder, relations.target_of_id(workbook.sheet));
    if (workbook.sheet.empty() || !package->has(sheet)) return damaged("there is no sheet");
    Strings strings;
    if (const std::string target = relations.target_of_type("/sharedStrings"); !target.empty()) {
        if (auto read = read_part(*package, resolved(folder, target), strings); !read) return read.error();
        if (strings.too_many) return Error{ErrorKind::too_large, "the XLSX has too many texts"};
    }
    SheetReader reader(strings.found);
    if (auto read = read_part(*package, sheet, reader); !read) return read.error();
    if (reader.failed) return *reader.failed;
    return std::move(reader.table);
}

}  // namespace xinghuo
