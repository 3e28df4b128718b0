#include "kiosk/input/card_device.h"

#include <dirent.h>
#include <fcntl.h>
#include <libevdev/libevdev.h>
#include <linux/input.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "content/base/descriptor.h"
#include "content/base/file.h"
#include "content/base/mailbox.h"
#include "kiosk/input/card_reader.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_codes = 256;      // waiting for the main thread; further ones are not taken
constexpr std::size_t most_readers = 16;
constexpr Nanoseconds ask_again = Milliseconds(5000);

// Nobody types on a reader, so it may be slow.
constexpr CardReader::Rules reader_rules() { return {.gap = Milliseconds(150), .end_quiet = Milliseconds(150), .least = 3}; }

// The US layout by the kernel's codes (linux/input-event-codes.h).
char character_of(int code, bool shift) {
    struct Row {
        int first;
        const char *plain, *shifted;
    };
    static constexpr Row rows[] = {{KEY_1, "1234567890-=", "!@#$%^&*()_+"},   {KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"},
                                   {KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~"},  {KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
                                   {KEY_KP7, "789-456+1230.", "789-456+1230."}};
    for (const Row& row : rows) {
        const int place = code - row.first;
        if (place >= 0 && place < static_cast<int>(std::strlen(row.plain))) return (shift ? row.shifted : row.plain)[place];
    }
    switch (code) {
        case KEY_SPACE: return ' ';
        case KEY_TAB: return '\t';
        case KEY_KPASTERISK: return '*';
        case KEY_KPSLASH: return '/';
        default: return 0;
    }
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return text;
}

std::string hex4(std::uint16_t number) {
    std::string text;
    for (int shift = 12; shift >= 0; shift -= 4) text += "0123456789abcdef"[number >> shift & 0xF];
    return text;
}

bool is_named(const InputNodes::Node& node, const std::vector<std::string>& readers) {
    const std::string ids = hex4(node.vendor) + ":" + hex4(node.product), name = lower(node.name);
    return std::any_of(readers.begin(), readers.end(), [&](const std::string& reader) {
        const std::string wanted = lower(reader);
        return !wanted.empty() && (wanted == ids || name.find(wanted) != std::string::npos);
    });
}

// /sys says who a device is without opening it, so that only readers are ever opened.
class MachineNodes final : public InputNodes {
public:
    MachineNodes() { watch(); }

    std::vector<Node> list() override {
        watch();
        std::vector<Node> nodes;
        DIR* folder = ::opendir("/dev/input");
        if (folder == nullptr) return nodes;
        while (const dirent* entry = ::readdir(folder)) {
            const std::string id = entry->d_name;
            if (!id.starts_with("event")) continue;
            const Path about = Path("/sys/class/input") / id / "device";
            nodes.push_back({id, line_of(about / "name"), number_of(about / "id/vendor"), number_of(about / "id/product")});
        }
        ::closedir(folder);
        std::sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) { return a.id < b.id; });
        return nodes;
    }
    Result<int> take(const Node& node) override {
        const int fd = ::open(("/dev/input/" + node.id).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0) {
            if (errno == EACCES || errno == EPERM) return Error{ErrorKind::io, "not allowed: add the user to the group input"};
            return Error{ErrorKind::io, std::strerror(errno)};
        }
        Descriptor open(fd);
        libevdev* device = nullptr;
        int failed = libevdev_new_from_fd(fd, &device);
        if (failed != 0) return Error{ErrorKind::unsupported, "it is no input device"};
        failed = libevdev_set_clock_id(device, CLOCK_MONOTONIC);
        if (failed == 0) failed = libevdev_grab(device, LIBEVDEV_GRAB);
        libevdev_free(device);  // leaves the descriptor as it is
        if (failed == -EBUSY) return Error{ErrorKind::io, "another program has taken it"};
        if (failed != 0) return Error{ErrorKind::io, std::strerror(-failed)};
        return open.release();
    }
    int changes() override { return watching_ ? inotify_.get() : -1; }
    void changes_seen() override {
        alignas(inotify_event) char buffer[4096];
        while (::read(inotify_.get(), buffer, sizeof buffer) > 0) {}
    }

private:
    // The folder may come only with the first device. Rights come a moment after the node, so changes of attributes count.
    void watch() {
        if (inotify_.get() < 0) inotify_ = Descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
        watching_ = inotify_.get() >= 0 && ::inotify_add_watch(inotify_.get(), "/dev/input", IN_CREATE | IN_DELETE | IN_ATTRIB) >= 0;
    }
    static std::string line_of(const Path& file) {
        const auto text = read_text(file, 8192);
        return text ? text->substr(0, text->find('\n')) : "";
    }
    static std::uint16_t number_of(const Path& file) { return static_cast<std::uint16_t>(std::strtoul(line_of(file).c_str(), nullptr, 16)); }

    Descriptor inotify_;
    bool watching_ = false;
};

