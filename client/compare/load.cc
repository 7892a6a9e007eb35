#include "compare/load.hh"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hh"
#include "compare/builds.hh"
#include "report/read_results.hh"
#include "run/verdict.hh"

namespace volley {

namespace {

// Sorts records into cells as they arrive.
class Loader {
  public:
    Loader(Results& results, Detail detail) : results_(results), detail_(detail) {}

    // False if the run is already there.
    [[nodiscard]] bool add(RunRecord record);
    void add(const SweepRecord& sweep);
    void finish(double confidence);

  private:
    Cell& cell_of(const CellKey& key);
    std::size_t context_of(Cell& cell, MeasurementContext&& context);

    Results& results_;
    Detail detail_;
    std::map<CellKey, std::size_t> places_;
    std::map<std::pair<std::size_t, std::string>, std::size_t> contexts_;  // by cell and id
    std::set<std::pair<std::string, std::size_t>> seen_;  // by measurement and number
    std::set<int> methods_;
    std::string experiment_;
    std::vector<SweepCell> skipped_;
};

Cell& Loader::cell_of(const CellKey& key) {
    const auto [at, is_new] = places_.emplace(key, results_.cells.size());
    if (is_new) {
        results_.cells.emplace_back().key = key;
    }
    return results_.cells[at->second];
}

std::size_t Loader::context_of(Cell& cell, MeasurementContext&& context) {
    const auto place = static_cast<std::size_t>(&cell - results_.cells.data());
    const auto [at, is_new] = contexts_.emplace(std::pair(place, context.id), cell.contexts.size());
    if (is_new) {
        RunFacts& facts = cell.facts;
        facts.clock_reading_ns =
            std::max(facts.clock_reading_ns, context.calibration.clock_reading_ns);
        facts.longest_clock_gap_ns =
            std::max(facts.longest_clock_gap_ns, context.calibration.clock_gap_longest_ns);
        facts.server_is_ours = facts.server_is_ours && context.server_is_ours;
        cell.contexts.push_back(std::move(context));
    }
    return at->second;
}

bool Loader::add(RunRecord record) {
    if (!seen_.emplace(record.context.id, record.run.number).second) {
        return false;
    }
    methods_.insert(record.method_version);
    Cell& cell = cell_of(key_of(record.context));
    MeasuredRun run{.experiment = experiment_,
                    .round = record.context.round,
                    .number = record.run.number,
                    .started = std::move(record.run.started),
                    .complete = record.run.complete && record.run.trips.count() > 0,
                    .error = std::move(record.run.error),
                    .measured_seconds = record.run.measured_seconds,
                    .warmup_seconds = record.run.warmup_seconds};
    run.context = context_of(cell, std::move(record.context));
    add_build(cell.builds, record.run.server_fingerprint);
    add_run_facts(cell.facts, record.run);
    cell.offload.push_back(record.run.offload);
    if (run.complete) {
        run.figures = figures_of(record.run);
    }
    if (detail_ == Detail::tables) {
        run.windows = std::move(record.run.windows);
        if (run.complete && cell.pooled) {
            cell.pooled->merge(record.run.trips);
        } else if (run.complete) {
            cell.pooled = std::move(record.run.trips);
        }
    }
    cell.runs.push_back(std::move(run));
    return true;
}

void Loader::add(const SweepRecord& sweep) {
    experiment_ = sweep.id;
    const std::string seed = std::to_string(sweep.seed);
    if (std::find(results_.seeds.begin(), results_.seeds.end(), seed) == results_.seeds.end()) {
        results_.seeds.push_back(seed);
    }
    for (const auto& cell : sweep.cells) {
        if (!cell.skipped.empty()) {
            skipped_.push_back(cell);
        }
    }
}

// A cell skipped at one start and measured at another counts as measured.
void add_skipped(Results& results, const std::vector<SweepCell>& skipped) {
    const auto swept = swept_factors();
    for (const auto& absent : skipped) {
        const auto is_same = [&](const Cell& cell) {
            return std::all_of(swept.begin(), swept.end(), [&](const Factor* factor) {
                return cell.key[*factor] == absent.key[*factor];
            });
        };
        const auto found = std::find_if(results.cells.begin(), results.cells.end(), is_same);
        if (found == results.cells.end()) {
            Cell& cell = results.cells.emplace_back();
            cell.key = absent.key;
            cell.skipped = absent.skipped;
        } else if (found->runs.empty()) {
            found->skipped = absent.skipped;
        }
    }
}

// Over the whole file, so that a plot can show the order of runs.
void number_by_start(std::vector<Cell>& cells) {
    std::vector<MeasuredRun*> all;
    for (auto& cell : cells) {
        for (auto& run : cell.runs) {
            all.push_back(&run);
        }
    }
    std::stable_sort(all.begin(), all.end(), [](const MeasuredRun* a, const MeasuredRun* b) {
        return a->started < b->started;
    });
    for (std::size_t order = 0; order < all.size(); ++order) {
        all[order]->order = order + 1;
    }
    for (auto& cell : cells) {
        std::sort(cell.runs.begin(), cell.runs.end(),
                  [](const MeasuredRun& a, const MeasuredRun& b) { return a.order < b.order; });
    }
}

void summarize(Cell& cell, double confidence) {
    std::vector<RunFigures> complete;
    for (const auto& run : cell.runs) {
        if (run.complete) {
            complete.push_back(run.figures);
        }
    }
    cell.facts.single_run = complete.size() == 1;
    cell.facts.not_offloaded = not_offloaded(cell.offload);
    if (complete.empty()) {
        return;
    }
    cell.figures = figures(complete, confidence);
    for (const char* name : {"mean", "p50"}) {
        const Figure* const figure = cell.figure(*find_statistic(name));
        if (figure->over_runs) {
            cell.facts.drift_over_runs = cell.facts.drift_over_runs || figure->over_runs->drift;
            cell.facts.bimodal = cell.facts.bimodal || figure->over_runs->bimodal.has_value();
        }
    }
}

void Loader::finish(double confidence) {
    add_skipped(results_, skipped_);
    number_by_start(results_.cells);
    for (auto& cell : results_.cells) {
        summarize(cell, confidence);
    }
    results_.methods = methods_.size();
    results_.method = methods_.empty() ? 0 : static_cast<std::size_t>(*methods_.rbegin());
}

}  // namespace

std::size_t Results::runs() const {
    std::size_t count = 0;
    for (const auto& cell : cells) {
        count += cell.runs.size();
    }
    return count;
}

std::size_t Results::complete_runs() const {
    std::size_t count = 0;
    for (const auto& cell : cells) {
        count += cell.complete_runs();
    }
    return count;
}

Results load_results(std::istream& input, const std::string& name, Detail detail,
                     double confidence) {
    Results results{.file = name};
    Loader loader(results, detail);
    ResultReader reader(input, name);
    std::vector<std::string> repeated;
    std::size_t runs = 0;
    while (auto record = reader.next()) {
        if (const auto* const sweep = std::get_if<SweepRecord>(&*record)) {
            loader.add(*sweep);
        } else if (auto* const run = std::get_if<RunRecord>(&*record)) {
            const std::string who =
                "run " + std::to_string(run->run.number) + " of measurement " + run->context.id;
            ++runs;
            if (!loader.add(std::move(*run))) {
                repeated.push_back(name + ":" + std::to_string(reader.line()) + ": " + who +
                                   " occurs twice; the second one was ignored");
            }
        }
    }
    if (runs == 0) {
        throw Error(ExitCode::failed, name + " holds no run of volley",
                    "give a file that was written with --json or by a sweep");
    }
    for (const auto& problem : reader.problems()) {
        results.problems.push_back(problem.message);
    }
    if (reader.problem_count() > reader.problems().size()) {
        results.problems.push_back(
            name + ": " + std::to_string(reader.problem_count() - reader.problems().size()) +
            " more lines were ignored");
    }
    results.problems.insert(results.problems.end(), repeated.begin(), repeated.end());
    loader.finish(confidence);
    return results;
}

Results load_results(const std::string& path, Detail detail, double confidence) {
    ResultInput input(path);
    return load_results(input.stream(), input.name(), detail, confidence);
}

}  // namespace volley
