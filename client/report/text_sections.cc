#include "report/text_sections.hh"

#include <algorithm>

#include "base/units.hh"
#include "host/cpu_set.hh"
#include "report/layout.hh"
#include "report/text_values.hh"

namespace volley {

namespace {

// If there are more failed runs than this, the rest are only counted.
constexpr std::size_t listed_failures = 3;

std::string section(const char* name, const std::string& text) {
    return wrap("  " + pad_right(name, 11), printable(text), report_columns);
}

std::string places(const CpuList& cpus, const std::vector<int>& nodes, const char* otherwise) {
    if (cpus.empty()) {
        return otherwise;
    }
    std::string text = (cpus.size() == 1 ? "CPU " : "CPUs ") + format_cpu_list(cpus);
    if (!nodes.empty()) {
        text += (nodes.size() == 1 ? " of node " : " of nodes ") + format_cpu_list(nodes);
    }
    return text;
}

std::string sharing_text(Sharing sharing) {
    switch (sharing) {
        case Sharing::none:
            return "server and client share no CPU";
        case Sharing::smt_siblings:
            return "server and client share cores (SMT siblings)";
        case Sharing::some_cpus:
            return "server and client SHARE CPUs";
        case Sharing::unknown:
            break;
    }
    return "whether server and client share CPUs is not known";
}

std::string server_text(const Summary& summary) {
    const auto& context = summary.context();
    if (!context.server_is_ours) {
        return "already running" +
               (context.server_host.empty() ? std::string() : " at " + context.server_host) +
               ", not placed, not restarted; restart variance not included";
    }
    std::string text =
        places(context.placement.server_cpus, context.placement.server_nodes, "not pinned");
    if (const auto threads = summary.value("server_threads"); threads && *threads > 0) {
        text += ", " + counted(static_cast<std::size_t>(*threads), "thread");
    }
    if (const auto& runs = summary.result.runs; !runs.empty() && runs.back().offload) {
        text += not_offloaded(summary.result).empty() ? ", offloaded" : ", NOT OFFLOADED";
    }
    text += ", a new process for each run:";
    for (const auto& word : context.server_command) {
        text += " " + word;
    }
    return text;
}

std::string client_text(const MeasurementContext& context) {
    std::string text =
        places(context.placement.client_cpus, context.placement.client_nodes, "not pinned") + ", " +
        counted(context.workers, "worker") + ", driver " + context.driver + "; " +
        sharing_text(context.placement.sharing);
    if (context.scheduling == "fifo") {
        text += "; SCHED_FIFO";
    }
    if (!context.keep_awake.empty()) {
        text += "; CPUs kept awake by " + context.keep_awake;
    }
    return text;
}

std::string machine_text(const Summary& summary) {
    const Environment& machine = summary.context().environment;
    std::string text = machine.host_name + ", Linux " + machine.kernel + ", " + machine.cpu_model +
                       ", " +
                       counted(static_cast<std::size_t>(std::max(machine.online_cpus, 0)), "CPU");
    if (machine.virtualization && *machine.virtualization != "none") {
        text += ", " + *machine.virtualization;
    }
    if (machine.governor) {
        text += ", governor " + *machine.governor;
    }
    if (machine.other_load) {
        text += ", other load " + scale_for("", *machine.other_load).number(*machine.other_load) +
                " CPU";
    }
    const auto steal = summary.value("steal_share");
    return text + (steal && *steal >= 0.001 ? ", steal " + percent(*steal) : "");
}

std::string runs_text(const Summary& summary) {
    const std::size_t done = summary.result.runs.size();
    std::string text = std::to_string(summary.complete) + " of " + std::to_string(done) +
                       " complete, " + std::to_string(done - summary.complete) + " failed";
    if (summary.complete > 0) {
        const double measured = *summary.value("measured_seconds");
        text += "; each " + seconds_text(measured / static_cast<double>(summary.complete)) +
                " after " + seconds_text(summary.value("warmup_seconds").value_or(0)) +
                " of warm-up; " + format_count(summary.value("round_trips").value_or(0)) +
                " round trips";
    }
    text += "; " + seconds_text(summary.result.elapsed_seconds) + " in total";
    if (summary.result.optimal_run_seconds) {
        text += "; hint: runs of " + seconds_text(*summary.result.optimal_run_seconds) +
                " would reach this precision fastest";
    }
    return text;
}

std::string floors_text(const MeasurementContext& context) {
    const Calibration& found = context.calibration;
    return "clock " + format_nanoseconds(found.clock_reading_ns) + " (gaps up to " +
           format_nanoseconds(found.clock_gap_longest_ns) + "), null round trip " +
           format_nanoseconds(found.null_round_trip_ns) + "; reported, never subtracted";
}

// The values of the statistics are in ns; only stop statistics are judged.
std::string flag(const std::string& text) {
    return wrap("  flag: ", text, report_columns);
}

std::string within_run_flags(const Summary& summary) {
    std::size_t drift = 0;
    std::size_t tail = 0;
    for (const auto& run : summary.result.runs) {
        drift += run.complete && run.flags.drift ? 1 : 0;
        tail += run.complete && run.flags.tail_dominated ? 1 : 0;
    }
    const std::string of = " of " + std::to_string(summary.complete);
    std::string text = drift > 0 ? "drift in " + std::to_string(drift) + of : "";
    if (tail > 0) {
        text +=
            (text.empty() ? "" : ", ") + ("dominated by the tail in " + std::to_string(tail)) + of;
    }
    return text.empty() ? "" : flag("within runs: " + text);
}

}  // namespace

Summary::Summary(const MeasurementResult& measured)
    : result(measured),
      all(figures(measured)),
      complete(
          static_cast<std::size_t>(std::count_if(measured.runs.begin(), measured.runs.end(),
                                                 [](const auto& run) { return run.complete; }))),
      stop_statistics(measured.context.stop_statistics) {
    if (stop_statistics.empty()) {
        stop_statistics = {"mean", "p50"};
    }
}

const Figure* Summary::statistic(std::string_view name) const {
    const Field* field = find_statistic(name);
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto& figure) { return figure.field == field; });
    return found == all.end() ? nullptr : &*found;
}

