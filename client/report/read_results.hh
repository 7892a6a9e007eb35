// Reads result files (report/json.hh) back into the data from which every figure is computed.
//
// Only source data is taken from the file. run/result.cc recomputes the figures, so the file alone
// reproduces them. The exception is the estimates within a run, whose window histograms are not
// kept. Nothing in a file is trusted: sizes are limited, and numbers are checked for their range.
//
// A line that is not JSON was left by a killed or crashed writer; it is skipped and reported. A
// line that is JSON but not one of our records, or that has a newer schema, ends the reading with
// an Error that names file and line, because skipping it would change figures silently.
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

// The reason for these limits: a run line of 10,000 workers and a full histogram stays below 2 MB,
// and parsed data takes up to about 100 times the memory of its text.
struct ReadLimits {
    std::size_t line_bytes = std::size_t{16} << 20U;
    std::size_t values_a_line = 500'000;  // numbers, texts, objects …
    std::size_t nesting = 16;             // our own lines need 4
    std::size_t kept_runs = 8192;         // read_results() only: 115 kB each
    std::size_t reported_problems = 100;  // the others are counted
};

struct RunRecord {
    MeasurementContext context;
    RunResult run;
    int method_version = volley::method_version;  // the method that made its figures
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

// A line that was skipped.
struct ReadProblem {
    std::size_t line = 0;  // 1-based
    std::string message;   // names file and line
};

// One record at a time, so memory use does not grow with the file.
class ResultReader {
  public:
    // name: the file's, for messages. The stream must outlive the reader.
    ResultReader(std::istream& input, std::string name, const ReadLimits& limits = {});

    // The next record, or nothing at the end. Throws Error(failed) as described above, and if the
    // stream cannot be read or a limit is exceeded.
    [[nodiscard]] std::optional<Record> next();

    // The 1-based line of the record that next() returned last.
    [[nodiscard]] std::size_t line() const { return line_; }
    // The first ReadLimits::reported_problems of the problems.
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

// A result file open for reading; "-" is the standard input.
class ResultInput {
  public:
    // Throws Error(usage) if it cannot be opened.
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
    // In the order in which they first appear; runs by their number. A measurement without a
    // measurement line (killed, or still going on) has the outcome "failed" and says so in its
    // stop_reason.
    std::vector<MeasurementResult> measurements;
    std::vector<SweepRecord> sweeps;  // one per start, in the order of the file
    std::vector<ReadProblem> problems;
};

// The whole file, grouped by measurement. If a run appears twice (files joined carelessly), the
// second one is skipped and reported: it would make intervals look narrower than they are. Throws
// Error(failed) as ResultReader does, and if there is no record at all.
[[nodiscard]] ResultSet read_results(std::istream& input, const std::string& name,
                                     const ReadLimits& limits = {});
// Opens the file; "-" is the standard input. Throws Error(usage) if it cannot be opened.
[[nodiscard]] ResultSet read_results(const std::string& path, const ReadLimits& limits = {});

}  // namespace volley
