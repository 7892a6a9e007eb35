# Every plot of every awkward result is built and saved, or says why not, without one warning.

all <- awkward_tables()

for (what in names(all)) test_that(paste("plots of", what), {
    directory <- write_tables(all[[what]], tempfile("tables"))
    on.exit(unlink(directory, recursive = TRUE))
    tables <- suppressMessages(read_tables(directory))
    for (name in names(plots)) {
        expect_silent(plot <- draw(name, tables))
        if (is_nothing(plot)) {
            expect_true(nzchar(why_nothing(plot)), info = name)
            next
        }
        file <- tempfile(fileext = ".svg")
        # This also checks the text of a plot: R warns about unknown letters.
        expect_silent(save_plot(plot, file))
        expect_true(attr(plot, "width") < 45 && attr(plot, "height") < 60, info = name)
        text <- paste(readLines(file, encoding = "UTF-8"), collapse = " ")
        expect_true(grepl("</svg>", text), info = name)
        if (name == "runs") {
            drawn <- unique(tables$cells$series[tables$cells$complete_runs > 0])
            for (server in drawn) expect_true(grepl(paste0(">", gsub("<", "&lt;", gsub(">", "&gt;", gsub("&", "&amp;", server))), "<"), text, fixed = TRUE), info = server)
        }
        unlink(file)
    }
})

test_that("nothing complete: every plot says so", {
    tables <- all[["nothing complete"]]
    tables$cells <- name_series(tables)
    for (name in names(plots)) expect_true(is_nothing(draw(name, tables)), info = name)
})

test_that("a PNG has the size that the plot asked for", {
    tables <- all$plain
    tables$cells <- name_series(tables)
    plot <- draw("latency", tables)
    file <- tempfile(fileext = ".png")
    expect_silent(save_plot(plot, file))
    header <- readBin(file, "raw", 24)
    size <- readBin(header[17:24], "integer", 2, endian = "big")
    expect_equal(size / 150, c(attr(plot, "width"), attr(plot, "height")), tolerance = 0.01)
})
