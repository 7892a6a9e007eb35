# How to repeat it: the commands that measure the same grid with the same options, as far as the results name them.

# A word quoted for the shell. Names come from results, and the command is meant to be copied.
shell_word <- function(text) ifelse(grepl("^[A-Za-z0-9_./:@%+=,-]+\\z", text, perl = TRUE), text, shQuote(text, type = "sh"))

in_order <- function(values) paste(format(sort(unique(values)), scientific = FALSE, trim = TRUE), collapse = ",")

# The factors that a sweep varies.
swept <- function(tables) tables$factors[tables$factors$sweep_option != "", ]

# "--clients 1,16", or nothing if the results do not say.
grid_option <- function(name, values) {
    values <- values[!is.na(values)]
    if (length(values)) paste(name, in_order(values))
}

# Where the repetition's results go: not the place of these results, which may name a home directory.
repeated <- "target/sweep-results/repeated"

# The client's options as compare lists them: "options.run-time".
option_key <- "^options[.]"
# Options that define a measurement. Names come from results, which may come from outside: no other word becomes part of a command, above
# all none that names a file. Options that a sweep decides itself for each run, and the number of runs, are not among them.
options_with_value <- c("host", "threads", "driver", "timeout", "connect-timeout", "precision", "confidence", "statistic", "run-time", "warmup",
    "max-time", "ready-timeout", "stop-timeout", "client-cores", "server-cpus", "client-cpus", "server-node", "client-node")
options_without <- c("no-placement", "keep-awake", "realtime")

# The words after --. Switches that are off, and values that the client chose itself, are left out.
client_options <- function(environment) {
    rows <- environment[grepl(option_key, environment$key) & !environment$value %in% c("", "no", "auto", NA) & environment$values %in% c(1, NA), ]
    names <- sub(option_key, "", rows$key)
    # "--name=value" is one word, so that no value is taken for an option.
    words <- ifelse(names %in% options_without, paste0("--", names), shell_word(paste0("--", names, "=", rows$value)))
    words[names %in% options_with_value | (names %in% options_without & rows$value == "yes")]
}

# "--servers=a,b", in one word so that no name is taken for an option; of numbers as above.
factor_options <- function(tables) {
    unlist(lapply(split(swept(tables), seq_len(nrow(swept(tables)))), function(factor) {
        option <- paste0("--", factor$sweep_option)
        values <- tables$cells[[factor$name]]
        if (factor$kind == "number") grid_option(option, values) else paste0(option, "=", shell_word(paste(unique(values), collapse = ",")))
    }))
}

sweep_command <- function(tables) {
    cells <- tables$cells
    seed <- environment_value(tables, "seed")
    options <- client_options(tables$environment)
    words <- c("benchmark/sweep.sh", factor_options(tables),
        if (any(cells$complete_runs > 0)) grid_option("--runs", max(cells$complete_runs)), if (grepl("^[0-9]+$", seed)) paste("--seed", seed),
        paste("--out", repeated), if (length(options)) paste(c("--", options), collapse = " "))
    paste(words, collapse = " \\\n    ")
}

is_full_grid <- function(tables) {
    sides <- vapply(tables$cells[swept(tables)$name], function(side) length(unique(side)), 0)
    nrow(tables$cells) == prod(sides)
}

repeat_section <- function(tables) {
    version <- environment_value(tables, "version")
    commands <- c(
        if (grepl("\\([0-9a-f]{7,}", version)) paste("git checkout", sub("^.*\\(([0-9a-f]{7,}).*$", "\\1", version)),
        "make", sweep_command(tables), paste0("make report RESULTS=", repeated))
    section("repeat", "How to repeat it",
        paragraph(escape(sprintf("Measured with volley %s. In a clone of its repository:", version))),
        scroll_box("Commands", element("pre", element("code", escape(paste(commands, collapse = "\n"))))),
        if (grepl("dirty", version)) paragraph("That version was built from sources with uncommitted changes."),
        if (!is_full_grid(tables)) paragraph("The results contain only some cells of this grid."),
        paragraph(escape("The seed decides how the cells are shuffled in each round. Another machine, kernel or load gives other figures, but the verdicts should be the same.")))
}
