// The thinnest blocking client: one connection, send and receive in turn. Usage: thin_block PORT
// WARMUP_SECONDS SECONDS
#include "thin.h"

int main(int argc, char** argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: thin_block PORT WARMUP_SECONDS SECONDS\n");
        return 2;
    }
    const int fd = connect_to(argv[1]);
    int64_t last = now_ns();
    int64_t start = last + (int64_t)(atof(argv[2]) * 1e9);
    const int64_t end = start + (int64_t)(atof(argv[3]) * 1e9);
    uint64_t trips = 0;
    int64_t sum = 0;
    double cpu = cpu_seconds();
    for (uint32_t challenge = 1; last < end; ++challenge) {
        const uint32_t bytes = htonl(challenge);
        uint32_t reply = 0;
        if (send(fd, &bytes, 4, MSG_NOSIGNAL) != 4 || recv(fd, &reply, 4, 0) != 4 ||
            ntohl(reply) != challenge + 1) {
            give_up("round trip");
        }
        const int64_t ended = now_ns();
        if (last < start && ended >= start) {
            cpu = cpu_seconds();
            trips = 0;
            sum = 0;
        }
        sum += ended - last;
        ++trips;
        last = ended;
    }
    report(trips, sum, cpu_seconds() - cpu);
    return 0;
}
