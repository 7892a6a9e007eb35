// Groups records by measurement: the second half of read_results.hh.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "report/read_results.hh"

namespace volley {

namespace {

// Adds records to measurements as they arrive.
class Grouping {
  public:
    explicit Grouping(ResultSet& set) : set_(set) {}

    // False if the run is already there.
    [[nodiscard]] bool add(RunRecord record) {
        if (!runs_seen_.emplace(record.context.id, record.run.number).second) {
            return false;
        }
        MeasurementResult& result = measurement(record.context);
        result.runs.push_back(std::move(record.run));
        return true;
    }
    void add(MeasurementRecord record) {
        MeasurementResult& result = measurement(record.result.context);
        record.result.runs = std::move(result.runs);
        result = std::move(record.result);
    }
    [[nodiscard]] std::size_t runs() const { return runs_seen_.size(); }

  private:
    MeasurementResult& measurement(const MeasurementContext& context) {
        const auto [at, is_new] = place_.emplace(context.id, set_.measurements.size());
        if (is_new) {
            MeasurementResult& result = set_.measurements.emplace_back();
            result.context = context;
            result.stop_reason = "the measurement did not end: its last line is missing";
        }
        return set_.measurements[at->second];
    }

    ResultSet& set_;
    std::unordered_map<std::string, std::size_t> place_;
    std::set<std::pair<std::string, std::size_t>> runs_seen_;
};

}  // namespace

ResultSet read_results(std::istream& input, const std::string& name, const ReadLimits& limits) {
    ResultSet set;
    Grouping grouping(set);
    ResultReader reader(input, name, limits);
    std::vector<ReadProblem> repeated;
    while (auto record = reader.next()) {
        if (auto* const measurement = std::get_if<MeasurementRecord>(&*record)) {
            grouping.add(std::move(*measurement));
            continue;
        }
        if (auto* const sweep = std::get_if<SweepRecord>(&*record)) {
            set.sweeps.push_back(std::move(*sweep));
            continue;
        }
        RunRecord& run = std::get<RunRecord>(*record);
        const std::string who =
            "run " + std::to_string(run.run.number) + " of measurement " + run.context.id;
        if (grouping.runs() == limits.kept_runs) {
            throw Error(ExitCode::failed,
                        name + ":" + std::to_string(reader.line()) + ": more than " +
                            std::to_string(limits.kept_runs) + " runs",
                        "split the file by measurement");
        }
        if (!grouping.add(std::move(run)) && repeated.size() < limits.reported_problems) {
            repeated.push_back({reader.line(), name + ":" + std::to_string(reader.line()) + ": " +
                                                   who +
                                                   " occurs twice; the second one was ignored"});
        }
    }
    if (set.measurements.empty()) {
        throw Error(ExitCode::failed, name + " holds no result of volley",
                    "give a file that was written with --json");
    }
    for (auto& measurement : set.measurements) {
        std::stable_sort(measurement.runs.begin(), measurement.runs.end(),
                         [](const auto& a, const auto& b) { return a.number < b.number; });
    }
    set.problems = reader.problems();
    set.problems.insert(set.problems.end(), repeated.begin(), repeated.end());
    return set;
}

ResultSet read_results(const std::string& path, const ReadLimits& limits) {
    ResultInput input(path);
    return read_results(input.stream(), input.name(), limits);
}

}  // namespace volley
