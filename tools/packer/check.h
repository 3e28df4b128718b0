// What can be said about a source beyond whether it can be built: what a careful colleague would find before anyone signs.
#pragma once

#include <string>
#include <string_view>

#include "tools/packer/problems.h"
#include "tools/packer/source.h"
#include "tools/packer/words.h"

namespace xinghuo {

// Reads the source and adds everything that is wrong: read_source, then every file in the folder. Slow parts: sounds are decoded.
Source check_source(const Path& folder, Problems& problems, const Path& schemas = packer_share() / "schemas");

// Every file below the folder: kinds that are not used, links, size; characters that no font has; personal data; pictures that are too
// small or broken; sounds that are too quiet; films that the terminal cannot play or that have no captions.
void check_files(const Source& source, Problems& problems);
// Numbers and addresses of persons, as warnings, masked: ID cards (GB 11643, with its checksum), mobile numbers, e-mail, student numbers.
void check_personal(std::string_view text, const std::string& file, int first_line, Problems& problems);
// Who approved, and when; English and sources of events.
void check_pack(const Source& source, Problems& problems);

bool is_id_card(std::string_view eighteen);  // a date that can be, and the right last digit

// For people, grouped by file: errors first. "check.good" when there is nothing.
std::string told_problems(const Problems& problems, const PackWords& words, Lang lang);

}  // namespace xinghuo
