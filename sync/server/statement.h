// One xAPI statement: checked by every rule of the Data part (1.0.3; IEEE 9274.1.1 where the version is 2.0), and what is made of it. Pure; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/json_tree.h"
#include "content/base/result.h"
#include "sync/server/record_store.h"

namespace xinghuo {

enum class XapiVersion { v1_0_3, v2_0_0 };
std::string_view text_of(XapiVersion version);  // "1.0.3", "2.0.0"

// `invalid` with the place and the rule: "actor.mbox: not a mailto IRI". The rules stand in a table (statement_rules.cpp).
Result<void> check_statement(JsonValue statement, XapiVersion version);
// An Agent or Group by itself, as parameters carry them. `group`: whether a group may be one.
Result<void> check_agent(JsonValue agent, XapiVersion version, bool group = false);
bool is_uuid(std::string_view text);
bool is_iri(std::string_view text);
bool is_language_tag(std::string_view text);  // RFC 5646
// RFC 3339 as xAPI narrows it: no -00:00; `invalid` says why. In 1.0.3 a missing zone is UTC's.
Result<WallTime> read_timestamp(std::string_view text, XapiVersion version);

// "mailto:a@b", "sha1|…", "openid|…", "account|home page|name": the one identifier of an actor; empty: an anonymous group.
std::string agent_key(JsonValue agent);

struct StatementContext {
    XapiVersion version = XapiVersion::v1_0_3;
    WallTime stored;
    std::string authority_json;     // {"objectType":"Agent","account":{…}}
};
// Of a checked statement: what is missing set (id: made by uuid_v7 when there was none; version: 1.0.0 or 2.0.0, one that came stays, Data 2.4.10), stored and
// authority always ours; single context activities become lists, in 2.0 moments are said in UTC; the rest as it was written. `activities` holds "{}" where there
// was no definition; `attachments` the sha2 of all of them, small letters: whoever has the parts takes out what came without one.
NewStatement new_statement(JsonValue statement, const StatementContext& context);

// Format "ids": only what identifies agents, verbs, activities and groups; "canonical": one language of each map, by Accept-Language
// (RFC 9110 §12.5.4, with ranges and q), of the activity's merged definition where `definition` knows it.
std::string statement_as_ids(std::string_view json);
std::string statement_canonical(std::string_view json, std::string_view accept_language,
                                const std::function<std::optional<std::string>(std::string_view iri)>& definition);
// Merges a definition into one that is known (Data 2.4.4.1): newer members win, languages and extensions add up.
std::string merged_definition(std::string_view known, std::string_view newer);

}  // namespace xinghuo
