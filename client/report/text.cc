#include "report/text.hh"

#include <algorithm>

#include "base/units.hh"
#include "host/cpu_set.hh"
#include "report/layout.hh"
#include "report/text_sections.hh"
#include "report/text_values.hh"

namespace volley {

namespace {

std::string title(const MeasurementContext& context) {
    const std::string left = printable(context.server_name) + ": closed loop, " +
                             counted(context.connections, "connection") + ", " +
                             format_count(static_cast<double>(context.message_bytes)) +
                             "-byte messages over " + context.transport + "  ";
    const std::string right = "volley " + context.version;
    const std::size_t used = columns_of(left);
    return left + pad_left(right, used < report_columns ? report_columns - used : 0) + "\n";
}

// What the intervals of this measurement cover.
std::string scope(const Summary& summary) {
    const std::string level = format_chosen_share(summary.context().confidence) + " interval";
    const std::string restart = summary.context().server_is_ours
                                    ? ""
                                    : "; server not restarted; restart variance not included";
    if (summary.complete == 0) {
        return "no figures, because no run was completed";
    }
    if (summary.complete == 1) {
        return level + " within this single run; it does not include differences between runs" +
               restart;
    }
    const std::string kind = summary.context().server_is_ours ? " of fresh server processes" : "";
    return "median over " + counted(summary.complete, "run") + kind + ", " + level + restart;
}

std::string headline(const Summary& summary) {
    constexpr std::size_t interval_columns = 18;  // so that the precisions of all rows are aligned
    std::string text;
    for (const auto& name : summary.stop_statistics) {
        const Figure* figure = summary.statistic(name);
        text += "  round trip   " + pad_right(name, 6);
        if (figure == nullptr || !figure->value) {
            text += "not yet known\n";
            continue;
        }
        const Scale scale = scale_for(figure->field->unit, *figure->value);
        text += pad_left(scale.with_unit(*figure->value), 9) + "   ";
        const auto precision = Estimate{*figure->value, figure->interval}.precision();
        text += pad_right(
            figure->interval ? scale.interval(*figure->interval) : "interval not yet known",
            precision ? interval_columns : 0);
        text += (precision ? "  ±" + percent(*precision) : "") + "\n";
    }
    text += wrap("  ", scope(summary), report_columns);
    const std::string fault = not_offloaded(summary.result);
    return fault.empty()
               ? text
               : text + wrap("  ",
                             printable("NOT OFFLOADED " + fault +
                                       "; the figures are not those of its network stack"),
                             report_columns);
}

std::string verdict(const MeasurementResult& result) {
    std::string first;
    switch (result.outcome) {
        case ExitCode::precision_reached:
            first = "converged: ";
            break;
        case ExitCode::budget_spent:
            first = "NOT CONVERGED: ";
            break;
        case ExitCode::failed:
        case ExitCode::usage:
        case ExitCode::skipped:
            first = "FAILED: ";
            break;
    }
    std::string reason = printable(result.stop_reason);
    if (result.outcome == ExitCode::budget_spent && result.runs_needed) {
        reason += "; about " + counted(*result.runs_needed, "run") + " would be needed";
    }
    std::string text = wrap("  ", first + reason, report_columns);
    for (const auto& detail : result.verdict_details) {
        text += wrap("    - ", printable(detail), report_columns);
    }
    return text;
}

}  // namespace

std::string text_report(const MeasurementResult& result) {
    const Summary summary(result);
    std::string text = title(result.context) + "\n";
    text += headline(summary);
    text += verdict(result) + "\n";
    if (summary.complete > 0) {
        text += round_trip_table(summary) + "\n";
        text += cost_table(summary) + "\n";
    }
    text += circumstances(summary);
    const std::string objections =
        flags_text(summary) + failures_text(summary) + warnings_text(summary);
    return text + (objections.empty() ? "" : "\n" + objections);
}

}  // namespace volley
