#include "options/config_file.hh"

#include <gtest/gtest.h>

#include "base/error.hh"

namespace volley {
namespace {

std::string shown(std::string_view text) {
    std::string all;
    for (const auto& entry : parse_config(text, "FILE")) {
        all += std::to_string(entry.line) + ":" + entry.name + "=" + entry.value + "|";
    }
    return all;
}

std::string refusal(std::string_view text) {
    try {
        return "accepted: " + shown(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
}

TEST(ConfigFile, EveryByteOfAValueCounts) {
    EXPECT_EQ(shown("# a comment\n\n  name \t=  a b  \n\t# another\njson=x#y\n"),
              "3:name=a b|5:json=x#y|");
    EXPECT_EQ(shown("name = a = b\nhgrm = x;y"), "1:name=a = b|2:hgrm=x;y|");
    EXPECT_EQ(shown("name = \"a # b \"\njson = \"\\\"x\\\\\"\n"), "1:name=a # b |2:json=\"x\\|");
    EXPECT_EQ(shown("options = \"a\" \"b\"\nname = \"\n"), "1:options=\"a\" \"b\"|2:name=\"|");
}

TEST(ConfigFile, HowAnEditorSavesItMakesNoDifference) {
    EXPECT_EQ(shown("\xef\xbb\xbfname = x\r\nclients = 3\r\n"), "1:name=x|2:clients=3|");
    EXPECT_EQ(shown("name = gr\xc3\xbc\xc3\x9f"), "1:name=gr\xc3\xbc\xc3\x9f|");
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("\n\r\n"), "");
}

TEST(ConfigFile, WhatMightBeMeantOtherwiseIsRefusedWithItsLine) {
    const std::vector<std::pair<std::string_view, std::string>> cases{
        {"x = 1\nname = a # b\n", "FILE, line 2: the value of name contains # after a blank"},
        {"name = # b\n", "FILE, line 1: the value of name contains # after a blank"},
        {"name =\n", "FILE, line 1: name has no value"},
        {"[volley]\n", "FILE, line 1: '[volley]' begins a section"},
        {"quiet\n", "FILE, line 1: 'quiet' is not NAME = VALUE"},
        {"--clients = 3\n", "FILE, line 1: '--clients' is not the name of an option"},
        {"= 3\n", "FILE, line 1: '' is not the name of an option"},
        {"; x = 3\n", "FILE, line 1: '; x' is not the name of an option"},
        {"a = 1\nb = 2\na = 3\n", "FILE, line 3: a is given twice, first in line 1"},
        {std::string_view("na\0me = x", 9), "FILE, line 1: the line contains a control character"},
        {"\xff\xfe"
         "n",
         "FILE, line 1: '\xff\xfe"
         "n' is not NAME = VALUE"},
    };
    for (const auto& [text, expected] : cases) {
        const std::string said = refusal(text);
        EXPECT_TRUE(said.starts_with(expected)) << said;
        EXPECT_NE(said.find("; "), std::string::npos) << said;
    }
}

}  // namespace
}  // namespace volley
