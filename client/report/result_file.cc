#include "report/result_file.hh"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hh"
#include "base/retry.hh"

namespace volley {

namespace {

constexpr mode_t default_permissions = 0666;  // less the umask, as usual for files

// The lock is tried every millisecond. Writing a record takes far less. Only a stopped process can
// exceed the limit; the record is then written without the lock.
constexpr int lock_tries = 5000;

class FileLock {
  public:
    explicit FileLock(int fd) : fd_(fd) {
        for (int tries = 0; tries < lock_tries; ++tries) {
            if (retry_on_eintr([&] { return ::flock(fd_, LOCK_EX | LOCK_NB); }) == 0) {
                is_held_ = true;
                return;
            }
            if (errno != EWOULDBLOCK) {
                return;  // no locks on this file system
            }
            ::poll(nullptr, 0, 1);
        }
    }
    ~FileLock() {
        if (is_held_) {
            ::flock(fd_, LOCK_UN);
        }
    }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

  private:
    int fd_;
    bool is_held_ = false;
};

[[noreturn]] void refuse(const std::string& path, int error) {
    const std::string what = "result file " + path + ": " + errno_text(error);
    const std::string parent = std::filesystem::path(path).parent_path().string();
    switch (error) {
        case ENOENT:
            throw Error(ExitCode::usage, what, "create its directory first: mkdir -p " + parent);
        case ENOTDIR:
            throw Error(ExitCode::usage, what,
                        "part of " + parent + " is not a directory: choose another path");
        case EISDIR:
            throw Error(ExitCode::usage, what, "name a file in it, e.g. " + path + "/results.json");
        case EACCES:
        case EPERM:
        case EROFS:
            throw Error(ExitCode::usage, what,
                        "choose a file that you may write to, or change its permissions");
        case ENXIO:
            throw Error(ExitCode::usage, what, "start the reader of this pipe first");
        case ENOSPC:
        case EDQUOT:
            throw Error(ExitCode::failed, what, "free space there, or choose another file system");
        default:
            throw Error(ExitCode::usage, what, "choose another file");
    }
}

// Non-blocking only while opening: a pipe without a reader is refused instead of waited for.
OwnedFd open_special(const std::string& path) {
    OwnedFd fd(retry_on_eintr([&] {
        return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }));
    if (fd) {
        const int flags = ::fcntl(fd.get(), F_GETFL);
        ::fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK);
    }
    return fd;
}

OwnedFd open_path(const std::string& path, ResultFile::Mode mode, bool& is_readable) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
        if (S_ISDIR(status.st_mode)) {
            refuse(path, EISDIR);
        }
        return open_special(path);
    }
    const auto open_as = [&](int access) {
        return OwnedFd(retry_on_eintr([&] {
            return ::open(path.c_str(), access | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
                          default_permissions);
        }));
    };
    if (mode == ResultFile::Mode::replace && ::access(path.c_str(), F_OK) != 0) {
        // A file without a name on the same file system, so that a failure does not leave even an
        // empty one. Not every file system supports such files.
        const std::string parent = std::filesystem::path(path).parent_path().string();
        OwnedFd nameless(::open(parent.empty() ? "." : parent.c_str(),
                                O_TMPFILE | O_RDWR | O_CLOEXEC, default_permissions));
        if (nameless) {
            is_readable = true;
            return nameless;
        }
    }
    // Reading is needed for the last byte and the header; a file that may only be written to is
    // fine too.
    OwnedFd fd = open_as(O_RDWR);
    is_readable = static_cast<bool>(fd);
    return fd || errno != EACCES ? std::move(fd) : open_as(O_WRONLY);
}

}  // namespace

ResultFile ResultFile::open(const std::string& path, Mode mode, std::string_view header,
                            std::uint64_t room_bytes) {
    ResultFile file;
    file.mode_ = mode;
    file.header_ = header;
    if (path == "-") {
        file.name_ = "standard output";
        file.fd_ = OwnedFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    } else {
        file.name_ = path;
        if (path.empty()) {
            throw Error(ExitCode::usage, "the name of a result file is empty",
                        "give a path, or - for standard output");
        }
        file.fd_ = open_path(path, mode, file.is_readable_);
    }
    if (!file.fd_) {
        refuse(file.name_, errno);
    }
    struct stat status {};
    if (::fstat(file.fd_.get(), &status) != 0) {
        refuse(file.name_, errno);
    }
    // Earlier content of a redirected standard output is the caller's concern.
    file.is_regular_ = S_ISREG(status.st_mode) && path != "-";
    if (S_ISREG(status.st_mode)) {
        file.check_room(room_bytes);
    } else if (S_ISCHR(status.st_mode) && ::isatty(file.fd_.get()) == 0) {
        file.write_whole("\n");
    }
    file.check_header();
    return file;
}

