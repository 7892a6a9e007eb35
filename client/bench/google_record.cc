// The cost of recording one round trip, beyond reading the clock. The recorder may add at most
// 15 ns to its two clock readings.
//
// The clock is read here with clock_gettime as the measured loop does (CLOCK_MONOTONIC through the
// vDSO). Values are drawn before the loop: a lognormal body around 8 µs, and one in a thousand up
// to a hundred times as long, so that the histogram's buckets are touched as in a real run. The
// three cases take turns in short slices, so that a change of the machine's speed affects all of
// them. The difference of the medians is printed at the end.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "base/program.hh"
#include "base/random.hh"
#include "stats/histogram.hh"

namespace {

constexpr std::size_t value_count =
    1U << 14U;  // a power of two; 128 KiB, the least that is not periodic
constexpr double allowed_ns = 15;

std::vector<std::uint64_t> realistic_values() {
    volley::Xoshiro256pp random(1);
    std::vector<std::uint64_t> values(value_count);
    for (std::uint64_t& value : values) {
        // The sum of twelve uniforms is close enough to normal for a load.
        double normal = -6;
        for (int i = 0; i < 12; ++i) {
            normal += random.uniform();
        }
        const double tail = random.uniform() < 1e-3 ? 100 * random.uniform() : 1;
        value = static_cast<std::uint64_t>((5000 + 3000 * std::exp(0.5 * normal)) * tail);
    }
    return values;
}

std::uint64_t read_clock() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

void record(benchmark::State& state) {
    const auto values = realistic_values();
    volley::Histogram histogram;
    std::size_t next = 0;
    for (auto _ : state) {
        histogram.record(values[next++ % value_count]);
    }
    benchmark::DoNotOptimize(histogram.sum());
}

void two_clock_readings(benchmark::State& state) {
    const auto values = realistic_values();
    std::size_t next = 0;
    for (auto _ : state) {
        const std::uint64_t begin = read_clock();
        const std::uint64_t end = read_clock();
        benchmark::DoNotOptimize(end - begin + values[next++ % value_count]);
    }
}

void two_clock_readings_and_record(benchmark::State& state) {
    const auto values = realistic_values();
    volley::Histogram histogram;
    std::size_t next = 0;
    for (auto _ : state) {
        const std::uint64_t begin = read_clock();
        const std::uint64_t end = read_clock();
        histogram.record(end - begin + values[next++ % value_count]);
    }
    benchmark::DoNotOptimize(histogram.sum());
}

// Prints as the console reporter does, and keeps the times for the difference.
class DifferenceReporter : public benchmark::ConsoleReporter {
  public:
    void ReportRuns(const std::vector<Run>& runs) override {
        benchmark::ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration) {
                continue;
            }
            const std::string name = run.run_name.function_name;
            const double time = run.GetAdjustedCPUTime();
            if (name == "two_clock_readings") {
                clock_.push_back(time);
            } else if (name == "two_clock_readings_and_record") {
                both_.push_back(time);
            }
        }
    }

    void print_difference() {
        if (clock_.empty() || both_.empty()) {
            return;
        }
        const double added = median(both_) - median(clock_);
        std::printf(
            "recording adds %.1f ns to the %.1f ns of two clock readings (limit %.0f ns: %s)\n",
            added, median(clock_), allowed_ns, added <= allowed_ns ? "met" : "EXCEEDED");
    }

  private:
    static double median(std::vector<double>& values) {
        std::sort(values.begin(), values.end());
        return values[values.size() / 2];
    }
    std::vector<double> clock_;
    std::vector<double> both_;
};

constexpr int repetitions = 15;
constexpr double slice_seconds = 0.05;

}  // namespace

int main(int argc, char** argv) {
    volley::have_standard_descriptors();
    // Each repetition is registered separately, because Google Benchmark's repetitions of one case
    // follow one another.
    for (int i = 0; i < repetitions; ++i) {
        benchmark::RegisterBenchmark("record", record)->MinTime(slice_seconds);
        benchmark::RegisterBenchmark("two_clock_readings", two_clock_readings)
            ->MinTime(slice_seconds);
        benchmark::RegisterBenchmark("two_clock_readings_and_record", two_clock_readings_and_record)
            ->MinTime(slice_seconds);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    DifferenceReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    reporter.print_difference();
    return 0;
}
