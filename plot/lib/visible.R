# Makes text from outside harmless in messages, plots and pages.
#
# As client/base/printable.hh does: terminal controls, changes of text direction and invisible characters are shown as escape sequences.
# target/compare escapes the tables that it writes, but tables may come from elsewhere.

# First and last of each range of code points, as there.
hidden_from <- c(0x00, 0x7f, 0xad, 0x34f, 0x61c, 0x115f, 0x17b4, 0x180b, 0x200b, 0x2028, 0x2060, 0x2800, 0x3164, 0xfe00, 0xfeff, 0xffa0, 0xfff0,
    0xe000, 0x1d173, 0xe0000, 0xf0000)
hidden_to <- c(0x1f, 0x9f, 0xad, 0x34f, 0x61c, 0x1160, 0x17b5, 0x180f, 0x200f, 0x202e, 0x206f, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xfffb,
    0xf8ff, 0x1d17a, 0xe0fff, 0x10ffff)

shown_code <- function(code) {
    if (code == 0x0a) "\\n" else if (code == 0x09) "\\t" else if (code == 0x0d) "\\r"
    else if (code < 0x80) sprintf("\\x%02x", code)
    else if (code <= 0xffff) sprintf("\\u%04x", code)
    else sprintf("\\U%08x", code)
}

# Bytes that are not UTF-8 become U+FFFD, and NA stays NA. `lines`: newlines and tabs stay, because the text is laid out.
visible <- function(text, lines = FALSE) {
    text <- iconv(enc2utf8(as.character(text)), "UTF-8", "UTF-8", sub = "\uFFFD")
    # Most texts need no escaping.
    odd <- which(!is.na(text) & grepl("[^\\x20-\\x7e]", text, perl = TRUE))
    text[odd] <- vapply(text[odd], function(one) {
        codes <- utf8ToInt(one)
        hidden <- vapply(codes, function(code) any(code >= hidden_from & code <= hidden_to), NA) & !(lines & codes %in% c(0x09, 0x0a))
        shown <- intToUtf8(codes, multiple = TRUE)
        shown[hidden] <- vapply(codes[hidden], shown_code, "")
        paste(shown, collapse = "")
    }, "", USE.NAMES = FALSE)
    text
}
