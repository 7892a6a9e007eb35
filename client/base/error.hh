// Errors that end the program early, and the checks that stay on in every build.
//
// An Error carries everything that the user needs on one line: what went wrong (the thing and the
// value), the limit and the remedy. It is thrown where the run cannot go on and caught once, in
// main. Outcomes of normal operation (would block, peer closed) are return values instead.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace volley {

// Exit status of the program; documented in --help.
enum class ExitCode : int {
    precision_reached = 0,
    failed = 1,
    usage = 2,
    budget_spent = 3,
    skipped = 77,  // this machine lacks what the server needs; the status that test runners use
};

class Error : public std::runtime_error {
  public:
    // what: the thing, its value and the allowed range. remedy: what to do about it; may be empty.
    Error(ExitCode code, const std::string& what, const std::string& remedy = "")
        : std::runtime_error(remedy.empty() ? what : what + "; " + remedy), code_(code) {}

    [[nodiscard]] ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

// The text of an errno value, e.g. "Connection refused". Safe to call from any thread.
[[nodiscard]] std::string errno_text(int error_number);

// Throws Error(failed) with "what: <text of errno_value>".
[[noreturn]] void throw_errno(const std::string& what, int error_number,
                              const std::string& remedy = "");

// An assertion that stays on in every build, for what cannot happen. Prints the place and aborts.
// (Uses builtins of gcc and clang, because std::source_location does not work with clang 14.)
[[noreturn]] void violated(std::string_view what, const char* file, int line);
inline void ensure(bool holds, std::string_view what, const char* file = __builtin_FILE(),
                   int line = __builtin_LINE()) {
    if (!holds) [[unlikely]] {
        violated(what, file, line);
    }
}

}  // namespace volley
