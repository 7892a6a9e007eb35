#include "report/outputs.hh"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

#include "base/printable.hh"
#include "base/program.hh"
#include "report/classic.hh"
#include "report/csv.hh"
#include "report/hgrm.hh"
#include "report/json.hh"
#include "report/text.hh"

namespace volley {

namespace {

// Standard output takes one document, and any other document replaces the report.
bool stdout_is_taken(const Options& options) {
    return options.json == "-" || options.csv == "-" || options.hgrm == "-" || options.classic;
}

// A measurement without a single round trip has nothing to report but its failure.
bool has_figures(const MeasurementResult& result) {
    return std::any_of(result.runs.begin(), result.runs.end(),
                       [](const RunResult& run) { return run.trips.count() > 0; });
}

bool has_complete_run(const MeasurementResult& result) {
    return std::any_of(result.runs.begin(), result.runs.end(),
                       [](const RunResult& run) { return run.complete; });
}

}  // namespace

void print(const std::string& text) {
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
        throw Error(ExitCode::failed, "standard output cannot be written to",
                    "check where it goes; results in files are complete");
    }
}

Outputs::Outputs(const Options& options) : options_(options) {
    if (!is_standard_output_open() &&
        (options.classic || (!options.quiet && !stdout_is_taken(options)))) {
        throw Error(ExitCode::failed, "standard output is closed, and the report goes there",
                    "redirect it, or use --quiet with --json FILE");
    }
    if (!options.json.empty()) {
        json_ = ResultFile::open(options.json);
    }
    if (!options.csv.empty()) {
        csv_ = ResultFile::open(options.csv, ResultFile::Mode::append, csv_header());
    }
    if (!options.hgrm.empty()) {
        hgrm_ = ResultFile::open(options.hgrm, ResultFile::Mode::replace);
    }
}

Observer Outputs::observer() {
    Observer observer;
    observer.run_ended = [this](const MeasurementResult& so_far, const RunResult& run) {
        note_run(so_far, run);
    };
    if (::isatty(STDERR_FILENO) != 0 && !options_.quiet) {
        observer.tick = [this](const MeasurementResult& so_far, Duration elapsed,
                               std::optional<double> seconds_left) {
            show(so_far, elapsed, seconds_left);
        };
    }
    return observer;
}

void Outputs::note_run(const MeasurementResult& so_far, const RunResult& run) {
    try {
        if (json_) {
            json_->write(json_run_line(so_far.context, run));
        }
        if (csv_) {
            csv_->write(csv_run_row(so_far.context, run));
        }
    } catch (const Error& error) {
        // The figures are worth more than the file: measuring goes on, and the failure is reported
        // at the end.
        first_failure_ = first_failure_.empty() ? error.what() : first_failure_;
    }
}

void Outputs::show(const MeasurementResult& so_far, Duration elapsed,
                   std::optional<double> seconds_left) {
    LiveStatus status;
    status.elapsed_seconds = to_seconds(elapsed);
    status.runs_done = so_far.runs.size();
    for (const auto& run : so_far.runs) {
        status.round_trips += run.trips.count();
    }
    const std::string& statistic = so_far.context.stop_statistics.front();
    const Field* field = find_statistic(statistic);
    const auto values = values_over_runs(so_far, *field);
    if (!values.empty()) {
        const OverRuns summary = summarize_over_runs(values, so_far.context.confidence);
        status.statistic = statistic;
        status.unit = field->unit;
        status.estimate = summary.median;
        status.left_seconds = seconds_left;
    }
    live_.show(status);
}

void Outputs::finish(const MeasurementResult& result) {
    live_.erase();
    const auto attempt = [this](const auto& writing) {
        try {
            writing();
        } catch (const Error& error) {
            first_failure_ = first_failure_.empty() ? error.what() : first_failure_;
        }
    };
    attempt([&] {
        if (json_) {
            json_->write(json_measurement_line(result));
        }
    });
    attempt([&] {
        if (csv_) {
            csv_->write(csv_measurement_row(result));
        }
    });
    attempt([&] {
        // A failed measurement has no distribution, and does not replace an older one.
        if (hgrm_ && has_complete_run(result)) {
            hgrm_->write(hgrm_text(result));
        }
    });
    const std::string classic = options_.classic ? classic_line(result) : "";
    if (options_.classic && classic.empty() && result.outcome != ExitCode::failed) {
        std::fprintf(stderr,
                     "volley: --classic: fewer than two round trips have no standard deviation, so "
                     "there is no line; use longer runs (--run-time)\n");
    }
    if (options_.classic) {
        print(classic);
    } else if (!stdout_is_taken(options_) && !options_.quiet && has_figures(result)) {
        print(text_report(result));
    }
    // The other documents on stdout have no room for a warning, and without offload the figure has
    // the wrong name.
    const std::string fault = not_offloaded(result);
    if (!fault.empty() && (stdout_is_taken(options_) || options_.quiet)) {
        std::fprintf(stderr, "volley: warning: not-offloaded: %s\n", printable(fault).c_str());
    }
    if (result.outcome == ExitCode::failed || !has_figures(result)) {
        std::fprintf(stderr, "volley: %s\n", printable(result.stop_reason).c_str());
    }
    if (!first_failure_.empty()) {
        throw Error(ExitCode::failed, first_failure_);
    }
}

std::string measurement_id(const std::string& started, std::uint64_t seed) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    std::array<char, 32> random{};
    std::snprintf(random.data(), random.size(), "%08" PRIx64, (seed ^ (seed >> 32U)) & 0xffffffffU);
    return started + "-" + host.data() + "-" + random.data() + "-" + std::to_string(::getpid());
}

}  // namespace volley
