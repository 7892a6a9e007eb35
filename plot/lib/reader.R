# Reads the data of the plots: the tables that target/compare makes from a result file.
#
# Every figure and interval comes from there, so that a plot shows the same numbers as the ranking; nothing is computed here. This file
# checks its input (schema version, columns, numbers) and rejects it with a one-line message rather than draw something wrong. It does not
# use ggplot2.

# An error that the user can fix, shown without a traceback. Pieces are pasted together.
fail <- function(...) {
    stop(structure(class = c("volley_problem", "error", "condition"), list(message = visible(paste0(...)), call = NULL)))
}

newest_schema <- 2
compare_deadline_seconds <- 600

# The directory of the plots: where this file was sourced from, one up.
plot_directory <- local({
    sourced <- Filter(Negate(is.null), lapply(sys.frames(), function(frame) frame$ofile))
    own <- if (length(sourced) > 0) sourced[[length(sourced)]] else file.path("plot", "lib", "reader.R")
    dirname(dirname(normalizePath(own, mustWork = FALSE)))
})

# Columns that a table must have, cells also one for each factor in factors.csv; those named in `numbers` are numbers, with NA for an empty one; all
# others are text. More columns may follow.
table_columns <- list(
    meta = c("key", "value"),
    factors = c("name", "kind", "counted", "sweep_option", "client_option"),
    cells = c("cell", "label", "driver", "workers", "group", "group_label", "runs", "complete_runs", "failed_runs", "failure", "skipped",
              "offload", "baseline"),
    figures = c("cell", "field", "unit", "meaning", "value", "low", "high", "scope", "runs"),
    runs = c("cell", "measurement", "round", "run", "started", "order", "complete", "error", "measured_seconds", "warmup_seconds",
             "rtt_ns_mean"),
    windows = c("cell", "round", "run", "start_seconds", "width_seconds", "count", "mean_ns", "maximum_ns"),
    spectrum = c("cell", "quantile", "inverse_tail", "value_ns"),
    distribution = c("cell", "low_ns", "high_ns", "share", "cumulative"),
    comparisons = c("group", "group_label", "cell", "server", "baseline_cell", "baseline", "statistic", "ratio", "low", "high",
                    "t_low", "t_high", "verdict", "rounds", "rounds_needed", "comparisons"),
    warnings = c("id", "message", "remedy", "cells", "scope"),
    environment = c("key", "value", "values"))
numbers <- c("cell", "workers", "group", "runs", "complete_runs", "failed_runs", "round", "run",
             "order", "start_seconds", "width_seconds", "count", "mean_ns", "maximum_ns", "quantile", "inverse_tail", "value_ns",
             "low_ns", "high_ns", "share", "cumulative", "baseline_cell", "ratio", "low", "high", "t_low", "t_high", "rounds",
             "rounds_needed", "comparisons", "cells", "values", "measured_seconds", "warmup_seconds", "rtt_ns_mean")
truths <- list(cells = "baseline", runs = "complete")

as_number <- function(text, file, column) {
    # Windows and distributions have many rows: a single pass if all is well.
    value <- suppressWarnings(as.numeric(text))
    wrong <- which(is.na(value) & !is.na(text) & text != "" & text != "NA")
    if (length(wrong) > 0) {
        fail(file, ": row ", wrong[1], ", column ", column, ": \"", text[wrong[1]], "\" is not a number")
    }
    value
}

# Text that a spreadsheet would read as a formula is written with a leading apostrophe (client/report/csv_text.hh).
text_of_cell <- function(text) visible(sub("^'(?=[=+@-])", "", text, perl = TRUE))

# The factors in which cells can differ, of one kind or of both.
factors_of <- function(tables, kind = c("number", "text")) tables$factors$name[tables$factors$kind %in% kind]

read_table <- function(directory, name, factors = NULL) {
    file <- file.path(directory, paste0(name, ".csv"))
    if (!file.exists(file)) {
        fail(file, " is missing: these tables were not written by target/compare --tables, or by an older version (make client)")
    }
    table <- tryCatch(utils::read.csv(file, colClasses = "character", check.names = FALSE, encoding = "UTF-8", na.strings = character()),
                      error = function(problem) fail(file, ": ", conditionMessage(problem)))
    absent <- setdiff(c(table_columns[[name]], factors$name), names(table))
    if (length(absent) > 0) {
        fail(file, ": no column ", paste(absent, collapse = ", "), ": written by another version of target/compare (make client)")
    }
    values <- intersect(names(table), c(numbers, factors$name[factors$kind == "number"]))
    if (name == "figures") values <- c(values, "value")
    if (name == "environment" || name == "meta") values <- intersect(values, "values")
    if (name == "runs") values <- setdiff(names(table), c("measurement", "started", "complete", "error"))
    for (column in values) table[[column]] <- as_number(table[[column]], file, column)
    for (column in truths[[name]]) {
        text <- toupper(table[[column]])
        wrong <- which(!text %in% c("TRUE", "FALSE"))
        if (length(wrong) > 0) {
            fail(file, ": row ", wrong[1], ", column ", column, ": \"", table[[column]][wrong[1]], "\" is neither TRUE nor FALSE")
        }
        table[[column]] <- text == "TRUE"
    }
    for (column in names(table)[vapply(table, is.character, NA)]) table[[column]] <- text_of_cell(table[[column]])
    table
}

meta_value <- function(tables, key) {
    value <- tables$meta$value[tables$meta$key == key]
    if (length(value) > 0) value[1] else ""
}

