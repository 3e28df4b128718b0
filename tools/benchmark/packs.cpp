#include "tools/benchmark/packs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "content/base/descriptor.h"
#include "content/pack/disk.h"
#include "content/pack/installer.h"
#include "content/trust/client.h"
#include "content/trust/directory_transport.h"
#include "tools/benchmark/made_repository.h"

namespace xinghuo {
namespace {

constexpr std::uint64_t whole_bytes = 1'000'000'000;
constexpr std::size_t file_count = 500, changed_count = 25;  // 5 %
constexpr int rounds = 3;

double ms_since(const Clock& clock, Instant start) { return seconds(clock.now() - start) * 1e3; }

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

class Counting final : public Transport {
public:
    explicit Counting(Transport& from) : from_(from) {}
    Result<void> get(std::string_view path, std::uint64_t from, std::uint64_t limit_bytes, const Take& take,
                     const std::function<void()>& restart) override {
        return from_.get(path, from, limit_bytes, [&](std::span<const std::uint8_t> piece) {
            bytes += piece.size();
            return take(piece);
        }, restart);
    }
    [[nodiscard]] std::string name() const override { return from_.name(); }
    std::uint64_t bytes = 0;

private:
    Transport& from_;
};

// Neither side finds the source in memory.
void forget(const std::vector<Path>& files) {
    for (const Path& file : files) {
        const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        (void)::fdatasync(fd.get());
        (void)::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    }
}

// The least that leaves a verified copy: each file copied, flushed if asked, and the copy hashed.
bool copy_and_hash(const std::vector<Path>& files, const Path& to, bool flush) {
    std::vector<std::uint8_t> piece(disk_piece_bytes);
    for (const Path& file : files) {
        const Path copied = to / file.filename();
        {
            const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), out(::open(copied.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
            if (!in || !out) return false;
            for (ssize_t n; (n = ::read(in.get(), piece.data(), piece.size())) > 0;)
                if (!write_all(out.get(), piece.data(), static_cast<std::size_t>(n))) return false;
            if (flush && ::fsync(out.get()) != 0) return false;
        }
        const Descriptor copy(::open(copied.c_str(), O_RDONLY | O_CLOEXEC));
        StreamHash hash;
        for (ssize_t n; (n = ::read(copy.get(), piece.data(), piece.size())) > 0;) hash.add({piece.data(), static_cast<std::size_t>(n)});
        if (hash.hex() != file.filename().string()) return false;
    }
    return true;
}

// Of this thread's program, in the system too: what is the same on a busy machine and an idle one.
double processor_ms() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto ms = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3; };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

double status_mb(const char* name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::strtod(line.c_str() + std::string_view(name).size() + 1, nullptr) / 1024;
    return 0;
}

class Terminal {
public:
    Terminal(const Path& folder, const MadeRepository& repository, const Clock& clock) : clock_(clock) {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        auto opened = PackStore::open({.folder = folder, .shipped = {}, .root = repository.root(), .capacity = 0}, clock.moment());
        if (opened) store_ = std::move(*opened);
    }
    bool install(Transport& from, const std::atomic<bool>& stop) {
        if (!store_) return false;
        Installer installer(*store_, stop, clock_);
        const auto offer = installer.look(from, clock_.moment());
        if (!offer || offer->empty()) return false;
        const auto done = installer.install(*offer, from, clock_.moment(), {});
        if (!done) std::fprintf(stderr, "  %s\n", done.error().what.c_str());
        return done.has_value();
    }
    [[nodiscard]] PackStore& store() { return *store_; }

private:
    const Clock& clock_;
    std::unique_ptr<PackStore> store_;
};

void bench_metadata(const Path& folder, const MadeRepository& repository, Transport& from, const Clock& clock, const AddRow& add) {
    const auto root = read_text(repository.root());
    std::vector<double> times;
    bool good = root.has_value();
    for (int i = 0; good && i < 21; ++i) {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        good = TrustClient::init(folder, *root).has_value();
        const Instant start = clock.now();
        auto client = TrustClient::open(folder);
        good = good && client && client->refresh(from, clock.wall());
        const auto targets = good ? client->list("packs/", from, clock.wall()) : Result<std::vector<Target>>(Error{});
        good = targets && targets->size() == 1;
        times.push_back(ms_since(clock, start));
    }
    add("packs: metadata verified (nothing known before)", median(times), "ms", "<= 50", good && median(times) <= 50);
}

}  // namespace

void bench_packs(const Path& folder, const Clock& clock, const AddRow& add) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    const std::atomic<bool> never{false};
    MadeRepository repository(folder / "repository");
    std::uint64_t whole = 0;
    bool made = true;
    const auto sizes = spread_lengths(whole_bytes, file_count);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        made = made && repository.add_file(i, chance_bytes(i, sizes[i])).has_value();
        whole += sizes[i];
    }
    made = made && repository.publish(1).has_value();
    auto opened = DirectoryTransport::open(folder / "repository", "bench");
    if (!made || !opened) return add("packs: the repository cannot be made here", -1, "", "is made", false);
    Counting from(**opened);
    bench_metadata(folder / "trust", repository, from, clock, add);

    std::vector<double> plain, flushed, ours, flushed_cpu, ours_cpu;
    double memory_mb = 0;
    bool good = true;
    std::unique_ptr<Terminal> terminal;
    for (int i = 0; i < rounds; ++i) {
        for (const bool flush : {false, true}) {
            const Path copy = folder / "copy";
            std::filesystem::create_directories(copy, ignored);
            forget(repository.blobs());
            ::sync();
            const double cpu = processor_ms();
            const Instant start = clock.now();
            good = copy_and_hash(repository.blobs(), copy, flush) && good;
            if (flush) flushed_cpu.push_back(processor_ms() - cpu);
            (flush ? flushed : plain).push_back(ms_since(clock, start));
            std::filesystem::remove_all(copy, ignored);
        }
        terminal = std::make_unique<Terminal>(folder / "packs", repository, clock);
        forget(repository.blobs());
        ::sync();
        ::malloc_trim(0);
        std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins again
        const double before_mb = status_mb("VmRSS:");
        const double cpu = processor_ms();
        const Instant start = clock.now();
        good = terminal->install(from, never) && good;
        ours_cpu.push_back(processor_ms() - cpu);
        ours.push_back(ms_since(clock, start));
        memory_mb = std::max(memory_mb, status_mb("VmHWM:") - before_mb);
    }
    if (!good) return add("packs: an install failed", -1, "", "does not", false);
    const double ratio = median(ours) / median(flushed);
    add(fmt::format("packs: copy and sha256 of {} MB", whole / 1'000'000), median(plain), "ms", "", true);
    add("packs: copy, flush and sha256 of the same", median(flushed), "ms", "", true);
    add("packs: install of the same, twice hashed", median(ours), "ms", "", true);
    add("packs: install / copy, flush and sha256", ratio, "x", "<= 1.3", ratio <= 1.3);
    add("packs: install / copy and sha256, not flushed", median(ours) / median(plain), "x", "", true);
    add("packs: processor time of copy, flush and sha256", median(flushed_cpu), "ms", "", true);
    add("packs: processor time of the install", median(ours_cpu), "ms", "", true);
    add("packs: memory of an install above idle", memory_mb, "MB", "<= 64", memory_mb <= 64);

    for (std::size_t i = 0; i < changed_count; ++i) {
        const std::size_t index = i * (file_count / changed_count) + 10;
        made = made && repository.add_file(index, chance_bytes(10'000 + i, sizes[index])).has_value();
    }
    made = made && repository.publish(2).has_value();
    from.bytes = 0;
    const Instant start = clock.now();
    good = made && terminal->install(from, never);
    const double moved = 100.0 * static_cast<double>(from.bytes) / static_cast<double>(whole);
    add("packs: an update of 5 % of the files", ms_since(clock, start), "ms", "", good);
    add("packs: bytes moved by it", moved, "%", "<= 6", good && moved <= 6);
    terminal.reset();
    std::filesystem::remove_all(folder, ignored);
}

void wait_for(Nanoseconds span) {
    if (span > Nanoseconds::zero()) std::this_thread::sleep_for(span);
}

InstallsBeside::InstallsBeside(Path folder) : folder_(std::move(folder)) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    MadeRepository repository(folder_ / "repository");
    const auto sizes = spread_lengths(300'000'000, 150);
    ready_ = true;
    for (std::size_t i = 0; i < sizes.size(); ++i) ready_ = ready_ && repository.add_file(i, chance_bytes(i, sizes[i])).has_value();
    ready_ = ready_ && repository.publish(1).has_value();
    forget(repository.blobs());
}

InstallsBeside::~InstallsBeside() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void InstallsBeside::start() {
    stop_ = false;
    thread_ = std::thread([this] {
        const SystemClock clock;
        const MadeRepository repository(folder_ / "repository");
        while (!stop_ && !failed_) {
            auto from = DirectoryTransport::open(folder_ / "repository", "bench");
            Terminal terminal(folder_ / "packs", repository, clock);
            const bool good = from && terminal.install(**from, stop_);
            if (good) ++installed_;
            else if (!stop_) failed_ = true;
        }
    });
}

void InstallsBeside::stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
}

}  // namespace xinghuo
