// A made-up file system root for tests: a temporary directory, removed with the object.
//
// Lets a test say what /proc and /sys contain. Only tests include it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/error.hh"
#include "host/system_files.hh"

namespace volley {

class FakeRoot {
  public:
    FakeRoot() : root_(std::filesystem::temp_directory_path() / "volley-root-XXXXXX") {
        std::string pattern = root_.string();
        ensure(::mkdtemp(pattern.data()) != nullptr, "a temporary directory can be made");
        root_ = pattern;
    }
    ~FakeRoot() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    FakeRoot(const FakeRoot&) = delete;
    FakeRoot& operator=(const FakeRoot&) = delete;

    // absolute: the path of the real file, "/proc/stat".
    void write(std::string_view absolute, std::string_view text) const {
        const std::filesystem::path file = root_.string() + std::string(absolute);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }
    [[nodiscard]] const std::filesystem::path& path() const { return root_; }
    [[nodiscard]] SystemFiles files() const { return SystemFiles(root_.string()); }

  private:
    std::filesystem::path root_;
};

}  // namespace volley
