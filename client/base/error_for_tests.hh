// A helper for unit tests that expect an error.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/error.hh"

namespace volley {

// The text of the Error(failed) that the call throws, or "no error".
inline std::string message_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::failed);
        return error.what();
    }
    return "no error";
}

}  // namespace volley
