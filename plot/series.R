# The mean of each window over the time of a run, each run a line, with the warm-up shaded. A level that is still moving when measuring
# begins, a step or a wave shows here.

most_lines <- 1500      # of all cells together: more are not told apart, and make a picture of many megabytes

# The runs that are drawn of a cell: all, or so many evenly taken of them.
drawn_runs <- function(keys, each) if (length(keys) <= each) keys else keys[unique(round(seq(1, length(keys), length.out = each)))]

plot_series <- function(tables) {
    rows <- tables$windows[!is.na(tables$windows$mean_ns) & tables$windows$mean_ns > 0, ]
    if (nrow(rows) == 0) return(nothing("there are no windows of a complete run"))
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
    log <- spans_decades(rows$value)
    # Far beyond the values, as a logarithmic axis knows no infinity; what is shown is cut to them below.
    range <- range(rows$value)
    far <- if (log) c(range[1] / 10, range[2] * 10) else range + c(-1, 1) * range[2]
    warm_up <- data.frame(from = min(rows$start_seconds), to = 0, below = far[1], above = far[2])
    groups <- nlevels(rows$panel)
    plot <- ggplot(rows, aes(at, value, group = key))
    if (warm_up$from < 0) {
        plot <- plot + geom_rect(aes(xmin = from, xmax = to, ymin = below, ymax = above), warm_up, inherit.aes = FALSE, fill = "grey87")
    }
    plot <- plot + geom_line(linewidth = 0.3, alpha = 0.6, colour = okabe_ito[1]) + geom_vline(xintercept = 0, linewidth = 0.3) +
        facet_grid(rows = vars(series), cols = vars(panel)) + scale_x_continuous(labels = plain_number) +
        value_scale("y", rows$value, log = log) + coord_cartesian(ylim = range) + theme(strip.text.y = element_text(angle = 0, hjust = 0))
    left_out <- any(lengths(all_keys) > each)
    finish(plot, tables, "Round trips over the time of a run", max(5.5, groups * c(6, 4, 3, 2.6)[min(groups, 4)]) + label_inches(rows$series) + 0.8,
           nlevels(rows$series) * 0.95 + 1,
           c("a line is a run, each point the mean of a window; shaded: warm-up, discarded",
             if (left_out) paste("of each cell at most", each, "runs are drawn, evenly taken in the order in which they were made")),
           x = "time from the start of measuring (s)", y = axis_title("mean of a window", unit$name, log))
}

if (sys.nframe() == 0L) {
    lib <- file.path(dirname(gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)), fixed = TRUE)), "lib")
    source(file.path(lib, "alone.R"), encoding = "UTF-8")
}
