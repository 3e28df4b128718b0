#include "tests/support/history.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "content/base/json.h"
#include "content/quiz/shuffle.h"

namespace xinghuo {
namespace {

struct Seen {
    const char *item, *zh, *en;
};
constexpr Seen stories[] = {{"li-dazhao", "李大钊", "Li Dazhao"}, {"fang-zhimin", "方志敏", "Fang Zhimin"}, {"zhao-yiman", "赵一曼", "Zhao Yiman"}};
constexpr Seen removed = {"old-exhibit", "旧展：纺织厂的灯", "An old exhibit: lamps of the mill"};  // no longer in the pack

std::string interval(const std::string& session, StudyLabel label, const Seen& seen, std::int64_t ms) {
    JsonWriter body;
    body.object().key("session").value(session).key("label").value(name_of(label)).key("item").value(seen.item);
    body.key("title").object().key("zh").value(seen.zh).key("en").value(seen.en).end();
    return body.key("pack").value("xinghuo-demo").key("pack_version").value(1).key("ms").value(ms).end().text();
}

}  // namespace

void give_history(Study& study, const MemberId& member, const Moment& until, const HistoryOptions& options) {
    Chance chance(options.seed);
    const std::int64_t today = china_day(until.wall);
    const auto moment_on = [&](std::int64_t day, std::int64_t ms) {
        return Moment{until.now, {begin_of_day(day).unix_ms + ms}, true, until.mono_ms};
    };
    const auto keep = [&](const std::vector<Draft>& drafts, const Moment& moment) {
        auto kept = study.records().keep(drafts, moment);
        if (!kept) FAIL(kept.error().what);
    };
    for (std::int64_t day = today - options.days + 1; day <= today; ++day) {
        // Weekends are quiet; today the member certainly came.
        const bool weekend = (day + 3) % 7 >= 5;
        const double likely = options.share_of_days * (weekend ? 0.4 : 1.2);
        if (day != today && static_cast<double>(chance.below(1000)) / 1000 >= likely) continue;
        const std::string session = fmt::format("history-{}", day);
        const std::int64_t at = 8 * 3'600'000;
        std::vector<Draft> drafts;
        drafts.push_back({RecordKind::signed_in, member, fmt::format("{{\"session\":\"{}\",\"way\":\"card\"}}", session)});
        const auto minutes_below = [&](std::uint64_t most) { return static_cast<std::int64_t>(chance.below(most * 60)) * 1000; };
        const Seen& seen = chance.below(9) == 0 && day != today ? removed : stories[chance.below(std::size(stories))];
        drafts.push_back({RecordKind::study_interval, member, interval(session, StudyLabel::media, seen, 60'000 + minutes_below(16))});
        if (chance.below(3) != 0) {
            const std::int64_t read_ms = 30'000 + minutes_below(9);  // by itself: compilers differ in which argument comes first
            drafts.push_back({RecordKind::study_interval, member, interval(session, StudyLabel::reading, stories[chance.below(std::size(stories))], read_ms)});
        }
        if (!options.questions.empty() && chance.below(3) != 0) {
            drafts.push_back({RecordKind::study_interval, member, interval(session, StudyLabel::quiz, {"quiz-t1", "党史问答", "Party history quiz"}, 60'000 + minutes_below(6))});
            for (int i = 0; i < 5; ++i) {
                const std::string& one = options.questions[chance.below(options.questions.size())];
                const std::size_t space = one.find(' ');
                const bool right = chance.below(100) < 78;
                drafts.push_back({RecordKind::quiz_answered, member,
                                  fmt::format("{{\"session\":\"{}\",\"question\":\"{}\",\"theme\":\"{}\",\"right\":{},\"score\":{},\"item\":\"quiz\",\"pack\":\"xinghuo-demo\",\"pack_version\":1}}",
                                              session, one.substr(0, space), one.substr(space + 1), right, right ? 1 : 0)});
            }
        }
        drafts.push_back({RecordKind::signed_out, member, fmt::format("{{\"session\":\"{}\",\"why\":\"button\",\"ms\":0}}", session)});
        keep(drafts, moment_on(day, at));
    }
}

}  // namespace xinghuo
