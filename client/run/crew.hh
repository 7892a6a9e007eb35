// The workers of one run: threads, each with its connections, that start together and can be
// stopped together.
#pragma once

#include <time.h>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include "run/common_windows.hh"
#include "run/open_connections.hh"
#include "run/recorder.hh"
#include "run/spec.hh"
#include "run/watch.hh"
#include "transport/any_transport.hh"
#include "transport/exchange.hh"

namespace volley {

class Crew {
  public:
    // Starts the threads; they connect at once. `bell` rings when all have connected, when one has
    // failed, and when all have left. All arguments must outlive the crew.
    Crew(const RunSpec& spec, const AnyTransport& transport, CommonWindows& windows,
         const Bell& bell);
    // Stops and joins.
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    // All connections of all workers are open and have had one correct reply.
    [[nodiscard]] bool all_ready() const;
    [[nodiscard]] bool all_left() const;
    [[nodiscard]] bool failed() const;

    // CPU time that each worker has used so far, read from its clock. The clocks are read one after
    // the other, so each reading has its own time. Call when all are ready, and before join().
    struct CpuReading {
        TimePoint at{};
        Duration used{0};
    };
    [[nodiscard]] std::vector<CpuReading> read_cpu_clocks() const;

    // Lets all workers begin. Call once, when all are ready and the windows have their start line.
    void begin();
    // Makes every worker leave soon, whatever it is waiting for.
    void abort();
    void join();

    // Stops and joins, then throws the failure that occurred first. Call only if failed().
    [[noreturn]] void rethrow_failure();
    // Call after join().
    [[nodiscard]] const ReplyErrors& errors() const { return errors_; }

    // Of one worker; call after join().
    struct Report {
        WorkerAccount account;
        ThreadUsage at_start;
        ThreadUsage at_end;
        std::vector<EdgeTrip> edge_trips;
    };
    [[nodiscard]] const std::vector<Report>& reports() const { return reports_; }

  private:
    enum class State : int { connecting, running, aborted };

    void work(std::size_t worker);
    template <typename Transport>
    void work_on(const Transport& transport, std::size_t worker, Recorder& recorder);
    // Waits for a turn to connect, so that the connections under way never exceed a listen queue.
    // Throws if no turn comes in time.
    void await_turn();
    // Waits for the start line. False: the run was aborted instead.
    bool await_start(std::size_t worker, std::function<void()> interrupt);
    void report_and_stay(std::size_t worker, const Recorder& recorder);
    void note_failure(std::exception_ptr failure);
    [[nodiscard]] bool aborted() const {
        return state_.load(std::memory_order_acquire) == State::aborted;
    }
    [[nodiscard]] std::size_t connections_of(std::size_t worker) const;
    [[nodiscard]] std::size_t first_connection_of(std::size_t worker) const;

    // Connections under way at once over all workers: below the listen queue of any server
    // (SOMAXCONN was long 128), because an overflow would cost each connection a second.
    static constexpr std::ptrdiff_t connecting_at_once = 64;

    const RunSpec& spec_;
    const AnyTransport& transport_;
    CommonWindows& windows_;
    const Bell& bell_;
    Payload payload_;
    TimePoint connect_deadline_;
    Standing standing_;
    std::counting_semaphore<connecting_at_once> turns_{connecting_at_once};

    // The coordinator writes with release order and workers read with acquire order, so they see
    // what begin() or abort() set up before.
    std::atomic<State> state_{State::connecting};
    mutable std::mutex
        mutex_;  // guards what follows, but for reports_, of which each worker writes its own
    std::size_t ready_ = 0;
    std::size_t left_ = 0;
    std::vector<std::function<void()>> interrupts_;
    std::exception_ptr failure_;
    ReplyErrors errors_;
    std::vector<Report> reports_;
    std::vector<clockid_t> clocks_;  // of the workers' CPU time, once all are ready
    std::vector<std::jthread> threads_;
};

}  // namespace volley
