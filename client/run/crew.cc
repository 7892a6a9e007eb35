#include "run/crew.hh"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "host/affinity.hh"
#include "run/drivers.hh"
#include "run/open_connections.hh"
#include "run/waiting_driver.hh"

namespace volley {

namespace {

void become_realtime() {
    const sched_param priority{.sched_priority = realtime_priority};
    if (::sched_setscheduler(0, SCHED_FIFO, &priority) != 0) {
        throw_errno("--realtime is not allowed for a worker", errno,
                    "run as root, or raise RLIMIT_RTPRIO");
    }
}

}  // namespace

Crew::Crew(const RunSpec& spec, const AnyTransport& transport, CommonWindows& windows,
           const Bell& bell)
    : spec_(spec),
      transport_(transport),
      windows_(windows),
      bell_(bell),
      payload_(spec.message_bytes, spec.seed),
      connect_deadline_(now() + spec.connect_timeout),
      interrupts_(spec.workers),
      reports_(spec.workers),
      clocks_(spec.workers, CLOCK_MONOTONIC) {
    threads_.reserve(spec.workers);
    try {
        for (std::size_t worker = 0; worker < spec.workers; ++worker) {
            threads_.emplace_back([this, worker] { work(worker); });
        }
    } catch (const std::system_error& error) {
        abort();
        join();
        throw Error(ExitCode::failed,
                    "worker thread " + std::to_string(threads_.size() + 1) + " of " +
                        std::to_string(spec.workers) + " cannot be started: " + error.what(),
                    "use fewer with --threads, or --driver wait");
    }
}

Crew::~Crew() {
    abort();
    join();
}

bool Crew::all_ready() const {
    const std::scoped_lock lock(mutex_);
    return ready_ == spec_.workers;
}

bool Crew::all_left() const {
    const std::scoped_lock lock(mutex_);
    return left_ == spec_.workers;
}

bool Crew::failed() const {
    const std::scoped_lock lock(mutex_);
    return failure_ != nullptr;
}

std::vector<Crew::CpuReading> Crew::read_cpu_clocks() const {
    std::vector<CpuReading> readings;
    readings.reserve(clocks_.size());
    for (const clockid_t clock : clocks_) {
        readings.push_back({.at = now(), .used = cpu_time_of(clock)});
    }
    return readings;
}

void Crew::begin() {
    state_.store(State::running, std::memory_order_release);
    state_.notify_all();
}

void Crew::abort() {
    state_.store(State::aborted, std::memory_order_release);
    state_.notify_all();
    const std::scoped_lock lock(mutex_);
    for (const auto& interrupt : interrupts_) {
        if (interrupt) {
            interrupt();
        }
    }
}

void Crew::join() {
    for (auto& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

void Crew::rethrow_failure() {
    abort();
    join();
    std::rethrow_exception(failure_);
}

void Crew::await_turn() {
    while (!turns_.try_acquire_for(std::chrono::milliseconds(100))) {
        if (aborted() || now() >= connect_deadline_) {
            fail_at_deadline(standing_, spec_);
        }
    }
}

bool Crew::await_start(std::size_t worker, std::function<void()> interrupt) {
    {
        const std::scoped_lock lock(mutex_);
        interrupts_[worker] = std::move(interrupt);
        static_cast<void>(::pthread_getcpuclockid(::pthread_self(), &clocks_[worker]));
        ++ready_;
        if (ready_ == spec_.workers) {
            bell_.ring();
        }
    }
    state_.wait(State::connecting, std::memory_order_acquire);
    return state_.load(std::memory_order_acquire) == State::running;
}

void Crew::note_failure(std::exception_ptr failure) {
    const std::scoped_lock lock(mutex_);
    // Any failure after an abort, or after the first failure, is a consequence of it.
    if (failure_ == nullptr && !aborted()) {
        failure_ = failure;
        try {
            std::rethrow_exception(failure);
        } catch (const ReplyFailure& reply) {
            ++(errors_.*reply.kind());
        } catch (...) {
        }
    }
    bell_.ring();
}

std::size_t Crew::connections_of(std::size_t worker) const {
    return spec_.connections / spec_.workers + (worker < spec_.connections % spec_.workers ? 1 : 0);
}

std::size_t Crew::first_connection_of(std::size_t worker) const {
    return worker * (spec_.connections / spec_.workers) +
           std::min(worker, spec_.connections % spec_.workers);
}

void Crew::work(std::size_t worker) {
    Report& report = reports_[worker];
    Recorder recorder(windows_, worker, connections_of(worker));
    try {
        const CpuList& cpus = spec_.placement.client_cpus;
        if (!cpus.empty()) {
            report.account.planned_cpu = cpus[worker % cpus.size()];
            pin_this_thread({report.account.planned_cpu});
            if (!bind_memory_of_this_thread(
                    nodes_to_bind(spec_.topology, spec_.placement.client_nodes))) {
                throw Error(
                    ExitCode::failed,
                    "the memory of worker " + std::to_string(worker + 1) +
                        " cannot be bound to the nodes of the plan",
                    "allow set_mempolicy (in a container: CAP_SYS_NICE), or use --no-placement");
            }
        }
        if (spec_.realtime) {
            become_realtime();
        }
        std::visit([&](const auto& transport) { work_on(transport, worker, recorder); },
                   transport_);
    } catch (...) {
        recorder.abandon();
        note_failure(std::current_exception());
        report_and_stay(worker, recorder);
    }
}

void Crew::report_and_stay(std::size_t worker, const Recorder& recorder) {
    Report& report = reports_[worker];
    report.at_start = recorder.at_start();
    report.at_end = recorder.at_end();
    report.account.connections = connections_of(worker);
    report.account.involuntary_switches =
        report.at_end.involuntary_switches - report.at_start.involuntary_switches;
    report.account.migrations = recorder.migrations();
    report.edge_trips = recorder.edge_trips();
    {
        const std::scoped_lock lock(mutex_);
        interrupts_[worker] = nullptr;
        ++left_;
        bell_.ring();
    }
    // Wait until the coordinator lets go. Until then its CPU clock can be read, and its connections
    // stay open, so the processes that serve them are still there to be examined.
    state_.wait(State::running, std::memory_order_acquire);
}

template <typename Transport>
void Crew::work_on(const Transport& transport, std::size_t worker, Recorder& recorder) {
    Conversation conversation(payload_, spec_.timeout,
                              spec_.seed + 0x9e3779b97f4a7c15U * (worker + 1),
                              Transport::ChannelType::traits);
    const bool waits = spec_.driver == DriverKind::block;
    ConnectionOpener<Transport> opener(transport, spec_,
                                       waits ? Receiving::waits : Receiving::at_once, conversation,
                                       standing_, connect_deadline_);
    await_turn();
    auto connections = opener.open(connections_of(worker), first_connection_of(worker) + 1,
                                   std::max<std::size_t>(1, connecting_at_once / spec_.workers),
                                   [this] { return aborted(); });
    turns_.release();
    if (!spec_.placement.client_cpus.empty()) {
        const std::string off = deviation({place_of_this_thread(spec_.topology)},
                                          {reports_[worker].account.planned_cpu},
                                          "worker " + std::to_string(worker + 1));
        if (!off.empty()) {
            throw Error(ExitCode::failed, off, "let nothing else move the threads of volley");
        }
    }
    const std::span all(connections);
    const auto interrupt = [all] {
        for (auto& connection : all) {
            connection.channel.interrupt();
        }
    };
    const auto drive = [&](auto&& loop) {
        // From here on, a worker allocates nothing.
        if (await_start(worker, interrupt)) {
            recorder.start(now());
            loop();
        }
    };
    const ClosedLoop pacer;
    try {
        if (spec_.driver == DriverKind::block) {
            drive([&] { drive_blocking(connections.front(), conversation, recorder, pacer); });
        } else if (spec_.driver == DriverKind::spin) {
            drive([&] {
                reports_[worker].account.busy_share =
                    drive_spinning(all, conversation, recorder, pacer).busy_share().value_or(1);
            });
        } else {
            WaitingDriver driver(all, conversation, recorder, pacer);
            drive([&] { driver.drive(); });
        }
    } catch (...) {
        const std::scoped_lock lock(mutex_);
        interrupts_[worker] = nullptr;
        throw;
    }
    report_and_stay(worker, recorder);
}

}  // namespace volley
