# The round trip with its interval over connections (over cores if the number of connections is always the same): mean, median and 99 %
# quantile, one panel each.

plot_latency <- function(tables) {
    statistics <- c(rtt_ns_mean = "mean", rtt_ns_p50 = "median", rtt_ns_p99 = "99 % quantile")
    rows <- do.call(rbind, lapply(names(statistics), function(field) {
        rows <- figure(tables, field, "ns")
        rows$statistic <- rep(statistics[[field]], nrow(rows))
        rows
    }))
    if (nrow(rows) == 0) return(nothing("no run is complete"))
    over <- if (length(unique(rows$clients)) == 1 && length(unique(stats::na.omit(rows$cores))) > 1) "cores" else "clients"
    unit <- time_unit(rows$value)
    rows <- in_unit(rows, unit$ns)
    rows$series <- as_series(rows$series, tables)
    panel <- panels_by(rows, over, tables)
    rows$panel <- panels_times(panel, factor(rows$statistic, statistics))
    draw_over(rows, tables, over, if (over == "clients") "connections" else "CPUs of the server", "round trip", unit$name,
              paste("Round trip over", if (over == "clients") "connections" else over), log_x = over == "clients", columns = 3,
              notes = interval_note(tables, rows))
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
