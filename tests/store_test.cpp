// The database behind its door: durable, undone when it fails, honest about a full disk.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/record_book.h"

using namespace xinghuo;

TEST_CASE("a transaction is all or nothing", "[store]") {
    TemporaryFolder folder;
    auto db = open_migrated(folder.path / "a" / "records.db");
    {
        auto change = Transaction::begin(*db);
        REQUIRE(change);
        REQUIRE(db->run("INSERT INTO policy (from_day, body) VALUES (1, 'x')"));
    }
    CHECK(*db->integer_or(-1, "SELECT count(*) FROM policy") == 0);
    auto change = Transaction::begin(*db);
    REQUIRE(db->run("INSERT INTO policy (from_day, body) VALUES (1, 'x')"));
    REQUIRE(change->commit());
    CHECK_FALSE(db->in_transaction());
    CHECK(*db->integer_or(-1, "SELECT count(*) FROM policy") == 1);
    const auto twice = db->run("INSERT INTO policy (from_day, body) VALUES (1, 'y')");
    REQUIRE_FALSE(twice);
    CHECK(twice.error().kind == ErrorKind::invalid);
    struct stat about {};
    REQUIRE(::stat((folder.path / "a" / "records.db").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    CHECK(*db->integer_or(0, "PRAGMA synchronous") == 2);
    CHECK(*db->integer_or(0, "PRAGMA foreign_keys") == 1);
}

TEST_CASE("a busy database is waited for, then it is an io error", "[store]") {
    TemporaryFolder folder;
    auto one = open_migrated(folder.path / "records.db");
    auto two = Database::open(folder.path / "records.db", {false, 1});
    REQUIRE(two);
    auto change = Transaction::begin(*one);
    REQUIRE(change);
    const auto refused = Transaction::begin(**two);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::io);
    REQUIRE(change->commit());
    CHECK(Transaction::begin(**two));
}

// Otherwise another program that closes the file believes it is the last one, and takes the log away from under those who stay.
TEST_CASE("a second connection does not cost the first one its locks", "[store]") {
    TemporaryFolder folder;
    const Path file = folder.path / "records.db";
    auto one = open_migrated(file);
    const auto locked = [&] {  // as another process sees it
        const pid_t child = ::fork();
        if (child == 0) {
            const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
            struct flock asked {};
            asked.l_type = F_WRLCK;
            asked.l_whence = SEEK_SET;
            asked.l_start = 0x40000002;  // SHARED_FIRST and SHARED_SIZE of SQLite
            asked.l_len = 510;
            ::_exit(fd >= 0 && ::fcntl(fd, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK ? 0 : 1);
        }
        int status = 1;
        return ::waitpid(child, &status, 0) == child && status == 0;
    };
    REQUIRE(locked());
    auto two = Database::open(file);
    REQUIRE(two);
    CHECK(locked());
}

TEST_CASE("a full disk: nothing is half written, and it goes on when there is room", "[store]") {
    TemporaryFolder folder;
    Book book(folder.path / "records.db");
    book.keep(0);
    const std::string pages = std::to_string(*book.db->integer_or(0, "PRAGMA page_count") + 3);
    REQUIRE(book.db->run_script("PRAGMA max_page_count = " + pages));
    const Draft draft{RecordKind::health, {}, "{\"what\":\"" + std::string(1500, 'x') + "\"}"};
    const std::vector<Draft> drafts(3, draft);
    std::int64_t kept = 1;
    Error error;
    for (int i = 0; i < 100 && error.what.empty(); ++i) {
        auto written = book.records.keep(drafts, moment_at(i));
        if (written) kept += 3;
        else error = written.error();
    }
    CHECK(error.kind == ErrorKind::io);
    CHECK(error.what.ends_with("the disk is full"));
    CHECK_FALSE(book.db->in_transaction());
    CHECK(*book.records.last_seq() == kept);
    CHECK(book.verify().good());
    REQUIRE(book.db->run_script("PRAGMA max_page_count = 1000000"));
    CHECK(book.keep(5000) == kept + 1);
    CHECK(book.verify().good());
}

TEST_CASE("the schema is brought up once, also by two at a time", "[store]") {
    TemporaryFolder folder;
    auto one = Database::open(folder.path / "records.db");
    auto two = Database::open(folder.path / "records.db");
    REQUIRE(migrate(**one));
    REQUIRE(migrate(**two));
    REQUIRE(migrate(**one));
    CHECK(*(*two)->integer_or(0, "PRAGMA user_version") >= 1);
    CHECK(*(*one)->check(false) == "ok");
}
