#include "tools/fleet/day.h"

#include <fmt/format.h>

#include <algorithm>

#include "content/base/json.h"

namespace xinghuo {
namespace {

struct Shown {
    const char *item, *zh, *en, *label;
};
constexpr Shown shown[] = {{"li-dazhao", "李大钊", "Li Dazhao", "media"}, {"fang-zhimin", "方志敏", "Fang Zhimin", "media"}, {"zhao-yiman", "赵一曼", "Zhao Yiman", "media"},
                           {"changzheng", "长征", "The Long March", "media"}, {"qingchun", "青春", "Youth", "reading"}, {"jinggao-qingnian", "敬告青年", "A call to youth", "reading"},
                           {"timeline", "历史长廊", "Timeline", "touch"}};
constexpr const char* activity_kinds[] = {"theme_day", "party_class", "branch_meeting", "volunteer"};

std::string interval(const std::string& session, const Shown& seen, std::int64_t ms) {
    JsonWriter body;
    body.object().key("session").value(session).key("label").value(seen.label).key("item").value(seen.item);
    body.key("title").object().key("zh").value(seen.zh).key("en").value(seen.en).end();
    return body.key("pack").value("xinghuo-demo").key("pack_version").value(3).key("ms").value(ms).end().text();
}

}  // namespace

MemberId fleet_member(std::size_t i) { return {fmt::format("m-{:032x}", 0x5eed0000 + i)}; }

TerminalDays::TerminalDays(std::uint64_t seed, std::size_t members, WallTime first_day, int busy)
    : chance_(seed), members_(std::max<std::size_t>(members, 1)), first_(chance_.below(members_)), day_ms_(first_day.unix_ms), busy_(std::max(busy, 1)) {}

MemberId TerminalDays::somebody() {
    // Three of four are the room's own people.
    const std::size_t own = std::min<std::size_t>(members_, 40);
    return fleet_member(chance_.below(4) != 0 ? (first_ + chance_.below(own)) % members_ : chance_.below(members_));
}

void TerminalDays::pass(std::int64_t ms) {
    moment_.now = moment_.now + Milliseconds(ms);
    moment_.wall.unix_ms += ms;
    moment_.mono_ms += ms;
}

void TerminalDays::begin_day() {
    if (started_) day_ms_ += 86'400'000;
    started_ = true;
    moment_.wall = {day_ms_ + 7 * 3'600'000 + static_cast<std::int64_t>(chance_.below(3'600'000))};
    moment_.mono_ms = 30'000 + static_cast<std::int64_t>(chance_.below(60'000));
    moment_.wall_trusted = chance_.below(10) != 0;
    switched_on_ = true;
    visits_left_ = busy_ * (3 + static_cast<int>(chance_.below(12)));
    const bool unclean = chance_.below(5) == 0;
    plan({{RecordKind::boot, {}, unclean ? R"({"version":"fleet","unclean":true})" : R"({"version":"fleet"})"}});
}

