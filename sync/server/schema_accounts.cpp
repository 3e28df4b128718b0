#include "sync/server/schema_steps.h"

namespace xinghuo {

std::vector<SchemaStep> account_steps() {
    return {};
}

}  // namespace xinghuo
