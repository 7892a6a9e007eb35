# The ratio of each server's round trip to the baseline's, with the interval on which target/compare bases its verdict. Left of the line at
# 1 is faster. Rows are servers; panels are statistics and groups.

verdicts <- list(faster = c("#009E73", "24"), slower = c("#D55E00", "25"), `cannot be told apart` = c("#000000", "22"),
                 `more runs needed` = c("#56B4E9", "21"), `no common rounds` = c("#CC79A7", "4"))

plot_compare <- function(tables) {
    rows <- tables$comparisons[!is.na(tables$comparisons$ratio), ]
    if (nrow(rows) == 0) return(nothing("no server has rounds in common with a baseline"))
    rows$series <- tables$cells$series[match(rows$cell, tables$cells$cell)]
    statistics <- c(mean = "mean", p50 = "median", p99 = "99 % quantile")
    named <- statistics[rows$statistic]
    rows$what <- factor(ifelse(is.na(named), rows$statistic, named), unique(c(statistics, rows$statistic)))
    rows$series <- droplevels(as_series(rows$series, tables))
    baseline <- unique(rows$baseline)
    group <- order_groups(rows, tables)
    if (length(baseline) > 1) {
        # If the baseline is the fastest of each group, every panel names its own.
        against <- paste0(group, ", against ", rows$baseline)
        group <- factor(against, unique(against[order(group)]))
    }
    rows$panel <- panels_times(group, rows$what)
    rows$at <- row_of(rows$series)
    rows$verdict <- factor(rows$verdict, unique(c(names(verdicts), rows$verdict)))
    known <- lapply(levels(rows$verdict), function(verdict) if (is.null(verdicts[[verdict]])) c("#999999", "3") else verdicts[[verdict]])
    colours <- stats::setNames(vapply(known, `[`, "", 1), levels(rows$verdict))
    shape <- stats::setNames(as.numeric(vapply(known, `[`, "", 2)), levels(rows$verdict))
    shown <- levels(droplevels(rows$verdict))
    rows$inside <- ifelse(is.na(rows$low), NA, as.character(rows$verdict))

    columns <- if (nlevels(droplevels(rows$what)) == 1) panel_columns(nlevels(rows$panel)) else nlevels(droplevels(rows$what))
    columns <- min(columns, 4)
    if (too_many_lines(rows$series)) columns <- wide_columns(columns, nlevels(rows$panel))
    plot <- ggplot(rows, aes(ratio, at, colour = verdict)) + row_lines(nlevels(rows$series)) +
        same_axes(rows$panel, c(rows$ratio, rows$low, rows$high, 1)) + geom_vline(xintercept = 1, linewidth = 0.5, colour = "grey30") +
        geom_linerange(aes(xmin = low, xmax = high), rows[!is.na(rows$low), ], linewidth = 0.7) +
        geom_point(aes(shape = verdict, fill = inside), size = 2, stroke = 0.6) +
        facet_wrap(vars(panel), ncol = columns, scales = "free_x") +
        scale_colour_manual("verdict", values = colours, breaks = shown) + scale_shape_manual("verdict", values = shape, breaks = shown) +
        scale_fill_manual(values = colours, na.value = "white", guide = "none") +
        guides(colour = guide_legend(override.aes = list(fill = unname(colours[shown]), linetype = "blank"))) +
        row_scale(rows$series) + scale_x_continuous(trans = "log10", breaks = log_breaks, minor_breaks = NULL, labels = plain_number) + row_theme()
    of <- if (length(baseline) == 1) paste("that of", baseline) else "the baseline\u2019s"
    together <- unique(stats::na.omit(rows$comparisons))
    notes <- c(if (any(!is.na(rows$low))) paste0("bars: ", confidence_text(tables), " interval, paired by round (sign interval of the median of log ratios",
                                                 if (length(together) == 1 && together > 1) paste0(", Bonferroni for ", together, " comparisons"), "), over ",
                                                 range_text(rows$rounds[!is.na(rows$low)]), " rounds"),
               if (any(is.na(rows$low))) "hollow without a bar: too few common rounds for an interval")
    finish(plot, tables, paste("Round trip against", of), rows_width(rows$series, levels(rows$panel), shown, columns),
           rows_height(rows$series, levels(rows$panel), 1.2, columns), notes, x = paste0("round trip / ", of, " (1, log): left of 1 is faster"))
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
