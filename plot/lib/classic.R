# Reads the text files of the original Volley: "server clients cores mean stddev n", one configuration a line, times with their unit.
#
# They hold one run only, so there is no interval over runs. Drawn is what the original drew: 1.96 standard errors as if round trips were
# independent. That is too short, and labelled so.

classic_columns <- c("server", "clients", "cores", "mean", "stddev", "n")
classic_number <- "^-?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[-+]?[0-9]+)?(ns|us|\u00b5s|ms|s)$"
nanoseconds_in <- c(ns = 1, us = 1e3, "\u00b5s" = 1e3, ms = 1e6, s = 1e9)

classic_lines <- function(path, n = -1L) {
    lines <- trimws(readLines(path, n = n, warn = FALSE, encoding = "UTF-8"))
    numbered <- seq_along(lines)
    keep <- lines != "" & !startsWith(lines, "#") & !grepl("^server\\s+clients\\s+cores\\b", lines)
    list(text = lines[keep], line = numbered[keep])
}

# Six words: the second and third are counts, the fourth is a number with a unit. No line of JSON looks like this.
looks_classic <- function(path) {
    first <- tryCatch(classic_lines(path, 50L)$text, error = function(problem) fail(path, ": ", conditionMessage(problem)))
    length(first) > 0 && grepl("^[^{ \t]\\S*\\s+[0-9]+\\s+[0-9]+\\s", first[1])
}

classic_time <- function(text, where, column) {
    if (tolower(text) %in% c("nanus", "nan", "nanns")) return(NA_real_)
    if (!grepl(classic_number, text)) {
        fail(where, ": ", column, " \"", text, "\" is not a time with a unit (ns, us, ms, s), such as 9us")
    }
    unit <- sub(classic_number, "\\3", text)
    as.numeric(substr(text, 1, nchar(text) - nchar(unit))) * nanoseconds_in[[unit]]
}

classic_count <- function(text, where, column) {
    if (!grepl("^[0-9]+$", text) || as.numeric(text) < 1) fail(where, ": ", column, " \"", text, "\" is not a count of 1 or more")
    as.numeric(text)
}

# Columns: server, clients, cores, mean_ns, stddev_ns (NA: not known), n.
read_classic <- function(path) {
    lines <- classic_lines(path)
    rows <- lapply(seq_along(lines$text), function(i) {
        words <- strsplit(lines$text[i], "\\s+")[[1]]
        where <- paste0(path, ":", lines$line[i])
        if (length(words) != 6) fail(where, ": ", length(words), " words, not the 6 of \"", paste(classic_columns, collapse = " "), "\"")
        data.frame(server = visible(words[1]), clients = classic_count(words[2], where, "clients"), cores = classic_count(words[3], where, "cores"),
                   mean_ns = classic_time(words[4], where, "mean"), stddev_ns = classic_time(words[5], where, "stddev"),
                   n = classic_count(words[6], where, "n"))
    })
    rows <- do.call(rbind, rows)
    wrong <- which(is.na(rows$mean_ns) | rows$mean_ns <= 0)
    if (length(wrong) > 0) fail(path, ":", lines$line[wrong[1]], ": the mean is not greater than 0")
    again <- which(duplicated(rows[c("server", "clients", "cores")]))
    if (length(again) > 0) fail(path, ":", lines$line[again[1]], ": this server with these clients and cores is given twice: give one line per configuration")
    rows
}

# Tables as from target/compare, empty except for what such a file holds.
classic_tables <- function(path) {
    empty <- lapply(table_columns, function(columns) {
        as.data.frame(sapply(columns, function(column) {
            if (column %in% numbers) numeric() else if (column %in% unlist(truths)) logical() else character()
        }, simplify = FALSE))
    })
    empty$cells$series <- character()
    empty$factors <- data.frame(name = c("server", "clients", "cores"), kind = c("text", "number", "number"), counted = c("", "client", "core"))
    empty$meta <- data.frame(key = c("schema_version", "files"), value = c("0", path))
    c(empty, list(classic = read_classic(path)))
}
