# The percentile spectrum: the round trip at each quantile p, on an axis of 1/(1-p), so that each step to the right is a tail ten times
# rarer. Bars are the intervals over runs, for quantiles that have one.

tail_marks <- c(rtt_ns_p50 = 2, rtt_ns_p90 = 10, rtt_ns_p99 = 100, rtt_ns_p99_9 = 1000)

percent_of_inverse_tail <- function(inverse_tail) paste(format(100 * (1 - 1 / inverse_tail), digits = 15, trim = TRUE, drop0trailing = TRUE), "%")

plot_tail <- function(tables) {
    rows <- tables$spectrum[is.finite(tables$spectrum$inverse_tail) & !is.na(tables$spectrum$value_ns) & tables$spectrum$value_ns > 0, ]
    if (nrow(rows) == 0) return(nothing("no run is complete"))
    rows <- with_cells(tables, rows)
    bars <- do.call(rbind, lapply(names(tail_marks), function(field) {
        found <- figure(tables, field, "ns")
        found$inverse_tail <- rep(tail_marks[[field]], nrow(found))
        found
    }))
    unit <- time_unit(rows$value_ns)
    rows$value <- rows$value_ns / unit$ns
    bars <- in_unit(bars, unit$ns)
    rows$series <- droplevels(as_series(rows$series, tables))
    rows$panel <- droplevels(order_groups(rows, tables))
    bars$series <- factor(bars$series, levels(rows$series))
    bars$panel <- factor(bars$group_label, levels(rows$panel))
    panel_inches <- max(2.1, title_inches(rows$series))
    columns <- max(1, min(5, nlevels(rows$series), floor(13 / panel_inches)))
    many <- too_many_lines(rows$series)
    plot <- if (many) tail_panels(rows, bars, columns) else tail_lines(rows, bars)
    rarest <- max(rows$inverse_tail)
    breaks <- c(2, 10^(1:9))
    breaks <- breaks[breaks <= rarest * 1.2]
    plot <- plot + scale_x_continuous(trans = "log10", breaks = breaks, minor_breaks = NULL, labels = function(x) sapply(x, percent_of_inverse_tail)) +
        value_scale("y", rows$value, log = TRUE) + theme(axis.text.x = element_text(angle = 45, hjust = 1))
    finish(plot, tables, "Tail of the round trips",
           if (many) columns * panel_inches + label_inches(rows$panel) + 1 else lines_width(rows),
           if (many) ceiling(nlevels(rows$series) / columns) * 1.7 + 1 else lines_height(rows) + 0.3,
           c("line: all complete runs together, up to the longest round trip", if (many && any(rows$baseline)) "grey: the baseline", interval_note(tables, bars)),
           x = "share of round trips that take at most this long (%, axis of 1/(1-p))", y = axis_title("round trip", unit$name, TRUE))
}

# Lines with bars, distinguished by the factor `name`; the markers are at the quantiles labelled on the axis.
tail_layers <- function(rows, bars, name, title) {
    rows$name <- rows[[name]]
    bars$name <- bars[[name]]
    bars$at <- moved_aside(bars$inverse_tail, bars$name, log = TRUE, rows$inverse_tail)
    bars$kind <- interval_kind(bars)
    bars$inside <- fill_name(bars, bars$name)
    rows <- rows[order(rows$cell, rows$inverse_tail), ]
    list(geom_line(aes(inverse_tail, value, colour = name, group = cell), rows, linewidth = 0.5),
         geom_linerange(aes(at, ymin = low, ymax = high, colour = name, linetype = kind), bars[has_interval(bars), ], linewidth = 0.6),
         geom_point(aes(at, value, colour = name, shape = name, fill = inside), bars, size = 1.7, stroke = 0.6),
         named_scales(levels(rows$name), levels(rows$name), title), interval_lines())
}

tail_lines <- function(rows, bars) {
    ggplot() + tail_layers(rows, bars, "series", "server") + facet_wrap(vars(panel), ncol = panel_columns(nlevels(rows$panel)))
}

# One panel per server, with the baseline in grey for comparison.
tail_panels <- function(rows, bars, columns) {
    reference <- rows[rows$baseline, c("cell", "panel", "inverse_tail", "value")]
    ggplot() + geom_line(aes(inverse_tail, value, group = cell), reference, colour = "grey70", linewidth = 0.8) +
        tail_layers(rows, bars, "panel", "measured with") + facet_wrap(vars(series), ncol = columns)
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
