// Reads result files (report/json.hh) back into the data that every figure is made of.
//
// Only source data is taken from the file: figures are made anew by run/result.cc, so that the file
// alone reproduces them. The exception is the estimates within a run, whose window histograms are
// not kept. Nothing in a file is trusted: sizes are limited, and numbers are checked for their
// range.
//
// A line that is no JSON is what a killed or crashed writer leaves; it is passed over and reported.
// A line that is JSON but no record of ours, or one of a newer schema, ends the reading with an
// Error that names file and line, because passing it over would change figures silently.
#pragma once

#include <cstddef>
#include <fstream>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "report/sweep_record.hh"
#include "run/result.hh"

namespace volley {

// Why these: a run line of 10,000 workers and a full histogram stays below 2 MB; what is parsed
// takes up to about 100 times the memory of its text.
struct ReadLimits {
    std::size_t line_bytes = std::size_t{16} << 20U;
    std::size_t values_a_line = 500'000;  // numbers, texts, objects …
    std::size_t nesting = 16;             // a line of ours has 4
    std::size_t kept_runs = 8192;         // read_results() only: 115 kB each
    std::size_t reported_problems = 100;  // the others are counted
};

struct RunRecord {
    MeasurementContext context;
    RunResult run;
    int method_version = volley::method_version;  // by which its figures were made
};

// A figure as the measurement line states it.
struct StatedFigure {
    std::string name;
    std::optional<double> value;
    std::optional<Interval> interval;
};

struct MeasurementRecord {
    MeasurementResult result;  // without runs
    std::vector<StatedFigure> figures;
};

using Record = std::variant<RunRecord, MeasurementRecord, SweepRecord>;

// What was passed over.
struct ReadProblem {
    std::size_t line = 0;  // 1-based
    std::string message;   // names file and line
};

// One record at a time, so memory does not grow with the file.
class ResultReader {
  public:
    // name: of the file, for messages. The stream outlives the reader.
    ResultReader(std::istream& input, std::string name, const ReadLimits& limits = {});

    // The next record, or nothing at the end. Throws Error(failed) as said above, and where the
    // stream cannot be read or a limit is passed.
    [[nodiscard]] std::optional<Record> next();

    // The 1-based line of the record that next() returned last.
    [[nodiscard]] std::size_t line() const { return line_; }
    // The first ReadLimits::reported_problems of them.
    [[nodiscard]] const std::vector<ReadProblem>& problems() const { return problems_; }
    [[nodiscard]] std::size_t problem_count() const { return problem_count_; }

  private:
    [[nodiscard]] bool next_line();
    void report(const std::string& what);

    std::istream& input_;
    std::string name_;
    ReadLimits limits_;
    std::unique_ptr<char[]> buffer_;
    std::size_t length_ = 0;
    std::size_t line_ = 0;
    std::vector<ReadProblem> problems_;
    std::size_t problem_count_ = 0;
};

// A result file that is open for reading; "-" is the standard input.
class ResultInput {
  public:
    // Throws Error(usage) where it cannot be opened.
    explicit ResultInput(const std::string& path);

    [[nodiscard]] std::istream& stream();
    // For messages.
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    bool is_standard_;
    std::string name_;
    std::ifstream file_;
};

struct ResultSet {
    // In the order in which they first appear; runs by their number. One that has no measurement
    // line (killed, or still going on) has the outcome "failed" and says so in its stop_reason.
    std::vector<MeasurementResult> measurements;
    std::vector<SweepRecord> sweeps;  // one a start, in the order of the file
    std::vector<ReadProblem> problems;
};

// The whole file, grouped by measurement. A run that appears twice (files joined carelessly) is
// passed over and reported the second time: it would make intervals look narrower than they are.
// Throws Error(failed) as ResultReader does, and where there is no record at all.
[[nodiscard]] ResultSet read_results(std::istream& input, const std::string& name,
                                     const ReadLimits& limits = {});
// Opens the file; "-" is the standard input. Throws Error(usage) where it cannot be opened.
[[nodiscard]] ResultSet read_results(const std::string& path, const ReadLimits& limits = {});

}  // namespace volley
