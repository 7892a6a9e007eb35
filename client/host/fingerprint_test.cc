#include "host/fingerprint.hh"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "host/fake_root_for_tests.hh"
#include "host/file_hash.hh"

namespace volley {

namespace {

namespace fs = std::filesystem;

class Server : public ::testing::Test {
  protected:
    // Makes it executable, like all files here.
    std::string write(const std::string& name, const std::string& contents) {
        const std::string path = directory() + "/" + name;
        fs::create_directories(fs::path(path).parent_path());
        std::ofstream(path) << contents;
        ::chmod(path.c_str(), 0755);
        return path;
    }
    [[nodiscard]] std::string directory() const { return fs::canonical(root_.path()).string(); }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : fingerprint_of({directory() + "/server"})) {
            names.push_back(entry.file);
        }
        return names;
    }

  private:
    FakeRoot root_;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_F(Server, ABinaryIsItsContents) {
    const std::string path = write("server",
                                   "\x7f"
                                   "ELF one");
    const Fingerprint one = fingerprint_of({path});
    ASSERT_EQ(files(), Names{"server"});
    EXPECT_EQ(one[0].hash.size(), 32U);
    fs::last_write_time(path, fs::file_time_type::clock::now() + std::chrono::hours(1));
    EXPECT_EQ(fingerprint_of({path}), one) << "the time is no difference";
    write("server",
          "\x7f"
          "ELF two");
    const Fingerprint two = fingerprint_of({path});
    EXPECT_NE(two, one);
    EXPECT_EQ(differing_file(one, two), "server");
    const std::string change = *changed_file(one, two, {path});
    EXPECT_EQ(change, "server was " + one[0].hash.substr(0, 8) + " and is " +
                          two[0].hash.substr(0, 8) + " now");
    EXPECT_FALSE(changed_file(one, one, {path}));
}

// The servers of a build are found through links.
TEST_F(Server, ALinkIsWhatItLeadsTo) {
    const std::string path = write("real/server", "#!/bin/sh\n");
    fs::create_symlink("real/server", directory() + "/link");
    const auto shell = fs::canonical("/bin/sh").string();
    const Fingerprint linked = fingerprint_of({directory() + "/link"});
    ASSERT_EQ(linked.size(), 2U);
    EXPECT_EQ(linked[0].file, shell);
    EXPECT_EQ(linked[1].file, "server");
    EXPECT_EQ(linked, fingerprint_of({path}));
}

TEST_F(Server, AnInterpreterBelongsToIt) {
    const std::string interpreter = write("bin/mine", "#!/bin/sh\n");
    write("server", "#! " + interpreter + " -x\n");
    EXPECT_EQ(files(), (Names{fs::canonical("/bin/sh").string(), "bin/mine", "server"}));
    write("server", "#!/usr/bin/env -S A=b sh -e\n");
    EXPECT_EQ(files(), (Names{fs::canonical("/bin/sh").string(), "server"}));
    write("server", "#!/no/such/interpreter\n");
    EXPECT_EQ(files(), Names{"server"});
}

TEST_F(Server, WordsOfTheCommandThatAreFilesBelongToIt) {
    write("my.jar", "one");
    const std::vector<std::string> command{"sh", directory() + "/my.jar", "-x", "/no/such/file"};
    const Fingerprint all = fingerprint_of(command);
    ASSERT_EQ(all.size(), 2U) << "and sh, which is found in PATH";
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const FileHash& entry) {
        return entry.file == directory() + "/my.jar";
    }));
}

