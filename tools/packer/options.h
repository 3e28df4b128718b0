// The words of a command: places, and options in the order they were typed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/base/file.h"
#include "tools/packer/commands.h"

namespace xinghuo {

class CommandOptions {
public:
    // `valued` take the next word, `flags` stand alone. `first`: where the options begin. Anything else that begins with "--" is `invalid`.
    static Result<CommandOptions> read(const Words& words, std::size_t first, const std::vector<std::string_view>& valued,
                                const std::vector<std::string_view>& flags);

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> one(std::string_view name) const;  // the last of them
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
    // A whole number from `least` to `most`; `otherwise` when the option is not there.
    [[nodiscard]] Result<std::int64_t> number(std::string_view name, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
    // "2026-11-21T08:00:00Z" or "2026-11-21"; `otherwise` when the option is not there.
    [[nodiscard]] Result<WallTime> time(std::string_view name, WallTime otherwise) const;

    [[nodiscard]] const std::vector<std::string>& places() const { return places_; }
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& given() const { return given_; }

private:
    std::vector<std::string> places_;
    std::vector<std::pair<std::string, std::string>> given_;  // a flag's value is empty
};

}  // namespace xinghuo
