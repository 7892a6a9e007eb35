# The summary in plain words: what is fastest in each group, which differences are real, which servers cannot be told apart, and what needs
# more runs. All of it follows from the verdicts of compare; nothing is judged here.

server_name <- function(row) element("b", escape(row$server))

# "asio (1.119 ×)", one for each row.
with_ratio <- function(rows) {
    vapply(seq_len(nrow(rows)), function(i) sprintf("%s (%s\u00a0×)", server_name(rows[i, ]), escape(number(rows$ratio[i]))), "")
}

names_of <- function(rows) vapply(seq_len(nrow(rows)), function(i) server_name(rows[i, ]), "")

# "a and b (about 17 rounds); c (about 24 rounds)": in the order of the rows, with servers that need the same number joined.
with_rounds <- function(rows) {
    needed <- ifelse(is.na(rows$rounds_needed), "", sprintf(" (about %s rounds)", number(rows$rounds_needed, 0)))
    together <- split(seq_len(nrow(rows)), factor(needed, unique(needed)))
    paste(vapply(names(together), function(needed) paste0(listed(names_of(rows[together[[needed]], ])), escape(needed)), ""), collapse = "; ")
}

# The lines about the comparisons with the baseline of a group.
verdict_lines <- function(group) {
    baseline <- element("b", escape(group$baseline_name[1]))
    of <- function(verdict) group[group$verdict %in% verdict, ]
    lines <- character()
    add <- function(rows, what) if (nrow(rows) > 0) lines <<- c(lines, what)
    add(of("faster"), sprintf("Faster than %s: %s.", baseline, listed(with_ratio(of("faster")))))
    add(of("slower"), sprintf("Slower than %s: %s.", baseline, listed(with_ratio(of("slower")))))
    add(of("cannot be told apart"), sprintf("Cannot be told apart from %s: %s.", baseline, listed(names_of(of("cannot be told apart")))))
    add(of("more runs needed"), sprintf("Too few runs for a verdict about %s.", with_rounds(of("more runs needed"))))
    alone <- group[group$complete_runs > 0 & !group$baseline %in% TRUE & group$verdict %in% c("no common rounds", "", NA), ]
    add(alone, sprintf("Not compared, because there are no complete runs in the same rounds as the baseline: %s.", listed(names_of(alone))))
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
    if (nrow(measured) == 1) sentence <- paste(sentence, "There is nothing to compare it with.")
    else if (!isTRUE(fastest$baseline) && !fastest$verdict %in% "faster") sentence <- paste(sentence, "It is not established that this is the fastest.")
    paste0(heading, paragraph(sentence), html_list(verdict_lines(group)))
}

# "Of 10 comparisons with the baseline, 4 show a real difference (2 faster, 2 slower), 6 need more runs."
tally_of <- function(verdicts) {
    n <- function(verdict) sum(verdicts %in% verdict)
    real <- n(c("faster", "slower"))
    parts <- c(
        if (real > 0) sprintf("%d %s a real difference (%d faster, %d slower)", real, ifelse(real == 1, "shows", "show"), n("faster"), n("slower")),
        if (n("cannot be told apart") > 0) sprintf("in %d the two cannot be told apart", n("cannot be told apart")),
        if (n("more runs needed") > 0) sprintf("%d %s more runs", n("more runs needed"), ifelse(n("more runs needed") == 1, "needs", "need")))
    if (length(parts)) sprintf("Of %s with the baseline, %s.", count_of(length(verdicts), "comparison"), paste(parts, collapse = ", "))
}

summary_section <- function(ranked, tables) {
    groups <- split(ranked, ranked$group)
    compared <- ranked$verdict[!ranked$baseline %in% TRUE & ranked$complete_runs > 0]
    first <- sprintf("%s in %s, %s.", count_of(length(unique(ranked$server)), "server"), count_of(length(groups), "group"),
        count_of(sum(ranked$complete_runs), "complete run"))
    problems <- meta_value(tables, "problems")
    section("summary", "Summary", paragraph(class = "lead", escape(paste(c(first, tally_of(compared)), collapse = " "))),
        if (nzchar(problems)) paragraph(class = "problem", escape(paste0("While reading: ", problems, "."))),
        element("div", class = "groups", vapply(groups, function(group) element("article", group_summary(group)), "")))
}
