#include "report/json.hh"

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/record_keys.hh"

namespace volley {

namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json as_json(const T& value);

template <typename T>
Json as_json(const std::optional<T>& value) {
    return value ? as_json(*value) : Json(nullptr);
}

// Several settings with the same name (an option given twice) are kept in an array.
Json as_json(const std::vector<Setting>& settings) {
    Json object = Json::object();
    for (const auto& [name, value] : settings) {
        if (!object.contains(name)) {
            object[name] = value;
        } else if (object[name].is_array()) {
            object[name].push_back(value);
        } else {
            object[name] = Json::array({object[name], value});
        }
    }
    return object;
}

// By file. Nothing is known about a server that the client did not start.
Json as_json(const Fingerprint& fingerprint) {
    Json object = fingerprint.empty() ? Json(nullptr) : Json::object();
    for (const auto& [file, hash] : fingerprint) {
        object[file] = hash;
    }
    return object;
}

template <typename T>
Json as_json(const std::vector<T>& values) {
    if constexpr (Columnar<T>) {
        Json columns = Json::object();
        for (const T& value : values) {
            for_each_key(value, [&](const char* key, const auto& member) {
                columns[key].push_back(as_json(member));
            });
        }
        return columns;
    } else {
        Json array = Json::array();
        for (const T& value : values) {
            array.push_back(as_json(value));
        }
        return array;
    }
}

template <typename T>
void add_keys(Json& object, const T& data) {
    for_each_key(data, [&](const char* key, const auto& member) { object[key] = as_json(member); });
}

template <typename T>
Json as_json(const T& value) {
    if constexpr (Keyed<const T>) {
        Json object = Json::object();
        add_keys(object, value);
        return object;
    } else if constexpr (std::same_as<T, Sharing>) {
        return to_string(value);
    } else {
        return value;
    }
}

Json histogram_json(const Histogram& trips) {
    Json object = Json::object();
    add_keys(object, Histogram::Exact{trips.minimum(), trips.maximum(), trips.sum(),
                                      trips.sum_of_squares()});
    Json buckets = Json::array();
    Json counts = Json::array();
    for (const auto& [bucket, count] : trips.sparse()) {
        buckets.push_back(bucket);
        counts.push_back(count);
    }
    object["bucket"] = std::move(buckets);
    object["trips"] = std::move(counts);
    return object;
}

Json run_figures(const RunResult& run) {
    Json all = Json::object();
    for (const auto& field : fields()) {
        Json figure = {{"value", as_json(field.of_run(run))}};
        const auto estimate = field.within_run != nullptr ? field.within_run(run) : std::nullopt;
        if (estimate) {
            figure["within_run_point"] = estimate->point;
        }
        if (estimate && estimate->interval) {
            figure["within_run_low"] = estimate->interval->low;
            figure["within_run_high"] = estimate->interval->high;
        }
        all[std::string(field.name)] = std::move(figure);
    }
    return all;
}

const char* name_of(Aggregate aggregate) {
    switch (aggregate) {
        case Aggregate::sum:
            return "sum";
        case Aggregate::minimum:
            return "minimum";
        case Aggregate::maximum:
            return "maximum";
        case Aggregate::median:
            break;
    }
    return "median";
}

// Secondary figures over the runs, in addition to the median, and flags.
void add_over_runs(Json& figure, const OverRuns& over_runs) {
    figure["mean"] = over_runs.mean;
    if (over_runs.t_interval) {
        figure["t_low"] = over_runs.t_interval->low;
        figure["t_high"] = over_runs.t_interval->high;
    }
    figure["variation"] = as_json(over_runs.variation);
    figure["lag1"] = as_json(over_runs.lag1);
    figure["drift"] = over_runs.drift;
    if (over_runs.bimodal) {
        figure["bimodal"] = {{"in_first", over_runs.bimodal->in_first},
                             {"first", over_runs.bimodal->first},
                             {"second", over_runs.bimodal->second}};
    }
    figure["runs_holding_excess"] = over_runs.runs_holding_excess;
}

Json measurement_figures(const MeasurementResult& result, std::size_t complete) {
    Json all = Json::object();
    for (const auto& figure : figures(result)) {
        Json entry = {{"unit", figure.field->unit},
                      {"aggregate", name_of(figure.field->aggregate)},
                      {"value", as_json(figure.value)}};
        if (figure.interval) {
            entry["low"] = figure.interval->low;
            entry["high"] = figure.interval->high;
            entry["scope"] = complete == 1 ? "within_run" : "over_runs";
        }
        if (figure.over_runs) {
            add_over_runs(entry, *figure.over_runs);
        }
        all[std::string(figure.field->name)] = std::move(entry);
    }
    return all;
}

Json begin_line(const char* kind) {
    return {{"schema", "volley"},
            {"schema_version", result_schema_version},
            {"method_version", method_version},
            {"kind", kind}};
}

std::string as_line(const Json& line) {
    return line.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string json_run_line(const MeasurementContext& context, const RunResult& run) {
    Json line = begin_line("run");
    add_keys(line, context);
    line["load"] = "closed";
    add_keys(line, run);
    line["figures"] = run_figures(run);
    line["histogram"] = histogram_json(run.trips);
    return as_line(line);
}

std::string json_measurement_line(const MeasurementResult& result) {
    std::size_t complete = 0;
    for (const auto& run : result.runs) {
        complete += run.complete ? 1 : 0;
    }
    Json line = begin_line("measurement");
    add_keys(line, result.context);
    line["load"] = "closed";
    line["outcome"] = name_of(result.outcome);
    line["exit_status"] = static_cast<int>(result.outcome);
    line["converged"] = result.outcome == ExitCode::precision_reached;
    line["runs"] = result.runs.size();
    line["runs_complete"] = complete;
    add_keys(line, result);
    line["figures"] = measurement_figures(result, complete);
    return as_line(line);
}

std::string json_sweep_line(const SweepRecord& sweep) {
    Json line = begin_line("sweep");
    add_keys(line, sweep);
    line["plan"]["runs"] = sweep.plan.runs ? Json(*sweep.plan.runs) : Json("auto");
    return as_line(line);
}

}  // namespace volley
