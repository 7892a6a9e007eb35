#include "compare/comparability.hh"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "base/joined.hh"
#include "compare/builds.hh"
#include "compare/facts.hh"
#include "report/text_values.hh"

namespace volley {

namespace {

// Facts that should be the same for all cells of a group, with the warning if they are not.
struct Condition {
    const char* key;
    const char* id;
    const char* what;
    const char* remedy;
};
constexpr const char* same_machine =
    "compare only what was measured under the same conditions, as in "
    "one sweep; otherwise the ratios include this difference";
constexpr std::array<Condition, 8> conditions{
    {{"host_name", "other-host", "hosts", same_machine},
     {"kernel", "other-kernel", "kernels", same_machine},
     {"kernel_command_line", "other-kernel-command-line", "kernel command lines", same_machine},
     {"cpu_model", "other-cpu", "CPU models", same_machine},
     {"governor", "other-governor", "frequency governors", same_machine},
     {"version", "other-version", "versions of volley", "measure all with one build of volley"},
     {"build", "other-build", "builds of volley", "measure all with one build of volley"},
     {"driver", "other-driver", "drivers of the client", "choose one with --driver"}}};

// Options that may differ between comparable runs: those that define the cell, set the number of
// runs, or wait outside the measured part.
const std::set<std::string> harmless_options{
    "clients",   "message",       "server-cores", "transport",      "port",
    "name",      "terminate",     "round",        "seed",           "runs",
    "min-runs",  "max-runs",      "max-time",     "precision",      "confidence",
    "statistic", "ready-timeout", "stop-timeout", "connect-timeout"};

// A transport without hosts has no --host that could differ.
bool is_harmless(const std::string& option, const std::vector<std::string>& values) {
    const auto given = std::count_if(values.begin(), values.end(),
                                     [](const std::string& value) { return !value.empty(); });
    return harmless_options.count(option) != 0 || (option == "host" && given < 2);
}

std::string shortened(const std::string& text) {
    constexpr std::size_t most = 60;
    return text.size() <= most ? text : text.substr(0, most) + "…";
}

std::string listed(const std::vector<std::string>& values) {
    constexpr std::size_t most = 3;
    std::string text;
    for (std::size_t at = 0; at < std::min(values.size(), most); ++at) {
        const std::string value = values[at].empty() ? "not given" : shortened(values[at]);
        text += (at == 0 ? "" : ", ") + value;
    }
    return values.size() > most ? text + " …" : text;
}

// Warnings by id, with the number of cells of each.
class Warnings {
  public:
    explicit Warnings(std::string scope) : scope_(std::move(scope)) {}
    void add(const Warning& warning, std::size_t cells = 1) {
        const auto found = std::find_if(found_.begin(), found_.end(), [&](const auto& entry) {
            return entry.warning.id == warning.id;
        });
        if (found == found_.end()) {
            found_.push_back({warning, cells, scope_});
        } else {
            found->cells += cells;
        }
    }
    void move_to(std::vector<FoundWarning>& all) {
        std::move(found_.begin(), found_.end(), std::back_inserter(all));
    }

