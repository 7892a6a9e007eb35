# From a finished plot to a file or to text of SVG.

picture_kinds <- c("png", "svg")
most_dots <- 16000      # per side of a PNG: larger plots get a lower resolution, as many programs refuse larger images

kind_of <- function(file) tolower(sub("^.*[.]", "", basename(file)))

# Draws the plot into a file, completely or not at all.
save_plot <- function(plot, file) {
    width <- attr(plot, "width")
    height <- attr(plot, "height")
    part <- paste0(file, ".part")
    on.exit(unlink(part))
    draw_alone <- function() {
        on.exit(grDevices::dev.off())
        print(plot)
    }
    if (kind_of(file) == "png") {
        dots <- min(dots_per_inch, most_dots / max(width, height))
        grDevices::png(part, width = width, height = height, units = "in", res = dots, type = "cairo")
    } else {
        # Text stays text: a third of the size, searchable, and without the numbered glyphs that clash in one page.
        svglite::svglite(part, width = width, height = height)
    }
    draw_alone()
    if (!suppressWarnings(file.rename(part, file))) fail("cannot write ", file)
    invisible(file)
}

# The plot as SVG, for embedding in a page.
plot_as_svg <- function(plot) {
    file <- tempfile(fileext = ".svg")
    on.exit(unlink(file))
    save_plot(plot, file)
    paste(readLines(file, encoding = "UTF-8"), collapse = "\n")
}
