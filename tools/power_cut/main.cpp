// Kills the real kiosk at random moments of a driven stream of sign-ins and study, and asks its records each time.
//     xinghuo-power-cut FOLDER_OF_THE_PROGRAMS KILLS [SEED] [PACK]
//     xinghuo-power-cut packs FOLDER_OF_THE_PROGRAMS KILLS [SEED]     the same while it installs packs
// Exit code 0 when nothing was wrong. The last line is the figures.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "content/base/crypto.h"
#include "content/base/json.h"
#include "content/quiz/shuffle.h"
#include "tools/benchmark/child.h"
#include "tools/power_cut/kept.h"
#include "tools/power_cut/packs.h"

namespace xinghuo {
namespace {

using namespace std::chrono_literals;

// A curtain falls for 140 ms, a frame of a terminal without a GPU may take as long again.
constexpr Nanoseconds curtain = 300ms;
constexpr std::size_t members = 20;

class Run {
public:
    Run(Path programs, Path data, std::string pack, std::uint64_t seed)
        : programs_(std::move(programs)), data_(std::move(data)), pack_(std::move(pack)), chance_(seed) {}

    Result<void> import_members() {
        std::string csv = "member_no,name,branch,card\n";
        for (std::size_t i = 0; i < members; ++i) csv += fmt::format("2021{:04},人{},一支部,{}\n", i, letter(i), card(i));
        if (auto done = write_file(data_ / "roster.csv", csv); !done) return done;
        auto said = records({"import-roster", (data_ / "roster.csv").string(), "--apply"});
        return said ? Result<void>() : said.error();
    }

    Result<void> kill_once(Figures& figures) {
        std::vector<Presence> presences;
        {
            auto kiosk = start();
            if (!kiosk) return kiosk.error();
            const Instant end = clock_.now() + life();
            if (chance_.below(10) > 0) drive(*kiosk, end, presences);      // else: in the middle of its start
            else while (clock_.now() < end) (void)kiosk->line(end - clock_.now());
            for (const std::string& line : kiosk->cut()) answered(line, presences);
        }
        ++figures.kills;
        const Instant dead = clock_.now();
        for (Presence& presence : presences)
            if (presence.gone == Instant::never()) presence.gone = dead;
        // Its first start may have been cut before there was a database.
        if (!std::filesystem::exists(data_ / "records.db")) return {};
        if (auto verified = records({"verify"}); !verified) figures.wrong.push_back(verified.error().what);
        if (auto read = read_on(figures); !read) return read;
        kept_.compare_acknowledged(presences, figures);
        // A start that was cut early may have left the visit of the life before open: its minutes are asked for later.
        if (presences.empty() && kept_.somebody_is_in()) return {};
        kept_.compare_minutes(before_, figures);
        before_ = std::move(presences);
        return {};
    }

