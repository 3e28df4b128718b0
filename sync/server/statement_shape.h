// What each place of a statement is, so that whoever walks one (to compare it, shorten it, or choose a language) needs a table and no paths. Pure.
#pragma once

#include <string_view>

#include "content/base/json_tree.h"

namespace xinghuo {

enum class StatementPlace {
    plain,        // nothing known: a text, a number, all that is inside extensions
    statement,    // a SubStatement too
    actor, actors,
    verb, object,  // object: an Activity, an actor, a SubStatement or a StatementRef, by its objectType
    activity, activities, definition, components, component, language_map,
    result, context, context_activities, context_agents, context_agent,
    reference,
    timestamp, duration, mailto, small_letters,  // small_letters: what has no case, such as a UUID
    attachments,
};

// Of a member of what stands at `parent`.
StatementPlace place_of(StatementPlace parent, std::string_view key, JsonValue value);
// Of an item of an array at `parent`.
StatementPlace place_of_item(StatementPlace parent);
// An object's own place by its objectType; another place stays what it is.
StatementPlace resolved(StatementPlace place, JsonValue value);

}  // namespace xinghuo
