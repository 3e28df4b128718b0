#include "content/study/running_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include "content/base/json.h"
#include "content/base/log.h"

namespace xinghuo {
namespace {

constexpr std::size_t largest_journal_bytes = 64u << 20;  // ten thousand waiting records, and room
constexpr std::size_t most_batches = 20'000, most_drafts = 1'000;

void write_subject(JsonWriter& out, const Subject& subject) {
    out.key("label").value(name_of(subject.label)).key("item").value(subject.item);
    out.key("title").object().key("zh").value(subject.title.zh).key("en").value(subject.title.en).end();
    out.key("pack").value(subject.pack).key("pack_version").value(subject.pack_version);
}

Subject read_subject(const JsonNode& node) {
    Subject subject;
    const auto label = study_label(node["label"].string());
    if (label) subject.label = *label;
    else node["label"].refuse("no label");
    subject.item = node["item"].string();
    subject.title = {node["title"]["zh"].string(), node["title"]["en"].string()};
    subject.pack = node["pack"].string();
    subject.pack_version = node["pack_version"].integer();
    return subject;
}

void write_batch(JsonWriter& out, const Batch& batch) {
    out.object().key("at_ms").value(batch.moment.wall.unix_ms).key("clock_trusted").value(batch.moment.wall_trusted);
    out.key("mono_ms").value(batch.moment.mono_ms).key("records").array();
    for (const Draft& draft : batch.drafts)
        out.object().key("id").value(draft.id).key("kind").value(name_of(draft.kind)).key("member").value(draft.member.text)
            .key("body").value(draft.body).end();
    out.end().end();
}

Batch read_batch(const JsonNode& node) {
    Batch batch;
    batch.moment.wall.unix_ms = node["at_ms"].integer();
    batch.moment.wall_trusted = node["clock_trusted"].boolean();
    batch.moment.mono_ms = node["mono_ms"].integer();
    for (const JsonNode& record : node["records"].items(most_drafts)) {
        const auto kind = record_kind(record["kind"].string());
        if (!kind) record["kind"].refuse("no kind of record");
        Draft draft{kind ? *kind : RecordKind::health, {record["member"].string()}, record["body"].string(), record["id"].string()};
        if (draft.id.empty()) record["id"].refuse("empty");
        JsonDocument body;
        if (!body.parse(draft.body) || !body.root().is_object() || draft.body.front() != '{' || draft.body.back() != '}')
            record["body"].refuse("no JSON object");
        batch.drafts.push_back(std::move(draft));
    }
    return batch;
}

// A rename is on disk when its folder is.
void sync_folder(const Path& folder) {
    const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)::fsync(fd);
    ::close(fd);
}

}  // namespace

std::string interval_body(const std::string& session, const Subject& subject, Milliseconds ms) {
    JsonWriter out;
    out.object().key("session").value(session);
    write_subject(out, subject);
    out.key("ms").value(static_cast<std::int64_t>(ms.count())).end();
    return out.text();
}

std::string to_json(const RunningJournal& journal) {
    JsonWriter out;
    out.object().key("xinghuo_running").value(1).key("kiosk").value(journal.kiosk.text).key("boot").value(journal.boot);
    out.key("member").value(journal.member.text).key("session").value(journal.session);
    if (journal.running) {
        out.key("running").object().key("id").value(journal.running->id);
        write_subject(out, journal.running->subject);
        out.key("ms").value(static_cast<std::int64_t>(journal.running->ms.count()));
        out.key("began_mono_ms").value(journal.running->began_mono_ms).end();
    }
    out.key("waiting").array();
    for (const Batch& batch : journal.waiting) write_batch(out, batch);
    out.end().end();
    return out.text();
}

Result<RunningJournal> running_journal_from_json(std::string_view text) {
    JsonDocument document;
    if (auto parsed = document.parse(text); !parsed) return parsed.error();
    const JsonNode root = document.root();
    RunningJournal journal;
    if (root["xinghuo_running"].integer() != 1) root["xinghuo_running"].refuse("of a later program");
    journal.kiosk.text = root["kiosk"].string();
    journal.boot = root["boot"].integer();
    journal.member.text = root["member"].string();
    journal.session = root["session"].string();
    if (const JsonNode running = root["running"]; running.exists()) {
        journal.running = {running["id"].string(), read_subject(running), Milliseconds(running["ms"].integer()),
                           running["began_mono_ms"].integer()};
        if (journal.running->id.empty()) running["id"].refuse("empty");
        if (journal.running->ms < Milliseconds(0)) running["ms"].refuse("negative");
        if (journal.member.empty() || journal.session.empty()) running.refuse("nobody is here");
    }
    for (const JsonNode& batch : root["waiting"].items(most_batches)) journal.waiting.push_back(read_batch(batch));
    if (!document.good()) return document.error();
    return journal;
}

RunningJournalFile::RunningJournalFile(Path file, std::function<void(std::function<void()>)> later)
    : shared_(std::make_shared<Shared>()), later_(std::move(later)) {
    shared_->file = std::move(file);
}

std::optional<RunningJournal> RunningJournalFile::read() const {
    const auto text = read_text(shared_->file, largest_journal_bytes);
    if (!text && text.error().kind == ErrorKind::missing) return std::nullopt;
    if (text && text->empty()) return std::nullopt;
    auto journal = text ? running_journal_from_json(*text) : Result<RunningJournal>(text.error());
    if (journal) return std::move(*journal);
    log_warning(journal.error().within("the journal of the running visit is damaged").what);
    set_aside();
    return std::nullopt;
}

void RunningJournalFile::set_aside() const {
    std::error_code failed;
    Path aside = shared_->file;
    aside += ".damaged";
    // Ten are kept; after that the last one gives way.
    for (int n = 2; n <= 10 && std::filesystem::exists(aside, failed); ++n) aside = Path(shared_->file) += ".damaged." + std::to_string(n);
    std::filesystem::rename(shared_->file, aside, failed);
    if (failed) log_warning("the journal of the running visit could not be set aside: " + failed.message());
    else log_warning("it was set aside as " + aside.filename().string());
}

void RunningJournalFile::put(std::string text) {
    const std::uint64_t number = ++shared_->newest;
    if (!later_) return write(*shared_, number, text);
    later_([shared = shared_, number, text = std::move(text)] { write(*shared, number, text); });
}

void RunningJournalFile::write(Shared& shared, std::uint64_t number, const std::string& text) {
    if (shared.newest.load() != number) return;
    Result<void> done;
    if (text.empty()) {
        std::error_code failed;
        std::filesystem::remove(shared.file, failed);
        if (failed) done = Error{ErrorKind::io, failed.message()};
    } else {
        done = write_file(shared.file, text);
        sync_folder(shared.file.parent_path());
    }
    if (done) shared.failing.store(false);
    else if (!shared.failing.exchange(true)) log_warning(done.error().within("keeping the journal of the running visit").what);
}

}  // namespace xinghuo
