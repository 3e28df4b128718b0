// Study of a member and day, summed in memory and added to the table study_day in one go: a column for each label.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>

#include "content/study/session.h"
#include "sync/server/hour_sums.h"
#include "sync/server/record_store.h"
#include "sync/server/row_list.h"

namespace xinghuo {

class StudyDays {
public:
    void add(const std::string& member, std::int64_t day, StudyLabel label, std::int64_t ms) { sums_[{member, day}][static_cast<std::size_t>(label)] += ms; }
    void mark(HourMarks& hours) const {
        for (const auto& [key, ms] : sums_) hours.study(key.first, key.second);
    }
    // In the order of the key, as every table's rows are: two batches that want the same rows wait for each other and do not block each other.
    Result<void> save(Sql& sql, Organisation organisation) const {
        RowList rows("study_day",
                     {{"organisation", SqlType::bigint}, {"member", SqlType::text}, {"day", SqlType::bigint}, {"touch_ms", SqlType::bigint}, {"media_ms", SqlType::bigint},
                      {"reading_ms", SqlType::bigint}, {"quiz_ms", SqlType::bigint}},
                     "ON CONFLICT (organisation, member, day) DO UPDATE SET touch_ms = study_day.touch_ms + excluded.touch_ms, "
                     "media_ms = study_day.media_ms + excluded.media_ms, reading_ms = study_day.reading_ms + excluded.reading_ms, quiz_ms = study_day.quiz_ms + excluded.quiz_ms");
        for (const auto& [key, ms] : sums_) rows.add({organisation, key.first, key.second, ms[0], ms[1], ms[2], ms[3]});
        return rows.insert(sql);
    }

private:
    static_assert(static_cast<int>(StudyLabel::touch) == 0 && static_cast<int>(StudyLabel::media) == 1 && static_cast<int>(StudyLabel::reading) == 2 &&
                  static_cast<int>(StudyLabel::quiz) == 3);
    std::map<std::pair<std::string, std::int64_t>, std::array<std::int64_t, 4>> sums_;
};

}  // namespace xinghuo
