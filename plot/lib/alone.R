# Makes "Rscript plot/NAME.R RESULTS OUT.png" draw: the last line of each plot's file sources this if the file is run rather than sourced.
# That line is the same in all files, and only finds this directory.

# Rscript writes a space in its path as ~+~.
own <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]), fixed = TRUE)
lib <- file.path(dirname(own), "lib")
source(file.path(lib, "all_plots.R"), encoding = "UTF-8")

local({
    name <- sub("[.]R$", "", basename(own))
    arguments <- commandArgs(trailingOnly = TRUE)
    if (length(arguments) != 2 || !kind_of(arguments[2]) %in% picture_kinds) {
        usage(paste0("Rscript plot/", name, ".R RESULTS OUT.png|OUT.svg"))
    }
    run_program(paste0("plot/", name, ".R"), function() {
        if (!dir.exists(dirname(arguments[2]))) fail(arguments[2], ": there is no directory ", dirname(arguments[2]))
        plot <- get(paste0("plot_", name), globalenv())(read_tables(arguments[1]))
        if (is_nothing(plot)) fail("nothing to draw: ", why_nothing(plot))
        save_plot(plot, arguments[2])
    })
})
