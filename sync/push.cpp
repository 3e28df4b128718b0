#include "sync/push.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "content/base/gzip.h"
#include "content/base/json_tree.h"

namespace xinghuo {
namespace {

constexpr Milliseconds shortest_wait{1000}, longest_wait{15 * 60 * 1000}, longest_asked_for{60 * 60 * 1000};
constexpr int successes_before_larger = 8;
// So many refused without one accepted between: the other side refuses everything, and the whole queue need not follow.
constexpr int refused_before_waiting = 32;
constexpr int refusals_believed = 3;  // of one record, each with an honest answer between that it is not there: one or two may be answers to something else
constexpr std::size_t longest_sentence = 300;

// The other side's words, short and on one line: "{"error": "…"}", or what it wrote. A page is not words.
std::string sentence_of(const HttpReply& reply) {
    std::string text = reply.body;
    if (const auto tree = JsonTree::parse(reply.body)) {
        for (const std::string_view name : {"error", "message", "warnings", "errorMessage"})
            if (const JsonValue said = tree->root()[name]; said.is_string() && !said.string().empty()) {
                text = said.string();
                break;
            }
    }
    std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    if (text.size() > longest_sentence) {
        std::size_t cut = longest_sentence;
        while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;  // not inside a character
        text.resize(cut);
    }
    return text.empty() ? fmt::format("refused with {}", reply.status) : text;
}

bool is_page(const HttpReply& reply) {
    const std::string* type = find_header(reply.headers, "content-type");
    if (type != nullptr && type->find("html") != std::string::npos) return true;
    const std::size_t first = reply.body.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return first != std::string::npos && reply.body[first] == '<';
}

// Seconds only: a date would need a clock that can be believed.
std::optional<Milliseconds> retry_after(const HttpReply& reply) {
    const std::string* said = find_header(reply.headers, "retry-after");
    if (said == nullptr) return std::nullopt;
    std::int64_t seconds = 0;
    const auto [end, code] = std::from_chars(said->data(), said->data() + said->size(), seconds);
    if (code != std::errc() || end != said->data() + said->size() || seconds < 0) return std::nullopt;
    return std::clamp(Milliseconds(std::min<std::int64_t>(seconds, 1'000'000) * 1000), shortest_wait, longest_asked_for);
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

}  // namespace

void Push::begin(const std::vector<Outbox::Waiting>& waiting) {
    insist(!busy(), "a batch is begun when the last is done");
    batch_.clear();
    for (const Outbox::Waiting& one : waiting) {
        std::optional<Signature> signature = one.signature;
        if (!signature && &one == &waiting.back())
            signature = device_->sign({reinterpret_cast<const char*>(one.record.hash.data()), one.record.hash.size()});
        batch_.push_back({one.record.seq, one.record.id, statement_of(one.record, signature, terms_.statements), one.record.hash});
    }
    if (!batch_.empty()) parts_.push_back({0, batch_.size()});
}

std::optional<HttpRequest> Push::request() const {
    if (parts_.empty()) return std::nullopt;
    const Part& part = parts_.front();
    HttpRequest request;
    request.headers = {{"x-experience-api-version", std::string(xapi_version)}, {"accept", "application/json"}};
    if (!terms_.authorization.empty()) request.headers.emplace_back("authorization", terms_.authorization);
    request.target = terms_.endpoint + "/statements";
    if (!part.refusal.empty()) {
        request.target += "?statementId=" + percent_encoded(batch_[part.from].id);
        return request;
    }
    request.method = "POST";
    request.headers.emplace_back("content-type", "application/json");
    request.body = "[";
    for (std::size_t i = part.from; i < part.to; ++i) {
        if (i > part.from) request.body += ',';
        request.body += batch_[i].statement;
    }
    request.body += ']';
    if (terms_.gzip) {
        request.body = gzipped(request.body);
        request.headers.emplace_back("content-encoding", "gzip");
    }
    return request;
}

Milliseconds Push::back_off() {
    const Milliseconds whole = failures_ >= 20 ? longest_wait : std::min(shortest_wait * (std::int64_t{1} << failures_), longest_wait);
    if (failures_ < 20) ++failures_;
    // splitmix64: the same on every machine, unlike the standard's distributions.
    std::uint64_t z = (chance_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    const Milliseconds half = whole / 2;
    return half + Milliseconds(static_cast<std::int64_t>(z % static_cast<std::uint64_t>(half.count() + 1)));
}

PushOutcome Push::later(std::string_view key, std::string detail, bool answered) {
    PushOutcome outcome;
    outcome.trouble = SyncTrouble{std::string(key), std::move(detail)};
    outcome.wait = back_off();
    outcome.answered = answered;
    return outcome;
}

void Push::split() {
    const Part part = parts_.front();
    const std::size_t middle = part.from + (part.to - part.from) / 2;
    parts_.front() = {part.from, middle};
    parts_.insert(parts_.begin() + 1, Part{middle, part.to});
}

// One alone was refused: what has it got by this id?
PushOutcome Push::doubt(std::string why) {
    PushOutcome outcome;
    outcome.answered = true;
    parts_.front().refusal = std::move(why);
    return outcome;
}

PushOutcome Push::refuse(bool sure) {
    PushOutcome outcome;
    outcome.answered = true;
    const std::string why = std::exchange(parts_.front().refusal, {});
    if (!sure && ++parts_.front().refused < refusals_believed) return outcome;  // said once more
    outcome.quarantined.emplace_back(batch_[parts_.front().from].seq, why);
    parts_.pop_front();
    failures_ = 0;
    if (++refused_in_a_row_ >= refused_before_waiting) {
        outcome.trouble = SyncTrouble{"sync.wrong.refuses_all", why};
        outcome.wait = longest_wait;
    }
    return outcome;
}

PushOutcome Push::take_accepted(const HttpReply& reply) {
    const Part& part = parts_.front();
    const auto tree = JsonTree::parse(reply.body);
    if (!tree || !tree->root().is_array()) return later("sync.wrong.something_else", "200 without a list of ids");
    std::vector<std::string> said, sent;
    for (const JsonValue id : tree->root().items()) said.push_back(lower_case(id.string()));
    PushOutcome outcome;
    for (std::size_t i = part.from; i < part.to; ++i) {
        sent.push_back(lower_case(batch_[i].id));
        outcome.sent.push_back(batch_[i].seq);
    }
    std::sort(said.begin(), said.end());
    std::sort(sent.begin(), sent.end());
    if (said != sent) return later("sync.wrong.something_else", "200 with other ids than were sent");
    outcome.answered = true;
    parts_.pop_front();
    failures_ = refused_in_a_row_ = 0;
    if (++successes_ >= successes_before_larger) {
        successes_ = 0;
        limit_ = std::min(batch_limit, limit_ * 2);
    }
    return outcome;
}

// The answer to "what have you got by this id?". Who may write and not read is told nothing: as if it were not there.
PushOutcome Push::take_compared(const HttpReply& reply) {
    const Told& told = batch_[parts_.front().from];
    if (reply.status != 200) return refuse(false);
    const auto tree = JsonTree::parse(reply.body);
    if (!tree || lower_case(tree->root()["id"].string()) != lower_case(told.id)) return later("sync.wrong.something_else", "another statement than was asked for");
    const auto there = carried_record(reply.body);
    if (!there || !there->has_value() || (*there)->record.hash != told.hash) return refuse(true);
    PushOutcome outcome;
    outcome.answered = true;
    outcome.sent.push_back(told.seq);
    parts_.pop_front();
    failures_ = refused_in_a_row_ = 0;
    return outcome;
}

PushOutcome Push::take(const Result<HttpReply>& reply) {
    insist(busy(), "an answer to nothing");
    if (!reply) {
        PushOutcome outcome = later("sync.wrong.no_network", reply.error().what);
        if (reply.error().kind == ErrorKind::cancelled) outcome.trouble.reset();
        return outcome;
    }
    const int status = reply->status;
    const bool store = find_header(reply->headers, "x-experience-api-version") != nullptr;
    const bool comparing = !parts_.front().refusal.empty();
    // These come from gateways before a store as well.
    if (status == 401 || (status == 403 && !(comparing && store))) {
        PushOutcome outcome;
        outcome.trouble = SyncTrouble{"sync.wrong.not_allowed", fmt::format("answered {}", status)};
        outcome.wait = longest_wait;
        return outcome;
    }
    if (status == 429 || status == 503) {
        PushOutcome outcome = later("sync.wrong.busy", fmt::format("answered {}", status), store);
        if (const auto asked = retry_after(*reply)) outcome.wait = *asked;
        return outcome;
    }
    if (status == 413 && !comparing) {
        if (alone()) return doubt("too large for the other side (413)");
        limit_ = std::max<std::size_t>(1, (parts_.front().to - parts_.front().from) / 2);
        successes_ = 0;
        split();
        return {};
    }
    if (status == 408 || status >= 500) return later("sync.wrong.server", fmt::format("answered {}", status), store);
    if (!store || is_page(*reply)) return later("sync.wrong.something_else", fmt::format("answered {} as no learning record store does", status));
    if (comparing && (status == 200 || status == 403 || status == 404)) return take_compared(*reply);
    if (status == 200) return take_accepted(*reply);
    if ((status == 400 || status == 409) && !comparing) {
        if (alone()) return doubt(sentence_of(*reply));
        split();
        PushOutcome outcome;
        outcome.answered = true;
        return outcome;
    }
    return later("sync.wrong.something_else", fmt::format("answered {}", status), true);
}

}  // namespace xinghuo
