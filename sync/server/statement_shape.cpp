#include "sync/server/statement_shape.h"

#include <array>

namespace xinghuo {
namespace {

using P = StatementPlace;
struct PlaceRow {
    P parent;
    std::string_view key;
    P place;
};
constexpr std::array rows = {
    PlaceRow{P::statement, "id", P::small_letters},
    PlaceRow{P::statement, "actor", P::actor},
    PlaceRow{P::statement, "verb", P::verb},
    PlaceRow{P::statement, "object", P::object},
    PlaceRow{P::statement, "result", P::result},
    PlaceRow{P::statement, "context", P::context},
    PlaceRow{P::statement, "authority", P::actor},
    PlaceRow{P::statement, "timestamp", P::timestamp},
    PlaceRow{P::statement, "stored", P::timestamp},
    PlaceRow{P::statement, "attachments", P::attachments},
    PlaceRow{P::actor, "member", P::actors},
    PlaceRow{P::actor, "mbox", P::mailto},
    PlaceRow{P::actor, "mbox_sha1sum", P::small_letters},
    PlaceRow{P::verb, "display", P::language_map},
    PlaceRow{P::activity, "definition", P::definition},
    PlaceRow{P::definition, "name", P::language_map},
    PlaceRow{P::definition, "description", P::language_map},
    PlaceRow{P::definition, "choices", P::components},
    PlaceRow{P::definition, "scale", P::components},
    PlaceRow{P::definition, "source", P::components},
    PlaceRow{P::definition, "target", P::components},
    PlaceRow{P::definition, "steps", P::components},
    PlaceRow{P::component, "description", P::language_map},
    PlaceRow{P::result, "duration", P::duration},
    PlaceRow{P::context, "registration", P::small_letters},
    PlaceRow{P::context, "instructor", P::actor},
    PlaceRow{P::context, "team", P::actor},
    PlaceRow{P::context, "contextActivities", P::context_activities},
    PlaceRow{P::context, "contextAgents", P::context_agents},
    PlaceRow{P::context, "contextGroups", P::context_agents},
    PlaceRow{P::context, "language", P::small_letters},
    PlaceRow{P::context, "statement", P::reference},
    PlaceRow{P::context_activities, "parent", P::activities},
    PlaceRow{P::context_activities, "grouping", P::activities},
    PlaceRow{P::context_activities, "category", P::activities},
    PlaceRow{P::context_activities, "other", P::activities},
    PlaceRow{P::context_agent, "agent", P::actor},
    PlaceRow{P::context_agent, "group", P::actor},
    PlaceRow{P::reference, "id", P::small_letters},
};

}  // namespace

StatementPlace resolved(StatementPlace place, JsonValue value) {
    if (place == P::activities) return value.is_array() ? P::activities : P::activity;  // 1.0.3 takes one instead of a list
    if (place != P::object) return place;
    const std::string_view type = value["objectType"].string();
    if (type.empty() || type == "Activity") return P::activity;
    if (type == "StatementRef") return P::reference;
    return type == "SubStatement" ? P::statement : P::actor;
}

StatementPlace place_of(StatementPlace parent, std::string_view key, JsonValue value) {
    if (parent == P::plain) return P::plain;
    for (const PlaceRow& row : rows)
        if (row.parent == parent && row.key == key) return resolved(row.place, value);
    return P::plain;
}

StatementPlace place_of_item(StatementPlace parent) {
    switch (parent) {
        case P::actors: return P::actor;
        case P::activities: return P::activity;
        case P::components: return P::component;
        case P::context_agents: return P::context_agent;
        default: return P::plain;
    }
}

}  // namespace xinghuo