    // A start that is left alone: it closes what the last kill left open.
    Result<void> end(Figures& figures) {
        auto kiosk = start();
        if (!kiosk) return kiosk.error();
        kiosk->say("screen");
        if (!kiosk->line(30s)) return Error{ErrorKind::io, "the kiosk does not answer"};
        kiosk->say("quit");
        while (kiosk->line(10s)) {}
        if (kiosk->ended() != 0) figures.wrong.push_back("the last start did not end well");
        if (auto read = read_on(figures); !read) return read;
        kept_.compare_minutes(before_, figures);
        if (kept_.somebody_is_in()) figures.wrong.push_back("the last visit was never closed");
        if (auto verified = records({"verify"}); !verified) figures.wrong.push_back(verified.error().what);
        return {};
    }

private:
    static std::string card(std::size_t i) { return fmt::format("00100{:05}", 31'000 + i * 7); }
    static std::string letter(std::size_t i) { return {static_cast<char>('A' + i)}; }

    Result<Child> start() const {
        std::vector<std::string> command = {(programs_ / "xinghuo-kiosk").string(), "--drive", "--headless", "--clock", "real"};
        command.insert(command.end(), {"--data", data_.string()});
        if (!pack_.empty()) command.insert(command.end(), {"--preview", pack_});
        return Child::start(command);
    }

    // Most lives are short, so that a sign-in is often cut; some are long enough to lose more than five seconds, if that could be.
    Nanoseconds life() {
        const std::size_t kind = chance_.below(20);
        if (kind == 0) return 9s + Milliseconds(chance_.below(6'000));
        if (kind < 4) return 2s + Milliseconds(chance_.below(2'000));
        return 300ms + Milliseconds(chance_.below(1'200));
    }

    void drive(Child& kiosk, Instant end, std::vector<Presence>& presences) {
        const bool calm = chance_.below(2) == 0;  // stays with one member and one thing
        bool first = true;
        while (clock_.now() < end) {
            std::string command = "wait 0.1";
            const std::size_t event = chance_.below(100);
            if (first || event < (calm ? 1u : 25u)) command = "card " + card(chance_.below(members));
            else if (event < (calm ? 2u : 35u)) command = chance_.below(2) == 0 ? "open hall" : "open figures";
            else if (event < 45) command = "tap 960 20";  // nothing is there; a touch all the same
            first = false;
            asked_ = clock_.now();
            command_ = command;
            kiosk.say(command);
            const auto line = kiosk.line(std::max<Nanoseconds>(1ms, end - clock_.now()));
            if (!line) return;
            answered(*line, presences);
        }
    }

    // A line may come after the kill: it was said before.
    void answered(const std::string& line, std::vector<Presence>& presences) {
        const Instant now = clock_.now();
        JsonDocument document;
        if (!document.parse(line)) return;  // cut off
        const JsonNode root = document.root();
        Presence* here = presences.empty() || presences.back().signed_out ? nullptr : &presences.back();
        if (here != nullptr) here->last = asked_;
        if (command_.starts_with("open ") && here != nullptr) here->curtains += (now - asked_) + curtain;
        if (!command_.starts_with("card ")) return;
        const std::string session = root["session"].string_or("");
        if (here != nullptr && here->session == session) return;  // the same card again, at once
        if (here != nullptr) {
            here->signed_out = true;
            here->gone = now;
        }
        if (root["signed_in"].boolean_or(false))
            presences.push_back({session, root["member"].string_or(""), asked_, now, now, curtain, false, Instant::never()});
    }

    Result<void> read_on(Figures& figures) {
        auto list = records({"list", "--json", "--since", std::to_string(kept_.last_seq())});
        if (!list) return list.error();
        return kept_.take(*list, figures);
    }

    // What xinghuo-records says; an error when it ends with anything but 0.
    Result<std::string> records(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {(programs_ / "xinghuo-records").string(), "--data", data_.string()});
        auto program = Child::start(arguments);
        if (!program) return program.error();
        std::string said;
        while (auto line = program->line(60s)) said += *line + "\n";
        if (const int code = program->ended(); code != 0)
            return Error{ErrorKind::invalid, fmt::format("xinghuo-records {} ended with {}: {}", arguments[3], code, said)};
        return said;
    }

    const Path programs_, data_;
    const std::string pack_;
    const SystemClock clock_;
    Chance chance_;
    Kept kept_;
    std::vector<Presence> before_;  // of the life before: the next start closes their last visit
    std::string command_;
    Instant asked_;
};

int run(const std::vector<std::string>& arguments) {
    if (arguments.size() >= 3 && arguments[0] == "packs")
        return cut_installs(arguments[1], std::strtol(arguments[2].c_str(), nullptr, 10),
                            static_cast<std::uint64_t>(arguments.size() > 3 ? std::strtoll(arguments[3].c_str(), nullptr, 10) : 1));
    if (arguments.size() < 2) {
        std::fputs("usage: xinghuo-power-cut FOLDER_OF_THE_PROGRAMS KILLS [SEED] [PACK]\n", stderr);
        return 2;
    }
    const long kills = std::strtol(arguments[1].c_str(), nullptr, 10);
    const auto seed = static_cast<std::uint64_t>(arguments.size() > 2 ? std::strtoll(arguments[2].c_str(), nullptr, 10) : 1);
    const Path data = std::filesystem::temp_directory_path() / ("xinghuo-power-cut-" + to_hex(random_bytes(6)));
    std::filesystem::create_directories(data);
    Run run(arguments[0], data, arguments.size() > 3 ? arguments[3] : "", seed);
    Figures figures;
    Result<void> done = run.import_members();
    for (long i = 0; done && i < kills; ++i) {
        done = run.kill_once(figures);
        if ((i + 1) % 100 == 0) fmt::print(stderr, "{} of {}\n", i + 1, kills);
    }
    if (done) done = run.end(figures);
    if (!done) figures.wrong.push_back(done.error().what);
    for (const std::string& wrong : figures.wrong) fmt::print("{}\n", wrong);
    fmt::print("{} kills: {} acknowledged, {} found, {} doubled, {} abandoned intervals, worst loss {:.1f} s, {} wrong\n", figures.kills,
               figures.acknowledged, figures.found, figures.doubled, figures.abandoned, seconds(figures.worst_loss), figures.wrong.size());
    if (figures.wrong.empty()) std::filesystem::remove_all(data);
    else fmt::print(stderr, "the data folder is left in {}\n", data.string());
    return figures.wrong.empty() ? 0 : 1;
}

}  // namespace
}  // namespace xinghuo

int main(int argc, char** argv) { return xinghuo::run({argv + 1, argv + argc}); }
