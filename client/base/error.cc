#include "base/error.hh"

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace volley {

std::string errno_text(int error_number) {
    return std::generic_category().message(error_number);
}

void throw_errno(const std::string& what, int error_number, const std::string& remedy) {
    throw Error(ExitCode::failed, what + ": " + errno_text(error_number), remedy);
}

void violated(std::string_view what, const char* file, int line) {
    std::fprintf(stderr, "volley: internal error: %.*s (%s:%d); please report this\n",
                 static_cast<int>(what.size()), what.data(), file, line);
    std::abort();
}

}  // namespace volley
