#include "run/run.hh"

#include <algorithm>
#include <memory>
#include <utility>

#include "run/account.hh"
#include "run/connection.hh"
#include "run/crew.hh"
#include "run/lengthening.hh"
#include "run/offload.hh"
#include "run/readiness.hh"
#include "run/server_process.hh"
#include "run/surroundings.hh"
#include "run/watch.hh"

namespace volley {

namespace {

// Another process may take the address that the system chose before the server has it.
constexpr int start_attempts = 3;
// A reply may arrive until its own deadline; after that, the workers have this long to leave.
constexpr Duration leaving_grace = std::chrono::seconds(2);
constexpr int leaving_steps = 20;

class OneRun {
  public:
    OneRun(const RunSpec& spec, std::size_t number, const RunHooks& hooks)
        : spec_(spec), hooks_(hooks), windows_(spec.warmup, spec.run_time, spec.workers) {
        result_.number = number;
        result_.started = wall_clock_text();
        result_.message_bytes = spec.message_bytes;
    }

    RunResult perform() {
        if (spec_.server) {
            result_.server_fingerprint = fingerprint_of(spec_.server->command);
        }
        const TimePoint began = now();
        try {
            start_server();
            connect();
            result_.setup_seconds = to_seconds(now() - began);
            measure();
            result_.complete = true;
        } catch (const Error& error) {
            if (error.code() == ExitCode::skipped && result_.number == 1) {
                throw;
            }
            if (error.code() == ExitCode::budget_spent) {
                leave();
                throw;
            }
            explain_failure(error);
        }
        const TimePoint ended = now();
        leave();
        result_.teardown_seconds = to_seconds(now() - ended);
        summarize();
        return std::move(result_);
    }

  private:
    void start_server() {
        if (!spec_.server) {
            set_transport(find_server(spec_, hooks_.signals, now() + spec_.connect_timeout));
            return;
        }
        for (int attempt = 1;; ++attempt) {
            server_.reset();  // nothing of it may be mistaken for the next one's
            endpoint_ = spec_.endpoint.fresh();
            set_transport(transports_to(endpoint_).front());
            server_ = std::make_unique<ServerProcess>(
                ServerStart{.command = command_line_for(spec_, endpoint_),
                            .cpus = spec_.placement.server_cpus,
                            .nodes = nodes_to_bind(spec_.topology, spec_.placement.server_nodes),
                            .realtime = spec_.realtime});
            result_.server_pid = server_->pid();
            try {
                await_ready(spec_, transport_, *server_, hooks_.signals,
                            now() + spec_.server->ready_timeout);
                return;
            } catch (const Error&) {
                if (attempt == start_attempts || !server_->has_ended() ||
                    !server_->how_it_forked_away().empty() || !endpoint_.is_taken()) {
                    throw;
                }
            }
        }
    }

    void set_transport(AnyTransport transport) {
        transport_ = std::move(transport);
        result_.server_host = host_of(transport_);
    }

    void connect() {
        crew_ = std::make_unique<Crew>(spec_, transport_, windows_, bell_);
        const TimePoint deadline = now() + spec_.connect_timeout + leaving_grace;
        wait_until(deadline, [&] {
            throw_if_interrupted(hooks_.signals);
            return crew_->all_ready();
        });
        if (!crew_->all_ready()) {
            throw Error(ExitCode::failed, "not all connections were open by the deadline",
                        "raise --connect-timeout, or open fewer with --clients");
        }
        if (server_) {
            note_executables();
        }
        if (server_ && !spec_.server->offload_check.empty()) {
            result_.offload = check_offload({.program = spec_.server->offload_check,
                                             .endpoint = endpoint_,
                                             .connections = spec_.connections},
                                            *server_, hooks_.signals);
        }
        surroundings_.look_before(server_.get(), result_);
    }

    // By now a script has become the program that it starts. Servers with one process per
    // connection have one program, so a few of them tell as much as all.
    void note_executables() {
        constexpr std::size_t most = 64;
        add_executables(result_.server_fingerprint, spec_.server->command,
                        server_->some_processes(most));
    }

    void measure() {
        windows_.start_at(now());
        next_collection_ = now() + windows_.collect_period();
        // All connections are open, have had one correct reply, and keep to their CPUs: nothing
        // more is chosen from here on.
        crew_->begin();
        // Look again during the warm-up if there is time: what appeared and what was used since the
        // start line belongs to no edge.
        const TimePoint again = windows_.measuring_starts() - surroundings_.time_to_look();
        if (again > now()) {
            wait_until(again, [] { return false; });
            surroundings_.look_again();
        }
        wait_until(windows_.measuring_starts(), [] { return false; });
        surroundings_.read_first_edge(*crew_);
        if (hooks_.look) {
            static_cast<void>(windows_.set_end(windows_.measuring_starts() + spec_.longest_run));
            look_until_told();
        } else {
            lengthen_where_needed();
        }
        wait_until(windows_.end(), [&] { return crew_->all_left(); });
        surroundings_.read_second_edge(*crew_);
        const auto all_left = [&] { return crew_->all_left(); };
        wait_until(windows_.end() + spec_.timeout, all_left);
        // In steps, so that if this program itself was stopped for a moment, it loses one step at
        // most.
        for (int step = 0; step < leaving_steps && !all_left(); ++step) {
            wait_until(now() + leaving_grace / leaving_steps, all_left);
        }
        if (!crew_->all_left()) {
            throw Error(ExitCode::failed, "the workers did not stop after the end of the run",
                        "this is a bug in volley: please report it");
        }
        windows_.finish();
        surroundings_.look_after();
        if (windows_.trips_so_far() == 0) {
            throw without_trips(windows_.end() - windows_.measuring_starts(), crew_->reports(),
                                interrupted());
        }
    }

