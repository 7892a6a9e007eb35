#!/usr/bin/env Rscript
# Makes one HTML file of results, ready to publish: summary, ranking, plots, environment, warnings, how to repeat it.
#
# usage: Rscript plot/report.R RESULTS [OUT.html]
#
# RESULTS is what the plots take; without OUT it is report.html beside them. The page fetches nothing: styles, the script that sorts the ranking and
# all plots are inside, and its own policy forbids anything else. Without scripts only sorting is missing. Figures come from the tables of
# target/compare; here they are only laid out. Names in the results come from outside, and are escaped.

# Rscript writes a space in its path as ~+~.
here <- dirname(normalizePath(gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]), fixed = TRUE)))
lib <- file.path(here, "lib")
source(file.path(lib, "all_plots.R"), encoding = "UTF-8")
parts <- file.path(here, "report")
for (part in c("html.R", "ranking.R", "summary.R", "plots.R", "context.R", "repeat.R")) source(file.path(parts, part), encoding = "UTF-8")

read_text <- function(name) paste0(readLines(file.path(parts, name), encoding = "UTF-8", warn = FALSE), "\n", collapse = "")

# The source expression that tells the browser to run this script, and no other that may have got into the page.
script_source <- function(script) {
    file <- tempfile()
    on.exit(unlink(file))
    writeBin(charToRaw(enc2utf8(script)), file)
    hash <- system2("sh", c("-c", shQuote(paste("sha256sum <", shQuote(file), "| cut -c 1-64 | tr a-f A-F | basenc --base16 -d | base64"))), stdout = TRUE)
    if (length(hash) != 1 || nchar(hash) != 44) fail("cannot hash the script of the report: sha256sum, basenc and base64 of GNU coreutils are needed")
    paste0("'sha256-", hash, "'")
}

# The template with its marks replaced in one pass, so that text that looks like a mark is left alone.
fill <- function(template, values) {
    marks <- regmatches(template, gregexpr("\\{\\{[a-z]+\\}\\}", template))[[1]]
    between <- regmatches(template, gregexpr("\\{\\{[a-z]+\\}\\}", template), invert = TRUE)[[1]]
    known <- unlist(values[gsub("[{}]", "", marks)])
    if (length(known) != length(marks)) fail("page.html has a mark that nothing fills")
    paste0(c(rbind(between, c(known, ""))), collapse = "")
}

report_title <- function(tables) {
    servers <- unique(tables$cells$server)
    paste("Round trips of", if (length(servers) <= 3) listed(servers) else count_of(length(servers), "server"))
}

contents <- c(summary = "Summary", ranking = "Ranking", plots = "Plots", failed = "Skipped and failed", warnings = "Warnings",
              environment = "Environment", "repeat" = "How to repeat it", method = "How the figures are made")

make_page <- function(tables, results) {
    ranked <- ranking(tables)
    plots <- plots_in_reading_order()
    drawn <- lapply(names(plots), function(name) draw_plot(name, plots[[name]], tables))
    links <- vapply(names(contents), function(id) element("li", element("a", href = paste0("#", id), escape(contents[[id]]))), "")
    script <- read_text("sort.js")
    policy <- sprintf("default-src 'none'; style-src 'unsafe-inline'; script-src %s; img-src data:; base-uri 'none'; form-action 'none'", script_source(script))
    title <- report_title(tables)
    fill(read_text("page.html"), list(
        title = escape(title), policy = policy, style = read_text("report.css"), script = script,
        header = paste0(element("h1", escape(title)), element("p", escape(subtitle_of(tables))), element("nav", "aria-label" = "Contents", element("ul", links))),
        main = paste0(summary_section(ranked, tables), section("ranking", "Ranking", ranking_table(ranked, confidence_text(tables))),
            plots_section(drawn), without_figures_section(tables), warnings_section(tables), environment_section(tables),
            repeat_section(tables), method_section(tables)),
        footer = paragraph(escape(paste0("Made by volley from ", basename(results), ". This file is complete and fetches nothing.")))))
}

# Written under another name first, so that the file never contains half a report.
write_page <- function(page, out) {
    part <- paste0(out, ".new")
    on.exit(unlink(part))
    tryCatch(suppressWarnings(writeBin(charToRaw(enc2utf8(page)), part)),
        error = function(problem) fail("cannot write ", part, ": check that its directory exists and is writable, and that the disk is not full"))
    if (!suppressWarnings(file.rename(part, out))) fail("cannot rename ", part, " to ", out)
}

check_out <- function(out) {
    if (dir.exists(out)) fail(out, " is a directory: name the file, such as ", file.path(out, "report.html"))
    if (!dir.exists(dirname(out))) fail(out, ": there is no directory ", dirname(out))
    if (file.access(dirname(out), 2) != 0) fail(out, ": the directory ", dirname(out), " is not writable: name another file")
}

default_out <- function(results) file.path(if (dir.exists(results)) results else dirname(results), "report.html")

arguments <- commandArgs(trailingOnly = TRUE)
if (!length(arguments) %in% 1:2 || !all(nzchar(arguments))) usage("Rscript plot/report.R RESULTS [OUT.html]")
run_program("report", function() {
    results <- arguments[1]
    if (!file.exists(results)) fail(results, ": no such file or directory")
    out <- if (length(arguments) == 2) arguments[2] else default_out(results)
    check_out(out)
    tables <- read_tables(results)
    if (!is.null(tables$classic)) fail(results, " has only the original Volley's columns, without runs and environment: draw it with make plot")
    if (nrow(tables$cells) == 0) fail(results, ": contains no run, so there is nothing to report")
    write_page(make_page(tables, results), out)
    message("report: ", out)
})
