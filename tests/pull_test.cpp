// What the centre told arrives at the terminals: once, whole, for the right ones; and members keep their hours under the centre's ids.
#include "sync/pull.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <limits>

#include "content/study/from_centre.h"
#include "content/study/ledger.h"
#include "content/study/tally.h"
#include "content/trust/directory_transport.h"
#include "sync/server/publisher.h"
#include "tests/support/terminal_room.h"

using namespace xinghuo;

namespace {

const WallTime noon = wall_time_from_iso("2026-07-01T12:00:00Z");

struct TellingCentre {
    TellingCentre() {
        std::filesystem::create_directories(data);
        auto opened = Publisher::open(data, noon);
        REQUIRE(opened);
        publisher.emplace(std::move(*opened));
        root = *publisher->first_root();
    }
    ~TellingCentre() { std::filesystem::remove_all(data); }
    TellingCentre(const TellingCentre&) = delete;
    TellingCentre& operator=(const TellingCentre&) = delete;

    void enrol(const TerminalRoom& terminal) { readers.push_back({terminal.id(), terminal.signing.public_key()}); }
    std::int64_t tell(ToldKind kind, const std::string& document) {
        at.unix_ms += 60'000;
        const auto told = publisher->tell(1, kind, document, readers, at);
        INFO((told ? "" : told.error().what));
        REQUIRE(told);
        return told->version;
    }
    [[nodiscard]] std::unique_ptr<DirectoryTransport> transport() const {
        auto folder = DirectoryTransport::open(data / "repository", "the centre");
        REQUIRE(folder);
        return std::move(*folder);
    }
    Pulled pull_to(TerminalRoom& terminal) {
        const auto pulled = pull(terminal.pulling(root), *transport(), at, terminal.moment());
        INFO((pulled ? "" : pulled.error().what));
        REQUIRE(pulled);
        return *pulled;
    }
    const Path data = std::filesystem::temp_directory_path() / ("xinghuo-telling-" + to_hex(random_bytes(8)));
    std::optional<Publisher> publisher;
    std::string root;
    std::vector<KioskReader> readers;
    WallTime at = noon;
};

// Fails after so many files.
class BrokenOff final : public Transport {
public:
    BrokenOff(Transport& from, int files) : from_(from), left_(files) {}
    Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit, const Take& take, const std::function<void()>& restart) override {
        if (left_-- <= 0) return Error{ErrorKind::io, "pulled out"};
        return from_.get(path, from, limit, take, restart);
    }
    [[nodiscard]] std::string name() const override { return "a stick"; }
    [[nodiscard]] bool held() const { return left_ >= 0; }

private:
    Transport& from_;
    int left_;
};

std::string members(std::initializer_list<std::array<const char*, 4>> rows) {  // id, number, name, branch
    std::string text = R"({"schema_version":1,"members":[)";
    for (const auto& [id, number, name, branch] : rows)
        text += std::string(text.back() == '[' ? "" : ",") + R"({"id":")" + id + R"(","number":")" + number + R"(","name":")" + name + R"(","branch":")" + branch + "\"}";
    return text + "]}";
}
const std::string activity = R"({"schema_version":1,"activities":[{"id":"p-1","name":"七月党课","type":"party_class","branch":"一支部","planned":"2026-07-01T14:00:00Z","late_after_min":10}]})";
const std::string notice = R"({"schema_version":1,"notices":[{"id":"n-1","title":{"zh":"闭馆","en":"Closed"},"text":{"zh":"周一","en":"Monday"},"from":"2026-07-01T00:00:00Z","until":"2026-07-08T00:00:00Z"}]})";
const std::string settings = R"({"schema_version":1,"policy":[{"from":"2026-09-01","policy":{"goal_hours":40,"labels":{"touch":1,"media":1,"reading":1,"quiz":1}}}],"settings":{"idle_seconds":90,"volume":0.25}})";

std::int64_t count(TerminalRoom& terminal, const std::string& sql) { return *terminal.db->integer_or(-1, sql); }

void import_locally(TerminalRoom& terminal, const std::string& csv) {
    const auto table = read_table(Bytes(csv.begin(), csv.end()));
    REQUIRE(table);
    Roster roster(*terminal.db, terminal.key, *terminal.records);
    REQUIRE(roster.apply(*read_roster(*table), terminal.moment()));
}

