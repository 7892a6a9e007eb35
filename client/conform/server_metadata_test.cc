#include "conform/server_metadata.hh"

#include <gtest/gtest.h>

#include <sstream>

#include "base/error.hh"

namespace volley {
namespace {

ServerMetadata read(const std::string& text) {
    std::istringstream in(text);
    return {in, "server.toml"};
}

TEST(ServerMetadata, ReadsTextsListsAndNumbers) {
    const ServerMetadata metadata = read(
        "# a comment\n"
        "\n"
        "summary = \"one, with = and # in it\"  # and a comment after it\n"
        "capabilities = [ \"size\", \"more\" ]\n"
        "needs = []\n"
        "transports = [\"tcp\",]\r\n"
        "warmup = 2.5\n");
    EXPECT_EQ(metadata.text("summary"), "one, with = and # in it");
    EXPECT_TRUE(metadata.lists("capabilities", "size"));
    EXPECT_TRUE(metadata.lists("capabilities", "more"));
    EXPECT_FALSE(metadata.lists("capabilities", "siz"));
    EXPECT_FALSE(metadata.lists("needs", ""));
    EXPECT_TRUE(metadata.lists("transports", "tcp"));
    EXPECT_DOUBLE_EQ(metadata.seconds("warmup"), 2.5);
}

TEST(ServerMetadata, WhatIsNotThereIsEmpty) {
    const ServerMetadata metadata = read("summary = \"x\"\n");
    EXPECT_EQ(metadata.text("language"), "");
    EXPECT_FALSE(metadata.lists("capabilities", "size"));
    EXPECT_DOUBLE_EQ(metadata.seconds("warmup"), 0);
    EXPECT_TRUE(ServerMetadata::of_directory("/nonexistent").empty());
}

TEST(ServerMetadata, ALineThatIsNotUnderstoodIsNamed) {
    for (const char* line : {"[table]", "summary = 'single'", "needs = [\"open\"", "summary",
                             "needs = [\"a\" \"b\"]", "summary = \"a\" b", "summary = \"a\\n\"",
                             "= \"a\"", "summary = \"open", "needs = [\"a\",, \"b\"]"}) {
        try {
            (void)read(std::string("language = \"C\"\n") + line + "\n");
            ADD_FAILURE() << line << " was accepted";
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
        }
    }
}

}  // namespace
}  // namespace volley
