# The plots of the report: every file of plot/ that defines plot_NAME() is drawn as SVG inside the page.

# The order follows a reader's questions: who is faster, how does it scale, what is in the tail, can it be trusted, what does it cost. Plots
# not named here come after these.
reading_order <- c("compare", "throughput", "clients", "latency", "tail", "distribution", "runs", "series", "cost", "sizes")

plots_in_reading_order <- function() {
    plots <- all_plots()
    plots[c(intersect(reading_order, names(plots)), setdiff(names(plots), reading_order))]
}

# Makes the ids inside an SVG unique: glyphs and clip paths are referred to by id, and a page has one namespace of ids.
own_ids <- function(svg, prefix) {
    tags <- gregexpr("<[a-zA-Z][^>]*>", svg, perl = TRUE)
    inside <- regmatches(svg, tags)
    inside[[1]] <- gsub("(\\sid=['\"])", paste0("\\1", prefix), inside[[1]], perl = TRUE)
    inside[[1]] <- gsub("(url\\(['\"]?#)", paste0("\\1", prefix), inside[[1]], perl = TRUE)
    inside[[1]] <- gsub("((?:xlink:)?href=['\"]#)", paste0("\\1", prefix), inside[[1]], perl = TRUE)
    regmatches(svg, tags) <- inside
    svg
}

# An SVG document as part of a page: without its prologue, and named for screen readers.
inline_svg <- function(svg, name, label) {
    svg <- sub("^.*?(?=<svg[\\s>])", "", svg, perl = TRUE)
    svg <- own_ids(svg, paste0("plot-", name, "-"))
    sub("<svg", sprintf('<svg role="img" aria-label="%s"', escape(label)), svg, fixed = TRUE)
}

# One plot: list(name, title, svg), or list(name, reason) if it cannot be drawn. A failed plot is reported on the page and on stderr, and
# the others are still drawn.
draw_plot <- function(name, draw, tables) {
    tryCatch({
        plot <- draw(tables)
        if (is_nothing(plot)) return(list(name = name, reason = why_nothing(plot)))
        title <- gsub("\n", " ", plot$labels$title)
        if (length(title) == 0) title <- name
        list(name = name, title = title, svg = inline_svg(plot_as_svg(plot), name, title))
    }, error = function(problem) {
        message("report: the plot ", name, " failed: ", visible(conditionMessage(problem)))
        list(name = name, reason = paste("drawing it failed:", conditionMessage(problem)))
    })
}

plots_section <- function(plots) {
    drawn <- Filter(function(plot) !is.null(plot$svg), plots)
    missing <- Filter(function(plot) is.null(plot$svg), plots)
    figures <- vapply(drawn, function(plot) {
        element("figure", id = paste0("plot-", plot$name),
            scroll_box(plot$title, class = "card", plot$svg))
    }, "")
    without <- vapply(missing, function(plot) paste0(element("b", escape(plot$name)), ": ", escape(plot$reason), "."), "")
    section("plots", "Plots", paste(figures, collapse = "\n"),
        if (length(missing)) paste0(element("h3", "Not drawn"), html_list(without)))
}