std::optional<double> Summary::value(std::string_view name) const {
    const Figure* figure = statistic(name);
    return figure != nullptr ? figure->value : std::nullopt;
}

std::string circumstances(const Summary& summary) {
    return section("server", server_text(summary)) +
           section("client", client_text(summary.context())) +
           section("machine", machine_text(summary)) + section("runs", runs_text(summary)) +
           section("floors", floors_text(summary.context()));
}

std::string flags_text(const Summary& summary) {
    std::string text;
    for (const auto& name : summary.stop_statistics) {
        const Figure* figure = summary.statistic(name);
        if (figure == nullptr || !figure->over_runs) {
            continue;
        }
        const OverRuns& over_runs = *figure->over_runs;
        if (over_runs.drift && over_runs.lag1) {
            text += flag("drift over runs: " + name + " has a lag-1 autocorrelation of " +
                         scale_for("", *over_runs.lag1).number(*over_runs.lag1) +
                         ", so the figure may differ at another time");
        }
        if (const auto& modes = over_runs.bimodal) {
            text += flag("bimodal: " + name + " is near " +
                         value_text(figure->field->unit, modes->first) + " in " +
                         std::to_string(modes->in_first) + " of " +
                         std::to_string(summary.complete) + " runs, near " +
                         value_text(figure->field->unit, modes->second) + " in the others");
        }
    }
    return text + within_run_flags(summary);
}

std::string failures_text(const Summary& summary) {
    std::string text;
    std::size_t failed = 0;
    ReplyErrors errors;
    for (const auto& run : summary.result.runs) {
        errors.wrong += run.errors.wrong;
        errors.missing += run.errors.missing;
        errors.duplicate += run.errors.duplicate;
        errors.late += run.errors.late;
        if (run.complete || ++failed > listed_failures) {
            continue;
        }
        text += "  run " + std::to_string(run.number) + " is not complete (its " +
                format_count(static_cast<double>(run.trips.count())) +
                " round trips are in no figure):\n";
        for (std::string_view rest = run.error; !rest.empty();) {
            const auto end = rest.find('\n');
            text += "    " + printable(rest.substr(0, end)) + "\n";
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
    }
    if (failed > listed_failures) {
        text += "  and " + std::to_string(failed - listed_failures) + " more\n";
    }
    if (errors.total() > 0) {
        text += "  replies: " + std::to_string(errors.wrong) + " wrong, " +
                std::to_string(errors.missing) + " missing, " + std::to_string(errors.duplicate) +
                " duplicate, " + std::to_string(errors.late) + " late\n";
    }
    return text;
}

std::string warnings_text(const Summary& summary) {
    std::string text;
    for (const auto* list : {&summary.context().warnings, &summary.result.warnings}) {
        for (const auto& warning : *list) {
            text +=
                wrap("  warning: ", printable(warning.id + ": " + warning.message), report_columns);
            if (!warning.remedy.empty()) {
                text += wrap("           remedy: ", printable(warning.remedy), report_columns);
            }
        }
    }
    return text;
}

}  // namespace volley
