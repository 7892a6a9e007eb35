#include "host/keep_awake.hh"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hh"
#include "base/owned_fd.hh"
#include "base/retry.hh"
#include "host/affinity.hh"
#include "host/affinity_mask.hh"

namespace volley {

namespace {

// Tells the core that this is a spin loop, so that an SMT sibling gets its resources.
#if defined(__x86_64__) || defined(__i386__)
void relax_cpu() {
    __builtin_ia32_pause();
}
#elif defined(__aarch64__)
void relax_cpu() {
    asm volatile("yield");
}
#else
void relax_cpu() {}
#endif

// The idle driver enforces the latency limit. Without one (most virtual machines), holding the
// device has no effect, so it does not count as a way.
bool has_idle_driver(const SystemFiles& files) {
    const std::optional<std::string> driver =
        files.line("/sys/devices/system/cpu/cpuidle/current_driver");
    return driver && !driver->empty() && *driver != "none";
}

// The open descriptor holds the request; the kernel drops it at close.
OwnedFd hold_latency_at_zero(const SystemFiles& files) {
    const std::string device = files.path("/dev/cpu_dma_latency");
    OwnedFd file(retry_on_eintr([&] { return ::open(device.c_str(), O_WRONLY | O_CLOEXEC); }));
    constexpr std::int32_t microseconds = 0;
    if (file && ::write(file.get(), &microseconds, sizeof microseconds) !=
                    static_cast<ssize_t>(sizeof microseconds)) {
        file.reset();
    }
    return file;
}

// Threads started while it lives receive no signals: Ctrl-C is for the main thread.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

struct KeepAwake::State {
    struct Spinner {
        pid_t id = 0;
        std::thread thread;
    };

    OwnedFd device;
    std::vector<Spinner> spinners;
    // Relaxed on both sides (stored in the destructor, loaded by the spinners): it publishes no
    // other data, and join() orders what follows.
    std::atomic<bool> stop{false};
    std::string how;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        stop.store(true, std::memory_order_relaxed);
        for (Spinner& spinner : spinners) {
            // On a busy CPU an idle-class thread sees the flag late. Raising its class needs
            // CAP_SYS_NICE or RLIMIT_NICE; without either it still ends, only later.
            const sched_param ordinary{};
            ::sched_setscheduler(spinner.id, SCHED_OTHER, &ordinary);
            spinner.thread.join();
        }
    }

    void spin_on(int cpu) {
        std::promise<pid_t> ready;
        std::future<pid_t> id = ready.get_future();
        const SignalsBlocked blocked;
        const auto spin = [this, cpu](std::promise<pid_t> promise) {
            try {
                pin_this_thread({cpu});
                promise.set_value(::gettid());
            } catch (...) {
                promise.set_exception(std::current_exception());
                return;
            }
            while (!stop.load(std::memory_order_relaxed)) {
                relax_cpu();
            }
        };
        try {
            spinners.push_back({.id = 0, .thread = std::thread(spin, std::move(ready))});
        } catch (const std::system_error& error) {
            throw Error(ExitCode::failed,
                        std::string("--keep-awake: no thread can be started: ") + error.what(),
                        "raise the limit of processes (ulimit -u, or that of the container)");
        }
        constexpr auto deadline = std::chrono::seconds(10);
        if (id.wait_for(deadline) != std::future_status::ready) {
            throw Error(
                ExitCode::failed,
                "--keep-awake: CPU " + std::to_string(cpu) + " did not run a thread within 10 s",
                "something with real-time priority holds it");
        }
        const pid_t thread = id.get();
        spinners.back().id = thread;
        const sched_param none{};
        if (::sched_setscheduler(thread, SCHED_IDLE, &none) != 0) {
            // At ordinary priority it would take CPU time from the measured processes.
            throw_errno("--keep-awake: a thread cannot be made SCHED_IDLE", errno,
                        "leave out --keep-awake");
        }
    }
};

KeepAwake::KeepAwake(const CpuList& cpus, const SystemFiles& files)
    : state_(std::make_unique<State>()) {
    if (has_idle_driver(files)) {
        state_->device = hold_latency_at_zero(files);
    }
    if (state_->device) {
        state_->how = "cpu_dma_latency";
        return;
    }
    for (const int cpu : cpus.empty() ? affinity_mask_of(0).value_or(CpuList{}) : cpus) {
        state_->spin_on(cpu);
    }
    if (state_->spinners.empty()) {
        throw Error(ExitCode::failed, "--keep-awake: the allowed CPUs are not known",
                    "leave out --keep-awake");
    }
    state_->how = "idle spinners";
}

KeepAwake::~KeepAwake() = default;

const std::string& KeepAwake::how() const {
    return state_->how;
}

}  // namespace volley
