// From a repository to what it offers this terminal: trust refreshed, recalls in force, every pack beside what is here.
#pragma once

#include <string_view>

#include "content/pack/installer.h"
#include "content/pack/manifest.h"

namespace xinghuo {

// `now`: what expiry is measured with; WallTime{} for a repository that may be past it (the one that ships with the program).
Result<Offer> make_offer(PackStore& store, Transport& from, WallTime now, const Moment& moment, std::string_view application);

// The installed form of an offered pack.
PackStore::Change::Shown shown_from(const PackOffer& pack, const Manifest& manifest, const std::string& from, const Moment& moment);
// Every blob once. `invalid`: one hash with two lengths.
Result<std::vector<PackFile>> blobs_of(const std::vector<const Manifest*>& manifests);
// Written down once, however often it is tried again.
void note_failure(PackStore& store, const Error& error, const std::string& from, const Moment& moment);
// "1.2 GB", "340 MB", "12 kB": for sentences.
std::string in_words(std::uint64_t bytes);

}  // namespace xinghuo
