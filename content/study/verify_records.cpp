#include <fmt/format.h>

#include <fstream>

#include "content/base/json.h"
#include "content/study/record_row.h"
#include "content/study/records.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_sentences = 100;
constexpr std::size_t longest_line_bytes = 1u << 20;

std::string range(std::int64_t first, std::int64_t last) {
    return first == last ? fmt::format("seq {}", first) : fmt::format("seq {} to {}", first, last);
}

// Follows a chain record by record. Remembers one record, however long the chain is.
class ChainCheck {
public:
    explicit ChainCheck(const PublicKey& key) : key_(key), kiosk_(kiosk_id(key)) {}

    void begin_after(std::int64_t seq, const Digest& hash) {
        last_seq_ = seq;
        last_hash_ = hash;
    }
    void record(const Record& r) {
        ++verdict_.records;
        if (!place(r.seq)) return;
        const bool changed = sha256(hashed_part(r)) != r.hash;
        if (changed) {
            wrong(fmt::format("seq {}: changed after it was written (its hash does not match)", r.seq));
        } else {
            if (r.kiosk != kiosk_) wrong(fmt::format("seq {}: of another terminal ({})", r.seq, r.kiosk.text));
            if (follows_ && !last_changed_ && r.prev_hash != last_hash_)
                wrong(last_seq_ == 0 ? fmt::format("seq {}: does not begin the chain (a record before it was taken away)", r.seq)
                                     : fmt::format("seq {} and {}: not one chain (one of them was exchanged)", last_seq_, r.seq));
            if (r.boot < last_boot_) wrong(fmt::format("seq {}: its boot number falls, from {} to {}", r.seq, last_boot_, r.boot));
            last_boot_ = std::max(last_boot_, r.boot);
        }
        stand(r.seq, r.hash, changed);
    }
    // There is something at this place, and it cannot have been written as it is.
    void broken(std::int64_t seq, const std::string& why) {
        ++verdict_.records;
        if (!place(seq)) return;
        wrong(fmt::format("seq {}: changed after it was written ({})", seq, why));
        stand(seq, {}, true);
    }
    // Of the record just seen, or of one that is not there.
    void signature(std::int64_t seq, std::span<const std::uint8_t> bytes, const Digest* hash = nullptr) {
        ++verdict_.signatures;
        if (seq != last_seq_ || seen_nothing_) return wrong(fmt::format("seq {}: missing, though its signature is there", seq));
        signed_ = true;
        Signature signature{};
        const bool fits = bytes.size() == signature.size();
        if (fits) std::copy(bytes.begin(), bytes.end(), signature.begin());
        const std::string_view message(reinterpret_cast<const char*>(last_hash_.data()), last_hash_.size());
        if (!fits || (hash != nullptr && *hash != last_hash_) || !signature_holds(key_, message, signature))
            return wrong(fmt::format("seq {}: the signature does not hold", seq));
        if (!last_changed_) verdict_.signed_through = seq;
    }
    // The newest record is always signed; a tail that was cut off took that signature along.
    void end() {
        if (!seen_nothing_ && !signed_) wrong(fmt::format("seq {}: the newest record, and it is not signed (what came after it was taken away)", last_seq_));
    }
    void wrong(std::string sentence) {
        if (verdict_.wrong.size() < most_sentences) verdict_.wrong.push_back(std::move(sentence));
        else ++more_;
    }
    [[nodiscard]] std::int64_t last_seq() const { return last_seq_; }
    [[nodiscard]] std::size_t records() const { return verdict_.records; }
    [[nodiscard]] Verdict verdict() {
        if (more_ > 0) verdict_.wrong.push_back(fmt::format("and {} more", more_));
        more_ = 0;
        return verdict_;
    }

private:
    // False: this is no place to go on from.
    bool place(std::int64_t seq) {
        if (seq <= last_seq_) {
            wrong(seq == last_seq_ ? fmt::format("seq {}: stands twice", seq) : fmt::format("seq {}: out of its place, after seq {}", seq, last_seq_));
            return false;
        }
        follows_ = seq == last_seq_ + 1;
        if (!follows_) wrong(range(last_seq_ + 1, seq - 1) + ": missing");
        return true;
    }
    void stand(std::int64_t seq, const Digest& hash, bool changed) {
        last_seq_ = seq;
        last_hash_ = hash;
        last_changed_ = changed;
        signed_ = seen_nothing_ = false;
    }

