// A file that results go into: found to be writable before anything is measured, and never left
// with half a record in the middle.
//
// Appending: each record is one write(2) on an O_APPEND descriptor under an flock(2), so that
// parallel volleys share a file. A writer that was killed in mid write leaves a torn last line; the
// next record then begins on a line of its own, and readers pass the torn one over. Where the file
// system has no locks, the single write is still whole; only the check of the last byte can race.
// Replacing: the new content is written beside the file and takes its name when it is whole, so
// that whatever fails before leaves the old one. Where its directory takes no file, or it has a
// second name, it is overwritten in place.
//
// It knows nothing of formats. SIGPIPE and SIGXFSZ are the caller's affair; where they are ignored,
// a closed pipe and a size limit are Errors here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/owned_fd.hh"

namespace volley {

class ResultFile {
  public:
    enum class Mode { append, replace };

    // What must be free on the file system: about twice what a measurement of 60 runs writes.
    static constexpr std::uint64_t default_room_bytes = std::uint64_t{8} << 20U;

    // Opens, creating the file where it is missing (to replace, only when it is written), and
    // checks that it can take results: for a regular file by the free space of its file system, for
    // another one that is no terminal by writing a newline to character devices (which tells
    // /dev/full from /dev/null). path: "-" is the standard output. header: a first line with its
    // newline, written before the first record of a new or empty file; an existing file must begin
    // with it. Throws Error(usage) where the path cannot be such a file, Error(failed) where there
    // is no room; both name path and remedy.
    static ResultFile open(const std::string& path, Mode mode = Mode::append,
                           std::string_view header = {},
                           std::uint64_t room_bytes = default_room_bytes);

    // Writes one record, which ends with a newline. Throws Error(failed) where it could not be
    // written whole.
    void write(std::string_view record);

    // Waits until what was written is on the disk, so that it outlives a crash of the machine.
    // Throws Error(failed) where the disk reports that it is not.
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
