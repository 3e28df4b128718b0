#include "sync/server/report_quiz.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "sync/server/chain.h"
#include "sync/server/row_list.h"

namespace xinghuo {
namespace {

constexpr std::int64_t fewest_attempts = 10;
constexpr std::int64_t whole = 10'000;
constexpr std::int64_t longest_wait = 20'000;  // records: more than a terminal writes in a month offline

using Stretches = std::span<const std::pair<std::int64_t, std::int64_t>>;

// Where the stretch around `seq` begins; seq + 1 when it is not here.
std::int64_t here_from(Stretches stretches, std::int64_t seq) {
    for (const auto& [first, last] : stretches)
        if (first <= seq && seq <= last) return first;
    return seq + 1;
}

// The places of the answers of the attempt that ends with `finish`; `from`: the first seq that had to be looked at.
std::vector<std::size_t> answers_of(const std::vector<QuizEvent>& events, std::size_t finish, std::int64_t& from) {
    const QuizEvent& end = events[finish];
    std::vector<std::size_t> answers;
    std::set<std::string_view> questions;
    from = std::max<std::int64_t>(1, end.seq - attempt_reach);
    for (std::size_t i = finish; i-- > 0 && events[i].seq >= from && static_cast<std::int64_t>(answers.size()) < end.asked;) {
        const QuizEvent& event = events[i];
        if (event.item != end.item) continue;
        if (event.finish || event.boot != end.boot || event.session != end.session || !questions.insert(event.question).second) {
            from = event.seq;
            break;
        }
        answers.push_back(i);
    }
    if (!answers.empty() && static_cast<std::int64_t>(answers.size()) == end.asked) from = events[answers.back()].seq;
    return answers;
}

}  // namespace

std::optional<double> discrimination(const QuestionSums& sums) {
    if (sums.n < fewest_attempts) return std::nullopt;
    const auto n = static_cast<double>(sums.n), x = static_cast<double>(sums.right), y = static_cast<double>(sums.rest);
    const double spread = (n * x - x * x) * (n * static_cast<double>(sums.rest_squared) - y * y);
    if (spread <= 0) return std::nullopt;
    return std::clamp((n * static_cast<double>(sums.right_rest) - x * y) / std::sqrt(spread), -1.0, 1.0);
}

void sum_attempts(std::vector<QuizEvent>& events, Stretches stretches, std::map<QuestionKey, QuestionSums>& sums) {
    std::sort(events.begin(), events.end(), [](const QuizEvent& a, const QuizEvent& b) { return std::tie(a.seq, a.id) < std::tie(b.seq, b.id); });
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (!events[i].finish || events[i].summed) continue;
        std::int64_t from = 0;
        const std::vector<std::size_t> answers = answers_of(events, i, from);
        if (here_from(stretches, events[i].seq) > from) continue;
        events[i].summed = true;
        const auto count = static_cast<std::int64_t>(answers.size());
        if (count < 2) continue;
        const std::int64_t right = std::count_if(answers.begin(), answers.end(), [&](std::size_t at) { return events[at].right; });
        for (const std::size_t at : answers) {
            const std::int64_t x = events[at].right ? 1 : 0, y = whole * (right - x) / (count - 1);
            QuestionSums& sum = sums[{events[at].theme, events[at].question}];
            sum.n += 1;
            sum.right += x;
            sum.rest += y;
            sum.rest_squared += y * y;
            sum.right_rest += x * y;
        }
    }
}

Result<void> follow_attempts(Sql& sql, Organisation organisation, const KioskId& kiosk, std::vector<QuizEvent> fresh, std::map<QuestionKey, QuestionSums>& sums) {
    auto rows = sql.query("SELECT seq, id, boot, session, item, finish, asked, theme, question, correct, summed FROM quiz_waiting WHERE organisation = $1 AND kiosk = $2",
                          {organisation, kiosk.text});
    if (!rows) return rows.error();
    if (rows->empty() && fresh.empty()) return {};
    std::vector<QuizEvent> events = std::move(fresh);
    std::set<std::string> waited;
    for (const SqlRow& row : *rows) {
        QuizEvent event;
        event.seq = row.integer(0);
        event.id = row.text(1);
        event.boot = row.integer(2);
        event.session = row.text(3);
        event.item = row.text(4);
        event.finish = row.integer(5) != 0;
        event.asked = row.integer(6);
        event.theme = row.text(7);
        event.question = row.text(8);
        event.right = row.integer(9) != 0;
        event.summed = row.integer(10) != 0;
        event.stored = true;
        if (event.finish && !event.summed) waited.insert(event.id);
        events.push_back(std::move(event));
    }
    auto stretches = chain_stretches(sql, organisation, kiosk);
    if (!stretches) return stretches.error();
    sum_attempts(events, *stretches, sums);

    // What lies so far back that no attempt reaches it any more is not waited with; nor are those that a lost record keeps waiting for ever.
    std::int64_t keep_from = stretches->empty() || stretches->front().first != 1 ? 0 : stretches->front().second - attempt_reach;
    for (const QuizEvent& event : events)
        if (event.finish && !event.summed) keep_from = std::min(keep_from, event.seq - attempt_reach);
    if (!stretches->empty()) keep_from = std::max(keep_from, stretches->back().second - longest_wait);
    bool forget = false;
    RowList waiting("quiz_waiting",
                    {{"organisation", SqlType::bigint}, {"kiosk", SqlType::text}, {"seq", SqlType::bigint}, {"id", SqlType::text}, {"boot", SqlType::bigint},
                     {"session", SqlType::text}, {"item", SqlType::text}, {"finish", SqlType::bigint}, {"asked", SqlType::bigint}, {"theme", SqlType::text},
                     {"question", SqlType::text}, {"correct", SqlType::bigint}, {"summed", SqlType::bigint}},
                    "ON CONFLICT (organisation, kiosk, seq, id) DO NOTHING");
    for (const QuizEvent& event : events) {
        const auto truth = [](bool value) { return std::int64_t{value ? 1 : 0}; };
        if (event.seq < keep_from) forget = forget || event.stored;
        else if (!event.stored)
            waiting.add({organisation, kiosk.text, event.seq, event.id, event.boot, event.session, event.item, truth(event.finish), event.asked, event.theme, event.question,
                         truth(event.right), truth(event.summed)});
        else if (event.summed && waited.contains(event.id)) {
            auto noted = sql.run("UPDATE quiz_waiting SET summed = 1 WHERE organisation = $1 AND kiosk = $2 AND seq = $3 AND id = $4", {organisation, kiosk.text, event.seq, event.id});
            if (!noted) return noted;
        }
    }
    if (forget)
        if (auto gone = sql.run("DELETE FROM quiz_waiting WHERE organisation = $1 AND kiosk = $2 AND seq < $3", {organisation, kiosk.text, keep_from}); !gone) return gone;
    return waiting.insert(sql);
}

}  // namespace xinghuo
