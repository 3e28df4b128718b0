#include "content/study/visit.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "content/base/json.h"
#include "content/base/log.h"
#include "content/study/running_journal.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds journal_every = std::chrono::seconds(4);  // and a second for the disk: at most 5 s are lost
constexpr Nanoseconds first_journal_after = std::chrono::seconds(1);
constexpr Nanoseconds retry_after = std::chrono::seconds(2);
constexpr std::size_t most_waiting = 10'000;
constexpr std::size_t most_batches_at_once = 50;  // in a frame
constexpr std::size_t many_waiting = 100;  // from here on the journal is not written for each of them, but every 4 s

std::string_view name_of(SignInWay way) {
    switch (way) {
        case SignInWay::card: return "card";
        case SignInWay::code: return "code";
        case SignInWay::name: return "name";
    }
    return {};
}

std::string_view name_of(SignOutWhy why) {
    switch (why) {
        case SignOutWhy::button: return "button";
        case SignOutWhy::next_card: return "next_card";
        case SignOutWhy::same_card: return "same_card";
        case SignOutWhy::idle: return "idle";
        case SignOutWhy::closing: return "closing";
    }
    return {};
}

std::string signed_in_body(const std::string& session, SignInWay way) {
    JsonWriter out;
    out.object().key("session").value(session).key("way").value(name_of(way)).end();
    return out.text();
}

std::string signed_out_body(const std::string& session, std::string_view why, Milliseconds ms) {
    JsonWriter out;
    out.object().key("session").value(session).key("why").value(why).key("ms").value(static_cast<std::int64_t>(ms.count())).end();
    return out.text();
}

Milliseconds whole_ms(Nanoseconds span) { return std::chrono::duration_cast<Milliseconds>(span); }

// What a body says of its visit.
struct OfVisit {
    std::string session;
    Milliseconds ms{0};
};
OfVisit of_visit(const std::string& body) {
    JsonDocument document;
    if (!document.parse(body)) return {};
    const JsonNode root = document.root();
    OfVisit found{root["session"].string_or(""), Milliseconds(root["ms"].integer_or(0))};
    return document.good() ? found : OfVisit{};
}

bool is_interval(RecordKind kind) { return kind == RecordKind::study_interval || kind == RecordKind::abandoned; }

}  // namespace

struct Visit::State {
    Parts parts;
    std::shared_ptr<WallTime> wall;     // of the latest moment, for new ids
    Session session;
    RunningJournalFile file;
    std::optional<Member> member = {};
    Milliseconds closed{0};             // of this visit; each interval in whole ms, as its record says
    Instant seen = {};                  // the latest moment

    std::deque<Batch> waiting = {};     // oldest first
    std::size_t waiting_records = 0;
    bool losing = false;                // the limit is reached
    std::string trouble = {};
    Instant retry_at = {};

    bool journal_there = false;         // there is a file, or will be
    bool journal_old = false;           // it misses more than the time that went by
    std::string journal_interval = {};
    Instant journal_due = Instant::never();
    Instant journal_written = {};

    State(Parts given, const Moment& moment)
        : parts(std::move(given)), wall(std::make_shared<WallTime>(moment.wall)),
          session(parts.rules, [shared = wall] { return uuid_v7(*shared); }), file(parts.journal, parts.later), seen(moment.now) {}

    void see(const Moment& moment) {
        *wall = moment.wall;
        seen = std::max(seen, moment.now);
    }
    [[nodiscard]] std::string new_id() const { return uuid_v7(*wall); }

    // Intervals of less than a millisecond are none.
    [[nodiscard]] Batch batch_of(const std::vector<Interval>& intervals, const Moment& moment) const {
        Batch batch{{}, moment};
        for (const Interval& interval : intervals) {
            const Milliseconds ms = whole_ms(interval.to - interval.from);
            if (ms <= Milliseconds(0)) continue;
            batch.drafts.push_back({RecordKind::study_interval, interval.member, interval_body(interval.session, interval.subject, ms), interval.id});
            batch.session = interval.session;
            batch.ms += ms;
        }
        return batch;
    }

    void wait(Batch batch) {
        if (batch.drafts.empty()) return;
        if (waiting_records + batch.drafts.size() > most_waiting) {
            if (!std::exchange(losing, true)) log_warning("records are lost: too many wait to be written");
            return;
        }
        losing = false;
        waiting_records += batch.drafts.size();
        waiting.push_back(std::move(batch));
        journal_old = true;
    }

