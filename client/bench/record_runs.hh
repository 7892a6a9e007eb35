// Records runs of real servers into a result file, for coverage_real.cc: each round has one run of
// every cell, in a newly shuffled order, so that the machine's drift affects all alike. Each run is
// a measurement of its own (`target/volley --runs 1`); nothing is computed here.
#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.hh"
#include "base/random.hh"
#include "bench/replay.hh"
#include "clock/clock.hh"

namespace volley {

// A server and its number of connections.
struct Cell {
    std::string server;
    std::string connections;
};

// Runs the command to its end, with our own outputs. Returns its exit status. Throws Error(failed)
// if it cannot be started or was ended by a signal.
inline int run_command(std::vector<std::string> command) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (std::string& argument : command) {
        arguments.push_back(argument.data());
    }
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int error =
        ::posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), ::environ);
    if (error != 0) {
        throw_errno(command[0] + " cannot be started", error, "build it with make client servers");
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            throw_errno("waiting for " + command[0], errno);
        }
    }
    if (!WIFEXITED(status)) {
        throw Error(ExitCode::failed,
                    command[0] + " was killed by signal " + std::to_string(WTERMSIG(status)));
    }
    return WEXITSTATUS(status);
}

// Appends rounds · cells runs to `file`, with one line of progress on stderr every ten rounds.
// directory: of the built programs, "target". run_time: as the client's option takes it. Throws
// Error(failed) at the first run that fails, because a recording with gaps would be a biased
// selection.
inline void record_runs(const std::string& file, std::vector<Cell> cells, std::size_t rounds,
                        const std::string& run_time, const std::string& directory,
                        std::uint64_t seed) {
    Xoshiro256pp random(seed);
    const TimePoint began = now();
    for (std::size_t round = 1; round <= rounds; ++round) {
        shuffle(cells, random);
        for (const Cell& cell : cells) {
            // A single run would go on until its own interval is tight; --max-time gives it the
            // length of one run among several.
            const int status =
                run_command({directory + "/volley", "--quiet", "--runs", "1", "--max-time",
                             run_time, "--round", std::to_string(round), "--json", file, "-c",
                             cell.connections, "--", directory + "/servers/" + cell.server});
            if (status != static_cast<int>(ExitCode::precision_reached) &&
                status != static_cast<int>(ExitCode::budget_spent)) {
                throw Error(ExitCode::failed, "round " + std::to_string(round) + ": a run of " +
                                                  cell.server + " ended with exit status " +
                                                  std::to_string(status));
            }
        }
        constexpr std::size_t rounds_a_line = 10;
        if (round % rounds_a_line == 0 && round < rounds) {
            const double elapsed = to_seconds(now() - began);
            std::fprintf(
                stderr, "recorded %zu of %zu rounds, about %.0f s left\n", round, rounds,
                elapsed / static_cast<double>(round) * static_cast<double>(rounds - round));
        }
    }
}

}  // namespace volley
