// At which line of a JSON text each value stands, so that a problem can be told with its line.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace xinghuo {

class JsonLines {
public:
    // The text must be JSON (JsonDocument::parse has accepted it); comments are allowed.
    explicit JsonLines(std::string_view text);
    // Of "figures[3].name"; of the nearest outer value where there is no such thing.
    [[nodiscard]] int line(std::string path) const;

private:
    std::unordered_map<std::string, int> lines_;
};

}  // namespace xinghuo
