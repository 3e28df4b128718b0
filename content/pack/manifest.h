// The text of manifest.json (README.md here), read with every rule that needs no disk. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/pack/catalogue.h"

namespace xinghuo {

struct Manifest {
    std::string id;
    std::int64_t version = 0;
    Bilingual title, summary;
    std::vector<Section> sections;
    std::vector<Item> items;
    std::vector<std::pair<std::string, PackFile>> files;  // path → hash and length, in file order
    std::string glyphs;                                   // may be empty
    std::string minimum_application;                      // "0.1.0"; empty: any
};

inline constexpr std::size_t manifest_limit_bytes = 5u << 20;
inline constexpr std::size_t manifest_file_limit = 20'000;
inline constexpr std::uint64_t pack_file_limit_bytes = 8ull << 30;

// Refused, with the place in the error: an unknown schema, an id that is not [a-z0-9-], ids that stand twice, paths that are unsafe,
// hold a ':' or stand twice, a minimum application that is no version, hashes that are not 64 lower-case hex digits, named pictures and files that are not listed.
Result<Manifest> read_manifest(std::string_view json);

// This program's version: "0.1.0".
std::string_view application_version();
// Good when this application can show what asks for `minimum` ("0.2", "1.0.3"; empty: any). `unsupported`: "needs version 0.2 of the
// application, and this is 0.1.0".
Result<void> check_application(std::string_view minimum, std::string_view application = application_version());

}  // namespace xinghuo
