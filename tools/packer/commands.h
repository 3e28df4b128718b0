// What xinghuo-pack can do, one file each (NAME_main.cpp); the table is in main.cpp. A command returns the program's exit code: 0 good,
// 1 not so (what was given is wrong or refused), 2 asked wrongly.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/base/result.h"

namespace xinghuo {

struct Commander {
    WallTime now;                                                  // of this run; the program reads the clock once
    std::function<void(const std::string&)> say, complain;         // a line on standard output, on standard error; any thread
};

using Words = std::vector<std::string>;  // as typed; the command's own name first

int new_command(const Words& words, const Commander& from);
int check_command(const Words& words, const Commander& from);
int preview_command(const Words& words, const Commander& from);
int build_command(const Words& words, const Commander& from);
int sign_command(const Words& words, const Commander& from);
int publish_command(const Words& words, const Commander& from);
int keys_command(const Words& words, const Commander& from);
int demo_command(const Words& words, const Commander& from);
int art_command(const Words& words, const Commander& from);

// For a command: complains, and returns 1 or 2.
int say_error(const Commander& from, const Error& error);
int say_usage(const Commander& from, const char* usage);

extern const char* const new_usage;
extern const char* const check_usage;
extern const char* const preview_usage;
extern const char* const build_usage;
extern const char* const sign_usage;
extern const char* const publish_usage;
extern const char* const keys_usage;
extern const char* const demo_usage;
extern const char* const art_usage;

}  // namespace xinghuo
