#include "report/csv.hh"

#include <algorithm>
#include <utility>

#include "host/cpu_set.hh"
#include "report/csv_text.hh"
#include "report/record_keys.hh"

namespace volley {

namespace {

bool has_interval(const Field& field) {
    return field.aggregate == Aggregate::median;
}

// The contents of the columns before the figures; rows of runs and of measurements differ in only a
// few of them.
struct Row {
    std::string kind;
    std::string started;
    std::string run;       // number of the run; of a measurement: how many runs there were
    std::string complete;  // true or false; of a measurement: how many were complete
    std::string outcome;
    std::string reason;  // why the run failed; why the measurement stopped
    std::string scope;
    std::string offload;  // the verdict; of a measurement: "offloaded" where all runs were
};

using Columns = std::vector<std::pair<const char*, std::string>>;

Columns leading_columns(const MeasurementContext& context, const Row& row) {
    return {{"kind", row.kind},
            {"measurement", context.id},
            {"round", std::to_string(context.round)},
            {"started", row.started},
            {"server", context.server_name},
            {"server_is_ours", context.server_is_ours ? "true" : "false"},
            {"connections", std::to_string(context.connections)},
            {"workers", std::to_string(context.workers)},
            {"driver", context.driver},
            {"transport", context.transport},
            {"message_bytes", std::to_string(context.message_bytes)},
            {"server_cpus", format_cpu_list(context.placement.server_cpus)},
            {"client_cpus", format_cpu_list(context.placement.client_cpus)},
            {"sharing", to_string(context.placement.sharing)},
            {"confidence", csv_number(context.confidence)},
            {"run", row.run},
            {"complete", row.complete},
            {"outcome", row.outcome},
            {"reason", row.reason},
            {"scope", row.scope},
            {"offload", row.offload}};
}

// values: one a field, in table order.
std::string row_of(const MeasurementContext& context, const Row& row,
                   const std::vector<Figure>& values) {
    std::string line;
    for (const auto& [name, value] : leading_columns(context, row)) {
        line += (line.empty() ? "" : ",") + csv_text(value);
    }
    for (const auto& figure : values) {
        line += "," + csv_number(figure.value);
        if (has_interval(*figure.field)) {
            const auto& interval = figure.interval;
            line += "," + csv_number(interval ? std::optional(interval->low) : std::nullopt);
            line += "," + csv_number(interval ? std::optional(interval->high) : std::nullopt);
        }
    }
    return line + '\n';
}

std::string offload_over_runs(const MeasurementResult& result) {
    if (const std::string fault = not_offloaded(result); !fault.empty()) {
        return "not offloaded " + fault;
    }
    return !result.runs.empty() && result.runs.back().offload ? std::string(offloaded) : "";
}

}  // namespace

std::string csv_header() {
    std::string line;
    for (const auto& [name, value] : leading_columns({}, {})) {
        line += (line.empty() ? "" : ",") + std::string(name);
    }
    for (const auto& field : fields()) {
        const std::string name(field.name);
        line += "," + name;
        if (has_interval(field)) {
            line += "," + name + "_low," + name + "_high";
        }
    }
    return line + '\n';
}

std::string csv_run_row(const MeasurementContext& context, const RunResult& run) {
    std::vector<Figure> values;
    for (const auto& field : fields()) {
        Figure& figure = values.emplace_back();
        figure.field = &field;
        figure.value = field.of_run(run);
        const auto estimate = field.within_run != nullptr ? field.within_run(run) : std::nullopt;
        figure.interval = estimate ? estimate->interval : std::nullopt;
    }
    const char* const complete = run.complete ? "true" : "false";
    return row_of(context,
                  {.kind = "run",
                   .started = run.started,
                   .run = std::to_string(run.number),
                   .complete = complete,
                   .outcome = run.complete ? "complete" : "failed",
                   .reason = run.error,
                   .scope = "within_run",
                   .offload = run.offload.value_or("")},
                  values);
}

std::string csv_measurement_row(const MeasurementResult& result) {
    const auto complete = std::count_if(result.runs.begin(), result.runs.end(),
                                        [](const auto& run) { return run.complete; });
    return row_of(result.context,
                  {.kind = "measurement",
                   .started = result.context.started,
                   .run = std::to_string(result.runs.size()),
                   .complete = std::to_string(complete),
                   .outcome = std::string(name_of(result.outcome)),
                   .reason = result.stop_reason,
                   .scope = complete == 1 ? "within_run" : "over_runs",
                   .offload = offload_over_runs(result)},
                  figures(result));
}

}  // namespace volley
