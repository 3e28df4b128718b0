#include "sync/server/schema_steps.h"

namespace xinghuo {

std::vector<SchemaStep> report_steps() {
    return {};
}

}  // namespace xinghuo
