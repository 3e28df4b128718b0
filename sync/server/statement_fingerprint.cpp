#include "sync/server/statement_fingerprint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "content/base/crypto.h"
#include "sync/server/statement_formats.h"
#include "sync/server/statement_shape.h"

namespace xinghuo {
namespace {

using P = StatementPlace;

// Writes a statement so that two of them are the same text if they are the same statement. Every text goes in with its length: nothing can pass for another.
class ComparableText {
public:
    void top(JsonValue statement) { object(statement, P::statement, true); }
    [[nodiscard]] const std::string& text() const { return out_; }

private:
    void string(char kind, std::string_view text) {
        char size[24];
        const auto end = std::to_chars(size, size + sizeof size, text.size());
        out_ += kind;
        out_.append(size, end.ptr);
        out_ += ':';
        out_ += text;
    }

    void number(JsonValue value) {
        const std::string_view written = value.number_text();
        const double number = value.number();
        // Over 2^53 a double no longer tells two whole numbers apart.
        if (!std::isfinite(number) || std::fabs(number) > 9007199254740992.0) return string('n', written);
        char text[40];
        const auto end = std::to_chars(text, text + sizeof text, number == 0 ? 0.0 : number);
        string('n', {text, end.ptr});
    }

    void moment(std::string_view text) {
        const auto read = read_timestamp(text, XapiVersion::v1_0_3);
        string('t', read ? iso_from_wall_time(*read) : std::string(text));
    }

    static bool left_out(P place, std::string_view key, JsonValue value, bool top) {
        switch (place) {
            case P::statement:
                return key == "attachments" || (top && (key == "id" || key == "authority" || key == "stored" || key == "timestamp" || key == "version"));
            case P::verb: return key == "display";
            case P::activity: return key == "definition" || key == "objectType";
            case P::actor: return key == "objectType" && value.string() == "Agent";
            default: return false;
        }
    }

    void object(JsonValue value, P place, bool top) {
        const std::size_t begin = members_.size();
        for (const JsonValue member : value.items())
            if (!left_out(place, member.key(), member, top)) members_.push_back(member);
        const std::size_t end = members_.size();
        std::sort(members_.begin() + static_cast<std::ptrdiff_t>(begin), members_.end(), [](JsonValue a, JsonValue b) { return a.key() < b.key(); });
        out_ += '{';
        for (std::size_t i = begin; i < end; ++i) {
            const JsonValue member = members_[i];  // what is inside grows the list
            string('k', member.key());
            const bool one_for_a_list = place == P::context_activities && member.is_object();
            if (one_for_a_list) out_ += '[';
            any(member, place_of(place, member.key(), member));
            if (one_for_a_list) out_ += ']';
        }
        out_ += '}';
        members_.resize(begin);
    }

    // The members of a group have no order.
    void unordered(JsonValue list) {
        std::vector<std::string> all;
        for (const JsonValue item : list.items()) {
            ComparableText one;
            one.any(item, P::actor);
            all.push_back(std::move(one.out_));
        }
        std::sort(all.begin(), all.end());
        out_ += '(';
        for (const std::string& one : all) out_ += one;
        out_ += ')';
    }

    void array(JsonValue value, P place) {
        if (place == P::actors) return unordered(value);
        out_ += '[';
        for (const JsonValue item : value.items()) any(item, place_of_item(place));
        out_ += ']';
    }

    void any(JsonValue value, P place) {
        switch (value.kind()) {
            case JsonValue::Kind::object: return object(value, place, false);
            case JsonValue::Kind::array: return array(value, place);
            case JsonValue::Kind::number: return number(value);
            case JsonValue::Kind::boolean: out_ += value.boolean() ? '+' : '-'; return;
            case JsonValue::Kind::string: break;
            default: out_ += '0'; return;
        }
        switch (place) {
            case P::timestamp: return moment(value.string());
            case P::duration: return string('s', comparable_duration(value.string()));
            case P::mailto: return string('s', comparable_mailto(value.string()));
            case P::small_letters: return string('s', lower_ascii(value.string()));
            default: return string('s', value.string());
        }
    }

    std::string out_;
    std::vector<JsonValue> members_;
};

}  // namespace

std::string statement_fingerprint(JsonValue statement) {
    ComparableText text;
    text.top(statement);
    return sha256_hex(text.text().data(), text.text().size());
}

}  // namespace xinghuo