// One reader that was taken.
class Reader {
public:
    Reader(int fd, const Clock& clock) : fd_(fd), clock_(clock), keys_(reader_rules()) {}
    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] Instant due() const { return keys_.due(); }

    // False when it has gone.
    bool fetch() {
        input_event events[64];
        for (;;) {
            const ssize_t n = ::read(fd_.get(), events, sizeof events);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return errno == EAGAIN;
            if (n == 0) return false;
            const Instant now = clock_.now();
            for (std::size_t i = 0; i < static_cast<std::size_t>(n) / sizeof(input_event); ++i) take(events[i], now);
        }
    }
    std::vector<std::string> codes() {
        const Instant now = clock_.now();
        static_cast<void>(keys_.typed(now));  // too few keys to be a code: a reader's noise, and it is for nobody else
        return keys_.read(now);
    }

private:
    void take(const input_event& event, Instant now) {
        if (event.type == EV_SYN && event.code == SYN_DROPPED) {
            // Keys were lost: half a code is worse than none.
            keys_ = CardReader(reader_rules());
            shift_ = false;
            return;
        }
        if (event.type != EV_KEY) return;
        const bool down = event.value != 0;
        if (event.code == KEY_LEFTSHIFT || event.code == KEY_RIGHTSHIFT) {
            shift_ = down;
            return;
        }
        if (!down || event.value == 2) return;  // 2: held down
        CardReader::Stroke stroke;
        stroke.character = character_of(event.code, shift_);
        stroke.enter = event.code == KEY_ENTER || event.code == KEY_KPENTER;
        stroke.when = time_of(event, now);
        if (stroke.character != 0 || stroke.enter) keys_.key(stroke);
    }
    // The kernel's stamps in our time: the smallest difference seen is that of an event fetched at once.
    Instant time_of(const input_event& event, Instant now) {
        const Nanoseconds stamp = std::chrono::seconds(event.input_event_sec) + std::chrono::microseconds(event.input_event_usec);
        const Nanoseconds difference = now.since_start - stamp;
        behind_ = behind_ ? std::min(*behind_, difference) : difference;
        return Instant{stamp + *behind_};
    }

    Descriptor fd_;
    const Clock& clock_;
    CardReader keys_;
    bool shift_ = false;
    std::optional<Nanoseconds> behind_;
};

