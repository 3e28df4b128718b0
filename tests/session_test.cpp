// What of a visit is study: by example, and for any sequence of events, against a second opinion that was written apart.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "content/quiz/shuffle.h"
#include "content/study/session.h"

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

const MemberId zhang{"m-zhang"}, li{"m-li"};

Subject subject(StudyLabel label, std::string item) { return {label, std::move(item), {"题", "title"}, "pack", 3}; }
const Subject hall = subject(StudyLabel::touch, "");
const Subject film = subject(StudyLabel::media, "film");
const Subject lecture = subject(StudyLabel::media, "lecture");
const Subject article = subject(StudyLabel::reading, "article");
const Subject paper = subject(StudyLabel::quiz, "paper");

Instant at(Nanoseconds span) { return {span}; }

Session new_session(Session::Rules rules = {}) {
    return {rules, [n = 0]() mutable { return fmt::format("id-{}", ++n); }};
}

double in_s(Instant when) { return std::chrono::duration<double, std::milli>(when.since_start).count() / 1000; }

std::string said(const std::vector<Interval>& intervals) {
    std::string text;
    for (const Interval& i : intervals)
        text += fmt::format("{} {} {} {}..{}\n", i.member.text, name_of(i.subject.label), i.subject.item, in_s(i.from), in_s(i.to));
    return text;
}

}  // namespace

TEST_CASE("browsing counts to ten seconds after the last touch, reading and quizzes to a minute", "[study]") {
    const auto counted_of = [](const Subject& what) {
        Session session = new_session();
        session.sign_in(zhang, at(0s));
        session.show(what, false, at(0s));
        session.touch(at(5s));
        session.tick(at(1h));
        return said(session.take());
    };
    CHECK(counted_of(hall) == "m-zhang touch  0..15\n");
    CHECK(counted_of(article) == "m-zhang reading article 0..65\n");
    CHECK(counted_of(paper) == "m-zhang quiz paper 0..65\n");
}

TEST_CASE("media counts while it plays, and leaves no grace behind", "[study]") {
    Session session = new_session();
    session.sign_in(zhang, at(0s));
    session.show(film, true, at(1s));
    session.tick(at(1000s));
    CHECK(session.counting(at(2000s)));
    CHECK(session.ends() == Instant::never());
    session.show(film, false, at(3600s));
    CHECK_FALSE(session.counting(at(3600s)));
    session.show(article, false, at(3601s));
    session.tick(at(4000s));
    CHECK(said(session.take()) == "m-zhang media film 1..3600\n");
    CHECK(session.counted(at(5000s)) == 3599s);

    // Paused by a touch: somebody is there, for as long as browsing counts.
    session.show(film, true, at(5000s));
    session.touch(at(5010s));
    session.show(film, false, at(5010s));
    session.tick(at(5100s));
    CHECK(said(session.take()) == "m-zhang media film 5000..5010\nm-zhang touch film 5010..5020\n");
}

TEST_CASE("a suspend of an hour is no study", "[study]") {
    Session session = new_session();
    session.sign_in(zhang, at(0s));
    session.show(article, false, at(0s));
    session.tick(at(59s));
    session.touch(at(3600s));
    session.tick(at(3601s));
    session.sign_out(at(3602s));
    CHECK(said(session.take()) == "m-zhang reading article 0..60\nm-zhang reading article 3600..3602\n");
}

TEST_CASE("the next sign-in closes the interval at that instant", "[study]") {
    Session session = new_session();
    session.show(article, false, at(0s));
    session.sign_in(zhang, at(10s));
    const std::string first = session.session();
    session.sign_in(li, at(20s));
    CHECK(session.session() != first);
    CHECK(session.counted(at(25s)) == 5s);
    session.sign_out(at(30s));
    CHECK(session.session().empty());
    CHECK_FALSE(session.member());
    session.touch(at(31s));
    session.tick(at(40s));
    const auto intervals = session.take();
    CHECK(said(intervals) == "m-zhang reading article 10..20\nm-li reading article 20..30\n");
    CHECK(intervals[0].session == first);
    CHECK(intervals[0].id != intervals[1].id);
}