TEST_F(Server, WhatABuildHasProducedBelongsToAServerDirectory) {
    write("server",
          "\x7f"
          "ELF");
    write("target/my.jar", "jar");
    write("lib/plugin.so", "plugin");
    write("helper.py", "script");
    EXPECT_EQ(files(), Names{"server"}) << "without a server.toml it is somebody's directory";
    write("server.toml", "name = \"server\"\n");
    for (const char* name :
         {"server.c", "src/main.rs", "target/main.o", "README.md", "Makefile", ".hidden",
          "target/.git/x", "__pycache__/helper.pyc", "cargo/CACHEDIR.TAG", "cargo/server"}) {
        write(name, "no product");
    }
    EXPECT_EQ(files(), (Names{"helper.py", "lib/plugin.so", "server", "target/my.jar"}));
    const Fingerprint before = fingerprint_of({directory() + "/server"});
    fs::remove(directory() + "/target/my.jar");
    const std::vector<std::string> command{directory() + "/server"};
    EXPECT_EQ(changed_file(before, fingerprint_of(command), command),
              "target/my.jar was there and is gone");
    write("target/my.jar", "jar");
    write("target/new.jar", "jar");
    EXPECT_EQ(changed_file(before, fingerprint_of(command), command), "target/new.jar is new");
}

TEST_F(Server, ManyFilesAreToldByTheirDirectory) {
    write("server",
          "\x7f"
          "ELF");
    write("server.toml", "");
    for (int number = 0; number < 40; ++number) {
        write("target/" + std::to_string(number) + ".so", "one");
    }
    EXPECT_EQ(files(), (Names{"server", "target/"}));
    const std::vector<std::string> command{directory() + "/server"};
    const Fingerprint before = fingerprint_of(command);
    write("target/7.so", "two");
    EXPECT_EQ(differing_file(before, fingerprint_of(command)), "target/");
}

TEST_F(Server, ItsProcessesExecuteMore) {
    const std::string path = write("server", "#!/bin/sh\n");
    Fingerprint all = fingerprint_of({path});
    const std::vector<pid_t> processes{::getpid(), -1};
    add_executables(all, {path}, processes);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    const std::string own = fs::read_symlink("/proc/self/exe").string();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const FileHash& entry) { return entry.file == own; });
    ASSERT_NE(found, all.end());
    EXPECT_EQ(found->hash, hash_of_file("/proc/self/exe"));
    // Before it runs again, the file that it will execute is read from disk.
    EXPECT_FALSE(changed_file(all, fingerprint_of({path}), {path}));
    found->hash = std::string(32, '0');
    EXPECT_NE(changed_file(all, fingerprint_of({path}), {path})->find(own), std::string::npos);
    // A file that it had unpacked for itself is gone too.
    found->file = "/tmp/no-such-file";
    std::sort(all.begin(), all.end());
    EXPECT_FALSE(changed_file(all, fingerprint_of({path}), {path}));
}

TEST_F(Server, OfWhatIsNotThereNothingIsKnown) {
    EXPECT_TRUE(fingerprint_of({}).empty());
    EXPECT_TRUE(fingerprint_of({directory() + "/none"}).empty());
    const Fingerprint known{{"server", "1"}};
    EXPECT_FALSE(changed_file({}, known, {}));
    EXPECT_FALSE(changed_file(known, {}, {}));
    EXPECT_FALSE(differing_file({}, known));
    EXPECT_FALSE(differing_file({{"another", "2"}}, known));
}

// Every compiler that builds this has the linker add one.
TEST(OwnHash, IsThatOfTheBuildId) {
    EXPECT_EQ(own_hash().size(), 32U);
    EXPECT_EQ(own_hash(), own_hash());
    EXPECT_NE(own_hash(), hash_of_text(""));
    EXPECT_NE(own_hash(), hash_of_file("/proc/self/exe"));
}

// More than one piece, the last one full or not.
TEST_F(Server, EveryByteOfALargeFileCounts) {
    for (const std::size_t size : {std::size_t{1} << 20U, (std::size_t{1} << 21U) + 5}) {
        std::string contents(size, 'x');
        const std::string one = hash_of_file(write("large", contents));
        contents.back() = 'y';
        const std::string two = hash_of_file(write("large", contents));
        contents.back() = 'x';
        contents.front() = 'y';
        const std::string three = hash_of_file(write("large", contents));
        EXPECT_EQ((Names{one, two, three}).size(), 3U);
        EXPECT_NE(one, two);
        EXPECT_NE(one, three);
        EXPECT_NE(two, three);
    }
    EXPECT_EQ(hash_of_file(directory()), "");
}

}  // namespace volley
