#include "run/server_metadata.hh"

#include <gtest/gtest.h>

#include "base/error.hh"

namespace volley {
namespace {

TEST(ServerMetadata, FlatKeysAreRead) {
    const auto metadata = ServerMetadata::parse(
        "# a comment\nsummary = \"one \\\"loop\\\" a CPU\"  # another\n\n"
        "capabilities = [ \"size\", \"udp\" ]\nneeds = []\nwarmup = \"3\"\n",
        "server.toml");
    EXPECT_TRUE(metadata.found());
    EXPECT_EQ(metadata.values("summary"), std::vector<std::string>{"one \"loop\" a CPU"});
    EXPECT_TRUE(metadata.has_capability("size"));
    EXPECT_FALSE(metadata.has_capability("siz"));
    EXPECT_TRUE(metadata.values("needs").empty());
    EXPECT_TRUE(metadata.values("absent").empty());
    EXPECT_EQ(metadata.warmup(), Duration(std::chrono::seconds(3)));
    EXPECT_EQ(metadata.text("warmup"), "3");
    EXPECT_EQ(metadata.text("absent"), "");
    EXPECT_EQ(ServerMetadata::parse("warmup = 1.5\n", "t").warmup(),
              Duration(std::chrono::milliseconds(1500)));
}

TEST(ServerMetadata, ItSaysWhatTheServerSpeaksAndWhatLiesBesideIt) {
    const auto metadata = ServerMetadata::parse("transports = [\"rsocket\"]\n", "server.toml");
    EXPECT_TRUE(metadata.speaks("rsocket"));
    EXPECT_FALSE(metadata.speaks("tcp"));
    EXPECT_TRUE(ServerMetadata().speaks("tcp"));
    EXPECT_EQ(metadata.companion("offload"), "");
}

TEST(ServerMetadata, BadLinesAreNamedWithTheirNumber) {
    for (const char* bad : {"x", "x = y", "x = 3 4", "x = \"a", "x = [\"a\"", "x = [\"a\" \"b\"]",
                            "x = \"a\" b", "x = [\"a\",, \"b\"]", "[table]"}) {
        try {
            static_cast<void>(
                ServerMetadata::parse("a = \"b\"\n" + std::string(bad), "server.toml"));
            ADD_FAILURE() << bad;
        } catch (const Error& error) {
            EXPECT_TRUE(std::string(error.what()).starts_with("server.toml:2:")) << error.what();
        }
    }
}

TEST(ServerMetadata, AProgramWithoutADirectoryOfItsOwnIsNamedByItsFile) {
    EXPECT_EQ(server_name_of("/bin/sh"), "sh");
    EXPECT_FALSE(read_server_metadata("/bin/sh").found());
}

}  // namespace
}  // namespace volley
