# The mean of each window over the time of a run, one line per run, with the warm-up shaded. It shows steps, waves, and a level that is
# still moving when measuring begins.

most_lines <- 1500      # of all cells together: more cannot be told apart, and make an image of many megabytes

# The runs of a cell to draw: all, or at most this many, evenly spaced.
drawn_runs <- function(keys, each) if (length(keys) <= each) keys else keys[unique(round(seq(1, length(keys), length.out = each)))]

plot_series <- function(tables) {
    rows <- tables$windows[!is.na(tables$windows$mean_ns) & tables$windows$mean_ns > 0, ]
    if (nrow(rows) == 0) return(nothing("no complete run has windows"))
    order <- tables$runs$order[match(paste(rows$cell, rows$round, rows$run), paste(tables$runs$cell, tables$runs$round, tables$runs$run))]
    rows$key <- paste(rows$cell, rows$round, rows$run)
    rows <- rows[order(rows$cell, order, rows$start_seconds), ]
    all_keys <- split(rows$key, rows$cell)
    each <- max(3, floor(most_lines / length(all_keys)))
    all_keys <- lapply(all_keys, unique)
    rows <- rows[rows$key %in% unlist(lapply(all_keys, drawn_runs, each)), ]
    rows <- with_cells(tables, rows)
    rows$series <- droplevels(as_series(rows$series, tables))
    rows$panel <- droplevels(order_groups(rows, tables))
    unit <- time_unit(rows$mean_ns)
    rows$value <- rows$mean_ns / unit$ns
    rows$at <- rows$start_seconds + rows$width_seconds / 2
    log <- any(tapply(rows$value, rows$cell, spans_decades))
    groups <- nlevels(rows$panel)
    # Each cell has its own axis, as what matters is how a run moves relative to its own level. Each server has its own row of panels.
    columns <- if (groups > 6) 4 else if (too_many_lines(rows$series)) groups * floor(6 / groups) else groups
    rows$panel <- panels_times(rows$series, rows$panel)
    plot <- ggplot(rows, aes(at, value, group = key)) + warm_up_shade(rows, log) +
        geom_line(linewidth = 0.3, alpha = 0.6, colour = okabe_ito[1]) + geom_vline(xintercept = 0, linewidth = 0.3) +
        facet_wrap(vars(panel), ncol = columns, scales = "free_y") + scale_x_continuous(labels = plain_number) +
        value_scale("y", rows$value, log = log, margin = 0) + theme(strip.text = element_text(size = 7, margin = margin(2, 2, 2, 2)))
    left_out <- any(lengths(all_keys) > each)
    finish(plot, tables, "Round trips over the time of a run",
           max(5.5, columns * max(c(6, 3.6, 2.8, 2.3)[min(columns, 4)], title_inches(rows$panel))) + 0.6, ceiling(nlevels(rows$panel) / columns) * 1.4 + 0.7,
           c("lines: one run each; points: means of the windows in which a round trip ended; shaded: warm-up, discarded",
             if (left_out) paste("at most", each, "runs of each cell are drawn, evenly spaced in the order in which they were made")),
           x = "time from the start of measuring (s)", y = axis_title("mean of a window", unit$name, log))
}

# Grey behind the time before measuring. A logarithmic axis has no infinity, so the shade is a little higher than the data, and forms the
# margin of the panel.
warm_up_shade <- function(rows, log) {
    from <- min(rows$start_seconds)
    shade <- do.call(rbind, lapply(split(rows, rows$panel), function(rows) {
        scaled <- if (log) log10(range(rows$value)) else range(rows$value)
        scaled <- scaled + c(-0.1, 0.1) * max(diff(scaled), if (log) 0.05 else 0.05 * scaled[2])
        data.frame(panel = rows$panel[1], below = if (log) 10^scaled[1] else scaled[1], above = if (log) 10^scaled[2] else scaled[2])
    }))
    if (from >= 0) return(geom_blank(aes(x = 0, y = above), shade, inherit.aes = FALSE))
    geom_rect(aes(xmin = from, xmax = 0, ymin = below, ymax = above), cbind(shade, from = from), inherit.aes = FALSE, fill = "grey87")
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