    // What waits, in order; many small batches share a transaction. `rounds`: how many transactions at most.
    Result<void> write_waiting(Instant now, std::size_t rounds = SIZE_MAX) {
        for (; !waiting.empty() && rounds > 0; --rounds) {
            std::size_t count = std::min(waiting.size(), most_batches_at_once);
            auto kept = write_first(count);
            if (!kept && drop_written(count)) kept = write_first(count = std::min(count, waiting.size()));
            if (!kept) {
                trouble = kept.error().what;
                retry_at = now + retry_after;
                return kept.error();
            }
            for (; count > 0; --count) {
                waiting_records -= waiting.front().drafts.size();
                waiting.pop_front();
            }
            journal_old = true;
        }
        if (waiting.empty()) trouble.clear();
        return {};
    }

    Result<void> write_first(std::size_t count) {
        if (count == 0) return {};
        const auto rest = [&](const std::vector<Record>&) -> Result<void> {
            for (std::size_t i = 1; i < count; ++i)
                if (auto appended = parts.records.append(waiting[i].drafts, waiting[i].moment); !appended) return appended.error();
            return {};
        };
        if (auto kept = parts.records.keep(waiting.front().drafts, waiting.front().moment, rest); !kept) return kept.error();
        return {};
    }

    // A commit may have failed and be on disk all the same. True: something was there already.
    bool drop_written(std::size_t count) {
        std::size_t dropped = 0;
        for (std::size_t i = 0; i < count; ++i)
            dropped += std::erase_if(waiting[i].drafts, [&](const Draft& draft) {
                const auto there = parts.records.has(draft.id);
                return there && *there;
            });
        waiting_records -= dropped;
        std::erase_if(waiting, [](const Batch& batch) { return batch.drafts.empty(); });
        return dropped > 0;
    }

    // In order with what waits already. While there is trouble it is tried every two seconds, not every frame.
    Result<void> write(Batch batch, Instant now, bool at_once) {
        const bool first = waiting.empty();
        wait(std::move(batch));
        if (waiting.empty()) return {};
        if (!first && !at_once && now < retry_at) return Error{ErrorKind::io, trouble};
        if (auto done = write_waiting(now, at_once ? SIZE_MAX : 1); !done) return done;
        return waiting.empty() ? Result<void>() : Error{ErrorKind::io, "older records are written first"};
    }

    void keep_journal(const Moment& moment) {
        const Interval* open = session.open();
        const std::string_view id = open != nullptr ? std::string_view(open->id) : std::string_view();
        if (!journal_old && id == journal_interval && (open == nullptr || moment.now < journal_due)) return;
        if (waiting_records > many_waiting && moment.now < journal_written + journal_every) return;
        journal_written = moment.now;
        journal_old = false;
        journal_interval = id;
        journal_due = open != nullptr ? moment.now + journal_every : Instant::never();
        if (open == nullptr && waiting.empty()) {  // who is signed in stands in the database
            if (journal_there) file.put({});
            journal_there = false;
            return;
        }
        RunningJournal journal{parts.records.kiosk(), parts.records.boot(), member ? member->id : MemberId{}, session.session(), {}, {}};
        if (open != nullptr)
            journal.running = {open->id, open->subject, whole_ms(open->to - open->from), moment.mono_ms - whole_ms(moment.now - open->from).count()};
        journal.waiting.assign(waiting.begin(), waiting.end());
        file.put(to_json(journal));
        journal_there = true;
    }

    [[nodiscard]] Milliseconds unwritten() const {
        Milliseconds sum{0};
        for (const Batch& batch : waiting)
            if (member && batch.session == session.session()) sum += batch.ms;
        return sum;
    }

    Result<void> recover(const Moment& moment);
    Result<Milliseconds> sum_of(const MemberId& who, const std::string& visit) const;
    Result<std::optional<Record>> open_in_database() const;
};

// The visit that was signed in and never out, as far as the database knows. There is one at most: the next one signs it out.
Result<std::optional<Record>> Visit::State::open_in_database() const {
    Records::Filter filter;
    filter.kind = RecordKind::signed_in;
    auto in = parts.records.find(filter, 1);
    if (!in) return in.error();
    if (in->empty()) return std::optional<Record>();
    filter.kind = RecordKind::signed_out;
    auto out = parts.records.find(filter, 1);
    if (!out) return out.error();
    if (!out->empty() && out->front().seq > in->front().seq) return std::optional<Record>();
    return std::optional<Record>(in->front());
}

