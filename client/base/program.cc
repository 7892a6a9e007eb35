#include "base/program.hh"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/dispositions.hh"
#include "base/error.hh"
#include "base/printable.hh"

namespace volley {

namespace {

const char* program_name = "volley";
const char* built_name = "volley";

// Prints the exception on one line, and returns the exit status for it.
int tell(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s: %s\n", program_name, printable(error.what()).c_str());
        return static_cast<int>(error.code());
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr,
                     "%s: memory is used up; raise its limit (ulimit -v, or that of the "
                     "container), or ask for less\n",
                     program_name);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: unexpected: %s\n", program_name, printable(error.what()).c_str());
    } catch (...) {
        std::fprintf(stderr, "%s: unexpected: an exception without a text\n", program_name);
    }
    return static_cast<int>(ExitCode::failed);
}

// Ends without waiting for other threads: servers die with this process (PR_SET_PDEATHSIG).
[[noreturn]] void end_at_once() {
    const std::exception_ptr thrown = std::current_exception();
    if (thrown == nullptr) {
        std::fprintf(stderr, "%s: internal error: std::terminate; please report this\n",
                     program_name);
        std::_Exit(static_cast<int>(ExitCode::failed));
    }
    std::_Exit(tell(thrown));
}

bool is_closed(int descriptor) {
    return ::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF;
}

}  // namespace

void have_standard_descriptors() {
    // open() returns the lowest free number: in this order, that is the missing one.
    if (is_closed(STDIN_FILENO)) {
        static_cast<void>(::open("/dev/null", O_WRONLY));
    }
    for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
        if (is_closed(descriptor)) {
            static_cast<void>(::open("/dev/null", O_RDONLY));
        }
    }
}

bool is_standard_output_open() {
    const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

int run_program(const char* name, int argc, char** argv,
                int (*work)(const std::vector<std::string>& arguments)) {
    have_standard_descriptors();
    outlive_file_size_limit();
    const std::string_view path = argc > 0 ? argv[0] : name;
    const std::string_view started = path.substr(path.rfind('/') + 1);  // all of it: no slash
    built_name = name;
    program_name = started == std::string("volley-") + name ? started.data() : name;
    std::set_terminate(end_at_once);
    try {
        return work({argv + (argc > 0 ? 1 : 0), argv + argc});
    } catch (...) {
        return tell(std::current_exception());
    }
}

std::string in_own_name(const std::string& help) {
    const std::string_view built = built_name;
    std::istringstream lines(help);
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view usage = "usage: ";
        const std::size_t from = line.starts_with(usage) ? usage.size() : 0;
        const std::size_t at = std::min(line.find_first_not_of(' ', from), line.size());
        const std::size_t end = at + built.size();
        if (line.compare(at, built.size(), built) == 0 && (line[end] == ' ' || line[end] == ':')) {
            line.replace(at, built.size(), program_name);
        }
        text += line + '\n';
    }
    return text;
}

std::string own_name() {
    return program_name;
}

std::string call_of(const std::string& program) {
    std::error_code error;
    const auto own_file = std::filesystem::read_symlink("/proc/self/exe", error);
    const bool is_installed =
        !error && std::filesystem::exists(own_file.parent_path() / "volley-conform", error);
    if (!is_installed) {
        return "target/" + program;
    }
    return program == "volley" ? program : "volley-" + program;
}

}  // namespace volley
