// The line on a terminal that tells how far a measurement is.
//
// It shows what is known so far and promises nothing; the report at the end is what counts. It is
// written by one thread between runs and during them, never by a measuring one.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "stats/interval.hh"

namespace volley {

struct LiveStatus {
    double elapsed_seconds = 0;
    std::size_t runs_done = 0;
    std::uint64_t round_trips = 0;
    std::string statistic;    // "mean": what `estimate` is of; empty: nothing known yet
    std::string unit = "ns";  // of the estimate
    std::optional<Estimate> estimate;
    std::optional<double> left_seconds;  // probably
};

// At most `columns` characters. Where the room is short, what matters least goes first: round
// trips, runs, the interval's limits, the time left.
[[nodiscard]] std::string live_text(const LiveStatus& status, std::size_t columns);

// Writes the line over its former self, and takes it away when it is destroyed. Silent where the
// descriptor is no terminal, and while the program is in the background of it.
class LiveLine {
  public:
    explicit LiveLine(int fd = STDERR_FILENO);
    ~LiveLine() { erase(); }
    LiveLine(const LiveLine&) = delete;
    LiveLine& operator=(const LiveLine&) = delete;

    void show(const LiveStatus& status);
    // Cut to the width of the terminal.
    void show(const std::string& line);
    [[nodiscard]] bool is_terminal() const { return is_terminal_; }
    // Before anything else is printed to the terminal.
    void erase();

  private:
    [[nodiscard]] std::size_t columns() const;
    void write(const std::string& text) const;

    int fd_;
    bool is_terminal_;
    std::size_t shown_ = 0;  // columns on the screen now
};

}  // namespace volley
