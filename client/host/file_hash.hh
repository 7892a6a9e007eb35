// The hash of a file's contents, to tell builds apart.
//
// Uses Boost.Uuid (version 5, SHA-1) over the hashes of the file's pieces, so that a large file
// needs little memory. It is no protection against deliberate forgery.
#pragma once

#include <string>

namespace volley {

// 32 hexadecimal digits; "" if it is not a readable file. A file that has not changed since the
// last call (by inode, size and times) is not read again. Only the thread that starts the servers
// calls this.
[[nodiscard]] std::string hash_of_file(const std::string& path);
[[nodiscard]] std::string hash_of_text(const std::string& text);

// The hash of this program's build ID, which the linker computes from the whole program; if there
// is none, the hash of the program's file; "" if that cannot be read. Reading a program with its
// debugging information takes a tenth of a second; the build ID takes no time.
[[nodiscard]] std::string own_hash();

}  // namespace volley