TEST_CASE("browsing is one interval, not one a touch; a look elsewhere in the same instant is none", "[study]") {
    Session session = new_session();
    session.sign_in(zhang, at(0s));
    session.show(hall, false, at(0s));
    for (int i = 1; i <= 10; ++i) {
        session.touch(at(i * 10s));  // each at the very end of the grace
        session.tick(at(i * 10s + 1ms));
    }
    session.show(article, false, at(105s));
    session.show(hall, false, at(105s));
    session.sign_out(at(106s));
    CHECK(said(session.take()) == "m-zhang touch  0..106\n");
}

TEST_CASE("an instant before the latest one counts as the latest", "[study]") {
    Session session = new_session();
    session.show(hall, false, at(100s));
    session.sign_in(zhang, at(50s));
    session.touch(at(20s));
    session.sign_out(at(101s));
    CHECK(said(session.take()) == "m-zhang touch  100..101\n");
}

TEST_CASE("what runs is known without waiting for its end", "[study]") {
    Session session = new_session();
    session.show(hall, false, at(0s));
    CHECK_FALSE(session.running(at(5s)));
    session.sign_in(zhang, at(5s));
    CHECK(session.counting(at(5s)));
    CHECK_FALSE(session.running(at(5s)));  // nothing is proven yet
    session.tick(at(6s));
    REQUIRE(session.running(at(8s)));
    CHECK(session.running(at(8s))->to == at(8s));
    CHECK(session.ends() == at(15s));
    CHECK_FALSE(session.running(at(16s)));
    CHECK(session.counted(at(16s)) == 10s);
    const std::string id = session.running(at(8s))->id;
    session.tick(at(16s));
    REQUIRE(session.has_closed());
    CHECK(session.take()[0].id == id);
}

TEST_CASE("shorter graces hold from now on, and take nothing back", "[study]") {
    Session session = new_session();
    session.sign_in(zhang, at(0s));
    session.show(article, false, at(0s));
    session.tick(at(50s));
    session.set_rules({10s, 30s, 60s});
    session.tick(at(55s));
    CHECK(said(session.take()) == "m-zhang reading article 0..50\n");
}

TEST_CASE("labels have names, and names labels", "[study]") {
    for (const StudyLabel label : {StudyLabel::touch, StudyLabel::media, StudyLabel::reading, StudyLabel::quiz})
        CHECK(study_label(name_of(label)) == label);
    CHECK_FALSE(study_label("idle"));
}

// ---- Any sequence of events

