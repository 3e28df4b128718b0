// What the centre tells its terminals, as signed targets of the repository the packs live in: their names, their forms, their sealing. Pure; both sides
// use this file. Packs and recalls have forms of their own (content/pack/README.md).
//
//     rosters/ORG.json activities/ORG.json notices/ORG.json settings/ORG.json     for every terminal of the organisation
//     kiosks/PLACE/keys.json                                                      for one terminal alone; PLACE says nothing to anybody else
//
// A told document is one line of JSON, packed (gzip) and sealed to the organisation's reading key. The key lies, sealed to each terminal's own key, in
// that terminal's keys.json: a roster for 1,000 terminals is one large file and 1,000 small ones. Who is revoked has no keys.json, and the key changes.
//     {"schema_version":1,"kind":"roster","organisation":1,"version":7,"key":"1f2e…","sealed":base64url}
//     {"schema_version":1,"kind":"keys","organisation":1,"version":7,"sealed":base64url of {"kiosk":"k-…","organisation":1,"key":hex,"id":"1f2e…","centre_key"?:hex}}
// centre_key: what the centre signs receipts with by now, where it is another than at enrolment.
// Versions grow; the target's custom.version is the same number. Signatures are TUF's business: what comes here has been verified.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/crypto.h"
#include "content/study/from_centre.h"
#include "content/study/policy.h"
#include "content/study/roster.h"

namespace xinghuo {

enum class ToldKind { roster, activities, notices, settings };
inline constexpr std::array told_kinds = {ToldKind::settings, ToldKind::roster, ToldKind::activities, ToldKind::notices};  // in the order they are taken
std::string_view name_of(ToldKind kind);                                   // "roster"
Result<ToldKind> told_kind(std::string_view name);
std::string told_target(ToldKind kind, std::int64_t organisation);         // "rosters/1.json"
std::string kiosk_place(const KioskId& kiosk);                             // 32 hex digits
std::string keys_target(const KioskId& kiosk);                             // "kiosks/PLACE/keys.json"

inline constexpr std::size_t told_limit_bytes = 48u << 20, told_plain_limit_bytes = 96u << 20, keys_limit_bytes = 16'384;

// The reading key of an organisation: who holds its seed reads. Its id tells one from the next.
std::string reading_key_id(const SigningKey& key);

struct ToldHead {
    std::string kind;
    std::int64_t organisation = 0, version = 0;
};
std::string sealed_told(ToldKind kind, std::int64_t organisation, std::int64_t version, std::string_view document, const SigningKey& reading_key);
// `untrusted`: sealed with another key; `invalid`: broken, or another kind or organisation than asked for.
struct ToldDocument {
    ToldHead head;
    std::string document;
};
Result<ToldDocument> unsealed_told(std::string_view json, ToldKind kind, std::int64_t organisation, const SigningKey& reading_key);

std::string sealed_keys(const KioskId& kiosk, const PublicKey& reader, std::int64_t organisation, std::int64_t version, const Digest& reading_seed,
                        const std::optional<PublicKey>& centre_key);
struct ToldKeys {
    std::int64_t organisation = 0, version = 0;
    Digest reading_seed{};
    std::optional<PublicKey> centre_key;
};
// `untrusted`: sealed to another terminal, or meant for another one.
Result<ToldKeys> unsealed_keys(std::string_view json, const KioskId& kiosk, const SigningKey& device);

// The documents. All of them refuse unknown members, so that a slip at the centre is seen there; the same functions check what is to be published.
//     {"schema_version":1,"members":[{"id":"m-…","number":…,"name":…,"branch":…,"card"?,"pinyin"?,"host"?}]}
Result<RosterFile> read_told_roster(std::string_view json);
std::string told_roster_json(const RosterFile& roster);
//     {"schema_version":1,"activities":[{"id":…,"name":…,"type":"party_class","branch":"","planned":"2026-11-21T09:00:00+08:00","late_after_min":5,"host"?:"m-…"}]}
Result<std::vector<PlannedActivity>> read_told_activities(std::string_view json);
//     {"schema_version":1,"notices":[{"id":…,"title":{"zh":…,"en":…},"text":{…},"from":ISO,"until":ISO}]}
Result<std::vector<CentreNotice>> read_told_notices(std::string_view json);
//     {"schema_version":1,"policy":[{"from":"2026-09-01","policy":{…}}],"settings":{"idle_seconds":90}}
struct ToldSettings {
    std::vector<Policies::Entry> policy;
    std::map<std::string, std::string> settings;
};
Result<ToldSettings> read_told_settings(std::string_view json);
Result<void> check_told(ToldKind kind, std::string_view json);

}  // namespace xinghuo
