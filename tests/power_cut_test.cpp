// The program is killed in the middle of a stream of sign-ins and study, again and again: what it had acknowledged is there, nothing is
// there twice, the chain holds, and of the running interval at most five seconds are lost. (Product rule 6.)
// tools/powercut does the same to the real program.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include <sys/wait.h>
#include <unistd.h>

#include "content/base/json.h"
#include "content/quiz/shuffle.h"
#include "content/study/study.h"

using namespace xinghuo;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t longest_frame_ms = 400;

std::string boot_of(std::uint64_t seed) { return fmt::format("boot {}", seed / 2); }  // every second start is in the same boot

WallTime wall_of(Chance& chance) {
    static const char* const days[] = {"2026-07-01T08:00:00Z", "1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z"};
    return wall_time_from_iso(days[chance.below(3)]);
}

// The program that will be killed: acknowledges on `out`, a line each, what it was told is on disk; never returns.
[[noreturn]] void live(const Path& data, std::uint64_t seed, int out) {
    const auto say = [out](std::string line) {
        line += '\n';
        if (::write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(0);
    };
    Chance chance(seed);
    FakeClock clock(wall_of(chance), boot_of(seed));
    auto study = Study::open({data, clock.boot_id(), "test", {}, false}, clock.moment());
    if (!study) {
        say("fail " + study.error().what);
        ::_exit(1);
    }
    Visit& visit = (*study)->visit();
    std::optional<Subject> what;
    bool playing = false;
    const bool calm = chance.below(2) == 0;
    for (std::uint64_t step = 0;; ++step) {
        clock.advance(Milliseconds(chance.below(longest_frame_ms)));
        const Moment now = clock.moment();
        // Every other visitor is a calm one: intervals of half a minute, which the journal has to prove piece by piece.
        const std::size_t event = calm && chance.below(12) > 0 ? 99 : chance.below(100);
        if (event < 5) {
            const Member member{{fmt::format("m-{}", chance.below(6))}, "", "", "", "", "", false, false, false};
            if (auto done = visit.sign_in(member, SignInWay::card, now); !done) say("fail " + done.error().what);
            else say(fmt::format("in {} {}", visit.session(), member.id.text));
        } else if (event < 7 && visit.member()) {
            const std::string session = visit.session();
            if (auto done = visit.sign_out(SignOutWhy::button, now); !done) say("fail " + done.error().what);
            else say("out " + session);
        } else if (event < 9) {
            const std::string question = fmt::format("q-{}-{}", seed, step);
            if (auto done = visit.record(RecordKind::quiz_answered, fmt::format(R"({{"question":"{}","right":true}})", question), now); !done)
                say("fail " + done.error().what);
            else say("answer " + question);
        } else if (event < 20) {
            const auto label = static_cast<StudyLabel>(chance.below(4));
            what = Subject{label, fmt::format("item-{}", chance.below(3)), {"题", "title"}, "pack", 1};
            playing = chance.below(2) == 0;
        }
        if (calm && !what) what = Subject{StudyLabel::reading, "article", {"文", "text"}, "pack", 1};
        visit.observe(chance.below(4) == 0, what, playing, now);
        if (visit.member()) say(fmt::format("seen {} {}", visit.session(), visit.counted(now.now).count()));
    }
}

struct Figures {
    std::size_t kills = 0, acknowledged = 0, found = 0, doubled = 0, abandoned = 0;
    std::int64_t worst_loss_ms = 0;
};

struct Said {
    std::map<std::string, std::string> in;      // session -> member
    std::set<std::string> out, answers;
    std::map<std::string, std::int64_t> counted;  // session -> ms, the latest
};

Said understood(const std::string& text) {
    Said said;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string verb, id;
        words >> verb >> id;
        if (verb == "fail") FAIL(line);
        if (verb == "in") words >> said.in[id];
        if (verb == "out") said.out.insert(id);
        if (verb == "answer") said.answers.insert(id);
        if (verb == "seen") words >> said.counted[id];
    }
    return said;
}

// Kills it after so many of its lines, and a moment more. What it had said by then.
Said killed(const Path& data, std::uint64_t seed) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        live(data, seed, ends[1]);
    }
    ::close(ends[1]);
    Chance chance(mixed(seed, 77));
    const std::size_t lines = chance.below(10) == 0 ? 0 : chance.below(300);
    std::string text;
    char buffer[4096];
    std::size_t seen = 0;
    while (seen < lines) {
        const ssize_t n = ::read(ends[0], buffer, sizeof buffer);
        if (n <= 0) break;
        text.append(buffer, static_cast<std::size_t>(n));
        seen += static_cast<std::size_t>(std::count(buffer, buffer + n, '\n'));
    }
    volatile std::size_t moment = chance.below(3) == 0 ? 0 : chance.below(3'000'000);  // up to a few ms
    while (moment > 0) moment = moment - 1;
    REQUIRE(::kill(child, SIGKILL) == 0);
    for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    INFO(text);
    REQUIRE(WIFSIGNALED(status));
    if (!text.empty()) text.resize(text.rfind('\n') + 1);
    return understood(text);
}

// Everything that must hold of the records whatever happened; the sum of each visit.
struct Found {
    std::map<std::string, std::string> in;
    std::map<std::string, std::string> out;     // session -> why
    std::map<std::string, std::int64_t> ms;
    std::map<std::string, std::size_t> answers;
    std::size_t abandoned = 0;
};

