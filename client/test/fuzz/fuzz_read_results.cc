// libFuzzer target: whatever a result file holds, reading it ends in records or in an Error.
//
// What is read is also used: figures are made of it and it is written again, because a value that
// passes the reader and breaks a computation is the same defect.
#include <cstdint>
#include <sstream>
#include <string>

#include "base/error.hh"
#include "report/csv.hh"
#include "report/hgrm.hh"
#include "report/json.hh"
#include "report/read_results.hh"
#include "report/text.hh"

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
        // What this program writes, it reads.
        std::istringstream second(again);
        const auto reread = volley::read_results(second, "again");
        volley::ensure(reread.measurements.size() == 1 && reread.problems.empty(),
                       "what was written can be read");
    }
    return 0;
}
