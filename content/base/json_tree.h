// JSON as it was written: numbers keep their text (95.0 stays 95.0), members their order, and every value knows the bytes it came from.
// For large amounts of it (statements), where JsonDocument, which knows the path of each place, would be too slow. Through RapidJSON's reader.
//
//     auto tree = JsonTree::parse(body);
//     for (JsonValue statement : tree->root().items()) use(statement["verb"]["id"].string());
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"

namespace xinghuo {

class JsonTree;

// A value in a tree; two words, valid as long as the tree. A value that is not there is `missing` and empty of everything.
class JsonValue {
public:
    enum class Kind : std::uint8_t { missing, null, boolean, number, string, array, object };
    JsonValue() = default;
    [[nodiscard]] Kind kind() const;
    [[nodiscard]] bool exists() const { return kind() != Kind::missing; }
    [[nodiscard]] bool is_null() const { return kind() == Kind::null; }
    [[nodiscard]] bool is_string() const { return kind() == Kind::string; }
    [[nodiscard]] bool is_number() const { return kind() == Kind::number; }
    [[nodiscard]] bool is_boolean() const { return kind() == Kind::boolean; }
    [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
    [[nodiscard]] bool is_object() const { return kind() == Kind::object; }
    [[nodiscard]] std::string_view string() const;     // unescaped; empty when it is no string
    [[nodiscard]] std::string_view number_text() const;// "95.0"; empty when it is no number
    [[nodiscard]] double number() const;               // 0 when it is no number
    [[nodiscard]] bool boolean() const;
    [[nodiscard]] std::string_view text() const;       // exactly as it was written, with what is inside
    [[nodiscard]] std::size_t size() const;            // of an array or object
    JsonValue operator[](std::string_view key) const;  // of an object; missing otherwise

    class Iterator;
    struct Range {
        const JsonTree* tree;
        std::uint32_t first;
        [[nodiscard]] Iterator begin() const;
        [[nodiscard]] Iterator end() const;
    };
    [[nodiscard]] Range items() const;                 // of an array or of an object's values; none otherwise
    [[nodiscard]] std::string_view key() const;        // of an object's member

private:
    friend class JsonTree;
    JsonValue(const JsonTree* tree, std::uint32_t at) : tree_(tree), at_(at) {}
    const JsonTree* tree_ = nullptr;
    std::uint32_t at_ = 0;
};

class JsonTree {
public:
    // Copies the text. `invalid`: no JSON (with the byte), duplicate keys, depth over 64, no UTF-8, something behind it; `too_large`: over 2^31 bytes.
    static Result<JsonTree> parse(std::string text);
    JsonTree(JsonTree&&) noexcept;
    JsonTree& operator=(JsonTree&&) noexcept;
    ~JsonTree();
    [[nodiscard]] JsonValue root() const;

private:
    friend class JsonValue;
    struct Nodes;
    explicit JsonTree(std::unique_ptr<Nodes> nodes);
    std::unique_ptr<Nodes> nodes_;
};

class JsonValue::Iterator {
public:
    JsonValue operator*() const { return {tree_, at_}; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

private:
    friend struct JsonValue::Range;
    Iterator(const JsonTree* tree, std::uint32_t at) : tree_(tree), at_(at) {}
    const JsonTree* tree_;
    std::uint32_t at_;
};

}  // namespace xinghuo
