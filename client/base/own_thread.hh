// Runs a function on its own thread and waits for it. Use it for settings that must end with the
// thread, such as pinning or a scheduling class. An exception is passed on to the caller and does
// not end the program.
#pragma once

#include <exception>
#include <system_error>
#include <thread>

#include "base/error.hh"

namespace volley {

// Throws what act throws, or Error(failed) if no thread can be started.
template <typename Act>
void on_own_thread(Act&& act) {
    std::exception_ptr thrown;
    const auto guarded = [&] {
        try {
            act();
        } catch (...) {
            thrown = std::current_exception();
        }
    };
    try {
        std::jthread(guarded).join();
    } catch (const std::system_error& error) {
        throw Error(ExitCode::failed, std::string("no thread can be started: ") + error.what(),
                    "raise the limit of processes (ulimit -u, or that of the container)");
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

}  // namespace volley
