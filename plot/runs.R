# Every run as a point, with the median over runs and its interval: the data behind the intervals of the other plots. Only this plot shows a
# server with two modes, a drift or one bad run.

plot_runs <- function(tables) {
    runs <- tables$runs[tables$runs$complete & !is.na(tables$runs$rtt_ns_mean), ]
    if (nrow(runs) == 0) return(nothing("no run is complete"))
    runs <- with_cells(tables, runs)
    middle <- figure(tables, "rtt_ns_mean", "ns")
    unit <- time_unit(runs$rtt_ns_mean)
    runs$series <- droplevels(as_series(runs$series, tables))
    middle$series <- factor(middle$series, levels(runs$series))
    runs$panel <- droplevels(order_groups(runs, tables))
    middle$panel <- factor(middle$group_label, levels(runs$panel))
    # Within a row runs go from top to bottom in the order in which they were made, so that a drift is a slope.
    place <- stats::ave(runs$order, runs$cell, FUN = function(order) if (length(order) == 1) 0.5 else (rank(order) - 1) / (length(order) - 1))
    runs$at <- row_of(runs$series) + 0.3 - 0.6 * place
    runs$value <- runs$rtt_ns_mean / unit$ns
    middle$at <- row_of(middle$series)
    middle <- in_unit(middle, unit$ns)
    middle$kind <- interval_kind(middle)
    middle <- middle[!is.na(middle$panel), ]

    # Each panel has its own axis: the runs of a cell are compared with one another, and groups are far apart.
    log <- any(tapply(runs$value, runs$panel, spans_decades), na.rm = TRUE)
    panels <- nlevels(runs$panel)
    plot <- ggplot(runs, aes(value, at)) + row_lines(nlevels(runs$series)) +
        geom_segment(aes(x = value, xend = value, y = at - 0.4, yend = at + 0.4), middle, colour = okabe_ito[2], linewidth = 0.8) +
        geom_linerange(aes(xmin = low, xmax = high, linetype = kind), middle[has_interval(middle), ], colour = okabe_ito[2], linewidth = 1) +
        geom_point(shape = 21, size = 1.2, stroke = 0.4, colour = okabe_ito[1], fill = okabe_ito[1], alpha = 0.7) +
        facet_wrap(vars(panel), ncol = panel_columns(panels), scales = "free_x") + interval_lines() + row_scale(runs$series) +
        value_scale("x", c(runs$value, middle$low, middle$high), log = log) + row_theme()
    finish(plot, tables, "Every run: mean round trip", rows_width(runs$series, levels(runs$panel)), rows_height(runs$series, levels(runs$panel), 2),
           c("points: one run each, from top to bottom in the order in which they were made; vertical line: median",
             interval_note(tables, middle, "horizontal bars")),
           x = axis_title("mean round trip of a run", unit$name, log))
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
