// Repeats a system call that a signal interrupted.
#pragma once

#include <cerrno>

namespace volley {

// Calls call() until it returns something other than -1 with errno EINTR. Not for calls with a
// relative timeout, which would start again from the beginning.
template <typename Call>
auto retry_on_eintr(Call call) {
    for (;;) {
        const auto result = call();
        if (result != -1 || errno != EINTR) {
            return result;
        }
    }
}

}  // namespace volley
