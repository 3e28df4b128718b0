// What the centre tells its terminals: signed targets in its own repository (sync/told.h says what they hold, content/pack/README.md the rest).
//
//     DATA/repository/metadata targets blobs      what a web server or a stick hands out
//     DATA/keys/online.pem                        signs the centre's targets, snapshot and timestamp
//     DATA/keys/root.pem targets.pem              only where the centre made the root itself; may be taken away to a safe: then nothing but packs of new
//                                                 publishers and a new root needs them
//     DATA/keys/NAME-next.pem                     while one of these is being replaced
//     DATA/keys/reading-ORG.key                   what told documents are sealed to (told.h)
//
// An institution with an offline root makes the root and its delegations with tools/pack (role "centre", snapshot and timestamp: online.pub.json) and
// hands them over with adopt(). Both ways work alike from then on.
//
// The repository is the only memory: power may fail between any two writes, and what a client saw before stands whole (tools/packer/publish.h). Several
// processes may try; one publishes at a time. Any thread. Reads no clock.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "sync/server/record_store.h"
#include "sync/told.h"
#include "tools/packer/publish.h"

namespace xinghuo {

// A terminal that may read what the organisation is told.
struct KioskReader {
    KioskId kiosk;
    PublicKey key{};
};

struct PublishedNow {
    std::int64_t version = 0;            // of the document; 0: of packs and recalls
    std::int64_t timestamp = 0;
    std::vector<std::string> changes;    // lines for the operator
};

enum class RepositoryKey { online, targets, root };
Result<RepositoryKey> repository_key(std::string_view name);  // "online"

class Publisher {
public:
    // Makes keys and root where there is nothing yet, and ends a rotation that was stopped. `untrusted`: the root that is there gives the centre's roles to other keys.
    static Result<Publisher> open(const Path& data, WallTime now);
    // The key that an offline root and its delegation name. Made on first use; also written as DATA/keys/online.pub.json.
    static Result<KeyText> online_key(const Path& data);
    // Begins or continues the repository with what an offline root's owners signed: N.root.json, N.targets.json, in any order.
    static Result<Publisher> adopt(const Path& data, const std::vector<Path>& signed_files, WallTime now);

    // Another key in the place of one that signs here: made, named by the next root or delegation, what the old one had signed signed anew, the old one
    // forgotten. Terminals follow by themselves (tuf-spec §6.1). Where the root is offline, only online is replaced here, in two steps: the new key waits as
    // keys/online-next.pub.json, and adopt() takes it into use with the root and targets that name it.
    static Result<PublishedNow> rotate(const Path& data, RepositoryKey key, WallTime now);

    [[nodiscard]] Path repository() const { return data_ / "repository"; }
    // The bytes of 1.root.json: what a terminal begins to trust at enrolment.
    [[nodiscard]] Result<std::string> first_root() const;

    // `document` as told.h says; `invalid` names what is wrong in it. A roster gets a new reading key each time. Equal documents are published again.
    Result<PublishedNow> tell(Organisation organisation, ToldKind kind, std::string_view document, const std::vector<KioskReader>& readers, WallTime now);
    // A document that is made while nobody else can publish: so none that was made earlier is told later. `making` asks nothing of this repository's lock.
    using Making = std::function<Result<std::string>()>;
    Result<PublishedNow> tell(Organisation organisation, ToldKind kind, const Making& making, const std::vector<KioskReader>& readers, WallTime now);
    // Somebody was enrolled or revoked, or the centre has another key (centre_keys.h). Does nothing when the repository knows; when somebody went, the reading key
    // changes and everything is sealed anew.
    Result<PublishedNow> tell_readers(Organisation organisation, const std::vector<KioskReader>& readers, WallTime now);
    // What was last told; nothing: never.
    Result<std::optional<ToldDocument>> told(Organisation organisation, ToldKind kind) const;

    // {"pack":"changzheng","version":3 | "versions":[3],"reason":{"zh":…,"en":…}}: becomes recalls/changzheng-3.json.
    Result<PublishedNow> recall(std::string_view order, WallTime now);
    // Takes the packs of another repository's folder in, as their publishers signed them: their roles, manifests and blobs. A publisher who is new here
    // must be delegated to: by targets.pem, or by whoever holds the offline key (then `missing` says so). Keys of a known publisher are never replaced here.
    Result<PublishedNow> take_packs(const Path& repository, WallTime now);

    // Signs the timestamp anew when it is older than a day, and whatever ends within half a year as far as its keys are here. Called often. True: it signed.
    Result<bool> keep_fresh(WallTime now);
    // For a stick: STICK/xinghuo/ with a timestamp of 12 months.
    Result<PublishedNow> copy_to(const Path& stick, WallTime now);

private:
    explicit Publisher(Path data) : data_(std::move(data)) {}
    struct Change;
    Result<PublishedNow> tell_checked(Organisation organisation, ToldKind kind, std::string_view document, const std::vector<KioskReader>& readers, WallTime now);
    Result<PublishedNow> publish_change(const RepositoryState& state, Change change, WallTime now);
    Result<RepositoryState> state() const;
    Result<std::optional<ToldDocument>> told_in(const RepositoryState& state, Organisation organisation, ToldKind kind) const;
    Result<Change> change_of_readers(const RepositoryState& state, Organisation organisation, const std::vector<KioskReader>& readers, bool new_key, WallTime now) const;
    Result<void> begin(WallTime now);
    Result<PublishedNow> replace_key(RepositoryKey key, WallTime now);
    Result<void> end_rotations(WallTime now);
    Path data_;
};

}  // namespace xinghuo
