# Which tables are read, and which are rejected in one line.

read_again <- function(tables) {
    directory <- write_tables(tables, tempfile("tables"))
    on.exit(unlink(directory, recursive = TRUE))
    read_tables(directory)
}

test_that("tables are read as they were written, empty cells as not known", {
    written <- fake_tables(runs = 1, failed = "go")
    read <- read_again(written)
    for (name in names(table_columns)) {
        for (column in names(written[[name]])) {
            expect_equal(read[[name]][[column]], written[[name]][[column]], info = paste(name, column))
        }
    }
    expect_true(anyNA(read$figures$low))
})

test_that("a directory with results.jsonl, or the file, goes through target/compare", {
    tables <- write_tables(fake_tables(), tempfile("tables"))
    directory <- tempfile("sweep with a space")
    dir.create(directory)
    writeLines("{}", file.path(directory, "results.jsonl"))
    compare <- tempfile("compare")
    writeLines(c("#!/bin/sh", paste0("[ \"$2\" = --tables ] && [ -f \"$1\" ] && cp ", tables, "/*.csv \"$3\"")), compare)
    Sys.chmod(compare)
    Sys.setenv(VOLLEY_COMPARE = compare)
    on.exit(Sys.unsetenv("VOLLEY_COMPARE"))
    expect_equal(nrow(read_tables(directory)$cells), 12)
    expect_equal(nrow(read_tables(file.path(directory, "results.jsonl"))$cells), 12)
    writeLines(c("#!/bin/sh", "echo 'compare: x.jsonl:3: schema version 9 is newer' >&2", "exit 1"), compare)
    expect_error(read_tables(directory), "^compare: x.jsonl:3: schema version 9 is newer$", class = "volley_problem")
    Sys.setenv(VOLLEY_COMPARE = "/nowhere/compare")
    expect_error(read_tables(directory), "/nowhere/compare does not exist.*make client", class = "volley_problem")
})

test_that("names that hide something are shown with it, and formulas are names again", {
    tables <- fake_tables()
    first <- tables$cells$server[1]
    call_it <- function(name) {
        renamed <- tables
        renamed$cells$server[renamed$cells$server == first] <- name
        read_again(renamed)$cells$server[1]
    }
    expect_equal(call_it("a\u202eb\u200bc\u009bd"), "a\\u202eb\\u200bc\\u009bd")
    expect_equal(call_it("a\x1b[2Jb\x7f"), "a\\x1b[2Jb\\x7f")
    expect_equal(call_it("'=1+1"), "=1+1")
    expect_equal(call_it("'quoted'"), "'quoted'")
    expect_equal(call_it("\u00fc\u20ac"), "\u00fc\u20ac")
    expect_equal(visible("a\nb\tc", lines = TRUE), "a\nb\tc")
    expect_equal(visible(c(NA, "")), c(NA, ""))
    wrong <- tables
    wrong$cells$baseline[2] <- "\x1b[31m"
    expect_match(refusal(wrong), "\\x1b[31m", fixed = TRUE)
})

test_that("a newer schema is refused by name", {
    tables <- fake_tables()
    tables$meta$value[tables$meta$key == "schema_version"] <- newest_schema + 1
    expect_match(refusal(tables), paste("schema version", newest_schema + 1, "is newer than", newest_schema))
})

test_that("what is missing or wrong is named: table, column, row", {
    tables <- fake_tables()
    without <- tables
    without$windows <- NULL
    expect_match(refusal(without), "windows.csv is missing")
    without <- tables
    without$figures$low <- without$figures$unit <- NULL
    expect_match(refusal(without), "figures.csv: no column unit, low")
    wrong <- tables
    wrong$runs$rtt_ns_mean[3] <- "12us"
    expect_match(refusal(wrong), "runs.csv: row 3, column rtt_ns_mean: \"12us\" is not a number")
    wrong <- tables
    wrong$cells$baseline[2] <- "maybe"
    expect_match(refusal(wrong), "cells.csv: row 2, column baseline: \"maybe\"")
    wrong <- tables
    wrong$factors$sweep_option[2] <- "x; rm"
    expect_match(refusal(wrong), "factors.csv: row 2, column sweep_option: \"x; rm\" is not a name")
    without <- tables
    without$cells$cores <- NULL
    expect_match(refusal(without), "cells.csv: no column cores")
    wrong <- tables
    wrong$spectrum$cell[1] <- 99
    expect_match(refusal(wrong), "spectrum.csv refers to cell 99")
    expect_error(read_tables("/nowhere.jsonl"), "/nowhere.jsonl: no such file", class = "volley_problem")
})

test_that("a figure in another unit than the axis is not drawn", {
    tables <- fake_tables()
    tables$cells <- name_series(tables)
    tables$figures$unit[tables$figures$field == "rtt_ns_mean"] <- "us"
    expect_error(draw("latency", tables), "rtt_ns_mean is in \"us\", but this plot needs it in \"ns\"", class = "volley_problem")
})

test_that("why runs are not comparable is said when they are read, and in every caption", {
    directory <- write_tables(fake_tables(comparable = FALSE), tempfile("tables"))
    expect_message(tables <- read_tables(directory), "plot: runs are not comparable: 2 kernels")
    for (name in setdiff(names(plots), "sizes")) expect_match(draw(name, tables)$labels$caption, "runs are not comparable: 2 kernels", info = name)
})

test_that("the original's text is read with its units, and refused where it has none", {
    file <- tempfile(fileext = ".txt")
    read <- function(...) {
        writeLines(c(...), file)
        read_tables(file)$classic
    }
    rows <- read("# a comment", "server clients cores mean stddev n", "", "c-threaded 40 1 9us 1.25us 1000000", "go 80 2 0.5ms 900ns 10", "x 1 1 2e-06s nanus 1")
    expect_equal(rows$mean_ns, c(9000, 5e5, 2000))
    expect_equal(rows$stddev_ns, c(1250, 900, NA))
    expect_equal(rows$n, c(1e6, 10, 1))
    expect_error(read("a 40 1 9us 1us 10", "b 40 1 9 1us 10"), ":2: mean \"9\" is not a time with a unit", class = "volley_problem")
    expect_error(read("a 40 1 9us 1us 10", "a 40 x 9us 1us 10"), ":2: cores \"x\"", class = "volley_problem")
    expect_error(read("a 40 1 9us 1us"), ":1: 5 words", class = "volley_problem")
    expect_error(read("a 40 1 9us 1us 10", "a 40 1 8us 1us 10"), ":2: this server with these clients and cores is given twice", class = "volley_problem")
    expect_error(read("a 40 1 0us 1us 10"), ":1: the mean is not greater than 0", class = "volley_problem")
})