  private:
    std::string scope_;
    std::vector<FoundWarning> found_;
};

void compare_conditions(const std::vector<const Cell*>& cells, Warnings& warnings) {
    std::vector<std::string> options;
    for (const auto& fact : facts_of(cells)) {
        if (fact.values.size() < 2) {
            continue;
        }
        const auto condition =
            std::find_if(conditions.begin(), conditions.end(),
                         [&](const Condition& entry) { return entry.key == fact.key; });
        if (condition != conditions.end()) {
            warnings.add({condition->id,
                          "cells that are compared were measured with " +
                              std::to_string(fact.values.size()) + " different " + condition->what +
                              ": " + listed(fact.values),
                          condition->remedy},
                         cells.size());
        } else if (fact.key.starts_with(option_prefix)) {
            const std::string name = fact.key.substr(option_prefix.size());
            if (!is_harmless(name, fact.values)) {
                options.push_back(name + " (" + listed(fact.values) + ")");
            }
        }
    }
    if (!options.empty()) {
        warnings.add({"other-options",
                      "cells that are compared were measured with different options: " +
                          joined(options, "; "),
                      "measure all with the same options"},
                     cells.size());
    }
}

// One for all cells; the first serves as the example.
void check_failures(const std::vector<const Cell*>& cells_shown, Warnings& warnings) {
    std::size_t cells = 0;
    std::size_t failed = 0;
    std::string example;
    for (const Cell* cell : cells_shown) {
        const std::size_t of_cell = cell->runs.size() - cell->complete_runs();
        if (of_cell == 0) {
            continue;
        }
        ++cells;
        failed += of_cell;
        if (example.empty()) {
            const std::string error = cell->failure();
            example = std::to_string(of_cell) + " of " + std::to_string(cell->runs.size()) +
                      " of " + cell->label + ": " + shortened(error.substr(0, error.find('\n')));
        }
    }
    if (cells > 0) {
        warnings.add(
            {"failed-runs",
             counted_plainly(failed, "run") + " failed (" + example +
                 "); failed runs are in no figure",
             "a server may look faster because its slow runs failed: see the errors in the "
             "result file"},
            cells);
    }
}

}  // namespace

std::vector<FoundWarning> find_warnings(const std::vector<std::vector<const Cell*>>& compared,
                                        const std::vector<std::vector<const Cell*>>& sides,
                                        std::size_t methods) {
    std::vector<FoundWarning> found;
    std::vector<const Cell*> all;
    for (const auto& cells : sides) {
        all.insert(all.end(), cells.begin(), cells.end());
        const auto mixed = mixed_builds(cells);
        found.insert(found.end(), mixed.begin(), mixed.end());
    }
    Warnings comparability("comparability");
    for (const auto& cells : compared) {
        compare_conditions(cells, comparability);
    }
    if (methods > 1) {
        comparability.add(
            {"other-method",
             "the runs were made by " + std::to_string(methods) +
                 " versions of the method, which give different figures for the same data",
             "measure all with one version of volley"},
            all.size());
    }
    check_failures(all, comparability);
    Warnings after("after");
    Warnings before("before");
    for (const Cell* cell : all) {
        if (cell->contexts.empty()) {
            continue;
        }
        for (const auto& warning : warnings_after(cell->facts, cell->contexts.front().placement)) {
            after.add(warning);
        }
        std::set<std::string> seen;  // several measurements of a cell have the same ones
        for (const auto& context : cell->contexts) {
            for (const auto& warning : context.warnings) {
                if (seen.insert(warning.id).second) {
                    before.add(warning);
                }
            }
        }
    }
    comparability.move_to(found);
    after.move_to(found);
    before.move_to(found);
    return found;
}

std::vector<FoundWarning> warnings_of(const Analysis& analysis) {
    std::vector<std::vector<const Cell*>> compared;
    for (const auto& group : analysis.groups) {
        std::vector<const Cell*> measured;
        for (const std::size_t at : group.cells) {
            if (!analysis.cells()[at].runs.empty()) {
                measured.push_back(&analysis.cells()[at]);
            }
        }
        if (measured.size() > 1) {
            compared.push_back(std::move(measured));
        }
    }
    return find_warnings(compared, {pointers_to(analysis.cells())}, analysis.results.methods);
}

bool is_about_verdicts(const FoundWarning& found) {
    constexpr std::array<std::string_view, 5> ids{"client-is-the-bottleneck", "cpus-shared",
                                                  "smt-siblings-shared", "not-offloaded",
                                                  "server-not-restarted"};
    return found.scope == "comparability" ||
           std::find(ids.begin(), ids.end(), found.warning.id) != ids.end();
}

std::vector<std::string> comparability_ids() {
    std::vector<std::string> ids{"other-options", "other-method", "other-server-build",
                                 "failed-runs"};
    for (const auto& condition : conditions) {
        if (std::find(ids.begin(), ids.end(), condition.id) == ids.end()) {
            ids.emplace_back(condition.id);
        }
    }
    return ids;
}

}  // namespace volley
