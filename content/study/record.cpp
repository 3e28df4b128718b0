#include "content/study/record.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "content/base/json.h"

namespace xinghuo {
namespace {

struct KindName {
    RecordKind kind;
    std::string_view name;
};
constexpr std::array kind_names = {
    KindName{RecordKind::boot, "boot"},
    KindName{RecordKind::signed_in, "signed_in"},
    KindName{RecordKind::signed_out, "signed_out"},
    KindName{RecordKind::study_interval, "study_interval"},
    KindName{RecordKind::abandoned, "abandoned"},
    KindName{RecordKind::quiz_answered, "quiz_answered"},
    KindName{RecordKind::quiz_finished, "quiz_finished"},
    KindName{RecordKind::activity_opened, "activity_opened"},
    KindName{RecordKind::activity_closed, "activity_closed"},
    KindName{RecordKind::attended, "attended"},
    KindName{RecordKind::reflection, "reflection"},
    KindName{RecordKind::sign_up, "sign_up"},
    KindName{RecordKind::guest_visit, "guest_visit"},
    KindName{RecordKind::pack_installed, "pack_installed"},
    KindName{RecordKind::pack_removed, "pack_removed"},
    KindName{RecordKind::pack_refused, "pack_refused"},
    KindName{RecordKind::admin_action, "admin_action"},
    KindName{RecordKind::health, "health"},
};

// Ids are plain in practice; a strange one is escaped all the same.
std::string json_text(std::string_view text) {
    for (const char c : text)
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') return JsonWriter().value(text).text();
    return fmt::format("\"{}\"", text);
}

// Reads the line from left to right; the first thing that is not as expected ends it.
class LineReader {
public:
    explicit LineReader(std::string_view line) : rest_(line) {}

