# How all plots look: theme, colours and shapes, scales with units, sizes, captions, and saving.
#
# A server has the same colour and shape in every plot, and no plot relies on colour alone: up to eight servers differ in shape as well, and
# more get a row or a panel each.
suppressPackageStartupMessages(library(ggplot2))

# Okabe and Ito (2008): distinguishable with every common form of colour blindness. Their yellow is too pale for lines on white; grey
# replaces it.
okabe_ito <- c("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#999999")
shapes <- c(21, 24, 22, 23, 25, 3, 4, 8)    # those up to 25 that can be filled come first: hollow means one run
most_colours <- length(okabe_ito)
text_points <- 10
dots_per_inch <- 150

# What a plot returns if the results do not allow it; R's NULL cannot carry a reason.
nothing <- function(reason) structure(list(), class = "volley_nothing", reason = reason)
is_nothing <- function(plot) inherits(plot, "volley_nothing")
why_nothing <- function(plot) attr(plot, "reason")

volley_theme <- function() {
    theme_bw(base_size = text_points) +
        theme(panel.grid.minor = element_line(linewidth = 0.2), panel.grid.major = element_line(linewidth = 0.35),
              strip.background = element_rect(fill = "grey94", colour = "grey60"), plot.title = element_text(face = "bold"),
              plot.title.position = "plot", plot.caption.position = "plot", plot.subtitle = element_text(colour = "grey25"),
              plot.caption = element_text(hjust = 0, colour = "grey25"), legend.key.height = grid::unit(1.1, "lines"),
              panel.spacing.x = grid::unit(14, "pt"), plot.margin = margin(8, 14, 8, 8), legend.justification = "top")
}

# Servers by rank: by mean round trip in the group with the most servers, then those that are only in others. This is the order of every
# legend, row and panel, and decides colours and shapes.
series_by_rank <- function(tables) {
    means <- figure(tables, "rtt_ns_mean", "ns")
    if (nrow(means) == 0) return(unique(tables$cells$series))
    sizes <- table(means$group)
    main <- as.numeric(names(sizes)[which.max(sizes)])
    means <- means[order(means$group != main, means$group, means$value, means$series, method = "radix"), ]
    unique(c(means$series, tables$cells$series))
}

# One colour, shape and line type for each name, the same in every plot.
colours_of <- function(names) {
    colours <- if (length(names) <= most_colours) okabe_ito[seq_along(names)] else viridisLite::viridis(length(names), end = 0.9)
    stats::setNames(colours, names)
}
shapes_of <- function(names) stats::setNames(rep_len(shapes, length(names)), names)

# Groups in the order of the factors in which they differ.
order_groups <- function(rows, tables) {
    cells <- tables$cells[do.call(order, unname(as.list(tables$cells[c(factors_of(tables, "number"), "group")]))), ]
    factor(rows$group_label, unique(cells$group_label))
}

count_of <- function(n, one, many = paste0(one, "s")) paste(plain_number(n), ifelse(n == 1, one, many))

# A factor of numbers as text, in numerical order.
as_levels <- function(n) {
    levels <- sort(unique(n))
    factor(n, levels, plain_number(levels))
}

# The most readable unit for times of this size.
time_unit <- function(ns) {
    ns <- ns[is.finite(ns) & ns > 0]
    middle <- if (length(ns) > 0) exp(mean(range(log(ns)))) else 1e3
    units <- list(list(name = "ns", ns = 1), list(name = "\u00b5s", ns = 1e3), list(name = "ms", ns = 1e6), list(name = "s", ns = 1e9))
    units[[1 + findInterval(middle, c(1e3, 1e6, 1e9))]]
}

# Figures and their intervals, divided by this unit.
in_unit <- function(rows, size) {
    for (column in c("value", "low", "high")) rows[[column]] <- rows[[column]] / size
    rows
}

plain_number <- function(x) {
    unname(vapply(x, function(one) {
        if (is.na(one)) NA_character_ else format(one, big.mark = "\u202f", scientific = FALSE, digits = 6, trim = TRUE)
    }, ""))
}

# More than a linear axis can show: the smallest would lie on the axis.
spans_decades <- function(values, most = 8) {
    values <- values[is.finite(values) & values > 0]
    length(values) > 0 && max(values) / min(values) > most
}

# A scale for the axis "x" or "y" that is logarithmic if the values span decades. from_zero: a linear one begins at 0.
value_scale <- function(axis, values, from_zero = FALSE, log = spans_decades(values), margin = 0.06) {
    scale <- if (axis == "x") scale_x_continuous else scale_y_continuous
    expand <- expansion(mult = c(if (from_zero && !log) 0.01 else margin, margin))
    if (log) return(scale(trans = "log10", breaks = log_breaks, minor_breaks = NULL, labels = plain_number, expand = expand))
    if (!from_zero) return(scale(labels = plain_number, expand = expand))
    # Stacked bars reach beyond the limits of their parts, so values outside the limits are kept.
    scale(labels = plain_number, limits = function(range) c(0, max(range, 0)), oob = scales::oob_keep, expand = expand)
}

# Powers of ten, with some values between them if there are few.
log_breaks <- function(limits) {
    decades <- log10(max(limits) / min(limits))
    if (!is.finite(decades)) return(numeric())
    exponents <- floor(log10(min(limits))):ceiling(log10(max(limits)))
    steps <- if (decades < 1.3) c(1, 2, 3, 5, 7) else if (decades < 2.7) c(1, 2, 5) else 1
    if (decades < 0.6) return(scales::breaks_extended(5)(limits))
    breaks <- sort(as.vector(outer(steps, 10^exponents)))
    breaks[breaks >= min(limits) * 0.999 & breaks <= max(limits) * 1.001]
}

# Labels an axis as logarithmic.
axis_title <- function(what, unit, log = FALSE) paste0(what, " (", unit, if (log) ", log", ")")
