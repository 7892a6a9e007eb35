#include "report/factors.hh"

#include <algorithm>
#include <numeric>

#include "base/joined.hh"
#include "options/values.hh"
#include "report/text_values.hh"
#include "transport/challenge.hh"
#include "transport/endpoint.hh"

namespace volley {

namespace {

constexpr std::uint64_t most_clients = 1'000'000;
constexpr std::uint64_t most_cpus = 65536;
// Reserved, so that references to rows stay valid while a test adds some.
constexpr std::size_t most_factors = 32;

// 1 … the number of CPUs that leaves one for the client; at least 1.
std::vector<std::uint64_t> placeable_cores(const Topology& topology) {
    const std::size_t allowed = topology.allowed().size();
    std::vector<std::uint64_t> cores(std::max<std::size_t>(allowed, 2) - 1);
    std::iota(cores.begin(), cores.end(), 1U);
    return cores;
}

// Without placement, the server's CPUs are those requested for it.
FactorValue measured_cores(const MeasurementContext& context) {
    if (!context.placement.server_cpus.empty() || !context.server_is_ours) {
        return context.placement.server_cpus.size();
    }
    return asked_server_cores(context);
}

using Context = const MeasurementContext&;
using Text = const std::string&;

Factor server_row() {
    const auto name = [](Context context) -> FactorValue { return context.server_name; };
    return {.name = "server",
            .is_text = true,
            .measured = name,
            .sweep = SweptBy{
                .option = "servers",
                .example = "c-epoll,asio",
                .meaning = "names in servers/, paths of executables, or NAME=PATH",
                .record_key = "server",
                .client_option = "name",
                .parse = [](Text, Text word) -> FactorValue { return word; },
                .asked = name,
            }};
}

Factor clients_row() {
    const auto connections = [](Context context) -> FactorValue { return context.connections; };
    return {.name = "clients",
            .counted = "connection",
            .measured = connections,
            .sweep = SweptBy{
                .option = "clients",
                .example = "1,16,64",
                .meaning = "numbers of connections, such as 1,16,64",
                .record_key = "clients",
                .client_option = "clients",
                .parse = [](Text option, Text word) -> FactorValue {
                    return parse_count(option, word, 1, most_clients);
                },
                .asked = connections,
            }};
}

Factor cores_row() {
    return {
        .name = "cores",
        .counted = "core",
        .not_known = "unknown CPUs",
        .measured = measured_cores,
        .sweep = SweptBy{
            .option = "cores",
            .example = "1,16,64",
            .value_name = "LIST|all",
            .meaning =
                "numbers of CPUs for the server; all: every number that leaves the client a CPU",
            .record_key = "server_cores",
            .client_option = "server-cores",
            .parse = [](Text option, Text word) -> FactorValue {
                return parse_count(option, word, 1, most_cpus);
            },
            .all = placeable_cores,
            .asked = [](Context context) -> FactorValue { return asked_server_cores(context); },
            .needs_placement = true,
        }};
}

Factor message_bytes_row() {
    const auto bytes = [](Context context) -> FactorValue { return context.message_bytes; };
    return {.name = "message_bytes",
            .counted = "byte",
            .usual = std::uint64_t{challenge_bytes},
            .measured = bytes,
            .sweep = SweptBy{
                .option = "sizes",
                .example = "1,16,64",
                .meaning = "message sizes in bytes, k and M allowed (4)",
                .record_key = "message_bytes",
                .client_option = "message",
                .parse = [](Text option, Text word) -> FactorValue {
                    return parse_bytes(option, word, least_message_bytes, most_message_bytes);
                },
                .asked = bytes,
            }};
}

Factor transport_row() {
    const auto transport = [](Context context) -> FactorValue { return context.transport; };
    return {.name = "transport",
            .is_text = true,
            .usual = std::string(Endpoint().transport()),
            .is_quiet = true,
            .measured = transport,
            .sweep = SweptBy{
                .option = "transports",
                .example = joined(transport_names(), ","),
                .meaning = "transports, see volley --help (the first there)",
                .record_key = "transport",
                .client_option = "transport",
                .parse = [](Text option, Text word) -> FactorValue {
                    return parse_transport(option, word);
                },
                .asked = transport,
            }};
}

FactorValue blank(const Factor& factor) {
    return factor.is_text ? FactorValue(std::string()) : FactorValue(std::uint64_t{0});
}

std::size_t place_of(const Factor& factor) {
    return static_cast<std::size_t>(&factor - factors().data());
}

}  // namespace

std::vector<Factor>& factor_table() {
    static std::vector<Factor> table = [] {
        std::vector<Factor> rows;
        rows.reserve(most_factors);
        for (const auto row :
             {server_row, clients_row, cores_row, message_bytes_row, transport_row}) {
            rows.push_back(row());
        }
        return rows;
    }();
    return table;
}

std::span<const Factor> factors() {
    return factor_table();
}

std::vector<const Factor*> swept_factors() {
    std::vector<const Factor*> swept;
    for (const Factor& factor : factors()) {
        if (factor.sweep) {
            swept.push_back(&factor);
        }
    }
    return swept;
}

const Factor* find_factor(std::string_view name) {
    const auto all = factors();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Factor& factor) { return factor.name == name; });
    return found == all.end() ? nullptr : &*found;
}

