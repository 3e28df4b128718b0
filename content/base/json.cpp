#include "content/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "content/base/text.h"

namespace xinghuo {
namespace {

using Library = nlohmann::ordered_json;
constexpr int depth_limit = 64;

const Library* as_library(const void* value) { return static_cast<const Library*>(value); }

std::string line_and_column(std::string_view text, std::size_t byte) {
    std::size_t line = 1, column = 1;
    for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
        if (text[i] == '\n') {
            ++line;
            column = 1;
        } else {
            ++column;
        }
    }
    return fmt::format("line {}, column {}", line, column);
}

// Builds the tree as the parser reads. The library's own way looks for each key among those before it: a file of a hundred thousand keys
// would keep it busy for minutes. The parser keeps no stack of calls, so depth costs nothing until it is refused.
struct Builder : nlohmann::json_sax<Library> {
    explicit Builder(Library& root) { places.push_back(&root); }

    bool null() override { return put(nullptr) != nullptr; }
    bool boolean(bool value) override { return put(value) != nullptr; }
    bool number_integer(number_integer_t value) override { return put(value) != nullptr; }
    bool number_unsigned(number_unsigned_t value) override { return put(value) != nullptr; }
    bool number_float(number_float_t value, const string_t&) override { return put(value) != nullptr; }
    bool string(string_t& value) override { return put(std::move(value)) != nullptr; }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Library::object()); }
    bool start_array(std::size_t) override { return open(Library::array()); }
    bool end_object() override {
        keys.pop_back();
        places.pop_back();
        return true;
    }
    bool end_array() override { return end_object(); }
    bool key(string_t& value) override {
        if (!keys.back().insert(value).second) {
            refused = fmt::format("the key \"{}\" stands twice", value);
            return false;
        }
        auto& object = places.back()->get_ref<Library::object_t&>();
        object.Library::object_t::Container::emplace_back(std::move(value), nullptr);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        broken_at = position;
        return false;
    }

    std::string refused;
    std::size_t broken_at = 0;

private:
    Library* put(Library value) {
        Library& place = *places.back();
        if (place.is_array()) {
            auto& items = place.get_ref<Library::array_t&>();
            items.push_back(std::move(value));
            return &items.back();
        }
        if (place.is_object()) {
            Library& last = place.get_ref<Library::object_t&>().back().second;
            last = std::move(value);
            return &last;
        }
        place = std::move(value);
        return &place;
    }
    bool open(Library value) {
        if (keys.size() >= static_cast<std::size_t>(depth_limit)) {
            refused = fmt::format("nested deeper than {}", depth_limit);
            return false;
        }
        places.push_back(put(std::move(value)));
        keys.emplace_back();
        return true;
    }

    // A place stays where it is while it is open: only what is inside it grows.
    std::vector<Library*> places;
    std::vector<std::unordered_set<std::string>> keys;
};

}  // namespace

struct JsonDocument::Value {
    Library json;
};

JsonDocument::JsonDocument() : value_(std::make_unique<Value>()) {}
JsonDocument::~JsonDocument() = default;

Result<void> JsonDocument::parse(std::string_view text) { return parse(text, true); }
Result<void> JsonDocument::parse_strict(std::string_view text) { return parse(text, false); }

Result<void> JsonDocument::parse(std::string_view text, bool comments) {
    value_->json = {};
    Builder builder{value_->json};
    bool parsed = false;
    try {
        parsed = Library::sax_parse(text.begin(), text.end(), &builder, Library::input_format_t::json, true, comments);
    } catch (const std::exception& e) {
        return Error{ErrorKind::invalid, std::string("not JSON: ") + e.what()};
    }
    if (!builder.refused.empty()) return Error{ErrorKind::invalid, builder.refused};
    if (!parsed) return Error{ErrorKind::invalid, line_and_column(text, builder.broken_at) + ": not JSON"};
    return {};
}

JsonNode JsonDocument::root() { return {this, &value_->json, ""}; }

void JsonDocument::fail(Error error) {
    if (failed_) return;
    failed_ = true;
    error_ = std::move(error);
}

JsonNode JsonNode::operator[](std::string_view key) const {
    std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
    if (value_ != nullptr && as_library(value_)->is_object()) {
        const auto found = as_library(value_)->find(std::string(key));
        if (found != as_library(value_)->end()) return {document_, &*found, std::move(path)};
    }
    return {document_, nullptr, std::move(path)};
}

bool JsonNode::exists() const { return value_ != nullptr && !as_library(value_)->is_null(); }
bool JsonNode::is_string() const { return value_ != nullptr && as_library(value_)->is_string(); }
bool JsonNode::is_array() const { return value_ != nullptr && as_library(value_)->is_array(); }
bool JsonNode::is_boolean() const { return value_ != nullptr && as_library(value_)->is_boolean(); }
bool JsonNode::is_integer() const {
    if (value_ == nullptr || !as_library(value_)->is_number_integer()) return false;
    // What is over 63 bits would come out below zero.
    return !as_library(value_)->is_number_unsigned() || as_library(value_)->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX);
}
bool JsonNode::is_object() const { return value_ != nullptr && as_library(value_)->is_object(); }

void JsonNode::refuse(std::string_view why) const {
    document_->fail({ErrorKind::invalid, (path_.empty() ? std::string("the document") : path_) + ": " + std::string(why)});
}

