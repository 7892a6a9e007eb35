// A server that keeps the contract, and breaks it on request: fake_server -p PORT --fault NAME …
//
// For tests only: it proves that each check of conform can fail, and that each error of the
// measuring client can occur. This file has its start-up: flags, signals, threads, process.
#include <getopt.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <iostream>
#include <thread>

#include "base/program.hh"
#include "test/fake_service.hh"

namespace volley {
namespace {

constexpr std::size_t largest_port = 65535;
constexpr std::size_t largest_message_bytes = 16 << 20;
constexpr std::size_t noise_bytes = 1 << 20;

void print_help() {
    std::cout
        << "usage: fake_server -p PORT [-b ADDRESS] [-t TRANSPORT] [-m BYTES] "
           "[--fault NAME[=N]]...\n"
           "Without a fault it keeps the server contract, over tcp, unix or unix-seqpacket. The "
           "faults:\n";
    for (const Fault& fault : faults_known) {
        std::cout << "  " << fault.name << std::string(28 - fault.name.size(), ' ') << fault.meaning
                  << '\n';
    }
}

// Nothing if the text is no number in [1, limit].
std::optional<std::size_t> parse_number(std::string_view text, std::size_t limit) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_right =
        error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= limit;
    return is_right ? std::optional(value) : std::nullopt;
}

bool is_transport(std::string_view name) {
    return name == "tcp" || name == "unix" || name == "unix-seqpacket";
}

// Reads all flags before judging them: a fault may accept wrong ones.
Setup parse(int argc, char* argv[]) {
    static const option long_options[] = {{"fault", required_argument, nullptr, 'f'},
                                          {"help", no_argument, nullptr, 'h'},
                                          {nullptr, 0, nullptr, 0}};
    Setup setup;
    std::string wrong;
    std::string bytes = "4";
    opterr = 0;
    for (int flag; (flag = getopt_long(argc, argv, "p:b:m:t:", long_options, nullptr)) != -1;) {
        if (flag == 'p') {
            setup.port = optarg;
        } else if (flag == 'b') {
            setup.address = optarg;
        } else if (flag == 'm') {
            bytes = optarg;
        } else if (flag == 't' && is_transport(optarg)) {
            setup.transport = optarg;
        } else if (flag == 'f' && setup.faults.add(optarg)) {
            continue;
        } else if (flag == 'h') {
            print_help();
            std::exit(0);
        } else {
            wrong = "a flag is unknown, lacks its value, or names no fault; --help lists them";
        }
    }
    if (optind < argc) {
        wrong = std::string("unknown argument ") + argv[optind];
    }
    if (!parse_number(setup.port, largest_port)) {
        wrong = "-p '" + setup.port + "' is not a port from 1 to 65535";
        setup.port = "0";
    }
    const auto message_bytes = parse_number(bytes, largest_message_bytes);
    if (!message_bytes) {
        wrong = "-m " + bytes + " is not a number from 1 to 16777216";
    }
    setup.message_bytes = message_bytes.value_or(setup.message_bytes);
    if (setup.faults.has("accepts-wrong-flags")) {
        if (setup.address.find_first_not_of("0123456789abcdef:.") != std::string::npos) {
            setup.address = "127.0.0.1";
        }
    } else if (!wrong.empty()) {
        complain(setup.faults, wrong);
    }
    return setup;
}

void choose_signals(const Faults& faults) {
    std::signal(SIGTERM, faults.has("ignores-sigterm") ? SIG_IGN : SIG_DFL);
    std::signal(SIGINT, faults.has("ignores-sigint") ? SIG_IGN : SIG_DFL);
    if (faults.has("slow-to-end")) {
        for (const int number : {SIGTERM, SIGINT}) {
            struct sigaction action {};
            action.sa_handler = [](int) { signal_seen = 1; };
            ::sigaction(number, &action, nullptr);
        }
    }
}

// One thread serves; the others exist to be counted, and leave signals to the first.
void start_idle_threads() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    ::sched_getaffinity(0, sizeof allowed, &allowed);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 1; i < CPU_COUNT(&allowed); ++i) {
        std::thread([] {
            for (;;) {
                ::pause();
            }
        }).detach();
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

[[noreturn]] void serve(const Setup& setup) {
    const Faults& faults = setup.faults;
    choose_signals(faults);
    raise_descriptor_limit();
    if (const auto status = faults.find("exits-at-start")) {
        std::cerr << "fake_server: cannot find what it needs\n";
        std::_Exit(static_cast<int>(*status));
    }
    if (faults.has("noisy-stderr")) {
        for (std::size_t i = 0; i < noise_bytes / 1024; ++i) {
            std::cerr << std::string(1023, 'n') << '\n';
        }
    }
    if (faults.has("forks-away") && ::fork() > 0) {
        ::wait(nullptr);
        std::_Exit(0);
    }
    if (faults.has("forks-away")) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    if (faults.has("leaves-a-child") && ::fork() == 0) {
        for (;;) {
            ::pause();
        }
    }
    if (!faults.has("ignores-affinity")) {
        start_idle_threads();
    }
    while (faults.has("never-ready")) {
        ::pause();
    }
    FakeServer server(setup);
    if (faults.has("prints-on-stdout")) {
        std::cout << "listening on port " << setup.port << std::endl;
    }
    server.run();
}

}  // namespace
}  // namespace volley

int main(int argc, char* argv[]) {
    volley::have_standard_descriptors();
    volley::serve(volley::parse(argc, argv));
}
