// The time that a check may take, and what it is doing: every wait of the tester goes through here,
// so that no check can go on for longer than its limit, and a person at a terminal sees it work.
//
// One check runs at a time, in one thread; what is under way is kept here and not handed through
// every call.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace volley {

using Patience = std::chrono::milliseconds;

// Of a check of this name, without the starts of servers, which have a deadline of their own.
[[nodiscard]] Patience limit_of(const std::string& check);

// While it lives, this check is under way: number `number` of `of`. On a terminal, a line on stderr
// shows it, and is erased at the end.
class CheckUnderWay {
  public:
    CheckUnderWay(const std::string& name, std::size_t number, std::size_t of, Patience limit);
    ~CheckUnderWay();
    CheckUnderWay(const CheckUnderWay&) = delete;
    CheckUnderWay& operator=(const CheckUnderWay&) = delete;
};

// While it lives, the limit stands still.
class LimitStandsStill {
  public:
    LimitStandsStill();
    ~LimitStandsStill();
    LimitStandsStill(const LimitStandsStill&) = delete;
    LimitStandsStill& operator=(const LimitStandsStill&) = delete;
};

// What stands now, "612 of 1000 connections stand": for the line, and for the failure where the
// limit is reached.
void note_progress(const std::string& progress);
// A connection request got no answer at first: what too short a listen queue does.
void note_late_connection();
// "; 300 connection requests had to be sent again …" and the likely cause, or "".
[[nodiscard]] std::string late_connections_text();

// Throws CheckFailure where the limit of the check under way is reached.
void keep_to_limit();

// poll(2) until then, or until the limit of the check under way, at which it throws CheckFailure.
// How many are ready; 0: the time is over.
[[nodiscard]] int poll_until(pollfd* entries, std::size_t count,
                             std::chrono::steady_clock::time_point deadline);
// Sleeps, and keeps to the limit.
void pause_for(Patience time);

}  // namespace volley
