# Draws every plot that the results can feed, as PNG and SVG, and says of the others why not.
#
# usage: Rscript plot/all.R RESULTS OUTDIR
lib <- file.path(dirname(gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)), fixed = TRUE)), "lib")
source(file.path(lib, "all_plots.R"), encoding = "UTF-8")

local({
    arguments <- commandArgs(trailingOnly = TRUE)
    if (length(arguments) != 2) usage("Rscript plot/all.R RESULTS OUTDIR")
    run_program("plot/all.R", function() {
        tables <- read_tables(arguments[1])
        directory <- arguments[2]
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
        if (drawn == 0) fail(arguments[1], ": no plot can be drawn of these results")
        cat("plot: ", drawn, " of ", length(plots), " plots in ", directory, "\n", sep = "")
    })
})
