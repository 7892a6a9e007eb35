# Writes tables with everything that is awkward for the report: a server whose name is HTML, one that failed, one that was skipped, one with
# a single run, figures whose order as text is not their order as numbers, and every verdict.
#
# usage: Rscript report_tables.R DIR

# Rscript writes a space in its path as ~+~.
here <- dirname(normalizePath(gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]), fixed = TRUE)))
lib <- file.path(dirname(here), "lib")
source(file.path(lib, "all_plots.R"), encoding = "UTF-8")
source(file.path(here, "fake_tables.R"), encoding = "UTF-8")

hostile <- "<script>document.title='stolen'</script>"
servers <- c("c-epoll", "asio", "rust-tokio", "go & \"co\" {{script}}", "slow", hostile, "crashes", "absent")
tables <- fake_tables(servers, clients = c(1, 16), failed = "crashes", skipped = "absent", comparable = FALSE)

# With 1 connection 9,500 ns is less than 21,000 ns, and "9500" more than "21000".
factors <- c("c-epoll" = 1, "asio" = 1.1, "rust-tokio" = 0.45, "slow" = 60)
scale_of <- function(cell, field) {
    factor <- factors[tables$cells$server[match(cell, tables$cells$cell)]]
    factor <- ifelse(is.na(factor), 1, factor)
    ifelse(field %in% c("round_trips_per_second", "bytes_per_second"), 1 / factor, factor)
}
for (column in c("value", "low", "high")) tables$figures[[column]] <- tables$figures[[column]] * scale_of(tables$figures$cell, tables$figures$field)
alone <- tables$figures$cell %in% tables$cells$cell[tables$cells$server == "slow"]
tables$figures[alone, c("runs", "scope")] <- list(1, "within_run")

verdicts <- c("asio" = "slower", "rust-tokio" = "faster", "slow" = "more runs needed")
verdicts[c(hostile, servers[4])] <- c("no common rounds", "cannot be told apart")
tables$comparisons$verdict <- unname(verdicts[tables$comparisons$server])
tables$comparisons$rounds_needed <- ifelse(tables$comparisons$verdict == "more runs needed", 24, NA)

tables$cells$failure[tables$cells$server == "crashes"] <- "it ended before it answered: status 3 <b>bold</b>"
tables$warnings$remedy <- c("measure on the machine itself", "compare only runs of one kernel")
tables$environment <- rbind(tables$environment, data.frame(
    key = c("kernel_command_line", "host_name", "seed"), value = c(strrep("parameter=value ", 30), "<i>host</i>\u202e\u001b", "42"), values = c(1, 2, 1)))
# An attacker who wrote the results would like these words to be executed.
tables$environment <- rbind(tables$environment, data.frame(
    key = paste0("options.", c("x; touch stolen", "$(touch stolen)", "hgrm", "config", "no-such-option", "realtime", "timeout", "statistic")),
    value = c("yes", "1", "/home/you/.bashrc", "/tmp/theirs", "1", "yes", "1s; touch stolen", "--json"), values = 1))
tables$meta$value[tables$meta$key == "problems"] <- "results.jsonl:124: a torn last line was passed over"

invisible(write_tables(tables, commandArgs(trailingOnly = TRUE)[1]))