    void expect(std::string_view literal, std::string_view name) {
        if (!wrong_.empty()) return;
        if (!rest_.starts_with(literal)) return fail(name);
        rest_.remove_prefix(literal.size());
    }
    // Whether this literal stood there; it is behind us then.
    bool takes(std::string_view literal) {
        if (!wrong_.empty() || !rest_.starts_with(literal)) return false;
        rest_.remove_prefix(literal.size());
        return true;
    }
    std::int64_t integer(std::string_view name) {
        std::int64_t value = 0;
        if (!wrong_.empty()) return 0;
        const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (code != std::errc()) {
            fail(name);
            return 0;
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }
    bool boolean(std::string_view name) {
        const bool yes = takes("true");
        if (!yes) expect("false", name);
        return yes;
    }
    std::string string(std::string_view name) {
        if (!wrong_.empty()) return {};
        const std::size_t end = string_end(0);
        if (rest_.empty() || rest_.front() != '"' || end == std::string_view::npos) {
            fail(name);
            return {};
        }
        const std::string_view inside = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (inside.find('\\') == std::string_view::npos) return std::string(inside.substr(1, inside.size() - 2));
        JsonDocument document;
        if (!document.parse(inside)) fail(name);
        return wrong_.empty() ? document.root().string() : std::string();
    }
    // One compact object, as it stands: no space and no comment outside its strings.
    std::string object(std::string_view name) {
        if (!wrong_.empty()) return {};
        std::size_t depth = 0, at = 0;
        while (at < rest_.size()) {
            const char c = rest_[at];
            if (c == '"') {
                at = string_end(at);
                if (at == std::string_view::npos) break;
                continue;
            }
            if (c == '/' || c <= ' ' || (at == 0 && c != '{')) break;
            if (c == '{' || c == '[') ++depth;
            if ((c == '}' || c == ']') && --depth == 0) {
                const std::string body(rest_.substr(0, at + 1));
                JsonDocument document;
                if (!document.parse(body)) break;
                rest_.remove_prefix(at + 1);
                return body;
            }
            ++at;
        }
        fail(name);
        return {};
    }
    Digest digest(std::string_view name) {
        const std::string text = string(name);
        Digest digest{};
        if (!wrong_.empty()) return digest;
        const auto bytes = from_hex(text);
        if (!bytes || bytes->size() != digest.size()) {
            fail(name);
            return digest;
        }
        std::copy(bytes->begin(), bytes->end(), digest.begin());
        return digest;
    }
    void end() {
        if (wrong_.empty() && !rest_.empty()) fail("the end");
    }
    void fail(std::string_view name) {
        if (wrong_.empty()) wrong_ = name;
    }
    [[nodiscard]] const std::string& wrong() const { return wrong_; }

private:
    // Behind the closing quote of the string that begins there.
    [[nodiscard]] std::size_t string_end(std::size_t begin) const {
        for (std::size_t i = begin + 1; i < rest_.size(); ++i) {
            if (rest_[i] == '\\') ++i;
            else if (rest_[i] == '"') return i + 1;
        }
        return std::string_view::npos;
    }
    std::string_view rest_;
    std::string wrong_;
};

}  // namespace

std::string_view name_of(RecordKind kind) {
    for (const KindName& k : kind_names)
        if (k.kind == kind) return k.name;
    insist(false, "a kind of record without a name");
    return {};
}

Result<RecordKind> record_kind(std::string_view name) {
    for (const KindName& k : kind_names)
        if (k.name == name) return k.kind;
    return Error{ErrorKind::unsupported, "no kind of record is called \"" + std::string(name) + "\""};
}

std::string hashed_part(const Record& r) {
    return fmt::format(R"({{"id":{},"kiosk":{},"seq":{},"boot":{},"kind":"{}","member":{},"at":{},"clock_trusted":{},"mono_ms":{},"body":{},"prev_hash":"{}"}})",
                       json_text(r.id), json_text(r.kiosk.text), r.seq, r.boot, name_of(r.kind), r.member.empty() ? std::string("null") : json_text(r.member.text),
                       r.at.unix_ms, r.clock_trusted, r.mono_ms, r.body, to_hex(r.prev_hash));
}

std::string to_json(const Record& record) {
    std::string line = hashed_part(record);
    line.pop_back();
    return line + ",\"hash\":\"" + to_hex(record.hash) + "\"}";
}

Result<Record> record_from_json(std::string_view line) {
    LineReader in(line);
    Record r;
    in.expect("{\"id\":", "id");
    r.id = in.string("id");
    in.expect(",\"kiosk\":", "kiosk");
    r.kiosk = {in.string("kiosk")};
    in.expect(",\"seq\":", "seq");
    r.seq = in.integer("seq");
    in.expect(",\"boot\":", "boot");
    r.boot = in.integer("boot");
    in.expect(",\"kind\":", "kind");
    if (auto kind = record_kind(in.string("kind")); kind) r.kind = *kind;
    else in.fail("kind");
    in.expect(",\"member\":", "member");
    if (!in.takes("null")) r.member = {in.string("member")};
    in.expect(",\"at\":", "at");
    r.at = {in.integer("at")};
    in.expect(",\"clock_trusted\":", "clock_trusted");
    r.clock_trusted = in.boolean("clock_trusted");
    in.expect(",\"mono_ms\":", "mono_ms");
    r.mono_ms = in.integer("mono_ms");
    in.expect(",\"body\":", "body");
    r.body = in.object("body");
    in.expect(",\"prev_hash\":", "prev_hash");
    r.prev_hash = in.digest("prev_hash");
    in.expect(",\"hash\":", "hash");
    r.hash = in.digest("hash");
    in.expect("}", "the end");
    in.end();
    if (!in.wrong().empty()) return Error{ErrorKind::invalid, in.wrong() + ": is not as a record has it"};
    // What reads the same but is written otherwise ("+5", capitals in a hash) is another text with another hash.
    if (to_json(r) != line) return Error{ErrorKind::invalid, "this line is not written as a record is"};
    return r;
}

}  // namespace xinghuo
