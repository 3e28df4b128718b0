// A program under measurement: its lines, its time on the processor, its memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/base/result.h"

namespace xinghuo {

class Child {
public:
    // Standard input and output are pipes; errors go nowhere.
    static Result<Child> start(const std::vector<std::string>& command);
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();  // killed if it still runs

    void say(const std::string& line);
    // The next line of its output; nothing at its end or after the time is up.
    std::optional<std::string> line(Nanoseconds limit);
    // Kills it (SIGKILL) at once: the lines it had already said. Nothing can be asked of it afterwards.
    std::vector<std::string> cut();
    // It says no more and hears no more: its exit code; −1 when it ended otherwise.
    int ended();
    // On the processor so far, all threads.
    [[nodiscard]] Nanoseconds processor_time() const;
    [[nodiscard]] double pss_mb() const;

private:
    Child(int pid, int in, int out) : pid_(pid), in_(in), out_(out) {}
    int pid_, in_, out_;
    std::string rest_;
};

}  // namespace xinghuo
