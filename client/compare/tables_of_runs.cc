// The tables that grow with the runs: every run, its windows, and the distributions of the cells.
#include <algorithm>
#include <cmath>

#include "compare/csv_rows.hh"
#include "compare/tables.hh"

namespace volley {

namespace {

// Columns of a run that precede the figures; figures of these names are not repeated.
constexpr std::string_view leading =
    "cell,measurement,round,run,started,order,complete,error,measured_seconds,warmup_seconds";

bool is_leading(const Field& field) {
    return field.name == "measured_seconds" || field.name == "warmup_seconds";
}

// Steps of the axis 1/(1 − p).
constexpr double steps_a_decade = 10;
// Bins of a distribution: 4 % wide, so that modes show and a plot stays small.
constexpr double bins_a_decade = 60;

// The bin of a value in ns; −1 if it has no logarithm.
int bin_of(std::uint64_t nanoseconds) {
    return nanoseconds == 0 ? -1
                            : static_cast<int>(std::floor(
                                  bins_a_decade * std::log10(static_cast<double>(nanoseconds))));
}

// The first bucket of each bin, and one past the last bucket: bins end where buckets do, so that
// every count is exact.
const std::vector<std::size_t>& bin_edges() {
    static const std::vector<std::size_t> edges = [] {
        std::vector<std::size_t> first{0};
        int bin = bin_of(Histogram::bucket_low(0));
        for (std::size_t bucket = 1; bucket < Histogram::bucket_count; ++bucket) {
            const int next = bin_of(Histogram::bucket_low(bucket));
            if (next != bin) {
                first.push_back(bucket);
                bin = next;
            }
        }
        first.push_back(Histogram::bucket_count);
        return first;
    }();
    return edges;
}

void add_distribution(CsvRows& rows, std::size_t cell, const Histogram& trips) {
    const auto& edges = bin_edges();
    const auto total = static_cast<double>(trips.count());
    const auto sparse = trips.sparse();
    std::uint64_t so_far = 0;
    std::size_t edge = 0;
    for (auto bucket = sparse.begin(); bucket != sparse.end();) {
        while (edges[edge + 1] <= bucket->first) {
            ++edge;
        }
        std::uint64_t in_bin = 0;
        for (; bucket != sparse.end() && bucket->first < edges[edge + 1]; ++bucket) {
            in_bin += bucket->second;
        }
        so_far += in_bin;
        rows << cell << Histogram::bucket_low(edges[edge])
             << Histogram::bucket_high(edges[edge + 1] - 1) << static_cast<double>(in_bin) / total
             << static_cast<double>(so_far) / total;
        rows.end();
    }
}

void add_spectrum(CsvRows& rows, std::size_t cell, const Histogram& trips) {
    const auto total = static_cast<double>(trips.count());
    for (int step = 0;; ++step) {
        const double inverse_tail = std::pow(10, step / steps_a_decade);
        if (!(inverse_tail < total)) {
            break;
        }
        const double quantile = 1 - 1 / inverse_tail;
        rows << cell << quantile << inverse_tail << trips.quantile(quantile);
        rows.end();
    }
    rows << cell << 1.0 << total << static_cast<double>(trips.maximum());
    rows.end();
}

}  // namespace

std::string runs_table(const Analysis& analysis) {
    std::string header(leading);
    for (const auto& field : fields()) {
        header += is_leading(field) ? "" : "," + std::string(field.name);
    }
    CsvRows rows(header);
    for (std::size_t at = 0; at < analysis.cells().size(); ++at) {
        const Cell& cell = analysis.cells()[at];
        for (const auto& run : cell.runs) {
            rows << at + 1 << cell.contexts[run.context].id << run.round << run.number
                 << run.started << run.order << run.complete << run.error << run.measured_seconds
                 << run.warmup_seconds;
            for (std::size_t index = 0; index < fields().size(); ++index) {
                if (!is_leading(fields()[index])) {
                    rows << (run.complete ? run.figures.values[index] : std::nullopt);
                }
            }
            rows.end();
        }
    }
    return rows.text();
}

std::string windows_table(const Analysis& analysis) {
    CsvRows rows("cell,round,run,start_seconds,width_seconds,count,mean_ns,maximum_ns");
    for (std::size_t at = 0; at < analysis.cells().size(); ++at) {
        for (const auto& run : analysis.cells()[at].runs) {
            for (const auto& window : run.windows) {
                const auto count = static_cast<double>(window.count);
                rows << at + 1 << run.round << run.number << window.start_seconds
                     << window.width_seconds << window.count
                     << (window.count > 0
                             ? std::optional(static_cast<double>(window.sum_ns) / count)
                             : std::nullopt)
                     << window.maximum_ns;
                rows.end();
            }
        }
    }
    return rows.text();
}

std::string spectrum_table(const Analysis& analysis) {
    CsvRows rows("cell,quantile,inverse_tail,value_ns");
    for (std::size_t at = 0; at < analysis.cells().size(); ++at) {
        if (const auto& pooled = analysis.cells()[at].pooled) {
            add_spectrum(rows, at + 1, *pooled);
        }
    }
    return rows.text();
}

std::string distribution_table(const Analysis& analysis) {
    CsvRows rows("cell,low_ns,high_ns,share,cumulative");
    for (std::size_t at = 0; at < analysis.cells().size(); ++at) {
        if (const auto& pooled = analysis.cells()[at].pooled) {
            add_distribution(rows, at + 1, *pooled);
        }
    }
    return rows.text();
}

}  // namespace volley