// Of a visit, written and waiting. Its records are the newest of its member.
Result<Milliseconds> Visit::State::sum_of(const MemberId& who, const std::string& visit) const {
    Milliseconds sum{0};
    for (const Batch& batch : waiting)
        for (const Draft& draft : batch.drafts)
            if (const OfVisit of = of_visit(draft.body); is_interval(draft.kind) && of.session == visit) sum += of.ms;
    Records::Filter filter;
    filter.member = who;
    constexpr std::size_t page = 200;
    for (int pages = 0; pages < 100; ++pages) {
        auto found = parts.records.find(filter, page);
        if (!found) return found.error();
        for (const Record& record : *found) {
            const OfVisit of = of_visit(record.body);
            if (of.session != visit) continue;
            if (record.kind == RecordKind::signed_in) return sum;
            if (is_interval(record.kind)) sum += of.ms;
        }
        if (found->size() < page) break;
        filter.before = found->back().seq;
    }
    return sum;
}

Result<void> Visit::State::recover(const Moment& moment) {
    auto journal = file.read();
    if (journal && journal->kiosk != parts.records.kiosk()) {
        log_warning("the journal of the running visit is of another terminal");
        file.set_aside();
        journal.reset();
    }
    journal_there = journal.has_value();
    journal_old = journal_there;

    std::vector<std::string> signed_out;  // by what waits
    if (journal) {
        for (Batch& batch : journal->waiting) {
            std::vector<Draft> missing;
            for (Draft& draft : batch.drafts) {
                auto there = parts.records.has(draft.id);
                if (!there) return there.error();
                if (draft.kind == RecordKind::signed_out) signed_out.push_back(of_visit(draft.body).session);
                if (!*there) missing.push_back(std::move(draft));
            }
            // The machine's time since its boot means nothing in another boot.
            if (journal->boot != parts.records.boot()) batch.moment.mono_ms = moment.mono_ms;
            batch.moment.now = moment.now;
            wait({std::move(missing), batch.moment});
        }
    }
    const auto is_out = [&](const std::string& visit) { return std::find(signed_out.begin(), signed_out.end(), visit) != signed_out.end(); };

    Batch batch{{}, moment};
    const auto sign_out = [&](const MemberId& who, const std::string& visit, Milliseconds besides) -> Result<void> {
        auto sum = sum_of(who, visit);
        if (!sum) return sum.error();
        batch.drafts.push_back({RecordKind::signed_out, who, signed_out_body(visit, "crash", *sum + besides), new_id()});
        signed_out.push_back(visit);
        return {};
    };

    bool abandoned = false;
    if (journal && journal->running && journal->running->ms > Milliseconds(0)) {
        auto there = parts.records.has(journal->running->id);
        if (!there) return there.error();
        abandoned = !*there;
        for (const Batch& waits : waiting)
            for (const Draft& draft : waits.drafts) abandoned = abandoned && draft.id != journal->running->id;
    }
    auto open = open_in_database();
    if (!open) return open.error();
    const std::string open_visit = *open ? of_visit((*open)->body).session : std::string();
    // One that is open in the database and is not the journal's: the database is an older one that was put back.
    if (*open && !is_out(open_visit) && !(abandoned && open_visit == journal->session))
        if (auto done = sign_out((*open)->member, open_visit, Milliseconds(0)); !done) return done;
    if (abandoned) {
        const RunningJournal::Running& running = *journal->running;
        batch.drafts.push_back({RecordKind::abandoned, journal->member, interval_body(journal->session, running.subject, running.ms), running.id});
        if (!is_out(journal->session))
            if (auto done = sign_out(journal->member, journal->session, running.ms); !done) return done;
    }
    // What cannot be written now waits, in the journal too: the hall opens all the same.
    (void)write(std::move(batch), moment.now, true);
    keep_journal(moment);
    return {};
}

Visit::Visit(std::unique_ptr<State> state) : state_(std::move(state)) {}
Visit::Visit(Visit&&) noexcept = default;
Visit::~Visit() = default;

Result<Visit> Visit::open(Parts parts, const Moment& moment) {
    auto state = std::make_unique<State>(std::move(parts), moment);
    if (auto done = state->recover(moment); !done) return done.error().within("closing the visit an earlier start left open");
    return Visit(std::move(state));
}

