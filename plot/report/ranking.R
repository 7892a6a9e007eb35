# The ranking: one row per cell, ordered by mean within the group, with the figures, intervals and verdicts that compare wrote. Only the
# order is computed here.

# The cells with their place in the group, their figures (rtt_ns_mean, rtt_ns_mean_low …) and the comparison with the baseline.
ranking <- function(tables) {
    cells <- tables$cells
    cells$server <- cells$series    # with its transport, if there are several
    for (field in c("rtt_ns_mean", "rtt_ns_p50", "rtt_ns_p99", "round_trips_per_second")) {
        of_field <- tables$figures[tables$figures$field == field, ]
        row <- match(cells$cell, of_field$cell)
        cells[[field]] <- of_field$value[row]
        cells[[paste0(field, "_low")]] <- of_field$low[row]
        cells[[paste0(field, "_high")]] <- of_field$high[row]
        cells[[paste0(field, "_scope")]] <- of_field$scope[row]
    }
    of_mean <- tables$comparisons[tables$comparisons$statistic == ranked_by(tables), ]
    row <- match(cells$cell, of_mean$cell)
    for (column in c("ratio", "low", "high", "verdict", "rounds", "rounds_needed")) cells[[column]] <- of_mean[[column]][row]
    cells$baseline_name <- of_mean$baseline[match(cells$group, of_mean$group)]

    cells <- cells[order(cells$group, cells$rtt_ns_mean, cells$server, na.last = TRUE), ]
    cells$rank <- ave(cells$rtt_ns_mean, cells$group, FUN = seq_along)
    cells$rank[is.na(cells$rtt_ns_mean)] <- NA
    cells
}

# The statistic whose verdicts count: the mean, unless the results were compared by others only.
ranked_by <- function(tables) {
    there <- unique(tables$comparisons$statistic)
    if ("mean" %in% there || length(there) == 0) "mean" else there[1]
}

# What distinguishes the groups, "16 connections" of "16 connections, 1 core, 4 bytes": the parts of the labels that are not the same in
# all. Gives list(names, common), names in the order of the labels.
name_groups <- function(labels) {
    parts <- strsplit(labels, ", ", fixed = TRUE)
    common <- Reduce(intersect, parts)
    if (length(unique(labels)) == 1 || length(common) == 0) return(list(names = labels, common = ""))
    list(names = vapply(parts, function(part) paste(setdiff(part, common), collapse = ", "), ""), common = paste(common, collapse = ", "))
}

# A table cell that sorts by a number. It also holds that number, so that the script has nothing to parse.
number_cell <- function(value, shown, below = "", class = NULL) {
    if (is.na(value)) return(element("td", class = "number", "data-value" = "", '<span aria-hidden="true">–</span>'))
    element("td", class = paste(c("number", class), collapse = " "), "data-value" = format(value, digits = 15, scientific = FALSE, trim = TRUE),
        shown, if (nzchar(below)) paste0(" ", element("small", below)))
}

figure_cell <- function(row, field, divisor) {
    value <- row[[field]] / divisor
    # An interval of another kind is marked, as its width does not say how the next run would differ.
    mark <- if (row[[paste0(field, "_scope")]] %in% "within_run") element("abbr", title = "interval within one run", "†") else ""
    number_cell(value, escape(number(value)),
        paste0(escape(interval(row[[paste0(field, "_low")]] / divisor, row[[paste0(field, "_high")]] / divisor, value)), mark))
}

# The text of a cell in the column of verdicts, and the class that colours it.
verdict_of <- function(row) {
    if (nzchar(row$skipped)) return(c("skipped", "none"))
    if (row$complete_runs == 0) return(c("no complete run", "slower"))
    if (isTRUE(row$baseline)) return(c("baseline", "baseline"))
    if (is.na(row$verdict) || !nzchar(row$verdict)) return(c("not compared", "none"))
    if (row$verdict == "more runs needed" && !is.na(row$rounds_needed)) {
        return(c(sprintf("more runs needed: about %s", number(row$rounds_needed, 0)), "unknown"))
    }
    c(row$verdict, switch(row$verdict, faster = "faster", slower = "slower", "unknown"))
}

ranking_row <- function(row, unit) {
    verdict <- verdict_of(row)
    runs <- if (row$failed_runs > 0) sprintf("%d failed", row$failed_runs) else ""
    element("tr",
        element("td", class = "group", "data-value" = row$group, escape(row$group_name)),
        number_cell(row$rank, row$rank),
        element("th", scope = "row", escape(row$server)),
        figure_cell(row, "rtt_ns_mean", unit$ns), figure_cell(row, "rtt_ns_p50", unit$ns), figure_cell(row, "rtt_ns_p99", unit$ns),
        figure_cell(row, "round_trips_per_second", 1),
        if (isTRUE(row$baseline) && !is.na(row$rank)) number_cell(1, "1")
        else number_cell(row$ratio, escape(number(row$ratio)), escape(interval(row$low, row$high, row$ratio))),
        element("td", class = paste("verdict", verdict[2]), escape(verdict[1])),
        number_cell(row$complete_runs, row$complete_runs, runs))
}

ranking_table <- function(ranked, confidence) {
    # Of the shortest: large numbers are read with ease, and leading zeros are not.
    unit <- time_unit(min(ranked$rtt_ns_mean, Inf, na.rm = TRUE))
    groups <- name_groups(ranked$group_label)
    ranked$group_name <- groups$names
    of_time <- function(what) sprintf("%s (%s)", what, unit$name)
    headings <- list("group" = "text", "rank" = "number", "server" = "text", "mean" = "number", "p50" = "number", "p99" = "number",
        "round trips/s" = "number", "ratio to baseline" = "number", "verdict" = "text", "runs" = "number")
    head <- lapply(names(headings), function(name) {
        shown <- if (name %in% c("mean", "p50", "p99")) of_time(name) else name
        element("th", scope = "col", class = if (headings[[name]] == "number") "number", "data-sort" = if (name == "group") "number" else headings[[name]],
            escape(shown))
    })
    rows <- vapply(seq_len(nrow(ranked)), function(i) ranking_row(ranked[i, ], unit), "")
    within <- if (any(ranked$rtt_ns_mean_scope %in% "within_run")) " † an interval within one run, which says nothing about the next run." else ""
    caption <- paste0("Round trips by server, in each group from the fastest mean to the slowest; below each figure, in brackets, its ",
        confidence, " interval. A ratio below 1 is faster than the baseline.", if (nzchar(groups$common)) sprintf(" All groups: %s.", groups$common), within)
    scroll_box("Ranking", class = "wide", element("table", id = "ranking-table", class = "sortable", element("caption", escape(caption)),
        element("thead", element("tr", head)), "\n", element("tbody", paste(rows, collapse = "\n"))))
}
