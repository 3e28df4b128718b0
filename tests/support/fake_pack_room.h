// A pack room whose state a test writes itself, and which remembers what it was asked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kiosk/pack_room.h"

namespace xinghuo {

class FakePackRoom final : public PackRoom {
public:
    [[nodiscard]] std::shared_ptr<const Catalogue> catalogue() const override { return nullptr; }
    [[nodiscard]] const std::string& why() const override { return why_; }
    void look(App&, Sticks*, const Moment&) override {}
    [[nodiscard]] Instant due() const override { return Instant::never(); }
    [[nodiscard]] const State& state() const override { return now; }

    void look_for_updates(Source source, const Moment& moment) override {
        asked.push_back(source == Source::stick ? "look at the stick" : "look at the network");
        begin(Doing::looking, moment);
        now.source = source;
    }
    void install(const Moment& moment) override {
        asked.push_back("install");
        begin(Doing::installing, moment);
    }
    void cancel() override { asked.push_back("cancel"); }
    void forget() override {
        now.offer.reset();
        now.problem.reset();
        now.installed = false;
    }
    void undo(std::string_view pack, const Moment& moment) override {
        asked.push_back("undo " + std::string(pack));
        begin(Doing::undoing, moment);
    }

    // What came of it.
    void found(Offer offer) {
        now.doing = Doing::nothing;
        now.offer = std::move(offer);
    }
    void failed(ErrorKind kind, std::string what) {
        now.problem = Problem{kind, std::move(what), now.source, std::exchange(now.doing, Doing::nothing)};
    }
    void done() { now.installed = std::exchange(now.doing, Doing::nothing) == Doing::installing; }

    State now;
    std::vector<std::string> asked;

private:
    void begin(Doing doing, const Moment& moment) {
        now.doing = doing;
        now.since = moment.now;
        now.problem.reset();
        now.installed = false;
        now.progress = {};
    }

    std::string why_;
};

}  // namespace xinghuo
