# The summary in plain words: what is fastest in each group, which differences are real, which cannot be told apart, and what
# needs more runs. Every word of it follows from a verdict of compare; nothing is judged here.

server_name <- function(row) element("b", escape(row$server))

# "asio (1.119 ×)", one for each row.
with_ratio <- function(rows) {
    vapply(seq_len(nrow(rows)), function(i) sprintf("%s (%s\u00a0×)", server_name(rows[i, ]), escape(number(rows$ratio[i]))), "")
}

names_of <- function(rows) vapply(seq_len(nrow(rows)), function(i) server_name(rows[i, ]), "")

# The lines about what was compared with the baseline of a group.
verdict_lines <- function(group) {
    baseline <- element("b", escape(group$baseline_name[1]))
    of <- function(verdict) group[group$verdict %in% verdict, ]
    lines <- character()
    add <- function(rows, what) if (nrow(rows) > 0) lines <<- c(lines, what)
    add(of("faster"), sprintf("Faster than %s: %s.", baseline, listed(with_ratio(of("faster")))))
    add(of("slower"), sprintf("Slower than %s: %s.", baseline, listed(with_ratio(of("slower")))))
    add(of("cannot be told apart"), sprintf("Cannot be told apart from %s: %s.", baseline, listed(names_of(of("cannot be told apart")))))
    more <- of("more runs needed")
    about <- ifelse(is.na(more$rounds_needed), "", sprintf(" (about %s rounds)", escape(format(more$rounds_needed, trim = TRUE))))
    add(more, sprintf("Too few runs for a verdict about %s.", listed(paste0(names_of(more), about))))
    alone <- group[group$verdict %in% "no common rounds" & group$complete_runs > 0, ]
    add(alone, sprintf("Never measured in one round with %s, so not compared: %s.", baseline, listed(names_of(alone))))
    broken <- group[group$complete_runs == 0, ]
    add(broken, sprintf("Without a complete run: %s.", listed(names_of(broken))))
    lines
}

group_summary <- function(group) {
    measured <- group[!is.na(group$rtt_ns_mean), ]
    heading <- element("h3", escape(group$group_label[1]))
    if (nrow(measured) == 0) return(paste0(heading, paragraph("Nothing was measured."), html_list(verdict_lines(group))))
    fastest <- measured[1, ]
    unit <- time_unit(fastest$rtt_ns_mean)
    value <- fastest$rtt_ns_mean / unit$ns
    around <- interval(fastest$rtt_ns_mean_low / unit$ns, fastest$rtt_ns_mean_high / unit$ns, value)
    sentence <- sprintf("Shortest mean round trip: %s, %s %s%s.", server_name(fastest), escape(number(value)), unit$name,
        if (nzchar(around)) escape(paste0(" ", around)) else "")
    if (nrow(measured) == 1) sentence <- paste(sentence, "It has nothing to be compared with.")
    else if (!isTRUE(fastest$baseline) && !fastest$verdict %in% "faster") sentence <- paste(sentence, "That it is the fastest is not established.")
    paste0(heading, paragraph(sentence), html_list(verdict_lines(group)))
}

summary_section <- function(ranked, tables) {
    groups <- split(ranked, ranked$group)
    compared <- ranked$verdict[!ranked$baseline %in% TRUE & ranked$complete_runs > 0]
    tally <- function(verdict) sum(compared %in% verdict)
    first <- sprintf("%s in %s, %s.", count_of(length(unique(ranked$server)), "server"), count_of(length(groups), "group"),
        count_of(sum(ranked$complete_runs), "complete run"))
    of_all <- if (length(compared)) sprintf("Of %s with the baseline, %d show a difference that is real (%d faster, %d slower), in %d the two cannot be told apart, %d need more runs.",
        count_of(length(compared), "comparison"), tally("faster") + tally("slower"), tally("faster"), tally("slower"),
        tally("cannot be told apart"), tally("more runs needed"))
    problems <- meta_value(tables, "problems")
    section("summary", "Summary", paragraph(class = "lead", escape(paste(c(first, of_all), collapse = " "))),
        if (nzchar(problems)) paragraph(class = "problem", escape(paste0("While reading: ", problems, "."))),
        element("div", class = "groups", vapply(groups, function(group) element("article", group_summary(group)), "")))
}
