// The program xinghuo-records, run as a person runs it, and the study it opens beside.
#include <sys/wait.h>

#include <cstdio>

#include "content/base/json.h"
#include "content/study/study.h"
#include "tests/support/record_book.h"

using namespace xinghuo;

namespace {

struct Ran {
    int code = -1;
    std::string said;  // both outputs
};

// Beside the tests' own program, as the build puts it.
Ran run(const std::string& arguments) {
    std::error_code failed;
    const Path program = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path() / "xinghuo-records";
    REQUIRE(std::filesystem::exists(program));
    std::FILE* out = popen((program.string() + " " + arguments + " 2>&1").c_str(), "r");
    REQUIRE(out != nullptr);
    Ran ran;
    char block[4096];
    for (std::size_t n; (n = std::fread(block, 1, sizeof block, out)) > 0;) ran.said.append(block, n);
    const int status = pclose(out);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

Result<std::unique_ptr<Study>> open_study(const Path& data, const std::string& boot_id = "boot", bool mend = false) {
    return Study::open({data, boot_id, "1.0", {}, mend}, moment_at(0));
}

std::string bodies(Study& study, RecordKind kind) {
    Records::Filter filter;
    filter.kind = kind;
    std::string all;
    auto found = study.records().find(filter, 100);
    REQUIRE(found);
    for (auto r = found->rbegin(); r != found->rend(); ++r) all += r->body + "\n";
    return all;
}

}  // namespace

TEST_CASE("a study opens, records its start, and knows when the one before ended without a word", "[study][record_book]") {
    TemporaryFolder folder;
    for (int i = 0; i < 2; ++i) {
        auto study = open_study(folder.path);
        if (!study) FAIL(study.error().what);
        CHECK(bodies(**study, RecordKind::boot) == (i == 0 ? "{\"version\":\"1.0\"}\n" : "{\"version\":\"1.0\"}\n{\"version\":\"1.0\"}\n"));
        CHECK((*study)->today(moment_at(0)) == china_day(Date{2026, 7, 1}));
    }
    {
        // As a kill leaves it.
        auto db = Database::open(StudyFiles{folder.path}.database());
        REQUIRE((*db)->run("INSERT INTO setting (name, value) VALUES ('running', '1')"));
    }
    auto study = open_study(folder.path);
    REQUIRE(study);
    CHECK(bodies(**study, RecordKind::boot).ends_with("{\"version\":\"1.0\",\"unclean\":true}\n"));
    // A program beside records no start.
    auto beside = Study::open_beside({folder.path, "boot", "1.0", {}, false}, moment_at(1));
    REQUIRE(beside);
    CHECK(*(*beside)->records().last_seq() == 3);
}

TEST_CASE("a mended study says so in its records", "[study][record_book]") {
    TemporaryFolder folder;
    const StudyFiles files{folder.path};
    {
        auto study = open_study(folder.path);
        REQUIRE(study);
        REQUIRE(back_up_if_due((*study)->database(), files.backups(), moment_at(0).wall, 0));
    }
    REQUIRE(write_file(files.database(), std::string(10'000, 'x')));
    auto study = open_study(folder.path);
    if (!study) FAIL(study.error().what);
    CHECK_FALSE((*study)->mended().set_aside.empty());
    CHECK(bodies(**study, RecordKind::health) == "{\"what\":\"database_mended\",\"from_backup\":true,\"records_recovered\":0,\"lost\":0}\n");
    study = Error{};
    study = open_study(folder.path);
    REQUIRE(study);
    CHECK((*study)->mended().set_aside.empty());
    CHECK(bodies(**study, RecordKind::health).find('\n') + 1 == bodies(**study, RecordKind::health).size());
    CHECK(verify_database((*study)->database(), (*study)->device_key().public_key())->good());
    // Asked to, it mends what looks sound, and loses nothing of it.
    const std::int64_t last = *(*study)->records().last_seq();
    study = Error{};
    study = open_study(folder.path, "boot", true);
    REQUIRE(study);
    CHECK(*(*study)->records().last_seq() == last + 2);
    CHECK(verify_database((*study)->database(), (*study)->device_key().public_key())->good());
}

TEST_CASE("a newest record that was changed is noted once", "[study][record_book]") {
    TemporaryFolder folder;
    { REQUIRE(open_study(folder.path)); }
    { REQUIRE((*Database::open(StudyFiles{folder.path}.database()))->run("UPDATE record SET kind = 'x' WHERE seq = 1")); }
    for (int i = 0; i < 2; ++i) {
        auto study = open_study(folder.path);
        REQUIRE(study);
        CHECK(bodies(**study, RecordKind::health) == "{\"what\":\"record_changed\",\"seq\":1}\n");
    }
}

TEST_CASE("xinghuo-records lists, verifies and exports beside an open study", "[study][record_book]") {
    TemporaryFolder folder;
    auto study = open_study(folder.path / "data");
    REQUIRE(study);
    const Draft draft{RecordKind::signed_in, {"m-1"}, R"({"session":"s","way":"card"})"};
    for (int i = 0; i < 5; ++i) REQUIRE((*study)->records().keep(std::span(&draft, 1), moment_at(i)));
    const std::string data = "--data " + (folder.path / "data").string() + " ";

    const Ran json = run(data + "list --json");
    CHECK(json.code == 0);
    JsonDocument document;
    REQUIRE(document.parse(json.said));
    REQUIRE(document.root().items().size() == 6);
    CHECK(document.root().items()[5]["kind"].string() == "signed_in");
    CHECK(document.root().items()[5]["seq"].integer() == 6);
    const Ran lines = run(data + "list --lines --since 4");
    CHECK(lines.said == to_json((*study)->records().read(4, 1)->front()) + "\n" + to_json((*study)->records().read(5, 1)->front()) + "\n");
    CHECK(run(data + "list --json --since 6").said == "[\n]\n");
    CHECK(run(data + "list").said.find("signed_in") != std::string::npos);

    const Ran verified = run(data + "verify");
    CHECK(verified.code == 0);
    CHECK(verified.said == "kiosk " + (*study)->records().kiosk().text + ": 6 records, 1 signatures, signed through seq 6: good\n");
    const std::string out = (folder.path / "out.jsonl").string();
    CHECK(run(data + "export " + out).code == 0);
    CHECK(run("verify " + out).said == "out.jsonl: 6 records, 1 signatures, signed through seq 6: good\n");
    CHECK(run("verify " + (folder.path / "data" / "records.db").string()).code == 0);

    REQUIRE((*study)->database().run("UPDATE record SET mono_ms = 7 WHERE seq = 3"));
    const Ran wrong = run(data + "verify");
    CHECK(wrong.code == 1);
    CHECK(wrong.said.starts_with("seq 3: changed after it was written (its hash does not match)\n"));
}

TEST_CASE("xinghuo-records says what it was asked wrongly, and makes nothing where it only reads", "[study][record_book]") {
    TemporaryFolder folder;
    const std::string data = "--data " + (folder.path / "none").string() + " ";
    for (const char* arguments : {"list", "list --json", "verify", "export x.jsonl"}) {
        const Ran ran = run(data + arguments);
        CHECK(ran.code == 2);
        CHECK(ran.said.find("there is no study record in this folder") != std::string::npos);
    }
    CHECK_FALSE(std::filesystem::exists(folder.path / "none"));
    for (const std::string& arguments : {std::string(""), std::string("list"), std::string("--data"), data + "lists", data + "list --since x", data + "list --what", data + "export",
                                         std::string("verify nothing-here"), std::string("--nonsense")}) {
        INFO(arguments);
        CHECK(run(arguments).code == 2);
    }
    CHECK(run("--help").code == 0);
}
