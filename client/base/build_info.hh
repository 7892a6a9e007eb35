// How this binary was built. The Makefile writes the values; --version and the result file print
// them.
#pragma once

namespace volley {

inline constexpr const char* version_text = "0.1.0";

extern const char* const build_compiler;  // first line of the compiler's --version
extern const char* const build_flags;
extern const char* const build_revision;  // git describe, or "unknown"

}  // namespace volley
