#include "report/result_file.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <sstream>

#include "base/error.hh"
#include "report/fixture_for_tests.hh"

namespace volley {
namespace {

namespace files = std::filesystem;

class ResultFiles : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (files::temp_directory_path() / "volley-report-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override {
        std::error_code ignored;
        files::remove_all(directory_, ignored);
    }
    [[nodiscard]] std::string path(const std::string& name = "results.json") const {
        return (directory_ / name).string();
    }
    void expect_refusal(const std::string& path, ExitCode code, const std::string& words,
                        std::uint64_t room = 0) {
        try {
            [[maybe_unused]] const auto file =
                ResultFile::open(path, ResultFile::Mode::append, "", room);
            FAIL() << path << " was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            const std::string what = error.what();
            EXPECT_NE(what.find(path), std::string::npos) << what;
            EXPECT_NE(what.find(words), std::string::npos) << what;
        }
    }

    files::path directory_;
};

// Runs the action in a process of its own. Returns its exit status, or 128 + the signal that ended
// it.
int in_child(const std::function<int()>& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(action());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(ResultFiles, RecordsAreAppended) {
    ResultFile::open(path()).write("one\n");
    ResultFile file = ResultFile::open(path());
    file.write("two\n");
    file.write("three\n");
    EXPECT_EQ(fixture::contents(path()), "one\ntwo\nthree\n");
}

TEST_F(ResultFiles, OpeningCreatesTheFileAndWritesNothing) {
    [[maybe_unused]] const auto file = ResultFile::open(path());
    EXPECT_TRUE(files::exists(path()));
    EXPECT_EQ(files::file_size(path()), 0U);
}

TEST_F(ResultFiles, AfterATornLineARecordBeginsOnItsOwn) {
    std::ofstream(path()) << "whole\ntor";
    ResultFile::open(path()).write("next\n");
    EXPECT_EQ(fixture::contents(path()), "whole\ntor\nnext\n");
}

TEST_F(ResultFiles, TheHeaderIsWrittenOnceAndChecked) {
    const auto open = [&](const char* header) {
        return ResultFile::open(path(), ResultFile::Mode::append, header);
    };
    open("a,b\n").write("1,2\n");
    open("a,b\n").write("3,4\n");
    EXPECT_EQ(fixture::contents(path()), "a,b\n1,2\n3,4\n");
    EXPECT_THROW(open("a,c\n"), Error);
    EXPECT_THROW(open("a,b\n1,2\n3,4\n5,6\n"), Error);
    EXPECT_EQ(fixture::contents(path()), "a,b\n1,2\n3,4\n");
}

TEST_F(ResultFiles, ReplacingKeepsTheOldContentUntilTheNewIsThere) {
    std::ofstream(path()) << "a long former content\n";
    ResultFile file = ResultFile::open(path(), ResultFile::Mode::replace);
    EXPECT_EQ(fixture::contents(path()), "a long former content\n");
    file.write("new\n");
    EXPECT_EQ(fixture::contents(path()), "new\n");
}

TEST_F(ResultFiles, ReplacingThatFailsLeavesTheOldContentAndNothingElse) {
    std::ofstream(path()) << "a former content\n";
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        ResultFile file = ResultFile::open(path(), ResultFile::Mode::replace);
        const rlimit limit{.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        try {
            file.write(std::string(999, 'x') + "\n");
            return 1;
        } catch (const Error&) {
            return 0;
        }
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(fixture::contents(path()), "a former content\n");
    EXPECT_EQ(std::distance(files::directory_iterator(directory_), {}), 1);
}

TEST_F(ResultFiles, AFileThatIsNeverWrittenIsNotMade) {
    { const ResultFile file = ResultFile::open(path(), ResultFile::Mode::replace); }
    EXPECT_FALSE(files::exists(path()));
}

TEST_F(ResultFiles, ReplacingKeepsPermissionsLinksAndOtherNames) {
    std::ofstream(path("real")) << "old\n";
    files::permissions(path("real"), files::perms::owner_read | files::perms::owner_write);
    files::create_symlink("real", path("link"));
    ResultFile::open(path("link"), ResultFile::Mode::replace).write("new\n");
    EXPECT_TRUE(files::is_symlink(path("link")));
    EXPECT_EQ(fixture::contents(path("real")), "new\n");
    EXPECT_EQ(files::status(path("real")).permissions(),
              files::perms::owner_read | files::perms::owner_write);
    files::create_hard_link(path("real"), path("twin"));
    ResultFile::open(path("twin"), ResultFile::Mode::replace).write("newer\n");
    EXPECT_EQ(fixture::contents(path("real")), "newer\n");
}

TEST_F(ResultFiles, WhatCannotTakeResultsIsRefusedWithItsRemedy) {
    expect_refusal(path("missing/results.json"), ExitCode::usage, "mkdir -p");
    expect_refusal(directory_.string(), ExitCode::usage, "name a file in it");
    std::ofstream(path("file")) << "x";
    expect_refusal(path("file/results.json"), ExitCode::usage, "not a directory");
    expect_refusal(path("full"), ExitCode::failed, "bytes free", ~std::uint64_t{0});
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    expect_refusal(path("pipe"), ExitCode::usage, "reader");
    EXPECT_THROW(ResultFile::open(""), Error);
}

TEST_F(ResultFiles, PermissionIsNeeded) {
    std::ofstream(path()) << "x\n";
    files::permissions(path(), files::perms::owner_read);
    const int status = in_child([&] {
        constexpr uid_t nobody = 65534;
        if (::geteuid() == 0 &&
            (::chown(directory_.c_str(), nobody, nobody) != 0 || ::setuid(nobody) != 0)) {
            return 77;
        }
        expect_refusal(path(), ExitCode::usage, "change its permissions");
        return HasFailure() ? 1 : 0;
    });
    if (status == 77) {
        GTEST_SKIP() << "root that may not become another user";
    }
    EXPECT_EQ(status, 0);
}

TEST_F(ResultFiles, AFullDeviceIsFoundBeforeMeasuring) {
    if (!files::exists("/dev/full")) {
        GTEST_SKIP() << "no /dev/full";
    }
    expect_refusal("/dev/full", ExitCode::failed, "No space left");
    ResultFile::open("/dev/null").write("gone\n");
}

TEST_F(ResultFiles, ARecordThatDoesNotFitIsAnErrorAndTheNextOneIsWhole) {
    const std::string record = std::string(999, 'x') + "\n";
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        ResultFile file = ResultFile::open(path());
        file.write(record);
        const rlimit limit{.rlim_cur = 1500, .rlim_max = RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        try {
            file.write(record);
            return 1;
        } catch (const Error& error) {
            const std::string what = error.what();
            return what.find("only 500 of 1000 bytes") != std::string::npos &&
                           error.code() == ExitCode::failed
                       ? 0
                       : 2;
        }
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(files::file_size(path()), 1500U);
    ResultFile::open(path()).write("next\n");
    EXPECT_EQ(fixture::contents(path()), record + std::string(500, 'x') + "\nnext\n");
}

TEST_F(ResultFiles, AClosedPipeIsAnError) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    OwnedFd reader(::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    ASSERT_TRUE(reader);
    ResultFile file = ResultFile::open(path("pipe"));
    file.write("one\n");
    std::array<char, 8> got{};
    EXPECT_EQ(::read(reader.get(), got.data(), got.size()), 4);
    reader.reset();
    const auto former = ::signal(SIGPIPE, SIG_IGN);
    EXPECT_THROW(file.write("two\n"), Error);
    ::signal(SIGPIPE, former);
}

// Each writer appends lines of one letter, with lengths that cross pages, until it is done or
// killed.
void append_many(const std::string& path, char letter, int records) {
    ResultFile file = ResultFile::open(path, ResultFile::Mode::append, "", 0);
    for (int number = 0; number < records; ++number) {
        const auto length = static_cast<std::size_t>(1 + number * 977 % 20'000);
        file.write("<" + std::string(length, letter) + ">\n");
    }
}

bool is_whole(const std::string& line) {
    return line.size() > 2 && line.front() == '<' && line.back() == '>' &&
           line.find_first_not_of(line[1], 1) == line.size() - 1;
}

TEST_F(ResultFiles, ParallelWritersNeverTearALine) {
    constexpr int writers = 4;
    constexpr int records = 200;
    std::vector<pid_t> children;
    for (int writer = 0; writer < writers; ++writer) {
        children.push_back(::fork());
        if (children.back() == 0) {
            append_many(path(), static_cast<char>('a' + writer), records);
            ::_exit(0);
        }
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    std::istringstream lines(fixture::contents(path()));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        ASSERT_TRUE(is_whole(line)) << line.substr(0, 40);
    }
    EXPECT_EQ(count, writers * records);
}

// A writer killed during a write may leave a torn line, but no other writer loses a record.
TEST_F(ResultFiles, AKilledWriterCostsNobodyElseARecord) {
    constexpr int records = 300;
    constexpr int victims = 5;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const pid_t survivor = ::fork();
    if (survivor == 0) {
        append_many(path(), 's', records);
        ::_exit(0);
    }
    for (int round = 0; round < victims; ++round) {
        const pid_t victim = ::fork();
        if (victim == 0) {
            append_many(path(), 'v', 1'000'000);
            ::_exit(0);
        }
        // As soon as the victim is seen to write, at any point within a record.
        const auto size_before = files::exists(path()) ? files::file_size(path()) : 0;
        while (!files::exists(path()) || files::file_size(path()) < size_before + 50'000) {
            if (std::chrono::steady_clock::now() > deadline) {
                ADD_FAILURE() << "the victim does not write";
                break;
            }
            ::sched_yield();
        }
        ::kill(victim, SIGKILL);
        ::waitpid(victim, nullptr, 0);
    }
    int status = 0;
    ::waitpid(survivor, &status, 0);
    EXPECT_EQ(status, 0);
    std::istringstream lines(fixture::contents(path()));
    int whole = 0;
    int torn = 0;
    for (std::string line; std::getline(lines, line);) {
        whole += is_whole(line) && line[1] == 's' ? 1 : 0;
        torn += is_whole(line) ? 0 : 1;
        EXPECT_TRUE(is_whole(line) || line.find_first_not_of('v', 1) == std::string::npos);
    }
    EXPECT_EQ(whole, records);
    EXPECT_LE(torn, victims);
}

}  // namespace
}  // namespace volley