void TerminalDays::visit() {
    pass((60'000 + static_cast<std::int64_t>(chance_.below(1'800'000))) / busy_);
    const MemberId who = somebody();
    const std::string session = fmt::format("s-{}-{}", day_ms_ / 86'400'000, visits_++);
    plan({{RecordKind::signed_in, who, fmt::format(R"({{"session":"{}","way":"{}"}})", session, chance_.below(3) != 0 ? "card" : "name")}});
    std::int64_t counted = 0;
    for (std::size_t n = 1 + chance_.below(3); n > 0; --n) {
        const Shown& seen = shown[chance_.below(std::size(shown))];
        const std::int64_t ms = 20'000 + static_cast<std::int64_t>(chance_.below(600'000));
        pass(ms);
        counted += ms;
        plan({{RecordKind::study_interval, who, interval(session, seen, ms)}});
    }
    if (chance_.below(2) == 0) {
        const std::size_t asked = 3 + chance_.below(6);
        std::size_t right_in_all = 0;
        const std::string theme = fmt::format("t{}", 1 + chance_.below(5));
        for (std::size_t q = 0; q < asked; ++q) {
            pass(5'000 + static_cast<std::int64_t>(chance_.below(20'000)));
            const bool right = chance_.below(100) < 78;
            right_in_all += right ? 1 : 0;
            plan({{RecordKind::quiz_answered, who,
                   fmt::format(R"({{"session":"{}","question":"{}-q{:02}","theme":"{}","right":{},"score":{},"item":"quiz","pack":"xinghuo-demo","pack_version":3}})", session, theme,
                               chance_.below(40), theme, right, right ? 1 : 0)}});
        }
        plan({{RecordKind::quiz_finished, who,
               fmt::format(R"({{"session":"{}","theme":"{}","item":"quiz","asked":{},"right":{},"percent":{},"paper":false}})", session, theme, asked, right_in_all, right_in_all * 100 / asked)}});
    }
    pass(2'000);
    if (chance_.below(30) == 0) {  // the wall switch
        plan({{RecordKind::abandoned, who, interval(session, shown[0], 4'500)}});
        return;
    }
    plan({{RecordKind::signed_out, who, fmt::format(R"({{"session":"{}","why":"{}","ms":{}}})", session, chance_.below(4) == 0 ? "idle" : "button", counted)}});
}

void TerminalDays::activity() {
    pass(600'000);
    const std::string id = "a-" + uuid_v7(moment_.wall), name = fmt::format("主题党日第{}期", 1 + chance_.below(12));
    const char* kind = activity_kinds[chance_.below(std::size(activity_kinds))];
    plan({{RecordKind::activity_opened, {}, fmt::format(R"({{"activity":"{}","name":"{}","type":"{}","branch":"","late_after_min":5}})", id, name, kind)}});
    const std::size_t come = 5 + chance_.below(25), from = chance_.below(members_);
    std::size_t late = 0;
    for (std::size_t i = 0; i < std::min(come, members_); ++i) {
        pass(2'000 + static_cast<std::int64_t>(chance_.below(8'000)));
        const bool is_late = i + 2 > come && chance_.below(2) == 0;
        late += is_late ? 1 : 0;
        plan({{RecordKind::attended, fleet_member((from + i) % members_), fmt::format(R"({{"activity":"{}","name":"{}","as":"{}","way":"card"}})", id, name, is_late ? "late" : "on_time")}});
    }
    plan({{RecordKind::guest_visit, {}, fmt::format(R"({{"activity":"{}"}})", id)}});
    pass(3'600'000);
    plan({{RecordKind::activity_closed, {}, fmt::format(R"({{"activity":"{}","name":"{}","expected":{},"attended":{},"late":{},"guests":1}})", id, name, come + 2, std::min(come, members_), late)}});
}

TerminalDays::Happening TerminalDays::next() {
    if (planned_.empty()) {
        if (visits_left_ == 0) begin_day();
        else if (--visits_left_ % 7 == 3 && chance_.below(3) == 0) activity();
        else visit();
        std::reverse(planned_.begin(), planned_.end());
    }
    Happening next = std::move(planned_.back());
    planned_.pop_back();
    return next;
}

std::vector<CarriedRecord> made_chain(TerminalDays& days, const SigningKey& key, std::size_t count) {
    std::vector<CarriedRecord> chain;
    chain.reserve(count);
    const KioskId kiosk = kiosk_id(key.public_key());
    Digest before{};
    std::int64_t boot = 0;
    while (chain.size() < count) {
        const TerminalDays::Happening happening = days.next();
        if (happening.switched_on) ++boot;
        for (const Draft& draft : happening.drafts) {
            if (chain.size() == count) break;
            CarriedRecord carried;
            Record& r = carried.record;
            r.id = uuid_v7(happening.moment.wall);
            r.kiosk = kiosk;
            r.seq = static_cast<std::int64_t>(chain.size()) + 1;
            r.boot = boot;
            r.kind = draft.kind;
            r.member = draft.member;
            r.at = happening.moment.wall;
            r.clock_trusted = happening.moment.wall_trusted;
            r.mono_ms = happening.moment.mono_ms;
            r.body = draft.body;
            r.prev_hash = before;
            r.hash = before = sha256(hashed_part(r));
            if (r.seq % 10 == 0 || chain.size() + 1 == count) carried.signature = key.sign({reinterpret_cast<const char*>(r.hash.data()), r.hash.size()});
            chain.push_back(std::move(carried));
        }
    }
    return chain;
}

}  // namespace xinghuo
