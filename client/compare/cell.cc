#include "compare/cell.hh"

#include <algorithm>

#include "report/text_values.hh"

namespace volley {

namespace {

// Without placement the server's CPUs are those that it was asked to be measured with.
std::size_t cores_of(const MeasurementContext& context) {
    if (!context.placement.server_cpus.empty() || !context.server_is_ours) {
        return context.placement.server_cpus.size();
    }
    return asked_server_cores(context);
}

}  // namespace

std::string_view name_of(Factor factor) {
    for (const auto& [name, known] : factor_names) {
        if (known == factor) {
            return name;
        }
    }
    return "";
}

CellKey key_of(const MeasurementContext& context) {
    return {context.server_name, context.connections, cores_of(context), context.message_bytes,
            context.transport};
}

std::string value_of(const CellKey& key, Factor factor) {
    switch (factor) {
        case Factor::server:
            return key.server;
        case Factor::clients:
            return std::to_string(key.clients);
        case Factor::cores:
            return std::to_string(key.cores);
        case Factor::message_bytes:
            return std::to_string(key.message_bytes);
        case Factor::transport:
            break;
    }
    return key.transport;
}

std::string words_of(const CellKey& key, Factor factor) {
    switch (factor) {
        case Factor::clients:
            return counted_plainly(key.clients, "client");
        case Factor::cores:
            return key.cores == 0 ? "CPUs not known" : counted_plainly(key.cores, "core");
        case Factor::message_bytes:
            return counted_plainly(key.message_bytes, "byte");
        case Factor::server:
        case Factor::transport:
            break;
    }
    return value_of(key, factor);
}

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
