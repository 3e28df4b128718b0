#include "kiosk/exhibits/exhibit.h"

namespace xinghuo {

#define KIND(name) extern const ExhibitKind name##_kind;
#include "kiosk/exhibits/kinds.inc"
#undef KIND

const std::vector<const ExhibitKind*>& all_kinds() {
    static const std::vector<const ExhibitKind*> kinds = {
#define KIND(name) &name##_kind,
#include "kiosk/exhibits/kinds.inc"
#undef KIND
    };
    return kinds;
}

const ExhibitKind* find_kind(std::string_view name) {
    for (const ExhibitKind* kind : all_kinds())
        if (kind->name == name) return kind;
    return nullptr;
}

}  // namespace xinghuo
