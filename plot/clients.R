# Round trips per second over the number of connections, both logarithmic, one panel for each number of server CPUs. Shows where more
# connections no longer mean more throughput.

plot_clients <- function(tables) {
    rows <- figure(tables, "round_trips_per_second", "1/s")
    if (nrow(rows) == 0) return(nothing("no run is complete"))
    if (length(unique(rows$clients)) < 2) return(nothing("all were measured with the same number of connections"))
    rows$series <- as_series(rows$series, tables)
    rows$panel <- panels_by(rows, "clients", tables)
    draw_over(rows, tables, "clients", "connections", "round trips per second", "1/s", "Throughput over connections", log = TRUE,
              notes = interval_note(tables, rows))
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
