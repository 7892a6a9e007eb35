#include "compare/facts.hh"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "host/cpu_set.hh"
#include "report/csv_text.hh"
#include "report/record_keys.hh"

namespace volley {

namespace {

std::string as_text(const std::string& value) {
    return value;
}
std::string as_text(bool value) {
    return value ? "yes" : "no";
}
std::string as_text(double value) {
    return csv_number(value);
}
template <std::integral T>
std::string as_text(T value) {
    return std::to_string(value);
}
std::string as_text(const CpuList& cpus) {
    return format_cpu_list(cpus);
}
template <typename T>
std::string as_text(const std::optional<T>& value) {
    return value ? as_text(*value) : "";
}

// Keeps facts in the order in which they first appear.
class Collector {
  public:
    void add(const std::string& key, const std::string& value) {
        const auto [at, is_new] = places_.emplace(key, facts_.size());
        if (is_new) {
            facts_.push_back({key, {}});
        }
        auto& values = facts_[at->second].values;
        if (std::find(values.begin(), values.end(), value) == values.end()) {
            values.push_back(value);
        }
    }
    [[nodiscard]] std::vector<Fact> take() { return std::move(facts_); }

  private:
    std::map<std::string, std::size_t> places_;
    std::vector<Fact> facts_;
};

constexpr const char* option_prefix = "options.";

// An option that is given twice counts as its values together.
std::map<std::string, std::string> options_of(const MeasurementContext& context) {
    std::map<std::string, std::string> options;
    for (const auto& [name, value] : context.options) {
        std::string& text = options[name];
        text += (text.empty() ? "" : " ") + value;
    }
    return options;
}

void add_context(Collector& facts, const MeasurementContext& context,
                 const std::set<std::string>& option_names) {
    facts.add("version", context.version);
    facts.add("build", context.build);
    for_each_key(context.environment,
                 [&](const char* key, const auto& value) { facts.add(key, as_text(value)); });
    facts.add("scheduling", context.scheduling);
    facts.add("keep_awake", context.keep_awake);
    facts.add("driver", context.driver);
    facts.add("workers", std::to_string(context.workers));
    facts.add("server_cpus", format_cpu_list(context.placement.server_cpus));
    facts.add("client_cpus", format_cpu_list(context.placement.client_cpus));
    facts.add("sharing", to_string(context.placement.sharing));
    const auto options = options_of(context);
    for (const auto& name : option_names) {
        const auto given = options.find(name);
        facts.add(option_prefix + name, given == options.end() ? "" : given->second);
    }
}

// Facts in which cells of a group should not differ, with the warning where they do.
struct Condition {
    const char* key;
    const char* id;
    const char* what;
    const char* remedy;
};
constexpr const char* same_machine =
    "compare only what was measured under the same conditions "
    "(one sweep does), or read the ratios as those of both";
constexpr std::array<Condition, 8> conditions{
    {{"host_name", "other-host", "hosts", same_machine},
     {"kernel", "other-kernel", "kernels", same_machine},
     {"kernel_command_line", "other-kernel", "kernel command lines", same_machine},
     {"cpu_model", "other-cpu", "CPU models", same_machine},
     {"governor", "other-governor", "frequency governors", same_machine},
     {"version", "other-version", "versions of volley", "measure all with one build of volley"},
     {"build", "other-build", "builds of volley", "measure all with one build of volley"},
     {"driver", "other-driver", "drivers of the client", "choose one with --driver"}}};

// Options in which runs may differ and be comparable all the same: what makes the cell, what says
// how many runs there are, and what waits outside the measured part.
const std::set<std::string> harmless_options{
    "clients",   "message",    "server-cores", "port",          "name",         "terminate",
    "round",     "seed",       "runs",         "min-runs",      "max-runs",     "max-time",
    "precision", "confidence", "statistic",    "ready-timeout", "stop-timeout", "connect-timeout"};

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

// Warnings by id, with how many cells each holds for.
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
            const std::string name = fact.key.substr(std::char_traits<char>::length(option_prefix));
            if (harmless_options.count(name) == 0) {
                options.push_back(name + " (" + listed(fact.values) + ")");
            }
        }
    }
    if (!options.empty()) {
        std::string text;
        for (const auto& option : options) {
            text += (text.empty() ? "" : "; ") + option;
        }
        warnings.add({"other-options",
                      "cells that are compared were measured with different options: " + text,
                      "measure all with the same options of volley"},
                     cells.size());
    }
}

