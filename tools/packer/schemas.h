// The JSON Schemas that lie beside the program (editors read them, too), as far as the packer itself needs them: names, and choices.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/base/file.h"
#include "content/base/json.h"
#include "tools/packer/problems.h"

namespace xinghuo {

struct SchemaFault {
    enum class Kind { missing, unknown, choice } kind = Kind::unknown;
    std::string path, what;  // "sections[0].titel"; of a choice what there is: "figures, quiz"
};

// Follows properties, items, required, additionalProperties, enum of texts, allOf, anyOf (one of them must be faultless), $ref to #/$defs.
std::vector<SchemaFault> schema_faults(const JsonNode& value, const JsonNode& schema);

// "pack.schema.json" for "pack.json"; empty: there is none for this file.
std::string schema_of(std::string_view file);

// Of every JSON file of a source: names that nobody reads, and choices that are none, as warnings; what is missing the reader tells itself.
void check_schemas(const Path& source, const Path& schemas, Problems& problems);

}  // namespace xinghuo
