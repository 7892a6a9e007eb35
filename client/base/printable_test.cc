#include "base/printable.hh"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/shell_word.hh"

namespace volley {

namespace {

std::string as_bash_reads(const std::string& word) {
    const std::string path = ::testing::TempDir() + "volley_shell_word";
    // The function under test quotes the command.
    const std::string command =
        "bash -c " + shell_word("printf %s " + shell_word(word)) + " >" + shell_word(path);
    EXPECT_EQ(std::system(("bash -c " + shell_word(command)).c_str()), 0);
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

}  // namespace

TEST(Printable, WhatATerminalObeysIsShown) {
    EXPECT_EQ(printable("a\x1b[2Jb\r\nc\td\x7f"
                        "e\a\b"),
              R"(a\x1b[2Jb\r\nc\td\x7fe\x07\x08)");
    EXPECT_EQ(printable(std::string("a\0b", 3)), R"(a\x00b)");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              R"(\u009b31m)")
        << "C1: the one-character CSI";
}

TEST(Printable, WhatTurnsOrHidesTextIsShown) {
    EXPECT_EQ(printable("a\u202eb\u202ac\u2066d\u2069e\u200ef\u200fg\u061ch"),
              R"(a\u202eb\u202ac\u2066d\u2069e\u200ef\u200fg\u061ch)");
    EXPECT_EQ(printable("a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u2028h"),
              R"(a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u2028h)");
    EXPECT_EQ(printable("a\U000e0041"), R"(a\U000e0041)") << "a tag";
}

TEST(Printable, WhatIsNoCharacterIsShownByteByByte) {
    EXPECT_EQ(printable("\xff\xc3"), R"(\xff\xc3)");
    EXPECT_EQ(printable("\xe0\x80\x80|\xed\xa0\x80|\xf4\x90\x80\x80|\xc0\xaf"),
              R"(\xe0\x80\x80|\xed\xa0\x80|\xf4\x90\x80\x80|\xc0\xaf)");
}

TEST(Printable, EverythingElseStays) {
    const std::string text = "c-epoll µ€😀 Ünïcödé שלום \\ '\"` €";
    EXPECT_EQ(printable(text), text);
    EXPECT_EQ(printable(""), "");
    EXPECT_EQ(printable_lines("a\n b\x1b\n"), "a\n b\\x1b\n");
}

TEST(ShellWord, IsReadAsTheWordThatItIs) {
    for (const std::string word :
         {"plain", "two words", "it's", "$(touch x)", "`x`", "a\x1b[2J1", "a\nb", "\u202e'\\7",
          "\xff"
          "0",
          "-x", "", "*", "~", "!x", "é"}) {
        EXPECT_EQ(as_bash_reads(word), word) << printable(word);
        const std::string quoted = shell_word(word);
        EXPECT_EQ(printable(quoted), quoted);
    }
}

}  // namespace volley
