#include "content/study/study.h"

#include "content/base/json.h"
#include "content/store/schema.h"
#include "content/study/day.h"
#include "content/study/tally.h"

namespace xinghuo {

// In the order they need each other; taken down the other way round.
struct Study::State {
    State(StudyFiles f, SecretKey store, SigningKey device) : files(std::move(f)), store_key(std::move(store)), device_key(std::move(device)) {}
    StudyFiles files;
    SecretKey store_key;
    SigningKey device_key;
    std::unique_ptr<Database> db;
    Mended mended;
    std::optional<Records> records;
    std::optional<Members> members;
    std::optional<Roster> roster;
    std::optional<Policies> policies;
    std::optional<Ledger> ledger;
    std::optional<Activities> activities;
    std::optional<AdminLock> admin;
    std::optional<Visit> visit;
    bool running = false;  // the mark of a running program is set, and ours to take away

    static Result<std::unique_ptr<State>> open(const Study::Parts& parts, const Moment& moment, bool beside);
    Result<void> record_boot(const std::string& version, const Moment& moment);
    [[nodiscard]] std::int64_t today(const Moment& moment);
};

Result<std::unique_ptr<Study::State>> Study::State::open(const Study::Parts& parts, const Moment& moment, bool beside) {
    StudyFiles files{parts.data};
    auto store_key = SecretKey::load_or_make(files.store_key());
    if (!store_key) return store_key.error();
    auto device_key = SigningKey::load_or_make(files.device_key());
    if (!device_key) return device_key.error();
    auto state = std::make_unique<State>(files, std::move(*store_key), std::move(*device_key));
    if (beside) {
        // Mending would take the file from under a running kiosk; its next start does it.
        auto db = Database::open(files.database());
        if (!db) return db.error();
        if (auto done = migrate(**db); !done) return done.error();
        state->db = std::move(*db);
    } else {
        auto opened = open_or_mend(files.database(), files.backups(), files.damaged(), parts.mend, moment.wall);
        if (!opened) return opened.error();
        state->db = std::move(opened->db);
        state->mended = std::move(opened->mended);
    }
    auto records = Records::open(*state->db, state->device_key, parts.boot_id);
    if (!records) return records.error();
    state->records = std::move(*records);
    state->members.emplace(*state->db, state->store_key, *state->records);
    state->roster.emplace(*state->db, state->store_key, *state->records);
    state->policies.emplace(*state->db, *state->records);
    state->ledger.emplace(*state->db, state->device_key, *state->records, *state->members, *state->policies);
    state->activities.emplace(*state->db, *state->records, *state->members);
    auto admin = AdminLock::open(*state->db, *state->records, moment.now);
    if (!admin) return admin.error().within("opening the administrator's lock");
    state->admin.emplace(std::move(*admin));
    return state;
}

namespace {

// The newest record, when it is not as it was written; whatever else is wrong with the chain, `verify` finds at leisure.
Result<std::optional<std::int64_t>> changed_newest(Records& records) {
    auto seq = records.last_seq();
    if (!seq) return seq.error();
    const auto newest = records.newest(1);
    const bool sound = *seq == 0 || (newest && !newest->empty() && newest->front().seq == *seq && sha256(hashed_part(newest->front())) == newest->front().hash);
    return sound ? std::optional<std::int64_t>() : *seq;
}

Result<std::string> setting(Database& db, std::string_view name) {
    auto rows = db.query("SELECT value FROM setting WHERE name = ?1", name);
    if (!rows) return rows.error();
    std::string value;
    if (rows->next()) value = rows->text(0);
    if (auto read = rows->end(); !read) return read.error();
    return value;
}

}  // namespace

Result<void> Study::State::record_boot(const std::string& version, const Moment& moment) {
    // The mark of the program before this one, if nobody took it away; and what was mended and not recorded yet.
    auto unclean = setting(*db, "running");
    if (!unclean) return unclean.error();
    auto told = setting(*db, "mended");
    if (!told) return told.error();
    auto changed = changed_newest(*records);
    if (!changed) return changed.error();
    if (!told->empty())
        if (auto done = tally_again(*db); !done) return done.error().within("summing up anew");

    std::vector<Draft> drafts;
    JsonWriter body;
    body.object().key("version").value(version);
    if (!unclean->empty()) body.key("unclean").value(true);
    drafts.push_back({RecordKind::boot, {}, body.end().text()});
    if (!told->empty()) drafts.push_back({RecordKind::health, {}, R"({"what":"database_mended",)" + told->substr(1)});
    if (*changed) drafts.push_back({RecordKind::health, {}, JsonWriter().object().key("what").value("record_changed").key("seq").value(**changed).end().text()});
    auto done = records->keep(drafts, moment, [&](const std::vector<Record>& written) -> Result<void> {
        if (auto gone = db->run("DELETE FROM setting WHERE name = 'mended'"); !gone) return gone;
        return db->run("INSERT INTO setting (name, value) VALUES ('running', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                       std::to_string(written.front().seq));
    });
    if (!done) return done.error();
    running = true;
    return {};
}

std::int64_t Study::State::today(const Moment& moment) {
    const auto newest = newest_known_day(*db);
    return counted_day(moment.wall, moment.wall_trusted, newest ? *newest : built_day());
}

Result<std::unique_ptr<Study>> Study::open(Parts parts, const Moment& moment) {
    auto state = State::open(parts, moment, false);
    if (!state) return state.error();
    State& s = **state;
    if (auto done = s.record_boot(parts.version, moment); !done) return done.error().within("recording the start");
    if (auto done = s.activities->recover(moment); !done) return done.error().within("looking for an open activity");
    auto policy = s.policies->on(s.today(moment));
    if (!policy) return policy.error().within("reading the policy");
    auto visit = Visit::open({*s.records, s.files.running(), session_rules(*policy), std::move(parts.later)}, moment);
    if (!visit) return visit.error().within("looking for an open visit");
    s.visit.emplace(std::move(*visit));
    return std::unique_ptr<Study>(new Study(std::move(*state)));
}

Result<std::unique_ptr<Study>> Study::open_beside(Parts parts, const Moment& moment) {
    auto state = State::open(parts, moment, true);
    if (!state) return state.error();
    return std::unique_ptr<Study>(new Study(std::move(*state)));
}

Study::Study(std::unique_ptr<State> state) : state_(std::move(state)) {}

Study::~Study() {
    state_->visit.reset();
    if (state_->running) (void)state_->db->run("DELETE FROM setting WHERE name = 'running'");
}

const StudyFiles& Study::files() const { return state_->files; }
Database& Study::database() { return *state_->db; }
const SecretKey& Study::store_key() const { return state_->store_key; }
const SigningKey& Study::device_key() const { return state_->device_key; }
Records& Study::records() { return *state_->records; }
Members& Study::members() { return *state_->members; }
Roster& Study::roster() { return *state_->roster; }
Visit& Study::visit() {
    insist(state_->visit.has_value(), "a program beside the kiosk has no visit");
    return *state_->visit;
}
Activities& Study::activities() { return *state_->activities; }
Policies& Study::policies() { return *state_->policies; }
Ledger& Study::ledger() { return *state_->ledger; }
AdminLock& Study::admin() { return *state_->admin; }
const Mended& Study::mended() const { return state_->mended; }
std::int64_t Study::today(const Moment& moment) { return state_->today(moment); }

}  // namespace xinghuo
