#include "tools/packer/schemas.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/packer/json_lines.h"

namespace xinghuo {
namespace {

class Follower {
public:
    explicit Follower(const JsonNode& root) : root_(root) {}

    void follow(const JsonNode& value, JsonNode schema, std::vector<SchemaFault>& faults) const {
        if (schema["$ref"].is_string()) {
            const std::string ref = schema["$ref"].string();
            const std::size_t name = ref.rfind('/');
            schema = root_["$defs"][ref.substr(name == std::string::npos ? 0 : name + 1)];
        }
        if (!schema.is_object()) return;
        if (value.is_object()) object(value, schema, faults);
        if (value.is_array() && schema["items"].exists())
            for (const JsonNode& item : value.items()) follow(item, schema["items"], faults);
        if (value.is_string() && schema["enum"].is_array()) choice(value, schema["enum"], faults);
        if (schema["allOf"].is_array())
            for (const JsonNode& one : schema["allOf"].items()) follow(value, one, faults);
        if (schema["anyOf"].is_array()) any_of(value, schema["anyOf"], faults);
    }

private:
    void object(const JsonNode& value, const JsonNode& schema, std::vector<SchemaFault>& faults) const {
        if (schema["required"].is_array())
            for (const JsonNode& name : schema["required"].items())
                if (!value[name.string()].exists()) faults.push_back({SchemaFault::Kind::missing, value[name.string()].path(), ""});
        if (!schema["properties"].is_object()) return;
        const bool closed = schema["additionalProperties"].is_boolean() && !schema["additionalProperties"].boolean();
        for (const auto& [name, member] : value.members()) {
            if (schema["properties"][name].exists()) follow(member, schema["properties"][name], faults);
            else if (closed) faults.push_back({SchemaFault::Kind::unknown, member.path(), ""});
        }
    }
    static void choice(const JsonNode& value, const JsonNode& choices, std::vector<SchemaFault>& faults) {
        std::string all;
        for (const JsonNode& one : choices.items()) {
            if (one.is_string() && one.string() == value.string()) return;
            all += (all.empty() ? "" : ", ") + one.string_or("");
        }
        faults.push_back({SchemaFault::Kind::choice, value.path(), all});
    }
    void any_of(const JsonNode& value, const JsonNode& ways, std::vector<SchemaFault>& faults) const {
        std::vector<SchemaFault> first;
        for (const JsonNode& way : ways.items()) {
            std::vector<SchemaFault> here;
            follow(value, way, here);
            if (here.empty()) return;
            if (first.empty()) first = std::move(here);
        }
        faults.insert(faults.end(), first.begin(), first.end());
    }
    JsonNode root_;
};

}  // namespace

std::vector<SchemaFault> schema_faults(const JsonNode& value, const JsonNode& schema) {
    std::vector<SchemaFault> faults;
    Follower(schema).follow(value, schema, faults);
    return faults;
}

std::string schema_of(std::string_view file) {
    if (file == "pack.json" || file == "figures.json" || file == "lectures.json") return std::string(file.substr(0, file.size() - 5)) + ".schema.json";
    if (file == "scenes/index.json") return "scenes.schema.json";
    if (file.starts_with("figures/") && file.ends_with("/rig.json")) return "rig.schema.json";
    return {};
}

void check_schemas(const Path& source, const Path& schemas, Problems& problems) {
    std::vector<std::string> files;
    std::error_code failed;
    for (const char* name : {"pack.json", "figures.json", "lectures.json", "scenes/index.json"})
        if (std::filesystem::is_regular_file(source / name, failed)) files.emplace_back(name);
    for (const auto& entry : std::filesystem::directory_iterator(source / "figures", failed))
        if (std::filesystem::is_regular_file(entry.path() / "rig.json", failed)) files.push_back("figures/" + entry.path().filename().string() + "/rig.json");
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) {
        const auto text = read_text(source / file), rules = read_text(schemas / schema_of(file));
        JsonDocument document, schema;
        if (!text || !rules || !document.parse(*text) || !schema.parse(*rules)) continue;  // a broken file is told by its reader
        const JsonLines lines(*text);
        for (const SchemaFault& fault : schema_faults(document.root(), schema.root())) {
            if (fault.kind == SchemaFault::Kind::unknown) problems.warn(file, lines.line(fault.path), fault.path + ": not a name that is known here");
            if (fault.kind == SchemaFault::Kind::choice) problems.warn(file, lines.line(fault.path), fmt::format("{}: none of {}", fault.path, fault.what));
        }
    }
}

}  // namespace xinghuo
