#include "run/probe.hh"

#include "run/crew.hh"

namespace volley {

namespace {

// Time beyond what the spec allows for connecting and for the last reply.
constexpr Duration grace = std::chrono::seconds(2);

template <typename Done>
void await(Crew& crew, const Bell& bell, TimePoint deadline, Done done) {
    while (!done()) {
        if (wait_for(deadline, &bell, nullptr, nullptr) == Wakeup::deadline) {
            throw Error(ExitCode::failed, "the workers of a probe do not come to an end",
                        "this is a bug in volley: please report it");
        }
        if (crew.failed()) {
            crew.rethrow_failure();
        }
    }
}

}  // namespace

Probe probe(const RunSpec& spec) {
    CommonWindows windows(spec.warmup, spec.run_time, spec.workers);
    const Bell bell;
    const AnyTransport transport = transports_to(spec.endpoint).front();
    Crew crew(spec, transport, windows, bell);
    await(crew, bell, now() + spec.connect_timeout + grace, [&] { return crew.all_ready(); });
    windows.start_at(now());
    crew.begin();
    await(crew, bell, windows.end() + spec.timeout + grace, [&] { return crew.all_left(); });
    Probe result;
    for (const Crew::CpuReading& reading : crew.read_cpu_clocks()) {
        result.workers_cpu += reading.used;
    }
    crew.abort();
    crew.join();
    if (crew.failed()) {
        crew.rethrow_failure();
    }
    windows.finish();
    result.round_trips = windows.series().pooled();
    return result;
}

}  // namespace volley
