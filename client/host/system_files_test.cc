#include "host/system_files.hh"

#include <gtest/gtest.h>

#include "host/fake_root_for_tests.hh"

namespace volley {
namespace {

TEST(SystemFiles, FirstLineComesWithoutBlanks) {
    const FakeRoot root;
    root.write("/sys/a", "  tsc hpet \nsecond\n");
    EXPECT_EQ(root.files().line("/sys/a"), "tsc hpet");
    EXPECT_EQ(root.files().text("/sys/a"), "  tsc hpet \nsecond\n");
}

TEST(SystemFiles, MissingFilesAndDirectoriesAreNothing) {
    const FakeRoot root;
    root.write("/sys/directory/file", "");
    const SystemFiles files = root.files();
    EXPECT_FALSE(files.text("/sys/none"));
    EXPECT_FALSE(files.line("/sys/none"));
    EXPECT_FALSE(files.number("/sys/none"));
    EXPECT_FALSE(files.text("/sys/directory"));
    EXPECT_FALSE(files.exists("/sys/none"));
    EXPECT_TRUE(files.exists("/sys/directory"));
    EXPECT_TRUE(files.names("/sys/none").empty());
    EXPECT_EQ(files.line("/sys/directory/file"), "");
}

TEST(SystemFiles, NumbersAreWholeLines) {
    const FakeRoot root;
    root.write("/a", "-20\n");
    root.write("/b", "12 kB\n");
    root.write("/c", "\n");
    EXPECT_EQ(root.files().number("/a"), -20);
    EXPECT_FALSE(root.files().number("/b"));
    EXPECT_FALSE(root.files().number("/c"));
}

TEST(SystemFiles, NamesAreSorted) {
    const FakeRoot root;
    root.write("/d/b", "");
    root.write("/d/a", "");
    EXPECT_EQ(root.files().names("/d"), (std::vector<std::string>{"a", "b"}));
}

TEST(SystemFiles, LongFilesAreCut) {
    const FakeRoot root;
    root.write("/long", std::string(1UL << 20U, 'x'));
    EXPECT_EQ(root.files().text("/long").value().size(), 256UL * 1024);
}

TEST(SystemFiles, ValuesAreFoundByTheirKey) {
    const std::string text =
        "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nmodel\t\t: 85\nempty:";
    EXPECT_EQ(value_of(text, "model name", ':'), "Some CPU @ 2.00GHz");
    EXPECT_EQ(value_of(text, "model", ':'), "85");
    EXPECT_EQ(value_of(text, "empty", ':'), "");
    EXPECT_FALSE(value_of(text, "mod", ':'));
    EXPECT_FALSE(value_of("", "model", ':'));
}

}  // namespace
}  // namespace volley
