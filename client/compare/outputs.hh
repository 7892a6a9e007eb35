// Where a comparison goes: the screen, files, or the standard output as one document.
#pragma once

#include <string>

#include "compare/analysis.hh"
#include "compare/change.hh"
#include "compare/command.hh"

namespace volley {

// Every document that was asked for; the report on the screen where standard output is free and
// nobody asked for files alone (--tables). Throws Error where one cannot be written.
void write_outputs(const CompareCommand& command, const Analysis& analysis);
void write_outputs(const CompareCommand& command, const Change& change);

// What was passed over, and what the verdict of --fail-if-slower rests on: to stderr.
void report_problems(const Results& results);

// The exit status: 4 where something is slower than allowed, 1 where something that worked fails
// now, else 0; each with its cells on stderr.
[[nodiscard]] int judge_change(const CompareCommand& command, const Change& change);

}  // namespace volley