    PublicKey key_;
    KioskId kiosk_;
    Verdict verdict_;
    std::size_t more_ = 0;
    std::int64_t last_seq_ = 0, last_boot_ = 0;
    Digest last_hash_{};
    bool follows_ = true, last_changed_ = false, signed_ = false, seen_nothing_ = true;
};

// A page of memory at a time; a line over the limit is cut, and the rest of it skipped.
class Lines {
public:
    explicit Lines(const Path& file) : in_(file, std::ios::binary) {}
    [[nodiscard]] bool good() const { return static_cast<bool>(in_) || in_.eof(); }
    bool next() {
        text_.clear();
        ended_ = false;
        for (int c = in_.get(); c != std::char_traits<char>::eof(); c = in_.get()) {
            if (c == '\n') {
                ended_ = true;
                break;
            }
            if (text_.size() <= longest_line_bytes) text_ += static_cast<char>(c);
        }
        if (text_.empty() && !ended_) return false;
        ++number_;
        return true;
    }
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool ended() const { return ended_; }  // by a line's end, not by the file's
    [[nodiscard]] std::size_t number() const { return number_; }

private:
    std::ifstream in_;
    std::string text_;
    std::size_t number_ = 0;
    bool ended_ = false;
};

template <class Array>
bool read_hex(const std::string& text, Array& into) {
    const auto bytes = from_hex(text);
    if (!bytes || bytes->size() != into.size()) return false;
    std::copy(bytes->begin(), bytes->end(), into.begin());
    return true;
}

struct Header {
    PublicKey key{};
    std::int64_t since = 0;
    Digest prev_hash{};
};

Result<Header> read_header(const std::string& line) {
    JsonDocument document;
    if (auto read = document.parse(line); !read) return read.error();
    const JsonNode root = document.root();
    Header header;
    const std::int64_t version = root["xinghuo_records"].integer();
    const std::string kiosk = root["kiosk"].string();
    if (!read_hex(root["public_key"].string(), header.key)) root["public_key"].refuse("is no key");
    header.since = root["since"].integer_or(0);
    if (!read_hex(root["prev_hash"].string(), header.prev_hash)) root["prev_hash"].refuse("is no hash");
    if (!document.good()) return document.error();
    if (version != 1) return Error{ErrorKind::unsupported, fmt::format("an export of version {}; this program knows 1", version)};
    if (kiosk != kiosk_id(header.key).text) return Error{ErrorKind::invalid, "the kiosk named is not the one whose key this is"};
    return header;
}

// A line that is neither record nor signature nor end: say which record it was, where that can still be read.
void refuse_line(ChainCheck& check, std::size_t number, const std::string& line, const std::string& why) {
    JsonDocument document;
    if (document.parse(line) && document.root()["seq"].exists()) {
        const std::int64_t seq = document.root()["seq"].integer();
        if (document.good() && seq == check.last_seq() + 1) return check.broken(seq, why);
    }
    check.wrong(fmt::format("line {}: no record, and nothing else that belongs here ({})", number, why));
}

void check_signature(ChainCheck& check, std::size_t number, const std::string& line) {
    JsonDocument document;
    Digest hash{};
    Signature bytes{};
    std::int64_t seq = 0;
    bool read = static_cast<bool>(document.parse(line));
    if (read) {
        const JsonNode signature = document.root()["signature"];
        seq = signature["seq"].integer();
        read = read_hex(signature["hash"].string(), hash) && read_hex(signature["ed25519"].string(), bytes) && document.good();
    }
    if (!read) return check.wrong(fmt::format("line {}: a signature that cannot be read", number));
    check.signature(seq, bytes, &hash);
}

