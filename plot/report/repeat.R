# How to repeat it: the commands that measure the same grid with the same options, as far as the results name them.

# A word that a shell reads as just that word. Names come from results, and a command is made to be copied.
shell_word <- function(text) ifelse(grepl("^[A-Za-z0-9_./:@%+=,-]+$", text), text, shQuote(text, type = "sh"))

in_order <- function(values) paste(format(sort(unique(values)), scientific = FALSE, trim = TRUE), collapse = ",")

# "--clients 1,16", or nothing where the results do not know.
grid_option <- function(name, values) {
    values <- values[!is.na(values)]
    if (length(values)) paste(name, in_order(values))
}

# Where the repetition goes: not where these results are, which may be the name of somebody's home.
repeated <- "target/sweep-results/repeated"

# The client's options as compare lists them: "options.run-time".
option_key <- "^options[.]"
# What a sweep decides itself for each run, and takes from nobody; and what decides how many runs there are, which --runs says.
options_of_the_sweep <- c("clients", "message", "server-cores", "round", "runs", "seed", "name", "port", "terminate",
    "quick", "min-runs", "max-runs")

# The words after --. A switch that is off, and what the client chose itself, is not said.
client_options <- function(environment) {
    rows <- environment[grepl(option_key, environment$key) & !environment$value %in% c("", "no", "auto"), ]
    names <- sub(option_key, "", rows$key)
    words <- ifelse(rows$value == "yes", paste0("--", names), paste0("--", names, " ", shell_word(rows$value)))
    words[!names %in% options_of_the_sweep & rows$values %in% c(1, NA)]
}

sweep_command <- function(tables) {
    cells <- tables$cells
    seed <- environment_value(tables, "seed")
    options <- client_options(tables$environment)
    words <- c("benchmark/sweep.sh", paste("--servers", shell_word(paste(unique(cells$server), collapse = ","))),
        grid_option("--clients", cells$clients), grid_option("--cores", cells$cores), grid_option("--sizes", cells$message_bytes),
        if (any(cells$complete_runs > 0)) grid_option("--runs", max(cells$complete_runs)), if (grepl("^[0-9]+$", seed)) paste("--seed", seed),
        paste("--out", repeated), if (length(options)) paste(c("--", options), collapse = " "))
    paste(words, collapse = " \\\n    ")
}

is_full_grid <- function(cells) {
    sides <- vapply(cells[c("server", "clients", "cores", "message_bytes")], function(side) length(unique(side)), 0)
    nrow(cells) == prod(sides)
}

repeat_section <- function(tables) {
    version <- environment_value(tables, "version")
    commands <- c(
        if (grepl("\\([0-9a-f]{7,}", version)) paste("git checkout", sub("^.*\\(([0-9a-f]{7,}).*$", "\\1", version)),
        "make", sweep_command(tables), paste0("make report RESULTS=", repeated))
    section("repeat", "How to repeat it",
        paragraph(escape(sprintf("Measured with volley %s. In a clone of it:", version))),
        scroll_box("Commands", element("pre", element("code", escape(paste(commands, collapse = "\n"))))),
        if (grepl("dirty", version)) paragraph("That version was built from sources with changes that are in no commit."),
        if (!is_full_grid(tables$cells)) paragraph("The results hold only some cells of this grid."),
        paragraph(escape("The cells are shuffled anew in each round, by the seed. Another machine, kernel or load gives other figures; what should repeat is the verdicts.")))
}
