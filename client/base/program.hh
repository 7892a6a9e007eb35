// What every program does around its work, the same in each: descriptors 0 to 2 are there before
// anything else is opened, a file that may not grow is an error and no end, and whatever is thrown,
// in whichever thread, ends as one line on stderr and a status.
#pragma once

#include <string>
#include <vector>

namespace volley {

// Call it first in main, before anything opens a descriptor. A descriptor of 0 to 2 that the caller
// closed (>&-, cron, a daemon) would be given to the next file, pipe or socket, and reports and
// messages would go into that. It gets /dev/null instead, in the direction in which it is not used:
// so reading the standard input and writing to the standard output fail as if they were closed, and
// a report that nobody gets is not taken for one that was written. (glibc does the same for setuid
// programs.) Messages to a closed stderr are dropped; the status tells.
void have_standard_descriptors();

// Whether the standard output can be written to: not where the caller closed it.
[[nodiscard]] bool is_standard_output_open();

// The main of a program: runs work with the arguments after the program's name and returns its
// status. What it throws becomes one line "NAME: …" and the status of the Error, or that of
// failure. So does what a thread throws and nobody catches, at once. A program that is started as
// volley-NAME, as it is called where it is installed, calls itself so.
int run_program(const char* name, int argc, char** argv,
                int (*work)(const std::vector<std::string>& arguments));

// A help text with the name by which the program was started, where a line begins with its own.
[[nodiscard]] std::string in_own_name(const std::string& help);

// How to call another program of the project from the one that runs: "target/compare", or
// "volley-compare" where this one was started as an installed one (which volley itself cannot
// tell).
[[nodiscard]] std::string call_of(const std::string& program);

}  // namespace volley
