#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "sync/server/statement.h"
#include "sync/server/statement_formats.h"

namespace xinghuo {
namespace {

// What is being checked, and the first thing found wrong: its place grows while the checks return.
struct RuleCheck {
    XapiVersion version;
    std::string place{};
    std::string why{};

    bool refuse(std::string_view rule) {
        why = rule;
        return false;
    }
    bool refuse_at(std::string_view key, std::string_view rule) {
        why = rule;
        return within(key);
    }
    bool within(std::string_view key) {
        const bool joined = place.empty() || place.front() == '[';
        place = std::string(key) + (joined ? "" : ".") + place;
        return false;
    }
    bool within(std::size_t index) { return within(fmt::format("[{}]", index)); }
};
using RuleFunction = bool (*)(JsonValue, RuleCheck&);

enum class RuleNeed : std::uint8_t { may, must };
struct PropertyRule {
    std::string_view key;
    RuleFunction check;
    RuleNeed need = RuleNeed::may;
    XapiVersion since = XapiVersion::v1_0_3;
};
constexpr RuleNeed must = RuleNeed::must;

// Exactly these members (Data 2.2: unknown ones, wrong letter case and null are refused), those that must be there, and each by its own rule.
bool check_members(JsonValue object, std::span<const PropertyRule> rules, RuleCheck& check) {
    if (!object.is_object()) return check.refuse("must be an object");
    std::uint32_t seen = 0;
    for (const JsonValue member : object.items()) {
        const std::string_view key = member.key();
        const auto rule = std::find_if(rules.begin(), rules.end(), [&](const PropertyRule& r) { return r.key == key; });
        if (rule == rules.end() || rule->since > check.version) {
            for (const PropertyRule& r : rules)
                if (r.key != key && same_but_for_case(r.key, key)) return check.refuse_at(key, fmt::format("is written \"{}\"", r.key));
            return check.refuse_at(key, "no such property");
        }
        if (member.is_null()) return check.refuse_at(key, "null is not allowed");
        if (!rule->check(member, check)) return check.within(key);
        seen |= std::uint32_t{1} << (rule - rules.begin());
    }
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (rules[i].need == must && (seen >> i & 1) == 0) return check.refuse_at(rules[i].key, "missing");
    return true;
}

template <RuleFunction each>
bool list_of(JsonValue value, RuleCheck& check) {
    if (!value.is_array()) return check.refuse("must be a list");
    std::size_t index = 0;
    for (const JsonValue item : value.items()) {
        if (!each(item, check)) return check.within(index);
        ++index;
    }
    return true;
}

template <bool (*format)(std::string_view)>
bool formatted(JsonValue value, RuleCheck& check, std::string_view otherwise) {
    if (!value.is_string()) return check.refuse("must be a string");
    return format(value.string()) || check.refuse(otherwise);
}

// ---- texts, numbers
bool text(JsonValue value, RuleCheck& check) { return value.is_string() || check.refuse("must be a string"); }
bool truth(JsonValue value, RuleCheck& check) { return value.is_boolean() || check.refuse("must be true or false"); }
bool number(JsonValue value, RuleCheck& check) { return value.is_number() || check.refuse("must be a number"); }
bool uuid(JsonValue value, RuleCheck& check) { return formatted<is_uuid>(value, check, "not a UUID"); }
bool iri(JsonValue value, RuleCheck& check) { return formatted<is_iri>(value, check, "not an IRI with a scheme"); }
bool mailto(JsonValue value, RuleCheck& check) { return formatted<is_mailto>(value, check, "not a mailto IRI"); }
bool sha1(JsonValue value, RuleCheck& check) { return formatted<is_sha1>(value, check, "not a SHA-1 in hex"); }
bool sha2(JsonValue value, RuleCheck& check) { return formatted<is_sha2>(value, check, "not a SHA-2 in hex"); }
bool media_type(JsonValue value, RuleCheck& check) { return formatted<is_media_type>(value, check, "not a media type"); }
bool duration(JsonValue value, RuleCheck& check) { return formatted<is_duration>(value, check, "not an ISO 8601 duration"); }
bool language(JsonValue value, RuleCheck& check) { return formatted<is_language_tag>(value, check, "not a language tag (RFC 5646)"); }

bool timestamp(JsonValue value, RuleCheck& check) {
    if (!value.is_string()) return check.refuse("must be a string");
    const auto read = read_timestamp(value.string(), check.version);
    return read || check.refuse(read.error().what);
}

bool octets(JsonValue value, RuleCheck& check) {
    const std::string_view digits = value.number_text();
    const bool whole = !digits.empty() && digits.size() <= 15 && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    return whole || check.refuse("must be a whole number");
}

// "1.0", "1.0.2", "1.0.3-rc.1" (semantic versioning); in 2.0 "2.0.0" besides: statements of the older version are taken as well.
bool version(JsonValue value, RuleCheck& check) {
    std::string_view v = value.string();
    const bool known = v.starts_with("1.0") || (check.version == XapiVersion::v2_0_0 && v.starts_with("2.0"));
    if (!known) return check.refuse("not a version that is taken here");
    v.remove_prefix(3);
    if (v.empty()) return true;
    const std::size_t end = std::min(v.find_first_not_of("0123456789", 1), v.size());
    const bool patch = v.front() == '.' && end > 1 && (end == v.size() || ((v[end] == '-' || v[end] == '+') && end + 1 < v.size()));
    return patch || check.refuse("not a version that is taken here");
}

bool language_map(JsonValue value, RuleCheck& check) {
    if (!value.is_object()) return check.refuse("must be a language map");
    if (value.size() == 0) return check.refuse("a language map has at least one language");
    for (const JsonValue entry : value.items()) {
        if (!is_language_tag(entry.key())) return check.refuse_at(entry.key(), "not a language tag (RFC 5646)");
        if (!entry.is_string()) return check.refuse_at(entry.key(), "must be a string");
    }
    return true;
}

// Anything, null too, under IRIs (Data 4.1).
bool extensions(JsonValue value, RuleCheck& check) {
    if (!value.is_object()) return check.refuse("must be an object");
    for (const JsonValue entry : value.items())
        if (!is_iri(entry.key())) return check.refuse_at(entry.key(), "the key of an extension must be an IRI");
    return true;
}

// ---- who (Data 2.4.2)
template <char const* name>
bool exactly(JsonValue value, RuleCheck& check) {
    return (value.is_string() && value.string() == name) || check.refuse(fmt::format("must be \"{}\"", name));
}
constexpr char agent_name[] = "Agent", group_name[] = "Group", activity_name[] = "Activity", reference_name[] = "StatementRef", sub_name[] = "SubStatement",
               context_agent_name[] = "contextAgent", context_group_name[] = "contextGroup";

bool agent(JsonValue value, RuleCheck& check);

bool account(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 2> rules = {{{"homePage", iri, must}, {"name", text, must}}};
    return check_members(value, rules, check);
}

bool one_identifier(JsonValue value, RuleCheck& check, bool anonymous) {
    int count = 0;
    for (const JsonValue member : value.items()) {
        const std::string_view key = member.key();
        count += key == "mbox" || key == "mbox_sha1sum" || key == "openid" || key == "account" ? 1 : 0;
    }
    if (count > 1) return check.refuse("more than one of mbox, mbox_sha1sum, openid and account");
    return count == 1 || anonymous || check.refuse("one of mbox, mbox_sha1sum, openid and account is missing");
}

bool agent(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 6> rules = {
        {{"objectType", exactly<agent_name>}, {"name", text}, {"mbox", mailto}, {"mbox_sha1sum", sha1}, {"openid", iri}, {"account", account}}};
    return check_members(value, rules, check) && one_identifier(value, check, false);
}

bool group(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 7> rules = {{{"objectType", exactly<group_name>, must},
                                                           {"name", text},
                                                           {"mbox", mailto},
                                                           {"mbox_sha1sum", sha1},
                                                           {"openid", iri},
                                                           {"account", account},
                                                           {"member", list_of<agent>}}};
    return check_members(value, rules, check) && one_identifier(value, check, value["member"].size() > 0);
}

bool actor(JsonValue value, RuleCheck& check) { return value["objectType"].string() == group_name ? group(value, check) : agent(value, check); }

// Whoever sends three-legged OAuth is a pair: application and user (Data 2.4.9).
bool authority(JsonValue value, RuleCheck& check) {
    if (!actor(value, check)) return false;
    if (value["objectType"].string() != group_name) return true;
    if (!agent_key(value).empty()) return check.refuse("a group that vouches is anonymous");
    return value["member"].size() == 2 || check.refuse_at("member", "must be two agents");
}

// ---- what (Data 2.4.3, 2.4.4)
bool verb(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 2> rules = {{{"id", iri, must}, {"display", language_map}}};
    return check_members(value, rules, check);
}

bool component(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 2> rules = {{{"id", text, must}, {"description", language_map}}};
    return check_members(value, rules, check);
}

bool components(JsonValue value, RuleCheck& check) {
    if (!list_of<component>(value, check)) return false;
    std::vector<std::string_view> ids;
    for (const JsonValue item : value.items()) ids.push_back(item["id"].string());
    std::sort(ids.begin(), ids.end());
    return std::adjacent_find(ids.begin(), ids.end()) == ids.end() || check.refuse("an id stands twice");
}

struct InteractionRow {
    std::string_view type;
    std::array<std::string_view, 2> lists;
};
constexpr std::array<InteractionRow, 10> interactions = {{{"true-false", {}},
                                                          {"choice", {"choices"}},
                                                          {"fill-in", {}},
                                                          {"long-fill-in", {}},
                                                          {"matching", {"source", "target"}},
                                                          {"performance", {"steps"}},
                                                          {"sequencing", {"choices"}},
                                                          {"likert", {"scale"}},
                                                          {"numeric", {}},
                                                          {"other", {}}}};
const InteractionRow* interaction_of(std::string_view type) {
    const auto row = std::find_if(interactions.begin(), interactions.end(), [&](const InteractionRow& r) { return r.type == type; });
    return row == interactions.end() ? nullptr : &*row;
}

bool interaction_type(JsonValue value, RuleCheck& check) {
    return (value.is_string() && interaction_of(value.string()) != nullptr) || check.refuse("not a type of interaction");
}

bool definition(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 12> rules = {{{"name", language_map},
                                                            {"description", language_map},
                                                            {"type", iri},
                                                            {"moreInfo", iri},
                                                            {"extensions", extensions},
                                                            {"interactionType", interaction_type},
                                                            {"correctResponsesPattern", list_of<text>},
                                                            {"choices", components},
                                                            {"scale", components},
                                                            {"source", components},
                                                            {"target", components},
                                                            {"steps", components}}};
    if (!check_members(value, rules, check)) return false;
    const InteractionRow* row = interaction_of(value["interactionType"].string());
    for (const JsonValue member : value.items()) {
        const std::string_view key = member.key();
        const bool list = key == "choices" || key == "scale" || key == "source" || key == "target" || key == "steps";
        if (!list && key != "correctResponsesPattern") continue;
        if (row == nullptr) return check.refuse_at("interactionType", "missing");
        if (list && key != row->lists[0] && key != row->lists[1]) return check.refuse_at(key, "not a list of this type of interaction");
    }
    return true;
}

bool activity(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 3> rules = {{{"objectType", exactly<activity_name>}, {"id", iri, must}, {"definition", definition}}};
    return check_members(value, rules, check);
}

bool statement_reference(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 2> rules = {{{"objectType", exactly<reference_name>, must}, {"id", uuid, must}}};
    return check_members(value, rules, check);
}

bool sub_statement(JsonValue value, RuleCheck& check);

struct ObjectRow {
    std::string_view type;
    RuleFunction check;
};
constexpr std::array<ObjectRow, 5> objects = {
    {{activity_name, activity}, {agent_name, agent}, {group_name, group}, {reference_name, statement_reference}, {sub_name, sub_statement}}};

bool object(JsonValue value, RuleCheck& check) {
    if (!value.is_object()) return check.refuse("must be an object");
    const JsonValue type = value["objectType"];
    if (!type.exists()) return activity(value, check);
    const auto row = std::find_if(objects.begin(), objects.end(), [&](const ObjectRow& r) { return type.is_string() && r.type == type.string(); });
    return row == objects.end() ? check.refuse_at("objectType", "no such type of object") : row->check(value, check);
}

bool object_of_sub(JsonValue value, RuleCheck& check) {
    if (value["objectType"].string() == sub_name) return check.refuse("a SubStatement cannot contain another");
    return object(value, check);
}

// ---- how (Data 2.4.5)
bool score(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 4> rules = {{{"scaled", number}, {"raw", number}, {"min", number}, {"max", number}}};
    if (!check_members(value, rules, check)) return false;
    const JsonValue scaled = value["scaled"], raw = value["raw"], min = value["min"], max = value["max"];
    if (scaled.exists() && !(scaled.number() >= -1 && scaled.number() <= 1)) return check.refuse_at("scaled", "must be between -1 and 1");
    if (min.exists() && max.exists() && !(min.number() < max.number())) return check.refuse_at("min", "must be less than max");
    if (raw.exists() && min.exists() && raw.number() < min.number()) return check.refuse_at("raw", "is less than min");
    if (raw.exists() && max.exists() && raw.number() > max.number()) return check.refuse_at("raw", "is greater than max");
    return true;
}

bool result(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 6> rules = {
        {{"score", score}, {"success", truth}, {"completion", truth}, {"response", text}, {"duration", duration}, {"extensions", extensions}}};
    return check_members(value, rules, check);
}

// ---- where (Data 2.4.6; 2.0: 4.2.2.5)
bool one_or_more_activities(JsonValue value, RuleCheck& check) { return value.is_array() ? list_of<activity>(value, check) : activity(value, check); }

bool context_activities(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 4> rules = {
        {{"parent", one_or_more_activities}, {"grouping", one_or_more_activities}, {"category", one_or_more_activities}, {"other", one_or_more_activities}}};
    return check_members(value, rules, check);
}

bool relevant_types(JsonValue value, RuleCheck& check) {
    return list_of<iri>(value, check) && (value.size() > 0 || check.refuse("must have at least one type"));
}

bool context_agent(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 3> rules = {
        {{"objectType", exactly<context_agent_name>, must}, {"agent", agent, must}, {"relevantTypes", relevant_types}}};
    return check_members(value, rules, check);
}

bool context_group(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 3> rules = {
        {{"objectType", exactly<context_group_name>, must}, {"group", group, must}, {"relevantTypes", relevant_types}}};
    return check_members(value, rules, check);
}

bool context(JsonValue value, RuleCheck& check) {
    static constexpr XapiVersion v2 = XapiVersion::v2_0_0;
    static constexpr std::array<PropertyRule, 11> rules = {{{"registration", uuid},
                                                            {"instructor", actor},
                                                            {"team", group},
                                                            {"contextActivities", context_activities},
                                                            {"revision", text},
                                                            {"platform", text},
                                                            {"language", language},
                                                            {"statement", statement_reference},
                                                            {"extensions", extensions},
                                                            {"contextAgents", list_of<context_agent>, RuleNeed::may, v2},
                                                            {"contextGroups", list_of<context_group>, RuleNeed::may, v2}}};
    return check_members(value, rules, check);
}

bool attachment(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 7> rules = {{{"usageType", iri, must},
                                                           {"display", language_map, must},
                                                           {"description", language_map},
                                                           {"contentType", media_type, must},
                                                           {"length", octets, must},
                                                           {"sha2", sha2, must},
                                                           {"fileUrl", iri}}};
    return check_members(value, rules, check);
}

// What only holds between the parts of a statement.
bool parts_agree(JsonValue value, RuleCheck& check) {
    const JsonValue type = value["object"]["objectType"];
    if (type.exists() && type.string() != activity_name)
        for (const std::string_view key : {"revision", "platform"})
            if (value["context"][key].exists()) return check.refuse_at(key, "only where the object is an Activity") || check.within("context");
    if (value["verb"]["id"].string() == "http://adlnet.gov/expapi/verbs/voided" && type.string() != reference_name)
        return check.refuse_at("object", "what voids must have a StatementRef as its object");
    return true;
}

bool sub_statement(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 8> rules = {{{"objectType", exactly<sub_name>, must},
                                                           {"actor", actor, must},
                                                           {"verb", verb, must},
                                                           {"object", object_of_sub, must},
                                                           {"result", result},
                                                           {"context", context},
                                                           {"timestamp", timestamp},
                                                           {"attachments", list_of<attachment>}}};
    return check_members(value, rules, check) && parts_agree(value, check);
}

bool whole_statement(JsonValue value, RuleCheck& check) {
    static constexpr std::array<PropertyRule, 11> rules = {{{"id", uuid},
                                                            {"actor", actor, must},
                                                            {"verb", verb, must},
                                                            {"object", object, must},
                                                            {"result", result},
                                                            {"context", context},
                                                            {"timestamp", timestamp},
                                                            {"stored", timestamp},
                                                            {"authority", authority},
                                                            {"version", version},
                                                            {"attachments", list_of<attachment>}}};
    return check_members(value, rules, check) && parts_agree(value, check);
}

Result<void> checked(JsonValue value, RuleFunction rule, XapiVersion version, std::string_view name) {
    RuleCheck check{version};
    if (rule(value, check)) return {};
    return Error{ErrorKind::invalid, (check.place.empty() ? std::string(name) : check.place) + ": " + check.why};
}

}  // namespace

Result<void> check_statement(JsonValue statement, XapiVersion version) { return checked(statement, whole_statement, version, "the statement"); }

Result<void> check_agent(JsonValue who, XapiVersion version, bool may_be_group) { return checked(who, may_be_group ? actor : agent, version, "the agent"); }

}  // namespace xinghuo
