// The thinnest client for our echo servers and those of others, so that both get the same load.
// Usage: thin_echo PORT WARMUP_SECONDS SECONDS CONNECTIONS FORM
//
// FORM is what the server speaks: "volley" adds one to the first four of 14 bytes (a server of ours
// with -m 14), "echo" sends 14 bytes back, "sockperf" does so with messages that begin with
// sockperf's own header of 14 bytes: sequence number, flags, length, all in network order. All
// messages have the same length. One thread with one epoll.
#include <string.h>

#include "thin.h"

enum { message_bytes = 14, client_asks_for_reply = 3 };

struct connection {
    int fd;
    uint32_t challenge;
    int64_t began;
};

static void offer(struct connection* connection, int is_sockperf) {
    unsigned char bytes[message_bytes] = {0};
    const uint32_t number = htonl(++connection->challenge);
    if (is_sockperf) {
        const uint16_t flags = htons(client_asks_for_reply);
        const uint32_t length = htonl(message_bytes);
        memcpy(bytes + 4, &number, 4);
        memcpy(bytes + 8, &flags, 2);
        memcpy(bytes + 10, &length, 4);
    } else {
        memcpy(bytes, &number, 4);
    }
    connection->began = now_ns();
    if (send(connection->fd, bytes, sizeof bytes, MSG_NOSIGNAL) != message_bytes) {
        give_up("send");
    }
}

static int is_right(const unsigned char* reply, uint32_t challenge, const char* form) {
    uint32_t number = 0;
    memcpy(&number, reply + (strcmp(form, "sockperf") == 0 ? 4 : 0), 4);
    return ntohl(number) == challenge + (strcmp(form, "volley") == 0 ? 1 : 0);
}

int main(int argc, char** argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: thin_echo PORT WARMUP_SECONDS SECONDS CONNECTIONS FORM\n");
        return 2;
    }
    const char* form = argv[5];
    const int is_sockperf = strcmp(form, "sockperf") == 0;
    const int count = atoi(argv[4]);
    const int epoll = epoll_create1(0);
    struct connection* connections = connect_all(epoll, argv[1], count, sizeof *connections);
    const struct span measured = span_from_now(argv[2], argv[3]);
    uint64_t trips = 0;
    int64_t sum = 0;
    int64_t ended = 0;
    double cpu = cpu_seconds();
    for (int at = 0; at < count; ++at) {
        offer(&connections[at], is_sockperf);
    }
    while (ended < measured.end) {
        struct epoll_event events[128];
        const int ready = epoll_wait(epoll, events, 128, 5000);
        if (ready == 0) {
            fprintf(stderr, "thin_echo: no reply for 5 s\n");
            return 1;
        }
        for (int at = 0; at < ready; ++at) {
            struct connection* connection = events[at].data.ptr;
            unsigned char reply[message_bytes];
            if (recv(connection->fd, reply, sizeof reply, MSG_WAITALL) != message_bytes ||
                !is_right(reply, connection->challenge, form)) {
                fprintf(stderr, "thin_echo: a wrong reply\n");
                return 1;
            }
            ended = now_ns();
            if (ended >= measured.start) {
                sum += ended - connection->began;
                ++trips;
            } else {
                cpu = cpu_seconds();
            }
            offer(connection, is_sockperf);
        }
    }
    report(trips, sum, cpu_seconds() - cpu);
    return 0;
}
