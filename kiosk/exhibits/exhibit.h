// An exhibit fills the screen with one item of a pack. It draws, and it says what happened; it cannot navigate,
// and cannot reach the database or the network.
//
// A new kind is one file here that defines `const ExhibitKind x_kind`, and one line KIND(x) in kinds.inc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/result.h"
#include "content/pack/catalogue.h"
#include "kiosk/frame.h"

namespace xinghuo {

// What the visitor asked for in this frame.
struct Wish {
    enum class What { nothing, back, quiz, open } what = What::nothing;
    std::vector<std::string> questions;  // of quiz: ids in the bank, the fitting ones
    std::string item;                    // of open: another item; of quiz: the item it is about
};

class Exhibit {
public:
    virtual ~Exhibit() = default;
    virtual Wish frame(Frame& frame) = 0;
};

struct ExhibitKind {
    std::string_view name;  // as in manifest.json
    // Reads what it needs of the item from frame.catalogue. Media open later, on their own threads.
    Result<std::unique_ptr<Exhibit>> (*open)(const Item& item, const Frame& frame);
};

const ExhibitKind* find_kind(std::string_view name);  // null: this program cannot show it
const std::vector<const ExhibitKind*>& all_kinds();

}  // namespace xinghuo
