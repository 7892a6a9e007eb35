#include "process/usage.hh"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "host/system_files.hh"

namespace volley {
namespace {

using Known = std::unordered_map<pid_t, const ProcessReading*>;

Known by_number(const UsageEdge& edge) {
    Known known;
    for (const ProcessReading& one : edge.processes) {
        known.emplace(one.process, &one);
    }
    return known;
}

const ProcessReading* same_in(const Known& known, const ProcessReading& one) {
    const auto found = known.find(one.process);
    return found != known.end() && found->second->started == one.started ? found->second : nullptr;
}

double own_ticks(const Ticks& ticks) {
    return static_cast<double>(ticks.user) + static_cast<double>(ticks.system);
}

double children_ticks(const Ticks& ticks) {
    return static_cast<double>(ticks.children_user) + static_cast<double>(ticks.children_system);
}

double user_ticks(const UsageEdge& edge) {
    double sum = 0;
    for (const ProcessReading& one : edge.processes) {
        sum += static_cast<double>(one.ticks.user) + static_cast<double>(one.ticks.children_user);
    }
    return sum;
}

double system_ticks(const UsageEdge& edge) {
    double sum = 0;
    for (const ProcessReading& one : edge.processes) {
        sum +=
            static_cast<double>(one.ticks.system) + static_cast<double>(one.ticks.children_system);
    }
    return sum;
}

// The time of children that were not waited for is lost. The kernel does not say whether there were
// any; there were none if the whole machine has started no process and no thread.
bool may_have_lost_children(const UsageEdge& start, const UsageEdge& end) {
    const bool may_have_had = !start.forks || !end.forks || *end.forks != *start.forks;
    const auto loses = [](const ProcessReading& one) { return one.loses_children; };
    return may_have_had && (std::any_of(start.processes.begin(), start.processes.end(), loses) ||
                            std::any_of(end.processes.begin(), end.processes.end(), loses));
}

struct Gone {
    std::size_t count = 0;
    bool is_lost = false;    // one of them was not waited for
    double known_ticks = 0;  // used by them and their children at the first edge
};

Gone gone_between(const UsageEdge& start, const Known& at_start, const Known& at_end,
                  double ticks_per_second) {
    Gone gone;
    for (const ProcessReading& one : start.processes) {
        if (same_in(at_end, one) != nullptr) {
            continue;
        }
        ++gone.count;
        const auto parent = at_start.find(one.parent);
        gone.is_lost = gone.is_lost || (parent != at_start.end() && parent->second->loses_children);
        gone.known_ticks +=
            children_ticks(one.ticks) +
            (one.cpu ? to_seconds(*one.cpu) * ticks_per_second : own_ticks(one.ticks));
    }
    return gone;
}

std::optional<std::uint64_t> forks_so_far() {
    const auto value = value_of(SystemFiles().text("/proc/stat").value_or(""), "processes", ' ');
    std::uint64_t forks = 0;
    return value && std::from_chars(value->data(), value->data() + value->size(), forks).ec ==
                        std::errc{}
               ? std::optional(forks)
               : std::nullopt;
}

ProcessReading reading_of(const ProcessStat& process) {
    return {.process = process.process,
            .started = process.started,
            .parent = process.parent,
            .loses_children = ignores_children(process.process).value_or(false),
            .ticks = process.ticks};
}

}  // namespace

bool is_an_edge(double between_readings, double measured) {
    constexpr double most_stray = 0.05;
    return std::abs(between_readings - measured) <= most_stray * measured;
}

Usage divided_by_ticks(double cpu_seconds, double user, double system) {
    Usage usage{.cpu_seconds = cpu_seconds};
    const double user_part = std::max(user, 0.0);
    const double sum = user_part + std::max(system, 0.0);
    if (sum >= static_cast<double>(least_ticks)) {
        usage.user_seconds = cpu_seconds * (user_part / sum);
        usage.system_seconds = cpu_seconds - *usage.user_seconds;
    }
    return usage;
}

Usage usage_between(const UsageEdge& start, const UsageEdge& end, TimePoint from, TimePoint to,
                    double ticks_per_second) {
    const double measured = to_seconds(to - from);
    if (start.processes.empty() || end.processes.empty() || measured <= 0 ||
        may_have_lost_children(start, end)) {
        return {};
    }
    const Known at_start = by_number(start);
    const Known at_end = by_number(end);
    double seconds = 0;
    double waited_for = 0;
    for (const ProcessReading& one : end.processes) {
        if (!one.cpu) {
            return {};
        }
        const ProcessReading* const before = same_in(at_start, one);
        const bool is_known = before != nullptr && before->cpu;
        const TimePoint since = is_known ? before->at : from;
        const double used = to_seconds(*one.cpu - (is_known ? *before->cpu : Duration::zero()));
        const double between = to_seconds(one.at - since);
        if (is_known && !is_an_edge(between, measured)) {
            return {};
        }
        seconds += between > 0 ? used * measured / between : used;
        waited_for +=
            children_ticks(one.ticks) - (before != nullptr ? children_ticks(before->ticks) : 0.0);
    }
    const Gone gone = gone_between(start, at_start, at_end, ticks_per_second);
    const double left_to_parents = waited_for - gone.known_ticks;
    // Two figures rounded down to whole ticks, for each process that has ended and at both
    // readings.
    const double rounding = 2 * static_cast<double>(gone.count + 1);
    if (gone.is_lost || left_to_parents < -rounding) {
        return {};
    }
    seconds += std::max(left_to_parents, 0.0) / ticks_per_second;
    const bool is_rounded = gone.count > 0 || waited_for > 0;
    if (is_rounded && seconds * ticks_per_second < static_cast<double>(least_ticks)) {
        return {};
    }
    return divided_by_ticks(seconds, user_ticks(end) - user_ticks(start),
                            system_ticks(end) - system_ticks(start));
}

void UsageMeter::make_list() {
    const TimePoint began = now();
    first_ = {.forks = forks_so_far()};
    clocks_.clear();
    for (const ProcessStat& process : family_()) {
        first_.processes.push_back(reading_of(process));
        clocks_.push_back(cpu_clock_of(process.process));
    }
    second_ = first_;
    slow_part_ = now() - began;
}

void UsageMeter::read_clocks(std::vector<ProcessReading>& processes) const {
    for (std::size_t at = 0; at < processes.size(); ++at) {
        processes[at].cpu = clocks_[at] ? read(*clocks_[at]) : std::nullopt;
        processes[at].at = now();
    }
}

void UsageMeter::complete() {
    const UsageEdge at_edge = std::exchange(second_, {});
    const Known listed = by_number(at_edge);
    for (const ProcessStat& process : family_()) {
        ProcessReading one = reading_of(process);
        const ProcessReading* const before = same_in(listed, one);
        if (before != nullptr && before->cpu) {
            one.cpu = before->cpu;
            one.at = before->at;
        } else if (const auto clock = cpu_clock_of(process.process)) {
            one.cpu = read(*clock);
            one.at = now();
        }
        if (one.cpu) {
            second_.processes.push_back(one);
        }
    }
    second_.forks = forks_so_far();
}

Usage UsageMeter::usage(TimePoint from, TimePoint to) const {
    const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
    return ticks_per_second > 0
               ? usage_between(first_, second_, from, to, static_cast<double>(ticks_per_second))
               : Usage{};
}

}  // namespace volley
