# The two ways to draw a figure with its interval over a factor that varies (connections, cores, bytes).
#
# Up to eight servers are lines that differ in colour and shape. More would be a tangle, so each server gets a row, and the values of the
# factor are distinguished within the row. Both take rows with: series (factor, by rank), x, value, low, high, scope, panel (factor).

row_inches <- 0.24
letter_inches <- 0.082      # of the axis and legend texts, at their widest

too_many_lines <- function(series) length(unique(series)) > most_colours

# Panels are wrapped so that a plot stays about as wide as a page.
panel_columns <- function(n) if (n <= 4) max(n, 1) else if (n %in% c(5, 6, 9)) 3 else 4
panel_rows <- function(n) ceiling(max(n, 1) / panel_columns(n))
panel_width <- function(n) c(7.5, 4.2, 3.2, 2.7)[min(4, panel_columns(n))]
longest_line <- function(names) max(nchar(unlist(strsplit(as.character(names), "\n", fixed = TRUE))), 0)
# A panel is never narrower than its own title.
title_inches <- function(names) 0.072 * longest_line(names) + 0.3
label_inches <- function(names) letter_inches * max(nchar(as.character(names)), 0)

as_series <- function(names, tables) factor(names, series_by_rank(tables))

# Values of a factor as text: "16 connections"; for a factor that is not a count, "depth 16".
factor_words <- function(values, name, tables) {
    counted <- tables$factors$counted[tables$factors$name == name]
    if (counted == "") return(paste(name, ifelse(is.na(values), "unknown", plain_number(values))))
    ifelse(is.na(values), paste0("unknown ", counted, "s"), count_of(values, counted))
}

# The panel names of a plot over one factor: the first of the other numbers always, the rest only if the results differ in them. Ordered by
# the numbers.
panels_by <- function(rows, over, tables) {
    columns <- setdiff(factors_of(tables, "number"), over)
    differs <- vapply(columns, function(column) length(unique(tables$cells[[column]])) > 1, TRUE)
    differs[1] <- TRUE
    columns <- columns[differs]
    label <- do.call(paste, c(lapply(columns, function(column) factor_words(rows[[column]], column, tables)), sep = ", "))
    factor(label, unique(label[do.call(order, rows[columns])]))
}
# The same from existing panels, each split by another factor.
panels_times <- function(panel, other) droplevels(interaction(panel, other, sep = "\n", lex.order = TRUE))

# A note on what cannot be placed on an axis because its value is not known.
unknown_note <- function(rows, column) {
    unknown <- sum(is.na(rows[[column]]))
    if (unknown > 0) paste0("not shown: ", count_of(unknown, "figure"), " with an unknown number of ", column)
}

# Line type and fill show the kind of interval: solid and filled over runs, dotted and hollow within one run.
interval_lines <- function() {
    scale_linetype_manual(values = c(over_runs = "solid", within_run = "dotted"), na.value = "blank", guide = "none")
}
has_interval <- function(rows) !is.na(rows$low) & !is.na(rows$high)
interval_kind <- function(rows) ifelse(has_interval(rows), rows$scope, NA)
fill_name <- function(rows, names) ifelse(has_interval(rows) & rows$scope == "over_runs", as.character(names), NA)

# Colour, fill and shape of the names of one legend. Hollow points have the fill NA.
named_scales <- function(all_names, shown, title) {
    colours <- colours_of(all_names)
    shape <- shapes_of(all_names)
    guide <- guide_legend(override.aes = list(fill = unname(colours[shown]), linetype = "solid"))
    list(scale_colour_manual(title, values = colours, breaks = shown, guide = guide),
         scale_shape_manual(title, values = shape, breaks = shown),
         scale_fill_manual(title, values = colours, na.value = "white", guide = "none"))
}

# Shifts values a little, by name, so that intervals at the same place do not overlap: by at most this share of the axis's span, which is less of
# the panel's width, and never near the next value. A point shifted further would be read at a place where nothing was measured.
most_aside <- 0.02
moved_aside <- function(x, name, log, axis = x) {
    if (length(x) == 0) return(x)
    to_axis <- if (log) log2 else identity
    span <- diff(range(to_axis(axis)))
    at <- sort(unique(to_axis(x)))
    gap <- if (length(at) > 1) min(diff(at)) else span
    most <- if (span > 0) min(most_aside * span, 0.175 * gap) else most_aside * diff(to_axis(around_one(x[1], log)))
    n <- nlevels(name)
    moved <- to_axis(x) + most * seq(-1, 1, length.out = n)[as.integer(name)] * (n > 1)
    if (log) 2^moved else moved
}

# The ends of the axis if only one value was measured.
around_one <- function(at, log) if (log) at * c(0.5, 2) else at + c(-1, 1)

# The axis of the factor: a tick for each value that was measured.
varied_scale <- function(x, log) {
    at <- sort(unique(x))
    around <- if (length(at) > 1) c(NA, NA) else around_one(at, log)
    scale_x_continuous(trans = if (log) "log2" else "identity", breaks = at, minor_breaks = NULL, labels = plain_number, limits = around,
                       expand = expansion(mult = 0.08))
}

