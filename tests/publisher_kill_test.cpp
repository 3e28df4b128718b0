// The publisher is killed again and again in the middle of publications: the repository is the old one or the new one, whole, for terminals that have followed it
// from the beginning; and the next publication goes well.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "content/base/crypto.h"
#include "content/quiz/shuffle.h"
#include "content/trust/client.h"
#include "content/trust/directory_transport.h"
#include "sync/server/publisher.h"

using namespace xinghuo;

namespace {

const SigningKey told_terminal = SigningKey::from_seed(sha256("a terminal that stays")), other_terminal = SigningKey::from_seed(sha256("a terminal that comes and goes"));
WallTime moment_of(int number) { return {wall_time_from_iso("2026-07-01T08:00:00Z").unix_ms + number * 60'000}; }

// Every fourth publication is a roster, a notice, somebody enrolled or revoked, and a new online key or settings.
bool is_roster(int number) { return number % 4 == 0; }
bool is_notice(int number) { return number % 4 == 1; }
std::vector<KioskReader> readers_at(int number) {
    std::vector<KioskReader> readers = {{kiosk_id(told_terminal.public_key()), told_terminal.public_key()}};
    if ((number + 2) / 4 % 2 == 1) readers.push_back({kiosk_id(other_terminal.public_key()), other_terminal.public_key()});
    return readers;
}
Result<PublishedNow> publication(const Path& data, int number) {
    auto publisher = Publisher::open(data, moment_of(number));
    if (!publisher) return publisher.error();
    if (is_roster(number))
        return publisher->tell(1, ToldKind::roster, fmt::format(R"({{"schema_version":1,"members":[{{"id":"m-1","number":"{}","name":"张三","branch":"一支部"}}]}})", number), readers_at(number),
                               moment_of(number));
    if (is_notice(number))
        return publisher->tell(1, ToldKind::notices,
                               fmt::format(R"({{"schema_version":1,"notices":[{{"id":"n-{}","title":{{"zh":"甲","en":"A"}},"text":{{"zh":"乙","en":"B"}},"from":"2026-07-01T00:00:00Z","until":"2026-07-08T00:00:00Z"}}]}})", number),
                               readers_at(number), moment_of(number));
    if (number % 4 == 2) return publisher->tell_readers(1, readers_at(number), moment_of(number));
    return Publisher::rotate(data, RepositoryKey::online, moment_of(number));
}

// Publishes one after another and says each number when it is done, until it is killed.
pid_t start_publisher(const Path& data, int first, int said) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    for (int number = first;; ++number) {
        if (auto done = publication(data, number); !done) {
            std::fprintf(stderr, "publication %d: %s\n", number, done.error().what.c_str());
            ::_exit(1);
        }
        if (::write(said, &number, sizeof number) != sizeof number) ::_exit(2);
    }
}

// A terminal that has followed the repository from the beginning, and refuses whatever goes back.
struct Follower {
    explicit Follower(const Path& data) : folder(data / "client") {
        auto transport = DirectoryTransport::open(data / "repository", "the centre");
        REQUIRE(transport);
        from = std::move(*transport);
    }
    std::string reads(ToldKind kind, const std::string& name, WallTime now) {
        auto client = TrustClient::open(folder);
        REQUIRE(client);
        const auto fresh = client->refresh(*from, now);
        INFO((fresh ? "" : fresh.error().what));
        REQUIRE(fresh);
        const auto target = client->find(name, *from, now), keys = client->find(keys_target(kiosk_id(told_terminal.public_key())), *from, now);
        REQUIRE(target);
        REQUIRE(keys);
        if (!*target) return "";
        REQUIRE(*keys);
        const auto bytes = client->fetch(**target, *from, told_limit_bytes), sealed = client->fetch(**keys, *from, keys_limit_bytes);
        REQUIRE(bytes);
        REQUIRE(sealed);
        const auto seed = unsealed_keys(*sealed, kiosk_id(told_terminal.public_key()), told_terminal);
        REQUIRE(seed);
        const auto told = unsealed_told(*bytes, kind, 1, SigningKey::from_seed(seed->reading_seed));
        INFO((told ? "" : told.error().what));
        REQUIRE(told);
        return told->document;
    }
    Path folder;
    std::unique_ptr<DirectoryTransport> from;
};

// The number in the last document of a kind; -1: none was told.
int number_in(const std::string& document, std::string_view before) {
    const std::size_t at = document.find(before);
    return at == std::string::npos ? -1 : std::atoi(document.c_str() + at + before.size());
}
int last_of(bool (*is)(int), int upto) {
    while (upto >= 0 && !is(upto)) --upto;
    return upto;
}

}  // namespace

TEST_CASE("a publisher killed at any point leaves the old repository or the new one, and the next publication goes well", "[sync][publisher][slow]") {
    const Path data = std::filesystem::temp_directory_path() / ("xinghuo-killed-publisher-" + to_hex(random_bytes(8)));
    std::filesystem::create_directories(data);
    {
        REQUIRE(publication(data, 0));
        REQUIRE(publication(data, 1));
        Follower follower(data);
        auto begun = Publisher::open(data, moment_of(1));
        REQUIRE(begun);
        REQUIRE(TrustClient::init(follower.folder, *begun->first_root()));
        int done = 1;
        for (int round = 0; round < 14; ++round) {
            CAPTURE(round, done);
            int ends[2];
            REQUIRE(::pipe(ends) == 0);
            const int first = done + 1;
            const pid_t child = start_publisher(data, first, ends[1]);
            ::close(ends[1]);
            // Anywhere within the time some publications take: whoever is quicker is killed later.
            pollfd waits{ends[0], POLLIN, 0};
            for (unsigned heard = 0; heard < static_cast<unsigned>(round) % 3; ++heard) REQUIRE(::read(ends[0], &done, sizeof done) == sizeof done);
            ::poll(&waits, 1, 1 + static_cast<int>(mixed(7, static_cast<std::uint64_t>(round)) % 60));
            ::kill(child, SIGKILL);
            int how = 0;
            ::waitpid(child, &how, 0);
            CHECK(WIFSIGNALED(how));
            int late = 0;
            while (::read(ends[0], &late, sizeof late) == sizeof late) done = late;
            ::close(ends[0]);
            // Before anybody mends anything: what a web server hands out now is whole.
            const WallTime now = moment_of(done + 2);
            const int roster = number_in(follower.reads(ToldKind::roster, "rosters/1.json", now), R"("number":")");
            const int notice = number_in(follower.reads(ToldKind::notices, "notices/1.json", now), R"("id":"n-)");
            CHECK((roster == last_of(is_roster, done) || roster == last_of(is_roster, done + 1)));
            CHECK((notice == last_of(is_notice, done) || notice == last_of(is_notice, done + 1)));
            // Started again: the same publication, once more or for the first time.
            const auto again = publication(data, done + 1);
            INFO((again ? "" : again.error().what));
            REQUIRE(again);
            ++done;
            CHECK(number_in(follower.reads(ToldKind::roster, "rosters/1.json", moment_of(done + 1)), R"("number":")") == last_of(is_roster, done));
            CHECK(number_in(follower.reads(ToldKind::notices, "notices/1.json", moment_of(done + 1)), R"("id":"n-)") == last_of(is_notice, done));
        }
        // No pile of what was begun and never ended.
        std::size_t pieces = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(data))
            if (entry.path().filename().string().ends_with(".part")) ++pieces;
        CHECK(pieces < 40);
    }
    std::filesystem::remove_all(data);
}
