// A file that receives results. It is checked to be writable before anything is measured, and never
// keeps half a record in the middle.
//
// Appending: each record is one write(2) on an O_APPEND descriptor under an flock(2), so parallel
// volleys can share a file. A writer killed during a write leaves a torn last line. The next record
// then begins on its own line, and readers skip the torn one. If the file system has no locks, the
// single write is still whole; only the check of the last byte can race. Replacing: the new content
// is written beside the file and takes its name once it is complete, so any earlier failure leaves
// the old file. If its directory cannot take another file, or the file has a second name, it is
// overwritten in place.
//
// This module knows nothing of formats. SIGPIPE and SIGXFSZ are left to the caller; if they are
// ignored, a closed pipe and a size limit become Errors here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/owned_fd.hh"

namespace volley {

class ResultFile {
  public:
    enum class Mode { append, replace };

    // The space required on the file system: about twice what a measurement of 60 runs writes.
    static constexpr std::uint64_t default_room_bytes = std::uint64_t{8} << 20U;

    // Opens the file and checks that it can take results. A missing file is created (when
    // replacing, only once it is written). For a regular file the check is the free space of its
    // file system. For character devices other than terminals it writes a newline, which tells
    // /dev/full from /dev/null. path: "-" is the standard output. header: a first line with its
    // newline, written before the first record of a new or empty file; an existing file must begin
    // with it. Throws Error(usage) if the path cannot be such a file, Error(failed) if there is no
    // room; both name path and remedy.
    static ResultFile open(const std::string& path, Mode mode = Mode::append,
                           std::string_view header = {},
                           std::uint64_t room_bytes = default_room_bytes);

    // Writes one record, which ends with a newline. Throws Error(failed) if it could not be written
    // whole.
    void write(std::string_view record);

    // Waits until the written data is on the disk, so that it survives a crash of the machine.
    // Throws Error(failed) if the disk reports that it is not.
    void keep() const;

    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    ResultFile() = default;
    void check_room(std::uint64_t room_bytes) const;
    void check_header() const;
    void write_whole(std::string_view text) const;
    void replace_by(std::string_view text);
    [[nodiscard]] std::string with_beginning(std::string_view record);

    OwnedFd fd_;
    std::string name_;
    std::string header_;
    Mode mode_ = Mode::append;
    bool is_regular_ = false;
    bool is_readable_ = false;
    bool has_begun_ = false;
};

}  // namespace volley
