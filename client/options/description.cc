#include "options/description.hh"

#include <boost/program_options/value_semantic.hpp>
#include <boost/version.hpp>

#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/build_info.hh"
#include "options/options.hh"

namespace volley {

namespace {

namespace po = boost::program_options;

constexpr unsigned line_length = 100;

struct Row {
    const char* group;
    const char* names;       // as Boost.Program_options takes them: "port,p"
    const char* value_name;  // null: a flag
    const char* meaning;     // in brackets: the default
};

// clang-format off
constexpr std::array<Row, 43> rows{{
    {"Target", "port,p", "PORT", "TCP port of a server that already runs"},
    {"Target", "host", "HOST", "its host (127.0.0.1); with -- SERVER: the address it listens on"},
    {"Target", "name", "NAME", "name in the results (its directory or file)"},
    {"Target", "terminate", nullptr, "end such a server with the zero challenge afterwards"},
    {"Load", "clients,c", "N", "connections (1)"},
    {"Load", "threads,t", "N", "worker threads (block: one a connection; else one a client CPU)"},
    {"Load", "driver", "WAY", "block, wait or spin (block where each connection has a CPU, else wait)"},
    {"Load", "message,m", "BYTES", "message size in both directions, 1 to 16M (4)"},
    {"Load", "timeout", "TIME", "a reply later than this fails the run (5s)"},
    {"Load", "connect-timeout", "TIME", "until all connections stand (10s)"},
    {"Measuring", "precision", "%", "stop when half the interval is within this of the figure (5%)"},
    {"Measuring", "confidence", "%", "of all intervals (95)"},
    {"Measuring", "statistic", "LIST", "figures that must be so precise (mean,p50)"},
    {"Measuring", "runs,r", "N", "exactly N runs; 1 gives an interval within one run only"},
    {"Measuring", "min-runs", "N", "at least so many runs (10; with --quick 6)"},
    {"Measuring", "max-runs", "N", "at most so many (60)"},
    {"Measuring", "run-time,d", "TIME", "measured time of a run (1s)"},
    {"Measuring", "warmup,w", "TIME", "discarded before it (0.25s, or what the server asks for)"},
    {"Measuring", "max-time", "TIME", "budget of the measurement (180s; with --runs none, unless given)"},
    {"Measuring", "quick", nullptr, "as --min-runs 6"},
    {"Measuring", "seed", "N", "of challenges and payload (0: drawn)"},
    {"Measuring", "round", "N", "round of an experiment, for the results (0: none)"},
    {"Server's life (after -- SERVER)", "ready-timeout", "TIME", "until its first right reply (10s)"},
    {"Server's life (after -- SERVER)", "stop-timeout", "TIME", "from SIGTERM to SIGKILL (2s)"},
    {"Placement", "server-cores", "N", "CPUs of the server (1)"},
    {"Placement", "client-cores", "N", "CPUs of the workers (one a worker, as far as they go)"},
    {"Placement", "server-cpus", "LIST", "these CPUs for the server, such as 0-3,8"},
    {"Placement", "client-cpus", "LIST", "these CPUs for the workers"},
    {"Placement", "server-node", "N", "NUMA node of the server"},
    {"Placement", "client-node", "N", "NUMA node of the workers"},
    {"Placement", "no-placement", nullptr, "pin nothing"},
    {"Placement", "print-plan", nullptr, "show what would be done, and stop"},
    {"Placement", "print-numactl", nullptr, "print how to repeat a run by hand"},
    {"Machine", "keep-awake", nullptr, "keep the measured CPUs from idling"},
    {"Machine", "realtime", nullptr, "SCHED_FIFO for workers and server"},
    {"Output", "json", "FILE|-", "append a line a run and one for the measurement"},
    {"Output", "csv", "FILE|-", "append a row a run and one for the measurement"},
    {"Output", "hgrm", "FILE|-", "write percentiles as HdrHistogram's plotter reads them"},
    {"Output", "classic", nullptr, "print mean, standard deviation and samples only: 9us 1.25us 1000000"},
    {"Output", "quiet,q", nullptr, "print no report"},
    {"General", "config", "FILE", "options as lines NAME = VALUE; the command line wins"},
    {"General", "help,h", nullptr, "this text"},
    {"General", "version,V", nullptr, "version, compiler and flags"},
}};
// clang-format on

// The groups in the order of their first rows. Values are read as text and checked in values.cc,
// which words every refusal alike.
std::vector<po::options_description> groups() {
    std::vector<po::options_description> all;
    std::string_view last;
    for (const Row& row : rows) {
        if (row.group != last) {
            all.emplace_back(row.group, line_length, line_length / 2);
            last = row.group;
        }
        if (row.value_name == nullptr) {
            all.back().add_options()(row.names, row.meaning);
        } else {
            all.back().add_options()(
                row.names, po::value<std::string>()->value_name(row.value_name), row.meaning);
        }
    }
    return all;
}

}  // namespace

po::options_description every_option() {
    po::options_description all;
    for (const auto& group : groups()) {
        all.add(group);
    }
    return all;
}

std::string help_text() {
    std::ostringstream text;
    text << "volley: how long one round trip takes, how sure that is, and what it costs\n\n"
            "  volley [options] -- SERVER [ARGS]   start, place, measure and stop a server\n"
            "  volley [options] -p PORT            measure one that already runs\n";
    for (const auto& group : groups()) {
        text << '\n' << group;
    }
    text << "\nTIME is 250ms, 1.5s, 2m; LIST is comma-separated. In brackets: what holds where an "
            "option is "
            "not given.\nExit status: 0 precision reached, 1 the run failed, 2 usage, 3 budget "
            "spent "
            "first, 77 the\nserver is skipped because this machine lacks what it needs.\n";
    return text.str();
}

std::string version_report() {
    std::ostringstream text;
    text << "volley " << version_text << " (" << build_revision << ")\n"
         << "compiler  " << build_compiler << '\n'
         << "flags     " << build_flags << '\n'
         << "boost     " << BOOST_LIB_VERSION << '\n'
         << "method    " << method_version << ", result schema " << result_schema_version << '\n';
    return text.str();
}

}  // namespace volley