void study(TerminalRoom& terminal, const MemberId& who, int ms) {
    Draft draft;
    draft.kind = RecordKind::study_interval;
    draft.member = who;
    draft.body = R"({"session":"s","label":"reading","item":"welcome","title":{"zh":"文","en":"T"},"pack":"p","pack_version":1,"ms":)" + std::to_string(ms) + "}";
    REQUIRE(terminal.records->keep({&draft, 1}, terminal.moment()));
}

}  // namespace

TEST_CASE("what the centre tells is taken over once", "[sync][pull]") {
    TellingCentre centre;
    TerminalRoom terminal("one");
    centre.enrol(terminal);
    centre.tell(ToldKind::roster, members({{"m-1", "20230001", "张三", "一支部"}, {"m-2", "20230002", "李四", "二支部"}}));
    centre.tell(ToldKind::activities, activity);
    centre.tell(ToldKind::notices, notice);
    centre.tell(ToldKind::settings, settings);
    const Pulled first = centre.pull_to(terminal);
    CHECK(first.wrong.empty());
    CHECK((first.roster && first.activities && first.notices && first.settings));
    CHECK(first.policies == 1);
    REQUIRE(*terminal.members->by_number("20230001"));
    CHECK((*terminal.members->by_number("20230001"))->id.text == "m-1");
    FromCentre told(*terminal.db);
    const auto planned = told.planned({noon.unix_ms - 43'200'000}, {noon.unix_ms + 43'200'000});
    REQUIRE(planned);
    REQUIRE(planned->size() == 1);
    CHECK(planned->front().plan.name == "七月党课");
    CHECK(planned->front().plan.late_after_min == 10);
    CHECK(told.notices(noon)->size() == 1);
    CHECK(told.notices({noon.unix_ms + 10 * 86'400'000ll})->empty());
    CHECK(told.settings()->at("idle_seconds") == "90");
    CHECK(Policies(*terminal.db, *terminal.records).on(china_day(wall_time_from_iso("2026-10-01T12:00:00Z")))->goal_hours == 40);

    CHECK(*told.policy_days() == std::vector<std::int64_t>{china_day(wall_time_from_iso("2026-09-01T12:00:00+08:00"))});
    const std::string revision = *told.revision();

    const std::int64_t records = *terminal.records->last_seq();
    const Pulled second = centre.pull_to(terminal);
    CHECK(second.fresh);
    CHECK(!second.any());
    CHECK(*told.revision() == revision);
    CHECK(*terminal.records->last_seq() == records);
    // The next roster, which waits while somebody is signed in.
    centre.tell(ToldKind::roster, members({{"m-1", "20230001", "张三丰", "一支部"}}));
    PullParts busy = terminal.pulling(centre.root);
    busy.hall_is_free = [] { return false; };
    const auto waits = pull(busy, *centre.transport(), centre.at, terminal.moment());
    REQUIRE(waits);
    CHECK(waits->roster_waits);
    CHECK(*terminal.members->count() == 2);
    CHECK(centre.pull_to(terminal).roster);
    CHECK(*terminal.members->count() == 1);
    CHECK(*told.revision() != revision);
    // A plan that is withdrawn is gone after the next pull.
    centre.tell(ToldKind::activities, R"({"schema_version":1,"activities":[]})");
    centre.pull_to(terminal);
    CHECK(told.planned({0}, {std::numeric_limits<std::int64_t>::max()})->empty());
}

