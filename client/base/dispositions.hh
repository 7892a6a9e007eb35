// Signals that this process starts with or meets by chance, and the signals that its children get.
//
// A program inherits ignored signals from its parent: nohup ignores SIGHUP, and a shell without job
// control ignores SIGINT and SIGQUIT for a background job. The user wanted that, so it is kept.
#pragma once

namespace volley {

// Whether the signal is ignored now. At the start of the program: whether the parent wants it
// ignored.
[[nodiscard]] bool is_ignored(int signal_number);

// After this call, a write beyond the file size limit (ulimit -f) fails with EFBIG, as on a full
// disk. Without it, SIGXFSZ would end the program and lose what it has measured. Call it first in
// main.
void outlive_file_size_limit();

// Call in a child between fork and exec; safe in a signal handler. The child gets the signals of an
// ordinary program: none blocked; SIGINT and SIGTERM, which a server must obey, and all that this
// program has changed for itself at their defaults. SIGHUP stays ignored if it was.
void restore_signals_in_child();

}  // namespace volley
