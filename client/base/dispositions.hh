// What this process does about signals that it did not ask for, and what its children get.
//
// A program starts with signals ignored that its parent ignored: nohup does so with SIGHUP, a shell
// without job control with SIGINT and SIGQUIT of a background job. That is somebody's wish, and it
// is kept.
#pragma once

namespace volley {

// Whether the signal is ignored now; at the start of the program: whether whoever started it wants
// it ignored.
[[nodiscard]] bool is_ignored(int signal_number);

// A file that may not grow any more (ulimit -f) then is an error of the write that meets it, EFBIG,
// as a full disk is, and does not end the program with what it has measured. Call it first in main.
void outlive_file_size_limit();

// Call in a child between fork and exec; safe in a signal handler. It gets the signals of an
// ordinary program: none blocked; SIGINT and SIGTERM, which a server owes an answer to, at their
// defaults, and so is what this program has changed for itself. SIGHUP stays ignored where it was.
void restore_signals_in_child();

}  // namespace volley
