// conform: the server contract of servers/README.md as a program.
//
// Options, subject, checks, tally. It shares only base/ with the measuring client, so that neither
// can hide a mistake of the other.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "base/build_info.hh"
#include "base/error.hh"
#include "base/joined.hh"
#include "base/printable.hh"
#include "base/program.hh"
#include "conform/check.hh"
#include "conform/time_limit.hh"
#include "conform/workbench.hh"
#include "process/watcher.hh"

namespace volley {
namespace {

constexpr const char* help_text =
    R"(conform: checks a server against the server contract

  conform [--transport NAME] [--only NAME]... SERVER [ARGUMENTS]
  conform --list | --help | --version

Starts SERVER and checks every rule of the server contract, version 1, in servers/README.md.
SERVER is the path of an executable, such as target/servers/c-epoll. The server gets ARGUMENTS
after the arguments of the contract. Its capabilities are read from server.toml beside it.

  --transport NAME  check over tcp, unix or unix-seqpacket (tcp)
  --only NAME       run this check only; may be given several times
  --list            print the checks with their rules and time limits
  --help            show this help
  --version         show version and build

Each check prints "ok", "skip" with the reason, or "FAIL" with what was sent, expected and received.
A check that exceeds its time limit fails and says how far it got; starting the server does not
count. On a terminal, a line shows the current check.

Exit status: 0 no check failed, 1 some failed, 2 usage error, 77 skipped: this machine lacks what
the server needs.
)";

struct Request {
    std::string transport{known_transports.front()};
    std::vector<std::string> only;
    std::string executable;
    std::vector<std::string> arguments;
};

std::vector<Check> all_checks() {
    std::vector<Check> all;
    for (auto* part : {ready_checks, answer_checks, connection_checks, strain_checks, start_checks,
                       ending_checks, size_checks}) {
        for (Check& check : part()) {
            all.push_back(std::move(check));
        }
    }
    return all;
}

[[noreturn]] void misused(const std::string& what) {
    throw Error(ExitCode::usage, what, "see --help");
}

std::string known_transport(const std::string& name) {
    const std::vector<std::string> known(known_transports.begin(), known_transports.end());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        misused("--transport '" + name + "' is not " + listed(known, " or "));
    }
    return name;
}

// Options, up to the first word that is not one: the server and its own arguments follow.
Request parse(const std::vector<std::string>& words, const std::vector<Check>& checks) {
    Request request;
    std::size_t i = 0;
    for (; i < words.size() && words[i].starts_with("-"); ++i) {
        const std::string& option = words[i];
        if (option != "--only" && option != "--transport") {
            misused("unknown option " + option);
        }
        if (++i == words.size()) {
            misused(option + (option == "--only" ? " needs the name of a check"
                                                 : " needs the name of a transport"));
        }
        if (option == "--transport") {
            request.transport = known_transport(words[i]);
            continue;
        }
        if (std::none_of(checks.begin(), checks.end(),
                         [&](const Check& check) { return check.name == words[i]; })) {
            throw Error(ExitCode::usage, "there is no check " + words[i], "--list shows the names");
        }
        request.only.push_back(words[i]);
    }
    if (i == words.size()) {
        misused("SERVER is missing");
    }
    request.executable = words[i];
    request.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
    if (request.executable.find('/') == std::string::npos) {
        request.executable.insert(0, "./");
    }
    if (!std::filesystem::is_regular_file(request.executable) ||
        ::access(request.executable.c_str(), X_OK) != 0) {
        throw Error(
            ExitCode::usage, request.executable + " is not an executable file",
            "give the path of a server, such as target/servers/c-epoll (make servers builds them)");
    }
    return request;
}

// Enough for a thousand connections; the server inherits the limit.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

struct Tally {
    int passed = 0;
    int failed = 0;
    int skipped = 0;
};

void print_failure(const Check& check, const CheckFailure& failure) {
    std::cout << "FAIL " << check.name << '\n'
              << "     rule      " << check.rule << '\n'
              << "     sent      " << printable(failure.sent) << '\n'
              << "     expected  " << printable(failure.expected) << '\n'
              << "     received  " << printable(failure.came) << std::endl;
}

void run_within_limit(const Check& check, std::size_t number, std::size_t of, Workbench& bench) {
    const CheckUnderWay under_way(check.name, number, of, limit_of(check.name) + bench.warmup());
    check.run(bench);
}

void try_check(const Check& check, std::size_t number, std::size_t of, Workbench& bench,
               Tally& tally) {
    bool passed = false;
    try {
        run_within_limit(check, number, of, bench);
        passed = true;
        ++tally.passed;
        std::cout << "ok   " << check.name << "  (" << check.rule << ")" << std::endl;
    } catch (const CheckSkipped& skipped) {
        passed = true;
        ++tally.skipped;
        std::cout << "skip " << check.name << "  (" << printable(skipped.reason) << ")"
                  << std::endl;
    } catch (CheckFailure& failure) {
        ++tally.failed;
        failure.came += bench.obituary();
        print_failure(check, failure);
    }
    bench.tidy(passed);
}

int conform(const std::vector<std::string>& words) {
    const std::vector<Check> checks = all_checks();
    if (words == std::vector<std::string>{"--help"}) {
        std::cout << in_own_name(help_text);
        return 0;
    }
    if (words == std::vector<std::string>{"--version"}) {
        std::cout << "conform " << version_text << " (" << build_revision
                  << "), server contract 1\n";
        return 0;
    }
    if (words == std::vector<std::string>{"--list"}) {
        for (const Check& check : checks) {
            std::cout << check.name << "  (" << check.rule << ")  within "
                      << limit_of(check.name).count() / 1000 << " s\n";
        }
        return 0;
    }
    const Request request = parse(words, checks);
    raise_descriptor_limit();
    const Watcher watcher;
    kill_servers_when_interrupted();
    const ServerMetadata metadata = read_server_metadata(request.executable);
    if (!metadata.found()) {
        std::cerr << own_name() << ": no server.toml beside " << printable(request.executable)
                  << "; checks that depend on its capabilities are skipped\n";
    }
    if (!metadata.speaks(request.transport)) {
        throw Error(ExitCode::skipped,
                    server_name_of(request.executable) +
                        ": skipped: " + metadata.speaks_otherwise(request.transport),
                    "name one of these with --transport, if the checks know it");
    }
    Workbench bench(request.transport, request.executable, request.arguments, metadata);
    Tally tally;
    std::vector<Check> chosen;
    std::copy_if(checks.begin(), checks.end(), std::back_inserter(chosen), [&](const Check& check) {
        return request.only.empty() || std::find(request.only.begin(), request.only.end(),
                                                 check.name) != request.only.end();
    });
    for (std::size_t at = 0; at < chosen.size(); ++at) {
        try_check(chosen[at], at + 1, chosen.size(), bench, tally);
    }
    std::cout << tally.passed << " passed, " << tally.failed << " failed, " << tally.skipped
              << " skipped" << std::endl;
    return tally.failed == 0 ? 0 : 1;
}

// A skip has its own exit status, and so has a result that cannot be determined.
int run_conform(const std::vector<std::string>& words) {
    try {
        const int status = conform(words);
        if (!std::cout.flush()) {
            throw Error(ExitCode::failed, "standard output cannot be written to",
                        "check where it is redirected; the results of the checks are lost");
        }
        return status;
    } catch (const ServerSkipped& skipped) {
        throw Error(ExitCode::skipped, skipped.reason);
    }
}

}  // namespace
}  // namespace volley

int main(int argc, char** argv) {
    return volley::run_program("conform", argc, argv, volley::run_conform);
}
