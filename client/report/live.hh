// The progress line on a terminal during a measurement.
//
// It shows what is known so far and promises nothing; the final report is what counts. One thread
// writes it, between runs and during them, and never a measuring thread.
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
    std::string statistic;    // "mean": the statistic of `estimate`; empty: nothing known yet
    std::string unit = "ns";  // of the estimate
    std::optional<Estimate> estimate;
    std::optional<double> left_seconds;  // estimated
};

// At most `columns` characters. If there is too little room, parts are dropped, the least important
// first: round trips, runs, the interval's limits, the time left.
[[nodiscard]] std::string live_text(const LiveStatus& status, std::size_t columns);

// Overwrites its previous line, and erases it on destruction. Silent if the descriptor is not a
// terminal, and while the program is in the background.
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
    // Call before anything else is printed to the terminal.
    void erase();

  private:
    [[nodiscard]] std::size_t columns() const;
    void write(const std::string& text) const;

    int fd_;
    bool is_terminal_;
    std::size_t shown_ = 0;  // columns on the screen now
};

}  // namespace volley