void check_end(ChainCheck& check, std::size_t number, const std::string& line) {
    JsonDocument document;
    std::int64_t records = 0, last_seq = 0;
    bool read = static_cast<bool>(document.parse(line));
    if (read) {
        records = document.root()["end"]["records"].integer();
        last_seq = document.root()["end"]["last_seq"].integer();
        read = document.good();
    }
    if (!read) return check.wrong(fmt::format("line {}: an end that cannot be read", number));
    if (records != static_cast<std::int64_t>(check.records()))
        check.wrong(fmt::format("the end line counts {} records, and {} are there", records, check.records()));
    if (last_seq > check.last_seq()) check.wrong(range(check.last_seq() + 1, last_seq) + ": missing at the end");
}

}  // namespace

Result<Verdict> verify_database(Database& db, const PublicKey& key) {
    ChainCheck check(key);
    const KioskId kiosk = kiosk_id(key);
    // One snapshot for the records and their signatures, while others write.
    if (auto begun = db.run("BEGIN"); !begun) return begun.error().within("verifying");
    {
        auto rows = db.query("SELECT r.seq, r.id, r.boot, r.kind, r.member, r.at_ms, r.clock_trusted, r.mono_ms, r.body, r.prev_hash, r.hash, s.signature "
                             "FROM record AS r LEFT JOIN signature AS s ON s.seq = r.seq ORDER BY r.seq");
        if (!rows) {
            (void)db.run("ROLLBACK");
            return rows.error().within("verifying");
        }
        while (rows->next()) {
            if (auto record = record_of_row(*rows, kiosk); record) check.record(*record);
            else check.broken(rows->integer(0), record.error().what);
            if (!rows->null(11)) check.signature(rows->integer(0), rows->blob(11));
        }
        if (auto read = rows->end(); !read) check.wrong(fmt::format("after seq {}: cannot be read ({})", check.last_seq(), read.error().what));
        else check.end();
    }
    {
        auto lone = db.query("SELECT seq, signature FROM signature WHERE seq > ?1 OR seq NOT IN (SELECT seq FROM record) ORDER BY seq", check.last_seq());
        while (lone && lone->next()) check.signature(lone->integer(0), lone->blob(1));
        if (!lone || !lone->end()) check.wrong("the signatures cannot be read");
    }
    (void)db.run("ROLLBACK");
    return check.verdict();
}

Result<Verdict> verify_export(const Path& file) {
    Lines lines(file);
    if (!lines.good()) return Error{ErrorKind::missing, file.string() + ": cannot be opened"};
    if (!lines.next()) return Error{ErrorKind::invalid, file.string() + ": empty"};
    auto header = read_header(lines.text());
    if (!header) return header.error().within(file.string() + ": not an export of records: line 1");
    ChainCheck check(header->key);
    check.begin_after(header->since, header->prev_hash);
    bool ended = false;
    while (lines.next()) {
        const std::string& line = lines.text();
        if (ended) {
            check.wrong(fmt::format("line {}: behind the end", lines.number()));
            break;
        }
        if (line.starts_with("{\"signature\":")) {
            check_signature(check, lines.number(), line);
        } else if (line.starts_with("{\"end\":")) {
            check_end(check, lines.number(), line);
            ended = true;
        } else if (auto record = record_from_json(line)) {
            check.record(*record);
        } else if (!lines.ended()) {
            check.wrong(fmt::format("line {}: broken off", lines.number()));
        } else {
            refuse_line(check, lines.number(), line, record.error().what);
        }
    }
    if (!lines.good()) return Error{ErrorKind::io, file.string() + ": reading failed"};
    if (!ended) check.wrong(fmt::format("the end is missing: the file was cut off after seq {}", check.last_seq()));
    else check.end();
    return check.verdict();
}

}  // namespace xinghuo
