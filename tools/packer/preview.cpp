#include "tools/packer/preview.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "content/base/crypto.h"
#include "content/base/descriptor.h"
#include "tools/packer/check.h"

extern char** environ;

namespace xinghuo {
namespace {

constexpr int quiet_ms = 300, look_ms = 200;

// Every folder of a source; one that came later is watched from the next look on.
class Watch {
public:
    explicit Watch(Path folder) : folder_(std::move(folder)), inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) { add_all(); }

    // Something was saved. Waits `ms` at most; what comes in a burst is one.
    bool saved(int ms) {
        bool any = false;
        pollfd waiting{inotify_.get(), POLLIN, 0};
        while (::poll(&waiting, 1, any ? quiet_ms : ms) > 0) {
            alignas(inotify_event) std::array<char, 16384> block{};
            while (::read(inotify_.get(), block.data(), block.size()) > 0) any = true;
        }
        if (any) add_all();
        return any;
    }

private:
    void add(const Path& place) {
        ::inotify_add_watch(inotify_.get(), place.c_str(), IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR);
    }
    void add_all() {
        add(folder_);
        std::error_code failed;
        for (auto at = std::filesystem::recursive_directory_iterator(folder_, failed); !failed && at != std::filesystem::recursive_directory_iterator();
             at.increment(failed))
            if (at->is_directory() && !at->is_symlink()) add(at->path());
    }
    Path folder_;
    Descriptor inotify_;
};

// A program with our own input and output.
class Child {
public:
    static Result<Child> start(const Path& program, const std::vector<std::string>& words) {
        std::vector<std::string> all{program.string()};
        all.insert(all.end(), words.begin(), words.end());
        std::vector<char*> argv;
        for (std::string& word : all) argv.push_back(word.data());
        argv.push_back(nullptr);
        Child child;
        const int failed = ::posix_spawn(&child.id_, program.c_str(), nullptr, nullptr, argv.data(), environ);
        if (failed != 0) return Error{ErrorKind::missing, program.filename().string() + ": " + std::strerror(failed)};
        return child;
    }
    bool ended(bool wait) {
        int status = 0;
        pid_t which = 0;
        while ((which = ::waitpid(id_, &status, wait ? 0 : WNOHANG)) < 0 && errno == EINTR) {}
        if (which == 0) return false;
        good_ = which == id_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        return true;
    }
    [[nodiscard]] bool good() const { return good_; }

private:
    pid_t id_ = 0;
    bool good_ = false;
};

}  // namespace

Path preview_folder(const Path& source) {
    std::error_code failed;
    const std::string full = std::filesystem::weakly_canonical(source, failed).string();
    const char* named = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    const Path base = named != nullptr && *named != '\0' ? Path(named) : home != nullptr ? Path(home) / ".cache" : std::filesystem::temp_directory_path(failed);
    return base / "xinghuo" / "packs" / sha256_hex(full.data(), full.size()).substr(0, 16);
}

Result<Path> build_for_preview(const Path& source, Problems& problems, const std::function<void(const std::string&)>& say) {
    const Path folder = preview_folder(source);
    BuildOptions options;
    options.cache = folder / "steps";
    options.say = say;
    const auto built = build_pack(source, folder / "pack", options, problems);
    if (!built) return built.error();
    return folder / "pack";
}

Result<void> run_preview(const Path& source, const PackWords& words, const PreviewOptions& options) {
    const auto say = [&](const std::string& text) {
        if (!text.empty()) options.say(text.ends_with('\n') ? text.substr(0, text.size() - 1) : text);
    };
    const auto build = [&]() -> Result<Path> {
        say(words(options.lang, "preview.building"));
        Problems problems;
        auto built = build_for_preview(source, problems, [](const std::string&) {});
        if (!problems.none() || problems.warnings() > 0) say(told_problems(problems, words, options.lang));
        return built;
    };
    Watch watch(source);  // before the first build, so that nothing saved during it is missed
    const auto first = build();
    if (!first) return first.error();
    std::vector<std::string> kiosk_words{"--preview", first->string()};
    kiosk_words.insert(kiosk_words.end(), options.kiosk_words.begin(), options.kiosk_words.end());
    auto kiosk = Child::start(options.kiosk, kiosk_words);
    if (!kiosk) return kiosk.error();
    say(words(options.lang, "preview.shown"));
    while (!kiosk->ended(options.once)) {
        if (!watch.saved(look_ms)) continue;
        if (build()) say(words(options.lang, "preview.shown"));
        else say(words(options.lang, "preview.kept"));
    }
    say(words(options.lang, "preview.end"));
    if (!kiosk->good()) return Error{ErrorKind::io, "the kiosk did not end well"};
    return {};
}

}  // namespace xinghuo
