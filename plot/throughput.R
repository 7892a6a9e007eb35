# Mean round trips per second over the CPUs of the server, one panel for each number of connections: the original Volley's figure, which can
# also be drawn from its text files.

plot_throughput <- function(tables) {
    if (!is.null(tables$classic)) return(plot_classic_throughput(tables))
    rows <- figure(tables, "round_trips_per_second", "1/s")
    if (nrow(rows) == 0) return(nothing("no run is complete"))
    if (all(is.na(rows$cores))) return(nothing("the number of the server's CPUs is not known"))
    rows$series <- as_series(rows$series, tables)
    rows$panel <- panels_by(rows, "cores", tables)
    cores <- unique(stats::na.omit(rows$cores))
    title <- if (length(cores) > 1) "Throughput over cores" else paste("Throughput, with", count_of(cores, "CPU"), "for the server")
    draw_over(rows, tables, "cores", "CPUs of the server", "round trips per second", "1/s", title,
              log_x = FALSE, from_zero = TRUE, log = spans_decades(rows$value, 30), notes = interval_note(tables, rows))
}

# Each connection waits for its reply, so the throughput is the number of connections divided by the mean round trip.
plot_classic_throughput <- function(tables) {
    old <- tables$classic
    half <- 1.96 * old$stddev_ns / sqrt(old$n)
    rows <- data.frame(cores = old$cores, clients = old$clients, value = old$clients / old$mean_ns * 1e9,
                       low = old$clients / (old$mean_ns + half) * 1e9,
                       high = ifelse(half < old$mean_ns, old$clients / (old$mean_ns - half) * 1e9, NA), scope = "over_runs")
    # By rank: by the mean round trip with the most connections and the most cores.
    by_rank <- order(-old$clients, -old$cores, old$mean_ns)
    rows$series <- factor(old$server, unique(old$server[by_rank]))
    rows$panel <- panels_by(rows, "cores", tables)
    note <- c("round trips per second: connections / mean round trip",
              "bars: the original\u2019s interval: 1.96 standard errors, as if the round trips of a run were independent, so too short",
              if (anyNA(rows$low)) "hollow without a bar: the standard deviation is not known")
    draw_over(rows, tables, "cores", "CPUs of the server", "round trips per second", "1/s", "Throughput over cores",
              log_x = FALSE, from_zero = TRUE, log = spans_decades(rows$value, 30), notes = note,
              subtitle = paste0(basename(meta_value(tables, "files")), ", a file of the original Volley \u00b7 ", count_of(nrow(old), "configuration")))
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