class Devices final : public CardDevices {
public:
    Devices(std::vector<std::string> readers, const Clock& clock, std::function<void()> wake, std::unique_ptr<InputNodes> nodes)
        : readers_(std::move(readers)), clock_(clock), wake_(std::move(wake)), nodes_(std::move(nodes)), stop_(::eventfd(0, EFD_CLOEXEC)) {
        insist(stop_.get() >= 0, "no eventfd");
        thread_ = std::thread([this] { run(); });
    }
    ~Devices() override {
        const std::uint64_t one = 1;
        insist(::write(stop_.get(), &one, sizeof one) == sizeof one, "the card thread cannot be told to stop");
        thread_.join();
    }
    std::vector<std::string> read() override { return codes_.take_all(); }
    std::vector<Seen> seen() override {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

private:
    void run() {
        look_for_readers();
        for (;;) {
            std::vector<pollfd> wanted{{stop_.get(), POLLIN, 0}, {nodes_->changes(), POLLIN, 0}};  // poll() passes over -1
            std::vector<std::string> ids{"", ""};
            Instant until = clock_.now() + ask_again;
            for (const auto& [id, reader] : taken_) {
                wanted.push_back({reader.fd(), POLLIN, 0});
                ids.push_back(id);
                until = std::min(until, reader.due());
            }
            const auto wait = std::chrono::duration_cast<Milliseconds>(until - clock_.now() + Milliseconds(1) - Nanoseconds(1));
            const int ready = ::poll(wanted.data(), wanted.size(), static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 60'000)));
            if (wanted[0].revents != 0) return;
            bool lost = false;
            for (std::size_t i = 2; i < wanted.size(); ++i) {
                const auto reader = taken_.find(ids[i]);
                const bool here = wanted[i].revents == 0 || reader->second.fetch();
                hand_over(reader->second.codes());
                if (here) continue;
                taken_.erase(reader);
                lost = true;
            }
            const bool changed = wanted[1].revents != 0;
            if (changed) nodes_->changes_seen();
            // Those that could not be taken, or whose news is not told, are asked for again.
            if (changed || lost || (ready == 0 && (troubled_ || nodes_->changes() < 0) && clock_.now() >= look_again_)) look_for_readers();
        }
    }

    void look_for_readers() {
        look_again_ = clock_.now() + ask_again;
        troubled_ = false;
        std::vector<Seen> seen;
        const std::vector<InputNodes::Node> nodes = nodes_->list();
        std::erase_if(taken_, [&](const auto& one) {
            return std::none_of(nodes.begin(), nodes.end(), [&](const InputNodes::Node& node) { return node.id == one.first; });
        });
        for (const InputNodes::Node& node : nodes) {
            if (!is_named(node, readers_)) continue;
            Seen one{node.name, taken_.contains(node.id), ""};
            if (!one.grabbed && taken_.size() < most_readers) {
                const auto fd = nodes_->take(node);
                if (fd) taken_.try_emplace(node.id, *fd, clock_);
                one.grabbed = fd.has_value();
                if (!fd) one.trouble = fd.error().what;
            }
            troubled_ = troubled_ || !one.grabbed;
            seen.push_back(std::move(one));
        }
        const std::lock_guard lock(mutex_);
        seen_ = std::move(seen);
    }

    void hand_over(std::vector<std::string> codes) {
        if (codes.empty()) return;
        // At the limit nobody has looked for minutes; the newest are then not taken.
        for (std::string& code : codes) static_cast<void>(codes_.post(std::move(code)));
        if (wake_) wake_();
    }

    // constant
    const std::vector<std::string> readers_;
    const Clock& clock_;
    const std::function<void()> wake_;
    const std::unique_ptr<InputNodes> nodes_;  // the thread's
    const Descriptor stop_;
    // self-synchronised
    Mailbox<std::string> codes_{most_codes};
    // the thread's
    std::map<std::string, Reader> taken_;
    bool troubled_ = false;
    Instant look_again_;
    // under mutex_:
    std::mutex mutex_;
    std::vector<Seen> seen_;

    std::thread thread_;
};

// No readers named.
class NoDevices final : public CardDevices {
public:
    std::vector<std::string> read() override { return {}; }
    std::vector<Seen> seen() override { return {}; }
};

}  // namespace

std::unique_ptr<CardDevices> CardDevices::start(std::vector<std::string> readers, const Clock& clock, std::function<void()> wake,
                                                std::unique_ptr<InputNodes> nodes) {
    if (readers.empty()) return std::make_unique<NoDevices>();
    if (!nodes) nodes = std::make_unique<MachineNodes>();
    return std::make_unique<Devices>(std::move(readers), clock, std::move(wake), std::move(nodes));
}

}  // namespace xinghuo
