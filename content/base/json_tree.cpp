#include "content/base/json_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

// The library's stack is a null pointer until it is used, and asks whether null + 4 is over its end: harmless, but the sanitizer says so.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

namespace xinghuo {
namespace {

constexpr std::size_t depth_limit = 64;
constexpr std::size_t size_limit = std::size_t{1} << 31;
constexpr std::uint32_t unescaped_bit = std::uint32_t{1} << 31;  // of a place: in `unescaped`, not in the text

// What the reader takes its characters from. Ends with a 0, as the library wants it; a 0 inside the text is found out at the end.
class TextStream {
public:
    using Ch = char;
    explicit TextStream(std::string_view text) : at_(text.data()), begin_(text.data()) {}
    [[nodiscard]] Ch Peek() const { return *at_; }
    Ch Take() { return *at_++; }
    [[nodiscard]] std::size_t Tell() const { return static_cast<std::size_t>(at_ - begin_); }
    // Only a stream that is written to needs these.
    Ch* PutBegin() { return nullptr; }
    void Put(Ch) {}
    std::size_t PutEnd(Ch*) { return 0; }

private:
    const char* at_;
    const char* begin_;
};

struct Node {
    std::uint32_t begin = 0, end = 0;              // in the text
    std::uint32_t next = 0;                        // the sibling behind it; 0: none (the root is nobody's sibling)
    std::uint32_t count = 0;                       // of an array or object; the first child is the node behind this one
    std::uint32_t string_at = 0, string_size = 0;  // of a string
    std::uint32_t key_at = 0, key_size = 0;
    JsonValue::Kind kind = JsonValue::Kind::missing;
    bool truth = false;
};

}  // namespace

struct JsonTree::Nodes {
    std::string text, unescaped;
    std::vector<Node> all;

    [[nodiscard]] std::string_view at(std::uint32_t place, std::uint32_t size) const {
        return (place & unescaped_bit) != 0 ? std::string_view(unescaped).substr(place & ~unescaped_bit, size) : std::string_view(text).substr(place, size);
    }
    [[nodiscard]] std::string_view key_of(const Node& node) const { return at(node.key_at, node.key_size); }

    struct Builder;
};

// Hears what the reader reads. Where a value begins is found from the end of what was before it: between the two stand only spaces, a comma or a colon.
struct JsonTree::Nodes::Builder {
    Builder(Nodes& nodes, const TextStream& stream) : nodes_(nodes), stream_(stream) {
        open_.reserve(8);
        keys_.reserve(16);
    }

    bool Null() { return put(JsonValue::Kind::null, 4); }
    bool Bool(bool truth) {
        put(JsonValue::Kind::boolean, truth ? 4 : 5);
        nodes_.all.back().truth = truth;
        return true;
    }
    bool RawNumber(const char*, rapidjson::SizeType size, bool) { return put(JsonValue::Kind::number, size); }
    bool String(const char* value, rapidjson::SizeType size, bool) {
        const std::uint32_t begin = token();
        const auto end = static_cast<std::uint32_t>(stream_.Tell());
        const std::uint32_t place = string_place(value, size, begin, end);
        put(JsonValue::Kind::string, end - begin);
        nodes_.all.back().string_at = place;
        nodes_.all.back().string_size = size;
        return true;
    }
    bool Key(const char* value, rapidjson::SizeType size, bool) {
        const std::uint32_t begin = token();
        last_end_ = static_cast<std::uint32_t>(stream_.Tell());
        key_at_ = string_place(value, size, begin, last_end_);
        key_size_ = size;
        return true;
    }
    bool StartObject() { return open(JsonValue::Kind::object); }
    bool StartArray() { return open(JsonValue::Kind::array); }
    bool EndArray(rapidjson::SizeType) {
        last_end_ = token() + 1;
        nodes_.all[open_.back().node].end = last_end_;
        open_.pop_back();
        return true;
    }
    bool EndObject(rapidjson::SizeType size) {
        const std::uint32_t node = open_.back().node;
        if (size > 1 && !keys_differ(node)) return false;
        return EndArray(size);
    }
    // Never called: numbers come as text.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    std::string refused;

private:
    struct Open {
        std::uint32_t node, last;
    };

