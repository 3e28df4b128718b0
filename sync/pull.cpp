#include "sync/pull.h"

#include <algorithm>

#include "content/base/json.h"
#include "content/trust/client.h"
#include "sync/outbox.h"

namespace xinghuo {
namespace {

constexpr std::string_view centre_key_note = "centre_key";      // in the outbox: the key at enrolment, then the one that was told, in hex
constexpr std::string_view organisation_note = "organisation";  // among what was taken: whose terminal this is

// custom.version of a target; 0: it has none.
std::int64_t version_in(const Target& target) {
    JsonDocument document;
    if (target.custom.empty() || !document.parse(target.custom)) return 0;
    const std::int64_t version = document.root()["version"].integer_or(0);
    return document.good() ? version : 0;
}

class Taking {
public:
    Taking(const PullParts& parts, TrustClient& client, Transport& from, WallTime now, const Moment& moment)
        : parts_(parts), client_(client), from_(from), now_(now), moment_(moment), told_(parts.db), kiosk_(kiosk_id(parts.device_key.public_key())) {}

    Result<Pulled> run() {
        const auto nothing = nothing_new();
        if (!nothing) return nothing.error();
        if (*nothing) return pulled_;
        auto keys = keys_of_this();
        if (!keys) return keys.error();
        if (!*keys) {
            pulled_.no_keys = true;
            pulled_.wrong.emplace_back("the centre has nothing for this terminal: it is not enrolled there, or was revoked");
            return pulled_;
        }
        if (auto noted = keep_keys(**keys); !noted) return noted.error();
        for (const ToldKind kind : told_kinds) {
            const auto taken = take(kind, **keys);
            if (taken) continue;
            const ErrorKind what = taken.error().kind;
            if (what == ErrorKind::io || what == ErrorKind::cancelled || what == ErrorKind::full) return taken.error();
            pulled_.wrong.push_back(std::string(name_of(kind)) + ": " + taken.error().what);
        }
        return pulled_;
    }

private:
    // What an idle terminal asks costs the four small files of the metadata and no more.
    Result<bool> nothing_new() {
        const auto organisation = told_.taken(organisation_note);
        if (!organisation) return organisation.error();
        if (*organisation == 0) return false;
        const auto keys = client_.find(keys_target(kiosk_), from_, now_);
        if (!keys) return keys.error();
        if (!*keys) return false;
        const auto known = told_.taken(keys_target(kiosk_));
        if (!known) return known.error();
        if (version_in(**keys) != *known) return false;
        for (const ToldKind kind : told_kinds) {
            const std::string name = told_target(kind, *organisation);
            const auto target = client_.find(name, from_, now_);
            if (!target) return target.error();
            const auto taken = told_.taken(name);
            if (!taken) return taken.error();
            if (*target && version_in(**target) != *taken) return false;
        }
        return true;
    }

    Result<std::optional<ToldKeys>> keys_of_this() {
        const std::string name = keys_target(kiosk_);
        const auto target = client_.find(name, from_, now_);
        if (!target) return target.error().within("looking for this terminal's keys");
        if (!*target) return std::optional<ToldKeys>();
        const auto json = client_.fetch(**target, from_, keys_limit_bytes);
        if (!json) return json.error().within("this terminal's keys");
        auto keys = unsealed_keys(*json, kiosk_, parts_.device_key);
        if (!keys) return keys.error().within("this terminal's keys");
        return std::optional<ToldKeys>(*keys);
    }

    // One transaction: who was stopped here hears of the centre's key again.
    Result<void> keep_keys(const ToldKeys& keys) {
        auto change = Transaction::begin(parts_.db);
        if (!change) return change.error();
        if (auto noted = told_.mark_taken(organisation_note, keys.organisation, moment_.wall); !noted) return noted;
        if (auto noted = told_.mark_taken(keys_target(kiosk_), keys.version, moment_.wall); !noted) return noted;
        if (keys.centre_key && parts_.centre_key != PublicKey{})
            if (auto kept = Outbox(parts_.db).remember(centre_key_note, to_hex(parts_.centre_key) + to_hex(*keys.centre_key)); !kept) return kept;
        return change->commit();
    }