TEST_CASE("a terminal that is not enrolled, or was revoked, reads nothing", "[sync][pull]") {
    TellingCentre centre;
    TerminalRoom one("one"), two("two"), stranger("stranger");
    centre.enrol(one);
    centre.enrol(two);
    const std::int64_t version = centre.tell(ToldKind::roster, members({{"m-1", "20230001", "张三", "一支部"}}));
    const Pulled nothing = centre.pull_to(stranger);
    CHECK(!nothing.any());
    REQUIRE(nothing.wrong.size() == 1);
    CHECK(nothing.wrong.front().find("not enrolled") != std::string::npos);
    CHECK(centre.pull_to(two).roster);
    centre.readers.pop_back();
    centre.tell(ToldKind::roster, members({{"m-1", "20230001", "张三", "一支部"}, {"m-9", "20230009", "王五", "一支部"}}));
    CHECK(!centre.pull_to(two).any());
    CHECK(*two.members->count() == 1);
    CHECK(centre.pull_to(one).roster);
    CHECK(*one.members->count() == 2);

    // Keys sealed to one terminal under another's name are no use to either.
    centre.readers[0].key = stranger.signing.public_key();
    centre.readers[0].kiosk = two.id();
    centre.tell(ToldKind::roster, members({{"m-1", "20230001", "张三", "一支部"}}));
    const auto other = pull(two.pulling(centre.root), *centre.transport(), centre.at, two.moment());
    REQUIRE(!other);
    CHECK(other.error().what.find("another terminal") != std::string::npos);
    CHECK(version > 0);
}

TEST_CASE("broken off after any file, a pull is finished by the next", "[sync][pull]") {
    TellingCentre centre;
    TerminalRoom whole("whole");
    centre.enrol(whole);
    std::vector<std::unique_ptr<TerminalRoom>> rooms;
    for (int i = 0; i < 14; ++i) {
        rooms.push_back(std::make_unique<TerminalRoom>("room " + std::to_string(i)));
        centre.enrol(*rooms.back());
    }
    centre.tell(ToldKind::roster, members({{"m-1", "20230001", "张三", "一支部"}, {"m-2", "20230002", "李四", "二支部"}}));
    centre.tell(ToldKind::activities, activity);
    centre.tell(ToldKind::notices, notice);
    centre.tell(ToldKind::settings, settings);
    centre.pull_to(whole);
    const std::int64_t records = *whole.records->last_seq();
    bool ended = false;
    for (int files = 0; files < 14; ++files) {
        TerminalRoom& terminal = *rooms[static_cast<std::size_t>(files)];
        const auto from = centre.transport();
        BrokenOff stick(*from, files);
        const auto pulled = pull(terminal.pulling(centre.root), stick, centre.at, terminal.moment());
        CHECK(pulled.has_value() == stick.held());
        ended = ended || pulled.has_value();
        centre.pull_to(terminal);
        INFO(files);
        CHECK(*terminal.members->count() == 2);
        CHECK(*terminal.records->last_seq() == records);
        for (const char* table : {"planned_activity", "notice", "policy"}) CHECK(count(terminal, std::string("SELECT count(*) FROM ") + table) == 1);
    }
    CHECK(ended);
}

TEST_CASE("an older repository takes nothing back", "[sync][pull]") {
    TellingCentre centre;
    TerminalRoom terminal("one");
    centre.enrol(terminal);
    centre.tell(ToldKind::roster, members({{"m-1", "20230001", "张三", "一支部"}}));
    const Path old = centre.data / "old";
    std::filesystem::copy(centre.data / "repository", old, std::filesystem::copy_options::recursive);
    centre.tell(ToldKind::roster, members({{"m-1", "20230001", "张三", "一支部"}, {"m-2", "20230002", "李四", "二支部"}}));
    CHECK(centre.pull_to(terminal).roster);
    const auto stick = DirectoryTransport::open(old, "an old stick");
    const auto pulled = pull(terminal.pulling(centre.root), **stick, centre.at, terminal.moment());
    REQUIRE(pulled);
    CHECK(!pulled->fresh);
    CHECK(*terminal.members->count() == 2);
    // Changed on the way.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(centre.data / "repository/targets/rosters"))
        if (entry.is_regular_file()) REQUIRE(write_file(entry.path(), *read_text(entry.path()) + " "));
    CHECK(!centre.publisher->tell_readers(1, {}, {centre.at.unix_ms + 1}));  // the centre sees it, too
    TerminalRoom again("one");
    const auto spoilt = pull(again.pulling(centre.root), *centre.transport(), centre.at, again.moment());
    REQUIRE(spoilt);
    CHECK(!spoilt->roster);
    CHECK(spoilt->wrong.size() == 1);
}

