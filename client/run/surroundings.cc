#include "run/surroundings.hh"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hh"

namespace volley {
namespace {

// The CPUs of the plan, or all that are allowed if nothing is pinned.
CpuList measured_cpus(const RunSpec& spec) {
    CpuList cpus = spec.placement.server_cpus;
    cpus.insert(cpus.end(), spec.placement.client_cpus.begin(), spec.placement.client_cpus.end());
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    return cpus.empty() ? spec.topology.allowed() : cpus;
}

std::vector<ThreadPlace> places_of(const std::vector<ProcessStat>& family,
                                   const Topology& topology) {
    std::vector<ThreadPlace> places;
    for (const ProcessStat& process : family) {
        const auto some = places_of_process(process.process, topology);
        places.insert(places.end(), some.begin(), some.end());
    }
    return places;
}

// None if it is not known for one of them.
std::optional<std::uint64_t> memory_of(const std::vector<ProcessStat>& family) {
    std::optional<std::uint64_t> sum;
    for (const ProcessStat& process : family) {
        if (process.is_dead()) {
            continue;
        }
        const auto memory = shared_out_memory_of(process.process);
        if (!memory && still_runs(process)) {
            return std::nullopt;
        }
        sum = sum.value_or(0) + memory.value_or(0);
    }
    return sum;
}

}  // namespace

void forget_earlier_runs() {
    // Otherwise the threshold would rise with the largest block ever freed, and such blocks would
    // be kept.
    constexpr int large_block_bytes = 128 << 10;
    ::mallopt(M_MMAP_THRESHOLD, large_block_bytes);
    ::malloc_trim(0);
}

std::vector<ProcessStat> Surroundings::family() const {
    return server_ != nullptr ? server_->family() : std::vector<ProcessStat>{};
}

void Surroundings::look_before(const ServerProcess* server, RunResult& result) {
    server_ = server;
    if (server != nullptr) {
        const auto places = places_of(family(), spec_.topology);
        if (!places.empty()) {
            result.server_threads = static_cast<int>(places.size());
        }
        check_places(places, "");
    }
    // By now the client has everything that it needs in this run.
    readings_.client_memory_bytes = shared_out_memory_of(::getpid());
    look_again();
}

Duration Surroundings::time_to_look() const {
    constexpr Duration allowance = std::chrono::milliseconds(5);
    return 2 * usage_.slow_part() + allowance;
}

void Surroundings::look_again() {
    usage_.make_list();
    readings_.load_before = sample_load(measured_cpus(spec_));
    readings_.load_before_at = now();
}

void Surroundings::read_first_edge(const Crew& crew) {
    readings_.workers_before = crew.read_cpu_clocks();
    usage_.read_first_edge();
}

void Surroundings::read_second_edge(const Crew& crew) {
    readings_.workers_after = crew.read_cpu_clocks();
    usage_.read_second_edge();
}

void Surroundings::look_after() {
    readings_.load_after = sample_load(measured_cpus(spec_));
    readings_.load_after_at = now();
    usage_.complete();
    readings_.client_memory_bytes =
        std::max(readings_.client_memory_bytes, shared_out_memory_of(::getpid()));
    const std::vector<ProcessStat> all = family();
    readings_.server_memory_bytes = memory_of(all);
    check_places(places_of(all, spec_.topology), " after the measured part");
}

void Surroundings::check_places(const std::vector<ThreadPlace>& places, const char* when) const {
    const std::string off =
        deviation(places, spec_.placement.server_cpus, std::string("server") + when);
    if (!off.empty()) {
        throw Error(ExitCode::failed, off,
                    "all processes of the server must keep to its allowed CPUs, or use "
                    "--no-placement");
    }
}

RunReadings Surroundings::readings(TimePoint from, TimePoint to) const {
    RunReadings readings = readings_;
    readings.from = from;
    readings.to = to;
    readings.server = usage_.usage(from, to);
    const auto& known = usage_.first().processes;
    readings.server_loses_children = std::any_of(
        known.begin(), known.end(), [](const ProcessReading& one) { return one.loses_children; });
    return readings;
}

}  // namespace volley
