#include "sync/courier.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "content/base/descriptor.h"
#include "content/base/json.h"
#include "content/trust/directory_transport.h"

namespace xinghuo {
namespace {

constexpr std::string_view newest_receipt_note = "courier receipt";  // when the centre wrote it, in ms
constexpr std::size_t records_a_chunk = 1'000, plain_bytes_a_chunk = 3u << 20, page = 200;

// A chunk as this terminal remembers to have written it.
struct ChunkNote {
    std::string name, sha256;
    std::int64_t from = 0, through = 0;
    std::size_t records = 0;
};

std::string notes_json(const std::vector<ChunkNote>& notes) {
    JsonWriter out;
    out.array();
    for (const ChunkNote& note : notes)
        out.object().key("name").value(note.name).key("sha256").value(note.sha256).key("from").value(note.from).key("through").value(note.through)
            .key("records").value(note.records).end();
    return out.end().text();
}

std::vector<ChunkNote> notes_of(const std::string& json) {
    std::vector<ChunkNote> notes;
    JsonDocument document;
    if (!document.parse("{\"notes\":" + json + "}")) return notes;
    for (const JsonNode& one : document.root()["notes"].items())
        notes.push_back({one["name"].string(), one["sha256"].string(), one["from"].integer(), one["through"].integer(), static_cast<std::size_t>(one["records"].integer())});
    if (!document.good()) notes.clear();
    return notes;
}

// From the stick itself, as far as the system lets go of its own copy.
Result<Bytes> read_back(const Path& file, std::size_t limit_bytes) {
    {
        const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (fd) (void)::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    }
    return read_bytes(file, limit_bytes);
}

Result<std::string> registration_json(const Path& folder, const std::atomic<bool>* stop, std::unique_ptr<DirectoryTransport>& files) {
    const Error none{ErrorKind::missing, "this is no courier stick (the centre's program prepares one)"};
    auto opened = DirectoryTransport::open(folder, "the stick", stop);
    if (!opened) return none;
    files = std::move(*opened);
    auto json = files->read("courier.json", 4'096);
    if (!json && json.error().kind == ErrorKind::missing) return none;
    return json;
}

class StickCall {
public:
    StickCall(const CourierParts& parts, Path stick, WallTime now, const Moment& moment)
        : parts_(parts), centre_(parts.centre_key), outbox_(parts.pull.db), stick_(std::move(stick)), folder_(stick_ / courier_folder), now_(now), moment_(moment),
          kiosk_(kiosk_id(parts.pull.device_key.public_key())) {}

    Result<CourierStick> registration() {
        const auto json = registration_json(folder_, parts_.stop, files_);
        if (!json) return json.error();
        return read_courier_stick(*json, centre_);
    }

    Result<CourierServed> serve() {
        if (auto good = refuse_links(folder_); !good) return good.error();
        auto stick = registration();
        if (!stick && stick.error().kind == ErrorKind::untrusted) {
            const auto learnt = learnt_key();
            if (!learnt) return learnt.error();
            if (*learnt) stick = registration();
        }
        if (!stick) return stick.error();
        remembered_as_ = "courier." + stick->stick;
        if (auto read = take_receipt(); !read) return read.error();
        if (auto written = write_records(); !written) return written.error();
        if (stopped()) return Error{ErrorKind::cancelled, "stopped"};
        if (auto done = take_down(); !done) return done.error();
        return std::move(served_);
    }

private:
    [[nodiscard]] bool stopped() const { return parts_.stop != nullptr && parts_.stop->load(); }

    // From the repository on the stick, which its roles have signed: whoever registered it. False: the centre's key is the one that was known.
    Result<bool> learnt_key() {
        if (auto done = take_down(); !done) return done.error();
        const auto now = centre_key_now(parts_.pull.db, parts_.pull.centre_key);
        if (!now) return now.error();
        if (*now == PublicKey{} || *now == centre_) return false;
        centre_ = *now;
        return true;
    }

    // What is wrong with a receipt stops nothing: the records go on being carried until there is a good one.
    Result<void> take_receipt() {
        const auto text = files_->read("receipts", receipts_limit_bytes);
        if (!text) {
            if (text.error().kind != ErrorKind::missing) served_.wrong.push_back("receipts: " + text.error().what);
            return {};
        }
        const auto json = own_receipt(*text, kiosk_, parts_.pull.device_key);
        if (!json) {
            served_.wrong.push_back(json.error().what);
            return {};
        }
        if (json->empty()) return {};
        const auto receipt = read_centre_receipt(*json, centre_);
        if (!receipt) {
            served_.wrong.push_back(receipt.error().what);
            return {};
        }
        if (receipt->kiosk != kiosk_) {
            served_.wrong.emplace_back("the receipt is another terminal's");
            return {};
        }
        std::vector<ReceivedStretch> has = receipt->also;
        if (receipt->through > 0) has.insert(has.begin(), {1, receipt->through, receipt->hash});
        std::vector<Outbox::Received> received;
        const auto status = outbox_.status();
        if (!status) return status.error();
        for (const ReceivedStretch& one : has) {
            const auto hash = outbox_.hash_of(one.to);
            if (!hash) return hash.error();
            const bool lost = hash->empty() && one.to < status->last_seq;  // by a disk that was mended
            if (!lost && *hash != one.hash) {
                served_.wrong.emplace_back(hash->empty() ? "the centre has more records of this terminal than are here; is this an older copy of its disk?"
                                                         : "the centre has other records of this terminal than are here; were two terminals made from one disk?");
                return {};
            }
            received.push_back({one.from, one.to, !lost});
        }
        served_.receipt = true;
        return hear(*receipt, received);
    }

    // Of two receipts the newest says what is missing: it may say of less than one before, when the centre was restored from a backup. An older one, on a stick that
    // was long on its way, says only what had arrived by then. Who reports by network hears there what is missing.
    Result<void> hear(const CentreReceipt& receipt, const std::vector<Outbox::Received>& received) {
        const auto newest = outbox_.remembered_number(newest_receipt_note);
        if (!newest) return newest.error();
        const bool newer = receipt.at.unix_ms > *newest;
        const auto through = outbox_.mark_received(received, newer && !parts_.network);
        if (!through) return through.error();
        served_.received_through = *through;
        return newer ? outbox_.remember(newest_receipt_note, std::to_string(receipt.at.unix_ms)) : Result<void>();
    }

    // Keeps what is on the stick and still waited for; removes what the centre has.
    Result<std::vector<ChunkNote>> standing() {
        const auto text = outbox_.remembered(remembered_as_);
        if (!text) return text.error();
        const auto status = outbox_.status();
        if (!status) return status.error();
        std::vector<ChunkNote> notes;
        for (ChunkNote& note : notes_of(text->value_or("[]"))) {
            const Path file = folder_ / "up" / note.name;
            const auto waits = outbox_.waits(note.from, note.through);
            if (!waits) return waits.error();
            if (!*waits) {
                std::error_code failed;
                std::filesystem::remove(file, failed);
                continue;
            }
            const auto bytes = read_bytes(file, chunk_limit_bytes * 2);
            if (bytes && sha256_hex(bytes->data(), bytes->size()) == note.sha256) notes.push_back(std::move(note));
        }
        return notes;
    }

    Result<void> remember(const std::vector<ChunkNote>& notes) { return outbox_.remember(remembered_as_, notes_json(notes)); }

    Result<void> write_records() {
        std::error_code failed;
        const Path up = folder_ / "up";
        std::filesystem::create_directories(up, failed);
        if (!std::filesystem::is_directory(std::filesystem::symlink_status(up, failed)))
            return Error{ErrorKind::io, "the stick cannot be written; is it write-protected?"};
        auto notes = standing();
        if (!notes) return notes.error();
        const auto carried = [&](std::int64_t seq) {
            return std::any_of(notes->begin(), notes->end(), [&](const ChunkNote& note) { return note.from <= seq && seq <= note.through; });
        };
        CourierChunk chunk = empty_chunk();
        std::size_t plain = 0;
        std::int64_t after = 0;
        for (;;) {
            const auto waiting = outbox_.next(page, after);
            if (!waiting) return waiting.error();
            for (const Outbox::Waiting& one : *waiting) {
                after = one.record.seq;
                const bool there = carried(one.record.seq);
                std::string statement = there ? std::string() : statement_of(one.record, one.signature, parts_.terms);
                const bool gap = !chunk.statements.empty() && one.record.seq != chunk.through + 1;  // in quarantine, or sent: from and through say exactly what is in it
                const bool ends = there || gap || chunk.statements.size() >= records_a_chunk || plain + statement.size() > plain_bytes_a_chunk;
                if (ends && !chunk.statements.empty()) {
                    if (auto written = write(chunk, *notes); !written) return written;
                    chunk = empty_chunk();
                    plain = 0;
                }
                if (there) continue;
                if (chunk.statements.empty()) chunk.from = one.record.seq;
                chunk.through = one.record.seq;
                plain += statement.size();
                chunk.statements.push_back(std::move(statement));
            }
            if (waiting->size() < page) break;
        }
        if (!chunk.statements.empty())
            if (auto written = write(chunk, *notes); !written) return written;
        if (auto noted = remember(*notes); !noted) return noted;
        for (const ChunkNote& note : *notes) served_.records_on_stick += note.records;
        return {};
    }

    [[nodiscard]] CourierChunk empty_chunk() const {
        CourierChunk chunk;
        chunk.kiosk = kiosk_;
        chunk.key = parts_.pull.device_key.public_key();
        return chunk;
    }

    // Beside, flushed, renamed, read back. What does not fit into a file goes into two.
    Result<void> write(const CourierChunk& chunk, std::vector<ChunkNote>& notes) {
        if (stopped()) return Error{ErrorKind::cancelled, "stopped"};
        const Bytes bytes = sealed_chunk(chunk, parts_.pull.device_key, centre_);
        if (bytes.size() > chunk_limit_bytes && chunk.statements.size() > 1) return write_halves(chunk, notes);
        ChunkNote note{chunk_name(parts_.pull.device_key, chunk.from, chunk.through), sha256_hex(bytes.data(), bytes.size()), chunk.from, chunk.through,
                       chunk.statements.size()};
        const Path file = folder_ / "up" / note.name;
        if (auto written = write_file(file, bytes); !written) {
            const bool full = written.error().kind == ErrorKind::full;
            return Error{full ? ErrorKind::full : ErrorKind::io, full ? "the stick is full" : "the stick cannot be written"};
        }
        const auto back = read_back(file, chunk_limit_bytes * 2);
        if (!back || *back != bytes) return Error{ErrorKind::io, "the stick does not hold what was written to it; use another one"};
        served_.chunks += 1;
        served_.records += chunk.statements.size();
        notes.push_back(std::move(note));
        return remember(notes);
    }

    Result<void> write_halves(const CourierChunk& chunk, std::vector<ChunkNote>& notes) {
        const auto middle = static_cast<std::ptrdiff_t>(chunk.statements.size() / 2);
        CourierChunk first = empty_chunk(), second = empty_chunk();
        first.statements.assign(chunk.statements.begin(), chunk.statements.begin() + middle);
        second.statements.assign(chunk.statements.begin() + middle, chunk.statements.end());
        first.from = chunk.from;
        second.through = chunk.through;
        first.through = chunk.from + middle - 1;
        second.from = first.through + 1;
        if (auto written = write(first, notes); !written) return written;
        return write(second, notes);
    }

    Result<void> take_down() {
        if (parts_.only_up || std::exchange(taken_down_, true)) return {};
        auto repository = DirectoryTransport::open(stick_ / "xinghuo", "the stick", parts_.stop);
        if (!repository) return {};
        auto pulled = pull(parts_.pull, **repository, now_, moment_);
        if (!pulled) {
            if (pulled.error().kind == ErrorKind::cancelled) return pulled.error();
            served_.wrong.push_back(pulled.error().what);
            return {};
        }
        served_.pulled = std::move(*pulled);
        served_.wrong.insert(served_.wrong.end(), served_.pulled.wrong.begin(), served_.pulled.wrong.end());
        return {};
    }

    const CourierParts& parts_;
    PublicKey centre_;
    bool taken_down_ = false;
    Outbox outbox_;
    Path stick_, folder_;
    WallTime now_;
    const Moment& moment_;
    KioskId kiosk_;
    std::unique_ptr<DirectoryTransport> files_;
    std::string remembered_as_;
    CourierServed served_;
};

}  // namespace

Result<CourierStick> registration_on(const Path& stick) {
    std::unique_ptr<DirectoryTransport> files;
    const auto json = registration_json(stick / courier_folder, nullptr, files);
    if (!json) return json.error();
    return read_courier_stick(*json);
}

Result<CourierServed> Courier::serve(const Path& stick, WallTime now, const Moment& moment) {
    StickCall call(parts_, stick, now, moment);
    auto served = call.serve();
    if (!served) return served.error().within("the courier stick");
    return served;
}

}  // namespace xinghuo
