// What an operator does at the command line.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "content/store/database.h"
#include "sync/server/accounts.h"
#include "sync/server/courier_desk.h"
#include "sync/server/enrolment.h"
#include "sync/server/migration.h"
#include "sync/server/people_key.h"
#include "sync/server/publish_api.h"
#include "sync/server/server_commands.h"
#include "sync/server/server_lock.h"

namespace xinghuo {
namespace {

constexpr const char* moved_file = "moved-to";  // in a data folder whose database was carried elsewhere: where it is

int failed(const Error& error) { return complain(error.what, 1); }

Result<void> is_not_moved(const Path& data) {
    std::error_code wrong;
    if (!std::filesystem::exists(data / moved_file, wrong)) return {};
    const auto text = read_text(data / moved_file, 4'000);
    std::string where = text ? *text : "elsewhere";
    where.erase(std::min(where.find('\n'), where.size()));
    return Error{ErrorKind::older, "the database of this data folder was carried to " + where + ": name it with --database, or in XINGHUO_DATABASE"};
}

Result<void> embedded_is_here(const ServerOptions& options) {
    std::error_code wrong;
    if (auto moved = is_not_moved(options.data()); !moved) return moved;
    if (std::filesystem::exists(options.data() / "centre.db", wrong)) return {};
    return Error{ErrorKind::missing, "--data: there is no centre in this folder; the first start of the server makes one"};
}

Result<void> noted(Sql& sql, WallTime now, const std::string& what, const std::string& about) {
    AuditEntry entry;
    entry.at = now;
    entry.who = "command line";
    entry.what = what;
    entry.about = about;
    return Accounts(sql).note(entry);
}

std::string word(const ServerOptions& options, std::size_t place) { return place < options.words.size() ? options.words[place] : std::string(); }

// Whether there are just so many words: one too many is a misunderstanding.
bool has_words(const ServerOptions& options, std::size_t count) { return options.words.size() == count; }

int run_credential(const ServerOptions& options, const Clock& clock) {
    auto sql = open_database(options);
    if (!sql) return failed(sql.error());
    Accounts accounts(**sql);
    const std::string what = word(options, 1), name = word(options, 2);
    if (what == "list" && has_words(options, 2)) {
        auto credentials = accounts.credentials();
        if (!credentials) return failed(credentials.error());
        for (const CredentialEntry& entry : *credentials) fmt::print("{}  since {}\n", entry.name, iso_from_wall_time(entry.made));
        return 0;
    }
    if (what == "add" && has_words(options, 3)) {
        auto password = accounts.add_credential(name, clock.wall());
        if (!password) return failed(password.error());
        if (auto done = noted(**sql, clock.wall(), "credential added", name); !done) return failed(done.error());
        fmt::print("user: {}\npassword: {}\n", name, *password);
        return 0;
    }
    if (what == "remove" && has_words(options, 3)) {
        if (auto done = accounts.remove_credential(name); !done) return failed(done.error());
        if (auto done = noted(**sql, clock.wall(), "credential removed", name); !done) return failed(done.error());
        fmt::print("removed\n");
        return 0;
    }
    return complain("credential add NAME | credential list | credential remove NAME");
}

int run_enrol_code(const ServerOptions& options, const Clock& clock) {
    if (!has_words(options, 1)) return complain("enrol-code [--name NAME] [--hours 24] [--count 1]");
    auto sql = open_database(options);
    if (!sql) return failed(sql.error());
    double hours = 24;
    if (const std::string* told = options.value("--hours")) {
        const auto read = std::from_chars(told->data(), told->data() + told->size(), hours);
        if (read.ec != std::errc() || !(hours > 0 && hours <= 720)) return complain("--hours: from above 0 to 720");
    }
    int count = 1;  // for a building's worth of terminals
    if (const std::string* told = options.value("--count")) {
        const auto read = std::from_chars(told->data(), told->data() + told->size(), count);
        if (read.ec != std::errc() || read.ptr != told->data() + told->size() || count < 1 || count > 10'000) return complain("--count: from 1 to 10000");
    }
    const std::string* name = options.value("--name");
    const auto valid_ms = static_cast<std::int64_t>(hours * 3'600'000);
    Enrolment enrolment(**sql);
    for (int made = 0; made < count; ++made) {
        auto code = enrolment.make_code(name == nullptr ? "" : *name, clock.wall(), valid_ms);
        if (!code) return failed(code.error());
        fmt::print("code: {}\n", *code);
    }
    if (auto done = noted(**sql, clock.wall(), count == 1 ? "enrolment code made" : fmt::format("{} enrolment codes made", count), ""); !done) return failed(done.error());
    fmt::print("valid until: {}\n", iso_from_wall_time({clock.wall().unix_ms + valid_ms}));
    return 0;
}

int run_account(const ServerOptions& options, const Clock& clock) {
    auto sql = open_database(options);
    if (!sql) return failed(sql.error());
    Accounts accounts(**sql);
    const std::string what = word(options, 1), name = word(options, 2);
    if (what == "list" && has_words(options, 2)) {
        auto list = accounts.list();
        if (!list) return failed(list.error());
        for (const StaffAccount& account : *list)
            fmt::print("{}  {}{}{}{}\n", account.name, text_of(account.role), account.branch.empty() ? "" : " of " + account.branch,
                       account.must_change ? ", has a one-time password" : "", account.closed ? ", closed" : "");
        return 0;
    }
    if (what == "add" && has_words(options, 3)) {
        const std::string* told = options.value("--role");
        const auto role = staff_role(told == nullptr ? "" : *told);
        if (!role) return complain("--role viewer|branch_secretary|content_approver|operator");
        const std::string* branch = options.value("--branch");
        auto password = accounts.add(name, *role, branch == nullptr ? "" : *branch, clock.wall());
        if (!password) return failed(password.error());
        if (auto done = noted(**sql, clock.wall(), fmt::format("account added as {}", text_of(*role)), name); !done) return failed(done.error());
        fmt::print("account: {}\none-time password: {}\n", name, *password);
        return 0;
    }
    if (what == "reset" && has_words(options, 3)) {
        auto password = accounts.reset(name);
        if (!password) return failed(password.error());
        if (auto done = noted(**sql, clock.wall(), "password reset", name); !done) return failed(done.error());
        fmt::print("account: {}\none-time password: {}\n", name, *password);
        return 0;
    }
    if (what == "close" && has_words(options, 3)) {
        if (auto done = accounts.close(name, clock.wall()); !done) return failed(done.error());
        if (auto done = noted(**sql, clock.wall(), "account closed", name); !done) return failed(done.error());
        fmt::print("closed\n");
        return 0;
    }
    return complain("account list | account add NAME --role ROLE [--branch BRANCH] | account reset NAME | account close NAME");
}

int run_kiosk(const ServerOptions& options, const Clock& clock) {
    auto sql = open_database(options);
    if (!sql) return failed(sql.error());
    Enrolment enrolment(**sql);
    const std::string what = word(options, 1), id = word(options, 2);
    if (what == "list" && has_words(options, 2)) {
        auto kiosks = enrolment.list();
        if (!kiosks) return failed(kiosks.error());
        for (const EnrolledKiosk& kiosk : *kiosks)
            fmt::print("{}  {}  enrolled {}, last contact {}{}\n", kiosk.id.text, kiosk.name, iso_from_wall_time(kiosk.enrolled), iso_from_wall_time(kiosk.contact),
                       kiosk.is_revoked() ? ", revoked " + iso_from_wall_time(kiosk.revoked) : "");
        return 0;
    }
    if (what == "revoke" && has_words(options, 3)) {
        if (auto done = enrolment.revoke(KioskId{id}, clock.wall()); !done) return failed(done.error());
        if (auto done = noted(**sql, clock.wall(), "kiosk revoked", id); !done) return failed(done.error());
        fmt::print("revoked\n");
        return 0;
    }
    return complain("kiosk list | kiosk revoke ID");
}

CentreCommand centre_command(const ServerOptions& options, Sql& sql, const Clock& clock) {
    CentreCommand command{std::vector<std::string>(options.words.begin() + 1, options.words.end()), options.data(), sql, clock.wall(), {}, {}, options.flag("--yes")};
    command.say = [](const std::string& line) { fmt::print("{}\n", line); };
    command.complain = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
    return command;
}

// Whoever stands on the roster that was told last comes back from it. Without it the command has done what it is for all the same.
int begin_anew(const ServerOptions& options, Sql& sql, const Clock& clock) {
    if (!options.flag("--yes")) return complain("people begin-anew forgets the name of everybody who is not on the roster that was told last; with --yes it does");
    const auto count = begin_people_anew(options.keys(), sql, 1);
    if (!count) return failed(count.error());
    if (auto done = noted(sql, clock.wall(), "people begun anew", ""); !done) return failed(done.error());
    fmt::print("{} people forgotten\n", *count);
    const auto key = open_people_key(options.keys(), sql, 1);
    if (!key) return failed(key.error());
    const auto publisher = Publisher::open(options.data(), clock.wall());
    auto joined = publisher ? join_people(*publisher, sql, *key, 1) : Result<void>(publisher.error());
    if (!joined) {
        if (auto done = People(sql, *key, 1).join({}); !done) return failed(done.error());
        return complain("nobody is taken back from the roster that was told last: " + joined.error().what + "; publish roster FILE lists people anew", 1);
    }
    const auto back = People(sql, *key, 1).count("");
    if (!back) return failed(back.error());
    fmt::print("{} of the roster that was told last are back\n", *back);
    return 0;
}

int run_people(const ServerOptions& options, const Clock& clock) {
    const std::string what = word(options, 1);
    if ((what != "rekey" && what != "begin-anew") || !has_words(options, 2)) return complain("people rekey | people begin-anew --yes");
    auto sql = open_database(options);
    if (!sql) return failed(sql.error());
    const auto alone = lock_database(options, RunningAs::alone);
    if (!alone) return failed(alone.error());
    if (what == "begin-anew") return begin_anew(options, **sql, clock);
    auto count = replace_people_key(options.keys(), **sql, 1);
    if (!count) return failed(count.error());
    if (auto done = noted(**sql, clock.wall(), "the key of people replaced", ""); !done) return failed(done.error());
    fmt::print("{} people sealed anew\n", *count);
    return 0;
}

int run_publish(const ServerOptions& options, const Clock& clock) {
    auto sql = open_database(options);
    if (!sql) return failed(sql.error());
    const int code = publish_main(centre_command(options, **sql, clock));
    if (code != 0) return code;
    if (auto done = noted(**sql, clock.wall(), "publish " + word(options, 1), ""); !done) return failed(done.error());
    return 0;
}

int run_courier(const ServerOptions& options, const Clock& clock) {
    auto sql = open_database(options);
    if (!sql) return failed(sql.error());
    auto keys = open_centre_keys(options.keys());
    if (!keys) return failed(keys.error());
    auto home_page = Accounts(**sql).option("home_page", StatementTerms().home_page);
    if (!home_page) return failed(home_page.error());
    auto organisation = Accounts(**sql).option("organisation", default_organisation);
    if (!organisation) return failed(organisation.error());
    const int code = courier_main(centre_command(options, **sql, clock), *keys, *organisation, *home_page);
    if (code != 0) return code;
    if (auto done = noted(**sql, clock.wall(), "courier " + word(options, 1), ""); !done) return failed(done.error());
    return 0;
}

// One side of a migration: a folder's embedded database, or PostgreSQL. No server runs over it as long as this lives.
struct CarriedSide {
    bool postgres = false;
    Path file;  // of the embedded one
    ServerLock alone;
    std::unique_ptr<Sql> sql;
};

enum class CarriedWay { from, to };

bool is_postgres(const std::string& where) { return where.starts_with("postgres://") || where.starts_with("postgresql://"); }

Result<CarriedSide> open_either(const std::string& where, CarriedWay way) {
    const bool postgres = is_postgres(where);
    std::error_code wrong;
    Path file;
    if (!postgres) {
        const bool folder = std::filesystem::is_directory(where, wrong) || (way == CarriedWay::to && Path(where).extension() != ".db");
        file = folder ? Path(where) / "centre.db" : Path(where);
        if (way == CarriedWay::from && !std::filesystem::is_regular_file(file, wrong)) return Error{ErrorKind::missing, "--from: no database is there"};
        if (way == CarriedWay::to) std::filesystem::create_directories(file.parent_path(), wrong);
    }
    auto alone = postgres ? ServerLock::of_postgres(where, RunningAs::alone) : ServerLock::of_folder(file.parent_path(), RunningAs::alone);
    if (!alone) return alone.error().within(way == CarriedWay::from ? "--from" : "--to");
    auto sql = postgres ? open_postgres(where) : open_sqlite(file);
    if (!sql) return sql.error();
    return CarriedSide{postgres, std::move(file), std::move(*alone), std::move(*sql)};
}

// Hosts and database, without whoever signs in there.
std::string place_of(const std::string& connection) {
    const std::size_t hosts = connection.find("://") + 3, end = std::min(connection.find('?'), connection.size()), slash = std::min(connection.find('/', hosts), end);
    const std::size_t at = connection.substr(0, slash).rfind('@');
    return connection.substr(0, hosts) + connection.substr(at == std::string::npos ? hosts : at + 1, end - (at == std::string::npos ? hosts : at + 1));
}

// An embedded database that was carried elsewhere is used by nobody any more.
Result<void> mark_carried(const CarriedSide& source, const CarriedSide& target, const std::string& to) {
    std::error_code wrong;
    if (!target.postgres) std::filesystem::remove(target.file.parent_path() / moved_file, wrong);
    if (source.postgres) return {};
    return write_file(source.file.parent_path() / moved_file, (target.postgres ? place_of(to) : to) + "\n");
}

int run_migrate(const ServerOptions& options, const Clock&) {
    const std::string *from = options.value("--from"), *to = options.value("--to");
    if (from == nullptr || to == nullptr || !has_words(options, 1)) return complain("migrate --from DIR|postgresql://… --to DIR|postgresql://…");
    auto source = open_either(*from, CarriedWay::from);
    if (!source) return failed(source.error());
    auto target = open_either(*to, CarriedWay::to);
    if (!target) return failed(target.error());
    auto carried = carry_over(*source->sql, *target->sql);
    if (!carried) return failed(carried.error());
    for (const CarriedTable& table : *carried) fmt::print("{:24} {:>12} rows, checksum {:016x}\n", table.name, table.rows, table.checksum);
    if (auto marked = mark_carried(*source, *target, *to); !marked)
        return failed(marked.error().within("everything was carried over, but the old database could not be marked as moved: put it away"));
    fmt::print("done; keys and repository stay in the data folder\n");
    return 0;
}

// The embedded database as it is at one moment, and the keys; the server goes on meanwhile.
int run_backup(const ServerOptions& options, const Clock&) {
    const std::string* to = options.value("--to");
    if (to == nullptr || !has_words(options, 1)) return complain("backup --to FOLDER");
    if (!database_of(options).empty()) return complain("PostgreSQL is backed up by its own tools (pg_basebackup, pg_dump): see the guide");
    std::error_code wrong;
    const Path folder = *to;
    if (auto here = embedded_is_here(options); !here) return failed(here.error());
    if (std::filesystem::exists(folder / "centre.db", wrong)) return complain("there is a backup in this folder already");
    std::filesystem::create_directories(folder, wrong);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, wrong);
    if (wrong) return complain("the folder cannot be made: " + wrong.message(), 1);
    auto db = Database::open(options.data() / "centre.db");
    if (!db) return failed(db.error());
    auto backup = (*db)->begin_backup(folder / "centre.db");
    if (!backup) return failed(backup.error());
    for (;;) {
        auto more = (*backup)->step(4096);
        if (!more) return failed(more.error());
        if (!*more) break;
    }
    for (const char* part : {"keys", "repository"}) {
        if (!std::filesystem::exists(options.data() / part, wrong)) continue;
        std::filesystem::copy(options.data() / part, folder / part, std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks, wrong);
        if (wrong) return complain(std::string(part) + " cannot be copied: " + wrong.message(), 1);
    }
    fmt::print("done\n");
    return 0;
}

}  // namespace

int complain(const std::string& sentence, int code) {
    fmt::print(stderr, "xinghuo-server: {}\n", sentence);
    return code;
}

const std::string* ServerOptions::value(const std::string& name) const {
    const auto found = values.find(name);
    return found == values.end() ? nullptr : &found->second;
}

Path ServerOptions::data() const {
    const std::string* told = value("--data");
    return told == nullptr ? Path() : Path(*told);
}

std::string database_of(const ServerOptions& options) {
    if (const std::string* told = options.value("--database")) return *told;
    const char* told = std::getenv("XINGHUO_DATABASE");
    return told == nullptr ? "" : told;
}

Result<std::unique_ptr<Sql>> open_database(const ServerOptions& options, CentreIs centre) {
    const std::string connection = database_of(options);
    std::error_code wrong;
    if (centre == CentreIs::made) {
        if (connection.empty())
            if (auto moved = is_not_moved(options.data()); !moved) return moved.error();
        std::filesystem::create_directories(options.data(), wrong);
        if (wrong) return Error{ErrorKind::io, "the data folder cannot be made: " + wrong.message()};
    } else if (connection.empty()) {
        if (auto here = embedded_is_here(options); !here) return here.error();
    } else if (!std::filesystem::is_directory(options.data(), wrong)) {
        return Error{ErrorKind::missing, "--data: there is no such folder; the first start of the server makes it"};
    }
    auto sql = connection.empty() ? open_sqlite(options.data() / "centre.db") : open_postgres(connection);
    if (!sql) return sql.error();
    if (auto done = migrate_server(**sql); !done) return done.error();
    return sql;
}

Result<ServerLock> lock_database(const ServerOptions& options, RunningAs how) {
    const std::string connection = database_of(options);
    return connection.empty() ? ServerLock::of_folder(options.data(), how) : ServerLock::of_postgres(connection, how);
}

std::vector<ServerCommand> server_commands() {
    return {
        {"credential", "add NAME | list | remove NAME      who may write and read statements (Basic authentication at /xapi)", run_credential},
        {"enrol-code", "[--name NAME] [--hours 24] [--count 1]\n"
                       "                                              a one-time code for a terminal", run_enrol_code},
        {"kiosk", "list | revoke ID                        terminals", run_kiosk},
        {"account", "list | add NAME --role ROLE [--branch BRANCH] | reset NAME | close NAME\n"
                    "                                              staff; ROLE: viewer, branch_secretary, content_approver, operator", run_account},
        {"people", "rekey | begin-anew --yes               another key seals who people are; that key was lost; no server may run meanwhile", run_people},
        {"publish", centre_publish_usage, run_publish},
        {"courier", centre_courier_usage, run_courier},
        {"migrate", "--from DIR --to postgresql://…        all that one database holds, to another; no server may run meanwhile", run_migrate},
        {"backup", "--to FOLDER                           the embedded database, keys and repository, while the server runs", run_backup},
    };
}

}  // namespace xinghuo
