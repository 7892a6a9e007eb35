// The CPU time that a family of processes uses between the two edges of the measured part.
//
// At an edge only the CPU clocks of the listed processes are read, about half a microsecond each.
// The slow parts, the list and the ticks from /proc, are read before the first edge and after the
// second. Each process's use is scaled from the time between the two readings of its clock to the
// measured part. So the sum covers exactly the time of the round trips that it is divided by.
//
// The time of processes that end meanwhile passes to the process that waits for them (cutime and
// cstime of /proc/PID/stat, in ticks). If none waits (SIGCHLD ignored), the time is lost and the
// sum is unknown.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "clock/clock.hh"
#include "process/proc_files.hh"

namespace volley {

// Fewer ticks are too coarse: at this number one tick is 5 %.
inline constexpr std::uint64_t least_ticks = 20;

struct ProcessReading {
    pid_t process = 0;
    std::uint64_t started = 0;
    pid_t parent = 0;
    bool loses_children = false;  // it ignores SIGCHLD
    Ticks ticks;
    std::optional<Duration> cpu;  // its clock at the edge; nothing if it was gone
    TimePoint at{};               // when the clock was read
};

// The readings around one edge.
struct UsageEdge {
    std::vector<ProcessReading> processes;
    // Processes and threads that the machine has started since boot.
    std::optional<std::uint64_t> forks;
};

// Nothing: unknown.
struct Usage {
    std::optional<double> cpu_seconds;
    // These add up to cpu_seconds. Nothing below least_ticks.
    std::optional<double> user_seconds;
    std::optional<double> system_seconds;
};

// from, to: the measured part. Pure.
[[nodiscard]] Usage usage_between(const UsageEdge& start, const UsageEdge& end, TimePoint from,
                                  TimePoint to, double ticks_per_second);

// Whether two readings so many seconds apart can stand for the edges of the measured part. They
// cannot if this program was stopped between an edge and its reading, because the CPU time used
// meanwhile is not spread evenly.
[[nodiscard]] bool is_an_edge(double between_readings, double measured);

// Divides cpu_seconds into user and system in the proportion of the ticks of the same period.
[[nodiscard]] Usage divided_by_ticks(double cpu_seconds, double user_ticks, double system_ticks);

// Reads the edges. Call its functions in the order in which they are declared.
class UsageMeter {
  public:
    using Family = std::function<std::vector<ProcessStat>()>;
    explicit UsageMeter(Family family) : family_(std::move(family)) {}

    // Slow: lists the processes and reads their ticks. Call it before the start line and, if there
    // is time, again shortly before the first edge.
    void make_list();
    // How long make_list() took.
    [[nodiscard]] Duration slow_part() const { return slow_part_; }
    // Reads the clocks only.
    void read_first_edge() { read_clocks(first_.processes); }
    void read_second_edge() { read_clocks(second_.processes); }
    // Slow: reads the ticks, and the processes that have started meanwhile.
    void complete();

    [[nodiscard]] const UsageEdge& first() const { return first_; }
    [[nodiscard]] const UsageEdge& second() const { return second_; }
    [[nodiscard]] Usage usage(TimePoint from, TimePoint to) const;

  private:
    void read_clocks(std::vector<ProcessReading>& processes) const;

    Family family_;
    Duration slow_part_{0};
    std::vector<std::optional<CpuClock>> clocks_;  // one for each process of the list
    UsageEdge first_;
    UsageEdge second_;
};

}  // namespace volley