    // Waits until done() or the given moment, whichever comes first. Throws if a worker has failed
    // or the server has ended.
    template <typename Done>
    void wait_until(TimePoint moment, Done done) {
        constexpr Duration between_ticks = std::chrono::milliseconds(500);
        while (!done() && now() < moment) {
            TimePoint next = hooks_.tick ? std::min(moment, now() + between_ticks) : moment;
            if (next_collection_ != TimePoint{}) {
                next = std::min(next, next_collection_);
            }
            const Wakeup wakeup = wait_for(next, &bell_, hooks_.signals, server_.get());
            if (crew_->failed()) {
                crew_->rethrow_failure();
            }
            if (wakeup == Wakeup::server_ended) {
                throw Error(ExitCode::failed, std::string(ended_in_mid_run));
            }
            if (next_collection_ != TimePoint{} && now() >= next_collection_) {
                windows_.collect();
                next_collection_ = now() + windows_.collect_period();
            }
            if (hooks_.tick) {
                hooks_.tick();
            }
        }
        if (crew_->failed()) {
            crew_->rethrow_failure();
        }
    }

    [[nodiscard]] bool interrupted() const {
        return hooks_.signals != nullptr && hooks_.signals->count() > 0;
    }

    // Lengthens a run that would end with too few round trips, before any worker has reached its
    // end. See benchmark/method.md: never by much more than the known rate justifies, never after
    // an interrupt, and never beyond what fits into the budget.
    void lengthen_where_needed() {
        const TimePoint start = windows_.measuring_starts();
        Duration length = spec_.run_time;
        for (;;) {
            const bool is_lengthened = length > spec_.run_time;
            wait_until(start + length / 8 * 7, [&] { return is_lengthened && interrupted(); });
            if (interrupted()) {
                if (is_lengthened) {
                    end_soon();
                }
                return;
            }
            const auto wanted = longer_run(
                {.length = length, .passed = now() - start, .trips = windows_.trips_so_far()},
                spec_.least_trips, spec_.longest_run);
            if (!wanted || !windows_.set_end(start + *wanted)) {
                return;
            }
            length = *wanted;
        }
    }

    // Two edges of windows from now, so that no worker has passed the end yet.
    void end_soon() {
        const TimePoint start = windows_.measuring_starts();
        const Duration present = windows_.width();
        const auto index = (now() - start) / present + 2;
        static_cast<void>(windows_.set_end(std::min(start + index * present, windows_.end())));
    }

    void look_until_told() {
        constexpr Duration::rep between_looks = 8;
        constexpr Duration::rep first_look = 32;
        const TimePoint start = windows_.measuring_starts();
        while (now() < windows_.end()) {
            const Duration width = windows_.width();
            const auto complete = (now() - start) / width;
            const auto next = std::max(first_look, (complete / between_looks + 1) * between_looks);
            wait_until(std::min(start + next * width, windows_.end()),
                       [&] { return interrupted(); });
            const bool late_enough = now() - start >= spec_.run_time;
            const bool told = late_enough && hooks_.look(windows_.windows_until(now()));
            if (told || interrupted()) {
                end_soon();
                return;
            }
        }
    }

    void explain_failure(const Error& error) {
        result_.error = server_ ? obituary(*server_, hooks_.signals, crew_ != nullptr, error.what())
                                : error.what();
    }

    void leave() {
        if (crew_) {
            crew_->abort();
            crew_->join();
            result_.errors = crew_->errors();
        }
        if (!server_) {
            return;
        }
        const auto stopped = server_->stop(spec_.server->stop_timeout);
        life_ = stopped.life;
        account_for_stop(result_, stopped, *server_);
    }

    void summarize() {
        if (crew_ == nullptr || windows_.measuring_starts() == TimePoint{}) {
            return;
        }
        windows_.collect();
        const TimePoint end = result_.complete ? windows_.end() : std::min(now(), windows_.end());
        result_.warmup_seconds = to_seconds(spec_.warmup);
        result_.measured_seconds = std::max(0.0, to_seconds(end - windows_.measuring_starts()));
        fill_figures(result_, windows_, spec_.confidence);
        account_for_connections(result_, crew_->reports(), spec_.connections);
        const RunReadings readings = surroundings_.readings(windows_.measuring_starts(), end);
        account_for_client(result_, crew_->reports(), readings, spec_.driver);
        account_for_machine(result_, readings);
        if (server_) {
            account_for_server(result_, readings, life_, spec_);
        }
    }

    const RunSpec& spec_;
    const RunHooks& hooks_;
    RunResult result_;
    CommonWindows windows_;
    Bell bell_;
    AnyTransport transport_;
    Endpoint endpoint_;  // of a server that the client starts
    std::unique_ptr<ServerProcess> server_;
    std::unique_ptr<Crew> crew_;
    TimePoint next_collection_{};  // of what workers hand over; none before the start line
    Surroundings surroundings_{spec_};
    LifeUsage life_;
};

}  // namespace

RunResult perform_run(const RunSpec& spec, std::size_t number, const RunHooks& hooks) {
    forget_earlier_runs();
    return OneRun(spec, number, hooks).perform();
}

}  // namespace volley
