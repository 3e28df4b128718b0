// How much of a long test is done: all of it in the release build, a fifth under a sanitizer, where every step costs ten times as much.
#pragma once

namespace xinghuo {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool under_a_sanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool under_a_sanitizer = true;
#else
inline constexpr bool under_a_sanitizer = false;
#endif
#else
inline constexpr bool under_a_sanitizer = false;
#endif

constexpr int effort(int steps) { return under_a_sanitizer ? steps / 5 : steps; }

}  // namespace xinghuo
