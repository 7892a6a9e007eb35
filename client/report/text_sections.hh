// The sections of the text report below its headline; text.cc puts them in order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "run/result.hh"

namespace volley {

inline constexpr std::size_t report_columns = 100;

// A result with its figures, computed once.
struct Summary {
    explicit Summary(const MeasurementResult& measured);

    [[nodiscard]] const MeasurementContext& context() const { return result.context; }
    // By statistic ("p99") or field name; null if there is no such field.
    [[nodiscard]] const Figure* statistic(std::string_view name) const;
    [[nodiscard]] std::optional<double> value(std::string_view name) const;

    const MeasurementResult& result;
    std::vector<Figure> all;
    std::size_t complete = 0;                  // runs
    std::vector<std::string> stop_statistics;  // mean and p50 if the context names none
};

// Each ends with a newline, or is empty if there is nothing to say.
[[nodiscard]] std::string round_trip_table(const Summary& summary);
[[nodiscard]] std::string cost_table(const Summary& summary);
// Server, client, machine, runs, and the floors that the instrument sets.
[[nodiscard]] std::string circumstances(const Summary& summary);
[[nodiscard]] std::string flags_text(const Summary& summary);
[[nodiscard]] std::string failures_text(const Summary& summary);
[[nodiscard]] std::string warnings_text(const Summary& summary);

}  // namespace volley
