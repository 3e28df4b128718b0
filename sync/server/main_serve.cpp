// The server itself: opens everything, says where it listens, and goes on until it is told to stop.
#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>

#include "content/base/crypto.h"
#include "content/base/text.h"
#include "sync/courier_forms.h"
#include "sync/server/api.h"
#include "sync/server/hour_sums.h"
#include "sync/server/http_server.h"
#include "sync/server/people_key.h"
#include "sync/server/publish_api.h"
#include "sync/server/report_api.h"
#include "sync/server/server_commands.h"

namespace xinghuo {
namespace {

constexpr std::array known_options{"--data", "--database", "--listen", "--tls-cert", "--tls-key", "--trust-proxy", "--home-page", "--organisation", "--threads", "--readers", "--code-hours", "--client-rate",
                                   "--log", "--connections", "--connections-per-address", "--body-mb", "--unpacked-mb", "--header-ms", "--body-ms", "--idle-ms"};
constexpr std::chrono::seconds tended_every{60};  // what is due by itself

// "127.0.0.1:8080", "[::1]:8080", ":8080" (all), "8080".
Result<void> read_listen(const std::string& text, HttpServerSettings& settings) {
    const std::size_t colon = text.rfind(':');
    std::string address = colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon);
    const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']') address = address.substr(1, address.size() - 2);
    if (address.empty() || address == "*") address = "0.0.0.0";
    if (address == "localhost") address = "127.0.0.1";
    int number = -1;
    const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
    if (port.empty() || read.ec != std::errc() || read.ptr != port.data() + port.size() || number < 0 || number > 65535)
        return Error{ErrorKind::invalid, "--listen ADDRESS:PORT, e.g. 127.0.0.1:8080"};
    settings.address = address;
    settings.port = number;
    return {};
}

Result<std::int64_t> whole_option(const ServerOptions& options, const std::string& name, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    const std::string* told = options.value(name);
    if (told == nullptr) return otherwise;
    std::int64_t number = 0;
    const auto read = std::from_chars(told->data(), told->data() + told->size(), number);
    if (told->empty() || read.ec != std::errc() || read.ptr != told->data() + told->size() || number < least || number > most)
        return Error{ErrorKind::invalid, fmt::format("{}: a whole number from {} to {}", name, least, most)};
    return number;
}

