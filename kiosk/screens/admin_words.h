// What the administrator's pages say about times, people and records.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "content/study/member.h"
#include "content/study/record.h"
#include "kiosk/frame.h"

namespace xinghuo {

// "2026-07-23"; "2026-07-23 09:05", China's time.
std::string admin_day(std::int64_t day);
// The time of a record. Of a clock that nobody vouches for only what may be true, with a word about it; never an absurd date.
std::string admin_time(const Frame& frame, WallTime at, bool trusted);
// The same of a label without that mark: an import, a backup.
std::string admin_time(const Frame& frame, WallTime at);
// "12.3 MB".
std::string admin_size(std::uintmax_t bytes);
// "32", "1.5".
std::string plain_number(double number);

// The end of a number or a card, to tell two of the same masked name apart: "…07"; empty stays empty.
std::string number_end(std::string_view number);

// Names by id, masked unless `plain`. Those on the roster come from the directory, others from the record.
class MemberNames {
public:
    std::string of(const Frame& frame, const MemberId& id, bool plain = false);

private:
    std::shared_ptr<const Directory> directory_;
    std::unordered_map<MemberId, std::string> known_;
};

// Every kind, in the order of a choice.
const std::vector<RecordKind>& admin_kinds();
std::string kind_words(const Frame& frame, RecordKind kind);
// What a record says, in a short sentence; empty where its kind says it all.
std::string record_words(const Frame& frame, const Record& record, MemberNames& names);
// 主题党日, …; an unknown type as it is.
std::string type_words(const Frame& frame, const std::string& type);
// The document laid out for reading, one member a line; the text itself when it is no JSON.
std::string laid_out(std::string_view json);

// An action of the administrator's that content does not record itself: {"action":…,"what":…}. False, and a notice, when the disk
// refuses: then it is not to be done.
bool keep_action(Frame& frame, std::string_view action, std::string_view what);

}  // namespace xinghuo
