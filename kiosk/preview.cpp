#include "kiosk/preview.h"

#include "content/base/log.h"
#include "kiosk/app.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds between_looks = std::chrono::seconds(1);

class Preview final : public PackRoom {
public:
    explicit Preview(Path folder) : folder_(std::move(folder)), seen_(stamp()) { open(); }

    [[nodiscard]] std::shared_ptr<const Catalogue> catalogue() const override { return catalogue_; }
    [[nodiscard]] const std::string& why() const override { return why_; }
    void look(App& app, Sticks*, const Moment& moment) override {
        if (moment.now < next_) return;
        next_ = moment.now + between_looks;
        const Stamp now = stamp();
        // A build may be under way: what could not be opened is tried again.
        if (now == seen_ && why_.empty()) return;
        const bool said = now == seen_;
        seen_ = now;
        const std::string before = why_;
        if (!open()) {
            if (!said || why_ != before) log_warning("the preview cannot be read: " + why_);
            return;
        }
        for (const std::string& one : catalogue_->damaged()) log_warning(one);
        app.show_catalogue(catalogue_, "", {}, true);
    }
    [[nodiscard]] Instant due() const override { return next_; }

    // There is nothing to install, and nobody is offered to.
    [[nodiscard]] const State& state() const override { return state_; }
    void look_for_updates(Source, const Moment&) override {}
    void install(const Moment&) override {}
    void cancel() override {}
    void forget() override {}
    void undo(std::string_view, const Moment&) override {}

private:
    struct Stamp {
        std::filesystem::file_time_type changed{};
        std::uintmax_t size = 0;
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    [[nodiscard]] Stamp stamp() const {
        std::error_code missing;
        Stamp stamp;
        stamp.changed = std::filesystem::last_write_time(folder_ / "manifest.json", missing);
        if (!missing) stamp.size = std::filesystem::file_size(folder_ / "manifest.json", missing);
        return missing ? Stamp{} : stamp;
    }
    // The last good one stays when the new one cannot be opened.
    bool open() {
        auto opened = Catalogue::open(folder_);
        why_ = opened ? "" : opened.error().what;
        if (opened) catalogue_ = std::move(*opened);
        return why_.empty();
    }

    const Path folder_;
    Stamp seen_;
    std::shared_ptr<const Catalogue> catalogue_;
    std::string why_;
    State state_;
    Instant next_;
};

}  // namespace

std::unique_ptr<PackRoom> open_preview(Path folder) { return std::make_unique<Preview>(std::move(folder)); }

}  // namespace xinghuo
