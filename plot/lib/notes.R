# The text around a plot: its subtitle (where and how often it was measured) and its caption (what the bars are, what is missing).

confidence_text <- function(tables) {
    text <- meta_value(tables, "confidence")
    number <- suppressWarnings(as.numeric(sub("\\s*%$", "", text)))
    if (is.na(number)) return("confidence")
    paste(format(if (grepl("%", text) || number > 1) number else 100 * number), "%")
}

range_text <- function(n) if (min(n) == max(n)) format(n[1]) else paste(min(n), "to", max(n))

environment_value <- function(tables, key) {
    row <- tables$environment[tables$environment$key %in% key, ]
    if (nrow(row) == 0 || row$value[1] == "" || row$value[1] == "null") return("")
    if (!is.na(row$values[1]) && row$values[1] > 1) paste0(row$value[1], " and ", row$values[1] - 1, " more") else row$value[1]
}

# "AMD EPYC, 2 CPUs, Linux 6.1, volley 0.1.0 · 72 runs of 12 cells"
subtitle_of <- function(tables) {
    cpus <- environment_value(tables, c("online_cpus", "cpus"))
    kernel <- environment_value(tables, "kernel")
    version <- environment_value(tables, c("version", "volley_version"))
    parts <- c(environment_value(tables, "cpu_model"), if (cpus != "") paste(cpus, if (cpus == "1") "CPU" else "CPUs"),
               if (kernel != "") paste("Linux", kernel), environment_value(tables, "virtualization"), if (version != "") paste("volley", version))
    cells <- sum(tables$cells$complete_runs > 0)
    counts <- paste(count_of(sum(tables$cells$complete_runs), "run"), "of", count_of(cells, "cell"))
    paste(c(paste(parts[parts != ""], collapse = ", "), counts), collapse = " \u00b7 ")
}

# Explains the bars, from rows with low, high, scope and figure_runs.
interval_note <- function(tables, rows, mark = "bars") {
    with_interval <- !is.na(rows$low) & !is.na(rows$high)
    over <- with_interval & rows$scope == "over_runs"
    within <- with_interval & rows$scope == "within_run"
    without <- !with_interval
    level <- confidence_text(tables)
    c(if (any(over)) paste0(mark, ": ", level, " interval over ", range_text(rows$figure_runs[over]), " runs (sign interval of the median)"),
      if (any(within)) paste0("dotted, hollow: one run only, ", level, " interval within that run, which says nothing about the next run"),
      if (any(without)) paste0(if (all(without)) "no intervals" else "hollow without a bar", ": too few runs for an interval"))
}

# Servers without a figure, with reasons; only the first few if there are many.
missing_note <- function(tables, most = 4) {
    cells <- tables$cells[tables$cells$complete_runs == 0, ]
    if (nrow(cells) == 0) return(NULL)
    why <- ifelse(cells$skipped != "", paste("skipped:", cells$skipped), ifelse(cells$failure != "", paste("failed:", cells$failure), "failed"))
    said <- vapply(split(seq_len(nrow(cells)), paste(cells$series, why)), function(alike) {
        one <- cells[alike[1], ]
        where <- if (length(alike) > 1) paste("in", length(alike), "cells") else paste0("with ", one$group_label)
        paste0(one$series, " ", where, " (", why[alike[1]], ")")
    }, "")
    more <- if (length(said) > most) paste("and", length(said) - most, "more")
    paste0("not shown: ", paste(c(unname(utils::head(said, most)), more), collapse = "; "))
}

caption_of <- function(tables, ...) {
    lines <- c(..., missing_note(tables), not_comparable(tables, most = 3))
    lines[lines != ""]
}

# Breaks lines that are longer than the plot is wide. Of the sizes used, at most letters_per_inch letters fit in an inch.
wrap_to <- function(text, inches, letters_per_inch) {
    width <- max(30, floor(inches * letters_per_inch))
    paste(unlist(lapply(text, function(line) strwrap(line, width + 1, exdent = 0))), collapse = "\n")
}

# The finished plot: text, theme, and its size in inches as attributes.
finish <- function(plot, tables, title, width, height, notes = character(), x = NULL, y = NULL, subtitle = subtitle_of(tables)) {
    title <- wrap_to(title, width, 11)
    subtitle <- wrap_to(subtitle, width, 13)
    caption <- wrap_to(caption_of(tables, notes), width, 15)
    lines <- lengths(regmatches(paste(title, subtitle, caption, sep = "\n"), gregexpr("\n", paste(title, subtitle, caption, sep = "\n"))))
    plot <- plot + labs(title = title, subtitle = subtitle, caption = caption, x = x, y = y) + volley_late_theme(plot)
    attr(plot, "width") <- width
    attr(plot, "height") <- height + 0.19 * (lines + 1)
    plot
}

# The shared theme; the plot's own settings override it.
volley_late_theme <- function(plot) {
    shared <- volley_theme()
    own <- plot$theme
    if (length(own) > 0) shared + own else shared
}
