// What a terminal and the centre say to each other. Pure; both sides use this file and no other of the other side.
//
// Up: records as xAPI statements (IEEE 9274.1.1, 1.0.3-compatible), POST {endpoint}/statements, at most 200, the statement's id is the record's. Any
// Learning Record Store understands them; ours checks the chain as well, by what stands in context.extensions:
//     urn:x-xinghuo:record       the record's own line (content/study/record.h), as a string
//     urn:x-xinghuo:signature    hex, ed25519 over the 32 bytes of the record's hash; of the records that are signed, and of a batch's last
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/crypto.h"
#include "content/base/json_tree.h"
#include "content/study/record.h"

namespace xinghuo {

inline constexpr std::string_view xapi_version = "1.0.3";
inline constexpr std::size_t batch_limit = 200;
inline constexpr std::string_view record_extension = "urn:x-xinghuo:record";
inline constexpr std::string_view signature_extension = "urn:x-xinghuo:signature";

struct StatementTerms {
    std::string home_page = "https://xinghuo.invalid/";  // of the organisation: actor.account.homePage, and what activity ids begin with
};
// The statement of a record, one line of JSON, the same every time. A kind without a member (boot, health …) has the terminal as its
// actor: account{home_page, kiosk id}. verb, object and result as records-and-sync.md, "xAPI mapping" (table in protocol.cpp).
std::string statement_of(const Record& record, const std::optional<Signature>& signature, const StatementTerms& terms);
// The record a statement carries, whoever sent it; nothing: it carries none. `invalid`: it carries a broken one, or one that says
// something else than the statement around it, or whose hash is not its own.
struct CarriedRecord {
    Record record;
    std::optional<Signature> signature;
    std::shared_ptr<const JsonTree> body = {};  // the record's, where somebody has parsed it already
    std::optional<bool> proven = {};            // whether the signature holds under its sender's key, where somebody has looked already
};
Result<std::optional<CarriedRecord>> carried_record(std::string_view statement_json);
// Its numbers are such that they may be added and subtracted; a terminal's are.
bool is_in_bounds(const Record& record);

inline constexpr std::string_view enrol_path = "/api/enrol", state_path = "/api/kiosk/state";

// Enrolment: POST /api/enrol with the one-time code (no other credential); the reply is for this terminal alone.
//     {"code":"7K3M-9QXT","kiosk":"k-…","public_key":hex,"name":"一楼大厅","signature":hex over "enrol\n" code "\n" kiosk}
// By stick (courier_forms.h) it says "centre":hex, too, which is signed after another "\n": whoever takes it off a stick can ask no other centre with it.
//     {"organisation":"…","home_page":"…","token":"…","endpoint":"/xapi","repository":"/repository","centre_key":hex,"root":"<TUF root.json as text>"}
struct EnrolRequest {
    std::string code;
    KioskId kiosk;
    PublicKey public_key{};
    std::string name;            // of the terminal, as its people call it; 1–60 characters
    std::optional<PublicKey> centre = {};  // by stick: whom it asks
};
std::string enrol_json(const EnrolRequest& request, const SigningKey& device);
Result<EnrolRequest> read_enrol(std::string_view json);  // `untrusted`: not signed by that key, or the id is not the key's
struct Enrolled {
    std::string organisation, home_page, token, endpoint = "/xapi", repository = "/repository";
    PublicKey centre_key{};      // signs receipts and sign-in tokens; records by courier are sealed to it
    std::string root;            // the repository's first root of trust; empty: the terminal keeps its own
};
std::string enrolled_json(const Enrolled& enrolled);
Result<Enrolled> read_enrolled(std::string_view json);

// A receipt: "I have everything of kiosk K up to seq N", and what there is behind a record that never came. One line, signed by the centre's key over the part
// before the last member.
//     {"xinghuo_receipt":1,"kiosk":"k-…","through":4711,"hash":"…of that record","also":[{"from":4713,"to":4800,"hash":"…of the last"}],
//      "at":"2026-11-21T09:00:00.000Z","signature":hex}
inline constexpr std::size_t receipt_stretches_limit = 100;
struct ReceivedStretch {
    std::int64_t from = 0, to = 0;
    std::string hash;            // hex, of the record `to`
};
struct CentreReceipt {
    KioskId kiosk;
    std::int64_t through = 0;    // 0: its first record is not there
    std::string hash;            // hex; empty with 0
    WallTime at;
    std::vector<ReceivedStretch> also = {};  // ascending, apart from each other
};
std::string centre_receipt_json(const CentreReceipt& receipt, const SigningKey& centre);
Result<CentreReceipt> read_centre_receipt(std::string_view json, const PublicKey& centre);  // `untrusted`: not signed by it

// GET /api/kiosk/state with the terminal's token: {"through":N,"hash":…,"missing":[[from,to]…],"newest":N,"revoked":bool,"time":ISO}.
struct CentreState {
    std::int64_t through = 0;    // everything up to this is kept
    std::vector<std::pair<std::int64_t, std::int64_t>> missing;  // gaps beyond, inclusive; at most 100
    WallTime time;
    std::string hash;            // hex, of record `through`; empty: nothing is kept
    bool revoked = false;        // this terminal is not believed any more
    std::int64_t newest = 0;     // the highest that is kept, beyond gaps; 0: not told
};
std::string centre_state_json(const CentreState& state);
Result<CentreState> read_centre_state(std::string_view json);

}  // namespace xinghuo
