// Commands as they come out of a pipe: in any pieces, of any length.
#include <catch2/catch.hpp>
#include <unistd.h>

#include <string>
#include <vector>

#include "kiosk/lines.h"

using namespace xinghuo;

namespace {

struct Pipe {
    Pipe() { REQUIRE(pipe(ends) == 0); }
    ~Pipe() {
        ::close(ends[0]);
        if (ends[1] >= 0) ::close(ends[1]);
    }
    void say(const std::string& text) const { REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size())); }
    void hang_up() {
        ::close(ends[1]);
        ends[1] = -1;
    }
    int ends[2]{};
};

}  // namespace

TEST_CASE("lines come whole, whatever the pieces, and the last one needs no end", "[lines]") {
    Pipe pipe;
    Lines lines(pipe.ends[0]);
    pipe.say("scr");
    REQUIRE(lines.read_more());
    CHECK_FALSE(lines.next());
    pipe.say("een\n\ntouch \"人物\"\nwai");
    REQUIRE(lines.read_more());
    CHECK(lines.next() == "screen");
    CHECK(lines.next() == "");
    CHECK(lines.next() == "touch \"人物\"");
    CHECK_FALSE(lines.next());
    pipe.say(std::string("t\0 1", 4));
    REQUIRE(lines.read_more());
    pipe.hang_up();
    CHECK_FALSE(lines.read_more());
    CHECK(lines.next() == std::string("wait\0 1", 7));
    CHECK_FALSE(lines.next());
    CHECK_FALSE(lines.read_more());
    CHECK_FALSE(lines.next());
}

TEST_CASE("of an endless line only the beginning is kept, and the next line is whole again", "[lines]") {
    Pipe pipe;
    Lines lines(pipe.ends[0]);
    const std::string block(4096, 'a');
    for (std::size_t said = 0; said < 4 * Lines::longest_line; said += block.size()) {
        pipe.say(block);
        REQUIRE(lines.read_more());
        CHECK_FALSE(lines.next());
    }
    pipe.say("\nquit\n");
    REQUIRE(lines.read_more());
    CHECK(lines.next() == std::string(Lines::longest_line, 'a'));
    CHECK(lines.next() == "quit");
}
