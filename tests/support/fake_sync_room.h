// A sync room whose status a test writes itself, and which remembers what it was asked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kiosk/sync_room.h"

namespace xinghuo {

class FakeSyncRoom final : public SyncRoom {
public:
    void look(const Study*, bool, const Moment&) override {}
    [[nodiscard]] Instant due() const override { return Instant::never(); }
    [[nodiscard]] const SyncStatus& status() const override { return now; }
    void enrol(std::string code, std::string name) override {
        asked.push_back("enrol " + code + " " + name);
        now.enrolling = true;
    }
    void enrol_by_stick(const PublicKey& centre, std::string code, std::string name) override {
        asked_of = centre;
        asked.push_back("enrol by stick " + code + " " + name);
        now.enrolling = true;
    }
    void sync_now() override { asked.push_back("now"); }
    void release(std::optional<std::int64_t> seq) override { asked.push_back("release " + (seq ? std::to_string(*seq) : std::string("all"))); }
    void export_quarantined(Path file) override { asked.push_back("export " + file.filename().string()); }
    void stick_came(Path root) override { asked.push_back("stick " + root.filename().string()); }
    [[nodiscard]] const std::optional<Carried>& carried() const override { return carried_now; }
    [[nodiscard]] std::optional<Result<std::size_t>> exported() override { return std::exchange(export_result, std::nullopt); }
    [[nodiscard]] bool take_served() override { return std::exchange(served, false); }
    void mistrust_stick() override {
        if (carried_now) carried_now->mistrusted = true;
    }
    [[nodiscard]] bool syncing() const override { return syncing_now; }
    [[nodiscard]] bool to_store() const override { return to_a_store; }
    [[nodiscard]] bool take_pulled() override { return std::exchange(pulled, false); }

    SyncStatus now;                                        // a test writes it
    std::optional<Carried> carried_now;
    std::optional<Result<std::size_t>> export_result;
    bool pulled = false, served = false, syncing_now = false, to_a_store = false;
    PublicKey asked_of{};                                  // whose fingerprint was compared before enrol_by_stick()
    std::vector<std::string> asked;
};

}  // namespace xinghuo
