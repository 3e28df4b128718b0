// Publishing, asked for by command or by HTTP. Any thread.
//
//     GET  /api/publish                       what is told now: kinds and versions, when the timestamp ends
//     GET  /api/publish/activities            the document as it was told (roster: operators only)
//     POST /api/publish/KIND                  a document (sync/told.h), JSON; of the roster also a CSV or XLSX table, or no body: the people as
//                                             they stand (people_api.h). Answers {"version":…,"changes":[…]}, of a roster also {"roster":{"added":1,"changed":0,
//                                             "gone":2,"same":7,"unknown_columns":[…]}}. 409: most people would leave; ?confirm=gone says that is meant
//     POST /api/publish/recall                {"pack":…,"version":…,"reason":{…}}
//     POST /api/publish/packs                 {"source":NAME}: the repository of packs that somebody put into DATA/incoming/NAME
// Operators may everything, content approvers packs, notices and recalls.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/http.h"
#include "sync/server/caller.h"
#include "sync/server/centre_keys.h"
#include "sync/server/people.h"
#include "sync/server/publisher.h"
#include "sync/server/sql.h"

namespace xinghuo {

HttpReply answer_publishing(const HttpRequest& request, std::string_view path, const Caller& caller, Sql& sql, Publisher& publisher, const Path& incoming,
                            const SecretKey& people_key, WallTime now);

// The terminals that may read: enrolled and not revoked.
Result<std::vector<KioskReader>> readers_of(Sql& sql, Organisation organisation);
// What a running server does every minute: whoever was enrolled or revoked is told or no longer told, and signatures are renewed. True: something was signed.
// With the key of people, the roster is told again without whoever was erased.
Result<bool> tend_repository(Publisher& publisher, Sql& sql, Organisation organisation, WallTime now, const SecretKey* people_key = nullptr);

// The people of the centre (people.h), after `given` was taken over: a table, a told roster, or nothing to take over. Whoever was erased is not in it.
// `older`: more than half of the people, and more than ten, would leave, and nobody said that `most_may_go`: then nothing is taken over.
struct PeopleTakenOver {
    bool any = false;                    // something was given
    std::size_t added = 0, changed = 0, gone = 0, same = 0;
    std::vector<std::string> unknown;    // columns nobody reads
    [[nodiscard]] std::vector<std::string> lines() const;
};
Result<PublishedNow> tell_roster(Publisher& publisher, Sql& sql, const SecretKey& people_key, Organisation organisation, std::string_view given, WallTime now,
                                 bool most_may_go = false, PeopleTakenOver* taken = nullptr);
// Rosters that were told before the centre knew people: once. (People::join)
Result<void> join_people(const Publisher& publisher, Sql& sql, const SecretKey& people_key, Organisation organisation);

// A command of the centre's program, without its name and without --data and --database. The exit code: 0 good, 1 refused, 2 asked wrongly.
struct CentreCommand {
    std::vector<std::string> words;      // "roster", "members.xlsx"
    Path data;
    Sql& sql;
    WallTime now;
    std::function<void(const std::string&)> say, complain;  // a line each
    bool yes = false;                    // --yes: what is refused as a likely mistake is meant
};
extern const char* const centre_publish_usage;
int publish_main(const CentreCommand& command);
extern const char* const centre_courier_usage;
// `centre`: the key of receipts, the one that enrolment tells terminals. `organisation`, `home_page`: as CentreTerms has them.
int courier_main(const CentreCommand& command, const CentreKeys& keys, const std::string& organisation, const std::string& home_page);

}  // namespace xinghuo
