#include "run/connection.hh"

namespace volley {

namespace {

const char* name_of(std::uint64_t ReplyErrors::*kind) {
    if (kind == &ReplyErrors::wrong) {
        return "wrong";
    }
    if (kind == &ReplyErrors::duplicate) {
        return "duplicate";
    }
    return kind == &ReplyErrors::late ? "late" : "missing";
}

}  // namespace

void fail_reply(std::uint64_t ReplyErrors::*kind, std::size_t connection, const std::string& what) {
    throw ReplyFailure(kind, std::string(name_of(kind)) + " reply on connection " +
                                 std::to_string(connection) + ": " + what);
}

void fail_transfer(const Transferred& transferred, std::size_t connection,
                   const std::string& dump) {
    const std::string how = transferred.progress == Progress::closed
                                ? "the server closed the connection"
                                : errno_text(transferred.error);
    fail_reply(&ReplyErrors::missing, connection, how + ": " + dump);
}

void fail_length(std::size_t connection, std::size_t bytes, std::size_t wanted,
                 const std::string& dump) {
    const std::string length =
        bytes > wanted ? "more than " + std::to_string(wanted)
                       : std::to_string(bytes) + " instead of " + std::to_string(wanted);
    fail_reply(&ReplyErrors::wrong, connection, "a message of " + length + " bytes: " + dump);
}

void fail_late(std::size_t connection, Duration took, Duration timeout, const std::string& dump) {
    fail_reply(
        &ReplyErrors::late, connection,
        "it took " + format_nanoseconds(static_cast<double>(took.count())) + ", but the limit is " +
            format_nanoseconds(static_cast<double>(timeout.count())) + " (--timeout): " + dump);
}

}  // namespace volley