const Factor& server_factor() {
    return factors().front();
}

std::string factors_listed(std::string_view last) {
    std::vector<std::string> names;
    for (const Factor& factor : factors()) {
        names.push_back(factor.name);
    }
    return listed(names, last);
}

CellKey::CellKey() {
    for (const Factor& factor : factors()) {
        values_.push_back(factor.usual.value_or(blank(factor)));
    }
}

FactorValue& CellKey::operator[](const Factor& factor) {
    return values_.at(place_of(factor));
}

const FactorValue& CellKey::operator[](const Factor& factor) const {
    return values_.at(place_of(factor));
}

const std::string& CellKey::server() const {
    return std::get<std::string>(values_.front());
}

CellKey key_of(const MeasurementContext& context) {
    CellKey key;
    for (const Factor& factor : factors()) {
        key[factor] = factor.measured(context);
    }
    return key;
}

bool was_asked_for(const CellKey& key, const MeasurementContext& context) {
    const auto swept = swept_factors();
    return std::all_of(swept.begin(), swept.end(), [&](const Factor* factor) {
        return key[*factor] == factor->sweep->asked(context);
    });
}

std::string text_of(const FactorValue& value) {
    const auto* const text = std::get_if<std::string>(&value);
    return text != nullptr ? *text : std::to_string(std::get<std::uint64_t>(value));
}

std::string value_of(const CellKey& key, const Factor& factor) {
    return text_of(key[factor]);
}

std::string words_of(const CellKey& key, const Factor& factor) {
    if (!is_known(key, factor)) {
        return factor.not_known;
    }
    return factor.counted.empty()
               ? value_of(key, factor)
               : counted_plainly(std::get<std::uint64_t>(key[factor]), factor.counted);
}

bool is_known(const CellKey& key, const Factor& factor) {
    return factor.not_known.empty() || key[factor] != blank(factor);
}

FactorLists::FactorLists() {
    for (const Factor& factor : factors()) {
        FactorList& list = lists_.emplace_back();
        if (factor.is_text) {
            list.emplace<std::vector<std::string>>();
        }
        std::visit(
            [&](auto& values) {
                using Value = typename std::decay_t<decltype(values)>::value_type;
                if (factor.usual) {
                    values.push_back(std::get<Value>(*factor.usual));
                }
            },
            list);
    }
}

FactorList& FactorLists::operator[](const Factor& factor) {
    return lists_.at(place_of(factor));
}

const FactorList& FactorLists::operator[](const Factor& factor) const {
    return lists_.at(place_of(factor));
}

std::vector<std::string>& FactorLists::servers() {
    return std::get<std::vector<std::string>>(lists_.front());
}

const std::vector<std::string>& FactorLists::servers() const {
    return std::get<std::vector<std::string>>(lists_.front());
}

std::vector<std::uint64_t>& FactorLists::numbers(std::string_view name) {
    return std::get<std::vector<std::uint64_t>>((*this)[*find_factor(name)]);
}

const std::vector<std::uint64_t>& FactorLists::numbers(std::string_view name) const {
    return std::get<std::vector<std::uint64_t>>((*this)[*find_factor(name)]);
}

std::vector<FactorValue> FactorLists::values(const Factor& factor) const {
    return std::visit(
        [](const auto& list) { return std::vector<FactorValue>(list.begin(), list.end()); },
        (*this)[factor]);
}

std::vector<std::string> FactorLists::texts(const Factor& factor) const {
    std::vector<std::string> texts;
    for (const FactorValue& value : values(factor)) {
        texts.push_back(text_of(value));
    }
    return texts;
}

bool FactorLists::is_unsaid(const Factor& factor) const {
    return factor.is_quiet && factor.usual && values(factor) == std::vector{*factor.usual};
}

}  // namespace volley
