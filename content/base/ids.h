// Identities that do not mix: a MemberId is no PackId, though both are text.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>

namespace xinghuo {

template <class Kind>
struct Id {
    std::string text;

    auto operator<=>(const Id&) const = default;
    [[nodiscard]] bool empty() const { return text.empty(); }
};

using MemberId = Id<struct MemberKind>;      // opaque, "m-" and 32 hex digits of chance: says nothing about the person
using KioskId = Id<struct KioskKind>;        // "k-" and 16 hex digits of the hash of the terminal's public key
using ActivityId = Id<struct ActivityKind>;  // "a-" and a UUID v7

}  // namespace xinghuo

template <class Kind>
struct std::hash<xinghuo::Id<Kind>> {
    std::size_t operator()(const xinghuo::Id<Kind>& id) const noexcept { return std::hash<std::string>()(id.text); }
};
