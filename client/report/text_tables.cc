// The two tables of the text report.
#include <array>
#include <utility>

#include "base/units.hh"
#include "report/layout.hh"
#include "report/text_sections.hh"
#include "report/text_values.hh"

namespace volley {

namespace {

constexpr std::size_t name_columns = 20;
constexpr std::size_t value_columns = 12;
constexpr std::size_t interval_columns = 20;
constexpr std::size_t precision_columns = 9;
constexpr std::size_t variation_columns = 14;
constexpr std::size_t mean_columns = 20;

std::string line_of(const std::string& name, const std::string& value, const std::string& interval,
                    const std::string& precision, const std::string& variation,
                    const std::string& mean) {
    std::string line = "  " + pad_right(name, name_columns) + pad_left(value, value_columns) +
                       "   " + pad_right(interval, interval_columns) +
                       pad_left(precision, precision_columns) +
                       pad_left(variation, variation_columns) + pad_left(mean, mean_columns);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

// "9.15 ± 0.12": secondary, next to the median.
std::string mean_of_runs(const OverRuns& over_runs, const Scale& scale) {
    return over_runs.t_interval ? scale.number(over_runs.mean) + " ± " +
                                      scale.number(over_runs.t_interval->high - over_runs.mean)
                                : "";
}

std::string row(const Summary& summary, const std::string& shown, std::string_view name) {
    const Figure* figure = summary.statistic(name);
    if (figure == nullptr || !figure->value) {
        return {};
    }
    const Scale scale = scale_for(figure->field->unit, *figure->value);
    const std::string value = scale.with_unit(*figure->value);
    if (figure->field->aggregate != Aggregate::median) {
        return line_of(shown, value, summary.complete > 1 ? "of all runs" : "", "", "", "");
    }
    const auto precision = Estimate{*figure->value, figure->interval}.precision();
    const auto& over_runs = figure->over_runs;
    return line_of(shown, value,
                   figure->interval ? scale.interval(*figure->interval) : "not yet known",
                   precision ? "±" + percent(*precision) : "",
                   over_runs && over_runs->variation ? percent(*over_runs->variation) : "",
                   over_runs ? mean_of_runs(*over_runs, scale) : "");
}

constexpr const char* unknown = "–";

std::string optional_time(const std::optional<double>& nanoseconds) {
    return nanoseconds ? scale_for("ns", *nanoseconds).with_unit(*nanoseconds) : unknown;
}

std::string cost_row(const Summary& summary, const std::string& side, const std::string& share) {
    constexpr std::size_t columns = 12;
    const auto total = summary.value(side + "_cpu_ns_per_round_trip");
    if (summary.complete == 0 || (side == "server" && !summary.context().server_is_ours)) {
        return {};
    }
    const auto memory = summary.value(side + "_memory_pss_bytes");
    return "  " + pad_right(side, name_columns) + pad_left(optional_time(total), columns) +
           pad_left(optional_time(summary.value(side + "_user_ns_per_round_trip")), columns) +
           pad_left(optional_time(summary.value(side + "_system_ns_per_round_trip")), columns) +
           pad_left(memory ? scale_for("bytes", *memory).with_unit(*memory) : unknown, columns) +
           "   " + share + '\n';
}

}  // namespace

std::string round_trip_table(const Summary& summary) {
    constexpr std::array<std::pair<const char*, const char*>, 9> rows{
        {{"mean", "mean"},
         {"p50", "p50"},
         {"p90", "p90"},
         {"p99", "p99"},
         {"p99 time-weighted", "p99_time_weighted"},
         {"p99.9", "p99_9"},
         {"max", "max"},
         {"round trips", "round_trips_per_second"},
         {"payload each way", "bytes_per_second"}}};
    const bool several = summary.complete > 1;
    const std::string level = format_chosen_share(summary.context().confidence) + " interval";
    std::string table =
        several ? line_of("round trip", "median", level, "", "between runs", "mean of runs ± t")
                : line_of("round trip", "this run", level, "", "", "");
    for (const auto& [shown, name] : rows) {
        table += row(summary, shown, name);
    }
    return table;
}

std::string cost_table(const Summary& summary) {
    std::string table = "  " + pad_right("CPU per round trip", name_columns) +
                        "       total        user      system memory (Pss)  of its CPUs\n";
    const auto server_share = summary.value("server_cpu_share");
    const auto worker_share = summary.value("client_worker_cpu_share_max");
    const auto busy_share = summary.value("client_worker_busy_share_max");
    std::string client = worker_share ? "busiest worker " + whole_percent(*worker_share) : "";
    if (worker_share && busy_share && *worker_share - *busy_share > 0.01) {
        client += ", " + whole_percent(*busy_share) + " without waiting";
    }
    table += cost_row(summary, "server", server_share ? whole_percent(*server_share) : "");
    return table + cost_row(summary, "client", client);
}

}  // namespace volley
