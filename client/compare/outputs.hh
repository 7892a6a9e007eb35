// The outputs of a comparison: the screen, files, or one document on standard output.
#pragma once

#include <string>

#include "compare/analysis.hh"
#include "compare/change.hh"
#include "compare/command.hh"

namespace volley {

// Writes every requested document, and the report to the screen if standard output is free and not
// only files were requested (--tables). Throws Error if one cannot be written.
void write_outputs(const CompareCommand& command, const Analysis& analysis);
void write_outputs(const CompareCommand& command, const Change& change);

// Reports on stderr what was ignored, and what the verdict of --fail-if-slower rests on.
void report_problems(const Results& results);

// The exit status: 4 if something is slower than allowed, 1 if something that worked fails now,
// else 0. The cells concerned are listed on stderr.
[[nodiscard]] int judge_change(const CompareCommand& command, const Change& change);

}  // namespace volley