void ResultFile::check_room(std::uint64_t room_bytes) const {
    struct statvfs system {};
    if (retry_on_eintr([&] { return ::fstatvfs(fd_.get(), &system); }) != 0) {
        return;  // a file system that does not say; the write will
    }
    const std::uint64_t free_bytes = std::uint64_t{system.f_bavail} * system.f_frsize;
    // Some virtual file systems have no blocks at all and report 0 of 0.
    if (system.f_blocks != 0 && free_bytes < room_bytes) {
        throw Error(ExitCode::failed,
                    "result file " + name_ + ": its file system has " + std::to_string(free_bytes) +
                        " bytes free, fewer than the " + std::to_string(room_bytes) +
                        " that results may take",
                    "free space there, or choose another file system");
    }
}

void ResultFile::check_header() const {
    struct stat status {};
    if (header_.empty() || mode_ == Mode::replace || !is_regular_ || !is_readable_ ||
        ::fstat(fd_.get(), &status) != 0 || status.st_size == 0) {
        return;
    }
    // Another process may be writing it at this moment.
    const FileLock lock(fd_.get());
    std::vector<char> beginning(header_.size());
    const auto got =
        retry_on_eintr([&] { return ::pread(fd_.get(), beginning.data(), beginning.size(), 0); });
    if (got < 0 || std::string_view(beginning.data(), static_cast<std::size_t>(got)) != header_) {
        throw Error(
            ExitCode::usage,
            "result file " + name_ + " has different columns from those that this version writes",
            "choose a new file");
    }
}

// Usually one write(2). If a signal or a full disk cut it short, it is continued, which either
// completes the record or gives the reason why that is impossible.
void ResultFile::write_whole(std::string_view text) const {
    std::size_t done = 0;
    while (done < text.size()) {
        const auto written = retry_on_eintr(
            [&] { return ::write(fd_.get(), text.data() + done, text.size() - done); });
        if (written <= 0) {
            const int error = written == 0 ? ENOSPC : errno;
            throw Error(ExitCode::failed,
                        "result file " + name_ + ": only " + std::to_string(done) + " of " +
                            std::to_string(text.size()) +
                            " bytes could be written: " + errno_text(error),
                        error == EPIPE   ? "keep its reader running until the end"
                        : error == EFBIG ? "raise the file size limit (ulimit -f)"
                                         : "free space there, or choose another file");
        }
        done += static_cast<std::size_t>(written);
    }
}

std::string ResultFile::with_beginning(std::string_view record) {
    struct stat status {};
    std::string text;
    if (!is_regular_ || ::fstat(fd_.get(), &status) != 0) {
        text = has_begun_ ? "" : header_;
    } else if (status.st_size == 0) {
        text = header_;
    } else if (char last = '\n'; is_readable_ &&
                                 retry_on_eintr([&] {
                                     return ::pread(fd_.get(), &last, 1, status.st_size - 1);
                                 }) == 1 &&
                                 last != '\n') {
        text = "\n";
    }
    has_begun_ = true;
    return text.append(record);
}

void ResultFile::write(std::string_view record) {
    if (!is_regular_) {
        write_whole(with_beginning(record));
        return;
    }
    if (mode_ == Mode::replace) {
        replace_by(header_ + std::string(record));
        return;
    }
    const FileLock lock(fd_.get());
    write_whole(with_beginning(record));
}

void ResultFile::replace_by(std::string_view text) {
    namespace files = std::filesystem;
    std::error_code unknown;
    // The file itself, if the name is a link to it.
    const files::path resolved = files::canonical(name_, unknown);
    const std::string target = unknown ? name_ : resolved.string();
    struct stat old {};
    const bool is_there = ::stat(target.c_str(), &old) == 0;
    const std::string beside = target + ".new-" + std::to_string(::getpid());
    OwnedFd fd;
    if (!is_there || old.st_nlink == 1) {
        fd = OwnedFd(retry_on_eintr([&] {
            return ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                          default_permissions);
        }));
    }
    if (!fd) {
        const FileLock lock(fd_.get());
        if (retry_on_eintr([&] { return ::ftruncate(fd_.get(), 0); }) != 0) {
            refuse(name_, errno);
        }
        write_whole(text);
        return;
    }
    if (is_there) {
        // As far as this user may; the content is what matters.
        static_cast<void>(!::fchown(fd.get(), old.st_uid, old.st_gid));
        ::fchmod(fd.get(), old.st_mode & 07777);
    }
    std::swap(fd_, fd);
    try {
        write_whole(text);
        if (::rename(beside.c_str(), target.c_str()) != 0) {
            refuse(name_, errno);
        }
    } catch (...) {
        ::unlink(beside.c_str());
        throw;
    }
}

void ResultFile::keep() const {
    // EINVAL: a pipe or a device, which stores nothing.
    if (retry_on_eintr([&] { return ::fdatasync(fd_.get()); }) != 0 && errno != EINVAL) {
        throw Error(ExitCode::failed,
                    "result file " + name_ + " cannot be written to its disk: " + errno_text(errno),
                    "check the disk, or choose another file system");
    }
}

}  // namespace volley
