# HTML as text: escaping, elements, tables and numbers for the report.
#
# Everything that comes from results (names of servers, messages, environment) is text from outside, and goes through escape() exactly once:
# as an attribute or a cell. The functions here return HTML, which is not escaped again.

# Text as HTML that shows exactly that text, and makes invisible characters and changes of direction visible (lib/visible.R).
escape <- function(text) {
    text <- as.character(text)
    text[is.na(text)] <- ""
    text <- visible(text, lines = TRUE)
    for (pair in list(c("&", "&amp;"), c("<", "&lt;"), c(">", "&gt;"), c("\"", "&quot;"), c("'", "&#39;"))) {
        text <- gsub(pair[1], pair[2], text, fixed = TRUE)
    }
    text
}

# An element: named arguments are attributes, escaped here (NULL: none); the others are its content, already HTML.
element <- function(name, ...) {
    parts <- list(...)
    named <- if (is.null(names(parts))) rep(FALSE, length(parts)) else nzchar(names(parts))
    attributes <- Filter(Negate(is.null), parts[named])
    written <- vapply(names(attributes), function(key) sprintf(' %s="%s"', key, escape(attributes[[key]])), "")
    paste0("<", name, paste(written, collapse = ""), ">", paste(unlist(parts[!named]), collapse = ""), "</", name, ">")
}

# A section of the page: its heading is its name for screen readers.
section <- function(id, heading, ...) {
    heading_id <- paste0(id, "-heading")
    paste0(element("section", id = id, "aria-labelledby" = heading_id, element("h2", id = heading_id, escape(heading)), ..., "\n"), "\n")
}

# Content that may be wider than a screen scrolls in its own box, which the keyboard can reach.
scroll_box <- function(label, ..., class = NULL) {
    element("div", class = paste(c("scroll", class), collapse = " "), role = "region", tabindex = "0", "aria-label" = label, ...)
}

# A table of text: the first column names the row. `columns` are headings, `rows` a data frame of HTML.
html_table <- function(caption, columns, rows, class = NULL) {
    body <- vapply(seq_len(nrow(rows)), function(i) {
        cells <- c(element("th", scope = "row", rows[[1]][i]), vapply(rows[-1], function(column) element("td", column[i]), ""))
        element("tr", cells)
    }, "")
    scroll_box(caption, element("table", class = class, element("caption", escape(caption)),
        element("thead", element("tr", lapply(columns, function(name) element("th", scope = "col", escape(name))))),
        "\n", element("tbody", paste(body, collapse = "\n"))))
}

html_list <- function(items) if (length(items)) element("ul", vapply(items, function(item) element("li", item), "")) else ""

paragraph <- function(...) element("p", ...)

# A figure with at least four significant digits and separated thousands; `like` sets the decimals, so that an interval has those of its
# figure.
number <- function(value, like = value) {
    digits <- ifelse(is.na(like) | like == 0, 0, pmax(0, 3 - floor(log10(abs(like)))))
    # At most nine decimals: smaller numbers do not suit this format.
    digits <- pmin(digits, 9)
    text <- mapply(function(x, d) formatC(x, format = "f", digits = d, big.mark = "\u202f"), value, digits)
    ifelse(is.na(value), "", text)
}

interval <- function(low, high, like) {
    ifelse(is.na(low) | is.na(high), "", sprintf("[%s, %s]", number(low, like), number(high, like)))
}

# "a", "a and b", "a, b and c"; beyond `most`, the first ones and how many more.
listed <- function(items, most = 15) {
    if (length(items) > most) items <- c(head(items, most), sprintf("%d more", length(items) - most))
    if (length(items) < 2) return(paste(items))
    paste(paste(head(items, -1), collapse = ", "), "and", tail(items, 1))
}