check_schema <- function(tables, path) {
    schema <- meta_value(tables, "schema_version")
    number <- suppressWarnings(as.numeric(schema))
    if (is.na(number)) fail(path, ": no schema_version in meta.csv: these are not tables of target/compare")
    if (number > newest_schema) {
        fail(path, ": schema version ", schema, " is newer than ", newest_schema, ", the newest that these plots read: use the plot/ of the volley that wrote it")
    }
}

# What distinguishes the lines of a plot: the server, with its transport or another text factor if it has several values.
name_series <- function(tables) {
    cells <- tables$cells
    texts <- setdiff(factors_of(tables, "text"), "server")
    differs <- vapply(texts, function(name) length(unique(cells[[name]][cells[[name]] != ""])) > 1, NA)
    cells$series <- cells$server
    if (any(differs)) cells$series <- paste0(cells$server, " (", do.call(paste, c(unname(as.list(cells[texts[differs]])), sep = ", ")), ")")
    cells
}

# Factor names become part of commands and formulas, and tables may come from outside.
read_factors <- function(directory) {
    factors <- read_table(directory, "factors")
    for (column in names(factors)) {
        wrong <- which(!grepl("^[a-z_-]*\\z", factors[[column]], perl = TRUE))
        if (length(wrong) > 0) {
            fail(file.path(directory, "factors.csv"), ": row ", wrong[1], ", column ", column, ": \"", factors[[column]][wrong[1]], "\" is not a name")
        }
    }
    factors
}

read_table_directory <- function(directory, path = directory) {
    tables <- list(meta = read_table(directory, "meta"))
    check_schema(tables, path)
    tables$factors <- read_factors(directory)
    tables$cells <- read_table(directory, "cells", tables$factors)
    for (name in setdiff(names(table_columns), names(tables))) tables[[name]] <- read_table(directory, name)
    tables$cells <- name_series(tables)
    for (name in c("figures", "runs", "windows", "spectrum", "distribution", "comparisons")) {
        unknown <- setdiff(tables[[name]]$cell, tables$cells$cell)
        if (length(unknown) > 0) fail(path, ": ", name, ".csv refers to cell ", unknown[1], ", which is not in cells.csv")
    }
    tables
}

# Runs target/compare, and passes on its one-line message if it refuses.
run_compare <- function(path, directory) {
    compare <- Sys.getenv("VOLLEY_COMPARE", file.path(dirname(plot_directory), "target", "compare"))
    if (!file.exists(compare)) fail(compare, " does not exist, but makes the tables that are drawn: run make client, or set VOLLEY_COMPARE=PROGRAM")
    messages <- tempfile()
    on.exit(unlink(messages))
    status <- suppressWarnings(system2(compare, c(shQuote(path), "--tables", shQuote(directory)), stdout = FALSE, stderr = messages,
                                       timeout = compare_deadline_seconds))
    if (status == 0) return(invisible())
    said <- readLines(messages, warn = FALSE)
    if (status == 124) said <- paste("not done after", compare_deadline_seconds, "s")
    fail(if (length(said) > 0) said[length(said)] else paste0(compare, " ", path, ": status ", status))
}

# Results as a result file of volley, a directory with one (of a sweep), a directory of tables, or the original Volley's text file.
# A list of data frames named as the tables, with `classic` instead of figures for the last kind.
read_tables <- function(path) {
    if (!file.exists(path)) fail(path, ": no such file or directory")
    if (dir.exists(path)) {
        if (file.exists(file.path(path, "cells.csv"))) return(say_problems(read_table_directory(path)))
        if (!file.exists(file.path(path, "results.jsonl"))) fail(path, ": neither results.jsonl nor tables (cells.csv …) in this directory")
        path <- file.path(path, "results.jsonl")
    }
    if (looks_classic(path)) return(classic_tables(path))
    directory <- tempfile("tables")
    on.exit(unlink(directory, recursive = TRUE))
    dir.create(directory)
    run_compare(path, directory)
    say_problems(read_table_directory(directory, path))
}

# Other reasons than the server why cells may differ; "" if none is known. Only the first few if there are many.
not_comparable <- function(tables, most = Inf) {
    said <- tables$warnings$message[tables$warnings$scope == "comparability"]
    if (length(said) == 0) return("")
    more <- if (length(said) > most) paste("and", length(said) - most, "more warnings")
    paste0("runs are not comparable: ", paste(c(utils::head(said, most), more), collapse = "; "))
}

# Printed once for all plots, on stderr.
say_problems <- function(tables) {
    for (line in c(not_comparable(tables), meta_value(tables, "problems"))) if (line != "") message("plot: ", visible(line))
    tables
}

# One field of all cells that have it, with the cell's own columns. The unit is the one that the caller puts on the axis.
figure <- function(tables, field, unit) {
    rows <- tables$figures[tables$figures$field == field & !is.na(tables$figures$value), ]
    other <- setdiff(rows$unit, unit)
    if (length(other) > 0) fail("the field ", field, " is in \"", other[1], "\", but this plot needs it in \"", unit, "\"")
    rows <- rows[c("cell", "value", "low", "high", "scope", "runs")]
    names(rows)[names(rows) == "runs"] <- "figure_runs"
    with_cells(tables, rows)
}

# Rows of a table with the columns of their cell, in the order of the table.
with_cells <- function(tables, rows) {
    cells <- tables$cells[setdiff(names(tables$cells), setdiff(names(rows), "cell"))]
    cbind(rows, cells[match(rows$cell, cells$cell), setdiff(names(cells), "cell"), drop = FALSE], row.names = NULL)
}
