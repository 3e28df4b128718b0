// The update client of The Update Framework (tuf-spec 1.0.x §5, "Detailed client workflow") with the rules of packs-and-trust.md ("The client:
// rules beyond the specification"). Metadata in, verified targets out. Not for the frame's thread; one at a time for a folder.
//
//     auto client = TrustClient::open(data / "packs/trust");
//     if (auto fresh = client->refresh(stick, now); !fresh) …   // `older`: nothing new, what is here is newer
//     for (const Target& target : *client->list("packs/", stick, now)) …
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "content/trust/metadata.h"
#include "content/trust/transport.h"

namespace xinghuo {

class TrustClient {
public:
    // Writes `root` as the first trusted root of an empty folder (or of one with another first root: then everything else in it goes, for
    // it was said under other keys). The root must satisfy its own threshold.
    static Result<void> init(const Path& folder, std::string_view root);
    // `missing`: never initialised. Stored metadata that is damaged counts as absent, but the root.
    static Result<TrustClient> open(const Path& folder, TrustLimits limits = {});
    TrustClient(TrustClient&&) noexcept;
    TrustClient& operator=(TrustClient&&) noexcept;
    ~TrustClient();

    // §5.2 to §5.6: root chain, timestamp, snapshot, top-level targets; what is accepted is stored byte for byte as it is accepted. `now`
    // is max(clock, floor): the caller's business. Errors: `expired` (names the role and both dates), `older` (names what is here and what
    // came), `untrusted`, `invalid`, `too_large`, `missing`, `io`, `cancelled`. What was trusted before stays.
    // paths: root is asked as "metadata/N.root.json" when prefix is "metadata/".
    Result<void> refresh(Transport& from, WallTime now, std::string_view prefix = "metadata/");
    // What a refusal by refresh() means to whoever brought the repository. A stick that was written before the key of the timestamp changed
    // is `untrusted` by the letter, and only `older` in truth: its last root is one before ours, root keys that we trust signed it, and its
    // timestamp holds under it. Asks for those files; anything else comes back as it was.
    [[nodiscard]] Error explained(const Error& refused, Transport& from, std::string_view prefix = "metadata/") const;
    // Installed content outlives expiry, and needs no network: trusts what is stored as far as its signatures hold, whatever the date.
    Result<void> load_stored();

    // §5.6.7: the first role in pre-order whose delegation covers the name. Nothing: nobody signs it. Fetches delegated roles when needed.
    Result<std::optional<Target>> find(std::string_view name, Transport& from, WallTime now, std::string_view prefix = "metadata/");
    // All names beginning so, each as find() would answer. At most `limits.delegations` roles are visited.
    Result<std::vector<Target>> list(std::string_view name_prefix, Transport& from, WallTime now, std::string_view prefix = "metadata/");
    // The target's bytes, of the right length and hashes (`untrusted` otherwise), at most limit_bytes. With consistent snapshots it is
    // asked as "<prefix><dir>/<hash>.<name>".
    Result<std::string> fetch(const Target& target, Transport& from, std::uint64_t limit_bytes, std::string_view prefix = "targets/");

    struct Versions {
        std::int64_t root = 0, timestamp = 0, snapshot = 0, targets = 0;  // 0: none yet
        WallTime timestamp_expires{};
    };
    [[nodiscard]] Versions versions() const;

private:
    struct State;
    explicit TrustClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace xinghuo
