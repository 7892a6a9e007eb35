#include "compare/cell.hh"

#include <algorithm>

namespace volley {

std::size_t Cell::complete_runs() const {
    return static_cast<std::size_t>(std::count_if(
        runs.begin(), runs.end(), [](const MeasuredRun& run) { return run.complete; }));
}

const Figure* Cell::figure(const Field& field) const {
    const auto found = std::find_if(figures.begin(), figures.end(),
                                    [&](const Figure& figure) { return figure.field == &field; });
    return found == figures.end() ? nullptr : &*found;
}

std::optional<double> Cell::value(const Field& field) const {
    const Figure* const found = figure(field);
    return found == nullptr ? std::nullopt : found->value;
}

std::string Cell::failure() const {
    std::string last;
    for (const auto& run : runs) {
        last = run.complete ? last : run.error;
    }
    return last;
}

}  // namespace volley
