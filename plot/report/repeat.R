# How to repeat it: the commands that measure the same grid with the same options, as far as the results name them.

# A word that a shell reads as just that word. Names come from results, and a command is made to be copied.
shell_word <- function(text) ifelse(grepl("^[A-Za-z0-9_./:@%+=,-]+$", text), text, shQuote(text, type = "sh"))

in_order <- function(values) paste(format(sort(unique(values)), scientific = FALSE, trim = TRUE), collapse = ",")

# "--clients 1,16", or nothing where the results do not know.
grid_option <- function(name, values) {
    values <- values[!is.na(values)]
    if (length(values)) paste(name, in_order(values))
}

sweep_command <- function(tables) {
    cells <- tables$cells
    options <- tables$environment[grepl(option_key, tables$environment$key), ]
    options <- options[!sub(option_key, "", options$key) %in% options_of_the_grid & nzchar(options$value), ]
    client <- sprintf("--%s %s", sub(option_key, "", options$key), shell_word(options$value))
    words <- c("benchmark/sweep.sh", paste("--servers", shell_word(paste(unique(cells$server), collapse = ","))),
        grid_option("--clients", cells$clients), grid_option("--cores", cells$cores), grid_option("--sizes", cells$message_bytes),
        grid_option("--runs", max(cells$complete_runs)),
        if (nzchar(environment_value(tables, "seed"))) paste("--seed", shell_word(environment_value(tables, "seed"))),
        if (length(client)) c("--", client))
    paste(words, collapse = " \\\n    ")
}

option_key <- "^options[.]"
# What sweep itself says to the client for each cell.
options_of_the_grid <- c("clients", "message", "server-cores", "round", "runs", "seed")

is_full_grid <- function(cells) {
    sides <- vapply(cells[c("server", "clients", "cores", "message_bytes")], function(side) length(unique(side)), 0)
    nrow(cells) == prod(sides)
}

repeat_section <- function(tables, results) {
    version <- environment_value(tables, "version")
    commands <- c(
        if (grepl("\\([0-9a-f]{7,}", version)) paste("git checkout", sub("^.*\\(([0-9a-f]{7,}).*$", "\\1", version)),
        "make", sweep_command(tables), paste0("make report RESULTS=", shell_word(results)))
    section("repeat", "How to repeat it",
        paragraph(escape(sprintf("Measured with volley %s. In a clone of it:", version))),
        scroll_box("Commands", element("pre", element("code", escape(paste(commands, collapse = "\n"))))),
        if (grepl("dirty", version)) paragraph("That version was built from sources with changes that are in no commit."),
        if (!is_full_grid(tables$cells)) paragraph("The results hold only some cells of this grid."),
        paragraph(escape("The cells are shuffled anew in each round, by the seed. Another machine, kernel or load gives other figures; what should repeat is the verdicts.")))
}
