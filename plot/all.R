# Draws every plot that the results allow, as PNG and SVG, and says why the others are missing.
#
# usage: Rscript plot/all.R RESULTS [OUTDIR]      (default: plots/ beside the results)
lib <- file.path(dirname(gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)), fixed = TRUE)), "lib")
source(file.path(lib, "all_plots.R"), encoding = "UTF-8")

local({
    arguments <- commandArgs(trailingOnly = TRUE)
    if (!length(arguments) %in% 1:2) usage("Rscript plot/all.R RESULTS [OUTDIR]")
    run_program("plot/all.R", function() {
        tables <- read_tables(arguments[1])
        beside <- if (dir.exists(arguments[1])) arguments[1] else dirname(arguments[1])
        directory <- if (length(arguments) == 2) arguments[2] else file.path(beside, "plots")
        if (!dir.exists(directory) && !dir.create(directory, recursive = TRUE, showWarnings = FALSE)) fail("cannot make the directory ", directory)
        plots <- all_plots()
        drawn <- 0
        for (name in names(plots)) {
            plot <- plots[[name]](tables)
            if (is_nothing(plot)) {
                message("plot: ", name, " is not drawn: ", why_nothing(plot))
                next
            }
            for (kind in picture_kinds) save_plot(plot, file.path(directory, paste0(name, ".", kind)))
            drawn <- drawn + 1
        }
        if (drawn == 0) fail(arguments[1], ": no plot can be drawn from these results, see above")
        cat("plot: ", drawn, " of ", length(plots), " plots in ", directory, "\n", sep = "")
    })
})
