#include "host/file_hash.hh"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/owned_fd.hh"
#include "base/retry.hh"

namespace volley {

namespace {

std::string hash_of_bytes(const void* bytes, std::size_t size) {
    constexpr std::string_view digits = "0123456789abcdef";
    const boost::uuids::name_generator_sha1 hash(boost::uuids::ns::oid());
    std::string text;
    for (const auto byte : hash(bytes, size)) {
        text += digits[static_cast<unsigned>(byte) >> 4U];
        text += digits[static_cast<unsigned>(byte) & 15U];
    }
    return text;
}

std::string hash_of_contents(int fd) {
    constexpr std::size_t stretch = 1 << 20;
    std::vector<char> bytes(stretch);
    std::string hashes;
    for (;;) {
        std::size_t filled = 0;
        while (filled < stretch) {
            const auto got =
                retry_on_eintr([&] { return ::read(fd, bytes.data() + filled, stretch - filled); });
            if (got < 0) {
                return "";
            }
            if (got == 0) {
                break;
            }
            filled += static_cast<std::size_t>(got);
        }
        hashes += hash_of_bytes(bytes.data(), filled);
        if (filled < stretch) {
            return hash_of_bytes(hashes.data(), hashes.size());
        }
    }
}

// Tells whether a file has changed. Programs cannot set the time of the inode's last change.
using FileState = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;

FileState state_of(const struct stat& status) {
    constexpr std::int64_t nanoseconds = 1'000'000'000;
    return {status.st_dev, status.st_ino, status.st_size,
            status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec,
            status.st_ctim.tv_sec * nanoseconds + status.st_ctim.tv_nsec};
}

// The linker's build ID, as elf(5) describes its note: "GNU", NT_GNU_BUILD_ID. Empty if there is
// none.
std::string_view build_id_in(std::string_view notes) {
    constexpr std::string_view owner("GNU", 4);
    const auto padded = [](std::size_t size) { return (size + 3) / 4 * 4; };
    ElfW(Nhdr) header{};
    while (notes.size() >= sizeof header) {
        std::memcpy(&header, notes.data(), sizeof header);
        notes.remove_prefix(sizeof header);
        const std::size_t name = padded(header.n_namesz);
        const std::size_t whole = name + padded(header.n_descsz);
        if (whole > notes.size()) {
            break;
        }
        if (header.n_type == NT_GNU_BUILD_ID && notes.substr(0, header.n_namesz) == owner) {
            return notes.substr(name, header.n_descsz);
        }
        notes.remove_prefix(whole);
    }
    return {};
}

// For dl_iterate_phdr(3), whose first object is the program itself.
int note_build_id(dl_phdr_info* object, std::size_t /*size*/, void* build_id) {
    for (std::size_t at = 0; at < object->dlpi_phnum; ++at) {
        const ElfW(Phdr)& part = object->dlpi_phdr[at];
        if (part.p_type == PT_NOTE) {
            const auto* notes = reinterpret_cast<const char*>(object->dlpi_addr + part.p_vaddr);
            static_cast<std::string*>(build_id)->append(build_id_in({notes, part.p_memsz}));
        }
    }
    return 1;
}

}  // namespace

std::string hash_of_text(const std::string& text) {
    return hash_of_bytes(text.data(), text.size());
}

std::string hash_of_file(const std::string& path) {
    static std::map<FileState, std::string> known;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return "";
    }
    const auto found = known.find(state_of(status));
    if (found != known.end()) {
        return found->second;
    }
    const OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
        return "";
    }
    const std::string hash = hash_of_contents(file.get());
    struct stat after {};
    if (::fstat(file.get(), &after) == 0 && state_of(after) == state_of(status) && !hash.empty()) {
        known.emplace(state_of(status), hash);
    }
    return hash;
}

std::string own_hash() {
    std::string build_id;
    ::dl_iterate_phdr(note_build_id, &build_id);
    return build_id.empty() ? hash_of_file("/proc/self/exe") : hash_of_text(build_id);
}

}  // namespace volley
