#include "kiosk/input/card_device.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <libevdev/libevdev-uinput.h>
#include <linux/input.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

using namespace xinghuo;

namespace {

// Devices of a machine that does not exist: each is a pair of sockets, one end of which the test keeps.
class Table {
public:
    struct Device {
        InputNodes::Node node;
        std::string trouble;     // empty: it can be taken
        int ours = -1;
        int taken = 0;           // how often
    };
    ~Table() {
        for (auto& [id, device] : devices_) {
            if (device.ours >= 0) ::close(device.ours);
        }
        ::close(changed_);
    }
    void plug(const std::string& id, const std::string& name, std::uint16_t vendor, std::uint16_t product, const std::string& trouble = "") {
        const std::lock_guard lock(mutex_);
        devices_[id] = {{id, name, vendor, product}, trouble};
        tell();
    }
    void unplug(const std::string& id) {
        const std::lock_guard lock(mutex_);
        if (devices_[id].ours >= 0) ::close(devices_[id].ours);
        devices_.erase(id);
        tell();
    }
    void allow(const std::string& id) {
        const std::lock_guard lock(mutex_);
        devices_[id].trouble.clear();
        tell();
    }
    int taken(const std::string& id) {
        const std::lock_guard lock(mutex_);
        return devices_[id].taken;
    }
    // Keys with a stamp each, in one piece.
    void send(const std::string& id, const std::vector<input_event>& events) {
        const std::lock_guard lock(mutex_);
        REQUIRE(::write(devices_[id].ours, events.data(), events.size() * sizeof(input_event)) ==
                static_cast<ssize_t>(events.size() * sizeof(input_event)));
    }

    class Nodes final : public InputNodes {
    public:
        explicit Nodes(Table& table) : table_(table) {}
        std::vector<Node> list() override {
            const std::lock_guard lock(table_.mutex_);
            std::vector<Node> nodes;
            for (const auto& [id, device] : table_.devices_) nodes.push_back(device.node);
            return nodes;
        }
        Result<int> take(const Node& node) override {
            const std::lock_guard lock(table_.mutex_);
            Device& device = table_.devices_[node.id];
            if (!device.trouble.empty()) return Error{ErrorKind::io, device.trouble};
            int ends[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return Error{ErrorKind::io, "no sockets"};
            device.ours = ends[0];
            ++device.taken;
            return ends[1];
        }
        int changes() override { return table_.changed_; }
        void changes_seen() override {
            std::uint64_t count = 0;
            static_cast<void>(!::read(table_.changed_, &count, sizeof count));
        }

    private:
        Table& table_;
    };

private:
    void tell() const {
        const std::uint64_t one = 1;
        REQUIRE(::write(changed_, &one, sizeof one) == sizeof one);
    }
    std::mutex mutex_;
    std::map<std::string, Device> devices_;
    const int changed_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
};

// Waits for what a thread will do; ends the test when it does not.
template <class True>
bool comes(True&& is_so) {
    for (int i = 0; i < 2000; ++i) {
        if (is_so()) return true;
        ::usleep(5000);
    }
    return false;
}

struct Room {
    Table table;
    SystemClock clock;
    std::atomic<int> woken{0};
    std::vector<std::string> codes;
    std::unique_ptr<CardDevices> devices;

