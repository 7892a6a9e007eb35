# Loads the shared parts and finds the plots: every plot/NAME.R that defines plot_NAME is one, so that a new file needs no line elsewhere.
#
# Set `lib` (the directory of this file) before sourcing this.

# Labels contain non-ASCII letters, which R can neither read nor draw in the C locale.
if (!l10n_info()[["UTF-8"]]) invisible(Sys.setlocale("LC_CTYPE", "C.UTF-8"))

for (part in c("visible.R", "reader.R", "classic.R", "theme.R", "notes.R", "save.R", "layout.R")) source(file.path(lib, part), encoding = "UTF-8")

# A named list of the functions, by name.
all_plots <- function(directory = plot_directory) {
    files <- sort(Sys.glob(file.path(directory, "*.R")), method = "radix")
    plots <- list()
    for (file in files) {
        name <- sub("[.]R$", "", basename(file))
        defined <- paste0("plot_", name)
        if (!any(startsWith(readLines(file, encoding = "UTF-8", warn = FALSE), paste0(defined, " <- function")))) next
        space <- new.env(parent = globalenv())
        source(file, local = space, encoding = "UTF-8")
        plots[[name]] <- space[[defined]]
    }
    plots
}

# Runs a program's body: a user error gives one line and status 1, and R's warnings are shown at once.
run_program <- function(name, body) {
    options(warn = 1)
    status <- tryCatch({ body(); 0 }, volley_problem = function(problem) {
        message(name, ": ", visible(conditionMessage(problem)))
        1
    })
    quit(save = "no", status = status)
}

usage <- function(text) {
    message("usage: ", text)
    quit(save = "no", status = 2)
}