    Result<void> take(ToldKind kind, const ToldKeys& keys) {
        const std::string name = told_target(kind, keys.organisation);
        const auto target = client_.find(name, from_, now_);
        if (!target) return target.error();
        if (!*target) return {};
        const auto taken = told_.taken(name);
        if (!taken) return taken.error();
        const std::int64_t offered = version_in(**target);
        if (offered == *taken) return {};
        if (offered < *taken) return Error{ErrorKind::older, "version " + std::to_string(offered) + " came, and " + std::to_string(*taken) + " is here"};
        if (kind == ToldKind::roster && parts_.hall_is_free && !parts_.hall_is_free()) {
            pulled_.roster_waits = true;
            return {};
        }
        const auto json = client_.fetch(**target, from_, told_limit_bytes);
        if (!json) return json.error();
        const auto told = unsealed_told(*json, kind, keys.organisation, SigningKey::from_seed(keys.reading_seed));
        if (!told) return told.error();
        if (told->head.version != offered) return Error{ErrorKind::untrusted, "its version is not the one that was announced"};
        switch (kind) {
            case ToldKind::roster: return take_roster(name, *told);
            case ToldKind::activities: return take_activities(name, *told);
            case ToldKind::notices: return take_notices(name, *told);
            case ToldKind::settings: return take_settings(name, *told);
        }
        return {};
    }

    Result<void> take_roster(const std::string& name, const ToldDocument& told) {
        const auto file = read_told_roster(told.document);
        if (!file) return file.error();
        Roster roster(parts_.db, parts_.store_key, parts_.records);
        const auto applied = roster.apply(*file, moment_, [&] { return told_.mark_taken(name, told.head.version, moment_.wall); });
        pulled_.roster = applied.has_value();
        return applied;
    }

    // One transaction with the note.
    Result<void> at_once(const std::string& name, const ToldDocument& told, const std::function<Result<void>()>& work) {
        auto change = Transaction::begin(parts_.db);
        if (!change) return change.error();
        if (auto done = work(); !done) return done;
        if (auto done = told_.mark_taken(name, told.head.version, moment_.wall); !done) return done;
        return change->commit();
    }

    Result<void> take_activities(const std::string& name, const ToldDocument& told) {
        const auto all = read_told_activities(told.document);
        if (!all) return all.error();
        const auto done = at_once(name, told, [&] { return told_.replace_planned(*all); });
        pulled_.activities = done.has_value();
        return done;
    }

    Result<void> take_notices(const std::string& name, const ToldDocument& told) {
        const auto all = read_told_notices(told.document);
        if (!all) return all.error();
        const auto done = at_once(name, told, [&] { return told_.replace_notices(*all); });
        pulled_.notices = done.has_value();
        return done;
    }

    // Each entry is recorded by itself; those that stand already are passed over, so a second attempt goes on where the first ended.
    Result<void> take_settings(const std::string& name, const ToldDocument& told) {
        const auto all = read_told_settings(told.document);
        if (!all) return all.error();
        Policies policies(parts_.db, parts_.records);
        const auto here = policies.all();
        if (!here) return here.error();
        std::vector<std::int64_t> days;
        for (const Policies::Entry& entry : all->policy) {
            days.push_back(entry.from_day);
            const bool same = std::any_of(here->begin(), here->end(), [&](const Policies::Entry& one) {
                return one.from_day == entry.from_day && one.policy == entry.policy;
            });
            if (same) continue;
            if (auto set = policies.set(entry.from_day, entry.policy, moment_); !set) return set;
            ++pulled_.policies;
        }
        const auto done = at_once(name, told, [&] { return told_.replace_settings(all->settings, days); });
        pulled_.settings = done.has_value();
        return done;
    }

    const PullParts& parts_;
    TrustClient& client_;
    Transport& from_;
    WallTime now_;
    const Moment& moment_;
    FromCentre told_;
    KioskId kiosk_;
    Pulled pulled_;
};

}  // namespace

Result<PublicKey> centre_key_now(Database& db, const PublicKey& at_enrolment) {
    const auto note = Outbox(db).remembered(centre_key_note);
    if (!note) return note.error();
    const std::string before = to_hex(at_enrolment), told = note->value_or("");
    // Of another enrolment, it says nothing of this one.
    if (!told.starts_with(before)) return at_enrolment;
    const auto bytes = from_hex(std::string_view(told).substr(before.size()));
    PublicKey key{};
    if (!bytes || bytes->size() != key.size()) return at_enrolment;
    std::copy(bytes->begin(), bytes->end(), key.begin());
    return key;
}

Result<Pulled> pull(const PullParts& parts, Transport& from, WallTime now, const Moment& moment) {
    if (!parts.root.empty())
        if (auto begun = TrustClient::init(parts.trust, parts.root); !begun) return begun.error().within("the centre's root of trust");
    auto client = TrustClient::open(parts.trust);
    if (!client) return client.error().within("what is trusted of the centre");
    if (auto fresh = client->refresh(from, now); !fresh) {
        const Error error = client->explained(fresh.error(), from);
        if (error.kind != ErrorKind::older) return error.within("the centre's repository");
        return Pulled{};
    }
    Taking taking(parts, *client, from, now, moment);
    auto pulled = taking.run();
    if (!pulled) return pulled.error().within("from the centre");
    pulled->fresh = true;
    return pulled;
}

}  // namespace xinghuo
