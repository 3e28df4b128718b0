#include "kiosk/stick.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>

using namespace xinghuo;

namespace {

namespace fs = std::filesystem;

struct Folder {
    Folder() {
        std::string name = (fs::temp_directory_path() / "xinghuo-stick-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Path path;
};

bool inline_post(std::function<void()> job) {
    job();
    return true;
}

Stick plugged(const Path& folder) {
    Sticks sticks(inline_post, {"nowhere", "nowhere"});
    REQUIRE(sticks.plug(folder).has_value());
    REQUIRE(sticks.look(Instant{}));
    REQUIRE(sticks.stick().has_value());
    return *sticks.stick();
}

void make(const Path& file, std::string_view content = "x") { REQUIRE(write_file(file, content).has_value()); }
std::string content_of(const Path& file) { return read_text(file).value(); }

std::vector<std::string> names_in(const Path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

// A machine's /proc and /sys, as far as sticks are concerned.
struct Machine {
    Folder folder;
    std::string mounts;
    Sticks::Places places{folder.path / "mountinfo", folder.path / "sys"};

    // "sdb" with "sdb1", at the end of a path of devices.
    void disk(const std::string& name, const std::string& way, bool removable) {
        const Path at = folder.path / "sys/devices" / way / "block" / name;
        fs::create_directories(at / (name + "1"));
        make(at / "removable", removable ? "1\n" : "0\n");
        const Path all = folder.path / "sys/class/block";
        fs::create_directories(all);
        fs::create_directory_symlink(at, all / name);
        fs::create_directory_symlink(at / (name + "1"), all / (name + "1"));
    }
    void mount(const std::string& where, const std::string& type, const std::string& source, const std::string& options = "rw,nosuid,nodev") {
        mounts += fmt::format("36 25 8:17 / {} {} shared:1 - {} {} rw\n", where, options, type, source);
        make(places.mounts, mounts);
    }
};

}  // namespace

TEST_CASE("names become safe for every file system", "[stick]") {
    for (const auto& [name, safe] : {std::pair<std::string, std::string>{"签到 2026-07-01.xlsx", "签到 2026-07-01.xlsx"}, {"a/b\\c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"},
                                     {"../../etc/passwd", "-..-etc-passwd"}, {"..", "_"}, {"", "_"}, {" x. ", "x"}, {"con.csv", "_con.csv"},
                                     {"COM7", "_COM7"}, {"comet", "comet"}, {std::string("a\0\n\x7f", 4), "a---"}, {".hidden", "hidden"}})
        CHECK(safe_name(name) == safe);
    const std::string long_name = "主题" + std::string(60, 'x') + std::string(300, '\xE5');
    std::string chinese;
    for (int i = 0; i < 60; ++i) chinese += "党";
    const std::string cut = safe_name(chinese + ".xlsx");
    CHECK(cut.size() <= 120);
    CHECK(cut.ends_with("党.xlsx"));
    CHECK((cut.size() - 5) % 3 == 0);
    CHECK(safe_name(long_name).size() <= 120);
}

TEST_CASE("what is put on a stick never replaces anything", "[stick]") {
    const Folder folder;
    const Stick stick = plugged(folder.path);
    CHECK(put(stick, "星火展厅", "签到.xlsx", "one").value() == "星火展厅/签到.xlsx");
    CHECK(put(stick, "星火展厅", "签到.xlsx", "two").value() == "星火展厅/签到 (2).xlsx");
    CHECK(put(stick, "星火展厅", "签到.xlsx", Bytes{'3'}).value() == "星火展厅/签到 (3).xlsx");
    CHECK(put(stick, "", "plain", "four").value() == "plain");
    CHECK(put(stick, "", "plain", "five").value() == "plain (2)");
    CHECK(content_of(folder.path / "星火展厅/签到.xlsx") == "one");
    CHECK(content_of(folder.path / "星火展厅/签到 (2).xlsx") == "two");
    CHECK(content_of(folder.path / "星火展厅/签到 (3).xlsx") == "3");
    CHECK(names_in(folder.path / "星火展厅").size() == 3);  // nothing half-written is left
    CHECK(names_in(folder.path) == std::vector<std::string>{"plain", "plain (2)", "星火展厅"});
}

TEST_CASE("a stick leads nowhere else", "[stick]") {
    const Folder folder, elsewhere;
    make(elsewhere.path / "secret.csv", "secret");
    const Stick stick = plugged(folder.path);
    fs::create_directory_symlink(elsewhere.path, folder.path / "out");
    fs::create_symlink(elsewhere.path / "secret.csv", folder.path / "a.csv");
    fs::create_symlink(elsewhere.path / "new.csv", folder.path / "dangling.csv");
    REQUIRE(::mkfifo((folder.path / "pipe.csv").c_str(), 0600) == 0);
    fs::create_symlink("/dev/zero", folder.path / "zero.csv");

    CHECK_FALSE(put(stick, "out", "x.csv", "x").has_value());
    CHECK(put(stick, "", "a.csv", "x").value() == "a (2).csv");
    CHECK(put(stick, "", "dangling.csv", "x").value() == "dangling (2).csv");
    CHECK(put(stick, "../..", "../x.csv", "x").has_value());
    CHECK(names_in(elsewhere.path) == std::vector<std::string>{"secret.csv"});
    CHECK(content_of(elsewhere.path / "secret.csv") == "secret");

    for (const char* path : {"a.csv", "out/secret.csv", "pipe.csv", "zero.csv", "dangling.csv", "../x", "/etc/passwd", "", "missing.csv"}) {
        INFO(path);
        CHECK_FALSE(read_from(stick, path, 1000).has_value());
    }
    const auto tables = find_tables(stick).value();
    CHECK(tables.size() == 3);
    for (const StickFile& file : tables) CHECK((file.path == "a (2).csv" || file.path == "dangling (2).csv" || file.path == "-/-x.csv"));
}

TEST_CASE("a device or a folder of that name is not opened", "[stick]") {
    const Folder folder;
    const Stick stick = plugged(folder.path);
    fs::create_directory(folder.path / "folder.csv");
    CHECK(read_from(stick, "folder.csv", 1000).error().kind == ErrorKind::invalid);
    CHECK(find_tables(stick).value().empty());
    if (::mknod((folder.path / "zero.csv").c_str(), S_IFCHR | 0600, 0x105) != 0) return;  // only root may
    CHECK(read_from(stick, "zero.csv", 1000).error().kind == ErrorKind::invalid);
    CHECK(find_tables(stick).value().empty());
}

TEST_CASE("tables are found at the top and one folder down", "[stick]") {
    const Folder folder;
    for (const char* name : {"b.CSV", "a.xlsx", "c.txt", ".d.csv", "._e.csv", "r/f.csv", "r/s/g.csv", ".hidden/h.csv", "名册.xlsx"}) make(folder.path / name, "1234");
    const Stick stick = plugged(folder.path);
    const auto found = find_tables(stick).value();
    std::vector<std::string> paths;
    for (const StickFile& f : found) {
        paths.push_back(f.path);
        CHECK(f.size_bytes == 4);
    }
    CHECK(paths == std::vector<std::string>{"a.xlsx", "b.CSV", "r/f.csv", "名册.xlsx"});
    CHECK(read_from(stick, "r/f.csv", 4).value() == Bytes{'1', '2', '3', '4'});
    CHECK(read_from(stick, "r/f.csv", 3).error().kind == ErrorKind::too_large);
}

TEST_CASE("a stick of very many files is looked at in part", "[stick]") {
    const Folder folder;
    for (int i = 0; i < 260; ++i) make(folder.path / fmt::format("{:04}.csv", i));
    CHECK(find_tables(plugged(folder.path)).value().size() == 200);
}

TEST_CASE("what does not fit is said before anything is written", "[stick]") {
    const Folder folder;
    const Stick stick = plugged(folder.path);
    struct statvfs room {};
    REQUIRE(::statvfs(folder.path.c_str(), &room) == 0);
    const std::uint64_t free = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
    CHECK((stick.free_bytes > 0 && stick.writable));
    // Never read: it is larger than the disk, and no memory stands behind it.
    const char nothing = 0;
    const std::string_view huge(&nothing, static_cast<std::size_t>(free) + (1u << 20));
    const auto refused = put(stick, "f", "x.csv", huge);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::too_large);
    CHECK(refused.error().what.find("are needed") != std::string::npos);
    CHECK(names_in(folder.path).empty());
}

TEST_CASE("a stick that was pulled is told from the folder it leaves behind", "[stick]") {
    const Folder folder;
    make(folder.path / "a.csv");
    Stick stick = plugged(folder.path);
    stick.device += 1;  // another file system than the one that was looked at
    CHECK(put(stick, "f", "x.csv", "x").error().kind == ErrorKind::missing);
    CHECK(find_tables(stick).error().kind == ErrorKind::missing);
    CHECK(read_from(stick, "a.csv", 100).error().kind == ErrorKind::missing);
    CHECK(names_in(folder.path) == std::vector<std::string>{"a.csv"});
    stick.root = folder.path / "gone";
    CHECK(put(stick, "f", "x.csv", "x").error().kind == ErrorKind::missing);
}

TEST_CASE("only removable disks where sticks are mounted are sticks", "[stick]") {
    // A mount point must exist to be looked at: /mnt does, everywhere.
    Machine machine;
    machine.disk("sda", "pci0000:00/ata1/host0", false);
    machine.disk("sdb", "pci0000:00/usb1/1-2/host6", false);
    machine.disk("mmcblk0", "platform/mmc", true);
    machine.mount("/", "ext4", "/dev/sda1");
    machine.mount("/boot", "ext4", "/dev/sdb1");
    machine.mount(machine.folder.path.string(), "vfat", "/dev/sdb1");
    machine.mount("/mnt", "tmpfs", "tmpfs");
    machine.mount("/mnt", "ext4", "/dev/sda1");
    machine.mount("/media/does\\040not\\040exist", "vfat", "/dev/sdb1");
    machine.mount("/mnt", "nfs", "/dev/sdb1");
    CHECK(find_sticks(machine.places).empty());
    machine.mount("/mnt", "vfat", "/dev/sdb1", "ro,nosuid");
    auto found = find_sticks(machine.places);
    REQUIRE(found.size() == 1);
    CHECK((found[0].root == "/mnt" && found[0].name == "mnt" && !found[0].writable));
    machine.mount("/mnt", "exfat", "/dev/mmcblk01");
    machine.mount("broken line", "", "");
    found = find_sticks(machine.places);
    CHECK(found.size() == 2);
    CHECK(found[1].free_bytes > 0);
}

TEST_CASE("looking never waits, and looks every two seconds", "[stick]") {
    Machine machine;
    machine.disk("sdb", "pci0000:00/usb1/1-2/host6", true);
    std::deque<std::function<void()>> jobs;
    bool full = false;
    Sticks sticks([&](std::function<void()> job) {
        if (full) return false;
        jobs.push_back(std::move(job));
        return true;
    }, machine.places);
    const auto at = [](int ms) { return Instant{Milliseconds(ms)}; };
    const auto work = [&] {
        while (!jobs.empty()) {
            jobs.front()();
            jobs.pop_front();
        }
    };
    CHECK_FALSE(sticks.look(at(0)));
    CHECK(jobs.size() == 1);
    sticks.look(at(5000));  // the stick answers slowly: no second question
    CHECK(jobs.size() == 1);
    work();
    machine.mount("/mnt", "vfat", "/dev/sdb1");
    CHECK_FALSE(sticks.look(at(5100)));
    CHECK(jobs.size() == 1);
    work();
    CHECK(sticks.look(at(5200)));
    CHECK(sticks.stick()->root == "/mnt");
    CHECK(jobs.empty());
    sticks.look(at(7099));
    CHECK(jobs.empty());
    full = true;
    sticks.look(at(7200));
    full = false;
    machine.mounts.clear();
    make(machine.places.mounts, "");
    sticks.look(at(9300));
    work();
    CHECK(sticks.look(at(9400)));
    CHECK_FALSE(sticks.stick().has_value());
}

TEST_CASE("a folder plays stick until it is unplugged", "[stick]") {
    const Folder folder;
    Sticks sticks(inline_post, {"nowhere", "nowhere"});
    CHECK_FALSE(sticks.plug(folder.path / "missing").has_value());
    REQUIRE(sticks.plug(folder.path).has_value());
    CHECK(sticks.look(Instant{}));
    CHECK_FALSE(sticks.look(Instant{Milliseconds(10)}));
    CHECK(sticks.stick()->root == folder.path);
    sticks.unplug();
    CHECK(sticks.look(Instant{Milliseconds(20)}));
    CHECK_FALSE(sticks.stick().has_value());
}
