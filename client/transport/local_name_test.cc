#include "transport/local_name.hh"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace volley {
namespace {

LocalName fresh() {
    return free_name({.transport = "unix"});
}

OwnedFd listening_at(const LocalName& name, const LocalAddress& address, int backlog) {
    OwnedFd listener = name.socket();
    EXPECT_EQ(::bind(listener.get(), address.get(), address.length), 0);
    EXPECT_EQ(::listen(listener.get(), backlog), 0);
    return listener;
}

int connect_once(const LocalName& name) {
    const OwnedFd socket = name.socket();
    return connect_local(socket.get(), name);
}

TEST(LocalName, IsAsLongAsItsTextOrPaddedWithZeros) {
    const LocalName name{.transport = "unix", .number = 9000};
    EXPECT_EQ(name.text(), "@volley/unix/9000");
    const LocalAddress exact = name.exact();
    const std::size_t path = exact.length - offsetof(sockaddr_un, sun_path);
    EXPECT_EQ(std::string_view(exact.storage.sun_path, path),
              std::string_view("\0volley/unix/9000", 17));
    EXPECT_EQ(name.padded().length, sizeof(sockaddr_un));
}

TEST(LocalName, IsTakenInBothFormsAsLongAsTheListenerIsOpen) {
    const LocalName name = fresh();
    EXPECT_GE(name.number, 1U);
    EXPECT_FALSE(is_name_taken(name));
    for (const LocalAddress& address : {name.exact(), name.padded()}) {
        {
            const OwnedFd listener = listening_at(name, address, 1);
            EXPECT_TRUE(is_name_taken(name));
            EXPECT_EQ(connect_once(name), 0);
        }
        EXPECT_FALSE(is_name_taken(name));
        EXPECT_EQ(connect_once(name), ECONNREFUSED);
    }
}

TEST(LocalName, NobodyThereIsARefusalWithARemedy) {
    const LocalName name = fresh();
    EXPECT_EQ(explain_local_failure(connect_once(name), -1, name).cause,
              "Connection refused: nothing listens there");
    EXPECT_NE(explain_local_failure(ECONNREFUSED, -1, name).remedy.find("-t unix"),
              std::string::npos);
    // A name belongs to a kind of socket.
    LocalName other = name;
    other.kind = SOCK_SEQPACKET;
    const OwnedFd listener = other.listen();
    ASSERT_TRUE(listener);
    EXPECT_EQ(connect_once(name), ECONNREFUSED);
    for (const int error : {EMFILE, ENFILE, EACCES, EAGAIN, ETIMEDOUT, ENOMEM}) {
        const Refusal refusal = explain_local_failure(error, -1, name);
        EXPECT_FALSE(refusal.cause.empty() || refusal.remedy.empty()) << error;
    }
}

// connect(2) answers EAGAIN where TCP would wait: it is no refusal.
TEST(LocalName, AFullQueueIsToldFromARefusal) {
    const LocalName name = fresh();
    const OwnedFd listener = listening_at(name, name.exact(), 0);
    std::vector<OwnedFd> queued;
    int error = 0;
    constexpr int more_than_fit = 10;
    for (int at = 0; at < more_than_fit && error == 0; ++at) {
        queued.push_back(name.socket());
        error = connect_local(queued.back().get(), name);
    }
    EXPECT_EQ(error, EAGAIN);
    const OwnedFd accepted(::accept(listener.get(), nullptr, nullptr));
    EXPECT_EQ(connect_local(queued.back().get(), name), 0);
}

TEST(LocalName, TheListenerIsKnownByItsUserAndProcess) {
    const LocalName name = fresh();
    const OwnedFd listener = name.listen();
    const OwnedFd socket = name.socket();
    ASSERT_EQ(connect_local(socket.get(), name), 0);
    const auto peer = local_peer(socket.get());
    ASSERT_TRUE(peer);
    EXPECT_EQ(peer->user, ::geteuid());
    EXPECT_EQ(peer->process, ::getpid());
    EXPECT_FALSE(refuse_stranger(socket.get(), {1, ::getpid()}));
    const auto refusal = refuse_stranger(socket.get(), {1});
    ASSERT_TRUE(refusal);
    EXPECT_TRUE(refusal->cause.starts_with("process " + std::to_string(::getpid()) + " ("))
        << refusal->cause;
    EXPECT_NE(refusal->cause.find("not the server that was started"), std::string::npos);
}

TEST(LocalName, ThePacketLimitIsWhatTheKernelTakes) {
    const std::size_t most = most_packet_bytes();
    const LocalName name = free_name({.transport = "unix-seqpacket", .kind = SOCK_SEQPACKET});
    const OwnedFd listener = name.listen();
    const OwnedFd socket = name.socket();
    ASSERT_EQ(connect_local(socket.get(), name), 0);
    const std::vector<char> packet(most + 1);
    EXPECT_EQ(::send(socket.get(), packet.data(), most + 1, 0), -1);
    EXPECT_EQ(::send(socket.get(), packet.data(), most, 0), static_cast<ssize_t>(most));
}

// A child becomes another user, and says how connecting went for it.
TEST(LocalName, AnotherUsersListenerIsRefusedByName) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can become another user";
    }
    constexpr uid_t nobody = 65534;
    const LocalName name = fresh();
    const OwnedFd listener = name.listen();
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const OwnedFd read_end(ends[0]);
    OwnedFd write_end(ends[1]);
    const pid_t child = ::fork();
    if (child == 0) {
        std::string said = "not another user";
        if (::setuid(nobody) == 0) {
            const OwnedFd socket = name.socket();
            const int error = connect_local(socket.get(), name);
            said = std::to_string(error) + " " +
                   explain_local_failure(error, socket.get(), name).cause;
        }
        static_cast<void>(!::write(write_end.get(), said.data(), said.size()));
        ::_exit(0);
    }
    write_end.reset();
    std::string said(1000, '\0');
    const ssize_t length = ::read(read_end.get(), said.data(), said.size());
    said.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(said.starts_with(std::to_string(another_users) + " process ")) << said;
    EXPECT_TRUE(said.ends_with("of user 0 listens there, and this is user 65534")) << said;
}

}  // namespace
}  // namespace volley
