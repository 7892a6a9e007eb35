# The distribution of round trips: one row per server; the height is the share of round trips at each point of a logarithmic axis. Several
# humps mean several kinds of round trip, which a mean hides.

# Outline of one row: the middles of the bins, at zero where bins are missing because they are empty.
outline <- function(bins) {
    bins <- bins[order(bins$low_ns), ]
    density <- bins$share / log10(bins$high_ns / bins$low_ns)
    middle <- sqrt(bins$low_ns * bins$high_ns)
    n <- nrow(bins)
    gap <- which(bins$low_ns[-1] > bins$high_ns[-n] * 1.0001)
    ground <- c(bins$low_ns[1], bins$high_ns[gap], bins$low_ns[gap + 1], bins$high_ns[n])
    shape <- data.frame(ns = c(middle, ground), height = c(density / max(density), rep(0, length(ground))))
    shape[order(shape$ns), ]
}

plot_distribution <- function(tables) {
    bins <- tables$distribution[tables$distribution$share > 0 & tables$distribution$low_ns > 0, ]
    if (nrow(bins) == 0) return(nothing("no run is complete"))
    shapes <- do.call(rbind, lapply(split(bins, bins$cell), function(bins) cbind(cell = bins$cell[1], outline(bins))))
    shapes <- with_cells(tables, shapes)
    shapes$series <- droplevels(as_series(shapes$series, tables))
    shapes$panel <- droplevels(order_groups(shapes, tables))
    unit <- time_unit(shapes$ns)
    shapes$value <- shapes$ns / unit$ns
    shapes$bottom <- row_of(shapes$series) - 0.45
    shapes$top <- shapes$bottom + 0.9 * shapes$height
    median <- figure(tables, "rtt_ns_p50", "ns")
    tail <- figure(tables, "rtt_ns_p99", "ns")
    marks <- rbind(cbind(median, mark = rep("median", nrow(median))), cbind(tail, mark = rep("99 %", nrow(tail))))
    marks <- marks[marks$series %in% levels(shapes$series) & marks$group_label %in% levels(shapes$panel), ]
    marks$value <- marks$value / unit$ns
    marks$panel <- factor(marks$group_label, levels(shapes$panel))
    marks$bottom <- row_of(factor(marks$series, levels(shapes$series))) - 0.45
    panels <- nlevels(shapes$panel)
    plot <- ggplot(shapes) + row_lines(nlevels(shapes$series)) +
        geom_ribbon(aes(value, ymin = bottom, ymax = top, group = cell), fill = okabe_ito[7], colour = okabe_ito[1], linewidth = 0.25,
                    outline.type = "full") +
        geom_segment(aes(x = value, xend = value, y = bottom, yend = bottom + 0.9, linetype = mark), marks, linewidth = 0.45) +
        scale_linetype_manual("quantile", values = c(median = "solid", `99 %` = "22"), breaks = c("median", "99 %")) +
        facet_wrap(vars(panel), ncol = panel_columns(panels), scales = "free_x") + row_scale(shapes$series) + value_scale("x", shapes$value, log = TRUE) + row_theme()
    finish(plot, tables, "Distribution of round trips", rows_width(shapes$series, levels(shapes$panel), "quantile"),
           max(rows_height(shapes$series, levels(shapes$panel), 3), 2.6),
           c("height: share of round trips on the logarithmic axis, all complete runs together; each row is scaled to its own highest point",
             "lines: median over runs of the quantile"),
           x = axis_title("round trip", unit$name, TRUE), y = "share (1, scaled)")
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
