# A man page from a program's --help: PROGRAM --help | awk -v title=volley-compare -v version=… -v date=… -v others='…' -f man.awk
#
# It relies on the common form of the help texts: "NAME: what it is for" first; then the forms of the call, indented by two; then options,
# indented by two, under titles that end with a colon; then prose. A line indented deeper continues the option above it. Prose that begins
# with "Exit status:" gets a section of its own.

function plain(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/\047/, "\\(aq", text)
    if (text ~ /^[.]/) text = "\\&" text
    return text
}
# Keeps the lines of the page's source short, too.
function prose(text,    words, count, i, line, lines) {
    count = split(text, words, " ")
    for (i = 1; i <= count; i++) {
        if (line != "" && length(plain(line " " words[i])) > 78) {
            lines = lines plain(line) "\n"
            line = ""
        }
        line = line (line != "" ? " " : "") words[i]
    }
    return lines (line != "" ? plain(line) "\n" : "")
}
function trimmed(text) { sub(/^ +/, "", text); sub(/ +$/, "", text); return text }
function bold(text) { return "\\fB" plain(text) "\\fR" }

# Spaces separate the option or form of the call (bold), its value and its description.
function entry(line,    words, rest, names) {
    line = trimmed(line)
    rest = ""
    if (match(line, /   *[^ ]/)) {
        rest = trimmed(substr(line, RSTART))
        line = substr(line, 1, RSTART - 1)
    }
    if (line !~ /^-/) return ".TP\n" bold(line) "\n" prose(rest)
    if (match(line, /^-[A-Za-z] \[ --[a-z-]+ \]/)) {
        names = substr(line, 1, RLENGTH)
        line = trimmed(substr(line, RLENGTH + 1))
        words = bold(substr(names, 1, 2)) ", " bold(substr(names, 6, length(names) - 7))
    } else {
        match(line, /^[^ ]+/)
        names = substr(line, 1, RLENGTH)
        line = trimmed(substr(line, RLENGTH + 1))
        words = bold(names)
    }
    if (match(line, /^[A-Z%][^ ]*/)) {
        words = words " \\fI" plain(substr(line, 1, RLENGTH)) "\\fR"
        line = trimmed(substr(line, RLENGTH + 1))
    }
    if (line != "") rest = line (rest != "" ? " " rest : "")
    return ".TP\n" words "\n" prose(rest)
}

function end_paragraph(    at) {
    if (paragraph == "") return
    at = index(paragraph, "Exit status: ")
    if (at > 0) {
        status = trimmed(substr(paragraph, at + 13))
        paragraph = trimmed(substr(paragraph, 1, at - 1))
    }
    if (paragraph != "") description = description (description != "" ? ".PP\n" : "") prose(paragraph)
    paragraph = ""
}

NR == 1 { what = $0; sub(/^[^:]*: */, "", what); next }
/^ *$/ { end_paragraph(); next }
/^[^ ].*:$/ { end_paragraph(); options = options ".SS " plain(substr($0, 1, length($0) - 1)) "\n"; next }
/^  -/ { end_paragraph(); options = options entry($0); next }
/^          / { options = options prose($0); next }
/^  / { synopsis = synopsis entry($0); next }
{ paragraph = paragraph (paragraph != "" ? " " : "") $0 }

END {
    end_paragraph()
    printf ".TH %s 1 \"%s\" \"volley %s\" \"User Commands\"\n", toupper(title), date, version
    printf ".SH NAME\n%s \\-\n%s.SH SYNOPSIS\n%s", plain(title), prose(what), synopsis
    if (description != "") printf ".SH DESCRIPTION\n%s", description
    printf ".SH OPTIONS\n%s", options
    if (status != "") printf ".SH EXIT STATUS\n%s", prose(status)
    count = split(others, other, " ")
    printf ".SH SEE ALSO\n"
    for (i = 1; i <= count; i++) {
        if (other[i] == title) continue
        printf "%s.BR %s (1)", see, plain(other[i])
        see = " ,\n"
    }
    printf "\n"
}
