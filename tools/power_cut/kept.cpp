#include "tools/power_cut/kept.h"

#include <fmt/format.h>

#include "content/base/json.h"

namespace xinghuo {

Result<void> Kept::take(const std::string& json, Figures& figures) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error().within("the list of records");
    for (const JsonNode& record : document.root().items()) {
        const std::int64_t seq = record["seq"].integer();
        const std::string kind = record["kind"].string(), member = record["member"].exists() ? record["member"].string() : std::string();
        const JsonNode body = record["body"];
        const auto wrong = [&](const std::string& what) { figures.wrong.push_back(fmt::format("seq {} ({}): {}", seq, kind, what)); };
        if (seq != last_seq_ + 1) wrong(fmt::format("follows {}", last_seq_));
        if (last_seq_ > 0 && record["prev_hash"].string() != last_hash_) wrong("is not chained to the one before");
        last_seq_ = seq;
        last_hash_ = record["hash"].string();
        if (!ids_.insert(record["id"].string()).second) {
            ++figures.doubled;
            wrong("its id was there already");
        }
        const std::string session = body["session"].string_or("");
        if (kind == "signed_in") {
            if (!open_.empty()) wrong("the one before was never signed out");
            open_ = session;
            if (!visits_.emplace(session, Visit{member, {}, 0}).second) {
                ++figures.doubled;
                wrong("its session was there already");
            }
        } else if (kind == "study_interval" || kind == "abandoned") {
            if (kind == "abandoned") ++figures.abandoned;
            if (session != open_ || session.empty()) wrong("outside its visit");
            else if (visits_[session].member != member) wrong("of another member than its visit");
            visits_[session].ms += body["ms"].integer();
        } else if (kind == "signed_out") {
            if (session != open_ || session.empty()) wrong("outside its visit");
            else if (visits_[session].member != member) wrong("of another member than its visit");
            else if (visits_[session].ms != body["ms"].integer()) wrong("its sum is not that of its intervals");
            visits_[session].why = body["why"].string();
            open_.clear();
        }
    }
    if (!document.good()) return document.error().within("the list of records");
    return {};
}

void Kept::compare_acknowledged(const std::vector<Presence>& presences, Figures& figures) const {
    for (const Presence& presence : presences) {
        const auto it = visits_.find(presence.session);
        ++figures.acknowledged;
        if (it != visits_.end() && it->second.member == presence.member) ++figures.found;
        else figures.wrong.push_back("an acknowledged sign-in is not recorded: " + presence.session);
        if (!presence.signed_out) continue;
        ++figures.acknowledged;
        const bool out = it != visits_.end() && (it->second.why == "next_card" || it->second.why == "same_card");
        if (out) ++figures.found;
        else figures.wrong.push_back("an acknowledged sign-out is not recorded: " + presence.session);
    }
}

void Kept::compare_minutes(const std::vector<Presence>& presences, Figures& figures) const {
    for (const Presence& presence : presences) {
        const auto it = visits_.find(presence.session);
        if (it == visits_.end()) continue;
        const Nanoseconds recorded = Milliseconds(it->second.ms);
        const Nanoseconds seen = presence.last - presence.acknowledged - presence.curtains;
        figures.worst_loss = std::max(figures.worst_loss, seen - recorded);
        if (seen - recorded > std::chrono::seconds(5))
            figures.wrong.push_back(fmt::format("{:.1f} s lost of session {}", seconds(seen - recorded), presence.session));
        if (recorded > presence.gone - presence.asked) {
            ++figures.doubled;
            const Nanoseconds more = recorded - (presence.gone - presence.asked);
            figures.wrong.push_back(fmt::format("{:.1f} s more than there were in session {}", seconds(more), presence.session));
        }
    }
}

}  // namespace xinghuo
