// The roll-ups, kept in the same transaction as the records they sum up: minutes by member, day and label; items; quiz
// answers by theme; the wrong-answer book; activities and who came. So no screen ever scans the records.
#pragma once

#include "content/store/database.h"
#include "content/study/record.h"

namespace xinghuo {

// Called by Records::append for each record, inside its transaction. `day`: counted_day() in day.h. Kinds that nothing is
// summed of cost nothing. A body that lacks what would be summed counts nothing: the record itself is what matters.
Result<void> tally(Database& db, const Record& record, std::int64_t day);
// Makes all roll-ups anew from the records, e.g. after a recovery: the same as tally() of each made. In a transaction of its own.
Result<void> tally_again(Database& db);

}  // namespace xinghuo
