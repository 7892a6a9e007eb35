// libFuzzer target: whatever a result file holds, reading it gives records or an Error.
//
// Changed bytes hardly ever leave valid JSON, so half of the changes are made to values: a value
// becomes one of another type, or one at the edge of its range.
//
// The records are also used: figures are computed and the records written again, because a value
// that passes the reader and breaks a computation is the same defect.
#include <array>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.hh"
#include "base/random.hh"
#include "report/csv.hh"
#include "report/hgrm.hh"
#include "report/json.hh"
#include "report/read_results.hh"
#include "report/text.hh"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using Json = nlohmann::ordered_json;

void collect(Json& value, std::vector<Json*>& all) {
    all.push_back(&value);
    if (value.is_structured()) {
        for (auto& inner : value) {
            collect(inner, all);
        }
    }
}

// Replaces one value of the line by an awkward one. Nothing if the line is not JSON.
std::string with_awkward_value(const std::string& line, volley::Xoshiro256pp& random) {
    static const std::array<const char*, 14> awkward{"null",
                                                     "0",
                                                     "-1",
                                                     "18446744073709551615",
                                                     "9223372036854775808",
                                                     "1e308",
                                                     "-1e-308",
                                                     "0.5",
                                                     "true",
                                                     "\"\"",
                                                     "\"volley\"",
                                                     "[]",
                                                     "[0]",
                                                     "{}"};
    Json json = Json::parse(line, nullptr, false);
    if (json.is_discarded()) {
        return {};
    }
    std::vector<Json*> all;
    collect(json, all);
    *all[random() % all.size()] = Json::parse(awkward[random() % awkward.size()]);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
    volley::Xoshiro256pp random(seed);
    if (random() % 2 == 0) {
        return LLVMFuzzerMutate(data, size, most);
    }
    std::vector<std::string> lines;
    std::istringstream input(std::string(reinterpret_cast<const char*>(data), size));
    for (std::string line; std::getline(input, line);) {
        lines.push_back(line);
    }
    std::string changed;
    const std::size_t chosen = lines.empty() ? 0 : random() % lines.size();
    for (std::size_t at = 0; at < lines.size(); ++at) {
        changed += (at == chosen ? with_awkward_value(lines[at], random) : lines[at]) + '\n';
    }
    if (changed.size() < 2 || changed.size() > most) {
        return LLVMFuzzerMutate(data, size, most);
    }
    std::memcpy(data, changed.data(), changed.size());
    return changed.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Small limits, so that the fuzzer reaches them.
    constexpr volley::ReadLimits limits{
        .line_bytes = 1U << 16U, .values_a_line = 4096, .nesting = 8, .kept_runs = 16};
    std::istringstream input(std::string(reinterpret_cast<const char*>(data), size));
    volley::ResultSet set;
    try {
        set = volley::read_results(input, "fuzz", limits);
    } catch (const volley::Error&) {
        return 0;
    }
    for (const auto& measurement : set.measurements) {
        std::string again = volley::json_measurement_line(measurement);
        for (const auto& run : measurement.runs) {
            again += volley::json_run_line(measurement.context, run);
        }
        [[maybe_unused]] const std::string report = volley::text_report(measurement);
        [[maybe_unused]] const std::string row = volley::csv_measurement_row(measurement);
        [[maybe_unused]] const std::string percentiles = volley::hgrm_text(measurement);
        // The program can read what it writes.
        std::istringstream second(again);
        const auto reread = volley::read_results(second, "again");
        volley::ensure(reread.measurements.size() == 1 && reread.problems.empty(),
                       "what was written can be read");
    }
    return 0;
}
