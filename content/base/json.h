// Reading JSON with errors that name the place, and writing it.
//
//     JsonDocument document;
//     if (auto read = document.parse(text); !read) return read.error().within("reading rig.json");
//     Rig rig;
//     rig.id = document.root()["id"].string();
//     for (JsonNode bone : document.root()["bones"].items()) rig.bones.push_back({bone["name"].string()});
//     if (!document.good()) return document.error();          // "bones[3].name: missing"
//
// Read everything, then ask once: the first thing that was wrong is kept, what was asked after it is empty.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/lang.h"
#include "content/base/result.h"

namespace xinghuo {

class JsonDocument;

// A place in a document; cheap to copy, valid as long as the document.
class JsonNode {
public:
    JsonNode operator[](std::string_view key) const;    // a missing key is an empty node that knows its path
    JsonNode operator[](const char* key) const { return (*this)[std::string_view(key)]; }
    [[nodiscard]] std::vector<JsonNode> items() const;   // of an array; wrong type is an error
    [[nodiscard]] std::vector<JsonNode> items(std::size_t limit) const;  // more than that is an error, and none
    [[nodiscard]] std::vector<std::pair<std::string, JsonNode>> members() const;  // of an object, in file order

    [[nodiscard]] bool exists() const;                   // there, and not null
    [[nodiscard]] bool is_string() const;
    [[nodiscard]] bool is_array() const;
    [[nodiscard]] bool is_object() const;
    [[nodiscard]] bool is_boolean() const;
    [[nodiscard]] bool is_integer() const;               // a whole number of 63 bits and a sign
    [[nodiscard]] std::string string() const;            // must be a string
    [[nodiscard]] Bilingual bilingual() const;           // {"zh": …, "en": …}, en may be absent; plain text counts as zh
    [[nodiscard]] double number() const;                 // must be a number
    [[nodiscard]] std::int64_t integer() const;          // must be a whole number
    [[nodiscard]] bool boolean() const;
    [[nodiscard]] std::string string_or(std::string_view otherwise) const;  // absent is fine, a wrong type is not
    [[nodiscard]] double number_or(double otherwise) const;
    [[nodiscard]] std::int64_t integer_or(std::int64_t otherwise) const;
    [[nodiscard]] bool boolean_or(bool otherwise) const;
    [[nodiscard]] const std::string& path() const { return path_; }  // "items[3].answers"
    void refuse(std::string_view why) const;             // the value was read but breaks a rule

private:
    friend class JsonDocument;
    JsonNode(JsonDocument* document, const void* value, std::string path)
        : document_(document), value_(value), path_(std::move(path)) {}
    JsonDocument* document_;
    const void* value_;  // of the library's type; null when missing
    std::string path_;
};

class JsonDocument {
public:
    JsonDocument();
    ~JsonDocument();
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;

    // Refused: broken text (with line and column), depth over 64, duplicate keys. Comments (//, /* */) are allowed.
    Result<void> parse(std::string_view text);
    // The same without comments: for what machines write.
    Result<void> parse_strict(std::string_view text);
    [[nodiscard]] JsonNode root();
    [[nodiscard]] bool good() const { return !failed_; }
    [[nodiscard]] const Error& error() const { insist(failed_, "error() of a good document"); return error_; }

private:
    friend class JsonNode;
    void fail(Error error);
    Result<void> parse(std::string_view text, bool comments);
    struct Value;
    std::unique_ptr<Value> value_;
    Error error_;
    bool failed_ = false;
};

// A JSON string with its quotes, as JsonWriter writes one; what is no UTF-8 becomes U+FFFD.
void append_json_string(std::string& to, std::string_view text);

// Compact JSON, in the order it is told. Misuse (a value without a key) is our mistake and asserts.
//     JsonWriter w; w.object().key("screen").value("hall").key("labels").array().value("人物").end().end();
class JsonWriter {
public:
    explicit JsonWriter(int indent = 0) : indent_(indent) {}  // spaces a level; 0: one line
    JsonWriter& object();
    JsonWriter& array();
    JsonWriter& end();
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    JsonWriter& value(double number);      // shortest form that reads back the same; not finite: null
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
    JsonWriter& value(std::size_t number) { return value(static_cast<std::int64_t>(number)); }
    JsonWriter& value(bool truth);
    JsonWriter& null();
    [[nodiscard]] const std::string& text() const;

private:
    void before_value();
    void new_line();
    int indent_;
    std::string text_;
    struct Level { char close; bool empty; };
    std::vector<Level> levels_;
    bool after_key_ = false;
};

}  // namespace xinghuo
