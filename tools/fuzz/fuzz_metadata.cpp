// Metadata of The Update Framework; the first byte chooses the role.
#include "content/trust/metadata.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = as_text(data + 1, size - 1);
    switch (data[0] % 4) {
        case 0: {
            const auto root = read_root(text);
            if (root) (void)verify(*root, "root", root->roles.at("root"), root->keys);
            break;
        }
        case 1: (void)read_timestamp(text); break;
        case 2: (void)read_snapshot(text); break;
        default: (void)read_targets(text); break;
    }
    return 0;
}
