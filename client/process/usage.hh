// The CPU time that a family of processes has used between the two edges of the measured part.
//
// At an edge only the CPU clocks of the processes on a list are read, about half a microsecond
// each: what takes long, the list and the ticks of /proc, is read before the first edge and after
// the second. What somebody used is scaled from the stretch between the two readings of its own
// clock to the measured part, so that the sum belongs to exactly the time whose round trips it is
// divided by.
//
// Processes that end meanwhile leave their time to those that wait for them (cutime and cstime of
// /proc/PID/stat, in ticks). Where nobody waits (SIGCHLD ignored) it is lost, and the sum unknown.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "clock/clock.hh"
#include "process/proc_files.hh"

namespace volley {

// Fewer ticks than these say too little: one of them is 5 %.
inline constexpr std::uint64_t least_ticks = 20;

struct ProcessReading {
    pid_t process = 0;
    std::uint64_t started = 0;
    pid_t parent = 0;
    bool loses_children = false;  // it ignores SIGCHLD
    Ticks ticks;
    std::optional<Duration> cpu;  // its clock at the edge; nothing where it was gone
    TimePoint at{};               // when that was read
};

// What was read around one edge.
struct UsageEdge {
    std::vector<ProcessReading> processes;
    // Processes and threads that the machine has begun since its boot.
    std::optional<std::uint64_t> forks;
};

// Nothing: unknown.
struct Usage {
    std::optional<double> cpu_seconds;
    // Their sum is cpu_seconds. Nothing below least_ticks.
    std::optional<double> user_seconds;
    std::optional<double> system_seconds;
};

// from, to: the measured part. Pure.
[[nodiscard]] Usage usage_between(const UsageEdge& start, const UsageEdge& end, TimePoint from,
                                  TimePoint to, double ticks_per_second);

// Whether two readings that lie so many seconds apart can stand for the edges of the measured part:
// not where this program itself was stopped between an edge and its reading, because what was used
// meanwhile is not spread evenly.
[[nodiscard]] bool is_an_edge(double between_readings, double measured);

// cpu_seconds divided as the ticks are: user and system, of the same stretch.
[[nodiscard]] Usage divided_by_ticks(double cpu_seconds, double user_ticks, double system_ticks);

// Reads the edges, in the order of its functions.
class UsageMeter {
  public:
    using Family = std::function<std::vector<ProcessStat>()>;
    explicit UsageMeter(Family family) : family_(std::move(family)) {}

    // Slow: who they are, and their ticks. Call it before the start line and, where there is time,
    // again shortly before the first edge.
    void make_list();
    // How long that took.
    [[nodiscard]] Duration slow_part() const { return slow_part_; }
    // Nothing but clocks.
    void read_first_edge() { read_clocks(first_.processes); }
    void read_second_edge() { read_clocks(second_.processes); }
    // Slow: ticks, and those that have come meanwhile.
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
