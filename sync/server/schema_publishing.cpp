#include "sync/server/schema_steps.h"

namespace xinghuo {

std::vector<SchemaStep> publishing_steps() {
    return {};
}

}  // namespace xinghuo
