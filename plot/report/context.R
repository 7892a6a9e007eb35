# The context of the figures: cells without figures, warnings, environment, how to repeat it, and what the intervals mean.

without_figures_section <- function(tables) {
    cells <- tables$cells[nzchar(tables$cells$skipped) | tables$cells$failed_runs > 0, ]
    if (nrow(cells) == 0) return(section("failed", "Skipped and failed", paragraph("Nothing was skipped, and no run failed.")))
    cells <- cells[order(cells$group, cells$series), ]
    what <- ifelse(nzchar(cells$skipped), "skipped", sprintf("%d of %s failed", cells$failed_runs, count_of(cells$runs, "run")))
    section("failed", "Skipped and failed", html_table("Cells that were skipped, or some of whose runs failed",
        c("server", "group", "what happened", "reason"),
        data.frame(escape(cells$series), escape(cells$group_label), escape(what), escape(ifelse(nzchar(cells$skipped), cells$skipped, cells$failure)))))
}

warnings_section <- function(tables) {
    warnings <- tables$warnings
    if (nrow(warnings) == 0) return(section("warnings", "Warnings", paragraph("None.")))
    # Warnings that make runs incomparable come first: they may invalidate a verdict, while the others only widen or shift all figures.
    warnings <- warnings[order(match(warnings$scope, c("comparability", "after", "before")), -warnings$cells), ]
    section("warnings", "Warnings", html_table("What was not as it should be, what helps, and in how many cells",
        c("warning", "message", "remedy", "cells"),
        data.frame(escape(warnings$id), escape(warnings$message), escape(warnings$remedy), escape(warnings$cells))))
}

environment_section <- function(tables) {
    # The factors of the grid are in the ranking, and the seed differs for every run.
    environment <- tables$environment[!tables$environment$key %in% paste0("options.", c(tables$factors$client_option, "round", "seed")), ]
    if (nrow(environment) == 0) return(section("environment", "Environment", paragraph("Nothing was recorded.")))
    differing <- ifelse(environment$values %in% c(0, 1, NA), "", sprintf(" <small>the first of %d different values</small>", environment$values))
    section("environment", "Environment", html_table("Where and with what it was measured",
        c("fact", "value"), class = "environment", data.frame(escape(environment$key), paste0(ifelse(nzchar(environment$value), escape(environment$value), "–"), differing))))
}

method_section <- function(tables) {
    confidence <- confidence_text(tables)
    most <- max(tables$comparisons$comparisons, 0, na.rm = TRUE)
    compared <- if (most > 0) sprintf(" (Bonferroni, %d)", most) else ""
    section("method", "How the figures are made",
        paragraph(escape(paste0("A round trip is the time from before the first byte of a challenge is sent until the last byte of its reply has arrived. ",
            "A run measures one new server process once, after a warm-up that is discarded. In each round every cell is measured once, in a newly shuffled order."))),
        paragraph(escape(paste0("A figure is the median over the complete runs of a cell (for counts, the sum; for a maximum or minimum, that of all runs). ",
            "Its ", confidence, " confidence interval estimates the value to which further runs would converge. It is wide if runs differ from one another, however many round trips each had. ",
            "An interval marked † comes from a single run and does not include differences between runs."))),
        paragraph(escape(paste0("A ratio is the median of the ratios in each round, so whatever slows a whole round affects both sides. Its interval is the sign interval, ",
            "corrected for the number of comparisons", compared, ": the ", confidence, " confidence holds for all of them together. ",
            "A difference counts as real only if the interval excludes 1 and the ratio is more than 1 % from it."))),
        paragraph(escape(sprintf("Results of schema %s, method %s, compared by version %s; baseline: %s.", meta_value(tables, "schema_version"),
            meta_value(tables, "method_version"), meta_value(tables, "compare_version"), meta_value(tables, "baseline_rule")))))
}