Found read_and_check(Study& study) {
    const auto verdict = verify_database(study.database(), study.device_key().public_key());
    REQUIRE(verdict);
    INFO((verdict->wrong.empty() ? std::string() : verdict->wrong.front()));
    REQUIRE(verdict->good());
    Found found;
    std::string open, member;
    std::int64_t seq = 0;
    for (;;) {
        const auto page = study.records().read(seq, 1000);
        REQUIRE(page);
        if (page->empty()) break;
        for (const Record& record : *page) {
            REQUIRE(record.seq == ++seq);
            JsonDocument document;
            REQUIRE(document.parse(record.body));
            const JsonNode body = document.root();
            const std::string session = body["session"].string_or("");
            INFO("seq " << record.seq << ": " << name_of(record.kind));
            switch (record.kind) {
                case RecordKind::signed_in:
                    REQUIRE(open.empty());
                    open = session;
                    member = record.member.text;
                    REQUIRE(found.in.emplace(session, member).second);
                    break;
                case RecordKind::abandoned:
                    ++found.abandoned;
                    [[fallthrough]];
                case RecordKind::study_interval:
                    REQUIRE(session == open);
                    REQUIRE(record.member.text == member);
                    REQUIRE(body["ms"].integer() > 0);
                    found.ms[session] += body["ms"].integer();
                    break;
                case RecordKind::signed_out:
                    REQUIRE(session == open);
                    REQUIRE(record.member.text == member);
                    REQUIRE(body["ms"].integer() == found.ms[session]);
                    REQUIRE(found.out.emplace(session, body["why"].string()).second);
                    open.clear();
                    break;
                case RecordKind::quiz_answered:
                    ++found.answers[body["question"].string()];
                    REQUIRE(session == open);
                    break;
                default: break;
            }
        }
    }
    REQUIRE(open.empty());  // the start closed what the kill left open
    return found;
}

void compare(const Said& said, const Found& found, Figures& figures) {
    for (const auto& [session, member] : said.in) {
        ++figures.acknowledged;
        const auto it = found.in.find(session);
        figures.found += it != found.in.end() && it->second == member ? 1 : 0;
    }
    for (const std::string& session : said.out) {
        ++figures.acknowledged;
        const auto it = found.out.find(session);
        figures.found += it != found.out.end() && it->second == "button" ? 1 : 0;
    }
    for (const std::string& question : said.answers) {
        ++figures.acknowledged;
        const auto it = found.answers.find(question);
        figures.found += it != found.answers.end() ? 1 : 0;
        figures.doubled += it != found.answers.end() && it->second > 1 ? 1 : 0;
    }
    for (const auto& [session, counted] : said.counted) {
        const auto it = found.ms.find(session);
        const std::int64_t recorded = it == found.ms.end() ? 0 : it->second;
        figures.worst_loss_ms = std::max(figures.worst_loss_ms, counted - recorded);
        // A frame more than it could still say it had seen is no doubling.
        figures.doubled += recorded > counted + longest_frame_ms ? 1 : 0;
    }
}

Figures run(std::uint64_t kills) {
    Figures figures;
    // A kill leaves what was written in the system's hands, synced or not: so memory does as well as a disk, and is quicker.
    const Path memory = "/dev/shm";
    const Path top = (::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path()) /
                     fmt::format("xinghuo-power-cut-{}", ::getpid());
    Path data;
    for (std::uint64_t seed = 0; seed < kills; ++seed) {
        INFO("kill " << seed);
        if (seed % 30 == 0) {  // a chain is read whole each time
            std::filesystem::remove_all(top);
            data = top / fmt::format("data-{}", seed);
        }
        const Said said = killed(data, seed);
        ++figures.kills;
        FakeClock clock(wall_time_from_iso("2026-07-02T08:00:00Z"), boot_of(seed + 1));
        auto study = Study::open({data, clock.boot_id(), "test", {}, false}, clock.moment());
        INFO((study ? std::string() : study.error().what));
        REQUIRE(study);
        REQUIRE((*study)->visit().waiting() == 0);
        REQUIRE_FALSE(std::filesystem::exists((*study)->files().running()));
        const Found found = read_and_check(**study);
        compare(said, found, figures);
        if (seed % 30 == 29 || seed + 1 == kills) figures.abandoned += found.abandoned;
    }
    std::filesystem::remove_all(top);
    return figures;
}

void check(const Figures& figures) {
    const std::string line = fmt::format("{} kills: {} acknowledged, {} found, {} doubled, {} abandoned, worst loss {:.1f} s", figures.kills,
                                         figures.acknowledged, figures.found, figures.doubled, figures.abandoned,
                                         static_cast<double>(figures.worst_loss_ms) / 1000);
    INFO(line);
    CHECK(figures.found == figures.acknowledged);
    CHECK(figures.doubled == 0);
    CHECK(figures.worst_loss_ms <= 5000);
    CHECK(figures.worst_loss_ms >= 3000);  // intervals were long enough to lose that much
    CHECK(figures.acknowledged > figures.kills);
    CHECK(figures.abandoned > figures.kills / 10);
    if (figures.kills >= 1000) WARN(line);
}

}  // namespace

TEST_CASE("killed sixty times, it has lost nothing it acknowledged", "[study][slow]") { check(run(60)); }

TEST_CASE("killed a thousand times, it has lost nothing it acknowledged", "[.powercut]") { check(run(1000)); }