# One line per server. Values are already in the unit of the axis.
lines_over <- function(rows, log_x, y_scale, free_y = FALSE, columns = panel_columns(nlevels(rows$panel))) {
    rows$series <- droplevels(rows$series)
    rows$at <- moved_aside(rows$x, rows$series, log_x)
    rows$kind <- interval_kind(rows)
    rows$inside <- fill_name(rows, rows$series)
    rows <- rows[order(rows$panel, rows$series, rows$x), ]
    lines <- rows[stats::ave(rows$x, rows$panel, rows$series, FUN = length) > 1, ]
    ggplot(rows, aes(at, value, colour = series)) +
        geom_line(aes(group = series), lines, linewidth = 0.5, alpha = 0.7) +
        geom_linerange(aes(ymin = low, ymax = high, linetype = kind), rows[has_interval(rows), ], linewidth = 0.7) +
        geom_point(aes(shape = series, fill = inside), size = 2.1, stroke = 0.7) +
        facet_wrap(vars(panel), ncol = columns, scales = if (free_y) "free_y" else "fixed") +
        named_scales(levels(rows$series), levels(rows$series), "server") + interval_lines() +
        varied_scale(rows$x, log_x) + y_scale
}

lines_width <- function(rows, columns = panel_columns(nlevels(rows$panel))) {
    columns * max(panel_width(columns), title_inches(rows$panel)) + label_inches(rows$series) + 1.3
}
lines_height <- function(rows, columns = panel_columns(nlevels(rows$panel))) {
    legend <- 0.23 * length(unique(rows$series)) + 0.8
    max(ceiling(nlevels(rows$panel) / columns) * 2.9, legend) + 0.9
}

# Lines between the rows, as a guide to the eye.
row_lines <- function(n) if (n > 1) geom_hline(yintercept = seq_len(n - 1) + 0.5, colour = "grey88", linewidth = 0.3)

# Rows from the top in the order of the names: their position is the row number counted from the bottom.
row_of <- function(series) nlevels(series) + 1 - as.integer(series)
row_scale <- function(series) {
    scale_y_continuous(breaks = seq_len(nlevels(series)), labels = rev(levels(series)), minor_breaks = NULL, expand = expansion(add = 0.6))
}
row_theme <- function() {
    theme(panel.grid.major.y = element_blank(), panel.grid.minor.y = element_blank(), axis.text.y = element_text(colour = "black"))
}

# The same axis under every panel: with many rows the last panel's axis would be out of sight.
same_axes <- function(panel, values) {
    ends <- expand.grid(panel = factor(levels(panel), levels(panel)), value = range(values, na.rm = TRUE))
    geom_blank(aes(x = value), ends, inherit.aes = FALSE)
}

# Panels are arranged in lines of `columns`; if many servers make them high, several such lines are placed side by side.
wide_columns <- function(columns, panels) if (panels > columns) columns * max(1, floor(6 / columns)) else columns

# One row per server; `level` (a factor) is distinguished within it, from top to bottom.
rows_over <- function(rows, level_title, x_scale, free_x = FALSE, columns = panel_columns(nlevels(rows$panel))) {
    rows$series <- droplevels(rows$series)
    rows$level <- droplevels(rows$level)
    n <- nlevels(rows$level)
    rows$at <- row_of(rows$series) - (as.integer(rows$level) - (n + 1) / 2) / n * 0.7
    rows$kind <- interval_kind(rows)
    rows$inside <- fill_name(rows, rows$level)
    if (free_x) axes <- NULL else axes <- same_axes(rows$panel, c(rows$value, rows$low, rows$high))
    ggplot(rows, aes(value, at, colour = level)) + axes +
        row_lines(nlevels(rows$series)) +
        geom_linerange(aes(xmin = low, xmax = high, linetype = kind), rows[has_interval(rows), ], linewidth = 0.6) +
        geom_point(aes(shape = level, fill = inside), size = 1.5, stroke = 0.6) +
        facet_wrap(vars(panel), ncol = columns, scales = "free_x") +
        named_scales(levels(rows$level), levels(rows$level), level_title) + interval_lines() +
        row_scale(rows$series) + x_scale + row_theme()
}

# Size of a plot of rows: `panels` are the titles of its panels.
rows_width <- function(series, panels, legend = character(), columns = panel_columns(length(panels))) {
    max(5.5, columns * max(2.2, panel_width(columns) * 0.85, title_inches(panels))) + label_inches(series) + label_inches(legend) + 0.6
}
rows_height <- function(series, panels, levels = 1, columns = panel_columns(length(panels))) {
    ceiling(length(panels) / columns) * (length(unique(series)) * max(row_inches, 0.1 * levels + 0.06) + 0.8) + 0.7
}

# A figure over connections, cores or bytes, in the form that suits the number of servers. `over` names the column of `rows` that varies;
# `what` and `unit` label the axis of the values, which are in that unit.
draw_over <- function(rows, tables, over, over_title, what, unit, title, log_x = TRUE, from_zero = FALSE, free = FALSE,
                      log = spans_decades(rows$value), columns = panel_columns(nlevels(rows$panel)), notes = character(), ...) {
    notes <- c(unknown_note(rows, over), notes)
    rows <- rows[!is.na(rows[[over]]), ]
    rows$panel <- droplevels(rows$panel)
    named <- if (unit == "") NULL else axis_title(what, unit, log)
    values <- c(rows$value, rows$low, rows$high)
    if (too_many_lines(rows$series)) {
        columns <- wide_columns(columns, nlevels(rows$panel))
        rows$level <- as_levels(rows[[over]])
        plot <- rows_over(rows, over_title, value_scale("x", values, from_zero, log), free, columns)
        width <- rows_width(rows$series, levels(rows$panel), over_title, columns)
        height <- rows_height(rows$series, levels(rows$panel), nlevels(rows$level), columns)
        return(finish(plot, tables, title, width, height, notes, x = named, ...))
    }
    rows$x <- rows[[over]]
    plot <- lines_over(rows, log_x, value_scale("y", values, from_zero, log), free, columns)
    finish(plot, tables, title, lines_width(rows, columns), lines_height(rows, columns), notes,
           x = if (log_x) paste0(over_title, " (log)") else over_title, y = named, ...)
}
