// The hash of a file's contents, to tell builds apart.
//
// It is that of Boost.Uuid (version 5, SHA-1), over hashes of stretches of the file, so that a
// large file needs no memory. It proves nothing to an enemy.
#pragma once

#include <string>

namespace volley {

// 32 hexadecimal digits; "" where it is no file that can be read. A file that has not changed since
// the last call (by inode, size and times) is not read again. One thread calls this: that which
// starts the servers.
[[nodiscard]] std::string hash_of_file(const std::string& path);
[[nodiscard]] std::string hash_of_text(const std::string& text);

// Of this program itself; "" where it cannot be read.
[[nodiscard]] std::string own_hash();

}  // namespace volley
