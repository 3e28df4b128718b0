// A statement as any xAPI client may send it: read, checked by both versions' rules, made ready to be kept, and shown again.
#include "sync/server/statement.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(as_text(data, size));
    const auto tree = JsonTree::parse(text);
    if (!tree) return 0;
    (void)statement_as_ids(text);
    for (const XapiVersion version : {XapiVersion::v1_0_3, XapiVersion::v2_0_0}) {
        if (!check_statement(tree->root(), version)) continue;
        StatementContext context;
        context.version = version;
        context.authority_json = R"({"objectType":"Agent","mbox":"mailto:centre@example.cn"})";
        const NewStatement made = new_statement(tree->root(), context);
        // What is kept must be a statement again, and the same one.
        const auto kept = JsonTree::parse(made.json);
        insist(kept && check_statement(kept->root(), version), "a statement that was taken is kept broken");
        insist(new_statement(kept->root(), context).fingerprint == made.fingerprint, "a statement that was kept is another one");
        const auto definition = [&](std::string_view iri) {
            for (const auto& [known, json] : made.activities)
                if (known == iri) return std::optional(json);
            return std::optional<std::string>();
        };
        const auto shown = JsonTree::parse(statement_canonical(made.json, "zh-CN, en;q=0.5, *;q=0.1", definition));
        insist(shown && check_statement(shown->root(), version), "a statement is shown broken");
    }
    return 0;
}