namespace {

struct Event {
    enum Kind { touch, tick, show, sign_in, sign_out } kind;
    std::int64_t ms;
    int what = 0;  // of show: place in `subjects`; of sign_in: which member
    bool playing = false;
};

const std::array<std::optional<Subject>, 6> subjects = {std::nullopt, hall, film, lecture, article, paper};
const std::array<MemberId, 3> members = {zhang, li, MemberId{"m-wang"}};

// Of one instant at most one show and one of sign-in and sign-out: of two the later call holds, by design.
std::vector<Event> random_events(Chance& chance) {
    std::vector<Event> events;
    const std::size_t count = 5 + chance.below(56);
    std::int64_t ms = static_cast<std::int64_t>(chance.below(100'000));
    bool shown = false, signed_at = false;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t jump = chance.below(100);
        std::int64_t step = 0;
        if (jump >= 40 && jump < 55) step = 1 + static_cast<std::int64_t>(chance.below(40));
        else if (jump < 80 && jump >= 55) step = static_cast<std::int64_t>(chance.below(9'000));
        else if (jump < 86 && jump >= 80) step = 10'000 * (1 + 5 * static_cast<std::int64_t>(chance.below(2)));  // a grace, exactly
        else if (jump < 97 && jump >= 86) step = static_cast<std::int64_t>(chance.below(120'000));
        else if (jump >= 97) step = static_cast<std::int64_t>(chance.below(10'000'000));
        if (step > 0) shown = signed_at = false;
        ms += step;
        Event event{Event::touch, ms};
        const std::size_t kind = chance.below(100);
        if (kind >= 30 && kind < 45) event.kind = Event::tick;
        if (kind >= 45 && kind < 85 && !shown) {
            event.kind = Event::show;
            event.what = static_cast<int>(chance.below(subjects.size()));
            event.playing = chance.below(2) == 0;
            shown = true;
        }
        if (kind >= 85 && !signed_at) {
            event.kind = kind < 95 ? Event::sign_in : Event::sign_out;
            event.what = static_cast<int>(chance.below(members.size()));
            signed_at = true;
        }
        events.push_back(event);
    }
    return events;
}

void tell(Session& session, const Event& event) {
    const Instant now = at(std::chrono::milliseconds(event.ms));
    switch (event.kind) {
        case Event::touch: return session.touch(now);
        case Event::tick: return session.tick(now);
        case Event::show: return session.show(subjects[static_cast<std::size_t>(event.what)], event.playing, now);
        case Event::sign_in: return session.sign_in(members[static_cast<std::size_t>(event.what)], now);
        case Event::sign_out: return session.sign_out(now);
    }
}

// The second opinion: the state as a plain list of facts, asked of any ms.
struct Facts {
    int visit = -1;      // number of the sign-in, −1: nobody
    int member = 0;
    int subject = 0;
    bool playing = false;
    std::int64_t touched = 0;

    void take(const Event& event, int number) {
        if (event.kind == Event::touch) touched = event.ms;
        if (event.kind == Event::show) subject = event.what, playing = event.playing;
        if (event.kind == Event::sign_out) visit = -1;
        if (event.kind == Event::sign_in) visit = number, member = event.what, touched = event.ms;
    }
    [[nodiscard]] bool plays() const { return (subject == 2 || subject == 3) && playing; }
    [[nodiscard]] std::int64_t grace(const std::array<std::int64_t, 3>& ms) const { return subject == 4 ? ms[1] : subject == 5 ? ms[2] : ms[0]; }
    [[nodiscard]] bool counts(std::int64_t t, const std::array<std::int64_t, 3>& ms) const {
        return visit >= 0 && subject != 0 && (plays() || t - touched < grace(ms));
    }
};

using Key = std::tuple<int, int, int, bool>;  // visit, member, subject, playing media
using Sums = std::map<Key, std::int64_t>;     // ms

// Between two events nothing changes but the time; ms by ms where `each` says so, by the end of the grace otherwise.
Sums second_opinion(const std::vector<Event>& events, std::int64_t end, const std::array<std::int64_t, 3>& graces, bool each) {
    Sums sums;
    Facts facts;
    for (std::size_t i = 0; i < events.size(); ++i) {
        facts.take(events[i], static_cast<int>(i));
        const std::int64_t from = events[i].ms, to = i + 1 < events.size() ? events[i + 1].ms : end;
        std::int64_t counted = 0;
        if (each) {
            for (std::int64_t t = from; t < to; ++t) counted += facts.counts(t, graces) ? 1 : 0;
        } else if (facts.visit >= 0 && facts.subject != 0) {
            counted = facts.plays() ? to - from : std::max<std::int64_t>(0, std::min(to, facts.touched + facts.grace(graces)) - from);
        }
        if (counted > 0) sums[{facts.visit, facts.member, facts.subject, facts.plays()}] += counted;
    }
    return sums;
}

// The visits of `intervals` have ids, in the order of the sign-ins; those of the opinion are numbers of events.
Sums sums_of(const std::vector<Interval>& intervals, const std::map<std::string, int>& visits) {
    Sums sums;
    for (const Interval& i : intervals) {
        const auto member = std::find(members.begin(), members.end(), i.member) - members.begin();
        int what = 0;
        for (std::size_t s = 1; s < subjects.size(); ++s)
            if (subjects[s]->item == i.subject.item) what = static_cast<int>(s);
        const Key key{visits.at(i.session), static_cast<int>(member), what, i.subject.label == StudyLabel::media};
        sums[key] += std::chrono::duration_cast<std::chrono::milliseconds>(i.to - i.from).count();
    }
    return sums;
}

struct Told {
    std::vector<Interval> intervals;
    std::map<std::string, int> visits;
};

std::string script(const std::vector<Event>& events) {
    std::string text;
    for (const Event& e : events) text += fmt::format("{} ms: {} {} {}\n", e.ms, static_cast<int>(e.kind), e.what, e.playing);
    return text;
}

// Plain comparisons: Catch's assertions would cost more than what they assert.
#define MUST(condition) do { if (!(condition)) { INFO(script(events)); FAIL(#condition); } } while (false)

Told told(const std::vector<Event>& events, std::int64_t end, Session::Rules rules, bool ask) {
    Session session = new_session(rules);
    Told told;
    Nanoseconds closed{0}, before{0};
    std::map<std::string, Instant> promised;  // by the id of an interval: proven up to
    const auto collect = [&] {
        for (Interval& interval : session.take()) {
            if (interval.session == session.session()) closed += interval.to - interval.from;
            told.intervals.push_back(std::move(interval));
        }
    };
    for (std::size_t i = 0; i < events.size(); ++i) {
        tell(session, events[i]);
        if (events[i].kind == Event::sign_in) told.visits[session.session()] = static_cast<int>(i);
        if (events[i].kind == Event::sign_in || events[i].kind == Event::sign_out) closed = before = Nanoseconds(0);
        collect();
        if (!ask) continue;
        const Instant now = at(std::chrono::milliseconds(events[i].ms));
        const auto running = session.running(now);
        if (running) {
            MUST(running->to <= now);
            MUST(running->from < running->to);
            MUST(session.member() == running->member);
            promised[running->id] = std::max(promised[running->id], running->to);
        }
        const Nanoseconds counted = session.counted(now);
        MUST(counted == closed + (running ? running->to - running->from : Nanoseconds(0)));
        MUST(counted >= before);
        before = counted;
        // What it says of a later instant, it says again when that comes and nothing happened.
        const Instant later = now + std::chrono::milliseconds((events[i].ms * 7919) % 90'000);
        Session alone = session;
        const Nanoseconds foretold = session.counted(later);
        const auto ends = session.ends();
        alone.tick(later);
        MUST(alone.counted(later) == foretold);
        MUST(alone.counting(later) == session.counting(later));
        MUST(session.counting(later) == (session.counting(now) && later < ends));
    }
    session.sign_out(at(std::chrono::milliseconds(end)));
    for (Interval& interval : session.take()) told.intervals.push_back(std::move(interval));
    for (const auto& [id, to] : promised) {
        const std::string& wanted = id;
        const auto it = std::find_if(told.intervals.begin(), told.intervals.end(), [&](const Interval& i) { return i.id == wanted; });
        MUST(it != told.intervals.end());
        MUST(it->to >= to);
    }
    return told;
}

void check_properties(const std::vector<Event>& events, std::int64_t end, const Told& told) {
    // When each visit was, and how long media played in it.
    std::map<int, std::pair<std::int64_t, std::int64_t>> present;
    std::map<int, std::int64_t> played;
    Facts facts;
    for (std::size_t i = 0; i < events.size(); ++i) {
        facts.take(events[i], static_cast<int>(i));
        const std::int64_t to = i + 1 < events.size() ? events[i + 1].ms : end;
        if (facts.visit < 0) continue;
        if (!present.contains(facts.visit)) present[facts.visit].first = events[i].ms;
        present[facts.visit].second = to;
        if (facts.plays()) played[facts.visit] += to - events[i].ms;
    }
    std::map<int, std::int64_t> sum, media;
    for (std::size_t i = 0; i < told.intervals.size(); ++i) {
        const Interval& it = told.intervals[i];
        MUST(it.from < it.to);
        if (i > 0) MUST(told.intervals[i - 1].to <= it.from);
        // Neighbours of one subject and label are one.
        if (i > 0 && told.intervals[i - 1].to == it.from && told.intervals[i - 1].session == it.session)
            MUST(told.intervals[i - 1].subject != it.subject);
        const int visit = told.visits.at(it.session);
        MUST(it.member == members[static_cast<std::size_t>(events[static_cast<std::size_t>(visit)].what)]);
        MUST(it.from >= at(std::chrono::milliseconds(present.at(visit).first)));
        MUST(it.to <= at(std::chrono::milliseconds(present.at(visit).second)));
        const std::int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(it.to - it.from).count();
        sum[visit] += ms;
        if (it.subject.label == StudyLabel::media) media[visit] += ms;
    }
    for (const auto& [visit, ms] : sum) MUST(ms <= present.at(visit).second - present.at(visit).first);
    for (const auto& [visit, ms] : media) MUST(ms <= played[visit]);
}

bool same(const std::vector<Interval>& a, const std::vector<Interval>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Interval& x, const Interval& y) {
        return x.member == y.member && x.subject == y.subject && x.from == y.from && x.to == y.to;
    });
}

// The same events, those of one instant in another order.
std::vector<Event> stirred(std::vector<Event> events, Chance& chance) {
    for (std::size_t from = 0; from < events.size();) {
        std::size_t to = from;
        while (to < events.size() && events[to].ms == events[from].ms) ++to;
        std::vector<Event> instant(events.begin() + static_cast<std::ptrdiff_t>(from), events.begin() + static_cast<std::ptrdiff_t>(to));
        chance.shuffle(instant);
        std::copy(instant.begin(), instant.end(), events.begin() + static_cast<std::ptrdiff_t>(from));
        from = to;
    }
    return events;
}

struct Graces {
    std::array<std::int64_t, 3> ms;
    [[nodiscard]] Session::Rules rules() const {
        return {std::chrono::milliseconds(ms[0]), std::chrono::milliseconds(ms[1]), std::chrono::milliseconds(ms[2])};
    }
};

void check_sequences(std::uint64_t first_seed, std::uint64_t count) {
    for (std::uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
        Chance chance(seed);
        const std::vector<Event> events = random_events(chance);
        Graces graces{{10'000, 60'000, 60'000}};
        if (chance.below(4) == 0)
            graces.ms = {static_cast<std::int64_t>(chance.below(30'000)), static_cast<std::int64_t>(chance.below(90'000)), 0};
        const std::int64_t end = events.back().ms + static_cast<std::int64_t>(chance.below(100'000));
        const Told first = told(events, end, graces.rules(), true);
        check_properties(events, end, first);
        MUST(sums_of(first.intervals, first.visits) == second_opinion(events, end, graces.ms, false));
        const std::vector<Event> other = stirred(events, chance);
        MUST(same(first.intervals, told(other, end, graces.rules(), false).intervals));
    }
}

}  // namespace

TEST_CASE("for any sequence of events the sums are exactly what they should be", "[study]") { check_sequences(1, 10'000); }

TEST_CASE("for a hundred thousand sequences more", "[study][slow]") { check_sequences(1'000'000, 100'000); }

TEST_CASE("the second opinion is right too: asked ms by ms", "[study]") {
    std::size_t compared = 0;
    for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
        Chance chance(seed);
        const std::vector<Event> events = random_events(chance);
        const std::int64_t end = events.back().ms + 20'000;
        if (end - events.front().ms > 400'000) continue;
        const std::array<std::int64_t, 3> graces = {10'000, 60'000, 60'000};
        MUST(second_opinion(events, end, graces, true) == second_opinion(events, end, graces, false));
        ++compared;
    }
    CHECK(compared > 300);
}
