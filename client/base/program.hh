// What every program of the project does around its work: it opens descriptors 0 to 2 before
// anything else, treats a file that cannot grow as an error, and turns any exception, in any
// thread, into one line on stderr and an exit status.
#pragma once

#include <string>
#include <vector>

namespace volley {

// Call it first in main, before anything opens a descriptor. If the caller closed one of the
// descriptors 0 to 2 (>&-, cron, a daemon), the next file, pipe or socket would get its number, and
// reports and messages would go there. It gets /dev/null instead, opened in the unused direction.
// Reading standard input and writing standard output then still fail, so a lost report is not
// mistaken for a written one. (glibc does the same for setuid programs.) Messages to a closed
// stderr are dropped; the exit status remains.
void have_standard_descriptors();

// Whether standard output can be written to; false if the caller closed it.
[[nodiscard]] bool is_standard_output_open();

// The main of a program: runs work with the arguments after the program's name and returns its
// status. An exception becomes one line "NAME: …" and the status of the Error, or that of failure.
// An uncaught exception in another thread does the same at once. An installed program, started as
// volley-NAME, calls itself by that name.
int run_program(const char* name, int argc, char** argv,
                int (*work)(const std::vector<std::string>& arguments));

// The help text with the program's built-in name, at the beginning of a line, replaced by the name
// under which it was started.
[[nodiscard]] std::string in_own_name(const std::string& help);

// The name under which this program was started: "sweep", or "volley-sweep" if installed.
[[nodiscard]] std::string own_name();

// How the user calls another program of the project: "target/compare", or "volley-compare" if this
// one is installed, which shows by the installed names beside it.
[[nodiscard]] std::string call_of(const std::string& program);

}  // namespace volley