Result<HttpServerSettings> http_settings(const ServerOptions& options) {
    HttpServerSettings settings;
    const std::string* listen = options.value("--listen");
    if (auto read = read_listen(listen == nullptr ? "127.0.0.1:8080" : *listen, settings); !read) return read.error();
    if (const std::string* file = options.value("--tls-cert")) settings.tls_certificate = *file;
    if (const std::string* file = options.value("--tls-key")) settings.tls_key = *file;
    settings.trusted_proxies = options.proxies;
    settings.files = options.data() / "repository";
    auto& limits = settings.limits;
    struct Number { const char* name; std::int64_t least, most; std::function<void(std::int64_t)> set; std::int64_t otherwise; };
    const auto cores = static_cast<std::int64_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
    const std::vector<Number> numbers{
        {"--threads", 1, 256, [&](std::int64_t n) { settings.workers = static_cast<std::size_t>(n); }, std::max<std::int64_t>(usual_workers, 2 * cores)},
        {"--readers", 1, 16, [&](std::int64_t n) { settings.readers = static_cast<std::size_t>(n); }, 1},
        {"--connections", 1, 1'000'000, [&](std::int64_t n) { limits.connections = static_cast<std::size_t>(n); }, static_cast<std::int64_t>(limits.connections)},
        {"--connections-per-address", 1, 1'000'000, [&](std::int64_t n) { limits.connections_per_address = static_cast<std::size_t>(n); }, static_cast<std::int64_t>(limits.connections_per_address)},
        {"--body-mb", 1, 1024, [&](std::int64_t n) { limits.body_bytes = static_cast<std::size_t>(n) << 20; }, static_cast<std::int64_t>(limits.body_bytes >> 20)},
        {"--unpacked-mb", 1, 4096, [&](std::int64_t n) { limits.unpacked_bytes = static_cast<std::size_t>(n) << 20; }, static_cast<std::int64_t>(limits.unpacked_bytes >> 20)},
        {"--header-ms", 50, 600'000, [&](std::int64_t n) { limits.header_time = Milliseconds(n); }, limits.header_time.count()},
        {"--body-ms", 50, 600'000, [&](std::int64_t n) { limits.body_time = Milliseconds(n); }, limits.body_time.count()},
        {"--idle-ms", 50, 86'400'000, [&](std::int64_t n) { limits.idle_time = Milliseconds(n); }, limits.idle_time.count()},
    };
    for (const Number& number : numbers) {
        auto value = whole_option(options, number.name, number.otherwise, number.least, number.most);
        if (!value) return value.error();
        number.set(*value);
    }
    return settings;
}

// The organisation's own words: told once, kept in the database if they are `good`, the same for every server over it.
Result<std::string> kept_option(Sql& sql, const ServerOptions& options, const std::string& option, const std::string& name, const std::string& otherwise,
                                const std::function<Result<void>(const std::string&)>& good) {
    Accounts accounts(sql);
    if (const std::string* told = options.value(option)) {
        if (auto done = good(*told); !done) return done.error().within(option);
        if (auto done = accounts.set_option(name, *told); !done) return done.error();
    }
    return accounts.option(name, otherwise);
}

Result<void> good_home_page(const std::string& words) {
    if (!words.starts_with("http://") && !words.starts_with("https://")) return Error{ErrorKind::invalid, "an address that begins with https://"};
    if (!words.ends_with('/')) return Error{ErrorKind::invalid, "ends with /, as https://example.edu/"};
    return {};
}

Result<void> good_organisation(const std::string& words) {
    if (const std::size_t length = code_points(words).size(); length < 1 || length > longest_organisation) return Error{ErrorKind::invalid, "1 to 120 characters"};
    return {};
}

Result<CentreSettings> centre_settings(Sql& sql, const ServerOptions& options) {
    CentreSettings settings;
    auto home_page = kept_option(sql, options, "--home-page", "home_page", StatementTerms().home_page, good_home_page);
    if (!home_page) return home_page.error();
    auto organisation = kept_option(sql, options, "--organisation", "organisation", default_organisation, good_organisation);
    if (!organisation) return organisation.error();
    auto keys = open_centre_keys(options.keys());
    if (!keys) return keys.error();
    settings.terms.home_page = *home_page;
    settings.terms.organisation = *organisation;
    settings.terms.centre_key = keys->now.public_key();
    settings.terms.repository = options.data() / "repository";
    auto hours = whole_option(options, "--code-hours", 24, 1, 720);
    if (!hours) return hours.error();
    auto rate = whole_option(options, "--client-rate", static_cast<std::int64_t>(settings.client_a_second), 1, 1'000'000);
    if (!rate) return rate.error();
    settings.client_a_second = static_cast<double>(*rate);
    settings.client_burst = 10 * settings.client_a_second;
    settings.terms.code_valid_ms = *hours * 3'600'000;
    if (const std::string* log = options.value("--log")) {
        if (*log != "none" && *log != "problems" && *log != "all") return Error{ErrorKind::invalid, "--log: none, problems or all"};
        settings.log = *log == "none" ? LoggedRequests::none : *log == "all" ? LoggedRequests::all : LoggedRequests::problems;
    }
    return settings;
}

Result<void> tell_first_password(Sql& sql, WallTime now) {
    auto password = Accounts(sql).make_first(now);
    if (!password) return password.error();
    if (password->has_value()) fmt::print("first administrator: admin\none-time password: {}\n(shown only now; the first sign-in changes it)\n", **password);
    return {};
}

// The reports' words lie beside the program: bin/../share/xinghuo/centre.
Path words_folder() {
    if (const char* told = std::getenv("XINGHUO_SHARE")) return Path(told) / "centre";
    std::error_code failed;
    const Path program = std::filesystem::read_symlink("/proc/self/exe", failed);
    return program.parent_path().parent_path() / "share" / "xinghuo" / "centre";
}

// Terminals that came or went are told, signatures renewed. What fails is tried again a minute later.
void tend(Publisher& publisher, Databases& databases, const SecretKey& people_key, const Clock& clock) {
    auto sql = databases.borrow();
    if (!sql) return log_event(clock.wall(), "repository", "the database does not answer");
    auto done = tend_repository(publisher, **sql, 1, clock.wall(), &people_key);
    if (!done) return log_event(clock.wall(), "repository", done.error().what);
    if (*done) log_event(clock.wall(), "repository", "signed");
}

// So that the next report of hours finds little to do; a minute of such pieces after a policy was changed. False: nothing is left, or it failed and is tried again a
// minute later.
bool tend_hours(Databases& databases, const Clock& clock) {
    auto sql = databases.borrow();
    if (!sql) return false;
    auto more = refresh_some_hours(**sql, 1);
    if (more) return *more;
    log_event(clock.wall(), "reports", more.error().what);
    return false;
}

template <class Tend, class Piece>
void wait_for_end(const sigset_t& signals, std::atomic<bool>& soon, const Clock& clock, Tend tend_now, Piece tend_a_piece) {
    bool more = false;
    for (Instant due = clock.now();;) {
        if (soon.exchange(false) || clock.now() >= due) {
            tend_now();
            ::malloc_trim(0);  // after a busy hour, what it took is given back
            due = clock.now() + tended_every;
            more = true;
        }
        more = more && tend_a_piece();
        // Between two pieces others come to their turn.
        const timespec pause = more ? timespec{0, 10'000'000} : timespec{1, 0};
        if (::sigtimedwait(&signals, nullptr, &pause) > 0) return;
    }
}

}  // namespace

int serve(const ServerOptions& options, const Clock& clock) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before there are threads: they inherit it
    ::signal(SIGPIPE, SIG_IGN);
    ::umask(0027);  // keys and the database are for the owner alone; a web server in the group may hand the repository out
    ::mallopt(M_ARENA_MAX, 4);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }

    for (const auto& value : options.values)
        if (std::find(known_options.begin(), known_options.end(), value.first) == known_options.end()) return complain(value.first + " is no option; --help lists them");
    auto http = http_settings(options);
    if (!http) return complain(http.error().what);
    auto sql = open_database(options, CentreIs::made);
    if (!sql) return complain(sql.error().what, 1);
    auto lock = lock_database(options, RunningAs::server);
    if (!lock) return complain(lock.error().what, 1);
    auto settings = centre_settings(**sql, options);
    if (!settings) return complain(settings.error().what);
    if (auto told = tell_first_password(**sql, clock.wall()); !told) return complain(told.error().what, 1);

    const std::string connection = database_of(options);
    const Path file = options.data() / "centre.db";
    Databases databases([connection, file] { return connection.empty() ? open_sqlite(file) : open_postgres(connection); }, http->workers);
    auto publisher = Publisher::open(options.data(), clock.wall());
    if (!publisher) log_event(clock.wall(), "repository", publisher.error().what);  // records go on coming in
    std::atomic<bool> kiosks_changed{false};
    CentreParts parts;
    parts.kiosks_changed = [&kiosks_changed] { kiosks_changed.store(true); };
    const auto people_key = open_people_key(options.keys(), **sql, 1);
    if (!people_key) return complain(people_key.error().what, 1);
    if (publisher)
        if (auto joined = join_people(*publisher, **sql, *people_key, 1); !joined) log_event(clock.wall(), "people", joined.error().what);
    if (publisher)
        parts.publish = [&publisher, &people_key, incoming = options.data() / "incoming"](const HttpRequest& request, std::string_view path, const Caller& caller, Sql& lent, WallTime now) {
            return answer_publishing(request, path, caller, lent, *publisher, incoming, *people_key, now);
        };
    const auto words = ReportWords::open(words_folder());
    if (!words) return complain(words.error().within("the words of reports").what);
    const ReportDesk desk{*people_key, *words};
    parts.reports = [&desk, &kiosks_changed](const HttpRequest& request, std::string_view path, const Caller& caller, Sql& lent, WallTime now) {
        HttpReply reply = answer_reports(request, path, caller, lent, now, desk);
        // Whoever was erased is not told any more; hours follow a policy.
        if ((request.method == "DELETE" || request.method == "PUT") && reply.status == 200) kiosks_changed.store(true);
        return reply;
    };
    CentreApi api(databases, clock, std::move(*settings), std::move(parts));
    std::atomic<const HttpServer*> running{nullptr};
    api.watch([&running] {
        const HttpServer* here = running.load();
        return here == nullptr ? HttpCounts() : here->counts();
    });
    auto server = HttpServer::start(*http, clock, [&api](const HttpRequest& request) { return api.answer(request); });
    if (!server) return complain(server.error().what, 1);
    running.store(server->get());
    const std::string shown = http->address.find(':') == std::string::npos ? http->address : "[" + http->address + "]";
    fmt::print("listening on {}://{}:{}\n", http->tls_certificate.empty() ? "http" : "https", shown, (*server)->port());
    std::fflush(stdout);
    log_event(clock.wall(), "started", connection.empty() ? "embedded database" : "PostgreSQL");
    const auto tend_now = [&] {
        if (auto held = lock->renew(); !held) log_event(clock.wall(), "lock", held.error().what);
        if (publisher) tend(*publisher, databases, *people_key, clock);
    };
    wait_for_end(signals, kiosks_changed, clock, tend_now, [&] { return tend_hours(databases, clock); });
    log_event(clock.wall(), "stopping", "what was begun is finished");
    (*server)->stop();
    return 0;
}

}  // namespace xinghuo
