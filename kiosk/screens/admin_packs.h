// What the pages about packs share: their words, a text as high as it is, and the pages that admin_packs.cpp leads to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kiosk/pack_room.h"
#include "kiosk/screens/admin_parts.h"

namespace xinghuo {

// Words.

// Who publishes it: "packs/xinghuo/xinghuo-demo.json" is of "xinghuo". The role where the name does not say.
std::string pack_organisation(std::string_view target, std::string_view role);
// Where it came from, for people: the stick KINGSTON, packs.example.edu, what came with the program.
std::string pack_source(const Frame& frame, std::string_view from);
// "Installed 2026-07-23 09:05"; never an absurd date.
std::string pack_installed(const Frame& frame, WallTime at, bool trusted);
std::string version_words(const Frame& frame, std::int64_t version);
// What the recalls say about one version; null: nothing.
const Recall* recall_of(const PackRoom::State& state, std::string_view pack, std::int64_t version);
// The title by which a pack is known here, or its id.
std::string pack_title(const Frame& frame, const PackRoom::State& state, std::string_view pack);
// The one line of the menu's tile.
std::string packs_tile(const Frame& frame);

// Why it was not done: what happened, and what to do. `calm`: nothing is wrong.
struct Refusal {
    std::string title, text;
    bool calm = false;
};
Refusal refusal_words(const Frame& frame, const PackRoom::State& state);

// Texts below each other, measured before they are drawn.
struct Said {
    std::string words;
    TextStyle style;
    float after = 0;
};
float height_of(Frame& frame, const std::vector<Said>& all, float width);
void say_all(Frame& frame, Rect& rest, const std::vector<Said>& all);
TextStyle pack_title_style(const Frame& frame);

// What the page is made of, besides its first view. True or an index: touched.

// The packs that are shown, a card each. `undo`: the index of the one that is to go back; −1: none.
int packs_shown(Frame& frame, Rect& rest, const PackRoom::State& state);

enum class OfferAnswer { nothing, install, back };
OfferAnswer packs_offer(Frame& frame, Rect place, const PackRoom::State& state, Scroll& scroll);
// Whether anything in it can be installed.
bool may_install(const PackRoom::State& state);

// How fast it goes, from what was seen of it: nothing is said before 2 s of it.
class PackSpeed {
public:
    // What is left, in seconds; nothing: not known yet.
    std::optional<double> left(const PackRoom::State& state, Instant now);

private:
    Instant since_{}, moved_{};
    InstallProgress::Step step_ = InstallProgress::Step::looking;
    std::uint64_t first_ = 0, last_ = 0;
    bool begun_ = false;
};
// The ring. True: cancel was touched.
bool packs_installing(Frame& frame, Rect place, const PackRoom::State& state, PackSpeed& speed);
// It is installed. True: done.
bool packs_installed(Frame& frame, Rect place, const std::vector<Fact>& what, Scroll& scroll);

enum class RefusalAnswer { nothing, again, back };
RefusalAnswer packs_refused(Frame& frame, Rect place, const PackRoom::State& state, Scroll& scroll);

AdminPagePtr make_admin_packs_history();

}  // namespace xinghuo