// One for all cells; the first of them is the example.
void check_failures(const Analysis& analysis, Warnings& warnings) {
    std::size_t cells = 0;
    std::size_t failed = 0;
    std::string example;
    for (const auto& cell : analysis.cells()) {
        const std::size_t of_cell = cell.runs.size() - cell.complete_runs();
        if (of_cell == 0) {
            continue;
        }
        ++cells;
        failed += of_cell;
        if (example.empty()) {
            const std::string error = cell.failure();
            example = std::to_string(of_cell) + " of " + std::to_string(cell.runs.size()) + " of " +
                      cell.label + ": " + shortened(error.substr(0, error.find('\n')));
        }
    }
    if (cells > 0) {
        warnings.add({"failed-runs",
                      std::to_string(failed) + (failed == 1 ? " run" : " runs") +
                          " failed and are in no figure (" + example + ")",
                      "a server may be fast only where it does not fail: see the errors in the "
                      "result file"},
                     cells);
    }
}

}  // namespace

std::vector<Fact> facts_of(const std::vector<const Cell*>& cells) {
    std::set<std::string> option_names;
    for (const Cell* cell : cells) {
        for (const auto& context : cell->contexts) {
            for (const auto& [name, value] : context.options) {
                option_names.insert(name);
            }
        }
    }
    Collector facts;
    for (const Cell* cell : cells) {
        for (const auto& context : cell->contexts) {
            add_context(facts, context, option_names);
        }
    }
    return facts.take();
}

std::vector<FoundWarning> warnings_of(const Analysis& analysis) {
    Warnings comparability("comparability");
    Warnings after("after");
    Warnings before("before");
    for (const auto& group : analysis.groups) {
        std::vector<const Cell*> measured;
        for (const std::size_t at : group.cells) {
            if (!analysis.cells()[at].runs.empty()) {
                measured.push_back(&analysis.cells()[at]);
            }
        }
        if (measured.size() > 1) {
            compare_conditions(measured, comparability);
        }
    }
    if (analysis.results.methods > 1) {
        comparability.add({"other-method",
                           "the file holds runs of " + std::to_string(analysis.results.methods) +
                               " versions of the method, by which the same data give other figures",
                           "measure all with one version of volley"},
                          analysis.cells().size());
    }
    check_failures(analysis, comparability);
    for (const auto& cell : analysis.cells()) {
        if (cell.contexts.empty()) {
            continue;
        }
        for (const auto& warning : warnings_after(cell.facts, cell.contexts.front().placement)) {
            after.add(warning);
        }
        std::set<std::string> seen;  // several measurements of a cell have the same ones
        for (const auto& context : cell.contexts) {
            for (const auto& warning : context.warnings) {
                if (seen.insert(warning.id).second) {
                    before.add(warning);
                }
            }
        }
    }
    std::vector<FoundWarning> all;
    comparability.move_to(all);
    after.move_to(all);
    before.move_to(all);
    return all;
}

std::vector<std::string> comparability_ids() {
    std::vector<std::string> ids{"other-options", "other-method", "failed-runs"};
    for (const auto& condition : conditions) {
        if (std::find(ids.begin(), ids.end(), condition.id) == ids.end()) {
            ids.emplace_back(condition.id);
        }
    }
    return ids;
}

}  // namespace volley
