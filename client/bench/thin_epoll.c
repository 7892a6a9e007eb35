// The thinnest client for many connections: one thread, one epoll. Usage: thin_epoll PORT
// WARMUP_SECONDS SECONDS CONNECTIONS

#include "thin.h"

struct connection {
    int fd;
    uint32_t challenge;
    int64_t began;
};

static void offer(struct connection* connection, int64_t began) {
    const uint32_t bytes = htonl(++connection->challenge);
    connection->began = began;
    if (send(connection->fd, &bytes, 4, MSG_NOSIGNAL) != 4) {
        give_up("send");
    }
}

int main(int argc, char** argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: thin_epoll PORT WARMUP_SECONDS SECONDS CONNECTIONS\n");
        return 2;
    }
    const int count = atoi(argv[4]);
    const int epoll = epoll_create1(0);
    struct connection* connections = connect_all(epoll, argv[1], count, sizeof *connections);
    const struct span measured = span_from_now(argv[2], argv[3]);
    int warm = 0;
    uint64_t trips = 0;
    int64_t sum = 0;
    int64_t ended = 0;
    double cpu = cpu_seconds();
    for (int at = 0; at < count; ++at) {
        offer(&connections[at], now_ns());
    }
    while (ended < measured.end) {
        struct epoll_event events[128];
        const int ready = epoll_wait(epoll, events, 128, -1);
        for (int at = 0; at < ready; ++at) {
            struct connection* connection = events[at].data.ptr;
            uint32_t reply = 0;
            if (recv(connection->fd, &reply, 4, 0) != 4 ||
                ntohl(reply) != connection->challenge + 1) {
                give_up("round trip");
            }
            ended = now_ns();
            if (!warm && ended >= measured.start) {
                warm = 1;
                cpu = cpu_seconds();
                trips = 0;
                sum = 0;
            }
            sum += ended - connection->began;
            ++trips;
            offer(connection, ended);
        }
    }
    report(trips, sum, cpu_seconds() - cpu);
    return 0;
}
