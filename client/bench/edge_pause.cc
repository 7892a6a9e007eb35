// How long a worker pauses at the edge of a window, when it hands over its histogram. The limit: 2
// µs for the longest pause of a run, in the median over runs.
//
// The recorder works as in a measurement: round trips around 40 µs with a tail, 48 windows a run, a
// coordinator that collects in another thread. Only the clock differs: it is read around each call
// that crosses an edge. Printed beside it: the pause when the worker merges its histogram itself.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <thread>
#include <vector>

#include "base/program.hh"
#include "base/random.hh"
#include "run/recorder.hh"
#include "stats/windows.hh"

namespace {

using namespace volley;
using namespace std::chrono_literals;

constexpr int runs = 40;
constexpr double allowed_ns = 2000;
constexpr Duration run_time = 480ms;
constexpr Duration width = run_time / 48;

// Round trips of 10 µs and up, with a tail: like a run on one machine.
std::uint64_t draw(Xoshiro256pp& random) {
    const double body = 10e3 + 60e3 * random.uniform();
    return static_cast<std::uint64_t>(random.uniform() < 1e-3 ? body * 50 : body);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// The longest pause at an edge within the measured part, in ns.
double longest_pause(std::uint64_t seed) {
    CommonWindows windows(0ms, run_time);
    Recorder recorder(windows, 0, 1);
    std::atomic<bool> over{false};
    std::jthread coordinator([&] {
        while (!over.load(std::memory_order_relaxed)) {
            std::this_thread::sleep_for(10ms);
            windows.collect();
        }
    });
    Xoshiro256pp random(seed);
    windows.start_at(now());
    recorder.start(now());
    Duration longest{0};
    TimePoint edge = windows.measuring_starts() + width;
    TimePoint began = now();
    while (recorder.running()) {
        // Time passes as when a worker waits: the trip takes as long as was drawn.
        const TimePoint ended = began + Duration(static_cast<Duration::rep>(draw(random)));
        while (now() < ended) {
        }
        if (ended < edge) {
            began = recorder.record(began, ended);
            continue;
        }
        const TimePoint before = now();
        began = recorder.record(began, ended);
        const TimePoint after = now();
        if (recorder.running()) {
            longest = std::max(longest, after - before);
        }
        edge += (ended - edge) / width * width + width;
    }
    over.store(true, std::memory_order_relaxed);
    return static_cast<double>(longest.count());
}

// The same edge when the worker merges into the windows itself.
double longest_merge(std::uint64_t seed) {
    WindowSeries series(width);
    Histogram samples;
    Xoshiro256pp random(seed);
    Duration longest{0};
    for (int window = 0; window < 48; ++window) {
        for (int trip = 0; trip < 250; ++trip) {
            samples.record(draw(random));
        }
        const TimePoint before = now();
        static_cast<void>(series.add(window * width, samples));
        samples.clear();
        longest = std::max(longest, now() - before);
    }
    return static_cast<double>(longest.count());
}

}  // namespace

int main() {
    volley::have_standard_descriptors();
    std::vector<double> pauses;
    std::vector<double> merges;
    for (int run = 0; run < runs; ++run) {
        pauses.push_back(longest_pause(static_cast<std::uint64_t>(run) + 1));
        merges.push_back(longest_merge(static_cast<std::uint64_t>(run) + 1));
    }
    const double pause = median(pauses);
    std::printf(
        "longest pause at a window edge, median of %d runs: %.0f ns (limit %.0f ns: %s); "
        "merging there would take %.0f ns\n",
        runs, pause, allowed_ns, pause <= allowed_ns ? "met" : "EXCEEDED", median(merges));
    return 0;
}
