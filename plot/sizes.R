# Two panels over the message size: the mean round trip, and the payload per second. Where the first begins to rise and the second to
# flatten, the bytes cost more than the messages.

plot_sizes <- function(tables) {
    trip <- figure(tables, "rtt_ns_mean", "ns")
    if (nrow(trip) == 0) return(nothing("no run is complete"))
    if (length(unique(trip$message_bytes)) < 2) return(nothing("all were measured with the same message size"))
    moved <- figure(tables, "bytes_per_second", "bytes/s")
    unit <- time_unit(trip$value)
    trip <- in_unit(trip, unit$ns)
    moved <- in_unit(moved, 1e6)
    quantity <- c(paste0("mean round trip (", unit$name, ", log)"), "payload in one direction (MB/s, log)")
    trip$quantity <- rep(quantity[1], nrow(trip))
    moved$quantity <- rep(quantity[2], nrow(moved))
    rows <- rbind(trip, moved)
    rows$series <- as_series(rows$series, tables)
    rows$panel <- panels_times(panels_by(rows, "message_bytes", tables), factor(rows$quantity, quantity))
    draw_over(rows, tables, "message_bytes", "message size (bytes)", "", "", "Message size", free = TRUE, log = TRUE, columns = 2,
              notes = interval_note(tables, rows))
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