std::vector<JsonNode> JsonNode::items() const {
    std::vector<JsonNode> all;
    if (!is_array()) {
        refuse(exists() ? "must be a list" : "missing");
        return all;
    }
    std::size_t i = 0;
    for (const Library& item : *as_library(value_)) all.push_back({document_, &item, fmt::format("{}[{}]", path_, i++)});
    return all;
}

std::vector<JsonNode> JsonNode::items(std::size_t limit) const {
    auto all = items();
    if (all.size() > limit) {
        refuse(fmt::format("at most {}", limit));
        all.clear();
    }
    return all;
}

Bilingual JsonNode::bilingual() const {
    if (is_string()) return {string(), ""};
    return {(*this)["zh"].string(), (*this)["en"].string_or("")};
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
    std::vector<std::pair<std::string, JsonNode>> all;
    if (!is_object()) {
        refuse(exists() ? "must be an object" : "missing");
        return all;
    }
    for (const auto& [key, item] : as_library(value_)->items())
        all.emplace_back(key, JsonNode(document_, &item, path_.empty() ? key : path_ + "." + key));
    return all;
}

std::string JsonNode::string() const {
    if (is_string()) return as_library(value_)->get<std::string>();
    refuse(exists() ? "must be text" : "missing");
    return {};
}

double JsonNode::number() const {
    if (exists() && as_library(value_)->is_number()) return as_library(value_)->get<double>();
    refuse(exists() ? "must be a number" : "missing");
    return 0;
}

std::int64_t JsonNode::integer() const {
    if (is_integer()) return as_library(value_)->get<std::int64_t>();
    refuse(exists() ? "must be a whole number" : "missing");
    return 0;
}

bool JsonNode::boolean() const {
    if (exists() && as_library(value_)->is_boolean()) return as_library(value_)->get<bool>();
    refuse(exists() ? "must be true or false" : "missing");
    return false;
}

std::string JsonNode::string_or(std::string_view otherwise) const { return exists() ? string() : std::string(otherwise); }
double JsonNode::number_or(double otherwise) const { return exists() ? number() : otherwise; }
std::int64_t JsonNode::integer_or(std::int64_t otherwise) const { return exists() ? integer() : otherwise; }
bool JsonNode::boolean_or(bool otherwise) const { return exists() ? boolean() : otherwise; }

void JsonWriter::new_line() {
    if (indent_ == 0) return;
    text_ += '\n';
    text_.append(levels_.size() * static_cast<std::size_t>(indent_), ' ');
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (levels_.empty()) return;
    insist(levels_.back().close == ']', "a value in an object needs a key");
    if (!levels_.back().empty) text_ += ',';
    levels_.back().empty = false;
    new_line();
}

JsonWriter& JsonWriter::object() {
    before_value();
    text_ += '{';
    levels_.push_back({'}', true});
    return *this;
}

JsonWriter& JsonWriter::array() {
    before_value();
    text_ += '[';
    levels_.push_back({']', true});
    return *this;
}

JsonWriter& JsonWriter::end() {
    insist(!levels_.empty() && !after_key_, "end() without a beginning");
    const Level level = levels_.back();
    levels_.pop_back();
    if (!level.empty) new_line();
    text_ += level.close;
    return *this;
}

// Most of what is written needs no escape but these: keys, ids, times, titles.
void append_json_string(std::string& to, std::string_view text) {
    // One walk without a branch: what kinds of characters there are.
    unsigned rare = 0, all = 0, escaped = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        rare |= static_cast<unsigned>(byte < 0x20) & static_cast<unsigned>(c != '\n');
        escaped |= static_cast<unsigned>(c == '"') | static_cast<unsigned>(c == '\\') | static_cast<unsigned>(c == '\n');
        all |= byte;
    }
    if (rare != 0 || (all >= 0x80 && !is_utf8(text))) {
        to += Library(std::string(text)).dump(-1, ' ', false, Library::error_handler_t::replace);
        return;
    }
    to += '"';
    if (escaped == 0) {
        to.append(text) += '"';
        return;
    }
    while (!text.empty()) {
        const auto stop = std::find_if(text.begin(), text.end(), [](char c) { return c == '"' || c == '\\' || c == '\n'; });
        const auto plain = static_cast<std::size_t>(stop - text.begin());
        to += text.substr(0, plain);
        if (plain == text.size()) break;
        to += '\\';
        to += text[plain] == '\n' ? 'n' : text[plain];
        text.remove_prefix(plain + 1);
    }
    to += '"';
}

JsonWriter& JsonWriter::key(std::string_view name) {
    insist(!levels_.empty() && levels_.back().close == '}' && !after_key_, "a key outside an object");
    if (!levels_.back().empty) text_ += ',';
    levels_.back().empty = false;
    new_line();
    append_json_string(text_, name);
    text_ += indent_ > 0 ? ": " : ":";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    before_value();
    append_json_string(text_, text);
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    if (!std::isfinite(number)) return null();
    before_value();
    text_ += fmt::format("{}", number);
    return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
    before_value();
    text_ += fmt::format("{}", number);
    return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
    before_value();
    text_ += truth ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null() {
    before_value();
    text_ += "null";
    return *this;
}

const std::string& JsonWriter::text() const {
    insist(levels_.empty() && !after_key_, "text() of unfinished JSON");
    return text_;
}

}  // namespace xinghuo