    std::uint32_t token() {
        const char* written = nodes_.text.data();
        std::uint32_t at = last_end_;
        while (written[at] == ' ' || written[at] == '\n' || written[at] == '\r' || written[at] == '\t' || written[at] == ',' || written[at] == ':') ++at;
        return at;
    }
    // A string without escapes is a part of the text.
    std::uint32_t string_place(const char* value, std::uint32_t size, std::uint32_t begin, std::uint32_t end) {
        if (end - begin == size + 2) return begin + 1;
        const auto place = static_cast<std::uint32_t>(nodes_.unescaped.size());
        nodes_.unescaped.append(value, size);
        return place | unescaped_bit;
    }
    bool put(JsonValue::Kind kind, std::uint32_t size) {
        const auto at = static_cast<std::uint32_t>(nodes_.all.size());
        Node& node = nodes_.all.emplace_back();
        node.kind = kind;
        node.begin = token();
        node.end = last_end_ = node.begin + size;
        if (open_.empty()) return true;
        node.key_at = key_at_;
        node.key_size = key_size_;
        Open& parent = open_.back();
        if (parent.last != 0) nodes_.all[parent.last].next = at;
        parent.last = at;
        ++nodes_.all[parent.node].count;
        return true;
    }
    bool open(JsonValue::Kind kind) {
        if (open_.size() >= depth_limit) {
            refused = fmt::format("nested deeper than {}", depth_limit);
            return false;
        }
        put(kind, 1);
        key_at_ = key_size_ = 0;
        open_.push_back({static_cast<std::uint32_t>(nodes_.all.size() - 1), 0});
        return true;
    }
    bool keys_differ(std::uint32_t object) {
        keys_.clear();
        for (std::uint32_t at = object + 1; at != 0; at = nodes_.all[at].next) keys_.push_back(nodes_.key_of(nodes_.all[at]));
        if (keys_.size() <= 12) {  // nearly always; a sort would cost more
            for (std::size_t i = 1; i < keys_.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    if (keys_[i] == keys_[j]) return twice(keys_[i]);
            return true;
        }
        std::sort(keys_.begin(), keys_.end());
        const auto found = std::adjacent_find(keys_.begin(), keys_.end());
        return found == keys_.end() || twice(*found);
    }
    bool twice(std::string_view key) {
        refused = fmt::format("the key \"{}\" stands twice", key);
        return false;
    }

    Nodes& nodes_;
    const TextStream& stream_;
    std::vector<Open> open_;
    std::vector<std::string_view> keys_;
    std::uint32_t last_end_ = 0, key_at_ = 0, key_size_ = 0;
};

JsonTree::JsonTree(std::unique_ptr<Nodes> nodes) : nodes_(std::move(nodes)) {}
JsonTree::JsonTree(JsonTree&&) noexcept = default;
JsonTree& JsonTree::operator=(JsonTree&&) noexcept = default;
JsonTree::~JsonTree() = default;

Result<JsonTree> JsonTree::parse(std::string text) {
    if (text.size() >= size_limit) return Error{ErrorKind::too_large, "JSON over 2 GiB"};
    auto nodes = std::make_unique<Nodes>();
    const std::size_t size = text.size();
    nodes->text = std::move(text);
    nodes->text.append(4, '\0');  // a character that is cut off makes the reader look at up to three bytes more
    nodes->all.reserve(size / 24 + 8);
    TextStream stream(nodes->text);
    Nodes::Builder builder(*nodes, stream);
    rapidjson::Reader reader;
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
    const rapidjson::ParseResult parsed = reader.Parse<flags>(stream, builder);
    if (!builder.refused.empty()) return Error{ErrorKind::invalid, builder.refused};
    if (parsed.IsError()) return Error{ErrorKind::invalid, fmt::format("byte {}: not JSON: {}", parsed.Offset(), rapidjson::GetParseError_En(parsed.Code()))};
    if (stream.Tell() != size) return Error{ErrorKind::invalid, fmt::format("byte {}: not JSON: something behind the value", stream.Tell())};
    return JsonTree(std::move(nodes));
}

JsonValue JsonTree::root() const { return {this, 0}; }

JsonValue::Kind JsonValue::kind() const { return tree_ == nullptr ? Kind::missing : tree_->nodes_->all[at_].kind; }

std::string_view JsonValue::string() const {
    if (!is_string()) return {};
    const Node& node = tree_->nodes_->all[at_];
    return tree_->nodes_->at(node.string_at, node.string_size);
}

std::string_view JsonValue::number_text() const { return is_number() ? text() : std::string_view(); }

double JsonValue::number() const {
    const std::string_view written = number_text();
    double value = 0;
    const auto read = std::from_chars(written.data(), written.data() + written.size(), value);
    if (read.ec != std::errc::result_out_of_range) return value;
    // Too near to 0, or too far from it: what counts is the sign of the exponent, which must be there for either.
    const auto exponent = written.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos ? written.substr(exponent + 1).starts_with('-') : written.find_first_of("123456789") > written.find('.');
    if (tiny) return 0;
    return written.starts_with('-') ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

bool JsonValue::boolean() const { return is_boolean() && tree_->nodes_->all[at_].truth; }

std::string_view JsonValue::text() const {
    if (tree_ == nullptr) return {};
    const Node& node = tree_->nodes_->all[at_];
    return std::string_view(tree_->nodes_->text).substr(node.begin, node.end - node.begin);
}

std::size_t JsonValue::size() const { return tree_ == nullptr ? 0 : tree_->nodes_->all[at_].count; }

JsonValue JsonValue::operator[](std::string_view key) const {
    if (!is_object() || size() == 0) return {};
    const auto& all = tree_->nodes_->all;
    for (std::uint32_t at = at_ + 1; at != 0; at = all[at].next)
        if (tree_->nodes_->key_of(all[at]) == key) return {tree_, at};
    return {};
}

JsonValue::Range JsonValue::items() const { return {tree_, size() == 0 ? 0 : at_ + 1}; }

std::string_view JsonValue::key() const { return tree_ == nullptr ? std::string_view() : tree_->nodes_->key_of(tree_->nodes_->all[at_]); }

JsonValue::Iterator JsonValue::Range::begin() const { return {tree, first}; }
JsonValue::Iterator JsonValue::Range::end() const { return {tree, 0}; }

JsonValue::Iterator& JsonValue::Iterator::operator++() {
    at_ = tree_->nodes_->all[at_].next;
    return *this;
}

}  // namespace xinghuo