TEST_CASE("who had an id of the terminal's own keeps hours, card and PIN under the centre's", "[sync][pull][roster]") {
    TellingCentre centre;
    TerminalRoom terminal("one");
    centre.enrol(terminal);
    import_locally(terminal, "学号,姓名,支部,卡号\n20230001,张三,一支部,AA01\n20230002,李四,一支部,\n20230003,王五,二支部,\n");
    const MemberId was = (*terminal.members->by_number("20230001"))->id;
    REQUIRE(terminal.members->set_pin(was, "4711", terminal.moment()));
    study(terminal, was, 60'000);
    study(terminal, (*terminal.members->by_number("20230003"))->id, 5'000);
    centre.tell(ToldKind::roster, members({{"m-c1", "20230001", "张三", "一支部"}, {"m-c2", "20230002", "李四", "一支部"}}));
    REQUIRE(centre.pull_to(terminal).roster);
    const auto now = *terminal.members->by_number("20230001");
    REQUIRE(now);
    CHECK(now->id.text == "m-c1");
    CHECK(now->card == "AA01");
    CHECK(*terminal.members->pin_right(now->id, "4711"));
    CHECK(count(terminal, "SELECT ms FROM study_day WHERE member = 'm-c1'") == 60'000);
    CHECK(count(terminal, "SELECT count(*) FROM study_day WHERE member = '" + was.text + "'") == 0);
    CHECK(count(terminal, "SELECT count(*) FROM record WHERE body LIKE '%member_same%'") == 2);
    CHECK(count(terminal, "SELECT count(*) FROM record WHERE member = '" + was.text + "'") > 0);  // never rewritten
    Records::Filter filter;
    filter.member = now->id;
    CHECK(terminal.records->find(filter, 10)->size() == static_cast<std::size_t>(count(terminal, "SELECT count(*) FROM record WHERE member = '" + was.text + "'")));
    // A visit that was still open goes on; sums made anew are the same.
    study(terminal, was, 1'000);
    CHECK(count(terminal, "SELECT ms FROM study_day WHERE member = 'm-c1'") == 61'000);
    REQUIRE(tally_again(*terminal.db));
    CHECK(count(terminal, "SELECT ms FROM study_day WHERE member = 'm-c1'") == 61'000);
    CHECK(count(terminal, "SELECT count(*) FROM study_day WHERE member = '" + was.text + "'") == 0);
    const auto verdict = verify_database(*terminal.db, terminal.signing.public_key());
    REQUIRE(verdict);
    CHECK(verdict->good());
    // The one who is not at the centre is gone from the roster, with everything kept.
    CHECK(!*terminal.members->by_number("20230003"));
    CHECK(count(terminal, "SELECT count(*) FROM study_day") == 2);
}

TEST_CASE("numbers may change hands under the centre's ids", "[sync][pull][roster]") {
    TellingCentre centre;
    TerminalRoom terminal("one");
    centre.enrol(terminal);
    centre.tell(ToldKind::roster, members({{"m-1", "100", "张三", "一支部"}, {"m-2", "200", "李四", "一支部"}, {"m-3", "300", "王五", "一支部"}}));
    centre.pull_to(terminal);
    study(terminal, {"m-1"}, 7'000);
    // Swapped; and the number of one who left goes to somebody new, who is somebody else.
    centre.tell(ToldKind::roster, members({{"m-1", "200", "张三", "一支部"}, {"m-2", "100", "李四", "一支部"}, {"m-4", "300", "赵六", "一支部"}}));
    CHECK(centre.pull_to(terminal).wrong.empty());
    CHECK((*terminal.members->by_number("200"))->id.text == "m-1");
    CHECK((*terminal.members->by_number("100"))->id.text == "m-2");
    CHECK((*terminal.members->by_number("300"))->id.text == "m-4");
    CHECK(count(terminal, "SELECT count(*) FROM record WHERE body LIKE '%member_same%'") == 0);
    CHECK(count(terminal, "SELECT ms FROM study_day WHERE member = 'm-1'") == 7'000);
    // Back again.
    Roster roster(*terminal.db, terminal.key, *terminal.records);
    REQUIRE(roster.undo_last(terminal.moment()));
    CHECK((*terminal.members->by_number("100"))->id.text == "m-1");
    CHECK((*terminal.members->by_number("200"))->id.text == "m-2");
}
