// Result<T>: what comes back from the outside world (files, packs, media, settings).
// The names are those of std::expected, which gcc 12 only has in C++23 mode.
//
// An Error is a sentence that grows as it travels:
//     installing changzheng-3: reading manifest: items[3].answers: missing
// Return it or handle it, never both log and return. Our own mistakes are not Results: see assert.h.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "content/base/assert.h"

namespace xinghuo {

enum class ErrorKind {
    invalid,      // what was read breaks the rules of its format
    missing,      // it is not there
    io,           // the disk, the device or the operating system said no
    unsupported,  // well-formed, but not something this program can show
    too_large,    // over a stated limit
    cancelled,    // somebody asked to stop
    untrusted,    // not signed by those who must sign it, or not what was signed
    expired,      // signed, but its date has passed
    older,        // older than what is already here
    full,         // no room for it
};

struct Error {
    ErrorKind kind = ErrorKind::invalid;
    std::string what;

    // The same error, one step further up: Error{"no such file"}.within("reading rig.json").
    [[nodiscard]] Error within(std::string_view where) const {
        return Error{kind, std::string(where) + ": " + what};
    }
};

template <class T>
class [[nodiscard]] Result {
public:
    // Takes anything that becomes a T, so a Result<unique_ptr<Base>> takes a unique_ptr<Derived>.
    template <class U = T>
        requires(std::is_convertible_v<U &&, T> && !std::is_same_v<std::remove_cvref_t<U>, Error> &&
                 !std::is_same_v<std::remove_cvref_t<U>, Result>)
    Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    [[nodiscard]] T& value() & { insist(has_value(), "value() of a failed Result"); return std::get<0>(state_); }
    [[nodiscard]] const T& value() const& { insist(has_value(), "value() of a failed Result"); return std::get<0>(state_); }
    [[nodiscard]] T&& value() && { insist(has_value(), "value() of a failed Result"); return std::get<0>(std::move(state_)); }
    [[nodiscard]] const Error& error() const { insist(!has_value(), "error() of a good Result"); return std::get<1>(state_); }

    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), failed_(true) {}
    [[nodiscard]] bool has_value() const { return !failed_; }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] const Error& error() const { insist(failed_, "error() of a good Result"); return error_; }

private:
    Error error_;
    bool failed_ = false;
};

}  // namespace xinghuo