Result<void> Visit::sign_in(const Member& member, SignInWay way, const Moment& moment) {
    State& s = *state_;
    s.see(moment);
    if (auto done = s.write_waiting(moment.now); !done) return done.error().within("signing in");
    // Tried on a copy, which is taken over once it is on disk.
    Session next = s.session;
    next.sign_in(member.id, moment.now);
    Batch batch = s.batch_of(next.take(), moment);
    if (s.member)
        batch.drafts.push_back({RecordKind::signed_out, s.member->id,
                                signed_out_body(s.session.session(), name_of(SignOutWhy::next_card), s.closed + batch.ms), s.new_id()});
    batch.drafts.push_back({RecordKind::signed_in, member.id, signed_in_body(next.session(), way), s.new_id()});
    if (auto kept = s.parts.records.keep(batch.drafts, moment); !kept) return kept.error().within("signing in");
    s.session = std::move(next);
    s.member = member;
    s.closed = Milliseconds(0);
    s.journal_old = true;
    s.keep_journal(moment);
    return {};
}

Result<void> Visit::sign_out(SignOutWhy why, const Moment& moment) {
    State& s = *state_;
    s.see(moment);
    if (!s.member) return {};
    const std::string visit = s.session.session();
    s.session.sign_out(moment.now);
    Batch batch = s.batch_of(s.session.take(), moment);
    batch.drafts.push_back({RecordKind::signed_out, s.member->id, signed_out_body(visit, name_of(why), s.closed + batch.ms), s.new_id()});
    s.member.reset();
    s.closed = Milliseconds(0);
    s.journal_old = true;
    auto done = s.write(std::move(batch), moment.now, true);
    s.keep_journal(moment);
    if (!done) return done.error().within("signing out");
    return {};
}

void Visit::observe(bool touched, const std::optional<Subject>& subject, bool playing, const Moment& moment) {
    State& s = *state_;
    s.see(moment);
    if (touched) s.session.touch(moment.now);
    s.session.show(subject, playing, moment.now);
    if (s.session.has_closed()) {
        Batch batch = s.batch_of(s.session.take(), moment);
        s.closed += batch.ms;
        (void)s.write(std::move(batch), moment.now, false);
    } else if (!s.waiting.empty() && moment.now >= s.retry_at) {
        (void)s.write_waiting(moment.now, 1);
    }
    s.keep_journal(moment);
}

const std::optional<Member>& Visit::member() const { return state_->member; }
const std::string& Visit::session() const { return state_->session.session(); }
void Visit::set_rules(Session::Rules rules) { state_->session.set_rules(rules); }
bool Visit::counting(Instant now) const { return state_->session.counting(now); }

Milliseconds Visit::counted(Instant now) const {
    const Session& session = state_->session;
    return state_->closed + whole_ms(session.counted(now) - session.counted_closed());
}

Milliseconds Visit::running(Instant now) const {
    const Session& session = state_->session;
    return state_->unwritten() + whole_ms(session.counted(now) - session.counted_closed());
}

Instant Visit::due() const {
    const State& s = *state_;
    Instant due = s.session.open() != nullptr ? s.journal_due : Instant::never();
    if (s.session.open() == nullptr && s.session.counting(s.seen)) due = s.seen + first_journal_after;
    if (s.session.ends() != Instant::never()) due = std::min(due, s.session.ends() + Milliseconds(1));
    if (!s.waiting.empty()) due = std::min(due, s.retry_at);
    return due;
}

Result<void> Visit::record(RecordKind kind, std::string body, const Moment& moment) {
    State& s = *state_;
    s.see(moment);
    JsonDocument document;
    if (auto parsed = document.parse(body); !parsed) return parsed.error().within("recording");
    if (!document.root().is_object() || body.front() != '{' || body.back() != '}')
        return Error{ErrorKind::invalid, "recording: a record's body is one JSON object"};
    if (s.member && !document.root()["session"].exists()) {
        JsonWriter session;
        session.object().key("session").value(s.session.session()).end();
        const bool empty = document.root().members().empty();
        body = session.text().substr(0, session.text().size() - 1) + (empty ? "" : ",") + body.substr(1);
    }
    Batch batch{{{kind, s.member ? s.member->id : MemberId{}, std::move(body), s.new_id()}}, moment};
    auto done = s.write(std::move(batch), moment.now, false);
    s.keep_journal(moment);
    if (!done) return done.error();
    return {};
}

const std::string& Visit::trouble() const { return state_->trouble; }
std::size_t Visit::waiting() const { return state_->waiting_records; }

}  // namespace xinghuo