    void start(std::vector<std::string> readers) {
        devices = CardDevices::start(std::move(readers), clock, [this] { ++woken; }, std::make_unique<Table::Nodes>(table));
    }
    bool hears(std::size_t count) {
        return comes([&] {
            for (std::string& code : devices->read()) codes.push_back(std::move(code));
            return codes.size() >= count;
        });
    }
    bool grabbed(const std::string& name, bool wanted = true) {
        return comes([&] {
            for (const CardDevices::Seen& one : devices->seen())
                if (one.name == name) return one.grabbed == wanted;
            return false;
        });
    }
};

input_event key(int code, int value, int ms) {
    input_event e{};
    e.input_event_sec = 100 + ms / 1000;
    e.input_event_usec = ms % 1000 * 1000;
    e.type = EV_KEY;
    e.code = static_cast<std::uint16_t>(code);
    e.value = value;
    return e;
}

// As a keyboard sends it: down, report, up, report, 4 ms a key.
std::vector<input_event> keys(std::initializer_list<int> codes, int ms = 0) {
    std::vector<input_event> all;
    for (const int code : codes) {
        for (const int value : {1, 0}) {
            all.push_back(key(code, value, ms += 2));
            input_event report{};
            report.type = EV_SYN;
            all.push_back(report);
        }
    }
    return all;
}

}  // namespace

TEST_CASE("without readers named nothing is opened", "[card]") {
    SystemClock clock;
    const auto devices = CardDevices::start({}, clock, {});
    CHECK(devices->read().empty());
    CHECK(devices->seen().empty());
}

TEST_CASE("readers are taken by number or name, and nothing else is", "[card]") {
    Room room;
    room.table.plug("event1", "Sycreader USB Reader", 0x08ff, 0x0009);
    room.table.plug("event2", "Someone's Keyboard", 0x046d, 0xc31c);
    room.table.plug("event3", "HID IC Reader Pro", 0xffff, 0x0035);
    room.start({"08FF:0009", "ic reader", ""});
    REQUIRE(room.grabbed("Sycreader USB Reader"));
    REQUIRE(room.grabbed("HID IC Reader Pro"));
    CHECK(room.devices->seen().size() == 2);
    CHECK(room.table.taken("event2") == 0);
    room.table.send("event1", keys({KEY_0, KEY_0, KEY_1, KEY_2, KEY_KP3, KEY_4, KEY_ENTER}));
    REQUIRE(room.hears(1));
    CHECK(room.codes[0] == "001234");
    CHECK(room.woken >= 1);
    // Two readers at once do not mix.
    room.table.send("event3", keys({KEY_9, KEY_8, KEY_7}, 5000));
    room.table.send("event1", keys({KEY_1, KEY_1, KEY_1, KEY_1, KEY_ENTER}, 5000));
    room.table.send("event3", keys({KEY_6, KEY_ENTER}, 5012));
    REQUIRE(room.hears(3));
    CHECK(std::count(room.codes.begin(), room.codes.end(), "1111") == 1);
    CHECK(std::count(room.codes.begin(), room.codes.end(), "9876") == 1);
}

TEST_CASE("capitals and marks by Shift, on the US layout", "[card]") {
    Room room;
    room.table.plug("event1", "Scanner", 1, 2);
    room.start({"Scanner"});
    REQUIRE(room.grabbed("Scanner"));
    std::vector<input_event> all;
    int ms = 0;
    const auto press = [&](int code, bool shift) {
        if (shift) all.push_back(key(KEY_LEFTSHIFT, 1, ++ms));
        all.push_back(key(code, 1, ++ms));
        all.push_back(key(code, 2, ++ms));  // a repeat is no further key
        all.push_back(key(code, 0, ++ms));
        if (shift) all.push_back(key(KEY_LEFTSHIFT, 0, ++ms));
    };
    for (const auto& [code, shift] : {std::pair{KEY_X, true}, {KEY_H, true}, {KEY_1, false}, {KEY_DOT, false}, {KEY_A, false}, {KEY_MINUS, true}, {KEY_MINUS, false},
                                      {KEY_SLASH, true}, {KEY_EQUAL, false}, {KEY_SEMICOLON, true}, {KEY_BACKSLASH, true}, {KEY_GRAVE, true}, {KEY_LEFTBRACE, true}})
        press(code, shift);
    press(KEY_ENTER, false);
    room.table.send("event1", all);
    REQUIRE(room.hears(1));
    CHECK(room.codes[0] == "XH1.a_-?=:|~{");
}

TEST_CASE("a code without Enter ends by itself", "[card]") {
    Room room;
    room.table.plug("event1", "Reader", 1, 2);
    room.start({"Reader"});
    REQUIRE(room.grabbed("Reader"));
    room.table.send("event1", keys({KEY_1, KEY_2, KEY_3, KEY_4, KEY_5}));
    REQUIRE(room.hears(1));
    CHECK(room.codes[0] == "12345");
}

TEST_CASE("readers come and go", "[card]") {
    Room room;
    room.start({"Reader"});
    room.table.plug("event7", "Reader", 1, 2);
    REQUIRE(room.grabbed("Reader"));
    room.table.send("event7", keys({KEY_1, KEY_2, KEY_3, KEY_4, KEY_ENTER}));
    REQUIRE(room.hears(1));
    room.table.unplug("event7");
    CHECK(comes([&] { return room.devices->seen().empty(); }));
    room.table.plug("event8", "Reader", 1, 2);
    REQUIRE(room.grabbed("Reader"));
    room.table.send("event8", keys({KEY_5, KEY_6, KEY_7, KEY_8, KEY_ENTER}));
    REQUIRE(room.hears(2));
    CHECK(room.codes == std::vector<std::string>{"1234", "5678"});
}

TEST_CASE("a reader that may not be opened says why, until it may", "[card]") {
    Room room;
    room.table.plug("event1", "Reader", 1, 2, "not allowed: add the user to the group input");
    room.start({"0001:0002"});
    REQUIRE(room.grabbed("Reader", false));
    CHECK(room.devices->seen()[0].trouble == "not allowed: add the user to the group input");
    room.table.allow("event1");
    REQUIRE(room.grabbed("Reader"));
    CHECK(room.devices->seen()[0].trouble.empty());
    room.table.send("event1", keys({KEY_1, KEY_2, KEY_3, KEY_4, KEY_ENTER}));
    CHECK(room.hears(1));
}

TEST_CASE("half a code whose other half the kernel lost is no code", "[card]") {
    Room room;
    room.table.plug("event1", "Reader", 1, 2);
    room.start({"Reader"});
    REQUIRE(room.grabbed("Reader"));
    auto events = keys({KEY_1, KEY_2, KEY_3, KEY_4, KEY_5});
    input_event lost{};
    lost.type = EV_SYN;
    lost.code = SYN_DROPPED;
    events.push_back(lost);
    for (const input_event& e : keys({KEY_9, KEY_ENTER}, 30)) events.push_back(e);
    for (const input_event& e : keys({KEY_4, KEY_7, KEY_1, KEY_1, KEY_ENTER}, 2000)) events.push_back(e);
    room.table.send("event1", events);
    REQUIRE(room.hears(1));
    CHECK(room.codes == std::vector<std::string>{"4711"});
}

TEST_CASE("a reader of the kernel's own making is grabbed and read", "[card]") {
    const int uinput = ::open("/dev/uinput", O_RDWR | O_CLOEXEC);
    if (uinput < 0) {
        WARN("no /dev/uinput here: not tried with a device of the kernel");
        return;
    }
    libevdev* model = libevdev_new();
    libevdev_set_name(model, "Xinghuo Test Reader");
    libevdev_enable_event_type(model, EV_KEY);
    for (unsigned code = KEY_ESC; code <= KEY_KPDOT; ++code) libevdev_enable_event_code(model, EV_KEY, code, nullptr);
    libevdev_uinput* device = nullptr;
    const int made = libevdev_uinput_create_from_device(model, uinput, &device);
    if (made == 0) {
        SystemClock clock;
        auto devices = CardDevices::start({"Xinghuo Test Reader"}, clock, {});
        REQUIRE(comes([&] { return !devices->seen().empty() && devices->seen()[0].grabbed; }));
        for (const int code : {KEY_1, KEY_2, KEY_3, KEY_4, KEY_ENTER})
            for (const int value : {1, 0}) {
                libevdev_uinput_write_event(device, EV_KEY, static_cast<unsigned>(code), value);
                libevdev_uinput_write_event(device, EV_SYN, SYN_REPORT, 0);
            }
        std::vector<std::string> codes;
        REQUIRE(comes([&] {
            for (std::string& code : devices->read()) codes.push_back(std::move(code));
            return !codes.empty();
        }));
        CHECK(codes == std::vector<std::string>{"1234"});
        libevdev_uinput_destroy(device);
    }
    libevdev_free(model);
    ::close(uinput);
}
