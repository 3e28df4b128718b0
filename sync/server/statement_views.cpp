#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <vector>

#include "sync/server/statement.h"
#include "sync/server/statement_formats.h"
#include "sync/server/statement_shape.h"

namespace xinghuo {
namespace {

using P = StatementPlace;

// A list or an object, member by member.
class ViewText {
public:
    void open(char bracket) {
        out_ += bracket;
        first_ = true;
    }
    void close(char bracket) {
        out_ += bracket;
        first_ = false;
    }
    void next() {
        if (!first_) out_ += ',';
        first_ = false;
    }
    void key(std::string_view name) {
        next();
        out_ += '"';
        for (const char c : name) {
            if (c == '"' || c == '\\') out_ += '\\';
            if (static_cast<unsigned char>(c) >= 0x20) out_ += c;
            else append_control(c);
        }
        out_ += "\":";
    }
    void raw(std::string_view json) { out_ += json; }
    std::string& text() { return out_; }

private:
    void append_control(char c) {
        constexpr char digits[] = "0123456789abcdef";
        out_ += "\\u00";
        out_ += digits[c >> 4 & 1];
        out_ += digits[c & 15];
    }
    std::string out_;
    bool first_ = true;
};

bool has_parts(P place) {
    switch (place) {
        case P::statement:
        case P::context:
        case P::context_activities:
        case P::activities:
        case P::context_agents:
        case P::context_agent: return true;
        default: return false;
    }
}

class IdsView {
public:
    void write(JsonValue value, P place) {
        if (value.is_array() && (has_parts(place) || place == P::actors)) {
            out_.open('[');
            for (const JsonValue item : value.items()) {
                out_.next();
                write(item, place_of_item(place));
            }
            out_.close(']');
            return;
        }
        const bool part = has_parts(place), named = place == P::actor || place == P::verb || place == P::activity;
        if (!value.is_object() || !(part || named)) return out_.raw(value.text());
        const bool anonymous = place == P::actor && agent_key(value).empty();
        out_.open('{');
        for (const JsonValue member : value.items()) {
            if (named && !identifies(place, member.key(), anonymous)) continue;
            out_.key(member.key());
            write(member, place_of(place, member.key(), member));
        }
        out_.close('}');
    }
    std::string& text() { return out_.text(); }

private:
    static bool identifies(P place, std::string_view key, bool anonymous) {
        if (place != P::actor) return key == "id";  // an object that says no objectType is an activity
        if (key == "objectType") return true;
        return key == "member" ? anonymous : key != "name";
    }
    ViewText out_;
};

struct LanguageRange {
    std::string range;  // small letters; "*"
    double q = 1;
};

// RFC 9110 §12.5.4, the most wanted first; what cannot be read is left out, and what nobody needs: the 33rd language.
std::vector<LanguageRange> language_ranges(std::string_view header) {
    std::vector<LanguageRange> ranges;
    while (!header.empty() && ranges.size() < 32) {
        const std::size_t end = std::min(header.find(','), header.size());
        std::string one = lower_ascii(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        std::erase_if(one, [](char c) { return c == ' ' || c == '\t'; });
        LanguageRange range;
        const std::size_t parameters = std::min(one.find(';'), one.size());
        range.range = one.substr(0, parameters);
        if (const std::size_t q = one.find(";q="); q != std::string::npos)
            if (std::from_chars(one.data() + q + 3, one.data() + one.size(), range.q).ec != std::errc()) continue;
        if (range.range == "*" || is_language_tag(range.range)) ranges.push_back(std::move(range));
    }
    std::stable_sort(ranges.begin(), ranges.end(), [](const LanguageRange& a, const LanguageRange& b) { return a.q > b.q; });
    return ranges;
}

// "zh" matches "zh-Hant" (RFC 4647 §3.3.1).
bool matches(std::string_view range, std::string_view tag) {
    return tag.size() >= range.size() && same_but_for_case(tag.substr(0, range.size()), range) && (tag.size() == range.size() || tag[range.size()] == '-');
}

class CanonicalView {
public:
    CanonicalView(std::string_view accept_language, const std::function<std::optional<std::string>(std::string_view)>& definition)
        : ranges_(language_ranges(accept_language)), definition_(definition) {}

    void write(JsonValue value, P place) {
        if (place == P::language_map && value.is_object()) return one_language(value);
        if (place == P::activity && value.is_object()) return activity(value);
        const bool inside = has_parts(place) || place == P::verb || place == P::definition || place == P::components || place == P::component;
        if (value.is_array() && inside) {
            out_.open('[');
            for (const JsonValue item : value.items()) {
                out_.next();
                write(item, place_of_item(place));
            }
            return out_.close(']');
        }
        if (!value.is_object() || !inside) return out_.raw(value.text());
        out_.open('{');
        for (const JsonValue member : value.items()) {
            out_.key(member.key());
            write(member, place_of(place, member.key(), member));
        }
        out_.close('}');
    }
    std::string& text() { return out_.text(); }

private:
    // Ours, where there is one; else the statement's own.
    void activity(JsonValue value) {
        std::optional<JsonTree> known;
        if (definition_)
            if (auto json = definition_(value["id"].string()))
                if (auto tree = JsonTree::parse(std::move(*json)); tree && tree->root().is_object() && tree->root().size() > 0) known = std::move(*tree);
        out_.open('{');
        for (const JsonValue member : value.items()) {
            const bool definition = member.key() == "definition";
            if (definition && known) continue;
            out_.key(member.key());
            write(member, definition ? P::definition : P::plain);
        }
        if (known) {
            out_.key("definition");
            write(known->root(), P::definition);
        }
        out_.close('}');
    }

    void one_language(JsonValue map) {
        out_.open('{');
        if (const JsonValue chosen = choose(map); chosen.exists()) {
            out_.key(chosen.key());
            out_.raw(chosen.text());
        }
        out_.close('}');
    }

    [[nodiscard]] bool unwanted(std::string_view tag) const {
        return std::any_of(ranges_.begin(), ranges_.end(), [&](const LanguageRange& r) { return r.q <= 0 && r.range != "*" && matches(r.range, tag); });
    }

    JsonValue choose(JsonValue map) const {
        const auto first = [&](auto&& wanted) {
            for (const JsonValue entry : map.items())
                if (wanted(entry.key()) && !unwanted(entry.key())) return entry;
            return JsonValue();
        };
        for (const LanguageRange& r : ranges_) {
            if (r.q <= 0) break;
            if (r.range == "*") {
                if (const JsonValue any = first([](std::string_view) { return true; }); any.exists()) return any;
                continue;
            }
            if (const JsonValue same = first([&](std::string_view tag) { return same_but_for_case(tag, r.range); }); same.exists()) return same;
            if (const JsonValue narrower = first([&](std::string_view tag) { return matches(r.range, tag); }); narrower.exists()) return narrower;
            // "en-US" is content with "en" (RFC 4647 §3.4).
            for (std::size_t cut = r.range.rfind('-'); cut != std::string::npos && cut > 0; cut = r.range.rfind('-', cut - 1))
                if (const JsonValue wider = first([&](std::string_view tag) { return same_but_for_case(tag, r.range.substr(0, cut)); }); wider.exists()) return wider;
        }
        // Nothing that was asked for: a cousin of it ("zh-TW" for "zh-CN"), or whatever comes first.
        for (const LanguageRange& r : ranges_) {
            const std::string main = r.range.substr(0, r.range.find('-'));
            if (r.q <= 0) break;
            if (const JsonValue cousin = first([&](std::string_view tag) { return matches(main, tag); }); cousin.exists()) return cousin;
        }
        if (const JsonValue any = first([](std::string_view) { return true; }); any.exists()) return any;
        return map.size() > 0 ? *map.items().begin() : JsonValue();
    }

    std::vector<LanguageRange> ranges_;
    const std::function<std::optional<std::string>(std::string_view)>& definition_;
    ViewText out_;
};

// Maps whose entries add up; of everything else the newer counts.
bool adds_up(std::string_view key, JsonValue older, JsonValue newer) {
    return (key == "name" || key == "description" || key == "extensions") && older.is_object() && newer.is_object();
}

void merge(ViewText& out, JsonValue older, JsonValue newer, bool top) {
    // Of extensions there may be a great many: nothing is looked for one by one.
    std::unordered_map<std::string_view, JsonValue> newest;
    for (const JsonValue member : newer.items()) newest.emplace(member.key(), member);
    out.open('{');
    for (const JsonValue member : older.items()) {
        const std::string_view key = member.key();
        JsonValue other;
        if (const auto found = newest.find(key); found != newest.end()) {
            other = found->second;
            newest.erase(found);
        }
        out.key(key);
        if (top && adds_up(key, member, other)) merge(out, member, other, false);
        else out.raw(other.exists() ? other.text() : member.text());
    }
    for (const JsonValue member : newer.items()) {
        if (newest.count(member.key()) == 0) continue;
        out.key(member.key());
        out.raw(member.text());
    }
    out.close('}');
}

}  // namespace

std::string statement_as_ids(std::string_view json) {
    const auto tree = JsonTree::parse(std::string(json));
    if (!tree) return std::string(json);
    IdsView view;
    view.write(tree->root(), P::statement);
    return std::move(view.text());
}

std::string statement_canonical(std::string_view json, std::string_view accept_language,
                                const std::function<std::optional<std::string>(std::string_view iri)>& definition) {
    const auto tree = JsonTree::parse(std::string(json));
    if (!tree) return std::string(json);
    CanonicalView view(accept_language, definition);
    view.write(tree->root(), P::statement);
    return std::move(view.text());
}

std::string merged_definition(std::string_view known, std::string_view newer) {
    const auto older_tree = JsonTree::parse(std::string(known)), newer_tree = JsonTree::parse(std::string(newer));
    if (!newer_tree || !newer_tree->root().is_object()) return std::string(known);
    if (!older_tree || !older_tree->root().is_object()) return std::string(newer);
    ViewText out;
    merge(out, older_tree->root(), newer_tree->root(), true);
    return std::move(out.text());
}

}  // namespace xinghuo
